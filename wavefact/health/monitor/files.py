"""Which files of a folder are recordings, which of them are whole, and what tells contents apart."""

from __future__ import annotations

import logging
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from hashlib import blake2b
from pathlib import Path

from wavefact.io import FORMATS

__all__ = ["Settling", "Stamp", "Watch", "content_digest", "stamp_of"]

_logger = logging.getLogger("wavefact")

_UNFINISHED = (".*", "~*", "*~", "*.tmp", "*.temp", "*.part", "*.partial", "*.filepart", "*.crdownload")
_BLOCK = 2**20  # bytes


@dataclass(frozen=True)
class Stamp:
    """What a file looked like when its folder was listed.

    Attributes
    ----------
    name : str
        Path in the watched folder, with `/`; bytes that are no text are escaped.
    path : Path
    size : int
        [bytes].
    mtime_ns : int
        Time of the last change, since 1970 [ns].
    """

    name: str
    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Watch:
    """Say which files of a folder are recordings.

    Parameters
    ----------
    folder : Path
        Searched with its subfolders, but for hidden ones and links to folders.
    patterns : tuple of str
        What names look like, such as ``"bridge_*.h5"``; by default all suffixes of readable formats.  Names
        that programs give to unfinished files (hidden ones, ``*.part``, ``*.tmp`` …) are left alone always.
    ignored : tuple of Path
        Files and folders that are left alone.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("hour1.h5", "hour2.h5.part", "readme.md"):
    ...         _ = (Path(folder) / name).write_text("…")
    ...     [stamp.name for stamp in Watch(Path(folder)).stamps()]
    ['hour1.h5']
    """

    folder: Path
    patterns: tuple[str, ...] = tuple(f"*{suffix}" for form in FORMATS for suffix in form.extensions)
    ignored: tuple[Path, ...] = ()

    def stamps(self) -> Iterator[Stamp]:
        """Yield the recordings in the folder.

        Yields
        ------
        Stamp

        Raises
        ------
        OSError
            If the folder itself cannot be listed; a subfolder that cannot is told in the log.
        """
        folders = [self.folder]
        while folders:
            folder = folders.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                if folder == self.folder:
                    raise
                _logger.warning("%s cannot be listed: %s", folder, error.strerror)
                continue
            for entry in entries:
                if not _is_unfinished(entry.name) and not self._is_ignored(Path(entry.path)):
                    yield from self._taken(entry, folders)

    def _is_ignored(self, path: Path) -> bool:
        return any(path.name == other.name and path.samefile(other) for other in self.ignored)

    def _taken(self, entry: os.DirEntry[str], folders: list[Path]) -> Iterator[Stamp]:
        """Yield the stamp of an entry that is a recording; add one that is a folder to `folders`."""
        if entry.is_dir(follow_symlinks=False):
            folders.append(Path(entry.path))
        elif any(fnmatch(entry.name.lower(), pattern.lower()) for pattern in self.patterns):
            stamp = stamp_of(self.folder, Path(entry.path))
            if stamp is not None:
                yield stamp


def _is_unfinished(name: str) -> bool:
    return any(fnmatch(name.lower(), pattern) for pattern in _UNFINISHED)


def stamp_of(folder: Path, path: Path) -> Stamp | None:
    """Return the stamp of an ordinary file in `folder`; None if there is none any more."""
    try:
        found = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    # A database holds text: names of other bytes are told apart by their escapes.
    name = path.relative_to(folder).as_posix().encode("utf-8", "backslashreplace").decode()
    return Stamp(name, path, found.st_size, found.st_mtime_ns)


class Settling:
    """Tell which files have stopped changing: of the same size and time of change for a while.

    The while is measured by this machine's uptime, so neither a clock that jumps nor that of a file server
    matters.

    Parameters
    ----------
    seconds : float
        How long a file has to stay as it is [s]; at 0 each is taken as it is found.
    clock : callable
        Returns rising seconds.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._since: dict[str, tuple[Stamp, float]] = {}

    def settled(self, stamps: Iterable[Stamp]) -> list[Stamp]:
        """Return those of the files of a listing that have settled; files that it lacks are forgotten."""
        now, seen = self._clock(), self._since
        self._since = {}
        for stamp in stamps:
            known, since = seen.get(stamp.name, (stamp, now))
            self._since[stamp.name] = (stamp, since if known == stamp else now)
        return [stamp for stamp, since in self._since.values() if now - since >= self._seconds]


def content_digest(path: Path) -> str:
    """Return what tells this content from any other, as hexadecimal text.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a").write_text("a")
    ...     len(content_digest(Path(folder) / "a"))
    32
    """
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
