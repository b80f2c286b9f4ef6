"""The progress bar: a clock that goes on, and what is being done beside it."""

from __future__ import annotations

import io
import logging
import sys
import threading

import pytest

from wavefact.cli import _progress
from wavefact.cli._progress import progress


class Terminal(io.StringIO):
    """What somebody watches, and what sets `told` once a text has come."""

    def __init__(self, awaited: str) -> None:
        super().__init__()
        self.told, self._awaited = threading.Event(), awaited

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._awaited in text:
            self.told.set()
        return super().write(text)


def test_the_log_is_shown_beside_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal("choosing wave_weight"))
    logger = logging.getLogger("wavefact")
    monkeypatch.setattr(logger, "level", logging.INFO)
    before = list(logger.handlers)
    with progress(True, "factorize") as bar:
        assert bar is not None
        logger.info("choosing %s", "wave_weight")
        assert sys.stderr.told.is_set()
    assert logger.handlers == before
    assert "factorize: 0 rounds" in sys.stderr.getvalue()


def test_the_bar_is_drawn_again_without_any_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress, "_SECONDS", 0.01)
    drawn = threading.Event()
    monkeypatch.setattr("wavefact.Progress.refresh", lambda bar: drawn.set())
    monkeypatch.setattr(sys, "stderr", Terminal("nothing"))
    with progress(True, "factorize"):
        assert drawn.wait(30)


def test_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress(True, "factorize") as bar:
        assert bar is None
    assert sys.stderr.getvalue() == ""
