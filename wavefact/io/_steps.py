"""Sampling rates from the distance of two samples, or all their times, as files write them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import InputError

__all__ = ["last_digit", "rate_of_step", "sampling_rate_of"]

_EXACT, _ROUNDED = 0.05, 1.01  # last digits by which times are off that need no rounding, and that do
_COARSEST = 1.5  # last digits of a step from which on a missing sample is farther off than rounding is
_FEW = 1000  # numbers that are looked at before all


def rate_of_step(step: str | float, unit: float = 1.0) -> float | None:
    """Return the sampling rate [Hz]: the roundest number that a step, with the digits it has, allows.

    Parameters
    ----------
    step : str or float
        Distance of two samples, in `unit`; 0 is unknown.
    unit : float [s]

    Raises
    ------
    ValueError
        If the step is negative or not finite.

    Examples
    --------
    >>> rate_of_step("9.76563E-04"), rate_of_step("2e-5"), rate_of_step("0")
    (1024.0, 50000.0, None)
    """
    text = str(step).strip().upper().replace("D", "E")
    value, mantissa = float(text), text.partition("E")[0].lstrip("+-")
    if value == 0.0:
        return None
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"two samples are {step} s apart")
    last_digit = 10.0 ** -len(mantissa.partition(".")[2]) / (float(mantissa) or 1.0)
    tolerance = 0.51 * max(last_digit, 1e-15)
    return _roundest(1.0 / (value * unit), tolerance)


def _roundest(rate: float, tolerance: float) -> float:
    """Return the number of fewest digits that differs by no more than a share of it."""
    rounded = (float(f"{rate:.{digits}g}") for digits in range(1, 16))
    return next((number for number in rounded if abs(number / rate - 1.0) <= tolerance), rate)


def sampling_rate_of(times: Any, unit: float, path: Path | str) -> float | None:
    """Return the sampling rate [Hz] of a time column that is uniform, None for a single time.

    Raises
    ------
    InputError
        If a step differs from the mean step by more than 5 %, and by more than rounding explains.
    """
    if len(times) < 2:
        return None
    times = np.asarray(times)
    steps = np.diff(times)
    mean = (times[-1] - times[0]) / (len(times) - 1)
    uneven = ~(abs(steps - mean) <= 0.05 * abs(mean))
    if mean > 0 and _is_rounded(times, float(mean)):
        return _roundest(1.0 / float(mean * unit), last_digit(times) / float(times[-1] - times[0]))
    if mean <= 0 or uneven.any():
        i = int(abs(steps - mean).argmax())
        raise InputError(
            f"{path}: the time steps are not uniform ({steps[i]:g} after sample {i}, {mean:g} on average); "
            f"resample, or give sampling_rate to ignore the column."
        )
    return float(f"{1.0 / (mean * unit):.9g}")


def _is_rounded(times: np.ndarray, step: float) -> bool:
    """Tell whether times are those of one step, rounded to a last digit below which no gap hides."""
    digit = last_digit(times)
    off = float(np.abs(times - (times[0] + step * np.arange(len(times)))).max())
    return _COARSEST * digit <= step and _EXACT * digit < off <= _ROUNDED * digit


def last_digit(numbers: np.ndarray) -> float:
    """Return the place value of the last decimal that numbers have, 1 for whole ones, 0 where there is none.

    Examples
    --------
    >>> last_digit(np.array([0.25, 1.5])), last_digit(np.array([3.0, 20.0]))
    (0.01, 1.0)
    """
    for decimals in range(10):
        if _have_decimals(numbers[:_FEW], decimals) and _have_decimals(numbers, decimals):
            return float(10.0**-decimals)
    return 0.0


def _have_decimals(numbers: np.ndarray, decimals: int) -> bool:
    """Tell whether numbers have so many decimals, or fewer."""
    scaled = numbers * 10.0**decimals
    round_off = 8 * np.finfo(float).eps * np.abs(scaled)
    return bool(np.all(np.abs(scaled - np.round(scaled)) <= np.minimum(round_off, 0.01)))
