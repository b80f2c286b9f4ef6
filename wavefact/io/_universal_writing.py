"""Write recordings as universal files: one data set 58b for each channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from wavefact.errors import InputError
from wavefact.io.base import in_memory, logger
from wavefact.recording import Recording

__all__ = ["write_functions"]

_DELIMITER = b"    -1\n"
_PIECE = 2**28  # bytes
_TYPES = {"f4": 2, "f8": 4, "c8": 5, "c16": 6}
_AXES = {f"{sign}{axis}": (1 if sign == "+" else -1) * number for sign in "+-" for number, axis in
         enumerate(("x", "y", "z", "rx", "ry", "rz"), start=1)}  # fmt: skip


def write_functions(recording: Recording, path: Path, quantity_codes: Mapping[str, int]) -> None:
    """Write every channel as a time response; metadata other than ``start_time`` are lost, and logged."""
    lost = sorted(set(recording.metadata) - {"start_time", "title"})
    if lost:
        logger.warning("Universal files have no place for metadata; not written: %s", ", ".join(lost))
    quantity = quantity_codes.get(recording.quantity, 0)
    with path.open("wb") as file:
        file.write(_header(recording))
        file.write(_nodes(recording))
        for channel, values in enumerate(_rows(recording)):
            file.write(_head(recording, channel, values, quantity))
            file.write(values.tobytes())
            file.write(_DELIMITER)


def _rows(recording: Recording) -> Iterator[np.ndarray]:
    """Yield channels; of signals in a file as many are read at once as fit into a few hundred megabytes."""
    if not recording.is_lazy:
        yield from map(_held, in_memory(recording))
        return
    row_bytes = recording.n_samples * np.dtype(recording.signals.dtype).itemsize
    step = max(1, _PIECE // row_bytes)
    for first in range(0, recording.n_sensors, step):
        yield from map(_held, np.asarray(recording.signals[first : first + step, :]))


def _held(signals: np.ndarray) -> np.ndarray:
    """Return a channel as numbers that universal files know; refuse what would be rounded."""
    if signals.dtype.str[1:] in _TYPES:
        return np.ascontiguousarray(signals, signals.dtype.newbyteorder("<"))
    wide = signals.astype("<f8")
    if signals.dtype.kind in "iu" and np.any(np.abs(wide) > 2.0**53):
        raise InputError(
            f"Universal files hold floating-point numbers, and some of these ({signals.dtype}) would be "
            "rounded; convert them to float64 first."
        )
    return wide


def _header(recording: Recording) -> bytes:
    """Return data set 151, which says how many functions there are, so that a loss is noticed."""
    counts = f"{recording.n_sensors} channels of {recording.n_samples} samples"
    lines = ["wavefact-recording", counts, "wavefact", *["NONE"] * 4]
    return b"".join([_DELIMITER, b"   151\n", *(f"{line:<80}\n".encode() for line in lines), _DELIMITER])


def _node(recording: Recording, channel: int) -> tuple[int, int]:
    """Return node and direction of a channel: those in its name, or its number and none."""
    name = recording.names[channel] if recording.names is not None else ""
    node, _, axis = name.partition(":")
    if node.isascii() and node.isdigit() and 0 < int(node) < 10**9 and axis in _AXES:
        return int(node), _AXES[axis]
    return channel + 1, 0


def _nodes(recording: Recording) -> bytes:
    """Return data set 2411 (with 164, in metres), where the positions are known."""
    if recording.positions is None:
        return b""
    points = np.zeros((recording.n_sensors, 3))
    n_axes = min(3, recording.positions.reshape(recording.n_sensors, -1).shape[1])
    points[:, :n_axes] = recording.positions.reshape(recording.n_sensors, -1)[:, :n_axes]
    places = {_node(recording, channel)[0]: point for channel, point in enumerate(points)}
    units = (
        f"{1:10d}{'SI: metre, newton':<20}{2:10d}\n{1.0:25.17E}{1.0:25.17E}{1.0:25.17E}\n{273.15:25.17E}\n"
    )
    rows = "".join(
        f"{node:10d}{1:10d}{1:10d}{11:10d}\n{''.join(f'{value:25.16E}' for value in point)}\n"
        for node, point in places.items()
    )
    return b"".join(
        [
            _DELIMITER,
            b"   164\n",
            units.encode(),
            _DELIMITER,
            _DELIMITER,
            b"  2411\n",
            rows.encode(),
            _DELIMITER,
        ]
    )


def _head(recording: Recording, channel: int, values: np.ndarray, quantity: int) -> bytes:
    node, direction = _node(recording, channel)
    name = recording.names[channel] if recording.names is not None else ""
    began = str(recording.metadata.get("start_time", ""))
    step = 0.0 if recording.sampling_rate is None else 1.0 / recording.sampling_rate
    kind = _TYPES[values.dtype.str[1:]]
    lines = [
        f"    58b{1:6d}{2:6d}{11:12d}{values.nbytes:12d}{0:6d}{0:6d}{0:12d}{0:12d}",
        *(f"{(text or 'NONE')[:80]:<80}" for text in (name, "", began, "", "")),
        f"{1:5d}{channel + 1:10d}{1:5d}{0:10d} NONE      {node:10d}{direction:4d} NONE      {0:10d}{0:4d}",
        f"{kind:10d}{values.size:10d}{1:10d}{0.0:13.5E}{step:13.6E}{0.0:13.5E}",
        _axis(17, "Time", "s"),
        _axis(quantity, recording.quantity, recording.unit),
        _axis(0, "", ""),
        _axis(0, "", ""),
    ]
    return _DELIMITER + "\n".join(lines).encode() + b"\n"


def _axis(kind: int, label: str, unit: str) -> str:
    return f"{kind:10d}{0:5d}{0:5d}{0:5d} {(label or 'NONE')[:20]:<20} {(unit or 'NONE')[:20]:<20}"
