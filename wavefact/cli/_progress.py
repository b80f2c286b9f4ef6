"""The progress bar, for people who watch a terminal."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wavefact._progress import Progress

__all__ = ["progress"]

_SECONDS = 1.0  # between two drawings of the clock, whatever takes long


@contextmanager
def progress(wanted: bool, description: str, total: int | None = None) -> Iterator[Progress | None]:
    """Yield a callback that draws a bar on stderr; None where nobody would see it.

    What the library logs meanwhile is shown beside the bar, whose clock goes on also where no callback does.
    """
    if not (wanted and sys.stderr.isatty()):
        yield None
        return
    with Progress(description, total=total, file=sys.stderr, leave=False) as bar, _alive(bar), _told(bar):
        yield bar


@contextmanager
def _alive(bar: Progress) -> Iterator[None]:
    ended = threading.Event()

    def draw() -> None:
        while not ended.wait(_SECONDS):
            bar.refresh()

    clock = threading.Thread(target=draw, daemon=True)
    clock.start()
    try:
        yield
    finally:
        ended.set()
        clock.join()


class _Beside(logging.Handler):
    """Show each line of the log beside a bar, but warnings, which are written above it."""

    def __init__(self, bar: Progress) -> None:
        super().__init__(logging.INFO)
        self._bar = bar

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.INFO:
            self._bar.say(" ".join(record.getMessage().split()))


@contextmanager
def _told(bar: Progress) -> Iterator[None]:
    logger, handler = logging.getLogger("wavefact"), _Beside(bar)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
