"""Cross-spectra of two loggers, and the lag within which they can be averaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_N_GROUPS = 12  # of segments, for the jackknife
_LONGEST_SEGMENT = 4096
_MOST_CHANNELS = 8


@dataclass(frozen=True, eq=False)
class CrossSpectra:
    """Sums over segments, one for each group of neighbouring segments.

    Attributes
    ----------
    frequencies : (n_frequencies,) array [cycles per sample]
    crosses : (n_groups, n_frequencies, n_first, n_second) complex array
        conj(first) times second.
    firsts : (n_groups, n_frequencies, n_first) array
    seconds : (n_groups, n_frequencies, n_second) array
        Powers.
    n_averages : float
        Independent segments in all groups.
    """

    frequencies: np.ndarray
    crosses: np.ndarray
    firsts: np.ndarray
    seconds: np.ndarray
    n_averages: float

    @property
    def cross(self) -> np.ndarray:
        """Cross-spectra (n_frequencies, n_first, n_second) of all groups."""
        return np.asarray(self.crosses.sum(axis=0))

    @property
    def coherence(self) -> np.ndarray:
        """γ² of each pair of channels (n_frequencies, n_first, n_second)."""
        powers = self.firsts.sum(axis=0)[:, :, None] * self.seconds.sum(axis=0)[:, None, :]
        return np.minimum(np.abs(self.cross) ** 2 / np.where(powers > 0, powers, 1.0), 1.0)

    def leaving_one_out(self) -> Iterator[CrossSpectra]:
        """Yield the spectra without each group in turn."""
        n_groups = len(self.crosses)
        for group in range(n_groups):
            kept = np.arange(n_groups) != group
            yield CrossSpectra(
                self.frequencies,
                self.crosses[kept],
                self.firsts[kept],
                self.seconds[kept],
                self.n_averages * (n_groups - 1) / n_groups,
            )


def segment_length(n_samples: int) -> int:
    """Choose segments that resolve modes, and of which there are at least 24 with half overlap."""
    return min(int(2 ** np.floor(np.log2(n_samples / 12))), _LONGEST_SEGMENT)


def cross_spectra(first: np.ndarray, second: np.ndarray, band: tuple[float, float]) -> CrossSpectra:
    """Average over Hann-windowed segments with half overlap; both (n_channels, n_samples), of one length."""
    length = segment_length(first.shape[1])
    frequencies = np.fft.rfftfreq(length)
    chosen = (frequencies > 0) & (frequencies >= band[0]) & (frequencies <= band[1])
    groups = np.array_split(np.arange(0, first.shape[1] - length + 1, length // 2), _N_GROUPS)
    sums = [_group(first, second, starts, length, chosen) for starts in groups]
    crosses, firsts, seconds = (np.stack(parts) for parts in zip(*sums, strict=True))
    n_segments = sum(starts.size for starts in groups)
    # neighbouring segments share a sixth of their amplitude: Welch (1967)
    return CrossSpectra(frequencies[chosen], crosses, firsts, seconds, n_segments / (1 + 2 / 36))


def _group(
    first: np.ndarray, second: np.ndarray, starts: np.ndarray, length: int, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    window = np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2
    cross = np.zeros((int(chosen.sum()), first.shape[0], second.shape[0]), dtype=complex)
    powers = np.zeros(cross.shape[:2]), np.zeros((cross.shape[0], cross.shape[2]))
    for start in starts:
        one, two = (
            np.fft.rfft(window * signals[:, start : start + length])[:, chosen].T
            for signals in (first, second)
        )
        cross += one.conj()[:, :, None] * two[:, None, :]
        powers[0][...] += np.abs(one) ** 2
        powers[1][...] += np.abs(two) ** 2
    return cross, *powers


def coarse_lag(first: np.ndarray, second: np.ndarray, limit: int, band: tuple[float, float]) -> int:
    """Return about how many samples the second is late: where the energy of whitened correlations peaks.

    Antiphase modes may cancel in a correlation, but not in its energy over some time; so that is smoothed.
    """
    from scipy.fft import ifft, next_fast_len
    from scipy.ndimage import uniform_filter1d

    length = next_fast_len(first.shape[1] + second.shape[1])
    whitened = [_whitened(signals[:_MOST_CHANNELS], length, band) for signals in (first, second)]
    lags = np.arange(-limit, limit + 1)
    energy = np.zeros(length)
    for one in whitened[0]:
        for two in whitened[1]:
            energy += np.abs(ifft(one.conj() * two, length)) ** 2  # of the analytic correlation
    width = max(segment_length(min(first.shape[1], second.shape[1])) // 16, 1)
    smooth = uniform_filter1d(energy, width, mode="wrap")
    return int(lags[np.argmax(smooth[lags])])


def _whitened(signals: np.ndarray, length: int, band: tuple[float, float]) -> np.ndarray:
    """Return the upper halves of the spectra, over the root of their smoothed power."""
    from scipy.ndimage import uniform_filter1d

    spectra = np.fft.rfft(signals, length)
    frequencies = np.fft.rfftfreq(length)
    power = uniform_filter1d(np.abs(spectra) ** 2, max(length // segment_length(signals.shape[1]), 1), axis=1)
    inside = (frequencies > 0) & (frequencies >= band[0]) & (frequencies <= band[1])
    return np.where(inside & (power > 0), spectra / np.sqrt(np.where(power > 0, power, 1.0)), 0.0)
