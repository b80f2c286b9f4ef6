"""The healthy state from a folder of recordings of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np

from wavefact.errors import InputError
from wavefact.health.baseline import Baseline, learn_baseline
from wavefact.health.monitor.conditions import ConditionsFile
from wavefact.health.monitor.files import Watch
from wavefact.health.monitor.start_times import said_start, start_time
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
        If there is no folder, or too few recordings in it can be used.
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
    found: dict[float, ModalModel] = {}
    for i, stamp in enumerate(stamps):
        if callback is not None and callback(i, len(stamps)):
            raise KeyboardInterrupt
        try:
            recording = read(stamp.path)
            time = said_start(recording, start_time(stamp.path, name_format))
            found.setdefault(time, find_modes(recording))
        except Exception as error:  # whatever is wrong with one of many files
            _logger.warning("%s is left out: %s", stamp.name, error)
    if not found:
        raise InputError(f"None of {len(stamps)} recordings in {watch.folder} can be used; see the log.")
    times = np.array(sorted(found))
    tracks = track_modes([found[time] for time in times.tolist()], times)
    given = None if conditions is None else np.array([conditions.at(time) for time in times.tolist()])
    names = None if conditions is None else conditions.names
    return learn_baseline(tracks, given, false_alarm_rate=false_alarm_rate, condition_names=names)
