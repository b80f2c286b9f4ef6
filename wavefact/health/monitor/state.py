"""What a monitor has done: a database, the modes of each recording, and a lock, in one folder."""

from __future__ import annotations

import json
import math
import os
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wavefact.errors import InputError, UnwritableTargetError
from wavefact.health.monitor._database import failures, locked, open_database, transaction
from wavefact.health.monitor.assessing import Assessed
from wavefact.health.monitor.files import Stamp
from wavefact.modal import ModalModel

__all__ = ["ALARMS", "DATABASE", "LOCK", "LOG", "MonitorState"]

DATABASE, LOCK, LOG, ALARMS, RESULTS = "state.sqlite", "lock.sqlite", "monitor.log", "alarms.jsonl", "results"

_NEW_RECORD = """
INSERT INTO records (digest, name, time, assessed_at, baseline, result, frequencies, contributions,
                     score, threshold, p_value, is_alarm, sentence)
VALUES (:digest, :name, :time, :assessed_at, :baseline, :result, :frequencies, :contributions,
        :score, :threshold, :p_value, :is_alarm, :sentence)
"""


class MonitorState:
    """Keep what a monitor has done; every change is one transaction, so that it may be killed at any moment.

    Parameters
    ----------
    folder : Path
        Of the state, on a disk of this machine: SQLite's log does not work over a network.
    connection : sqlite3.Connection
        To its database; see `opened`.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder, self._connection = folder, connection
        self._database, self._run = folder / DATABASE, uuid.uuid4().hex

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> Iterator[MonitorState]:
        """Open the state in a folder, made if need be, and keep others from it.

        Raises
        ------
        InputError
            If another monitor uses it.
        UnknownFormatError, CorruptFileError, UnwritableTargetError
            If its database is not ours or newer than this wavefact, damaged, or cannot be written.
        """
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise UnwritableTargetError(f"Cannot make the folder {folder}: {error.strerror}.") from error
        with locked(folder / LOCK), closing(open_database(folder / DATABASE)) as connection:
            for left in (folder / RESULTS).rglob(".*.h5"):  # half-written by a process that was killed
                left.unlink(missing_ok=True)
            yield cls(folder, connection)

    def _rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with failures(self._database):
            return self._connection.execute(query, values).fetchall()

    def _change(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        with transaction(self._connection, self._database) as connection:
            for statement, values in statements:
                connection.execute(statement, values)

    def fact(self, name: str) -> str | None:
        """Return something that was noted by `note`."""
        rows = self._rows("SELECT value FROM facts WHERE name = ?", name)
        return str(rows[0]["value"]) if rows else None

    def note(self, name: str, value: str) -> None:
        """Note something under a name."""
        self._change(("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value)))

    def is_known(self, stamp: Stamp) -> bool:
        """Tell whether a file needs no look: it was assessed or is in quarantine, and has not changed."""
        same = "name = ? AND size = ? AND mtime_ns = ?"
        query = (
            f"SELECT 1 FROM files WHERE {same} "
            f"UNION ALL SELECT 1 FROM quarantine WHERE {same} AND NOT is_passing"
        )
        values = (stamp.name, stamp.size, stamp.mtime_ns)
        return bool(self._rows(query, *values, *values))

    def adopt(self, stamp: Stamp, digest: str) -> str | None:
        """Note a file whose content was assessed already under some name, and return that; else None."""
        rows = self._rows("SELECT name FROM records WHERE digest = ?", digest)
        if not rows:
            return None
        self._change(*_filed(stamp, digest))
        return str(rows[0]["name"])

    def begin(self, digest: str) -> int:
        """Note what is worked on; return how many processes have died over it."""
        rows = self._rows("SELECT run, deaths FROM in_hand WHERE digest = ?", digest)
        deaths = int(rows[0]["deaths"]) + (rows[0]["run"] != self._run) if rows else 0
        self._connection.execute("PRAGMA synchronous = NORMAL")  # no matter if a power cut undoes this one
        try:
            self._change(("INSERT OR REPLACE INTO in_hand VALUES (?, ?, ?)", (digest, self._run, deaths)))
        finally:
            self._connection.execute("PRAGMA synchronous = FULL")
        return deaths

    def leave(self, digest: str) -> None:
        """Note that something is not worked on any more, without a result."""
        self._change(_done(digest))

    def record(self, stamp: Stamp, digest: str, assessed: Assessed, baseline: str) -> sqlite3.Row:
        """Keep an assessment and return it: the modes in a file, then all else in one transaction.

        Raises
        ------
        UnwritableTargetError
            If the disk is full, or the like; then nothing has changed.
        """
        found = assessed.assessment
        row = {
            "digest": digest,
            "name": stamp.name,
            "time": assessed.time,
            "assessed_at": time.time(),
            "baseline": baseline,
            "result": self._save(assessed.model, assessed.time, digest),
            "frequencies": _numbers(found.corrected),
            "contributions": _numbers(found.contributions),
            **{name: _number(getattr(found, name)) for name in ("score", "threshold", "p_value")},
            "is_alarm": bool(found.is_alarm),
            "sentence": found.sentence,
        }
        with transaction(self._connection, self._database) as connection:
            connection.execute(_NEW_RECORD, row)
            for statement, values in (*_filed(stamp, digest), _done(digest)):
                connection.execute(statement, values)
        return self._rows("SELECT * FROM records WHERE digest = ?", digest)[0]

    def _save(self, model: ModalModel, time: float, digest: str) -> str:
        """Write modes to a file that is on the disk before the database says so; return its path."""
        try:
            began = datetime.fromtimestamp(time, UTC)
        except (ValueError, OverflowError, OSError):  # a clock gone wild
            began = datetime.fromtimestamp(0, UTC)
        target = self.folder / RESULTS / f"{began:%Y-%m}" / f"{began:%Y%m%dT%H%M%SZ}-{digest[:12]}.h5"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            model.save(target)
            for path in (target, target.parent):
                _sync(path)
        except UnwritableTargetError:
            raise
        except OSError as error:
            raise UnwritableTargetError(f"Cannot write {target}: {error.strerror or error}.") from error
        return target.relative_to(self.folder).as_posix()

    def quarantine(self, stamp: Stamp, reason: str, digest: str = "", *, is_passing: bool = False) -> None:
        """Note why a file cannot be used; with `is_passing` it is tried again though it does not change."""
        row = (stamp.name, stamp.size, stamp.mtime_ns, time.time(), reason, is_passing)
        forget = ("DELETE FROM files WHERE name = ?", (stamp.name,))
        keep = ("INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?, ?)", row)
        self._change(forget, keep, _done(digest))

    def quarantined(self) -> dict[str, str]:
        """Return the reason for each file in quarantine, by name."""
        return {row["name"]: row["reason"] for row in self._rows("SELECT name, reason FROM quarantine")}

    def release(self, names: Iterable[str]) -> None:
        """Take files out of quarantine."""
        self._change(*(("DELETE FROM quarantine WHERE name = ?", (name,)) for name in names))

    def reopen(self) -> None:
        """Forget quarantine and the records without a verdict, so that their files are taken up again."""
        unjudged = "SELECT digest FROM records WHERE score IS NULL"
        self._change(
            ("DELETE FROM quarantine", ()),
            (f"DELETE FROM files WHERE digest IN ({unjudged})", ()),
            ("DELETE FROM records WHERE score IS NULL", ()),
        )

    def untold(self) -> list[sqlite3.Row]:
        """Return the records whose alarm has not been passed on, in order."""
        return self._rows("SELECT * FROM records WHERE is_alarm AND told_at IS NULL ORDER BY id")

    def told(self, record: int, hook: str | None) -> None:
        """Note that an alarm was passed on, and what became of the hook."""
        self._change(
            ("UPDATE records SET told_at = ?, hook = ? WHERE id = ?", (time.time(), hook, record)),
        )

    def claim(self, folder: Path, baseline: str) -> list[str]:
        """Note which folder is followed with which baseline; return what changed, in words.

        Raises
        ------
        InputError
            If the state follows another folder that still exists.
        """
        changes, before = [], self.fact("folder")
        here = str(folder.resolve())
        if before not in (None, here):
            if Path(str(before)).is_dir():
                raise InputError(
                    f"{self.folder} is the state of {before}, not of {here}; name another --state."
                )
            changes.append(f"{before} is gone; its state goes on with {here}.")
        used = self.fact("baseline")
        if used not in (None, baseline):
            changes.append(f"From now on the baseline is {baseline}; until now it was {used}.")
        self.note("folder", here)
        self.note("baseline", baseline)
        return changes


def _filed(stamp: Stamp, digest: str) -> tuple[tuple[str, tuple[object, ...]], ...]:
    """Return what notes that a file needs no second look."""
    row = (stamp.name, stamp.size, stamp.mtime_ns, digest)
    return (
        ("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", row),
        ("DELETE FROM quarantine WHERE name = ?", (stamp.name,)),
    )


def _done(digest: str) -> tuple[str, tuple[object, ...]]:
    return "DELETE FROM in_hand WHERE digest = ?", (digest,)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _numbers(values: Any) -> str:
    return json.dumps([_number(value) for value in values])


def _sync(path: Path) -> None:
    """Return once a file or the entries of a folder are on the disk."""
    with suppress(PermissionError):  # Windows opens no folders
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
