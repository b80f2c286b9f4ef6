"""A recording of 64 sensors that is larger than what a fit may use, and fits of it in processes of their own.

As a program, ``python -m benchmarks.big RECORDING FIT [workers=N] [kill] [auto] [cold]`` fits a recording and
prints what it took as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

import wavefact as wf

N_SENSORS, RATE = 64, 1000.0
MODES = ((1, 12.0, 1.0), (2, 25.0, 0.7), (3, 37.0, 0.8), (5, 61.0, 0.5), (8, 96.0, 0.4))
BLOCK = 2**16
GIVEN: dict[str, Any] = {"wave_weight": 1e4, "time_weight": 0.0}
TESTS = Path(__file__).resolve().parents[1]


def write_recording(path: Path, n_samples: int) -> None:
    """Write five swelling modes under noise of about their power, float32, in one piece."""
    import h5py

    rng, points = np.random.default_rng(0), np.arange(1, N_SENSORS + 1) / (N_SENSORS + 1)
    with h5py.File(path, "w") as file:
        file.attrs.update(format="wavefact-recording", version=1, unit="", quantity="", sampling_rate=RATE)
        file["metadata"] = "{}"
        signals = file.create_dataset("signals", shape=(N_SENSORS, n_samples), dtype=np.float32)
        for start in range(0, n_samples, BLOCK):
            times = np.arange(start, min(start + BLOCK, n_samples)) / RATE
            block = rng.standard_normal((N_SENSORS, len(times)), dtype=np.float32)
            for number, frequency, amplitude in MODES:
                swell = 1 + 0.5 * np.sin(2 * np.pi * 0.01 * number * times)
                course = amplitude * swell * np.sin(2 * np.pi * frequency * times + number)
                block += np.outer(np.sin(number * np.pi * points), course).astype(np.float32)
            signals[:, start : start + len(times)] = block


def started(*arguments: object) -> subprocess.Popen[str]:
    """Start this file as a program in a fresh process."""
    path = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.big", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )


def fitted(*arguments: object) -> dict[str, float]:
    """Return what a fit in a fresh process took: seconds, of reading too, and its peak memory [MiB]."""
    process = started(*arguments)
    out, _ = process.communicate()
    assert process.returncode == 0, f"{arguments} ended with {process.returncode}"
    found: dict[str, float] = json.loads(out.splitlines()[-1])
    return found


def main(recording: Path, fit: Path, *flags: str) -> None:
    """Fit a recording and print what it took."""
    wf.factorize(np.random.default_rng(0).normal(size=(N_SENSORS, 500)), wf.String(N_SENSORS), **GIVEN)
    signals = wf.read(recording, lazy=True)
    n_workers = next((int(flag.partition("=")[2]) for flag in flags if flag.startswith("workers=")), 0)
    given: dict[str, Any] = {} if "auto" in flags else GIVEN
    if "cold" in flags:
        forget(recording)
    if n_workers:
        seconds = by_workers(signals, fit, given, n_workers, "kill" in flags)
    else:
        seconds = timed(signals, fit, given)
    peak = peak_memory()
    if "cold" in flags:
        forget(recording)
    sys.stdout.write(json.dumps({"seconds": seconds, "peak": peak, "reading": reading(recording)}) + "\n")


def timed(signals: wf.Recording, fit: Path, given: dict[str, Any]) -> float:
    """Return the seconds that a fit takes."""
    begin = time.perf_counter()
    wf.factorize(signals, wf.String(N_SENSORS), **given, output=fit)
    return time.perf_counter() - begin


def by_workers(signals: wf.Recording, fit: Path, given: dict[str, Any], n_workers: int, kill: bool) -> float:
    """Return the seconds that a fit takes on worker processes, of which one may be killed after a while."""
    import dask.array as da
    from distributed import Client, LocalCluster

    array = da.from_array(signals.signals, chunks=(-1, 2 * BLOCK))
    with (
        LocalCluster(n_workers=n_workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        small = array[:, : 2 * BLOCK * n_workers]  # so that workers have imported what they need
        wf.factorize(small, wf.String(N_SENSORS), **GIVEN)
        if kill:
            victim = next(iter(client.run(os.getpid).values()))
            threading.Timer(1.0, os.kill, (victim, signal.SIGKILL)).start()
        return timed(signals.replace(signals=array), fit, given)


def reading(recording: Path) -> float:
    """Return the seconds that h5py takes to read all signals twice, block by block."""
    import h5py

    begin = time.perf_counter()
    for _ in range(2):
        with h5py.File(recording, "r") as file:
            signals = file["signals"]
            for start in range(0, signals.shape[1], BLOCK):
                signals[:, start : start + BLOCK]
    return time.perf_counter() - begin


def forget(recording: Path) -> None:
    """Drop a file from the memory that holds what was read last, so that it is read from the disk."""
    with recording.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def peak_memory() -> float:
    """Return the most memory that this process has had resident [MiB]."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
