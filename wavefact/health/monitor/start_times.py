"""When a recording began: by its own word, by its name, or else by the time of its last change."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from pathlib import Path

from wavefact.io import read
from wavefact.recording import Recording

__all__ = ["START_KEY", "UNDATED", "dated_start", "iso", "said_start", "seconds_of", "start_time"]

_IN_NAMES = re.compile(
    r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)[T_ -]?(\d\d)[-:_.hH]?(\d\d)(?:[-:_.mM]?(\d\d))?(?!\d)"
)
START_KEY = "start_time"  # of a recording's metadata
UNDATED = (
    "neither the file nor its name says when it began "
    "(name it like bridge_20260601_1300.h5, or see --name-format)"
)


def start_time(path: Path, name_format: str | None = None) -> float:
    """Return when a recording began, in seconds since 1970.

    Parameters
    ----------
    path : Path
    name_format : str, optional
        What names look like without their suffix, as for `datetime.strptime`, such as
        ``"bridge_%Y%m%d_%H%M"``.  By default any date with hours and minutes in the name is taken,
        year first.

    Returns
    -------
    float [s]
        From the recording's metadata ``start_time`` (HDF5; ISO 8601, or seconds since 1970), from the file's
        name, or from the time of its last change.  Times without a zone are UTC.

    Raises
    ------
    FileNotFoundError
        If all else fails and there is no such file.

    Examples
    --------
    >>> iso(start_time(Path("bridge_20261126-1930.csv")))
    '2026-11-26T19:30:00Z'
    """
    found = dated_start(path, name_format)
    return path.stat().st_mtime if found is None else found


def dated_start(path: Path, name_format: str | None = None) -> float | None:
    """Return when a recording began as `start_time` does, but None where only its last change is known."""
    found = _of_metadata(path)
    return _of_name(path.stem, name_format) if found is None else found


def said_start(recording: Recording, otherwise: float | None) -> float | None:
    """Return when a recording says that it began [s since 1970], or `otherwise` where it does not."""
    said = seconds_of(recording.metadata.get(START_KEY))
    return otherwise if said is None else said


def _of_metadata(path: Path) -> float | None:
    if path.suffix.lower() not in (".h5", ".hdf5"):
        return None
    try:
        return seconds_of(read(path, lazy=True).metadata.get(START_KEY))
    except Exception:  # a damaged file has no say; reading it for good tells why
        return None


def _of_name(stem: str, name_format: str | None) -> float | None:
    try:
        if name_format is not None:
            return _seconds(datetime.strptime(stem, name_format))
        found = _IN_NAMES.search(stem)
        if found is None:
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        return _seconds(datetime(year, month, day, hour, minute, second))
    except ValueError:
        return None


def seconds_of(value: object) -> float | None:
    """Return seconds since 1970 of ISO 8601 text, UTC without a zone, or of a number; None of anything else.

    Examples
    --------
    >>> seconds_of("1970-01-01T01:00+01:00"), seconds_of("12.5"), seconds_of("soon")
    (0.0, 12.5, None)
    """
    text = str(value).strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = _seconds(datetime.fromisoformat(text))
        except ValueError:
            return None
    return seconds if math.isfinite(seconds) else None


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()


def iso(seconds: float) -> str:
    """Return seconds since 1970 as ISO 8601 text in UTC.

    Examples
    --------
    >>> iso(0.0)
    '1970-01-01T00:00:00Z'
    """
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):  # no year has it
        return f"{seconds:g} s"
