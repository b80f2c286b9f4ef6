"""How alarms leave the monitor: a line of JSON each in a file, and a command of the user's."""

from __future__ import annotations

import json
import logging
import os
import shlex
import signal
import sqlite3
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from wavefact.errors import InputError
from wavefact.health.monitor.start_times import iso

__all__ = ["Hook", "append_line", "described"]

_logger = logging.getLogger("wavefact")

_TAIL = 2**20  # bytes, more than a line has


def described(record: sqlite3.Row) -> dict[str, Any]:
    """Return a record as JSON can hold it; `id` rises from record to record and never changes.

    Returns
    -------
    dict
        With ``id``, ``file``, ``time``, ``is_alarm``, ``score``, ``threshold``, ``p_value``, ``sentence``,
        ``frequencies`` [Hz], ``contributions``, ``baseline``, ``result``, ``assessed_at``.
    """
    return {
        "id": record["id"],
        "file": record["name"],
        "time": iso(record["time"]),
        "is_alarm": bool(record["is_alarm"]),
        **{name: record[name] for name in ("score", "threshold", "p_value", "sentence")},
        **{name: json.loads(record[name]) for name in ("frequencies", "contributions")},
        "baseline": record["baseline"],
        "result": record["result"],
        "assessed_at": iso(record["assessed_at"]),
    }


def append_line(path: Path, alarm: Mapping[str, Any]) -> None:
    """Write an alarm to the end of a file, unless it is there; half a line, left by a kill, is removed.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with path.open("a+b") as file:
        whole = _whole_lines(file)
        if whole and _id_of(whole[-1]) >= alarm["id"]:
            return
        file.write(json.dumps(dict(alarm), ensure_ascii=False, allow_nan=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _whole_lines(file: IO[bytes]) -> list[bytes]:
    """Return the last lines of a file, and cut off what follows the last line's end."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    end = tail.rfind(b"\n") + 1
    if end < len(tail) and (end or size <= _TAIL):
        file.truncate(size - len(tail) + end)
    return tail[:end].splitlines()


def _id_of(line: bytes) -> int:
    try:
        return int(json.loads(line)["id"])
    except (ValueError, TypeError, KeyError):  # somebody else's line
        return -1


@dataclass(frozen=True)
class Hook:
    """A command that gets each alarm as one JSON object on its standard input.

    Parameters
    ----------
    command : tuple of str
        Program and arguments; no shell is in between.
    timeout : float
        After which it and all that it started are killed [s].

    Examples
    --------
    >>> Hook.of("python notify.py --to 'the engineer'").command
    ('python', 'notify.py', '--to', 'the engineer')
    """

    command: tuple[str, ...]
    timeout: float = 30.0

    @classmethod
    def of(cls, line: str, timeout: float = 30.0) -> Hook:
        """Split a line into a command as a shell would.

        Parameters
        ----------
        line : str
            Such as ``python notify.py``.
        timeout : float
            After which the command is stopped [s].

        Raises
        ------
        InputError
            If it holds no command.
        """
        try:
            command = tuple(shlex.split(line))
        except ValueError as error:
            raise InputError(f"The hook {line!r} is no command: {error}.") from error
        if not command:
            raise InputError("The hook is empty; expected a command.")
        return cls(command, timeout)

    def call(self, alarm: Mapping[str, Any]) -> str:
        """Run the command and return what became of it; a failure is logged, never raised.

        Parameters
        ----------
        alarm : mapping
            Passed on as JSON on the command's standard input.

        Returns
        -------
        str
            ``"done"``, or what went wrong.
        """
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output:
            given.write(json.dumps(dict(alarm), ensure_ascii=False, allow_nan=False).encode() + b"\n")
            given.seek(0)
            try:
                outcome = self._run(given, output)
            except (OSError, ValueError) as error:
                outcome = f"could not be started: {error}"
            output.seek(max(0, output.seek(0, os.SEEK_END) - 500))
            said = " ".join(output.read().decode(errors="replace").split())
        level = logging.INFO if outcome == "done" else logging.WARNING
        _logger.log(level, "hook %s: %s%s", self.command[0], outcome, f"; it said: {said}" if said else "")
        return outcome

    def _run(self, given: IO[bytes], output: IO[bytes]) -> str:
        # A session of its own: Ctrl-C is not for it, and what it starts can be killed with it.
        process = subprocess.Popen(
            self.command, stdin=given, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            code = process.wait(self.timeout)
        except BaseException as error:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                return f"killed after {self.timeout:g} s"
            raise
        return "done" if code == 0 else f"ended with code {code}"
