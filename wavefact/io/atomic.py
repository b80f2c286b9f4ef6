"""Write a file so that it is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wavefact.errors import UnwritableTargetError, WavefactError

__all__ = ["atomic_path", "check_writable"]


class _EnoughError(Exception):
    """Leaves `atomic_path` before anything is moved into place."""


def check_writable(target: str | os.PathLike[str]) -> None:
    """Refuse a target that cannot be written, before hours of computing rather than after.

    Raises
    ------
    UnwritableTargetError
        As `atomic_path`.
    """
    with suppress(_EnoughError), atomic_path(target):
        raise _EnoughError


@contextmanager
def atomic_path(target: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `target` and move it there when the block succeeds.

    On any exception, Ctrl-C included, the temporary file is removed and what was at `target`
    stays.  The temporary path keeps the suffix of `target`, for libraries that go by it.  A
    symbolic link is followed.

    Parameters
    ----------
    target : path
        File to create or replace.

    Yields
    ------
    Path
        An empty file in the same folder, to be written to.

    Raises
    ------
    UnwritableTargetError
        If the folder is missing or not writable, the target is not an ordinary file, or the
        system refuses to write (a full disk).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_path(Path(folder) / "note.txt") as path:
    ...         _ = path.write_text("whole")
    ...     (Path(folder) / "note.txt").read_text()
    'whole'
    """
    temporary: Path | None = None
    try:
        goal = Path(target).resolve()
        if goal.exists() and not goal.is_file():
            kind = "a folder" if goal.is_dir() else "not an ordinary file"
            raise UnwritableTargetError(f"Cannot write {target}: it is {kind}; name a file.")
        if not goal.parent.is_dir():
            raise UnwritableTargetError(
                f"Cannot write {target}: there is no folder {goal.parent}; create it first."
            )
        temporary = goal.with_name(f".{goal.stem[:80]}-{os.urandom(6).hex()}{goal.suffix}")
        temporary.open("xb").close()  # tells at once whether the folder can be written to
        yield temporary
        temporary.replace(goal)
        temporary = None
    except WavefactError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnwritableTargetError(f"Cannot write {target}: {reason}.") from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
