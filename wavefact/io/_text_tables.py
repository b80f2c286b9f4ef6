"""What a text table of another program records: which columns are time, and at which rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wavefact.errors import InputError
from wavefact.io._steps import last_digit, sampling_rate_of
from wavefact.io._text_cells import COMMA_BLANK
from wavefact.io._text_clock import instants, rises_evenly
from wavefact.io._text_layout import Layout
from wavefact.io._text_preamble import agree
from wavefact.io._text_titles import is_row_number, is_unit_assumed, time_unit
from wavefact.io._traces import date_text
from wavefact.io.base import ReadOptions, common_unit, logger, refuse_component
from wavefact.recording import Recording

__all__ = ["needs_all_columns", "recording_of"]

_TIME_UNITS = (1.0, 1e3, 1e6, 1e9)
"""How many a second of what times are counted in."""

_DATES = (6e8, 4.1e9)  # [s] from 1989 to 2099 since 1970; longer than any recording


@dataclass(frozen=True)
class _Clock:
    """Hold the sampling rate [Hz], the start, and how many columns of numbers are time and no sensors."""

    rate: float | None = None
    start: str = ""
    n_columns: int = 0


def needs_all_columns(layout: Layout, first: np.ndarray) -> bool:
    """Tell whether the first column alone does not say what is time."""
    return _may_be_clock(layout, first) or _is_before_time(layout, first)


def recording_of(
    path: Path, layout: Layout, values: np.ndarray, days: Sequence[Sequence[str]], options: ReadOptions
) -> Recording:
    """Return the recording in a table (n_rows, n_columns), what is time taken off.

    Parameters
    ----------
    path : Path
    layout : Layout
    values : (n_rows, n_columns) array
    days : sequence of n_rows sequences of str
        Dates and hours that stand before the numbers of each row.
    options : ReadOptions

    Raises
    ------
    InputError
        If times are not uniform, of an unknown unit, or contradict the rate that is told above the table.
    """
    refuse_component(path, options)
    if layout.delimiter == COMMA_BLANK:
        logger.warning("%s: commas without a blank behind them are taken as decimal commas", path)
    told = layout.preamble
    stated = told.rate(path) if options.sampling_rate is None else None
    metadata = {"preamble": told.text} if told.text else {}
    if options.axis == "sensors-first":
        return Recording(values, sampling_rate=stated, unit=told.unit, metadata=metadata)
    clock = _clock(path, layout, values, days, options)
    _mind_other_clocks(path, layout, values, clock.n_columns)
    n_times = layout.n_instants + clock.n_columns
    unit, differing = common_unit(layout.units[n_times:], path)
    metadata |= differing | ({"start_time": clock.start} if clock.start else {})
    return Recording(
        values[:, clock.n_columns :].T,
        names=layout.names[n_times:] if layout.names else None,
        sampling_rate=_agreed(clock.rate, stated, path),
        unit=unit or ("" if differing else told.unit),
        metadata=metadata,
    )


def _heading(layout: Layout, at: int = 0) -> str:
    """Return the heading of a column of numbers with its unit, empty where there is none."""
    if not layout.names:
        return ""
    name, unit = (texts[layout.n_instants + at] for texts in (layout.names, layout.units))
    return f"{name} [{unit}]" if unit else name


def _clock(
    path: Path, layout: Layout, values: np.ndarray, days: Sequence[Sequence[str]], options: ReadOptions
) -> _Clock:
    """Find the clock of a table: a column called time, dates and hours, or what can be nothing else."""
    is_asked, n_columns = options.sampling_rate is None, values.shape[1]
    at = 1 if _is_before_time(layout, values[:, 0]) else 0
    heading, column = _heading(layout, at), values[:, at].real
    unit = time_unit(heading)
    times, start = instants(days, path) if days else (column, "")
    if unit is not None and heading and n_columns > 1:
        logger.info("%s: the %s column, %r, is taken as time", path, ("first", "second")[at], heading)
        unit, start = (unit, start) if days else _of_epoch(column, unit, heading, path)
        rate = _timed(column, unit, heading, path, layout) if is_asked else None
        return _Clock(rate, start, at + 1)
    if days:
        return _Clock(sampling_rate_of(times, 1.0, path) if is_asked else None, start)
    if layout.names and n_columns > 1 and _counts(column, heading):
        _tell_of_row_numbers(heading, path)
        return _Clock(n_columns=1)
    if n_columns > 1 and _may_be_clock(layout, column):
        return _untitled(values, path, layout, is_asked)
    return _Clock()


def _may_be_clock(layout: Layout, first: np.ndarray) -> bool:
    """Tell whether the first column has no heading and rises evenly, as do others perhaps."""
    return not _heading(layout) and not layout.n_instants and rises_evenly(first)


def _is_before_time(layout: Layout, first: np.ndarray) -> bool:
    """Tell whether the first column counts the rows and the second is called time, with sensors behind."""
    if not layout.names or layout.n_columns - layout.n_instants < 3 or not _heading(layout, 1):
        return False
    return time_unit(_heading(layout, 1)) is not None and _counts(first.real, _heading(layout))


def _counts(column: np.ndarray, heading: str) -> bool:
    """Tell whether numbers rise by one under a heading of row numbers, or from 0 or 1 under none."""
    if len(column) < 2 or not is_row_number(heading) or not np.all(np.diff(column) == 1):
        return False
    return bool(column[0] == round(column[0]) if heading else column[0] in (0, 1))


def _tell_of_row_numbers(heading: str, path: Path) -> None:
    if not heading:
        logger.info("%s: the first column has no heading and is taken as row number", path)
        return
    logger.warning(
        "%s: the first column, %r, counts the rows: it is taken as row number, not as a sensor; give it "
        "another heading if it is one",
        path,
        heading,
    )


def _mind_other_clocks(path: Path, layout: Layout, values: np.ndarray, n_times: int) -> None:
    """Log which sensor rises evenly from first to last sample, as only time does."""
    is_seen = values.strides[1] != 0  # else only one column was read
    if not layout.names or not is_seen:
        return
    for at in range(n_times, values.shape[1]):
        if rises_evenly(values[:, at]):
            logger.warning(
                "%s: column %r rises evenly like a clock, but is taken as a sensor: call it 'time [s]' and "
                "put it first if it is time, or leave it out",
                path,
                _heading(layout, at),
            )


def _of_epoch(times: np.ndarray, unit: float, heading: str, path: Path) -> tuple[float, str]:
    """Return the unit [s] of times and, where they count from 1970, the first in ISO 8601.

    Where the heading names no unit, numbers that would be no date in seconds, but are one in a finer unit,
    are taken in that.
    """
    first, is_assumed = float(times[0]), is_unit_assumed(heading)
    units = [1.0 / count for count in _TIME_UNITS] if is_assumed else [unit]
    dated = next((each for each in units if _DATES[0] <= first * each <= _DATES[1]), None)
    if dated is not None:
        if dated != unit:
            logger.warning("%s: %r is taken as time since 1970 in units of %g s", path, heading, dated)
        return dated, date_text(round(first * dated * 1e6) * 1000)
    if is_assumed and last_digit(times) == 1.0:
        logger.warning(
            "%s: %r is taken as time in seconds, in whole numbers; if it is in another unit, write it behind "
            "the heading, such as 'time [ms]', or give sampling_rate",
            path,
            heading,
        )
    return unit, ""


def _timed(times: np.ndarray, unit: float, heading: str, path: Path, layout: Layout) -> float | None:
    if not math.isnan(unit):
        return sampling_rate_of(times, unit, path)
    if layout.preamble.rates:
        return None
    raise InputError(f"{path}: the unit of the time column {heading!r} is unknown; give sampling_rate.")


def _untitled(values: np.ndarray, path: Path, layout: Layout, is_asked: bool) -> _Clock:
    """Take an untitled first column that rises evenly for time, if no other column does."""
    if any(rises_evenly(column) for column in values.T[1:]):
        logger.warning(
            "%s: several columns rise evenly and none has a heading: all are taken as sensors; put "
            "'time [s]' over the one that is time",
            path,
        )
        return _Clock()
    step = float(np.median(np.diff(values[:, 0])))
    stated = layout.preamble.rate(path) if is_asked else None
    is_counted = last_digit(values[:, 0]) == 1.0
    rate, taken = None, "row number or time of unknown unit"
    if stated is not None and any(agree(step * stated, unit) for unit in _TIME_UNITS):
        taken = "time"
    elif not is_counted:
        rate = sampling_rate_of(values[:, 0], 1.0, path) if is_asked else None
        taken = "time in seconds"
    logger.warning(
        "%s: the first column has no heading and rises by even steps of %g: it is taken as %s, not as a "
        "sensor; put a heading over it if it is one",
        path,
        step,
        taken,
    )
    return _Clock(rate, n_columns=1)


def _agreed(timed: float | None, stated: float | None, path: Path) -> float | None:
    """Return the sampling rate [Hz] of the times and of the lines above, of which either may be None."""
    if timed is None or stated is None:
        return stated or timed
    if not agree(timed, stated):
        raise InputError(
            f"{path} contradicts itself: {stated:g} Hz are told above the table, the times in it make "
            f"{timed:g} Hz; give sampling_rate."
        )
    return stated
