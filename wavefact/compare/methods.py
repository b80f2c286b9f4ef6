"""All methods by name: wavefact itself, as it comes, and the baselines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from wavefact.baselines import BASELINES, Baseline
from wavefact.denoising import denoise
from wavefact.errors import InputError
from wavefact.finding import find_modes
from wavefact.modal import ModalModel
from wavefact.operators import WaveOperator
from wavefact.recording import Recording

__all__ = ["METHODS", "Wavefact", "method"]


@dataclass(frozen=True)
class Wavefact:
    """Wavefact with all defaults: nothing is tuned, so its only candidate is itself.

    Examples
    --------
    >>> from wavefact.compare import Wavefact
    >>> Wavefact().title
    'wavefact'
    """

    title: ClassVar[str] = "wavefact"
    package: ClassVar[str] = ""

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[Wavefact]:
        """Return the defaults."""
        yield self

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return what `wavefact.denoise` leaves."""
        return denoise(recording, operator)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Name what `wavefact.find_modes` finds."""
        return find_modes(recording, operator)


METHODS: dict[str, type[Baseline]] = {"wavefact": Wavefact, **BASELINES}
"""All methods by the name that ``wavefact compare --with`` takes."""


def method(name: str) -> Baseline:
    """Return a method with automatic settings.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in METHODS:
        raise InputError(f"There is no method {name!r}; expected some of {', '.join(METHODS)}.")
    return METHODS[name]()
