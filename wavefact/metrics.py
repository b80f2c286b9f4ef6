"""Numbers that compare two signal matrices: relative error and signal-to-noise ratio.

Pure functions of arrays from any library, real or complex; each returns a Python float.  Sums
of squares are formed of scaled values, so magnitudes such as 1e300 neither overflow nor vanish.
"""

from __future__ import annotations

import math
from typing import Any

from wavefact._arrays import Array, array_namespace, as_array, like
from wavefact.errors import InputError

__all__ = ["relative_error", "snr_db"]


def relative_error(estimate: Any, truth: Any) -> float:
    """Return the error of an estimate as a fraction of the truth's norm.

    Parameters
    ----------
    estimate, truth : arrays of one shape, in one unit

    Returns
    -------
    float
        0 for a perfect estimate, 1 for an estimate of zeros [-].

    Raises
    ------
    InputError
        If the shapes differ, or the truth is zero throughout or empty.

    Notes
    -----
    ‖estimate − truth‖_F / ‖truth‖_F.

    Examples
    --------
    >>> relative_error([[3.0, 3.5]], [[3.0, 4.0]])
    0.1
    """
    estimate, truth = _floating(estimate), _floating(truth)
    shape, expected = tuple(estimate.shape), tuple(truth.shape)
    if shape != expected:
        raise InputError(f"The estimate has shape {shape} and the truth {expected}; they must agree.")
    peak, size = _norm(truth)
    if peak == 0.0:
        raise InputError("The truth is zero throughout, so no error is relative to it.")
    error_peak, error_size = _norm(like(estimate, truth) - truth)
    return error_peak / peak * (error_size / size)


def snr_db(signal: Any, noise: Any) -> float:
    """Return the ratio of the mean power of a signal to that of its noise, in decibels.

    Parameters
    ----------
    signal, noise : arrays in one unit
        The noise of an estimate is its difference from the truth.

    Returns
    -------
    float
        [dB]; infinite without noise.

    Raises
    ------
    InputError
        If the signal is zero throughout, or one of the arrays is empty.

    Notes
    -----
    10 log10( mean|signal|² / mean|noise|² ).

    Examples
    --------
    >>> snr_db([1.0, -1.0], [0.1, 0.1])
    20.0
    """
    signal, noise = _floating(signal), _floating(noise)
    signal_peak, signal_size = _norm(signal)
    noise_peak, noise_size = _norm(noise)
    if signal_peak == 0.0:
        raise InputError("The signal is zero throughout; its ratio to noise has no decibels.")
    if noise_peak == 0.0:
        return math.inf
    signal_level = math.log10(signal_peak) + math.log10(signal_size / math.sqrt(math.prod(signal.shape)))
    noise_level = math.log10(noise_peak) + math.log10(noise_size / math.sqrt(math.prod(noise.shape)))
    return 20.0 * (signal_level - noise_level)


def _floating(values: Any) -> Array:
    array = as_array(values)
    xp = array_namespace(array)
    return xp.astype(array, xp.float64) if xp.isdtype(array.dtype, "integral") else array


def _norm(values: Array) -> tuple[float, float]:
    """Return the largest magnitude and the Frobenius norm in units of it."""
    xp = array_namespace(values)
    if math.prod(values.shape) == 0:
        raise InputError("An empty array has no norm.")
    magnitudes = xp.abs(values)
    peak = float(xp.max(magnitudes))
    if peak == 0.0:
        return 0.0, 0.0
    return peak, math.sqrt(float(xp.sum((magnitudes / peak) ** 2)))
