"""The native format: HDF5 with a versioned schema, chunked along time.

::

    /               attributes format = "wavefact-recording", version = 1, unit, quantity,
                    sampling_rate [Hz] (absent when unknown)
    /signals        (n_sensors, n_samples), compressed, with checksums
    /positions      (n_sensors,) or (n_sensors, n_dims) [m], where known
    /names          n_sensors strings, where known
    /metadata       JSON text
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError, UnknownFormatError
from wavefact.io._hdf5_heaps import heaps_are_sound
from wavefact.io._hdf5_kind import HDF5_MAGIC, hdf5_kind
from wavefact.io._lazy import LazySignals
from wavefact.io.base import (
    SCHEMA,
    VERSION,
    ReadOptions,
    RecordingInfo,
    describe,
    head,
    in_memory,
    metadata_text,
    reading,
    refuse_axis,
    refuse_part,
    stored_recording,
)
from wavefact.recording import Recording

_RESULTS = {
    "wavefact-modal-model": "modes: read them with read_modes",
    "wavefact-factorization": "a factorization: read it with Factorization.load",
    "wavefact-baseline": "a baseline: read it with Baseline.load",
}
_CHUNK_BYTES = 2**19  # half of HDF5's default chunk cache


@dataclass(frozen=True)
class Hdf5Format:
    """Read and write recordings as HDF5, which holds everything and is read lazily."""

    name: str = "hdf5"
    extensions: tuple[str, ...] = (".h5", ".hdf5")
    magic: bytes = HDF5_MAGIC
    compressions: tuple[str | None, ...] = ("gzip", "lzf", None)

    def sniff(self, path: Path) -> bool:
        """Tell by its first bytes whether the file is HDF5, and that it is nobody else's."""
        return head(path, len(self.magic)) == self.magic and hdf5_kind(path) not in {"netcdf", "das"}

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording, its signals left in the file if asked."""
        import h5py

        refuse_part(path, options)
        refuse_axis(path, options)
        if not heaps_are_sound(path):
            raise CorruptFileError(f"{path} is damaged: what HDF5 keeps of its strings contradicts itself.")
        with reading(path, self.name), h5py.File(path, "r") as file:
            _check_schema(file, path)
            dataset = file["signals"]
            lazy = LazySignals(path.resolve(), "signals", dataset.shape, dataset.dtype, dataset.chunks)
            attributes = file.attrs
            return stored_recording(
                path,
                signals=lazy if options.lazy else dataset[()],
                sampling_rate=float(attributes["sampling_rate"]) if "sampling_rate" in attributes else None,
                positions=file["positions"][()] if "positions" in file else None,
                names=tuple(file["names"].asstr()[()]) if "names" in file else None,
                unit=_text(attributes["unit"]),
                quantity=_text(attributes["quantity"]),
                metadata=json.loads(file["metadata"].asstr()[()]),
            )

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the recording; no signal is read."""
        return describe(self.read(path, replace(options, lazy=True)), path, self.name)

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Write the recording block by block."""
        import h5py

        # From this version of the library on, headers carry checksums.
        with h5py.File(path, "w", libver=("v110", "latest")) as file:
            file.attrs["version"] = VERSION
            for name, text in (
                ("format", SCHEMA),
                ("unit", recording.unit),
                ("quantity", recording.quantity),
            ):
                file.attrs.create(name, text.encode(), dtype=_text_type([text]))
            if recording.sampling_rate is not None:
                file.attrs["sampling_rate"] = recording.sampling_rate
            if recording.positions is not None:
                file["positions"] = recording.positions
            if recording.names is not None:
                names = [name.encode() for name in recording.names]
                file.create_dataset("names", data=names, dtype=_text_type(recording.names))
            metadata = metadata_text(recording)
            file.create_dataset("metadata", data=metadata.encode(), dtype=_text_type([metadata]))
            _write_signals(file, recording, compression)


def _text_type(texts: Sequence[str]) -> Any:
    """Return a type of fixed length: damage to the heap that variable lengths live in can hang HDF5."""
    import h5py

    return h5py.string_dtype("utf-8", max(1, *(len(text.encode()) for text in texts)))


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _check_schema(file: Any, path: Path) -> None:
    found, version = _text(file.attrs.get("format")), file.attrs.get("version", 0)
    if found in _RESULTS:
        raise UnknownFormatError(f"{path} holds {_RESULTS[found]}.")
    if found != SCHEMA:
        raise UnknownFormatError(
            f"{path} is HDF5 but no recording: its attribute format is {found!r}, expected {SCHEMA!r}."
        )
    if version > VERSION:
        raise UnknownFormatError(
            f"{path} has version {version} of the schema, this wavefact knows {VERSION}; update wavefact."
        )


def _write_signals(file: Any, recording: Recording, compression: str | None) -> None:
    signals = recording if recording.is_lazy else recording.replace(signals=in_memory(recording))
    dtype = np.dtype(signals.signals.dtype)
    n_chunk = max(1, min(recording.n_samples, _CHUNK_BYTES // (recording.n_sensors * dtype.itemsize)))
    dataset = file.create_dataset(
        "signals",
        shape=(recording.n_sensors, recording.n_samples),
        dtype=dtype,
        chunks=(recording.n_sensors, n_chunk),
        compression=compression,
        shuffle=compression is not None,
        fletcher32=True,
    )
    start = 0
    for block in signals.iter_blocks():
        dataset[:, start : start + block.shape[1]] = block
        start += block.shape[1]
