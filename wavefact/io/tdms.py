"""TDMS, the files of LabVIEW and DIAdem: groups of channels with properties; read by nptdms.

Channels of one group that have the same length and increment are one recording.  The property
``wf_increment`` gives the sampling rate, ``wf_start_time`` the start, ``unit_string`` the unit.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError, MissingPackageError, UnknownFormatError
from wavefact.io._lazy import InFile
from wavefact.io._only_read import OnlyRead
from wavefact.io._steps import rate_of_step, sampling_rate_of
from wavefact.io._text_titles import time_unit
from wavefact.io.base import (
    ReadOptions,
    chosen_part,
    common_unit,
    head,
    logger,
    one_line,
    reading,
    refuse_axis,
    stored_recording,
)
from wavefact.recording import Recording

__all__ = ["LazyChannels", "TdmsFormat"]

_LOGGERS = ("base_segment", "channel_data", "daqmx", "reader", "scaling", "tdms", "tdms_segment", "types")
_UNITS = ("unit_string", "NI_UnitDescription", "Unit", "unit")


@dataclass(frozen=True)
class LazyChannels(InFile):
    """Read channels of a TDMS file by slicing, opening the file for each access only."""

    path: Path
    group: str
    channels: tuple[str, ...]
    shape: tuple[int, int]
    dtype: np.dtype

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return a part of the channels as a NumPy array."""
        rows, *columns = key if isinstance(key, tuple) else (key,)
        wanted = np.arange(self.shape[0])[rows]
        self._check_there()
        with reading(self.path, "tdms"), _opened(self.path) as file:
            group = file[self.group]
            parts = [_part(group[self.channels[int(row)]], columns) for row in np.atleast_1d(wanted)]
        values = np.stack(parts).astype(self.dtype, copy=False)
        return values if np.ndim(wanted) else values[0]


def _part(channel: Any, columns: list[Any]) -> np.ndarray:
    """Return samples of a channel; of a slice with steps of one only those are read."""
    if columns and isinstance(columns[0], slice) and columns[0].step in (None, 1):
        start, stop, _ = columns[0].indices(len(channel))
        return np.asarray(channel[start:stop])
    return np.asarray(channel[:])[tuple(columns)]


@dataclass(frozen=True)
class TdmsFormat(OnlyRead):
    """Read recordings from TDMS files, by slicing where that is asked."""

    name: str = "tdms"
    extensions: tuple[str, ...] = (".tdms",)
    magic: bytes = b"TDSm"
    compressions: tuple[str | None, ...] = ()

    def sniff(self, path: Path) -> bool:
        """Tell by its first bytes whether the file is TDMS."""
        return head(path, len(self.magic)) == self.magic

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording in a group, its signals left in the file if asked."""
        if not self.sniff(path):
            raise UnknownFormatError(f"{path} is no TDMS file.")
        refuse_axis(path, options)
        with reading(path, self.name), _opened(path) as file:
            parts = _parts(file)
            told = {name: _told(channels) for name, channels in parts.items()}
            channels = parts[chosen_part(told, options, path)]
            return _recording(channels, path, options)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        from nptdms import TdmsFile
    except ImportError as error:
        raise MissingPackageError(
            "TDMS files need nptdms, which is not installed; run: pip install 'wavefact[tdms]'."
        ) from error
    with path.open("rb") as content, _complaints(path), TdmsFile.open(content) as file:
        yield file


@contextmanager
def _complaints(path: Path) -> Iterator[None]:
    """Turn what nptdms logs of a truncated file into an error, and pass on what else it logs."""

    def heard(record: logging.LogRecord) -> bool:
        text = " ".join(record.getMessage().split())[:160]
        if "less data" in text or "incomplete" in text:
            raise CorruptFileError(f"{path} is truncated: {text}.")
        logger.warning("%s: %s", path, text)
        return False

    loggers = [logging.getLogger(f"nptdms.{name}") for name in _LOGGERS]
    for each in loggers:
        each.addFilter(heard)
    try:
        yield
    finally:
        for each in loggers:
            each.removeFilter(heard)


def _parts(file: Any) -> dict[str, list[Any]]:
    """Return the channels of numbers by group; those of another length or increment by themselves."""
    parts: dict[str, list[Any]] = {}
    for group in file.groups():
        alike: dict[Any, list[Any]] = {}
        for channel in group.channels():
            if channel.dtype.kind in "iufc" and len(channel):
                alike.setdefault((len(channel), channel.properties.get("wf_increment")), []).append(channel)
        for number, channels in enumerate(alike.values(), start=1):
            parts[group.name if len(alike) == 1 else f"{group.name}/{number}"] = channels
    return parts


def _told(channels: Sequence[Any]) -> str:
    return f"{len(channels)} signals of {len(channels[0])} samples"


def _recording(channels: Sequence[Any], path: Path, options: ReadOptions) -> Recording:
    rate = _rate(channels[0].properties.get("wf_increment"))
    times = channels[0] if len(channels) > 1 and time_unit(channels[0].name) is not None else None
    if times is not None:
        channels = channels[1:]
        if rate is None and options.sampling_rate is None:
            rate = sampling_rate_of(np.asarray(times[:], float), time_unit(times.name) or 1.0, path)
    n_samples = len(channels[0])
    size = path.stat().st_size
    if n_samples * len(channels) > size:  # a byte for each number at least; scaled ones are stored smaller
        raise CorruptFileError(f"{path} is damaged: {n_samples} samples do not fit into {size} bytes.")
    dtype = np.result_type(*(channel.dtype for channel in channels))
    names = tuple(channel.name for channel in channels)
    lazy = LazyChannels(path.resolve(), channels[0].group_name, names, (len(names), n_samples), dtype)
    units = [
        next((str(c.properties[name]) for name in _UNITS if c.properties.get(name)), "") for c in channels
    ]
    unit, metadata = common_unit(units, path)
    began = channels[0].properties.get("wf_start_time")
    if isinstance(began, np.datetime64) and not np.isnat(began):
        metadata["start_time"] = str(began.astype("datetime64[us]"))
    return stored_recording(
        path,
        signals=lazy if options.lazy else lazy[:, :],
        sampling_rate=rate,
        names=tuple(map(one_line, names)),
        unit=unit,
        metadata=metadata,
    )


def _rate(increment: Any) -> float | None:
    return None if increment is None else rate_of_step(float(increment))
