"""The log file of a monitor."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

__all__ = ["logged"]

_LARGEST, _KEPT = 2**20, 5  # bytes of a log file, and how many older ones stay


class _QuietHandler(RotatingFileHandler):
    """A handler that does not complain when it cannot write: a full disk is told elsewhere."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the line."""


@contextmanager
def logged(path: Path) -> Iterator[None]:
    """Write what the library logs meanwhile to the end of a file too, with dates in UTC."""
    logger = logging.getLogger("wavefact")
    handler = _QuietHandler(path, maxBytes=_LARGEST, backupCount=_KEPT, delay=True, encoding="utf-8")
    form = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    form.converter = time.gmtime
    handler.setFormatter(form)
    level = logger.level
    if logger.getEffectiveLevel() > logging.INFO:
        logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()
