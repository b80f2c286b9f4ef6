"""Variational mode decomposition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._components import peak_frequencies
from wavefact.baselines._dynamics import leading
from wavefact.baselines._packages import imported, quiet
from wavefact.baselines._poles import sorted_model
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["VMD"]

_MOST_COURSES, _MOST_MODES = 6, 8
_CHANCE = 0.01  # that a line of noise alone stands out of a course's spectrum
_HEADROOM = 1.5  # of the band that is decomposed over the highest line that stands out
_FEWEST = 16  # samples
_MOST = 60_000  # samples of all bands of a course; the package keeps up to 500 iterations of them in memory
_RISE = 6.0  # of a peak over the saddles beside it [dB]
_ALIKE = 0.05  # relative difference in frequency of one mode in two courses


@dataclass(frozen=True)
class VMD:
    """Split the principal components into narrow bands, and keep those that stand out of the noise.

    Attributes
    ----------
    n_modes : int or None
        Bands of a course; None for the peaks that stand out of its spectrum, and one for the rest.
    penalty : float
        α: how narrow the bands are.

    Notes
    -----
    One channel at a time is the usual way; here the courses of the six leading principal components are
    decomposed instead, which are fewer than the channels and clearer.  Each is sampled as coarsely as its
    highest peak allows, so that the bands start near the modes.  A line stands out if white noise of the
    spectrum's median would reach it once in a hundred courses; a band is kept if the line at its centre does.
    A mode's frequency is that of its band's highest line, which the noise in the band pulls less than the
    centre; shapes are least-squares fits of all channels to the strongest bands; damping is unknown.

    References
    ----------
    Dragomiretskiy & Zosso, "Variational mode decomposition", IEEE Trans. Signal Processing 62 (2014),
    algorithm 2.

    Examples
    --------
    >>> from wavefact.baselines import VMD
    >>> VMD().title, VMD().package
    ('VMD', 'vmdpy')
    """

    n_modes: int | None = None
    penalty: float = 100.0
    title: ClassVar[str] = "VMD"
    package: ClassVar[str] = "vmdpy"

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[VMD]:
        """Return numbers of bands, and penalties."""
        yield VMD()
        for penalty in (30.0, 100.0, 500.0, 2000.0):
            for n_modes in (None, 3, 6):
                if (n_modes, penalty) != (None, VMD.penalty):
                    yield VMD(n_modes, penalty)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the bands that are kept, on their principal directions."""
        signals, scale = scaled_signals(recording)
        directions, courses = _components(signals)
        kept = np.stack([np.sum(self._bands(course), axis=0) for course in courses])
        return cleaned(recording, directions @ kept, scale)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Take bands that are kept for modes, each frequency once."""
        rate, (signals, _) = rate_of(recording), scaled_signals(recording)
        bands = [self._bands(course) for course in _components(signals)[1]]
        courses = np.concatenate(bands)
        frequencies = peak_frequencies(courses.T, rate) if len(courses) else np.zeros(0)
        chosen: list[int] = []
        for band in np.argsort(-np.sum(courses**2, axis=1), kind="stable"):
            if all(abs(frequencies[band] / frequencies[other] - 1) > _ALIKE for other in chosen):
                chosen.append(int(band))
        shapes = np.linalg.lstsq(courses[chosen].T, signals.T, rcond=None)[0].T
        return sorted_model(frequencies[chosen], np.full(len(chosen), np.nan), shapes, recording)

    def _bands(self, course: np.ndarray) -> np.ndarray:
        """Return the courses of the bands to keep, (n_kept, n_samples)."""
        from scipy.fft import dct, idct

        n_samples = course.size
        peaks, power, limit = _outstanding(course)
        if peaks.size == 0:
            return np.zeros((0, n_samples))
        count = min(peaks.size, _MOST_MODES) + 1 if self.n_modes is None else self.n_modes
        reach = 2 * peaks[-1] / n_samples  # of the Nyquist frequency
        length = int(min(max(_FEWEST, np.ceil(_HEADROOM * reach * n_samples)), n_samples, _MOST // count))
        length -= length % 2  # the package drops the last sample of odd ones
        coarse = idct(dct(course, norm="ortho")[:length], norm="ortho")
        size = np.linalg.norm(coarse)  # the package stops at a change that is not relative to anything
        with quiet():
            decompose = imported("vmdpy", "vmdpy").VMD
            modes, _, history = decompose(coarse / size, self.penalty, 0.0, count, 0, 1, 1e-7)
        centres = np.asarray(history[-1]) * length / n_samples
        lines = np.clip(np.round(centres * n_samples).astype(int), 1, power.size - 2)
        tops = np.max(power[lines[:, None] + np.arange(-1, 2)], axis=1)
        kept = (tops > limit) & (centres > 0) & (centres <= 0.5)
        padded = np.zeros((int(np.sum(kept)), n_samples))
        padded[:, :length] = dct(size * modes[kept], norm="ortho", axis=1)
        return np.asarray(idct(padded, norm="ortho", axis=1))


def _components(signals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the leading principal directions and courses."""
    if signals.shape[1] < _FEWEST:
        raise InputError(f"{signals.shape[1]} samples came; variational modes need at least {_FEWEST}.")
    return leading(signals, _MOST_COURSES)


def _outstanding(course: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the lines of peaks that stand out of a course's smoothed spectrum, this, and the limit."""
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import find_peaks

    spectrum = np.abs(np.fft.rfft(course * np.hanning(course.size))) ** 2
    power = uniform_filter1d(spectrum, max(1, course.size // 200))
    limit = float(np.median(spectrum) / np.log(2) * np.log(power.size / _CHANCE))
    level = max(limit, 1e-6 * float(np.max(power)))
    peaks, _ = find_peaks(10 * np.log10(np.maximum(power, 1e-300)), 10 * np.log10(level), prominence=_RISE)
    return peaks, power, level
