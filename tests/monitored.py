"""A folder of tiny recordings, a cheap way to assess them, and a monitor of both in processes of its own."""

from __future__ import annotations

import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.health.monitor import Monitor, Procedure, Progress, Watch
from wavefact.io import write
from wavefact.modal import ModalModel
from wavefact.recording import Recording

RATE = 100.0  # [Hz]
HEALTHY, DAMAGED = 10.0, 8.0  # [Hz]
HANGING, CRASHING = 20.0, 30.0  # [Hz], where `wild_modes` finds them
BEGAN = 1_700_000_000.0  # of the first recording [s since 1970]
SUFFIXES = (".h5", ".csv", ".npz")


@dataclass(frozen=True)
class Verdict:
    """What the fake baseline says of a recording."""

    corrected: np.ndarray
    score: float
    threshold: float
    p_value: float
    is_alarm: bool
    contributions: np.ndarray
    sentence: str


@dataclass
class FakeBaseline:
    """A baseline that raises an alarm where the frequency has left 10 Hz by more than 1 Hz."""

    heard: list[tuple[float, np.ndarray | None]] = field(default_factory=list)
    detector = conditions = condition_names = None

    def assess(
        self, model: ModalModel, time: float, conditions: np.ndarray | None = None, *, earlier: Any = None
    ) -> Verdict:
        self.heard.append((time, conditions))
        score = float(abs(model.frequencies[0] - HEALTHY))
        return Verdict(
            corrected=model.frequencies,
            score=score,
            threshold=1.0,
            p_value=float(np.exp(-score)),
            is_alarm=score > 1.0,
            contributions=np.array([score, np.nan]),
            sentence=f"It is {score:.1f} Hz off.",
        )


def cheap_modes(recording: Recording) -> ModalModel:
    """Return one mode where the spectrum is largest."""
    spectrum = np.abs(np.fft.rfft(np.asarray(recording.signals), axis=1)).sum(axis=0)
    spectrum[0] = 0
    frequency = np.argmax(spectrum) * RATE / recording.n_samples
    return ModalModel(np.array([frequency]), np.array([0.01]), np.ones((recording.n_sensors, 1)))


def wild_modes(recording: Recording) -> ModalModel:
    """Return the modes of `cheap_modes`, unless these make it compute for ever, or die."""
    model = cheap_modes(recording)
    logging.getLogger("wavefact").warning("a mode at %g Hz", model.frequencies[0])
    if model.frequencies[0] == HANGING:
        while True:
            np.linalg.svd(np.ones((400, 400)))
    if model.frequencies[0] == CRASHING:
        os.kill(os.getpid(), signal.SIGKILL)
    return model


def wild_modes_of(recording: Recording, options: object) -> ModalModel:
    """Return the modes of `wild_modes` to the command line."""
    return wild_modes(recording)


def tiny_recording(frequency: float = HEALTHY, seed: int = 0, **metadata: str | float) -> Recording:
    """Return two sensors and half a second of one tone."""
    noise = 0.1 * np.random.default_rng(seed).standard_normal((2, 50))
    tone = np.sin(2 * np.pi * frequency * np.arange(50) / RATE)
    return Recording(tone + noise, sampling_rate=RATE, metadata=metadata)


def fill(folder: Path, n_files: int, n_bad: int, n_alarms: int = 3) -> tuple[list[str], list[str]]:
    """Write recordings of all formats, some damaged in various ways; return the names of both kinds."""
    draw = random.Random(0)
    bad = set(draw.sample(range(n_files), n_bad))
    alarms = set(draw.sample(sorted(set(range(n_files)) - bad), n_alarms))
    names: tuple[list[str], list[str]] = ([], [])
    for number in range(n_files):
        path = folder / f"hour{number:05d}{SUFFIXES[number % 3]}"
        frequency = DAMAGED if number in alarms else HEALTHY
        write(tiny_recording(frequency, number, start_time=BEGAN + 3600 * number), path)
        if number in bad:
            content = path.read_bytes()
            damage = (content[: len(content) // 2], b"", b"\x00" * 100, b"no recording\n")
            path.write_bytes(damage[len(names[1]) % 4])
        names[number in bad].append(path.name)
    return names


def monitor_of(folder: Path, state: Path, **changes: object) -> Monitor:
    """Return a monitor that assesses cheaply and takes files at once."""
    procedure = Procedure(FakeBaseline(), cheap_modes)
    settings = {"watch": Watch(folder), "procedure": procedure, "settle": 0.0, "state": state} | changes
    return Monitor(**settings)  # type: ignore[arg-type]


def run_and_kill(folder: Path, state: Path, n_kills: int, most_files: int, seed: int = 0) -> list[str]:
    """Take what is in a folder in a process that is killed again and again, and at last in one that is not.

    Each is killed up to 5 ms after a random number of files: at any moment of its work, or of its start.
    Returns what the last one wrote.
    """
    draw = random.Random(seed)
    for _ in range(n_kills):
        process = start(folder, state)
        assert process.stdout is not None
        for _ in range(1 + draw.randrange(most_files)):
            process.stdout.readline()
        time.sleep(draw.uniform(0.0, 0.005))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL, "it was not killed at work"
    return start(folder, state).communicate()[0].splitlines()


def start(folder: Path, state: Path) -> subprocess.Popen[str]:
    """Start a process that takes what is in a folder, and writes a line when it begins."""
    tests = Path(__file__).resolve().parent
    return subprocess.Popen(
        [sys.executable, "-c", "from monitored import main; main()", str(folder), str(state)],
        env=os.environ | {"PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"},
        stdout=subprocess.PIPE,
        text=True,
    )


def rows(state: Path, query: str) -> list[tuple]:
    """Return what a query finds in the database of a state."""
    with closing(sqlite3.connect(state / "state.sqlite")) as connection:
        return connection.execute(query).fetchall()


def resident() -> int:
    """Return how much memory this process and its children use [bytes]."""
    children = Path("/proc/self/task").joinpath(str(os.getpid()), "children").read_text(encoding="ascii")
    return sum(resident_of(process) for process in ("self", *children.split()))


def resident_of(process: str) -> int:
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Take what is in a folder, with a time limit, and write a line for each file, with the memory used."""
    import h5py  # noqa: F401  # loaded before work begins

    def tell(event: Progress) -> None:
        print(event.n_done, event.outcome, resident(), flush=True)

    print("begins", flush=True)
    monitor_of(Path(sys.argv[1]), Path(sys.argv[2]), time_limit=60.0).run(once=True, callback=tell)
