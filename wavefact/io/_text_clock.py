"""Columns of text tables that are clocks: dates and hours as text, and numbers that nobody put a title to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from wavefact.errors import CorruptFileError
from wavefact.io._steps import last_digit
from wavefact.io._traces import date_text
from wavefact.io.base import logger

__all__ = ["instants", "is_instant", "rises_evenly"]

_DATE = r"(?P<one>\d{1,4})(?P<sign>[-/.])(?P<two>\d{1,2})(?P=sign)(?P<three>\d{2,4})"
_HOUR = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d(?:\.\d*)?))?(?:\s*(?P<half>[AP]M))?Z?"
_INSTANT = re.compile(rf"(?:{_DATE}(?:[T ]\s*{_HOUR})?|{_HOUR.replace('?P<', '?P<_')})", re.IGNORECASE)
_DAY = 86400.0  # [s]
_EPOCH = date(1970, 1, 1).toordinal()

_LEAST = 50  # samples of a column without a title that may be a clock
_GAPS = 0.02  # share of its steps that may be longer than the others


def is_instant(cell: str) -> bool:
    """Tell whether a cell is a date, a time of day or both."""
    return _INSTANT.fullmatch(cell) is not None


def rises_evenly(column: np.ndarray) -> bool:
    """Tell whether numbers rise by one step from first to last, but for rounded decimals and a few gaps."""
    if len(column) < _LEAST or column.dtype.kind == "c" or not np.isfinite(column).all():
        return False
    steps = np.diff(column)
    if steps.min() <= 0:
        return False
    step = float(np.median(steps))
    digit = last_digit(column)
    allowed = 1.01 * digit if 2 * digit <= step else 1e-6 * step
    is_usual = np.abs(steps - step) <= allowed
    gaps = steps[~is_usual]
    if len(gaps) > _GAPS * len(steps) or np.any(gaps < step):
        return False
    closed = np.cumsum(np.where(is_usual, steps, step))  # as if nothing were missing
    off_line = np.abs(closed - closed[-1] * np.arange(1, len(column)) / len(steps))
    return bool(off_line.max() <= 1.01 * (1 + len(gaps)) * allowed)


def instants(rows: Sequence[Sequence[str]], path: Path) -> tuple[np.ndarray, str]:
    """Return the times of rows of dates and hours (n_rows,) [s] from the first, and the first in ISO 8601.

    Hours without dates go on beyond midnight; they, and dates that can be read in two ways, have no start.

    Raises
    ------
    CorruptFileError
        If a cell is no date and no time of day.
    """
    seconds, dates, decimals = np.zeros(len(rows)), [], 0
    for i, row in enumerate(rows):
        for cell in row:
            day, hour, places = _parts(cell, path)
            seconds[i] += hour
            dates += [day] if day else []
            decimals = max(decimals, places)
    if len(dates) != len(rows):
        nights = np.cumsum([0, *(np.diff(seconds) < -_DAY / 2)])
        return np.round(nights * _DAY + (seconds - seconds[0]), decimals), ""
    days, is_sure = _days(dates, path)
    start = int(days[0]) * 86400 * 10**9 + round(float(seconds[0]) * 10**6) * 10**3
    times = np.round((days - days[0]) * _DAY + (seconds - seconds[0]), decimals)  # as they are written
    return times, date_text(start) if is_sure else ""


def _parts(cell: str, path: Path) -> tuple[str, float, int]:
    """Return the date in a cell as it is written, if there is one, the time of day [s] and its decimals."""
    match = _INSTANT.fullmatch(cell)
    if match is None:
        raise CorruptFileError(f"{path}: {cell[:40]!r} is no date or time; repair or remove the row.")
    hour, minute, second, half = (
        match[key] or match[f"_{key}"] for key in ("hour", "minute", "second", "half")
    )
    seconds = 3600.0 * (int(hour or 0) % (12 if half else 24)) + 60.0 * int(minute or 0) + float(second or 0)
    seconds += 12 * 3600.0 if (half or "").upper() == "PM" else 0.0
    day = cell[match.start("one") : match.end("three")] if match["one"] else ""
    return day, seconds, len((second or "").partition(".")[2])


def _days(dates: Sequence[str], path: Path) -> tuple[np.ndarray, bool]:
    """Return the days since 1970 of dates, and whether they can be read in this way only."""
    distinct = list(dict.fromkeys(dates))
    read = [days for order in ("ymd", "dmy", "mdy") if (days := _in_order(distinct, order)) is not None]
    read = [days for days in read if all(0 <= b - a <= 1 for a, b in pairwise(days))] or read
    if not read:
        raise CorruptFileError(f"{path}: {distinct[0]!r} is no date; repair or remove the row.")
    is_sure = all(days == read[0] for days in read)
    if not is_sure:
        logger.warning("%s: %s may be two dates; the start time is left out", path, distinct[0])
    day_of = dict(zip(distinct, read[0], strict=True))
    return np.array([day_of[text] for text in dates], dtype=float), is_sure


def _in_order(dates: Sequence[str], order: str) -> list[int] | None:
    """Return the days since 1970 of dates whose parts come in an order; None where one has not."""
    found = []
    for text in dates:
        parts = dict(zip(order, re.split(r"[-/.]", text), strict=True))
        year = parts["y"]
        if len(year) not in ((4,) if order == "ymd" else (2, 4)) or ("." in text and order == "mdy"):
            return None
        try:
            day = date(int(year if len(year) == 4 else f"20{year}"), int(parts["m"]), int(parts["d"]))
            found.append(day.toordinal() - _EPOCH)
        except ValueError:
            return None
    return found
