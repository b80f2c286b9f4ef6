"""Recordings from pandas' tables, and back: rows are samples, columns are sensors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact._arrays import to_numpy
from wavefact._packages import optional
from wavefact.errors import CorruptFileError, InputError
from wavefact.io._text_titles import time_unit
from wavefact.io._times import clock
from wavefact.io.base import SCHEMA, VERSION, logger, metadata_text
from wavefact.recording import Recording

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = [
    "attributes_of",
    "fields_of_attributes",
    "from_pandas",
    "is_time",
    "report_left_out",
    "to_pandas",
]


def from_pandas(table: DataFrame, *, sampling_rate: float | None = None) -> Recording:
    """Return the recording in a pandas table whose rows are samples and whose columns are sensors.

    The sampling rate is that of the attribute ``sampling_rate`` (``table.attrs``), or of the times:
    an index of dates, of time differences or of numbers called ``time``, or a first column called
    so, with its unit in brackets where it is not seconds (``time [ms]``).

    Parameters
    ----------
    table : pandas.DataFrame
        Columns without numbers are left out, with a line in the log.
    sampling_rate : float, optional
        Samples per second [Hz]; times are not looked at then.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If times are not uniform, and by how much, or no column holds numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> table = {"time [ms]": [0.0, 10.0, 20.0], "deck": [1.0, 2.0, 3.0], "pier": [0.0, 1.0, 0.0]}
    >>> from_pandas(pd.DataFrame(table))
    Recording(2 sensors × 3 samples, float64, 100 Hz, 0.03 s, named)
    """
    package = optional("pandas", "tables", "pandas' tables")
    if not isinstance(table, package.DataFrame):
        raise InputError(f"Expected a pandas DataFrame, not {type(table).__name__}.")
    declared = fields_of_attributes(table.attrs, "The table")
    columns, times = list(range(table.shape[1])), _index_times(table.index)
    is_ours = table.attrs.get("format") == SCHEMA
    if times is None and columns and not is_ours and is_time(table.columns[0], table.dtypes.iloc[0]):
        times = (_instants(table.iloc[:, 0]), time_unit(str(table.columns[0])) or 1.0)
        columns = columns[1:]
    numeric = [i for i in columns if table.dtypes.iloc[i].kind in "iufc"]
    report_left_out([str(table.columns[i]) for i in columns if i not in numeric], len(numeric), "The table")
    values = table.iloc[:, numeric]
    fields: dict[str, Any] = {"names": None}
    if not isinstance(table.columns, package.RangeIndex):
        fields["names"] = tuple(" ".join(str(name).split()) for name in values.columns)
    rate = declared.get("sampling_rate") if sampling_rate is None else sampling_rate
    if times is not None and rate is None:
        rate, start = clock(times[0], "The table", times[1])
        fields["metadata"] = {"start_time": start} if start else {}
    fields |= declared | {"sampling_rate": rate, "signals": values.to_numpy().T}
    return Recording(**fields)


def to_pandas(recording: Recording) -> DataFrame:
    """Return a recording as a pandas table: rows are samples, columns are sensors.

    The index is the time [s] where the sampling rate is known; ``attrs`` hold the rest.
    `from_pandas` gives the same recording back.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    pandas.DataFrame, shape (n_samples, n_sensors)

    Raises
    ------
    MissingPackageError
        If pandas is not installed.

    Examples
    --------
    >>> table = to_pandas(Recording(np.ones((2, 5)), 100.0, names=("deck", "pier"), unit="m"))
    >>> list(table.columns), float(table.index[1]), table.attrs["unit"]
    (['deck', 'pier'], 0.01, 'm')
    """
    package = optional("pandas", "tables", "pandas' tables")
    recording = recording.load()
    index = None
    if recording.sampling_rate is not None:
        index = package.Index(recording.times, name="time [s]")
    columns = None if recording.names is None else list(recording.names)
    table = package.DataFrame(to_numpy(recording.signals).T, index=index, columns=columns)
    table.attrs = attributes_of(recording)
    return table


def attributes_of(recording: Recording) -> dict[str, Any]:
    """Return everything but the signals, as what JSON can hold."""
    positions = recording.positions
    return {
        "format": SCHEMA,
        "version": VERSION,
        "sampling_rate": recording.sampling_rate,
        "positions": None if positions is None else positions.tolist(),
        "names": None if recording.names is None else list(recording.names),
        "unit": recording.unit,
        "quantity": recording.quantity,
        "metadata": metadata_text(recording),
    }


def fields_of_attributes(attributes: Any, what: str) -> dict[str, Any]:
    """Return the fields of a recording that the attributes of a table tell."""
    if attributes.get("format") != SCHEMA:
        return {
            name: attributes[name] for name in ("sampling_rate", "unit", "quantity") if name in attributes
        }
    try:
        positions, names = attributes["positions"], attributes["names"]
        return {
            "sampling_rate": attributes["sampling_rate"],
            "positions": None if positions is None else np.asarray(positions, dtype=float),
            "names": None if names is None else tuple(names),
            "unit": attributes["unit"],
            "quantity": attributes["quantity"],
            "metadata": json.loads(attributes["metadata"]),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptFileError(f"{what} contradicts itself: {error!r}") from error


def report_left_out(names: list[str], n_left: int, what: str) -> None:
    """Log the columns that hold no numbers; refuse a table that has no others."""
    if not n_left:
        raise InputError(f"{what} has no column of numbers; expected one for each sensor.")
    if names:
        logger.warning(
            "%s: %d columns without numbers are left out: %s", what, len(names), ", ".join(names[:8])
        )


def is_time(name: Any, dtype: Any) -> bool:
    """Tell whether a column holds times: by its name, or because it holds dates."""
    if getattr(dtype, "kind", "O") in "Mm":
        return True
    unit = time_unit(str(name))
    return unit is not None and unit == unit and getattr(dtype, "kind", "O") in "iuf"


def _index_times(index: Any) -> tuple[np.ndarray, float] | None:
    """Return the times of an index and their unit [s]; None where it only counts or names rows."""
    if index.dtype.kind in "Mm":
        return _instants(index), 1.0
    if index.name is not None and is_time(index.name, index.dtype):
        return index.to_numpy(), time_unit(str(index.name)) or 1.0
    return None


def _instants(times: Any) -> np.ndarray:
    """Return times as NumPy has them: dates in UTC, without their zone."""
    return np.asarray(times.to_numpy("datetime64[ns]") if times.dtype.kind == "M" else times.to_numpy())
