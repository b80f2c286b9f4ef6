"""The database of a state: how it is opened, changed and locked, and what its failures mean."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError, UnwritableTargetError
from wavefact.health.monitor._schema import STEPS, is_ours, migrate, version_of

__all__ = ["failures", "is_locked", "locked", "open_database", "open_to_read", "transaction"]

_PATIENCE = 5.0  # how long another connection's transaction is waited for [s]
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def failures(path: Path) -> Iterator[None]:
    """Turn what SQLite reports into an error that says what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGED:  # the lowest byte is the kind
            raise CorruptFileError(
                f"{path} is damaged ({error}); restore it from a backup, or move it away to begin anew."
            ) from error
        raise UnwritableTargetError(
            f"The state {path} cannot be used: {error}; see whether its disk is full or read-only."
        ) from error


def open_database(path: Path) -> sqlite3.Connection:
    """Open a database to read and write, created or brought up to date as need be.

    Raises
    ------
    UnknownFormatError, CorruptFileError, UnwritableTargetError
        If it is not ours or newer than this wavefact, damaged, or cannot be written.
    """
    with failures(path):
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            migrate(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # what is committed outlives a power cut
        except BaseException:
            connection.close()
            raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open a database to read only, also while a monitor writes.

    Raises
    ------
    InputError
        If there is none.
    UnknownFormatError, CorruptFileError, UnwritableTargetError
        As `open_database`.
    """
    if not path.is_file():
        raise InputError(f"There is no state of a monitor at {path}; `wavefact monitor` makes one.")
    with failures(path):
        # To read beside a writer takes a file of shared memory, which not everybody may make: without a
        # writer's log the database alone is all there is.
        alone = not path.with_name(f"{path.name}-wal").exists() and not os.access(path.parent, os.W_OK)
        how = "immutable=1" if alone else "mode=ro"
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, timeout=_PATIENCE)
        try:
            connection.row_factory = sqlite3.Row
            if not is_ours(connection):
                raise UnknownFormatError(f"{path} is a database, but no state of a monitor.")
            if version_of(connection) != len(STEPS):
                raise UnknownFormatError(
                    f"{path} has version {version_of(connection)} of the state, this wavefact reads "
                    f"{len(STEPS)}; update wavefact if it is newer, run `wavefact monitor` if it is older."
                )
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[sqlite3.Connection]:
    """Commit all that the block changes, or nothing of it."""
    with failures(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that dies with the process, and say in the file beside it who holds it.

    Raises
    ------
    InputError
        If another process holds it.
    UnwritableTargetError
        If the lock cannot be written.
    """
    holder = path.with_suffix(".holder")
    connection = _exclusive(path, timeout=1.0)
    if connection is None:
        raise InputError(
            f"Another monitor uses {path.parent} ({_told(holder)}); stop it, or name another --state."
        )
    try:
        try:
            holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")
        except OSError as error:
            raise UnwritableTargetError(f"Cannot write {holder}: {error.strerror}.") from error
        yield
    finally:
        connection.close()


def is_locked(path: Path) -> str | None:
    """Return who holds a lock; None if nobody does."""
    if not path.is_file():
        return None
    try:
        connection = _exclusive(path, timeout=0.0)
    except UnwritableTargetError:  # who may only read cannot ask
        return None
    if connection is None:
        return _told(path.with_suffix(".holder"))
    connection.close()
    return None


def _exclusive(path: Path, timeout: float) -> sqlite3.Connection | None:
    """Return an open exclusive transaction, which is a lock on every system; None if another has it."""
    with failures(path):
        connection = sqlite3.connect(path, timeout=timeout, isolation_level=None)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return None
            raise
    return connection


def _told(holder: Path) -> str:
    try:
        return holder.read_text(encoding="utf-8").strip() or "not known which"
    except OSError:
        return "not known which"
