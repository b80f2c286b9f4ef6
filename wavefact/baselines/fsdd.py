"""Frequency spatial domain decomposition, with automatic picking of peaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from wavefact.baselines._dynamics import leading
from wavefact.baselines._packages import imported, quiet
from wavefact.baselines._poles import distinct, sorted_model
from wavefact.baselines._signals import scaled_signals
from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["FSDD"]

_SHORTEST, _LONGEST = 16, 4096
_SHARE = 0.25  # of all lines: how wide the running median is, so that no peak lifts it
_FEWEST_EXTREMA, _MOST_EXTREMA = 4, 20  # of a correlation, for its decrement
_MOST_DAMPING = 0.2


@dataclass(frozen=True)
class FSDD:
    """Take peaks of the first singular value of the spectral matrix for modes.

    Attributes
    ----------
    segment : int or None
        Samples of a spectral segment; None for the power of two next to 16 √n of n samples, at
        most 4096 and half the recording.
    threshold : float
        How far a peak stands out of the running median of the first singular value, and of the lines around
        it [dB].
    n_channels : int
        More channels than these are compressed to as many principal components before: pyOMA-2 decomposes
        every line anew for each mode.

    Notes
    -----
    Of peaks with like shapes (MAC > 0.9) within 10 % in frequency, the highest is taken.  Frequency and
    damping come from the decrement of the mode's correlation; where it has too few extrema, the frequency is
    that of the line and damping is NaN.

    References
    ----------
    Zhang, Wang & Tamura, "A frequency-spatial domain decomposition (FSDD) method for operational modal
    analysis", Mechanical Systems and Signal Processing 24 (2010), section 3.

    Examples
    --------
    >>> from wavefact.baselines import FSDD
    >>> FSDD().title, FSDD().package
    ('FSDD', 'pyOMA-2')
    """

    segment: int | None = None
    threshold: float = 6.0
    n_channels: int = 12
    title: ClassVar[str] = "FSDD"
    package: ClassVar[str] = "pyOMA-2"

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[FSDD]:
        """Return lengths of segments and thresholds."""
        yield FSDD()
        usual = _segment(recording.n_samples)
        for segment in (usual // 2, usual, usual * 2):
            if _SHORTEST <= segment <= recording.n_samples:
                for threshold in (3.0, 4.5, 6.0, 9.0):
                    yield FSDD(segment, threshold)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Return the modes at the peaks."""
        rate, (signals, _) = rate_of(recording), scaled_signals(recording)
        directions, courses = leading(signals, self.n_channels)
        segment = _segment(recording.n_samples) if self.segment is None else self.segment
        if not _SHORTEST <= segment <= recording.n_samples or len(courses) < 2:
            raise InputError(
                f"{recording.n_samples} samples came for segments of {segment}; "
                f"at least {_SHORTEST} are needed, no longer than the recording."
            )
        with quiet():
            algorithms = imported("pyoma2.algorithms", "pyOMA-2")
            setup = imported("pyoma2.setup", "pyOMA-2").SingleSetup(courses.T, fs=rate)
            setup.add_algorithms(algorithms.FSDD(name="FSDD", nxseg=segment, method_SD="per"))
            setup.run_by_name("FSDD")
            result = setup["FSDD"].result
            levels = 20 * np.log10(np.maximum(result.S_val[0, 0], np.finfo(float).tiny))
            peaks = _peaks(levels, self.threshold)
            lines = np.sort(distinct(peaks, result.freq, result.S_vec[0], levels))
            modes = [_mode(setup, result, line, lines) for line in lines]
        table = np.array([mode[:2] for mode in modes]).reshape(-1, 2)
        shapes = np.stack([mode[2] for mode in modes], axis=1) if modes else np.zeros((len(courses), 0))
        return sorted_model(table[:, 0], table[:, 1], directions @ shapes, recording)


def _segment(n_samples: int) -> int:
    return int(min(2 ** round(np.log2(16 * np.sqrt(n_samples))), n_samples // 2, _LONGEST))


def _peaks(levels: np.ndarray, threshold: float) -> np.ndarray:
    """Return the lines of peaks that stand out [dB]; neither the first lines nor the last ones."""
    from scipy.ndimage import median_filter
    from scipy.signal import find_peaks

    width = max(3, int(_SHARE * levels.size)) | 1
    peaks, _ = find_peaks(levels, height=median_filter(levels, width) + threshold, prominence=threshold)
    return np.asarray(peaks[(peaks > 1) & (peaks < levels.size - 2)])


def _mode(setup: Any, result: Any, line: int, lines: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Return frequency, damping ratio and shape at a peak; the bell reaches half way to the next one."""
    step = float(result.freq[1])
    others = lines[lines != line]
    reach = min(
        float(np.min(np.abs(others - line))) / 2 if others.size else np.inf, 0.1 * result.freq.size, line
    )
    asked = float(result.freq[line])
    for most in range(_MOST_EXTREMA, _FEWEST_EXTREMA - 1, -4):
        try:
            setup.mpe(
                "FSDD", sel_freq=[asked], DF1=1.01 * step, DF2=max(reach, 2.0) * step, sppk=1, npmax=most
            )
        except (ValueError, RuntimeError):  # too few extrema
            continue
        frequency, damping = float(result.Fn[0]), float(result.Xi[0])
        if 0 < damping < _MOST_DAMPING and abs(frequency - asked) < 2 * step:
            return frequency, damping, np.asarray(result.Phi[:, 0])
    return asked, float("nan"), np.asarray(result.S_vec[0, :, line])
