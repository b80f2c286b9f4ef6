"""Benchmarks: targets of speed and accuracy, measured in one run and printed as one table.

Run them with ``python -m pytest tests/benchmarks``; times are given as ratios of two measurements
of the same run, and the best of a few repetitions counts.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    target: str
    figure: str
    reached: bool


ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Return a function that adds a line to the table and fails the test if a required target was missed."""

    def add(what: str, target: str, figure: str, reached: bool, *, is_stretch: bool = False) -> None:
        request.config.stash.setdefault(ROWS, []).append(Row(what, target, figure, bool(reached)))
        assert reached or is_stretch, f"{what}: {figure}, target {target}"

    return add


@pytest.fixture(scope="session")
def seconds() -> Callable[..., float]:
    """Return a function that measures the best wall time of a few calls."""

    def measure(call: Callable[[], object], repeat: int = 3) -> float:
        best = float("inf")
        for _ in range(repeat):
            start = time.perf_counter()
            call()
            best = min(best, time.perf_counter() - start)
        return best

    return measure


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    rows = config.stash.get(ROWS, [])
    if not rows:
        return
    terminalreporter.section("targets")
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    terminalreporter.write_line(f"{os.cpu_count()} cores, {platform.machine()}, {versions}")
    width = max(len(row.what) for row in rows), max(len(row.target) for row in rows)
    for row in rows:
        mark = "reached" if row.reached else "MISSED "
        terminalreporter.write_line(f"{mark}  {row.what:<{width[0]}}  {row.target:<{width[1]}}  {row.figure}")
