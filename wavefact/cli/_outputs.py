"""Files that a command writes: all of them whole, or none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from wavefact.errors import InputError
from wavefact.io.atomic import atomic_path, check_writable

__all__ = ["check_picture", "check_targets", "outputs", "save_picture", "written_by"]

_WRITTEN = "wavefact.cli.written"


def check_targets(*targets: Path | None, sources: tuple[Path | None, ...] = ()) -> None:
    """Refuse targets that cannot be written, before hours of computing rather than after.

    Parameters
    ----------
    targets : path or None
    sources : paths or None
        What is read; it must not be overwritten.

    Raises
    ------
    UnwritableTargetError
        If a target cannot be written.
    InputError
        If two targets are the same file, or a target is a source.
    """
    taken = {source.resolve(): "it is read from" for source in sources if source is not None}
    for target in targets:
        if target is None:
            continue
        if target.resolve() in taken:
            raise InputError(f"Cannot write {target}: {taken[target.resolve()]}; name another file.")
        taken[target.resolve()] = "it is written twice"
        check_writable(target)


def check_picture(path: Path | None) -> None:
    """Refuse a picture that nothing can write, before anything is computed."""
    if path is None:
        return
    from matplotlib.backend_bases import FigureCanvasBase

    known = FigureCanvasBase.get_supported_filetypes()
    if path.suffix.lower().removeprefix(".") not in known:
        raise InputError(f"Cannot write {path} as a picture; expected one of .{', .'.join(sorted(known))}.")


@contextmanager
def outputs(*targets: Path | None, before: tuple[Path | None, ...] = ()) -> Iterator[list[Path]]:
    """Yield a temporary path for each target that is not None; move all into place at the end.

    Nothing is left of any of them when the block raises, Ctrl-C included.  `before` are those that have
    been written already.

    Raises
    ------
    UnwritableTargetError
        If a target cannot be written.
    """
    wanted = [target for target in targets if target is not None]
    done = [os.fspath(target) for target in before if target is not None]
    click.get_current_context().meta[_WRITTEN] = done
    with ExitStack() as stack:
        yield [stack.enter_context(atomic_path(target)) for target in wanted]
    click.get_current_context().meta[_WRITTEN] = [*done, *(os.fspath(target) for target in wanted)]


def written_by(ctx: click.Context) -> list[str]:
    """Return the files that the running command has moved into place."""
    return list(ctx.meta.get(_WRITTEN, []))


def save_picture(figure: Any, path: Path) -> None:
    """Write a figure and close it."""
    from matplotlib import pyplot

    from wavefact.plots import save

    try:
        save(figure, path)
    finally:
        pyplot.close(figure)
