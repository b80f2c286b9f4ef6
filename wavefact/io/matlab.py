"""MATLAB's MAT files, version 5 to 7.2 and 7.3 (HDF5): variables, also within structures.

Files from elsewhere: `part` names the variable that holds the signals, such as "acc" or "test.acc"; without
it, there must be only one matrix.  What stands beside it is used where its name tells: a scalar ``fs`` or
``dt``, or a vector of times, for the sampling rate; ``unit``, ``names`` and ``positions``.  What was taken is
logged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import UnknownFormatError
from wavefact.io._lazy import InFile
from wavefact.io._matlab_files import is_version_73, variables_of, variables_of_73
from wavefact.io._matlab_names import labels_beside, matrices, numbers, rate_beside
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

__all__ = ["MatlabFormat"]

_HEADER = b"MATLAB 5.0 MAT-file, written by wavefact"


@dataclass(frozen=True)
class MatlabFormat:
    """Read recordings from MAT files of any program, and write them as version 5."""

    name: str = "matlab"
    extensions: tuple[str, ...] = (".mat",)
    magic: bytes = b"MATLAB "
    compressions: tuple[str | None, ...] = ("gzip", None)

    def sniff(self, path: Path) -> bool:
        """Tell by its first bytes whether the file is of MATLAB, version 5 or later."""
        start = head(path, 128)
        return start.startswith(self.magic) and start[126:128] in (b"IM", b"MI")

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording; variables of version 7.3 are read by slicing if `lazy`."""
        return self._read(path, options)[0]

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the recording; of version 7.3 no signal is read."""
        recording, part = self._read(path, replace(options, lazy=True))
        return replace(describe(recording, path, self.name), part=part)

    def _read(self, path: Path, options: ReadOptions) -> tuple[Recording, str]:
        """Return the recording, and the variable that holds its signals."""
        if not self.sniff(path):
            raise UnknownFormatError(f"{path} is no MAT file of version 5 or later.")
        with reading(path, self.name):
            if is_version_73(path):
                variables = variables_of_73(path)
            else:
                variables = variables_of(path)
                if options.lazy:
                    logger.info("%s: MAT files before version 7.3 are read whole; lazy has no effect", path)
            if str(variables.get("format", "")) == SCHEMA:
                refuse_axis(path, options)
                return _of_ours(variables, path, options), "signals"
            return _found(variables, path, options)

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Write a variable for each field; the signals, which come last, tell a truncated file."""
        from scipy.io import savemat

        signals = in_memory(recording)
        variables: dict[str, Any] = {
            "format": SCHEMA,
            "version": float(VERSION),
            "unit": recording.unit,
            "quantity": recording.quantity,
            "metadata": metadata_text(recording),
        }
        for name in ("sampling_rate", "positions"):
            if getattr(recording, name) is not None:
                variables[name] = getattr(recording, name)
        if recording.names is not None:
            variables["names"] = np.array(recording.names, dtype=object)
        native = signals.astype(np.float64) if signals.dtype == np.float16 else signals
        variables["signals"] = native.astype(native.dtype.newbyteorder("="), copy=False)
        with path.open("wb") as file:
            savemat(file, variables, do_compression=compression is not None, oned_as="column")
            file.seek(0)
            file.write(_HEADER.ljust(116))  # SciPy says there when it was written


def _of_ours(variables: Mapping[str, Any], path: Path, options: ReadOptions) -> Recording:
    """Return the recording in a file that `write` wrote; positions in one column are along a line."""
    chosen_part({"signals": ""}, options, path)
    positions = variables.get("positions")
    if positions is not None and positions.ndim == 2 and positions.shape[1] == 1:
        positions = positions[:, 0]
    return stored_recording(
        path,
        signals=variables["signals"],
        sampling_rate=variables["sampling_rate"].item() if "sampling_rate" in variables else None,
        positions=positions,
        names=variables.get("names"),
        unit=str(variables["unit"]),
        quantity=str(variables["quantity"]),
        metadata=json.loads(str(variables["metadata"])),
    )


def _found(variables: Mapping[str, Any], path: Path, options: ReadOptions) -> tuple[Recording, str]:
    """Return the recording that the variables of another program make, and which holds the signals."""
    likely = matrices(variables)
    if options.part is None and len(likely) == 1:
        name = likely[0]
    elif options.part is None and _are_channels(variables, likely):
        return _of_vectors(variables, likely, path, options), ""
    else:
        told = {name: f"{_shape(variables[name])} {variables[name].dtype}" for name in numbers(variables)}
        name = chosen_part(told, options, path)
    values = variables[name]
    signals = as_matrix(
        values if options.lazy or not isinstance(values, InFile) else np.asarray(values), options, path
    )
    logger.info("%s: the signals are taken from the variable %s", path, name)
    given = options.sampling_rate is not None
    rate = None if given else rate_beside(name, variables, signals.shape[1], path)
    labels = labels_beside(name, variables, signals.shape[0])
    return stored_recording(path, signals=signals, sampling_rate=rate, **labels), name


def _are_channels(variables: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Tell whether the variables are vectors of one length, which are channels of one recording."""
    shapes = [tuple(n for n in variables[name].shape if n > 1) for name in names]
    return len(names) > 1 and len(set(shapes)) == 1 and len(shapes[0]) == 1


def _of_vectors(
    variables: Mapping[str, Any], names: Sequence[str], path: Path, options: ReadOptions
) -> Recording:
    logger.info("%s: the vectors %s are taken as channels", path, ", ".join(names))
    signals = np.stack([np.asarray(variables[name]).ravel() for name in names])
    given = options.sampling_rate is not None
    rate = None if given else rate_beside(names[0], variables, signals.shape[1], path)
    labels = labels_beside(names[0], variables, len(names))
    return stored_recording(path, signals=signals, sampling_rate=rate, **{"names": tuple(names), **labels})


def _shape(value: Any) -> str:
    return "×".join(map(str, value.shape))
