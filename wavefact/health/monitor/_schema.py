"""Tables of the state of a monitor, and how a state of an older version is brought up to date."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from wavefact.errors import UnknownFormatError

__all__ = ["STEPS", "is_ours", "migrate", "version_of"]

_APPLICATION = 0x77617665  # "wave": tells this database from anybody else's

_FIRST = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE records (          -- one for each content that was assessed, in this order
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,         -- of the file it was first found in
    time REAL NOT NULL,         -- of the recording [s since 1970]
    assessed_at REAL NOT NULL,  -- [s since 1970]
    baseline TEXT NOT NULL,
    result TEXT NOT NULL,       -- path of the modes in the state's folder
    frequencies TEXT NOT NULL,  -- corrected [Hz], and
    contributions TEXT NOT NULL,-- of each feature to the score: JSON lists
    score REAL,                 -- NULL where NaN, as below
    threshold REAL,
    p_value REAL,
    is_alarm INTEGER NOT NULL,
    sentence TEXT NOT NULL,
    told_at REAL,               -- when an alarm was passed on [s since 1970]
    hook TEXT                   -- what became of the hook
);
CREATE INDEX alarms ON records (id) WHERE is_alarm;
CREATE TABLE files (            -- what is in the folder and needs no second look
    name TEXT PRIMARY KEY,
    size INTEGER NOT NULL,      -- [bytes]
    mtime_ns INTEGER NOT NULL,  -- [ns since 1970]
    digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX contents ON files (digest);
CREATE TABLE quarantine (
    name TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    since REAL NOT NULL,        -- [s since 1970]
    reason TEXT NOT NULL,
    is_passing INTEGER NOT NULL -- whether it may be read next time though it has not changed
) WITHOUT ROWID;
CREATE TABLE in_hand (          -- what a process that died was working on
    digest TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    deaths INTEGER NOT NULL
) WITHOUT ROWID;
"""

STEPS: tuple[str, ...] = (_FIRST,)
"""What leads from each version of the tables to the next, from nothing on."""


def version_of(connection: sqlite3.Connection) -> int:
    """Return how many of the `STEPS` a database has behind it."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_ours(connection: sqlite3.Connection) -> bool:
    """Tell whether the database is the state of a monitor."""
    return bool(connection.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION)


def migrate(connection: sqlite3.Connection, path: Path) -> int:
    """Bring a database up to date; return the version that it had.

    Raises
    ------
    UnknownFormatError
        If it is somebody else's, or of a newer version.
    """
    version = version_of(connection)
    is_empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if not (is_empty or is_ours(connection)):
        raise UnknownFormatError(f"{path} is a database, but no state of a monitor; name another --state.")
    if version > len(STEPS):
        raise UnknownFormatError(
            f"{path} has version {version} of the state, this wavefact knows {len(STEPS)}; update wavefact."
        )
    if version < len(STEPS):
        steps = "".join(STEPS[version:])
        finish = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {len(STEPS)}; COMMIT;"
        connection.executescript(f"BEGIN IMMEDIATE; {steps} {finish}")
    return version
