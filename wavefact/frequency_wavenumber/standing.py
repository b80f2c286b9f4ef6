"""The frequency–wavenumber map of standing waves: the polar on both axes, seen as a picture."""

from __future__ import annotations

import numpy as np

from wavefact._fit_checks import prepare
from wavefact.frequency_wavenumber.spectra import (
    FrequencyWavenumberMap,
    chosen_frequencies,
    even_or_given,
    number,
    scaled_signals,
    time_windows,
)
from wavefact.operators import WaveOperator
from wavefact.operators._lengths import unit_along
from wavefact.operators.time import Time
from wavefact.problem import Axis
from wavefact.recording import Recording, rate_of
from wavefact.ritz import ritz

__all__ = ["frequency_wavenumber"]

N_STEPS = 20  # of Lanczos
EPSILON = 6e-8  # of single precision
RESOLVED = 2e-4  # relative error of a filter that rounding its eigenvalues may cause


def frequency_wavenumber(
    recording: Recording,
    operator: WaveOperator | None = None,
    *,
    bandwidth: float,
    wave_weight: float,
    frequencies: int | np.ndarray = 300,
    wavenumbers: int | np.ndarray = 200,
) -> FrequencyWavenumberMap:
    """Map the largest singular value of what passes the filters at each frequency and wavenumber.

    Parameters
    ----------
    recording : Recording
        Or a residual, with a sampling rate; remove offsets before (`wf.detrend`).
    operator : WaveOperator, optional
        Whose points are the sensors; by default a line with free ends.
    bandwidth : float
        Distance of the half-power points in time [Hz]: about the damping bandwidth 2ζf of the modes.
    wave_weight : float
        γ ≥ 0 of the space axis, as in `factorize`; `wf.wave_weight_from_bandwidth` gives it in rad/m.
    frequencies : int or (n_frequencies,) array
        Centres [Hz], or their number from zero to half the sampling rate.
    wavenumbers : int or (n_wavenumbers,) array
        Centres [rad/m], or their number from zero to the operator's largest.

    Returns
    -------
    FrequencyWavenumberMap

    Raises
    ------
    InputError
        If there is no sampling rate, recording and operator do not fit, or an argument is out of its range.

    Notes
    -----
    The value is σ_max(W(κ)^{-1/2} Ŷ V(ω)^{-1/2}), with Ŷ = Γᵀ Y Φ in the eigenbases of space and time,
    W(κ) = 1 + γ (α_j − κ)² and V(ω) = 1 + γ_t (ω_t − ω)², γ_t from `Time.weight(bandwidth)`.  A component of
    a factorization with both weights has to rise above λ in this map of the residual.  With γ = 0 it does not
    depend on the wavenumber and is the first of `singular_values`.

    Values are Ritz values in single precision: above the singular value by rounding at most, and within 1e-3
    below it wherever something stands out; in white noise, with the two largest alike, a few are 1e-2 below.
    Wavenumbers are those of the operator, κ^(1/p): on a grid with spacing h a `String`
    calls (2/h) sin(kh/2) what a continuous line calls k.  Both directions of travel look alike; use
    `travelling_waves` to tell them apart.

    Examples
    --------
    >>> from wavefact.frequency_wavenumber import frequency_wavenumber
    >>> operator = wf.String(40, spacing=0.5, ends="fixed")
    >>> shape = np.sin(0.92 * operator.positions)  # six half waves on 20.5 m
    >>> tone = np.cos(2 * np.pi * 7.0 * np.arange(600) / 50.0)
    >>> recording = wf.Recording(np.outer(shape, tone), sampling_rate=50.0)
    >>> picture = frequency_wavenumber(
    ...     recording, operator, bandwidth=0.5, wave_weight=1e3, frequencies=51, wavenumbers=41
    ... )
    >>> [round(value, 1) for value in picture.peak]
    [7.0, 0.9]
    """
    recording, operator = prepare(recording, operator)
    rate = rate_of(recording)
    weight = number(wave_weight, "wave_weight")
    centres = chosen_frequencies(frequencies, rate)
    largest = float(operator.wavenumber(float(np.max(operator.eigenvalues))))
    at = even_or_given(wavenumbers, (0.0, largest), "wavenumbers")
    kappas = np.asarray(operator.eigenvalue(at))
    signals, scale = scaled_signals(recording)
    coefficients = operator.analyze(signals)
    if weight**0.5 * float(max(kappas.max(), operator.eigenvalues.max())) * EPSILON < RESOLVED:
        coefficients = coefficients.astype(np.complex64 if np.iscomplexobj(coefficients) else np.float32)
    axis = Axis(operator.eigenvalues.astype(coefficients.real.dtype), weight)
    kappas = kappas.astype(coefficients.real.dtype)
    time = Time(recording.n_samples, rate, order=1)
    grams = time_windows(coefficients, time, bandwidth, centres)
    values = np.stack([_largest(gram, axis, kappas) for gram in grams])
    length = unit_along(operator, recording.positions)
    return FrequencyWavenumberMap(centres, at, scale * values, recording.unit, length)


def _largest(gram: np.ndarray, axis: Axis, centres: np.ndarray) -> np.ndarray:
    """Return σ_max at each centre; without a wave equation they are all the same."""
    if axis.weight > 0:
        return ritz(gram, axis, centres, N_STEPS)
    top = max(float(np.linalg.eigvalsh(gram)[-1]), 0.0)
    return np.full(len(centres), top**0.5)
