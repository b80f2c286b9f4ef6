"""WAV, as sound cards and field recorders write it: whole numbers become shares of full scale.

Whole numbers of 8 to 32 bits and floating-point numbers, plain, extensible or RF64.  The chunk ``bext`` of
broadcast recorders says when a recording began.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.io._lazy import InFile
from wavefact.io._only_read import OnlyRead
from wavefact.io.base import (
    ReadOptions,
    head,
    logger,
    reading,
    refuse_axis,
    refuse_part,
    stored_recording,
)
from wavefact.recording import Recording

__all__ = ["Frames", "WavFormat"]

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_UNKNOWN_SIZE = (0, 0xFFFFFFFF)  # of recorders that were cut off


@dataclass(frozen=True)
class Frames(InFile):
    """Read samples of interleaved channels by slicing, as shares of full scale.

    Parameters
    ----------
    path : Path
    offset : int
        Where the samples begin [bytes].
    shape : (n_sensors, n_samples)
    bits : int
        Of each number as stored.
    is_float : bool
    """

    path: Path
    offset: int
    shape: tuple[int, int]
    bits: int
    is_float: bool

    @property
    def dtype(self) -> np.dtype:  # type: ignore[override]
        """Type of the numbers as they come out; it holds every stored one exactly."""
        return np.dtype(np.float64 if self.bits > (32 if self.is_float else 24) else np.float32)

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return a part of the samples as a NumPy array."""
        rows, *columns = key if isinstance(key, tuple) else (key,)
        shape = (self.shape[1], self.shape[0], self.bits // 8)
        stored = self._mapped(np.dtype(np.uint8), self.offset, shape)
        part = stored[tuple(columns) or slice(None)][..., np.arange(self.shape[0])[rows], :]
        values = self._numbers(np.ascontiguousarray(part))
        return values.T

    def _numbers(self, stored: np.ndarray) -> np.ndarray:
        """Return the numbers of bytes (…, bits / 8)."""
        if self.is_float:
            return stored.view(f"<f{self.bits // 8}")[..., 0].astype(self.dtype, copy=False)
        if self.bits == 8:
            return (stored[..., 0].astype(self.dtype) - 128) / 128
        whole = np.zeros((*stored.shape[:-1], 4), np.uint8)
        whole[..., 4 - self.bits // 8 :] = stored  # the most significant bytes
        return whole.view("<i4")[..., 0].astype(self.dtype) / self.dtype.type(2.0**31)


@dataclass(frozen=True)
class WavFormat(OnlyRead):
    """Read recordings from WAV files; full scale is 1."""

    name: str = "wav"
    extensions: tuple[str, ...] = (".wav", ".wave", ".bwf")
    magic: bytes = b"RIFF"
    compressions: tuple[str | None, ...] = ()

    def sniff(self, path: Path) -> bool:
        """Tell by its first bytes whether the file is WAV."""
        start = head(path, 12)
        return start[:4] in (b"RIFF", b"RF64") and start[8:12] == b"WAVE"

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording, its signals left in the file if asked."""
        if not self.sniff(path):
            raise UnknownFormatError(f"{path} is no WAV file.")
        refuse_axis(path, options)
        refuse_part(path, options)
        with reading(path, self.name):
            frames, rate, began = _parsed(path)
            signals = frames if options.lazy else frames[:, :]
            unit = "full scale"
            metadata = {"start_time": began} if began else {}
            return stored_recording(
                path, signals=signals, sampling_rate=float(rate), unit=unit, metadata=metadata
            )


def _parsed(path: Path) -> tuple[Frames, int, str]:
    """Return the samples of a file, their rate [Hz], and when it began."""
    form: tuple[int, ...] | None = None
    began, size = "", path.stat().st_size
    with path.open("rb") as file:
        for name, start, length in _chunks(file, size):
            if name == b"fmt ":
                form = _form(file.read(min(length, 40)), path)
            elif name == b"bext":
                began = _start_time(file.read(min(length, 338)))
            elif name == b"data":
                if form is None:
                    raise CorruptFileError(f"{path} has samples before it says of what kind they are.")
                return _frames(path, form, start, length, size), form[2], began
    raise CorruptFileError(f"{path} is truncated: it ends before the samples.")


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, place and length of each chunk; the file stands at its content."""
    file.seek(12)
    long = 0
    while len(header := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", header)
        start = file.tell()
        if name == b"ds64":
            long = struct.unpack("<Q", file.read(24)[8:16])[0]
        if name == b"data" and length in _UNKNOWN_SIZE:
            length = long or size - start
        file.seek(start)
        yield name, start, length
        file.seek(start + length + length % 2)


def _form(content: bytes, path: Path) -> tuple[int, ...]:
    """Return kind of numbers, channels, rate and bits."""
    kind, channels, rate, speed, block, bits = struct.unpack("<HHIIHH", content[:16])
    if kind == _EXTENSIBLE and len(content) >= 26:
        kind = struct.unpack("<H", content[24:26])[0]
    known = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64)}
    if kind not in known or bits not in known[kind]:
        raise InputError(f"{path} holds WAV of kind {kind} with {bits} bits; expected PCM or floating point.")
    if not channels or not rate or block != channels * bits // 8:
        raise CorruptFileError(f"{path} has {channels} channels of {bits} bits in frames of {block} bytes.")
    if speed != rate * block:
        logger.warning("%s: %d Hz do not go with %d bytes/s; the rate may be damaged", path, rate, speed)
    return kind, channels, rate, bits


def _frames(path: Path, form: tuple[int, ...], start: int, length: int, size: int) -> Frames:
    kind, channels, _, bits = form
    n_samples = length // (channels * bits // 8)
    if start + length > size or not n_samples:
        raise CorruptFileError(f"{path} is truncated: {size - start} of {length} bytes of samples are left.")
    return Frames(path.resolve(), start, (channels, n_samples), bits, kind == _FLOAT)


def _start_time(content: bytes) -> str:
    """Return date and time in the chunk of a broadcast recorder (EBU Tech 3285)."""
    text = content[320:338].decode("ascii", "replace")
    for form in ("%Y-%m-%d%H:%M:%S", "%Y:%m:%d%H:%M:%S", "%Y_%m_%d%H_%M_%S", "%Y-%m-%d%H-%M-%S"):
        with suppress(ValueError):
            return datetime.strptime(text, form).isoformat()
    return ""
