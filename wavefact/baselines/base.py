"""What a baseline is: settings that clean a recording, name the modes in it, or both.

A baseline is a frozen dataclass.  A field that is None is chosen from the recording: constructed without
arguments, a baseline is its *automatic* setting.  `candidates` lists settings among which somebody who
knew the truth would find the best one: the *oracle*, so that no baseline loses by neglect.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Protocol, Self, runtime_checkable

from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["Baseline", "Denoiser", "Identifier"]


class Baseline(Protocol):
    """A method to compare with, and its settings.

    Attributes
    ----------
    title : str
        What engineers call it.
    package : str
        Distribution on PyPI that it needs beside wavefact's own dependencies; empty for none.
    """

    title: ClassVar[str]
    package: ClassVar[str]

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterable[Self]:
        """Return the settings that are worth trying on this recording, the dearest last.

        Parameters
        ----------
        recording : Recording
        operator : WaveOperator
            At the sensors.

        Yields
        ------
        Baseline
            With the settings of one candidate.
        """


@runtime_checkable
class Denoiser(Protocol):
    """A baseline that cleans."""

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the recording without what the method takes for noise.

        Parameters
        ----------
        recording : Recording
            Real; with a sampling rate where the method needs one.
        operator : WaveOperator
            The wave equation at the sensors, of as many points; most methods make no use of it.

        Returns
        -------
        Recording
            Of the same shape, rate, positions and unit.

        Raises
        ------
        InputError
            If the recording cannot be used.
        MissingPackageError
            If the method's package is not installed.
        """


@runtime_checkable
class Identifier(Protocol):
    """A baseline that names modes."""

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Return the modes; what the method does not tell, such as damping, is NaN.

        Parameters, and errors, are those of `Denoiser.denoise`.

        Parameters
        ----------
        recording : Recording
        operator : WaveOperator
            At the sensors.

        Returns
        -------
        ModalModel
        """
