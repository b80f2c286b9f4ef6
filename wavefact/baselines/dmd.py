"""Dynamic mode decomposition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from wavefact.baselines._dynamics import Dynamics, fitted
from wavefact.baselines._poles import modes_of_poles
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["DMD"]

_RANKS = (2, 4, 6, 8, 10, 12, 16, 20, 24, 30)


@dataclass(frozen=True)
class DMD:
    """Fit one linear step from each sample to the next, and take its eigenvectors for modes.

    Attributes
    ----------
    rank : int or None
        None for the singular values above the optimal hard threshold, made even.

    Notes
    -----
    Standing waves, the modes of most structures, each have one shape and so one eigenvalue, where swinging
    takes two: of n standing waves nothing swings.  `HankelDMD` is what to use then (section 3.1.2 there).

    References
    ----------
    Tu, Rowley, Luchtenburg, Brunton & Kutz, "On dynamic mode decomposition: theory and applications", J.
    Computational Dynamics 1 (2014), algorithm 2.

    Examples
    --------
    >>> from wavefact.baselines import DMD
    >>> DMD().title, DMD().package
    ('DMD', 'PyDMD')
    """

    rank: int | None = None
    title: ClassVar[str] = "DMD"
    package: ClassVar[str] = "PyDMD"

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[DMD]:
        """Return ranks."""
        yield DMD()
        for rank in _RANKS:
            if rank <= min(recording.n_sensors, recording.n_samples - 1):
                yield DMD(rank)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the sum of all exponentials from the first sample on."""
        dynamics, scale = self._fitted(recording)
        return cleaned(recording, dynamics.course(recording.n_samples), scale)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Take each eigenvalue that swings for a mode."""
        rate, (dynamics, _) = rate_of(recording), self._fitted(recording)
        energies = dynamics.energies(recording.n_samples)
        return modes_of_poles(dynamics.poles(rate), dynamics.shapes, energies, recording)

    def _fitted(self, recording: Recording) -> tuple[Dynamics, float]:
        signals, scale = scaled_signals(recording)
        return fitted(signals, 1, self.rank), scale
