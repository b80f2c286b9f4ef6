"""A process in which methods run: it can be stopped when time is up, and its memory is its own.

Third-party methods may hang, crash the interpreter, or start processes; here that is a row that says so.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from types import TracebackType
from typing import IO, Any, Self

from wavefact.compare.trial import Case, automatic_trial, oracle_trial
from wavefact.errors import InputError

__all__ = ["FailedTrialError", "TrialProcess"]

TRIALS = {"automatic": automatic_trial, "oracle": oracle_trial}
STARTING = 120.0  # seconds that a process may take to import and to read its recording
LONGEST = 300  # characters of a reason

logger = logging.getLogger("wavefact")


class FailedTrialError(Exception):
    """A trial without an answer; the text says why, for a table."""


class TrialProcess:
    """Run trials on one case after the other in another interpreter, which starts when it is needed.

    Parameters
    ----------
    time_limit : float
        Of one trial [s].
    """

    def __init__(self, time_limit: float) -> None:
        self._limit = time_limit
        self._process: subprocess.Popen[bytes] | None = None
        self._case: Case | None = None
        self._reader = ThreadPoolExecutor(1)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115, closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._reader.shutdown(wait=True)
        self._errors.close()

    def run(self, case: Case, trial: str, name: str) -> dict[str, Any]:
        """Return what the trial returned.

        Raises
        ------
        FailedTrialError
            If it raised an error, ran out of time or memory, or ended its process.
        InputError
            If the case cannot be sent to another process.
        """
        if self._process is None or self._case is not case:
            self._ask(case, STARTING)
            self._case = case
        return dict(self._ask((trial, name, self._limit), self._limit))

    def stop(self) -> None:
        """End the process and those that it started, whatever they do."""
        process, self._process, self._case = self._process, None, None
        if process is None:
            return
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _ask(self, message: Any, seconds: float) -> Any:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        future = self._reader.submit(_exchanged, process.stdin, process.stdout, message)
        try:
            kind, answer = future.result(timeout=seconds)
        except OutOfTime:
            self.stop()
            raise FailedTrialError(f"no answer within {seconds:g} s") from None
        except (EOFError, OSError, pickle.UnpicklingError):
            raise FailedTrialError(self._ending(process)) from None
        except BaseException:  # interrupted, or a message that cannot be sent: leave no process behind
            self.stop()
            raise
        if kind == "failed":
            raise FailedTrialError(answer)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._errors.seek(0)
            self._errors.truncate()
            paths = os.pathsep.join(path or os.curdir for path in sys.path)
            self._process = subprocess.Popen(
                # -P: no file in the working folder stands in for a module of the same name
                [sys.executable, "-P", "-c", "from wavefact.compare.process import serve; serve()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env={**os.environ, "PYTHONPATH": paths},
                start_new_session=True,  # Ctrl-C comes to us alone, and its children end with it
            )
        return self._process

    def _ending(self, process: subprocess.Popen[bytes]) -> str:
        """Say how a process ended that gives no more answers."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1.0)
        code = process.poll()
        self.stop()
        self._errors.seek(0)
        told = self._errors.read().decode(errors="replace").strip()
        if told:
            logger.info("A method ended its process, which said: %s", told)
        said = f": {told.splitlines()[-1].strip()}" if told else ""
        return f"ended its process{_named(code)}{said}"[:LONGEST]


def _named(code: int | None) -> str:
    if code is None:
        return ""
    if code >= 0:
        return f" with code {code}"
    with contextlib.suppress(ValueError):
        return f" by {signal.Signals(-code).name}"
    return f" by signal {-code}"


def _exchanged(to: IO[bytes], of: IO[bytes], message: Any) -> tuple[str, Any]:
    try:
        pickle.dump(message, to, protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise InputError(
            f"Methods run in another process, to which this operator or recording cannot be sent ({error}); "
            "define its class at the top of a module."
        ) from error
    to.flush()
    kind, answer = pickle.load(of)
    return kind, answer


def serve() -> None:
    """Answer trials until the input ends; whatever else reads or prints finds nothing and goes nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    case: Any = None
    while True:
        try:
            message = pickle.load(requests)
        except EOFError:
            return
        if isinstance(message, Case):
            case, reply = message, ("ready", None)
        else:
            reply = _reply(case, *message)
        replies.write(pickle.dumps(reply))
        replies.flush()


def _reply(case: Any, trial: str, name: str, time_limit: float) -> tuple[str, Any]:
    try:
        return "done", TRIALS[trial](case, name, time_limit)
    except MemoryError:
        return "failed", "out of memory"
    except Exception as error:
        return "failed", " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST]
