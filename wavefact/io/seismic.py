"""Seismic files, read by obspy: miniSEED, SAC, SEG-2 and SEG-Y; each trace is a channel.

Channels are cut to the time that all of them cover.  Where a channel has gaps its samples are
NaN, so that no time is invented; of channels of different sampling rates those of one are read (``part``).
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact._packages import optional, warnings_logged
from wavefact.errors import CorruptFileError, InputError
from wavefact.io._only_read import OnlyRead
from wavefact.io._traces import Channel, assembled
from wavefact.io.base import (
    ReadOptions,
    head,
    reading,
    refuse_axis,
    stored_recording,
)
from wavefact.recording import Recording

__all__ = ["MINISEED", "SAC", "SEG2", "SEGY", "SeismicFormat"]

_SAC_HEADER = 632  # bytes
_SEGY_HEADER = 3600


@dataclass(frozen=True)
class SeismicFormat(OnlyRead):
    """Read the recordings of one of obspy's formats.

    Parameters
    ----------
    name : str
    plugin : str
        What obspy calls the format.
    recognise : callable
        Whether the first bytes of a file are of this format.
    identified : bool
        Whether traces of one identifier are pieces of one channel; else each trace is a channel.
    """

    name: str
    plugin: str
    extensions: tuple[str, ...]
    recognise: Callable[[bytes], bool]
    identified: bool
    magic: bytes = b""
    compressions: tuple[str | None, ...] = ()

    def sniff(self, path: Path) -> bool:
        """Tell by the fields of its header whether the file is of this format."""
        return self.recognise(head(path, _SEGY_HEADER))

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording; these files cannot be read lazily."""
        if not self.sniff(path):
            raise CorruptFileError(f"{path} does not begin as {self.name} files do.")
        refuse_axis(path, options)
        traces = self._traces(path)
        identifiers = [_identifier(trace, i, self.identified) for i, trace in enumerate(traces)]
        channels = [
            Channel(name, int(trace.stats.starttime.ns), float(trace.stats.sampling_rate), _samples(trace))
            for name, trace in zip(identifiers, traces, strict=True)
        ]
        fields = assembled(channels, path, options)
        first = [traces[identifiers.index(name)] for name in fields["names"]]
        return stored_recording(path, **fields, positions=_positions(first), unit=_unit(first))

    def _traces(self, path: Path) -> list[Any]:
        package = optional("obspy", "seismic", f"{self.name} files")
        with reading(path, self.name), warnings_logged(path), path.open("rb") as file:
            content = io.BytesIO(file.read())  # given a path, obspy leaves damaged files open
            traces = [trace for trace in package.read(content, format=self.plugin) if trace.stats.npts]
        _refuse_cut(path, self.plugin, traces)
        if not traces:
            raise InputError(f"{path} holds no trace with samples; expected a recording.")
        return traces


def _refuse_cut(path: Path, plugin: str, traces: list[Any]) -> None:
    """Refuse a miniSEED file that ends within a record, which obspy passes over."""
    if plugin == "MSEED" and traces:
        length = int(traces[0].stats.mseed.record_length)
        if path.stat().st_size % length:
            raise CorruptFileError(f"{path} is truncated: it ends within a record of {length} bytes.")


def _identifier(trace: Any, index: int, identified: bool) -> str:
    """Return the identifier of a trace; where traces have none, its number in the file, from 1."""
    name = "".join(sign for sign in trace.id if sign.isprintable()).strip()
    if identified and name.strip("."):
        return name
    station = name.strip(".")
    return f"{station} {index + 1}" if station else f"{index + 1}"


def _samples(trace: Any) -> np.ndarray:
    """Return the samples (n_samples,), of SEG-2 times the channel's own descaling factor."""
    is_seg2, factor = hasattr(trace.stats, "seg2"), float(trace.stats.get("calib", 1.0))
    return np.asarray(trace.data * factor if is_seg2 and factor != 1.0 else trace.data)


def _unit(traces: list[Any]) -> str:
    """Return the unit where SEG-2 headers tell one: the vendor's, or the millivolts of the standard."""
    units = set()
    for trace in traces:
        header = trace.stats.get("seg2", {})
        units.add(str(header.get("SCALE_UNIT", "mV" if "DESCALING_FACTOR" in header else "")).strip())
    return units.pop() if len(units) == 1 else ""


def _positions(traces: list[Any]) -> np.ndarray | None:
    """Return where geophones were [m], from SEG-2 or SEG-Y headers, where all say so and they differ."""
    places = [_seg2_place(trace) or _segy_place(trace) for trace in traces]
    if len({len(place) for place in places}) != 1 or not places[0]:
        return None
    table = np.array(places)
    varying = np.ptp(table, axis=0) > 0
    if not np.isfinite(table).all() or not varying.any():
        return None
    return table[:, 0] if varying.tolist() == [True] + [False] * (table.shape[1] - 1) else table


def _seg2_place(trace: Any) -> list[float]:
    try:
        return [float(word) for word in str(trace.stats.seg2["RECEIVER_LOCATION"]).split()]
    except (AttributeError, KeyError, ValueError):
        return []


def _segy_place(trace: Any) -> list[float]:
    try:
        header = trace.stats.segy.trace_header
    except AttributeError:
        return []
    if header.coordinate_units not in {0, 1}:  # arc seconds and degrees are no metres
        return []
    factor = float(header.scalar_to_be_applied_to_all_coordinates) or 1.0
    factor = factor if factor > 0 else -1.0 / factor
    return [factor * header.group_coordinate_x, factor * header.group_coordinate_y]


# What the formats begin with --------------------------------------------------------------------------


def _is_miniseed(start: bytes) -> bool:
    """Tell a record of data (six digits, a quality, a plausible year and day), or a volume of full SEED."""
    if len(start) < 48 or not start[:6].replace(b" ", b"0").replace(b"\0", b"0").isdigit():
        return False
    if start[6:7] == b"V":
        return start[8:11] in {b"005", b"008", b"010", b"011"}
    if start[6:7] not in b"DRQM":
        return False
    dates = [struct.unpack(f"{order}HH", start[20:24]) for order in "<>"]
    return start[7:8] in b" \0" and any(1900 <= year <= 2200 and 1 <= day <= 366 for year, day in dates)


def _is_sac(start: bytes) -> bool:
    """Tell by the version of the header, the step and the number of samples."""
    if len(start) < _SAC_HEADER:
        return False
    for order in "<>":
        version, n_samples = (
            struct.unpack(f"{order}i", start[304:308])[0],
            struct.unpack(f"{order}i", start[316:320])[0],
        )
        step = struct.unpack(f"{order}f", start[:4])[0]
        if version in {6, 7} and n_samples > 0 and 0 < step < 1e6:
            return True
    return False


def _is_seg2(start: bytes) -> bool:
    return start[:4] in {b"\x55\x3a\x01\x00", b"\x3a\x55\x00\x01"}


def _is_segy(start: bytes) -> bool:
    """Tell by the binary header after 3200 bytes of text: step, samples, their type, and the revision."""
    if len(start) < _SEGY_HEADER:
        return False
    for order in "><":
        step, _, n_samples, _, kind = struct.unpack(f"{order}5H", start[3216:3226])
        revision, fixed = struct.unpack(f"{order}2H", start[3500:3504])
        if (
            step
            and n_samples
            and kind in {1, 2, 3, 5, 8}
            and revision in {0, 1, 256, 512}
            and fixed in {0, 1}
        ):
            return True
    return False


MINISEED = SeismicFormat("miniseed", "MSEED", (".mseed", ".miniseed"), _is_miniseed, True)
SAC = SeismicFormat("sac", "SAC", (".sac",), _is_sac, True)
SEG2 = SeismicFormat("seg2", "SEG2", (".seg2", ".sg2"), _is_seg2, False)
SEGY = SeismicFormat("segy", "SEGY", (".segy", ".sgy"), _is_segy, False)
