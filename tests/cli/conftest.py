"""Run the command line in this process, on small recordings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from wavefact.cli import wavefact
from wavefact.io import write
from wavefact.operators import String
from wavefact.recording import Recording
from wavefact.simulate import Structure, simulate


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code, and what it wrote to stdout and stderr."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in the temporary folder."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: object) -> Outcome:
        result = CliRunner().invoke(wavefact, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return invoke


def small_recording() -> Recording:
    """Return 12 unevenly spaced sensors on a string with three modes."""
    positions = np.array([0.3, 0.9, 1.4, 2.2, 2.9, 3.5, 4.4, 5.0, 5.7, 6.3, 7.1, 7.8])
    string = String(ends="fixed", positions=positions, span=(0.0, 8.4))
    structure = Structure.of(string, 3, wave_speed=30.0, damping_ratios=[0.02, 0.01, 0.015])
    return simulate(structure, "random", sampling_rate=40.0, duration=25.0, snr_db=15.0, rng=3).recording


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the small recording, its truth and its factorization."""
    folder = tmp_path_factory.mktemp("cli")
    recording = small_recording()
    write(recording, folder / "string.h5")
    string = String(ends="fixed", positions=recording.positions, span=(0.0, 8.4))
    Structure.of(string, 3, wave_speed=30.0, damping_ratios=[0.02, 0.01, 0.015]).truth().save(
        folder / "truth.h5"
    )
    arguments = ["--operator", "string", "--ends", "fixed", "--span", "0,8.4"]
    result = CliRunner().invoke(
        wavefact, ["factorize", f"{folder}/string.h5", "-o", f"{folder}/fit.h5", *arguments]
    )
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def recording(folder: Path) -> Path:
    """Return the file of the small recording."""
    return folder / "string.h5"


@pytest.fixture
def fit(folder: Path) -> Path:
    """Return the file of its factorization."""
    return folder / "fit.h5"


@pytest.fixture
def truth(folder: Path) -> Path:
    """Return the file of its true modes."""
    return folder / "truth.h5"
