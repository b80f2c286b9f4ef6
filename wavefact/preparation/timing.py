"""How much later one logger writes what another one also sees."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.preparation._checks import common_rate, finite_signals, positive
from wavefact.preparation._lag_spectra import (
    CrossSpectra,
    coarse_lag,
    cross_spectra,
    segment_length,
)
from wavefact.recording import Recording

__all__ = ["TimeLag", "time_lag"]

_logger = logging.getLogger("wavefact")

_FEWEST_SAMPLES = 512
_FALSE_ALARMS = 0.01  # probability that anything is called common to loggers that share nothing
_FINENESS = 16  # grid points per sample
_AMBIGUOUS = 0.9
_ROUNDING = 1e-12  # of a constant channel without its line


@dataclass(frozen=True)
class TimeLag:
    """Hold the lag of one logger behind another.

    Attributes
    ----------
    seconds : float
        Positive where the second logger writes the same event later [s].
    standard_error : float
        Of the lag, by leaving out parts of the recording [s].
    sampling_rate : float
        Of both loggers [Hz].
    runner_up : float
        How nearly the second best lag explains the phases as well: 0 not at all, 1 just as well [-].
    other_seconds : float
        That second best lag [s].

    Examples
    --------
    >>> from wavefact.preparation import TimeLag
    >>> round(TimeLag(0.05, 0.001, 100.0, 0.3, 0.25).samples, 6)
    5.0
    """

    seconds: float
    standard_error: float
    sampling_rate: float
    runner_up: float
    other_seconds: float

    @property
    def samples(self) -> float:
        """The lag in samples."""
        return self.seconds * self.sampling_rate


def time_lag(
    first: Recording,
    second: Recording,
    *,
    max_lag: float | None = None,
    frequency_range: tuple[float, float] | None = None,
) -> TimeLag:
    """Estimate how much later the second logger writes what both see, to a fraction of a sample.

    Parameters
    ----------
    first, second : Recording
        Of one sampling rate and quantity, on one structure: the same sensor on both, or sensors at different
        places whose vibration is in phase or in antiphase, as it is in modes.  The delay of a wave that
        travels from one to the other would count as lag.
    max_lag : float, optional
        Largest lag either way [s]; by default a quarter of the shorter recording.
    frequency_range : (low, high), optional
        Where the modes are [Hz]; by default everywhere.

    Returns
    -------
    TimeLag

    Raises
    ------
    InputError
        If rates or quantities differ, less than 512 samples would be common at the largest lag, a range is
        empty, or nothing stands out that is common to both; for NaN, Inf and complex signals.

    Notes
    -----
    The squares of cross-spectra have the phase −4πfτ, for a lag τ, also where two sensors move in antiphase.
    τ maximises Σ w(f) cos(arg S²(f) + 4πfτ) over all frequencies whose coherence γ² is significant and all
    pairs of channels, with w = γ² / (1 − γ²), which is inverse to the variance of the phase.  Before, the
    recordings are brought together roughly by the energy of the whitened correlations of all pairs.  The
    standard error is a jackknife over stretches of the recording; it does not know of phases that are
    not 0 or π, as between close or strongly damped modes.

    A single mode at f₁ leaves the lag open by multiples of 1/(2f₁), and so do modes at multiples of one
    frequency; a warning is logged where another lag does nearly as well.  Then narrow `max_lag`.  Recordings
    of the same modes at different times may look common by chance.

    References
    ----------
    C. H. Knapp and G. C. Carter, "The generalized correlation method for estimation of time delay", IEEE
    Trans. Acoust. Speech Signal Process. 24(4), 1976.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> motion = np.random.default_rng(0).normal(size=6020)
    >>> first, second = wf.Recording([motion[20:]], 100.0), wf.Recording([-motion[:-20]], 100.0)
    >>> lag = wf.time_lag(first, second)
    >>> round(lag.samples, 3)
    20.0
    """
    rate = common_rate((first, second), "decimate one of them.")
    if first.quantity != second.quantity and first.quantity and second.quantity:
        raise InputError(
            f"The first is {first.quantity}, the second {second.quantity}, a quarter period apart; convert "
            f"one with to_quantity(recording, {first.quantity!r})."
        )
    ours, theirs = (_flattened(recording) for recording in (first, second))
    limit = _limit(max_lag, rate, min(ours.shape[1], theirs.shape[1]))
    band = _band(frequency_range, rate)
    shift = coarse_lag(ours, theirs, limit, band)
    start, stop = max(0, -shift), min(ours.shape[1], theirs.shape[1] - shift)
    spectra = cross_spectra(ours[:, start:stop], theirs[:, start + shift : stop + shift], band)
    squares = _squares(spectra)
    if not np.any(squares):
        raise InputError(
            "The recordings have nothing in common at any frequency; look whether they overlap in time, "
            "and whether max_lag is large enough."
        )
    reach = segment_length(stop - start) // 8
    grid = np.arange(max(-limit - shift, -reach), min(limit - shift, reach) + 0.5 / _FINENESS, 1 / _FINENESS)
    values = _likelihood(squares, spectra.frequencies, grid)
    best = _refined(squares, spectra.frequencies, float(grid[np.argmax(values)]))
    runner_up, other = _second(grid, values, best)
    if runner_up > _AMBIGUOUS:
        lags = shift + other, shift + best
        _logger.warning("a lag of %.4g samples explains the phases nearly as well as %.4g", *lags)
    error = _jackknife(spectra, best)
    return TimeLag((shift + best) / rate, error / rate, rate, runner_up, (shift + other) / rate)


def _flattened(recording: Recording) -> np.ndarray:
    """Return the channels that move, without their lines, at unit variance."""
    from scipy.signal import detrend

    raw = finite_signals(recording)
    signals = detrend(raw, axis=1)
    sizes = signals.std(axis=1)
    moving = sizes > _ROUNDING * np.abs(raw).max(axis=1)
    if not moving.any():
        raise InputError("No channel of a recording moves; nothing says when.")
    return np.asarray(signals[moving] / sizes[moving, None])


def _limit(max_lag: Any, rate: float, n_samples: int) -> int:
    """Return the largest lag in samples."""
    if n_samples < _FEWEST_SAMPLES:
        raise InputError(f"{n_samples} samples are too few; at least {_FEWEST_SAMPLES} are needed.")
    if max_lag is None:
        return n_samples // 4
    limit = int(np.ceil(positive(max_lag, "max_lag", "seconds") * rate))
    if limit > n_samples - _FEWEST_SAMPLES:
        raise InputError(
            f"At a lag of {max_lag:g} s less than {_FEWEST_SAMPLES} samples are common; lower max_lag."
        )
    return limit


def _band(frequency_range: tuple[float, float] | None, rate: float) -> tuple[float, float]:
    """Return the range in cycles per sample; zero is left out."""
    low, high = (0.0, rate / 2) if frequency_range is None else frequency_range
    if not 0 <= low < high <= rate / 2:
        raise InputError(
            f"The range {low:g} to {high:g} Hz must rise within 0 and half the sampling rate of {rate:g} Hz."
        )
    return low / rate, high / rate


def _squares(spectra: CrossSpectra) -> np.ndarray:
    """Return Σ_pairs w (S/|S|)², (n_frequencies,): of twice the phase, and heavy where it is well known."""
    coherence, n_averages = spectra.coherence, spectra.n_averages
    significant = 1 - (_FALSE_ALARMS / coherence.size) ** (1 / (n_averages - 1))
    weights = np.where(coherence > significant, coherence / (1 - coherence + 1 / n_averages), 0.0)
    magnitude = np.abs(spectra.cross)
    return np.sum(weights * (spectra.cross / np.where(magnitude > 0, magnitude, 1.0)) ** 2, axis=(1, 2))


def _likelihood(squares: np.ndarray, frequencies: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Return Σ_f Re(squares e^{4πifτ}) at lags τ [samples]."""
    known = squares != 0
    values = np.empty(lags.size)
    for start in range(0, lags.size, 1024):  # so that the matrix of phases stays small
        part = lags[start : start + 1024]
        values[start : start + 1024] = np.real(
            np.exp(4j * np.pi * part[:, None] * frequencies[known]) @ squares[known]
        )
    return values


def _refined(squares: np.ndarray, frequencies: np.ndarray, lag: float) -> float:
    """Climb to the maximum from a grid point near it, by Newton's method."""
    omega = 4 * np.pi * frequencies
    for _ in range(4):
        turned = squares * np.exp(1j * omega * lag)
        curvature = float(np.sum(omega**2 * turned.real))
        if curvature <= 0:
            break
        lag -= float(np.clip(np.sum(omega * turned.imag) / curvature, -1 / _FINENESS, 1 / _FINENESS))
    return lag


def _second(grid: np.ndarray, values: np.ndarray, best: float) -> tuple[float, float]:
    """Return how high the second highest peak is, as a share of the highest, and where."""
    inner = values[1:-1]
    peaks = 1 + np.flatnonzero((inner > values[:-2]) & (inner >= values[2:]))
    peaks = peaks[np.abs(grid[peaks] - best) > 2 / _FINENESS]
    if not peaks.size:
        return 0.0, float(best)
    second = peaks[np.argmax(values[peaks])]
    return max(0.0, float(values[second] / values.max())), float(grid[second])


def _jackknife(spectra: CrossSpectra, best: float) -> float:
    """Return the standard error of the lag [samples], from leaving out each group of segments in turn."""
    parts = spectra.leaving_one_out()
    left_out = np.array([_refined(_squares(part), part.frequencies, best) for part in parts])
    n = left_out.size
    return float(np.sqrt((n - 1) / n * np.sum((left_out - left_out.mean()) ** 2)))
