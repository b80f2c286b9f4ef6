"""What a monitor has found in every recording, for pictures and reports: read at any time."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wavefact.errors import InputError
from wavefact.health.monitor._database import failures, open_to_read
from wavefact.health.monitor.summary import CURRENT, state_of

__all__ = ["MonitorHistory", "monitor_history"]


@dataclass(frozen=True, eq=False)
class MonitorHistory:
    """Hold the recordings that a monitor has assessed, by the time at which they began.

    Parameters
    ----------
    times : (n_records,) array [s since 1970]
    frequencies : (n_records, n_modes) array [Hz]
        At the reference condition; NaN where a mode was not found.
    scores, thresholds : (n_records,) arrays
        How far each record is from healthy ones, and where the alarm begins; NaN without a verdict.
    alarms : (n_records,) boolean array
    sentences : tuple of n_records str
        The verdicts in words.

    Raises
    ------
    InputError
        If the sizes do not match.

    Examples
    --------
    >>> from wavefact.health.monitor import MonitorHistory
    >>> history = MonitorHistory(
    ...     times=[0.0, 3600.0],
    ...     frequencies=[[2.0], [1.9]],
    ...     scores=[1.0, 9.0],
    ...     thresholds=[4.0, 4.0],
    ...     alarms=[False, True],
    ...     sentences=("No change is seen.", "The structure has changed."),
    ... )
    >>> history.n_records
    2
    """

    times: np.ndarray
    frequencies: np.ndarray
    scores: np.ndarray
    thresholds: np.ndarray
    alarms: np.ndarray
    sentences: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("times", "frequencies", "scores", "thresholds"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        object.__setattr__(self, "alarms", np.asarray(self.alarms, dtype=bool))
        sizes = {name: len(getattr(self, name)) for name in self.__dataclass_fields__}
        if len(set(sizes.values())) > 1 or self.frequencies.ndim != 2:
            raise InputError(f"Every field needs one entry for each record; they have {sizes}.")

    @property
    def n_records(self) -> int:
        """Number of recordings."""
        return int(self.times.size)


def monitor_history(folder: Path) -> MonitorHistory:
    """Read what a monitor has found in each recording.

    Parameters
    ----------
    folder : Path
        Of the state, or the folder that is followed if its state is in the usual place.

    Returns
    -------
    MonitorHistory
        Of the records whose files are still there, with as many modes as the last one has; those of an
        earlier baseline with another number of modes are left out.

    Raises
    ------
    InputError
        If there is no state.
    UnknownFormatError, CorruptFileError
        If it is of another version, or damaged.

    Examples
    --------
    >>> from pathlib import Path
    >>> monitor_history(Path("no such folder"))
    Traceback (most recent call last):
    wavefact.errors.InputError: ...
    """
    path = state_of(folder)
    with failures(path), closing(open_to_read(path)) as connection:
        rows = connection.execute(f"SELECT * FROM records WHERE {CURRENT} ORDER BY time, id").fetchall()
    found = [np.asarray(json.loads(row["frequencies"]), dtype=float) for row in rows]  # null becomes NaN
    last = max(range(len(rows)), key=lambda index: rows[index]["id"], default=0)
    kept = [index for index in range(len(rows)) if found[index].shape == found[last].shape]
    table = np.stack([found[index] for index in kept]) if kept else np.zeros((0, 0))

    def column(name: str) -> np.ndarray:
        return np.asarray([rows[index][name] for index in kept], dtype=float)

    return MonitorHistory(
        times=column("time"),
        frequencies=table,
        scores=column("score"),
        thresholds=column("threshold"),
        alarms=column("is_alarm").astype(bool),
        sentences=tuple(str(rows[index]["sentence"]) for index in kept),
    )
