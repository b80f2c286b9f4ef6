"""The healthy state from a folder of recordings of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np

from wavefact.errors import InputError
from wavefact.health.baseline import Baseline, learn_baseline
from wavefact.health.environment._regression import FEWEST
from wavefact.health.monitor.assessing import beginning
from wavefact.health.monitor.conditions import ConditionsFile
from wavefact.health.monitor.files import Stamp, Watch
from wavefact.health.monitor.start_times import UNDATED, dated_start, iso, said_start
from wavefact.health.tracking import track_modes
from wavefact.modal import ModalModel
from wavefact.recording import Recording

__all__ = ["baseline_of_folder"]

_logger = logging.getLogger("wavefact")


def baseline_of_folder(
    watch: Watch,
    find_modes: Callable[[Recording], ModalModel],
    read: Callable[[Path], Recording],
    conditions: ConditionsFile | None = None,
    *,
    false_alarm_rate: float = 0.01,
    name_format: str | None = None,
    callback: Callable[[int, int], object] | None = None,
) -> Baseline:
    """Learn the healthy state of a structure from the recordings in a folder.

    Parameters
    ----------
    watch : Watch
        The folder, and which of its files are taken.
    find_modes, read, conditions
        As of `Procedure`.
    false_alarm_rate : float
        Share of healthy records that may raise an alarm.
    name_format : str, optional
        As of `start_time`.
    callback : callable, optional
        Receives how many recordings are done, and how many there are; a true answer stops.

    Returns
    -------
    Baseline
        Recordings that cannot be used are left out, and told in the log.

    Raises
    ------
    InputError
        If there is no folder, too few recordings in it can be used, or a condition is known at the beginning
        of too few of them, which is seen before any is analysed.
    KeyboardInterrupt
        If the callback asks to stop.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     baseline_of_folder(Watch(Path(folder)), wf.identify, wf.read)
    Traceback (most recent call last):
    wavefact.errors.InputError: ...
    """
    try:
        stamps = list(watch.stamps())
    except OSError as error:
        raise InputError(f"{watch.folder} cannot be listed: {error.strerror}.") from error
    if not stamps:
        raise InputError(
            f"There are no recordings in {watch.folder}: no name of a file in it or its subfolders is like "
            f"{', '.join(watch.patterns)}. Give their folder, or what they are named like (--pattern)."
        )
    if conditions is not None:
        _check_conditions(conditions, stamps, read, name_format)
    undated: list[str] = []

    def use(stamp: Stamp) -> tuple[float, ModalModel]:
        recording = read(stamp.path)
        said = dated_start(stamp.path, name_format)
        time, is_dated = beginning(recording, stamp.path, said, conditions)
        undated.extend([] if is_dated else [stamp.name])
        return time, find_modes(recording)

    found = _used(stamps, use, callback)
    if undated:
        _logger.warning(
            "%s: %s; the time of its last change is taken, as for all such files (%d)",
            undated[0],
            UNDATED,
            len(undated),
        )
    times = np.array(sorted(found))
    tracks = track_modes([found[time] for time in times.tolist()], times)
    given = None if conditions is None else np.array([conditions.at(time) for time in times.tolist()])
    names = None if conditions is None else conditions.names
    return learn_baseline(tracks, given, false_alarm_rate=false_alarm_rate, condition_names=names)


def _used(
    stamps: list[Stamp],
    use: Callable[[Stamp], tuple[float, ModalModel]],
    callback: Callable[[int, int], object] | None,
) -> dict[float, ModalModel]:
    """Return the modes in each recording that can be used, by when it began."""
    found: dict[float, ModalModel] = {}
    reasons: list[str] = []
    for i, stamp in enumerate(stamps):
        if callback is not None and callback(i, len(stamps)):
            raise KeyboardInterrupt
        try:
            time, model = use(stamp)
            if time in found:
                raise InputError(f"Another recording began at {iso(time)} too.")
            found[time] = model
        except Exception as error:  # whatever is wrong with one of many files
            reasons.append(f"{stamp.name}: {error}")
            _logger.warning("%s is left out: %s", stamp.name, error)
    if not found:
        raise InputError(f"None of {len(stamps)} recordings can be used; the first is {reasons[0]}")
    return found


def _check_conditions(
    conditions: ConditionsFile,
    stamps: list[Stamp],
    read: Callable[[Path], Recording],
    name_format: str | None,
) -> None:
    """Refuse a table that does not cover the recordings, before these are analysed."""
    for reader in (
        None,
        read,
    ):  # names of files tell for most; whether recordings say otherwise takes reading
        begun = (_begin(stamp, reader, name_format) for stamp in stamps)
        times = [time for time in begun if time is not None]
        if reader is not None and not times:  # each is left out later, and told why
            return
        worst, count = _fewest_known(conditions, times)
        if count >= FEWEST:
            return
    if count >= min(FEWEST, len(times)):
        return
    raise InputError(
        f"The condition {conditions.names[worst]!r} is known at the beginning of {count} of {len(times)} "
        f"recordings, and at least {FEWEST} are needed. They begin from {iso(min(times))} to "
        f"{iso(max(times))}; {conditions.path} has readings {conditions.span(worst)}. Give a "
        "table of the same time (UTC where it names no zone), or leave the condition out."
    )


def _begin(stamp: Stamp, read: Callable[[Path], Recording] | None, name_format: str | None) -> float | None:
    """Return when a recording began, as its file says or, read, itself; None where neither does."""
    try:
        time = dated_start(stamp.path, name_format)
        return time if read is None else said_start(read(stamp.path), time)
    except Exception:  # it is left out later, and told
        return None


def _fewest_known(conditions: ConditionsFile, times: list[float]) -> tuple[int, int]:
    """Return which condition is known at the fewest of these times, and at how many."""
    known = np.array([np.isfinite(conditions.at(time)) for time in times]).sum(axis=0)
    return (int(np.argmin(known)), int(np.min(known))) if times else (0, 0)
