"""How a structure is, by the state of its monitor: read at any time, also while the monitor runs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wavefact.errors import InputError
from wavefact.health.monitor._database import failures, is_locked, open_to_read
from wavefact.health.monitor.alarms import described
from wavefact.health.monitor.progress import counted
from wavefact.health.monitor.start_times import iso
from wavefact.health.monitor.state import DATABASE, LOCK

__all__ = ["CURRENT", "HealthSummary", "default_state", "health_summary", "score_text", "state_of"]

CURRENT = "EXISTS (SELECT 1 FROM files WHERE files.digest = records.digest)"
"""Records but for those of files whose content was replaced by another."""


@dataclass(frozen=True)
class HealthSummary:
    """Hold what a monitor knows.

    Attributes
    ----------
    folder, state : str
        What is followed, and where the state is.
    baseline : str
        Name of the baseline.
    running : str or None
        Which process follows the folder now.
    n_records, n_alarms : int
        Recordings that were assessed, and alarms among them.
    first, last : str or None
        When the earliest and the latest began.
    latest : mapping or None
        The record that was assessed last; see `described`.
    alarms : tuple of mappings
        The last ones, the latest first, each with what became of the ``hook``.
    quarantine : tuple of mappings
        ``file``, ``since`` and ``reason`` of each file that cannot be used, the latest first.
    n_without_verdict : int
        Recordings among those assessed that tell neither a change nor that there is none.

    Examples
    --------
    >>> from dataclasses import fields
    >>> [field.name for field in fields(HealthSummary)][:3]
    ['folder', 'state', 'baseline']
    """

    folder: str
    state: str
    baseline: str
    running: str | None
    n_records: int
    n_alarms: int
    first: str | None
    last: str | None
    latest: Mapping[str, Any] | None
    alarms: tuple[Mapping[str, Any], ...]
    quarantine: tuple[Mapping[str, Any], ...]
    n_without_verdict: int = 0

    def __str__(self) -> str:
        running = f"running, {self.running}" if self.running else "not running"
        lines = [
            f"{self.folder}, baseline {self.baseline}; monitor {running}, state {self.state}",
            f"{counted(self.n_records, 'recording', 'recordings')} assessed{self._span()}: "
            f"{counted(self.n_alarms, 'alarm', 'alarms')}"
            f"{f', {self.n_without_verdict} without a verdict' if self.n_without_verdict else ''}; "
            f"{counted(len(self.quarantine), 'file', 'files')} in quarantine",
        ]
        if self.latest is not None:
            lines.append(f"Now {_verdict(self.latest)}: {_line(self.latest)}")
        if self.alarms:
            lines += ["", f"The last {counted(len(self.alarms), 'alarm', 'alarms')}:"]
            lines += [f"  {_line(alarm)}{_trouble(alarm['hook'])}" for alarm in self.alarms]
        if self.quarantine:
            lines += ["", "Quarantine (taken up again when the file changes, or with --retry):"]
            lines += [f"  {row['since']}  {row['file']}: {row['reason']}" for row in self.quarantine]
        return "\n".join(lines)

    def _span(self) -> str:
        return f" from {self.first} to {self.last}" if self.n_records else ""


def _verdict(record: Mapping[str, Any]) -> str:
    if record["is_alarm"]:
        return "ALARM"
    return "without a verdict" if record["score"] is None else "healthy"


def score_text(record: Mapping[str, Any], form: str) -> str:
    """Write the score of a record, which may be negative, and the threshold above which is an alarm."""
    score, threshold = (format(record[key], form).replace("-", "−") for key in ("score", "threshold"))
    return f"score {score}, alarm above {threshold}"


def _line(record: Mapping[str, Any]) -> str:
    known = record["score"] is not None and record["threshold"] is not None
    score = f" ({score_text(record, '.3g')})" if known else ""
    return f"{record['time']}  {record['file']}{score}: {record['sentence']}"


def _trouble(hook: str | None) -> str:
    return "" if hook in (None, "done") else f" [hook {hook}]"


def default_state(folder: Path) -> Path:
    """Return where the state of a folder is kept unless said otherwise: beside it.

    Parameters
    ----------
    folder : Path
        That is watched.

    Returns
    -------
    Path

    Examples
    --------
    >>> default_state(Path("/data/bridge")).name
    'bridge.monitor'
    """
    resolved = folder.resolve()
    return resolved.with_name(f"{resolved.name}.monitor")


def state_of(folder: Path) -> Path:
    """Return the database of a state, whose folder or whose followed folder is given.

    Raises
    ------
    InputError
        If there is none.
    """
    state = next((place for place in (folder, default_state(folder)) if (place / DATABASE).is_file()), None)
    if state is None:
        raise InputError(
            f"There is no state of a monitor in {folder} nor {default_state(folder)}; "
            "`wavefact monitor` makes one, where --state says."
        )
    return state / DATABASE


def health_summary(folder: Path, *, n_alarms: int = 10) -> HealthSummary:
    """Summarize the state of a monitor.

    Parameters
    ----------
    folder : Path
        Of the state, or the folder that is followed if its state is in the usual place.
    n_alarms : int
        How many alarms are told at most.

    Returns
    -------
    HealthSummary

    Raises
    ------
    InputError
        If there is no state.
    UnknownFormatError, CorruptFileError
        If it is of another version, or damaged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     health_summary(Path(folder))
    Traceback (most recent call last):
    wavefact.errors.InputError: There is no state of a monitor in ...
    """
    path = state_of(folder)
    state = path.parent
    with failures(path), closing(open_to_read(path)) as connection:
        connection.execute("BEGIN")  # so that all of it is of one moment
        facts = dict(connection.execute("SELECT name, value FROM facts").fetchall())
        counts = "SELECT count(*), min(time), max(time), total(is_alarm), total(score IS NULL) FROM records"
        n_records, first, last, alarms, unknown = connection.execute(f"{counts} WHERE {CURRENT}").fetchone()
        last_records = f"SELECT * FROM records WHERE {CURRENT} %s ORDER BY id DESC LIMIT ?"
        latest = connection.execute(last_records % "", (1,)).fetchone()
        raised = connection.execute(last_records % "AND is_alarm", (n_alarms,)).fetchall()
        bad = connection.execute("SELECT name, since, reason FROM quarantine ORDER BY since DESC, name")
        return HealthSummary(
            folder=facts.get("folder", ""),
            state=str(state.resolve()),
            baseline=facts.get("baseline", ""),
            running=is_locked(state / LOCK),
            n_records=n_records,
            n_alarms=int(alarms),
            first=None if first is None else iso(first),
            last=None if last is None else iso(last),
            latest=None if latest is None else described(latest),
            alarms=tuple(described(row) | {"hook": row["hook"]} for row in raised),
            quarantine=tuple(
                {"file": name, "since": iso(since), "reason": reason} for name, since, reason in bad
            ),
            n_without_verdict=int(unknown),
        )
