"""Conditions beside the recordings, such as temperature: a table of times and values, and the file of one."""

from __future__ import annotations

import csv
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wavefact.errors import InputError
from wavefact.health.monitor.start_times import iso, seconds_of

__all__ = ["Conditions", "ConditionsFile"]

_logger = logging.getLogger("wavefact")

_LARGEST_GAP = 4.0  # usual steps between two readings; over more, nothing is known


@dataclass(frozen=True, eq=False)
class Conditions:
    """Hold readings of conditions.

    Parameters
    ----------
    names : tuple of n_conditions str
    times : (n_readings,) array [s since 1970]
        Rising.
    values : (n_readings, n_conditions) array
        NaN where there is no reading.

    Examples
    --------
    >>> hours = 3600.0 * np.arange(3)
    >>> weather = Conditions(("temperature",), hours, np.array([[10.0], [np.nan], [14.0]]))
    >>> weather.at(5400.0).tolist(), weather.at(1e6).tolist()
    ([13.0], [nan])
    """

    names: tuple[str, ...]
    times: np.ndarray
    values: np.ndarray

    def at(self, time: float) -> np.ndarray:
        """Return the conditions at a time, (n_conditions,).

        Parameters
        ----------
        time : float
            Seconds since 1970 [s].

        Returns
        -------
        numpy.ndarray, shape (n_conditions,)
            Each in its own unit.

        Notes
        -----
        Interpolated between the readings before and after.  NaN where these are more than four usual
        (median) steps apart; the first and last reading hold for one usual step beyond.
        """
        return np.array([_interpolated(time, self.times, column) for column in self.values.T])

    def select(self, names: Sequence[str]) -> Conditions:
        """Return the conditions of these names, in this order.

        Parameters
        ----------
        names : sequence of str
            Of conditions.

        Raises
        ------
        InputError
            If one is missing.
        """
        missing = [name for name in names if name not in self.names]
        if missing:
            raise InputError(
                f"The conditions lack {', '.join(missing)}; there are {', '.join(self.names)}. "
                "Expected the names of the baseline's."
            )
        chosen = [self.names.index(name) for name in names]
        return Conditions(tuple(names), self.times, self.values[:, chosen])

    @classmethod
    def read(cls, path: Path) -> Conditions:
        """Read a table of text.

        Parameters
        ----------
        path : Path
            Cells between commas, semicolons or tabs under a line of names.  The column ``time`` is ISO 8601
            (UTC where it names no zone) or seconds since 1970; every other column is a condition, empty or
            ``nan`` where there is no reading.  Rows without a time are left out, such as one being written.

        Raises
        ------
        InputError
            If there is no such table.
        """
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                first = file.readline()
                file.seek(0)
                delimiter = max(",;\t", key=first.count)
                header, *rows = list(csv.reader(file, delimiter=delimiter)) or [[]]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise InputError(f"{path} cannot be read as a table of conditions: {error}.") from error
        names = [name.strip() for name in header]
        where = [i for i, name in enumerate(names) if name.lower() == "time"]
        if len(where) != 1 or not 2 <= len(names) == len(set(names)):
            raise InputError(
                f"{path} has the columns {', '.join(names) or 'none'}; expected time, and conditions, each "
                "with a name of its own."
            )
        kept = [(seconds_of(row[where[0]]), row) for row in rows if len(row) == len(names)]
        times = np.array([np.nan if time is None else time for time, _ in kept])
        columns = [i for i in range(len(names)) if i != where[0]]
        values = np.array([[_number(row[i]) for i in columns] for _, row in kept])
        order = np.argsort(times[np.isfinite(times)], kind="stable")
        chosen = np.flatnonzero(np.isfinite(times))[order]
        if len(chosen) < len(rows):
            _logger.info("%s: %d rows without a time are left out", path, len(rows) - len(chosen))
        return cls(
            tuple(names[i] for i in columns),
            times[chosen],
            values.reshape(len(kept), len(columns))[chosen],
        )


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _interpolated(time: float, times: np.ndarray, values: np.ndarray) -> float:
    known = np.isfinite(values)
    times, values = times[known], values[known]
    step = float(np.median(np.diff(times))) if times.size > 1 else 0.0
    after = int(np.searchsorted(times, time))
    if after < times.size and times[after] == time:
        return float(values[after])
    if 0 < after < times.size:
        near = times[after] - times[after - 1] <= _LARGEST_GAP * step
        return float(np.interp(time, times, values)) if near else np.nan
    edge = min(after, times.size - 1)
    return float(values[edge]) if times.size and abs(time - times[edge]) <= step else np.nan


class ConditionsFile:
    r"""Look conditions up in a file that may grow meanwhile.

    Parameters
    ----------
    path : Path
        As for `Conditions.read`.
    names : sequence of n_conditions str, optional
        Which columns are taken, in which order; by default all as they come.

    Raises
    ------
    InputError
        If there is no such table, or it lacks a name.

    Examples
    --------
    >>> import tempfile
    >>> from wavefact.health.monitor import ConditionsFile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder) / "weather.csv"
    ...     _ = table.write_text("time,temperature\n0,12.0\n3600,14.0\n")
    ...     ConditionsFile(table).at(1800.0)
    array([13.])
    """

    def __init__(self, path: Path, names: Sequence[str] | None = None) -> None:
        self.path = path
        self._stamp = self._current_stamp()
        table = Conditions.read(path)
        self._table = table if names is None else table.select(names)

    @property
    def names(self) -> tuple[str, ...]:
        """What the conditions are, (n_conditions,)."""
        return self._table.names

    def at(self, time: float) -> np.ndarray:
        """Return the conditions at a time [s since 1970], (n_conditions,), NaN where they are not known.

        Parameters
        ----------
        time : float
            Seconds since 1970 [s].

        Returns
        -------
        numpy.ndarray, shape (n_conditions,)
            Each in its own unit.
        """
        self._refresh()
        return self._table.at(time)

    def before(self, time: float) -> tuple[np.ndarray, np.ndarray]:
        """Return times (n_readings,) [s since 1970] and values (n_readings, n_conditions) before a time.

        Parameters
        ----------
        time : float
            Seconds since 1970 [s].

        Returns
        -------
        numpy.ndarray, shape (n_earlier, n_conditions)
            Each in its own unit.
        """
        self._refresh()
        last = int(np.searchsorted(self._table.times, time))
        return self._table.times[:last], self._table.values[:last]

    def readings(self, condition: int) -> np.ndarray:
        """Return when there are readings of a condition, (n_readings,) [s since 1970].

        Parameters
        ----------
        condition : int
            Its place among `names`.

        Returns
        -------
        numpy.ndarray, shape (n_readings,)
            Rising.
        """
        self._refresh()
        return self._table.times[np.isfinite(self._table.values[:, condition])]

    def span(self, condition: int) -> str:
        """Return from when to when there are readings of a condition, in words.

        Parameters
        ----------
        condition : int
            Its place among `names`.

        Returns
        -------
        str
        """
        times = self.readings(condition)
        return f"from {iso(times[0])} to {iso(times[-1])}" if times.size else "of it at no time"

    def lack(self, condition: int, time: float) -> str:
        """Say that a condition is not known at a time, and when there are readings of it.

        Parameters
        ----------
        condition : int
            Its place among `names`.
        time : float
            Seconds since 1970 [s].

        Returns
        -------
        str
        """
        name = self.names[condition]
        return f"{name} is not known at {iso(time)}; {self.path} has readings {self.span(condition)}"

    def _refresh(self) -> None:
        stamp = self._current_stamp()
        if stamp is None or stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._table = Conditions.read(self.path).select(self.names)
        except InputError as error:
            _logger.warning("%s: %s The conditions read before are used.", self.path, error)

    def _current_stamp(self) -> tuple[int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_size, found.st_mtime_ns
