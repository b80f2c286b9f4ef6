"""What a run of a monitor tells: of each file, and in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Progress", "Tally", "counted"]


@dataclass(frozen=True)
class Tally:
    """Count what one run did.

    Attributes
    ----------
    n_assessed, n_alarms, n_quarantined : int
        Recordings that were assessed; alarms that were passed on, for an earlier run that was killed too;
        files that cannot be used.
    n_copies : int
        Files that hold what was assessed already.
    n_left : int
        Files that were still changing at the end.
    n_without_verdict : int
        Recordings among those assessed that tell neither a change nor that there is none.

    Examples
    --------
    >>> from wavefact.health.monitor import Tally
    >>> Tally(n_assessed=3, n_alarms=1).n_alarms
    1
    """

    n_assessed: int = 0
    n_alarms: int = 0
    n_quarantined: int = 0
    n_copies: int = 0
    n_left: int = 0
    n_without_verdict: int = 0

    def __str__(self) -> str:
        parts = [counted(self.n_assessed, "recording assessed", "recordings assessed")]
        parts.append(counted(self.n_alarms, "alarm", "alarms"))
        parts += [f"{self.n_without_verdict} without a verdict"] if self.n_without_verdict else []
        parts.append(f"{counted(self.n_quarantined, 'file', 'files')} put in quarantine")
        parts += [f"{counted(self.n_copies, 'copy', 'copies')} left out"] if self.n_copies else []
        parts += [f"{counted(self.n_left, 'file', 'files')} still being written"] if self.n_left else []
        return ", ".join(parts)


def counted(number: int, one: str, many: str) -> str:
    """Return a number with what it counts.

    Examples
    --------
    >>> counted(1, "alarm", "alarms"), counted(0, "alarm", "alarms")
    ('1 alarm', '0 alarms')
    """
    return f"{number} {one if number == 1 else many}"


@dataclass(frozen=True)
class Progress:
    """Tell what happened to one file.

    Attributes
    ----------
    file : str
        Path in the watched folder.
    outcome : str
        ``"healthy"``, ``"alarm"``, ``"no verdict"``, ``"quarantined"``, ``"copy"``, or ``"left"`` for one
        being written.
    text : str
        The assessment in words, or the reason.
    n_done, n_total : int
        Files of this pass over the folder.
    record : mapping or None
        Of one that was assessed, as alarms are told; see `described`.

    Examples
    --------
    >>> from wavefact.health.monitor import Progress
    >>> Progress("hour1.h5", "healthy", "As it was.", 1, 4).outcome
    'healthy'
    """

    file: str
    outcome: str
    text: str
    n_done: int
    n_total: int
    record: Mapping[str, Any] | None = None
