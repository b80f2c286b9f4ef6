"""Moving average."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._risk import angles, least_risk, spaced_integers
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.errors import InputError
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["MovingAverage"]


@dataclass(frozen=True)
class MovingAverage:
    """Replace every sample by the mean of those around it.

    Attributes
    ----------
    width : int or None
        Samples averaged, an odd number; None for that of least expected error (Mallows' C_L).

    Notes
    -----
    Records are continued by their mirror image.  The gain is sin(wθ/2) / (w sin(θ/2)).

    References
    ----------
    Mallows, "Some comments on C_p", Technometrics 15 (1973).

    Examples
    --------
    >>> from wavefact.baselines import MovingAverage
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = MovingAverage().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    width: int | None = None
    title: ClassVar[str] = "moving average"
    package: ClassVar[str] = ""

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[MovingAverage]:
        """Return widths from one sample to half the record."""
        for width in spaced_integers(1, max(recording.n_samples / 2, 3), 30, step=2):
            yield MovingAverage(width)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the running means."""
        from scipy.ndimage import uniform_filter1d

        signals, scale = scaled_signals(recording)
        width = self.width
        if width is None:
            at = angles(signals.shape[1])
            widths = [setting.width or 1 for setting in self.candidates(recording, operator)]
            width = least_risk(widths, lambda w: mean_gain(at, w), signals)
        if width < 1 or width % 2 == 0:
            raise InputError(f"The width of a moving average is an odd number of samples, not {width}.")
        return cleaned(recording, uniform_filter1d(signals, width, axis=1, mode="reflect"), scale)


def mean_gain(angles: np.ndarray, width: int) -> np.ndarray:
    """Return the gain of the mean of an odd number of samples at angles [rad per sample]."""
    return np.asarray(np.sinc(width * angles / (2 * np.pi)) / np.sinc(angles / (2 * np.pi)))
