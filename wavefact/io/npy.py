"""NumPy's format for one array: signals only, so the sampling rate is for the caller to give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from wavefact.io.base import (
    ReadOptions,
    RecordingInfo,
    as_matrix,
    describe,
    head,
    in_memory,
    is_known,
    logger,
    reading,
    refuse_part,
)
from wavefact.recording import Recording


@dataclass(frozen=True)
class NpyFormat:
    """Read and write the signals of a recording as a ``.npy`` file."""

    name: str = "npy"
    extensions: tuple[str, ...] = (".npy",)
    magic: bytes = b"\x93NUMPY"
    compressions: tuple[str | None, ...] = (None,)

    def sniff(self, path: Path) -> bool:
        """Tell by its first bytes whether the file is NPY."""
        return head(path, len(self.magic)) == self.magic

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the signals, mapped into memory instead of loaded if `lazy`."""
        refuse_part(path, options)
        with reading(path, self.name), path.open("rb") as file:
            if options.lazy:
                values = np.asarray(np.lib.format.open_memmap(path, mode="r"))
            else:
                values = np.lib.format.read_array(file, allow_pickle=False)
        return Recording(as_matrix(values, options, path))

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the array; only its header is read."""
        return replace(describe(self.read(path, replace(options, lazy=True)), path, self.name), is_lazy=True)

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Write the signals; what else the recording holds is lost, and logged."""
        fields = ("sampling_rate", "positions", "names", "unit", "quantity", "metadata")
        lost = [name for name in fields if is_known(getattr(recording, name))]
        if lost:
            logger.warning("NPY holds the signals only; not written: %s", ", ".join(lost))
        with path.open("wb") as file:
            np.save(file, in_memory(recording), allow_pickle=False)
