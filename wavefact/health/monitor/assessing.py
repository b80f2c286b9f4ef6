"""From a recording to its assessment: how it is read, how modes are found, what they are held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from wavefact.health.monitor.conditions import ConditionsFile
from wavefact.health.monitor.start_times import START_KEY, seconds_of
from wavefact.io import read
from wavefact.modal import ModalModel, identify
from wavefact.recording import Recording

__all__ = ["Assessed", "Assessment", "Assessor", "Procedure"]


class Assessment(Protocol):
    """What is said of one recording."""

    @property
    def frequencies(self) -> np.ndarray:
        """Corrected for the conditions, (n_modes,) [Hz]; NaN where a mode was not found."""

    @property
    def score(self) -> float:
        """How far the recording is from the healthy state."""

    @property
    def threshold(self) -> float:
        """Score above which there is an alarm."""

    @property
    def p_value(self) -> float:
        """Probability of such a score in the healthy state."""

    @property
    def is_alarm(self) -> bool:
        """Whether the structure seems to have changed."""

    @property
    def contributions(self) -> np.ndarray:
        """Of each feature to the score, (n_features,)."""

    @property
    def sentence(self) -> str:
        """All of it in words."""


class Assessor(Protocol):
    """Something that modes are held against: a baseline."""

    def assess(self, model: ModalModel, time: float, conditions: np.ndarray | None = None) -> Assessment:
        """Assess the modes of a recording made at `time` [s since 1970] under conditions (n_conditions,)."""


@dataclass(frozen=True)
class Assessed:
    """Hold the modes of a recording and what is said of them; `time` is when it began [s since 1970]."""

    time: float
    model: ModalModel
    assessment: Assessment


@dataclass(frozen=True)
class Procedure:
    """Say how a recording is assessed.

    Parameters
    ----------
    baseline : Assessor
    find_modes : callable
        Takes a recording, returns its modes.
    read : callable
        Takes the path of a file, returns its recording.
    conditions : ConditionsFile, optional
    """

    baseline: Assessor
    find_modes: Callable[[Recording], ModalModel] = identify
    read: Callable[[Path], Recording] = read
    conditions: ConditionsFile | None = None

    def __call__(self, path: Path, time: float) -> Assessed:
        """Assess the recording in a file that began at `time` [s since 1970], unless it says when itself.

        Raises
        ------
        Exception
            Whatever is wrong with the recording.
        """
        recording = self.read(path)
        model = self.find_modes(recording)
        said = seconds_of(recording.metadata.get(START_KEY))
        time = time if said is None else said
        conditions = None if self.conditions is None else self.conditions.at(time)
        return Assessed(time, model, self.baseline.assess(model, time, conditions))
