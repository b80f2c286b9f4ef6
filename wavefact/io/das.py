"""Fibre-optic recordings in HDF5, of whatever interrogator's dialect that DASCore reads.

DASCore reads in a process of its own, which stays for the next file: damaged HDF5 files without checksums
crash or hang the libraries below it.
"""

from __future__ import annotations

import atexit
import os
import threading
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from wavefact._packages import optional, warnings_logged
from wavefact.errors import CorruptFileError, WavefactError
from wavefact.io._hdf5_kind import HDF5_MAGIC, hdf5_kind
from wavefact.io._only_read import OnlyRead
from wavefact.io._patch import patch_fields
from wavefact.io.base import (
    ReadOptions,
    chosen_part,
    reading,
    refuse_axis,
    stored_recording,
)
from wavefact.recording import Recording
from wavefact.worker import NoAnswerError, Worker

_STARTING = 120.0  # seconds that DASCore may take to be imported
_LIMIT, _SLOWEST = 5.0, 10e6  # a file takes this many seconds, and more for its size [bytes/s], or hangs
_LOCK = threading.Lock()
_READERS: dict[int, Worker] = {}


@dataclass(frozen=True)
class DasFormat(OnlyRead):
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
        return stored_recording(path, **_fields(path, options))


def _fields(path: Path, options: ReadOptions) -> dict[str, Any]:
    """Return the fields of the recording in a file; a damaged one that crashes HDF5 does not crash us."""
    with _LOCK:
        if os.getpid() not in _READERS:  # a forked process must not share that of its parent
            _READERS[os.getpid()] = Worker()
        worker = _READERS[os.getpid()]
        try:
            worker.call(_read, None, options, seconds=_STARTING)
            answer = worker.call(_read, path, options, seconds=_LIMIT + path.stat().st_size / _SLOWEST)
        except NoAnswerError as error:
            raise CorruptFileError(
                f"{path} is truncated or damaged; DASCore cannot read it: {error}"
            ) from error
    if isinstance(answer, WavefactError):
        raise answer
    return dict(answer)


@atexit.register
def stop() -> None:
    """End the process that reads; the next file starts another."""
    worker = _READERS.pop(os.getpid(), None)
    if worker is not None:
        worker.__exit__(None, None, None)


def _read(path: Path | None, options: ReadOptions) -> dict[str, Any] | WavefactError:
    """Return the fields of the recording in a file, or the error that came instead; DASCore is imported."""
    try:
        with warnings_logged(path or "DASCore"):
            package = optional("dascore", "das", "fibre-optic recordings")
        if path is None:
            return {}
        with warnings_logged(path), reading(path, "das"):
            return patch_fields(_patch(package, path, options), str(path), options.sampling_rate)
    except WavefactError as error:
        return error


def _patch(package: Any, path: Path, options: ReadOptions) -> Any:
    """Return the patch in a file, or that of several whose number is asked for."""
    spool = package.read(path)
    patches = [spool[i] for i in range(len(spool))]
    if len(patches) > 1 and _follow_each_other(patches):
        joined = spool.chunk(time=None)
        patches = [joined[i] for i in range(len(joined))]
    numbered = {str(i + 1): patch for i, patch in enumerate(patches)}
    parts = {
        number: " × ".join(f"{n} {dim}" for dim, n in zip(patch.dims, patch.shape, strict=True))
        for number, patch in numbered.items()
    }
    return numbered[chosen_part(parts, options, path)]


def _follow_each_other(patches: list[Any]) -> bool:
    """Tell whether the times of patches do not overlap: those that do are recordings of their own."""
    if not all("time" in patch.dims for patch in patches):
        return False
    spans = sorted((patch.get_coord("time").min(), patch.get_coord("time").max()) for patch in patches)
    return all(after[0] > before[1] for before, after in pairwise(spans))
