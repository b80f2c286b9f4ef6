"""Spectra of the windowed, overlapping segments of a recording, and what such averages are worth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.recording import Recording

__all__ = ["effective_averages", "real_signals", "segment_length", "segment_spectra"]

SHORTEST = 16  # samples of a segment
BATCH = 2**24  # samples that are transformed at a time


def segment_length(n_samples: int, sampling_rate: float, resolution: float, least: int = 1) -> int:
    """Return the samples of a segment, 1/resolution long, of which `least` fit half overlapped.

    Raises
    ------
    InputError
        If the recording is too short or the resolution too coarse.
    """
    longest = 2 * n_samples // (least + 1)
    if longest < SHORTEST:
        raise InputError(
            f"{n_samples} samples are too few for {least} segments of at least {SHORTEST}; record longer."
        )
    finest, coarsest = sampling_rate / longest, sampling_rate / SHORTEST
    if not finest * (1 - 1e-9) <= resolution <= coarsest * (1 + 1e-9):
        raise InputError(
            f"resolution is {resolution!r} Hz; {n_samples} samples at {sampling_rate:g} Hz allow "
            f"{finest:.4g} to {coarsest:.4g} Hz."
        )
    return min(round(sampling_rate / resolution), longest)


def real_signals(recording: Recording) -> np.ndarray:
    """Return real signals in double precision, (n_sensors, n_samples), or say which are not finite."""
    signals = to_numpy(recording.load().signals)
    if np.iscomplexobj(signals):
        raise InputError(
            "The signals are complex; spectra of segments need real ones, such as their real parts."
        )
    finite = np.isfinite(signals)
    if not np.all(finite):
        sensor, sample = np.argwhere(~finite)[0]
        raise InputError(
            f"{recording.label(int(sensor))} has NaN or Inf at sample {sample}; repair or remove it."
        )
    return np.asarray(signals, dtype=float)


def segment_spectra(
    signals: np.ndarray, window: np.ndarray, step: int, lines: slice, *, keep_mean: bool = False
) -> Iterator[np.ndarray]:
    """Yield the Fourier transforms of windowed segments.

    Parameters
    ----------
    signals : (n_channels, n_samples) real array
    window : (length,) array
    step : int
        Samples from the start of one segment to the start of the next.
    lines : slice
        Which lines of the transform.
    keep_mean : bool
        Whether segments keep their means.

    Yields
    ------
    (n_channels, n_segments, n_lines) complex array
        Of some segments at a time, in order.
    """
    from scipy.fft import rfft

    segments = np.lib.stride_tricks.sliding_window_view(signals, window.size, axis=1)[:, ::step]
    batch = max(1, BATCH // (signals.shape[0] * window.size))
    for start in range(0, segments.shape[1], batch):
        some = segments[:, start : start + batch]
        centred = some if keep_mean else some - some.mean(axis=2, keepdims=True)
        yield rfft(centred * window, axis=2)[:, :, lines]


def effective_averages(window: np.ndarray, step: int, n_segments: int) -> float:
    """Return how many independent segments the overlapping ones are worth.

    Notes
    -----
    K / (1 + 2 Σ_j (1 − j/K) ρ_j²) with ρ_j the correlation of the window with itself j steps later.

    References
    ----------
    P. D. Welch, "The use of fast Fourier transform for the estimation of power spectra", IEEE Trans. Audio
    Electroacoust. 15(2), 1967.
    """
    shifts = range(1, min(n_segments, -(-window.size // step)))
    power = float(window @ window)
    shared = [(window[j * step :] @ window[: window.size - j * step] / power) ** 2 for j in shifts]
    loss = sum((1 - j / n_segments) * share for j, share in zip(shifts, shared, strict=True))
    return n_segments / (1 + 2 * loss)
