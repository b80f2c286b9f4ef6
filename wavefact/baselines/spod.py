"""Spectral proper orthogonal decomposition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._components import modes_of_shapes, peak_places
from wavefact.baselines._settings import check_at_least
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.baselines.svd import hard_threshold
from wavefact.errors import InputError
from wavefact.modal.complexity import mean_phases, mpc
from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["SPOD"]

_SHORTEST = 4  # samples of a block
_USUAL = 4  # blocks' lengths in a recording
_MARGIN = 1.07  # of the threshold, for the largest of all frequencies under overlapping windows
_PROMINENCE = np.log(1.12)  # of a peak of the first singular value: 1 dB
_COLLINEAR = 0.5  # modal phase collinearity from which a shape is taken for real


@dataclass(frozen=True)
class SPOD:
    """Find, at each frequency, the shapes that most energy of many blocks of the recording is in.

    Attributes
    ----------
    block_length : int or None
        Samples; None for a quarter of the recording.
    threshold : float or None
        Smallest singular value kept, over the median of those of all frequencies; None for 1.07 of the
        optimal hard threshold for unknown noise, which noise alone rarely passes at any frequency.

    Notes
    -----
    Blocks overlap by half, under a periodic Hann window; half a block of zeros is put before and behind the
    signals without their means.  The transforms of the blocks at a frequency are the columns of Q (n × K);
    the modes are the eigenvectors of the cross-spectral matrix Q Qᴴ: the left singular vectors of Q.

    Cleaned is each block, by projection on the modes that are kept at each frequency; blocks are put together
    by Σ w y / Σ w², which returns the signals where all modes are kept.  Named is each peak, by 1 dB or more,
    of the first singular value over frequency.  Shapes are complex; one that is rather collinear (MPC ≥ 0.5)
    is turned to its mean phase and its real part taken.

    References
    ----------
    Towne, Schmidt & Colonius, "Spectral proper orthogonal decomposition and its relationship to dynamic mode
    decomposition and resolvent analysis", J. Fluid Mech. 847 (2018), algorithm 1.  Nekkanti & Schmidt,
    "Frequency–time analysis, low-rank reconstruction and denoising of turbulent flows using SPOD", J. Fluid
    Mech. 926 (2021), section 2.2.

    Examples
    --------
    >>> from wavefact.baselines import SPOD
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = SPOD().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    block_length: int | None = None
    threshold: float | None = None
    title: ClassVar[str] = "SPOD"
    package: ClassVar[str] = ""

    def __post_init__(self) -> None:
        check_at_least(_SHORTEST, block_length=self.block_length)
        check_at_least(0, threshold=self.threshold)

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[SPOD]:
        """Return the automatic setting, and thresholds for blocks of half to a sixteenth of the recording."""
        yield SPOD()
        for share in (16, 8, 4, 2):
            length = recording.n_samples // share
            if length >= _SHORTEST:
                for threshold in (1.2, 1.4, 1.6, 2.0, 2.5, 3.5, 5.0):
                    yield SPOD(length, threshold)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the recording projected on the modes above the threshold, frequency by frequency."""
        blocks = _Blocks.of(recording, self.block_length)
        shapes, values, courses = blocks.modes()
        kept = np.where(values > self._least(values, blocks), values, 0.0)
        return cleaned(recording, blocks.joined((shapes * kept[:, None, :]) @ courses), blocks.scale)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Take each peak of the first singular value above the threshold for a mode."""
        from scipy.signal import find_peaks

        blocks = _Blocks.of(recording, self.block_length)
        shapes, values, _ = blocks.modes()
        levels = np.log(np.maximum(values[:, 0], np.finfo(float).tiny))
        least = max(self._least(values, blocks), np.finfo(float).tiny)
        peaks, _ = find_peaks(levels, height=np.log(least), prominence=_PROMINENCE)
        places = peak_places(np.repeat(levels[:, None], len(peaks), axis=1), peaks)
        frequencies = places * rate_of(recording) / blocks.length
        return modes_of_shapes(frequencies, _turned(shapes[peaks, :, 0].T), recording)

    def _least(self, values: np.ndarray, blocks: _Blocks) -> float:
        """Return the smallest singular value that is kept."""
        shape = (blocks.spectra.shape[1], blocks.spectra.shape[2])
        threshold = _MARGIN * hard_threshold(shape) if self.threshold is None else self.threshold
        return float(threshold * np.median(values))


@dataclass(frozen=True, eq=False)
class _Blocks:
    """Transforms (n_lines, n_sensors, n_blocks) of windowed blocks, and how to put blocks together again."""

    spectra: np.ndarray
    means: np.ndarray
    scale: float
    length: int
    n_samples: int

    @classmethod
    def of(cls, recording: Recording, block_length: int | None) -> _Blocks:
        signals, scale = scaled_signals(recording)
        n_samples = signals.shape[1]
        length = max(n_samples // _USUAL, _SHORTEST) if block_length is None else block_length
        if length > n_samples:
            raise InputError(
                f"A block of {length} samples is longer than the recording of {n_samples}; "
                "record longer, or give shorter blocks."
            )
        means = signals.mean(axis=1, keepdims=True)
        step = length // 2
        behind = length + (-n_samples) % step
        padded = np.pad(signals - means, ((0, 0), (step, behind)))
        cut = np.lib.stride_tricks.sliding_window_view(padded, length, axis=1)[:, ::step]
        spectra = np.fft.rfft(cut * _window(length), axis=2)
        return cls(spectra.transpose(2, 0, 1), means, scale, length, n_samples)

    def modes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return shapes, singular values and courses over the blocks, by frequency."""
        found = np.linalg.svd(self.spectra, full_matrices=False)
        return found.U, found.S, found.Vh

    def joined(self, spectra: np.ndarray) -> np.ndarray:
        """Return the signals (n_sensors, n_samples) of transforms of blocks."""
        blocks = np.fft.irfft(spectra.transpose(1, 2, 0), self.length, axis=2)
        window, step = _window(self.length), self.length // 2
        n_sensors, n_blocks, _ = blocks.shape
        total = np.zeros((n_sensors, (n_blocks - 1) * step + self.length))
        weight = np.zeros(total.shape[1])
        for block in range(n_blocks):
            inside = slice(block * step, block * step + self.length)
            total[:, inside] += window * blocks[:, block]
            weight[inside] += window**2
        inside = slice(step, step + self.n_samples)
        return np.asarray(total[:, inside] / weight[inside] + self.means)


def _window(length: int) -> np.ndarray:
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)


def _turned(shapes: np.ndarray) -> np.ndarray:
    """Return shapes without imaginary part where they are rather collinear."""
    if shapes.shape[1] == 0:
        return shapes
    turned = shapes * np.exp(-1j * mean_phases(shapes))
    return np.where(mpc(shapes) >= _COLLINEAR, turned.real, turned)
