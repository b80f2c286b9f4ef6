"""Which format a file has, judged by its content, and what can be written at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.io._packed import is_packed, unpacked
from wavefact.io._text_detection import misunderstood
from wavefact.io.base import Format, ReadOptions, head
from wavefact.recording import Recording

__all__ = ["check_rate", "known", "storable", "with_format"]

Result = TypeVar("Result")
_STORABLE = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16")


def known(formats: Sequence[Format], written: bool = False) -> str:
    """List formats, all or those that are written, with their suffixes."""
    listed = [form for form in formats if form.compressions or not written]
    return ", ".join(f"{form.name} ({' '.join(form.extensions)})" for form in listed)


def with_format(
    path: Path,
    options: ReadOptions,
    formats: Sequence[Format],
    call: Callable[[Format, Path, ReadOptions], Result],
) -> Result:
    """Call what reads a file with its format; a packed file is unpacked for that time."""
    form = _recognised(path, formats)
    if form is not None:
        return call(form, path, options)
    with unpacked(path, options) as (content, inner):
        form = _recognised(content, formats)
        if form is None:
            raise InputError(f"{content} is packed twice; unpack it once.")
        return call(form, content, inner)


def _recognised(path: Path, formats: Sequence[Format]) -> Format | None:
    """Return the format of an existing file; None if it is packed."""
    if not path.is_file():
        raise InputError(f"{path} {_instead_of_a_file(path)}; expected a recording.")
    try:
        start = head(path, 32)
    except OSError as error:
        raise InputError(f"{path} cannot be opened: {error.strerror}.") from error
    if not start:
        raise CorruptFileError(f"{path} is empty.")
    for form in formats:
        if form.sniff(path):
            return form
    if is_packed(path):
        return None
    for form in formats:  # too little of it is left to be recognised
        if path.suffix.lower() in form.extensions and form.magic.startswith(start[: len(form.magic)]):
            raise CorruptFileError(
                f"{path} is truncated or damaged: it has {path.stat().st_size} bytes and does not begin as "
                f"{form.name} files do."
            )
    raise UnknownFormatError(
        misunderstood(path)
        or f"{path} is of no known format, judged by its content; known are {known(formats)}."
    )


def _instead_of_a_file(path: Path) -> str:
    if path.is_dir():
        return "is a folder, not a file"
    return "is not an ordinary file but a device or pipe" if path.exists() else "does not exist"


def check_rate(rate: float | None, path: Path) -> None:
    """Refuse a sampling rate that no instrument has, such as damage makes."""
    if rate is not None and not 1e-9 <= rate <= 1e15:
        raise CorruptFileError(f"{path} says that its sampling rate is {rate:g} Hz; it is damaged.")


def storable(recording: Recording) -> Recording:
    """Return the recording with its signals as NumPy numbers that every format can hold."""
    try:
        signals = recording.signals if recording.is_lazy else to_numpy(recording.signals)
    except TypeError as error:
        raise InputError(
            f"Numbers of type {recording.signals.dtype} cannot be written; load() them first."
        ) from error
    if np.dtype(signals.dtype).str[1:] not in _STORABLE:
        raise InputError(f"Numbers of type {signals.dtype} cannot be written; convert them to float64 first.")
    return recording.replace(signals=signals)
