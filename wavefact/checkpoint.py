"""What a long run keeps beside its output, so that the same command goes on where a killed one was.

The state is one small file that is replaced whole; it belongs to one recording, told by its file's path,
size and time of change, and to the settings of the run.  What does not belong is ignored, with a log line.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Checkpoint", "source_of"]

SECONDS = 1.0  # between two states: so much work is lost at most
FORMAT = 1

logger = logging.getLogger("wavefact")


def source_of(signals: Any) -> dict[str, Any] | None:
    """Return what tells the dataset of lazily read signals from any other; None where it is in no file.

    Parameters
    ----------
    signals : LazySignals, h5py.Dataset or anything else
    """
    if hasattr(signals, "dataset") and hasattr(signals, "path"):
        path, name = Path(signals.path), signals.dataset
    elif hasattr(signals, "file") and hasattr(signals.file, "filename"):
        path, name = Path(signals.file.filename), signals.name
    else:
        return None
    if not path.is_file():
        return None
    found = path.stat()
    return {
        "path": str(path.resolve()),
        "dataset": str(name),
        "size": found.st_size,
        "changed": found.st_mtime_ns,
        "shape": [int(n) for n in signals.shape],
        "dtype": str(signals.dtype),
    }


class Checkpoint:
    """The state of one run in one file.

    Parameters
    ----------
    path : Path
    belonging : mapping, JSON
        What the state belongs to.
    seconds : float
        Between two states, where not every change is worth one.
    """

    def __init__(self, path: Path, belonging: Mapping[str, Any], seconds: float = SECONDS) -> None:
        self.path, self._seconds = path, seconds
        self._fresh = path.with_name(f"{path.name}.new")  # of one name, so that a kill leaves no other
        self._belonging = json.dumps([FORMAT, dict(belonging)], sort_keys=True)
        self._saved = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether the last state is old enough for another one."""
        return time.monotonic() - self._saved >= self._seconds

    def load(self) -> dict[str, np.ndarray]:
        """Return the arrays that were saved last; none where there are none that belong."""
        if not self.path.is_file():
            return {}
        try:
            with self.path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            belonging = arrays.pop("belonging").item()
        except Exception as error:  # whatever a damaged archive makes NumPy raise
            logger.info("%s cannot be read (%s) and is ignored", self.path, error)
            return {}
        if belonging != self._belonging:
            logger.info("%s belongs to another recording or to other settings and is ignored", self.path)
            return {}
        return arrays

    def save(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Replace the state; where the disk does not take it, the run goes on without."""
        try:
            with self._fresh.open("wb") as file:
                np.savez(file, allow_pickle=False, belonging=np.asarray(self._belonging), **arrays)
            self._fresh.replace(self.path)
        except OSError as error:
            self._fresh.unlink(missing_ok=True)
            logger.warning("The state of the run is not kept in %s: %s.", self.path, error.strerror or error)
        self._saved = time.monotonic()

    def clear(self) -> None:
        """Remove the state."""
        for path in (self.path, self._fresh):
            path.unlink(missing_ok=True)
