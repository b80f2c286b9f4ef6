"""A process in which methods run: it can be stopped when time is up, and its memory is its own.

Third-party methods may hang, crash the interpreter, or start processes; here that is a row that says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wavefact.compare.trial import Case, automatic_trial, oracle_trial
from wavefact.worker import Worker

__all__ = ["TrialProcess"]

TRIALS = {"automatic": automatic_trial, "oracle": oracle_trial}


@dataclass(frozen=True)
class _Trials:
    """All trials of one case."""

    case: Case

    def __call__(self, trial: str, name: str, time_limit: float) -> dict[str, Any]:
        return TRIALS[trial](self.case, name, time_limit)


class TrialProcess(Worker):
    """Run trials on one case after the other in another interpreter, which starts when it is needed.

    Parameters
    ----------
    time_limit : float
        Of one trial [s].
    """

    def __init__(self, time_limit: float) -> None:
        super().__init__()
        self._limit = time_limit
        self._trials: _Trials | None = None

    def run(self, case: Case, trial: str, name: str) -> dict[str, Any]:
        """Return what the trial returned.

        Raises
        ------
        NoAnswerError
            If it raised an error, ran out of time or memory, or ended its process.
        InputError
            If the case cannot be sent to another process.
        """
        if self._trials is None or self._trials.case is not case:
            self._trials = _Trials(case)
        return dict(self.call(self._trials, trial, name, self._limit, seconds=self._limit))
