"""NumPy's archive of arrays: the signals with everything else a recording holds, by field name.

Archives from elsewhere are read too, if one of their arrays is called ``signals`` or there is
only one; their other arrays are used where they carry the name of a recording's field.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import UnknownFormatError
from wavefact.io.base import (
    SCHEMA,
    VERSION,
    ReadOptions,
    RecordingInfo,
    as_matrix,
    chosen_part,
    describe,
    head,
    in_memory,
    logger,
    metadata_text,
    reading,
    refuse_axis,
    stored_recording,
)
from wavefact.recording import Recording


@dataclass(frozen=True)
class NpzFormat:
    """Read and write recordings as ``.npz`` archives."""

    name: str = "npz"
    extensions: tuple[str, ...] = (".npz",)
    magic: bytes = b"PK\x03\x04"
    compressions: tuple[str | None, ...] = ("gzip", None)

    def sniff(self, path: Path) -> bool:
        """Tell whether the file is an archive of arrays, not any ZIP archive."""
        if head(path, len(self.magic)) != self.magic:
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                members = archive.namelist()
        except Exception:  # damaged, in one of many ways: only its name tells what it was
            return path.suffix.lower() in self.extensions
        return bool(members) and all(member.endswith(".npy") for member in members)

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording; archives cannot be read lazily."""
        if options.lazy:
            logger.info("%s: an NPZ archive is read whole; lazy has no effect", path)
        with reading(path, self.name), _opened(path) as archive:
            return _recording(path, dict(archive), options)

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the recording; of the signals only the header is read."""
        with reading(path, self.name), _opened(path) as archive:
            key = _signals_key(path, archive.files, options)
            arrays = {name: archive[name] for name in archive.files if name != key}
            arrays[key] = _placeholder(path, key)
            return describe(_recording(path, arrays, options), path, self.name)

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Write the recording, one array for each field."""
        arrays: dict[str, Any] = {
            "format": SCHEMA,
            "version": VERSION,
            "signals": in_memory(recording),
            "unit": recording.unit,
            "quantity": recording.quantity,
            "metadata": metadata_text(recording),
        }
        for name in ("sampling_rate", "positions", "names"):
            if getattr(recording, name) is not None:
                arrays[name] = np.asarray(getattr(recording, name))
        with path.open("wb") as file:
            (np.savez_compressed if compression else np.savez)(file, **arrays)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open an archive of arrays; numpy.load on a path leaves a damaged file open."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        yield archive


def _signals_key(path: Path, names: list[str], options: ReadOptions) -> str:
    if "signals" in names and options.part is None:
        return "signals"
    return chosen_part(dict.fromkeys(names, ""), options, path)


def _recording(path: Path, arrays: Mapping[str, np.ndarray], options: ReadOptions) -> Recording:
    values = arrays[_signals_key(path, list(arrays), options)]
    if "format" in arrays:
        refuse_axis(path, options)
        if int(arrays["version"]) > VERSION:
            raise UnknownFormatError(f"{path} was written by a newer wavefact; update this one.")
    else:
        values = as_matrix(values, options, path)
    return stored_recording(
        path,
        signals=values,
        sampling_rate=float(arrays["sampling_rate"]) if "sampling_rate" in arrays else None,
        positions=arrays.get("positions"),
        names=tuple(arrays["names"].tolist()) if "names" in arrays else None,
        unit=str(arrays.get("unit", "")),
        quantity=str(arrays.get("quantity", "")),
        metadata=json.loads(str(arrays.get("metadata", "{}"))),
    )


def _placeholder(path: Path, key: str) -> np.ndarray:
    """Return an array of the stored shape and type that takes no memory."""
    with zipfile.ZipFile(path) as archive, archive.open(f"{key}.npy") as member:
        version = np.lib.format.read_magic(member)
        read_header = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read_header(member)
    return np.broadcast_to(np.zeros((), dtype), shape)
