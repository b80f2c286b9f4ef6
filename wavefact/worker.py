"""A process of its own for what may hang, crash the interpreter, or take too long: it can be stopped.

`Worker` calls a function in another interpreter, which starts when it is needed and stays for the next call.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import math
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from types import TracebackType
from typing import IO, Any, Self

from wavefact.errors import InputError

__all__ = ["NoAnswerError", "OutOfTimeError", "Worker"]

STARTING = 120.0  # seconds that a process may take to import and to receive the function
LONGEST = 300  # characters of a reason
GRACE = 10.0  # seconds after which a process ends itself whose caller was killed

logger = logging.getLogger("wavefact")


class NoAnswerError(Exception):
    """A call without an answer; the text says why in a few words, for a table."""


class OutOfTimeError(NoAnswerError):
    """A call that took too long."""


class Worker:
    """Call functions in another interpreter.

    Examples
    --------
    >>> import time
    >>> with Worker() as worker:
    ...     try:
    ...         worker.call(time.sleep, 60.0, seconds=0.5)
    ...     except OutOfTimeError as error:
    ...         print(error)
    no answer within 0.5 s
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._function: Callable[..., Any] | None = None
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

    def start(self, function: Callable[..., Any]) -> None:
        """Start the process if it does not run, and send it the function if it has another.

        Raises
        ------
        NoAnswerError
            If the process does not start.
        InputError
            If the function cannot be sent to another process.
        """
        if self._process is not None and self._process.poll() is not None:  # killed while it was idle
            self.stop()
        if self._process is None or self._function is not function:
            self._ask(function, STARTING)
            self._function = function

    def call(self, function: Callable[..., Any], *arguments: Any, seconds: float) -> Any:
        """Return what a function returned, within so many seconds; it is sent once while it stays the same.

        Raises
        ------
        NoAnswerError
            If it raised an error, ran out of memory, or ended its process.
        OutOfTimeError
            If time was up; then the process and those that it started have been killed.
        InputError
            If it cannot be sent to another process.
        """
        self.start(function)
        return self._ask((arguments, seconds + GRACE), seconds)

    def stop(self) -> None:
        """End the process and those that it started, whatever they do."""
        process, self._process, self._function = self._process, None, None
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
            raise OutOfTimeError(f"no answer within {seconds:g} s") from None
        except (EOFError, OSError, pickle.UnpicklingError):
            raise NoAnswerError(self._ending(process)) from None
        except BaseException:  # interrupted, or a message that cannot be sent: leave no process behind
            self.stop()
            raise
        if kind == "failed":
            raise NoAnswerError(answer)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._errors.seek(0)
            self._errors.truncate()
            paths = os.pathsep.join(path or os.curdir for path in sys.path)
            self._process = subprocess.Popen(
                # -P: no file in the working folder stands in for a module of the same name
                [sys.executable, "-P", "-c", "from wavefact.worker import serve; serve()"],
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
            logger.info("A process ended, which said: %s", told)
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
            f"This runs in another process, to which it cannot be sent ({error}); define its class at the "
            "top of a module."
        ) from error
    to.flush()
    kind, answer = pickle.load(of)
    return kind, answer


def serve() -> None:
    """Answer calls until the input ends; whatever else reads or prints finds nothing and goes nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    function: Any = None
    while True:
        try:
            message = pickle.load(requests)
        except EOFError:
            return
        if callable(message):
            function, reply = message, pickle.dumps(("ready", None))
        else:
            reply = _reply(function, *message)
        replies.write(reply)
        replies.flush()


def _reply(function: Any, arguments: tuple[Any, ...], seconds: float) -> bytes:
    # Who hangs beyond the reach of Python is ended by a thread that needs no interpreter.
    if math.isfinite(seconds):
        faulthandler.dump_traceback_later(seconds, exit=True)
    try:
        return pickle.dumps(("done", function(*arguments)), protocol=pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps(("failed", "out of memory"))
    except Exception as error:
        return pickle.dumps(("failed", " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST]))
    finally:
        faulthandler.cancel_dump_traceback_later()
