"""The progress bar, for people who watch a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from wavefact._progress import Progress

__all__ = ["progress"]


@contextmanager
def progress(wanted: bool, description: str, total: int | None = None) -> Iterator[Progress | None]:
    """Yield a callback that draws a bar on stderr; None where nobody would see it."""
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    with Progress(description, total=total, file=sys.stderr, leave=False) as bar:
        yield bar
