"""One run of a monitor: pass after pass over the folder, file after file."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from wavefact.errors import CorruptFileError
from wavefact.health.monitor._analysis import Analysis
from wavefact.health.monitor.alarms import append_line, described
from wavefact.health.monitor.assessing import Assessed
from wavefact.health.monitor.files import Settling, Stamp, content_digest, stamp_of
from wavefact.health.monitor.progress import Progress, Tally
from wavefact.health.monitor.start_times import UNDATED, dated_start, iso
from wavefact.health.monitor.state import ALARMS, MonitorState

if TYPE_CHECKING:
    from wavefact.health.monitor.monitoring import Monitor

__all__ = ["MOST_DEATHS", "Run"]

_logger = logging.getLogger("wavefact")

MOST_DEATHS = 5  # of processes over one file, until it is held to be their cause
_DAY = 86400.0  # seconds


class Run:
    """Carry out what a monitor says, on its open state.

    Parameters
    ----------
    plan : Monitor
    state : MonitorState
    analysis : Analysis
    stop : threading.Event
        Ends the run after the file in hand.
    callback : callable or None
        Hears of each file.
    """

    def __init__(
        self,
        plan: Monitor,
        state: MonitorState,
        analysis: Analysis,
        stop: threading.Event,
        callback: Callable[[Progress], None] | None,
    ) -> None:
        self._plan, self._state, self._analysis = plan, state, analysis
        self._stop, self._callback = stop, callback
        self._settling = Settling(plan.settle)
        self._counts: Counter[str] = Counter()
        self._passing: dict[str, str] = {}  # reasons that may pass, by name: told once
        self._place = (0, 0)
        self._state_told = "healthy"  # which a structure is until a first alarm
        self._is_undated_told = False
        self._is_judged = True  # whether the last recording allowed a verdict

    @property
    def tally(self) -> Tally:
        """What was done so far."""
        told = ("assessed", "alarm", "quarantined", "copy", "left", "no verdict")
        return Tally(*(self._counts[what] for what in told))

    def once(self) -> Tally:
        """Take all that is there, but what is still changing."""
        left = self._pass()
        if left and not self._stop.wait(self._plan.settle):
            left = self._pass()
        if not self._stop.is_set():
            for stamp in left:
                self._report(stamp.name, "left", "It is still being written; left for the next run.")
        return self.tally

    def follow(self, interval: float) -> Tally:
        """Take all that is there and that comes, until stopped; wait for a folder or a disk in trouble."""
        trouble = ""
        while not self._stop.is_set():
            try:
                self._pass()
                if trouble:
                    _logger.warning("%s is followed again", self._plan.watch.folder)
                trouble = ""
            except CorruptFileError:
                raise
            except OSError as error:
                if str(error) != trouble:
                    _logger.error("%s; tried again every %g s", str(error).rstrip("."), interval)
                trouble = str(error)
            self._stop.wait(interval)
        return self.tally

    def _pass(self) -> list[Stamp]:
        """Take what has settled, in the order in which recordings began; return what is still changing."""
        self._tell()
        gone, fresh, is_empty = self._state.quarantined(), [], True
        for stamp in self._plan.watch.stamps():
            is_empty = False
            gone.pop(stamp.name, None)
            if not self._state.is_known(stamp):
                fresh.append(stamp)
        if gone and not is_empty:  # an empty folder may be one that is not mounted
            _logger.info("gone, and out of quarantine: %s", ", ".join(gone))
            self._state.release(gone)
        settled = self._settling.settled(fresh)
        left = sorted(set(fresh).difference(settled), key=lambda stamp: stamp.name)
        ordered = self._ordered(settled)
        for number, (began, stamp) in enumerate(ordered, start=1):
            if self._stop.is_set():
                break
            self._place = number, len(ordered)
            if not self._take(stamp, began):
                left.append(stamp)
        return left

    def _ordered(self, stamps: list[Stamp]) -> list[tuple[float | None, Stamp]]:
        """Return files in the order in which they began, or else changed last, and the former where known."""
        times = [(dated_start(stamp.path, self._plan.name_format), stamp) for stamp in stamps]

        def place(each: tuple[float | None, Stamp]) -> tuple[float, str]:
            began, stamp = each
            return stamp.mtime_ns / 1e9 if began is None else began, stamp.name

        return sorted(times, key=place)

    def _take(self, stamp: Stamp, began: float | None) -> bool:
        """Deal with one file; return False if it changed meanwhile."""
        try:
            digest = content_digest(stamp.path)
        except OSError as error:
            reason = f"It cannot be read: {error.strerror or error}."
            return self._is_same(stamp) and self._refuse(stamp, reason, is_passing=True)
        known = self._state.adopt(stamp, digest)
        if known is not None:
            self._report(stamp.name, "copy", f"It holds what was assessed as {known}.")
            return True
        self._analysis.prepare()
        result = self._result(stamp, began, self._state.begin(digest))
        if not self._is_same(stamp):
            self._state.leave(digest)
            return False
        if isinstance(result, str):
            return self._refuse(stamp, result, digest)
        self._keep(stamp, digest, result)
        return True

    def _is_same(self, stamp: Stamp) -> bool:
        return stamp_of(self._plan.watch.folder, stamp.path) == stamp

    def _result(self, stamp: Stamp, began: float | None, deaths: int) -> Assessed | str:
        """Return the assessment of a file, or what is wrong with it."""
        if deaths >= MOST_DEATHS:
            return f"The monitor died {deaths} times while it worked on this file."
        if began is not None and began > time.time() + _DAY:
            _logger.warning("%s says that it began at %s, which is to come", stamp.name, iso(began))
        return self._analysis(stamp.path, began)

    def _refuse(self, stamp: Stamp, reason: str, digest: str = "", *, is_passing: bool = False) -> bool:
        self._state.quarantine(stamp, reason, digest, is_passing=is_passing)
        if not is_passing or self._passing.get(stamp.name) != reason:
            self._report(stamp.name, "quarantined", reason)
        if is_passing:
            self._passing[stamp.name] = reason
        return True

    def _keep(self, stamp: Stamp, digest: str, assessed: Assessed) -> None:
        record = described(self._state.record(stamp, digest, assessed, self._plan.baseline_name))
        self._passing.pop(stamp.name, None)
        self._counts["assessed"] += 1
        if not assessed.is_dated:
            self._tell_undated(stamp.name)
        if record["is_alarm"]:
            self._tell()
        else:
            outcome = "no verdict" if record["score"] is None else "healthy"
            self._report(stamp.name, outcome, record["sentence"], record)

    def _tell_undated(self, name: str) -> None:
        """Say that a recording has no time of its own: aloud for the first, for there may be many."""
        level = logging.INFO if self._is_undated_told else logging.WARNING
        self._is_undated_told = True
        _logger.log(
            level, "%s: %s; the time of its last change is taken, as for all such files", name, UNDATED
        )

    def _tell(self) -> None:
        """Pass on each alarm that has not been, such as those of a process that was killed."""
        for row in self._state.untold():
            alarm = described(row)
            self._report(alarm["file"], "alarm", alarm["sentence"], alarm)
            try:
                append_line(self._state.folder / ALARMS, alarm)
            except OSError as error:
                _logger.error("the alarm cannot be written to %s: %s", ALARMS, error.strerror or error)
            self._state.told(alarm["id"], None if self._plan.hook is None else self._plan.hook.call(alarm))

    def _report(self, file: str, outcome: str, text: str, record: Mapping[str, Any] | None = None) -> None:
        self._counts[outcome] += 1
        is_news = self._is_news(outcome)
        is_bad = outcome == "quarantined" or (outcome in ("alarm", "no verdict") and is_news)
        _logger.log(
            logging.WARNING if is_bad else logging.INFO,
            "%s%s: %s. %s",
            file,
            "" if record is None else f" ({record['time']})",
            "back to healthy" if outcome == "healthy" and is_news else outcome,
            text,
        )
        if self._callback is not None:
            self._callback(Progress(file, outcome, text, *self._place, record))

    def _is_news(self, outcome: str) -> bool:
        """Say whether the structure is no longer as the last recording has told, or not judged any more."""
        if outcome not in ("healthy", "alarm", "no verdict"):
            return False
        was_judged, self._is_judged = self._is_judged, outcome != "no verdict"
        if not self._is_judged:
            return was_judged
        before, self._state_told = self._state_told, outcome
        return outcome != before
