"""Fibre-optic recordings in HDF5, of whatever interrogator's dialect that DASCore reads.

DASCore reads in a process of its own: damaged HDF5 files without checksums crash or hang HDF5's libraries.
"""

from __future__ import annotations

import atexit
import os
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from wavefact._packages import optional, warnings_logged
from wavefact.errors import CorruptFileError, InputError, WavefactError
from wavefact.io._hdf5_kind import HDF5_MAGIC, hdf5_kind
from wavefact.io._patch import patch_fields
from wavefact.io.base import (
    ReadOptions,
    RecordingInfo,
    chosen_part,
    describe,
    logger,
    reading,
    refuse_axis,
    stored_recording,
)
from wavefact.recording import Recording
from wavefact.worker import NoAnswerError, Worker

_LIMIT, _SLOWEST = 20.0, 20e6  # a file takes this many seconds, and more for its size [bytes/s], or hangs
_LOCK = threading.Lock()


@dataclass(frozen=True)
class DasFormat:
    """Read the dialects of ASN, AP Sensing, Febus, OptaSense, Silixa, Terra15, PRODML and DASCore's own."""

    name: str = "das"
    extensions: tuple[str, ...] = (".das",)  # most end in .h5, and are told by their content
    magic: bytes = HDF5_MAGIC
    compressions: tuple[str | None, ...] = ()

    def sniff(self, path: Path) -> bool:
        """Tell by names and attributes at the root of the file."""
        return hdf5_kind(path) == "das"

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording; pieces that follow each other without a gap are joined."""
        refuse_axis(path, options)
        if not self.sniff(path):
            raise CorruptFileError(f"{path} is in no dialect of fibre-optic recordings, or damaged.")
        if options.lazy:
            logger.info("%s: a fibre-optic recording is read whole; lazy has no effect", path)
        return stored_recording(path, **_fields(path, options))

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the recording, which is read for that."""
        return describe(self.read(path, options), path, self.name)

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Refuse: these files are only read."""
        raise InputError(f"{path}: {self.name} files are only read.")


def _fields(path: Path, options: ReadOptions) -> dict[str, Any]:
    """Return the fields of the recording in a file; a damaged one that crashes HDF5 does not crash us."""
    seconds = _LIMIT + path.stat().st_size / _SLOWEST
    with _LOCK:
        try:
            answer = _reader(os.getpid()).call(_read, path, options, seconds=seconds)
        except NoAnswerError as error:
            raise CorruptFileError(
                f"{path} is truncated or damaged; DASCore cannot read it: {error}"
            ) from error
    if isinstance(answer, WavefactError):
        raise answer
    return dict(answer)


@cache
def _reader(process: int) -> Worker:
    """Return the process that reads for this one; DASCore takes seconds to import, so it stays."""
    worker = Worker()
    atexit.register(worker.__exit__, None, None, None)
    return worker


def _read(path: Path, options: ReadOptions) -> dict[str, Any] | WavefactError:
    """Return the fields of the recording in a file, or the error that came instead."""
    try:
        with warnings_logged(path), reading(path, "das"):
            return patch_fields(_patch(path, options), str(path), options.sampling_rate)
    except WavefactError as error:
        return error


def _patch(path: Path, options: ReadOptions) -> Any:
    """Return the patch in a file, or that of several whose number is asked for."""
    package = optional("dascore", "das", "fibre-optic recordings")
    spool = package.read(path)
    spool = spool.chunk(time=None) if len(spool) > 1 else spool
    patches = {str(i + 1): spool[i] for i in range(len(spool))}
    parts = {
        number: " × ".join(f"{n} {dim}" for dim, n in zip(patch.dims, patch.shape, strict=True))
        for number, patch in patches.items()
    }
    return patches[chosen_part(parts, options, path)]
