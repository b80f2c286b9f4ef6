"""Files packed by gzip, bzip2, xz or ZIP: whatever is in them is unpacked into a temporary file.

They are recognised by their content.  A ZIP archive of several files has parts, the names of its members;
what is to be read of a member that has parts itself follows after a slash.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from wavefact.errors import CorruptFileError, InputError, WavefactError
from wavefact.io.base import ReadOptions, chosen_part, head, logger, reading

__all__ = ["PACKERS", "is_packed", "unpacked"]

Opener = Callable[[Path], Any]
PACKERS: dict[bytes, tuple[str, Opener]] = {
    b"\x1f\x8b": ("gzip", gzip.open),
    b"BZh": ("bzip2", bz2.open),
    b"\xfd7zXZ\x00": ("xz", lzma.open),
    b"PK\x03\x04": ("zip", zipfile.ZipFile),
}
"""By its first bytes, what a file is packed with and what opens it."""

_LEAST, _RATIO = (
    2**30,
    200,
)  # bytes that are always unpacked, and how many times smaller than others may be packed
_PIECE = 2**20


def is_packed(path: Path) -> bool:
    """Tell whether a file is packed; archives of arrays (NPZ) are for their own reader, which comes first."""
    return any(head(path, len(magic)) == magic for magic in PACKERS)


@contextmanager
def unpacked(path: Path, options: ReadOptions) -> Iterator[tuple[Path, ReadOptions]]:
    """Yield the content of a packed file as a file of its own, and the options to read it with.

    Raises
    ------
    InputError
        If it unpacks to more than 200 times its size (and 1 GiB), or than the disk has room for.
    CorruptFileError
        If it is damaged.
    """
    if options.lazy:
        logger.info("%s: a packed file is read whole; lazy has no effect", path)
    kind, opener = next(entry for magic, entry in PACKERS.items() if head(path, len(magic)) == magic)
    with tempfile.TemporaryDirectory(prefix="wavefact-") as folder, _named(path, folder):
        with reading(path, kind), ExitStack() as stack:
            if kind == "zip":
                source, name, options = _member(stack.enter_context(opener(path)), path, options)
                stack.enter_context(source)
            else:
                source, name = stack.enter_context(opener(path)), path.with_suffix("").name
            target = Path(folder) / (name or "content")
            _copy(source, target, path)
        yield target, replace(options, lazy=False)


def _member(archive: zipfile.ZipFile, path: Path, options: ReadOptions) -> tuple[IO[bytes], str, ReadOptions]:
    """Open the member that is asked for, or the only one."""
    members = {info.filename: f"{info.file_size} bytes" for info in archive.infolist() if not info.is_dir()}
    asked, inner = options.part, None
    if len(members) == 1 and asked not in members:
        asked, inner = None, asked
    elif asked is not None and asked not in members:
        near = [name for name in members if asked.startswith(f"{name}/")]
        asked, inner = (near[0], asked.removeprefix(f"{near[0]}/")) if near else (asked, None)
    name = chosen_part(members, replace(options, part=asked), path)
    return archive.open(name), PurePosixPath(name).name, replace(options, part=inner)


def _copy(source: IO[bytes], target: Path, path: Path) -> None:
    """Copy a stream into a file, up to the size that is believed of it."""
    most = min(max(_LEAST, _RATIO * path.stat().st_size), shutil.disk_usage(target.parent).free - _PIECE)
    size = 0
    with target.open("wb") as file:
        while piece := source.read(_PIECE):
            size += len(piece)
            if size > most:
                raise InputError(
                    f"{path} unpacks to more than {most / 2**30:.3g} GiB, which is a mistake or a bomb, or "
                    "too much for the disk; if it is neither, unpack it yourself and read what comes out."
                )
            file.write(piece)
    if not size:
        raise CorruptFileError(f"{path} has nothing in it.")


@contextmanager
def _named(path: Path, folder: str) -> Iterator[None]:
    """Let errors name the packed file instead of what it was unpacked to."""
    try:
        yield
    except WavefactError as error:
        text = str(error)
        start = text.find(folder)
        if start < 0:
            raise
        name = text[start:].split(maxsplit=1)[0].rstrip(",:;.")
        raise type(error)(text.replace(name, str(path))) from error
