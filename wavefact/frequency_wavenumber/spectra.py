"""What both maps share, and their cut without a wave equation: singular values over frequency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import frexp, ldexp
from typing import Any

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.frequency_wavenumber._windows import windowed_grams
from wavefact.operators.time import Time
from wavefact.recording import Recording, check_signals, rate_of

__all__ = ["FrequencyWavenumberMap", "SingularValues", "singular_values"]


@dataclass(frozen=True, eq=False)
class FrequencyWavenumberMap:
    """Hold the largest singular value of what passes the filters at each frequency and wavenumber.

    Parameters
    ----------
    frequencies : numpy.ndarray, shape (n_frequencies,)
        Centres of the filters in time [Hz].
    wavenumbers : numpy.ndarray, shape (n_wavenumbers,)
        Centres of the filters in space [rad/m]; of travelling waves the sign is the direction.
    values : numpy.ndarray, shape (n_frequencies, n_wavenumbers)
        In `unit`.
    unit : str
        The recording's; "–" for shares between 0 and 1.
    length_unit : str
        "m", or "sensor" where nobody said where the sensors are: then wavenumbers are [rad/sensor].

    Examples
    --------
    >>> from wavefact.frequency_wavenumber import FrequencyWavenumberMap
    >>> FrequencyWavenumberMap(np.array([1.0, 2.0]), np.array([0.5]), np.array([[3.0], [4.0]])).peak
    (2.0, 0.5)
    """

    frequencies: np.ndarray
    wavenumbers: np.ndarray
    values: np.ndarray
    unit: str = ""
    length_unit: str = "m"

    @property
    def peak(self) -> tuple[float, float]:
        """Frequency [Hz] and wavenumber [rad/m] of the largest value."""
        i, j = np.unravel_index(int(np.argmax(self.values)), self.values.shape)
        return float(self.frequencies[i]), float(self.wavenumbers[j])


@dataclass(frozen=True, eq=False)
class SingularValues:
    """Hold the leading singular values of a recording behind a window at each frequency.

    Parameters
    ----------
    frequencies : numpy.ndarray, shape (n_frequencies,)
        Centres of the windows [Hz].
    values : numpy.ndarray, shape (n_frequencies, count)
        Descending, in `unit`.
    noise_gains : numpy.ndarray, shape (n_frequencies,)
        Power spectral density [unit²/Hz] per squared singular value: 2/(f_s Σ weights).
    unit : str
        The recording's.

    Examples
    --------
    >>> from wavefact.frequency_wavenumber import SingularValues
    >>> SingularValues(np.array([1.0]), np.array([[3.0, 2.0]]), np.array([0.1])).densities.round(3)
    array([[0.9, 0.4]])
    """

    frequencies: np.ndarray
    values: np.ndarray
    noise_gains: np.ndarray
    unit: str = ""

    @property
    def densities(self) -> np.ndarray:
        """One-sided power spectral densities [unit²/Hz], (n_frequencies, count), as FDD plots them."""
        return self.values**2 * self.noise_gains[:, None]


def singular_values(
    recording: Recording, bandwidth: float, frequencies: int | np.ndarray = 600, count: int = 4
) -> SingularValues:
    """Find the leading singular values of a recording behind a Lorentzian window at each frequency.

    Parameters
    ----------
    recording : Recording
        With a sampling rate.
    bandwidth : float
        Distance of the window's half-power points [Hz]: about the damping bandwidth 2ζf of the modes.
    frequencies : int or (n_frequencies,) array
        Centres [Hz], or their number from zero to half the sampling rate.
    count : int
        How many singular values; at most the number of sensors.

    Returns
    -------
    SingularValues

    Raises
    ------
    InputError
        If there is no sampling rate, or an argument is out of its range.

    Notes
    -----
    σ_i(Ŷ V(ω)^{-1/2}) with Ŷ = Y Φ the cosine transform in time and V(ω) = 1 + γ (ω_t − ω)², γ the weight of
    `Time.weight(bandwidth)`: the map of `frequency_wavenumber` without a wave equation in space.  One tall
    line is one mode; where a second line rises beneath, two modes share a frequency, or the motion travels.

    References
    ----------
    Brincker, Zhang & Andersen, "Modal identification of output-only systems using frequency domain
    decomposition", Smart Materials and Structures 10 (2001) 441–445.

    Examples
    --------
    >>> from wavefact.frequency_wavenumber import singular_values
    >>> tone = np.sin(2 * np.pi * 5.0 * np.arange(400) / 50.0)
    >>> recording = wf.Recording(np.outer([1.0, 2.0, -1.0], tone), sampling_rate=50.0)
    >>> curves = singular_values(recording, bandwidth=0.5, frequencies=251)
    >>> round(float(curves.frequencies[np.argmax(curves.values[:, 0])]), 1)
    5.0
    """
    check_signals(recording)
    rate = rate_of(recording)
    centres = chosen_frequencies(frequencies, rate)
    if not isinstance(count, int | np.integer) or count < 1:
        raise InputError(f"count is {count!r}; give how many singular values, a whole number ≥ 1.")
    time, count = Time(recording.n_samples, rate, order=1), min(int(count), recording.n_sensors)
    signals, scale = scaled_signals(recording)
    values = np.empty((len(centres), count))
    for i, gram in enumerate(time_windows(signals, time, bandwidth, centres)):
        values[i] = np.linalg.eigvalsh(gram)[: -count - 1 : -1]
    weight = time.weight(number(bandwidth, "bandwidth"))
    sums = [np.sum(1.0 / (1.0 + weight * (time.eigenvalues - centre) ** 2)) for centre in 2 * np.pi * centres]
    gains = 2.0 / (rate * np.asarray(sums))
    return SingularValues(centres, scale * np.sqrt(np.maximum(values, 0.0)), gains, recording.unit)


def time_windows(
    coefficients: np.ndarray, time: Time, bandwidth: float, frequencies: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield Ŷ V(ω)⁻¹ Ŷᴴ for each frequency [Hz], from rows over time (n, n_samples), in their precision."""
    half_width = time.weight(number(bandwidth, "bandwidth")) ** -0.5
    spectrum = time.analyze(np.ascontiguousarray(coefficients.T)).T
    return windowed_grams(spectrum, time.eigenvalues, 2 * np.pi * frequencies, half_width)


def scaled_signals(recording: Recording) -> tuple[np.ndarray, float]:
    """Return the signals in double precision over a power of two, for safe squares, and that power."""
    signals = to_numpy(recording.load().signals)
    signals = signals.astype(np.complex128 if np.iscomplexobj(signals) else np.float64)
    peak = float(max(np.max(np.abs(signals.real)), np.max(np.abs(signals.imag))))
    scale = ldexp(1.0, max(frexp(peak)[1], -1021)) if peak > 0 else 1.0
    return signals / scale, scale


def number(value: Any, name: str) -> float:
    """Return a finite number ≥ 0; refuse anything else."""
    if not isinstance(value, int | float | np.number) or not 0 <= value < float("inf"):
        raise InputError(f"{name} is {value!r}; expected a finite number ≥ 0.")
    return float(value)


def chosen_frequencies(frequencies: Any, rate: float, lowest: float = 0.0) -> np.ndarray:
    """Return so many even frequencies up to half the sampling rate, or those given, checked."""
    centres = even_or_given(frequencies, (0.0, rate / 2), "frequencies")
    if centres[0] < lowest or centres[-1] > rate / 2 * (1 + 1e-9):
        raise InputError(
            f"Frequencies from {centres[0]:g} to {centres[-1]:g} Hz came; at {rate:g} samples a second they "
            f"must be between {lowest:g} and {rate / 2:g} Hz."
        )
    return centres


def even_or_given(values: Any, limits: tuple[float, float], name: str) -> np.ndarray:
    """Return so many even values between the limits, or the values given, once they are checked."""
    if isinstance(values, int | np.integer) and not isinstance(values, bool):
        if values < 2:
            raise InputError(f"{name} is {values}; give at least 2, or the values themselves.")
        return np.linspace(*limits, int(values))
    given = np.asarray(values)
    if given.dtype.kind not in "iuf" or given.ndim != 1 or given.size == 0:
        raise InputError(f"{name} is {values!r}; give how many, or their values as a list of numbers.")
    given = given.astype(float)
    if not (np.all(np.isfinite(given)) and np.all(np.diff(given) > 0)):
        raise InputError(f"The {name} must be finite and rise from each to the next.")
    return given
