"""Singular values and vectors of cross-spectral matrices, line by line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.spectral._segments import effective_averages, segment_spectra

__all__ = ["Decomposition", "decompose"]

MOST_CHANNELS = 32  # more are seen along their strongest directions within the range
BESIDE = 8  # lines
FIRST = 2  # the means, which segments are without, are missed in the lines below
COUNT = 3  # singular vectors of a line: two modes may cross, and noise is beneath


@dataclass(frozen=True, eq=False)
class Decomposition:
    """Hold the leading singular values and vectors of the cross-spectral matrices.

    Attributes
    ----------
    frequencies : (n_lines,) array [Hz], even
    values : (n_lines, count) array
        Descending, in squares of the signals' unit.
    vectors : (n_lines, n_sensors, count) complex array
        Of unit norm.
    shares : (n_lines,) array in [0, 1]
        Of a line's power, what the first singular vector holds.
    averages : float
        Independent segments behind each line.
    """

    frequencies: np.ndarray
    values: np.ndarray
    vectors: np.ndarray
    shares: np.ndarray
    averages: float

    @property
    def resolution(self) -> float:
        """Distance of the lines [Hz]: one over the length of a segment."""
        return float(self.frequencies[1] - self.frequencies[0])


def decompose(
    signals: np.ndarray, sampling_rate: float, length: int, frequency_range: tuple[float, float]
) -> Decomposition:
    """Decompose the mean cross-spectral matrix of half overlapped Hann segments at each line of a range.

    Parameters
    ----------
    signals : (n_sensors, n_samples) real array
    sampling_rate : float [Hz]
    length : int
        Samples of a segment.
    frequency_range : (low, high) [Hz]

    Notes
    -----
    With the transforms of K segments as columns, G = A Aᴴ/K, and its singular vectors are the left ones of A:
    they come from the smaller of A Aᴴ and Aᴴ A.
    """
    from scipy.signal import get_window

    window, step = get_window("hann", length), length // 2
    frequencies = np.fft.rfftfreq(length, 1 / sampling_rate)
    low, high = (float(edge) for edge in frequency_range)
    lines = _lines(frequencies, low, high)
    basis = _basis(signals, sampling_rate, (low, high))
    values, vectors, total = _singular(basis.T @ signals, window, step, lines)
    n_segments = (signals.shape[1] - length) // step + 1
    return Decomposition(
        frequencies=frequencies[lines],
        values=values,
        vectors=basis @ vectors,
        shares=values[:, 0] / np.maximum(total, np.finfo(float).tiny),
        averages=effective_averages(window, step, n_segments),
    )


def _lines(frequencies: np.ndarray, low: float, high: float) -> slice:
    """Return the lines within a range and a few beside it, so that a bell at its edge is whole."""
    first, last = np.searchsorted(frequencies, low), np.searchsorted(frequencies, high, side="right")
    if last - first < 3:
        raise InputError(
            f"The range {low:g} to {high:g} Hz holds {last - first} lines, {frequencies[1]:.4g} Hz apart; "
            "give a wider one, or a finer resolution."
        )
    return slice(max(int(first) - BESIDE, FIRST), int(last) + BESIDE)


def _basis(signals: np.ndarray, sampling_rate: float, frequency_range: tuple[float, float]) -> np.ndarray:
    """Return the strongest directions of the signals within a range, all of them if they are few."""
    n_sensors, n_samples = signals.shape
    if n_sensors <= MOST_CHANNELS:
        return np.eye(n_sensors)
    from scipy.fft import rfft, rfftfreq

    frequencies = rfftfreq(n_samples, 1 / sampling_rate)
    inside = (frequencies > 0) & (frequencies >= frequency_range[0]) & (frequencies <= frequency_range[1])
    spectrum = np.ascontiguousarray(rfft(signals, axis=1)[:, inside])
    powers = (spectrum @ spectrum.conj().T).real
    return np.asarray(np.linalg.eigh(powers)[1][:, : -MOST_CHANNELS - 1 : -1])


def _singular(
    signals: np.ndarray, window: np.ndarray, step: int, lines: slice
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values (n_lines, count), vectors (n_lines, n, count) and total power (n_lines,)."""
    n = signals.shape[0]
    n_segments = (signals.shape[1] - window.size) // step + 1
    blocks = (block.transpose(2, 0, 1) for block in segment_spectra(signals, window, step, lines))
    if n_segments < n:
        columns = np.concatenate(list(blocks), axis=2)
        powers, turns = np.linalg.eigh(columns.conj().transpose(0, 2, 1) @ columns)
        vectors = columns @ turns[:, :, : -COUNT - 1 : -1]
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = vectors / np.maximum(norms, np.finfo(float).tiny)
    else:
        gram = sum(block @ block.conj().transpose(0, 2, 1) for block in blocks)
        powers, turns = np.linalg.eigh(gram)
        vectors = turns[:, :, : -COUNT - 1 : -1]
    powers = np.maximum(powers, 0.0) / n_segments
    return powers[:, : -COUNT - 1 : -1], vectors, powers.sum(axis=1)
