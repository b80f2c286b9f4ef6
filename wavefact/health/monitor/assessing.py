"""From a recording to its assessment: how it is read, how modes are found, what they are held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wavefact.health.assessment import Assessment
from wavefact.health.baseline import Baseline
from wavefact.health.monitor.conditions import ConditionsFile
from wavefact.health.monitor.start_times import said_start
from wavefact.io import read
from wavefact.modal import ModalModel, identify
from wavefact.recording import Recording

__all__ = ["Assessed", "Procedure"]


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
    baseline : Baseline
    find_modes : callable
        Takes a recording, returns its modes.
    read : callable
        Takes the path of a file, returns its recording.
    conditions : ConditionsFile, optional

    Examples
    --------
    >>> from wavefact.health.monitor import Procedure
    >>> Procedure(baseline=None).conditions is None  # a baseline that was learnt in its place
    True
    """

    baseline: Baseline
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
        time = said_start(recording, time)
        if self.conditions is None:
            return Assessed(time, model, self.baseline.assess(model, time))
        now, earlier = self.conditions.at(time), self.conditions.before(time)
        return Assessed(time, model, self.baseline.assess(model, time, now, earlier=earlier))
