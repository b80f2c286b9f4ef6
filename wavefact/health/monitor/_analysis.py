"""Assess recordings in a process of their own, which is stopped when one takes too long; or in this one."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wavefact.errors import WavefactError
from wavefact.health.monitor.assessing import Assessed, Procedure
from wavefact.worker import NoAnswerError, OutOfTimeError, Worker

__all__ = ["Analysis", "analysis"]

_logger = logging.getLogger("wavefact")

_LONGEST_REASON = 500  # characters


@contextmanager
def analysis(procedure: Procedure, time_limit: float | None) -> Iterator[Analysis]:
    """Yield what assesses recordings, each within a time limit [s] if there is one."""
    if time_limit is None:
        yield Analysis(procedure)
        return
    with Worker() as worker:
        yield _LimitedAnalysis(procedure, worker, time_limit)


class Analysis:
    """Assess recordings in this process."""

    def __init__(self, procedure: Procedure) -> None:
        self._procedure = procedure

    def prepare(self) -> None:
        """Have all ready for the next recording, so that what goes wrong later is due to that.

        Raises
        ------
        OSError
            If something else is wrong.
        """

    def __call__(self, path: Path, time: float | None) -> Assessed | str:
        """Return the assessment of the recording in a file, or what is wrong with it; see `Procedure`."""
        try:
            return self._procedure(path, time)
        except WavefactError as error:
            reason = str(error)
        except MemoryError:
            reason = "There is not enough memory for it."
        except Exception as error:
            _logger.info("%s", path.name, exc_info=error)
            reason = f"Unexpected {type(error).__name__}: {error}"
        return " ".join(reason.split())[:_LONGEST_REASON]


class _LimitedAnalysis(Analysis):
    """Assess recordings in another process, which changes nothing: what is found is kept in this one."""

    def __init__(self, procedure: Procedure, worker: Worker, time_limit: float) -> None:
        super().__init__(procedure)
        self._worker, self._limit, self._remote = worker, time_limit, _Remote(Analysis(procedure))

    def prepare(self) -> None:
        try:
            self._worker.start(self._remote)
        except NoAnswerError as error:
            raise OSError(f"The process that assesses recordings does not start: {error}.") from error

    def __call__(self, path: Path, time: float | None) -> Assessed | str:
        try:
            found, lines = self._worker.call(self._remote, path, time, seconds=self._limit)
        except OutOfTimeError:
            return f"Its analysis was stopped after {self._limit:g} s; see --time-limit."
        except NoAnswerError as error:
            return f"Its analysis failed: {error}."
        for level, line in lines:
            _logger.log(level, "%s", line)
        result: Assessed | str = found
        return result


@dataclass(frozen=True)
class _Remote:
    """Assess a recording where this was sent to; return also what the library logged."""

    analysis: Analysis

    def __call__(self, path: Path, time: float | None) -> tuple[Assessed | str, list[tuple[int, str]]]:
        # Whoever stops a service may signal all of its processes; the file in hand is finished all the same.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        handler = _Lines()
        _logger.setLevel(logging.INFO)
        _logger.addHandler(handler)
        try:
            return self.analysis(path, time), handler.lines
        finally:
            _logger.removeHandler(handler)


class _Lines(logging.Handler):
    """Keep what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.levelno, self.format(record)))
