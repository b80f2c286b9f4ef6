"""From a recording to its assessment: how it is read, how modes are found, what they are held against."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wavefact.errors import InputError
from wavefact.health.assessment import Assessment
from wavefact.health.baseline import Baseline
from wavefact.health.monitor.conditions import ConditionsFile
from wavefact.health.monitor.start_times import UNDATED, said_start
from wavefact.io import read
from wavefact.modal import ModalModel, identify
from wavefact.recording import Recording

__all__ = ["Assessed", "Procedure", "beginning"]

_logger = logging.getLogger("wavefact")


@dataclass(frozen=True)
class Assessed:
    """Hold the modes of a recording and what is said of them; `time` is when it began [s since 1970].

    Without `is_dated` that is the time of the file's last change, for nothing else tells.
    """

    time: float
    model: ModalModel
    assessment: Assessment
    is_dated: bool = True


def beginning(
    recording: Recording, path: Path, time: float | None, conditions: ConditionsFile | None
) -> tuple[float, bool]:
    """Return when a recording began [s since 1970], and whether anything but the file's last change says so.

    Raises
    ------
    InputError
        If nothing does and conditions are looked up by it: a copy may have been changed in another season.
    """
    said = said_start(recording, time)
    if said is not None:
        return said, True
    if conditions is not None:
        raise InputError(f"Its {' and '.join(conditions.names)} cannot be looked up: {UNDATED}.")
    return path.stat().st_mtime, False


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

    def __call__(self, path: Path, time: float | None) -> Assessed:
        """Assess the recording in a file that began at `time` [s since 1970], unless it says when itself.

        Where neither does, the time of the file's last change is taken.

        Raises
        ------
        InputError
            If conditions are looked up by time, and nothing says when the recording began.
        Exception
            Whatever is wrong with the recording.
        """
        recording = self.read(path)
        time, is_dated = beginning(recording, path, time, self.conditions)
        model = self.find_modes(recording)
        if self.conditions is None:
            return Assessed(time, model, self.baseline.assess(model, time), is_dated)
        now, earlier = self.conditions.at(time), self.conditions.before(time)
        for condition in np.flatnonzero(~np.isfinite(now)):
            _logger.info("%s: %s", path.name, self.conditions.lack(int(condition), time))
        return Assessed(time, model, self.baseline.assess(model, time, now, earlier=earlier))
