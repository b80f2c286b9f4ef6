"""What a file given on the command line holds, and how it is read."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from wavefact.errors import InputError, UnknownFormatError
from wavefact.io import read
from wavefact.io.base import TABLE_OF_MODES, head
from wavefact.modal import ModalModel, read_modes
from wavefact.recording import Recording

__all__ = [
    "BASELINE",
    "FIT",
    "MODEL",
    "UNIVERSAL",
    "modes_in",
    "read_recording",
    "result_kind",
]

FIT, MODEL, BASELINE = "wavefact-factorization", "wavefact-modal-model", "wavefact-baseline"
UNIVERSAL = (".uff", ".unv")
_LARGE = 2**28  # bytes; larger recordings stay in their file and are read by slices


def result_kind(path: Path) -> str | None:
    """Return what kind of result a file says it is; None for a recording or anything else."""
    import h5py

    if not path.is_file():
        return None
    if path.suffix.lower() == ".csv":
        return MODEL if head(path, 64).startswith(TABLE_OF_MODES.encode()) else None
    try:
        with h5py.File(path, "r") as file:
            found = file.attrs.get("format", "")
    except (OSError, KeyError, ValueError, RuntimeError):  # foreign or damaged: the readers say which
        return None
    kind = found.decode(errors="replace") if isinstance(found, bytes) else str(found)
    return kind if kind in (FIT, MODEL, BASELINE) else None


def modes_in(path: Path) -> ModalModel | None:
    """Return the modes in a file; None where it holds anything else, as universal files may do."""
    if result_kind(path) == MODEL:
        return read_modes(path) if path.suffix.lower() == ".csv" else ModalModel.load(path)
    with suppress(UnknownFormatError):
        return read_modes(path) if path.suffix.lower() in UNIVERSAL else None
    return None


def read_recording(path: Path, **options: Any) -> Recording:
    """Read a recording; `options` are those of `wavefact.io.read`."""
    kind = result_kind(path)
    if kind is not None:
        raise InputError(f"{path} is a result ({kind}); expected a recording.")
    large = path.is_file() and path.stat().st_size > _LARGE
    return read(path, lazy=large, **options)
