"""What a look at the signals of a recording shows: gaps, faulty channels, and where its power is."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from wavefact._runs import runs
from wavefact.io import RecordingInfo, read
from wavefact.preparation import channel_faults
from wavefact.recording import Recording

__all__ = ["inspected", "sparkline", "sparklines"]

_MOST_NUMBERS = 1_000_000  # that are looked at: under a second
_LARGE_FILE = 2**26  # bytes; larger ones are looked at only where they can be read by slices
_SEGMENT, _BANDS = 4096, 32  # samples of a periodogram at most, and columns of a sparkline
_FIRST = 4  # channels that are shown by themselves
_BLOCKS = "▁▂▃▄▅▆▇█"
_DEEPEST = 60.0  # dB below the highest column that a sparkline shows


def inspected(path: Path, found: RecordingInfo, layout: Mapping[str, Any]) -> dict[str, Any]:
    """Return gaps, faults and spectrum of a recording; None for what is not looked for.

    All of a recording of up to a million numbers is searched; of a longer one, windows all along it are
    looked at for the spectrum only.
    """
    nothing = {"gaps": None, "faults": None, "spectrum": None}
    is_short = found.n_sensors * found.n_samples <= _MOST_NUMBERS
    if not is_short and not found.is_lazy and path.stat().st_size > _LARGE_FILE:
        return nothing
    with _told_before():
        recording = read(path, lazy=not is_short, **layout)
    if np.dtype(recording.signals.dtype).kind == "c":
        return nothing
    if not is_short:
        return nothing | {"spectrum": _spectrum(recording)}
    return {"gaps": _gaps(recording), "faults": _faults(recording), "spectrum": _spectrum(recording)}


@contextmanager
def _told_before() -> Iterator[None]:
    """Keep still what the scan of the file has logged already."""

    def is_told(record: logging.LogRecord) -> bool:
        return False

    logger = logging.getLogger("wavefact")
    logger.addFilter(is_told)
    try:
        yield
    finally:
        logger.removeFilter(is_told)


def _gaps(recording: Recording) -> list[dict[str, Any]]:
    """Return the runs of samples that are not finite."""
    found = []
    for sensor, row in enumerate(np.asarray(recording.signals)):
        starts, lengths = runs(~np.isfinite(row))
        for first, count in zip(starts.tolist(), lengths.tolist(), strict=True):
            name = recording.names[sensor] if recording.names is not None else None
            found.append({"sensor": sensor, "name": name, "first": first, "samples": count})
    return found


def _faults(recording: Recording) -> list[dict[str, Any]]:
    return [
        {
            "sensor": fault.sensor,
            "name": fault.name or None,
            "fault": fault.kind,
            "samples": fault.count,
            "found": fault.text,
            "remedy": fault.remedy,
        }
        for fault in channel_faults(recording).faults
    ]


def _spectrum(recording: Recording) -> dict[str, Any] | None:
    """Return levels [dB] over bands of equal width up to half the sampling rate; None of a few samples."""
    length = min(_SEGMENT, recording.n_samples)
    if length < 2 * _BANDS:
        return None
    taper = np.hanning(length)
    powers, n_windows = np.zeros((recording.n_sensors, length // 2)), 0
    for window in _windows(recording, length):
        values = np.where(np.isfinite(window), window, 0.0)
        largest = np.max(np.abs(values), initial=0.0) or 1.0
        values = values / largest
        values -= values.mean(axis=1, keepdims=True)
        powers += (np.abs(np.fft.rfft(values * taper)[:, 1 : length // 2 + 1]) * largest) ** 2
        n_windows += 1
    edges = np.linspace(0, length // 2, _BANDS + 1).astype(int)
    bands = np.add.reduceat(powers, edges[:-1], axis=1) / np.diff(edges) / n_windows
    rate = recording.sampling_rate or 1.0
    return {
        "frequencies": (edges[1:] * rate / length).tolist(),
        "mean": _decibels(bands.mean(axis=0)),
        "sensors": [_decibels(row) for row in bands],
    }


def _windows(recording: Recording, length: int) -> Iterator[np.ndarray]:
    """Yield windows (n_sensors, length) all along a recording, of no more than a million numbers together."""
    n_windows = max(1, min(recording.n_samples // length, _MOST_NUMBERS // (recording.n_sensors * length)))
    for start in np.linspace(0, recording.n_samples - length, n_windows).astype(int).tolist():
        yield np.asarray(recording.signals[:, start : start + length], dtype=float)


def _decibels(powers: np.ndarray) -> list[float]:
    with np.errstate(divide="ignore"):
        return [float(level) for level in 10.0 * np.log10(powers)]


def sparklines(spectrum: Mapping[str, Any], names: tuple[str, ...] | None) -> dict[str, str]:
    """Return rows of a table that show the mean spectrum and those of the first channels."""
    rows = {"mean": spectrum["mean"]}
    for sensor, levels in enumerate(spectrum["sensors"][:_FIRST]):
        rows[names[sensor] if names is not None and names[sensor] else f"sensor {sensor}"] = levels
    return {f"  {name[:24]}": sparkline(levels) for name, levels in rows.items()}


def sparkline(levels: list[float]) -> str:
    """Draw levels [dB] as columns; what is 60 dB below the highest or silent is blank.

    Examples
    --------
    >>> sparkline([-100.0, -30.0, -10.0, 0.0])
    ' ▅▇█'
    """
    finite = [level for level in levels if math.isfinite(level)]
    if not finite:
        return " " * len(levels)
    top = max(finite)
    bottom = max(min(finite), top - _DEEPEST)
    step = (top - bottom) / (len(_BLOCKS) - 1) or 1.0
    return "".join(
        _BLOCKS[round((level - bottom) / step)] if level >= bottom and math.isfinite(level) else " "
        for level in levels
    )
