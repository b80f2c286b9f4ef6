"""Savitzky–Golay filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._risk import least_risk, spaced_integers
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.errors import InputError
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["SavitzkyGolay"]

_DEGREES = (2, 4)
_WIDEST = 1000  # samples


@dataclass(frozen=True)
class SavitzkyGolay:
    """Replace every sample by the value of the polynomial that fits those around it best.

    Attributes
    ----------
    width : int or None
        Samples fitted, an odd number; None for that of least expected error (Mallows' C_L).
    degree : int or None
        Of the polynomial; None likewise.

    Notes
    -----
    The first and last samples are read from the polynomials nearest to the ends.

    References
    ----------
    Savitzky & Golay, "Smoothing and differentiation of data by simplified least squares procedures", Anal.
    Chem. 36 (1964); Mallows, "Some comments on C_p", Technometrics 15 (1973).

    Examples
    --------
    >>> from wavefact.baselines import SavitzkyGolay
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = SavitzkyGolay().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    width: int | None = None
    degree: int | None = None
    title: ClassVar[str] = "Savitzky–Golay"
    package: ClassVar[str] = ""

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[SavitzkyGolay]:
        """Return widths up to half the record or 1000 samples, with polynomials of degree 2 and 4."""
        for degree in _DEGREES if self.degree is None else (self.degree,):
            least = degree + 1 + degree % 2
            widths = spaced_integers(least, max(min(recording.n_samples / 2, _WIDEST), least), 20, step=2)
            for width in widths if self.width is None else [self.width]:
                if degree < width <= recording.n_samples:
                    yield SavitzkyGolay(width, degree)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the values of the polynomials."""
        from scipy.signal import savgol_filter

        signals, scale = scaled_signals(recording)
        width, degree = self._chosen(recording, operator, signals)
        if not 0 <= degree < width <= signals.shape[1] or width % 2 == 0:
            raise InputError(
                f"A polynomial of degree {degree} through {width} of {signals.shape[1]} samples; expected an "
                "odd width above the degree and no longer than the record."
            )
        return cleaned(recording, savgol_filter(signals, width, degree, axis=1, mode="interp"), scale)

    def _chosen(self, recording: Recording, operator: WaveOperator, signals: np.ndarray) -> tuple[int, int]:
        if self.width is not None and self.degree is not None:
            return self.width, self.degree
        settings = [(int(s.width or 0), int(s.degree or 0)) for s in self.candidates(recording, operator)]
        if not settings:
            raise InputError(f"No polynomial filter fits into {signals.shape[1]} samples; record longer.")
        n = signals.shape[1]
        return least_risk(settings, lambda setting: polynomial_gain(n, *setting), signals)


def polynomial_gain(n_samples: int, width: int, degree: int) -> np.ndarray:
    """Return the gain of a Savitzky–Golay filter at the frequencies of the cosine transform."""
    from scipy.signal import savgol_coeffs

    around = np.zeros(2 * n_samples)
    around[:width] = savgol_coeffs(width, degree)
    return np.fft.rfft(np.roll(around, -(width // 2))).real[:n_samples]
