"""Ten million samples: a recording larger than memory, factorized block by block.

python examples/ten_million.py [--samples 10000000] [--picture ten_million.png]

Writes 64 sensors × 10,000,000 samples (2.4 GiB) to a temporary folder, block by block, and reads it back the
same way: once for all that is needed to solve and once for the time courses, which go straight into the
result file.  Neither recording nor courses are ever in memory.  A call that is killed goes on where it was.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np

import wavefact as wf
from wavefact import plots

SENSORS, RATE, BLOCK = 64, 100.0, 100_000
TONES = (0.8, 1.7, 2.6, 3.9)  # Hz


def write(path: Path, n_samples: int) -> None:
    """Write a string in noise of its own power, in the format of `wf.write`, one block after another."""
    positions = np.arange(1, SENSORS + 1) / (SENSORS + 1)
    wf.write(wf.Recording(np.zeros((SENSORS, 2), "f4"), RATE, positions, unit="m/s^2"), path)
    rng = np.random.default_rng(0)
    with h5py.File(path, "r+") as file:
        del file["signals"]
        signals = file.create_dataset("signals", (SENSORS, n_samples), "f4", chunks=(SENSORS, 10_000))
        for start in range(0, n_samples, BLOCK):
            samples = np.arange(start, min(start + BLOCK, n_samples))
            block = rng.standard_normal((SENSORS, len(samples)), dtype="f4")
            for mode, tone in enumerate(TONES, start=1):
                shape = np.sin(mode * np.pi * positions).astype("f4")
                block += np.outer(shape, np.sin(2 * np.pi * tone / RATE * samples).astype("f4"))
            signals[:, start : samples[-1] + 1] = block


def main() -> None:
    parser = argparse.ArgumentParser(description="Factorize a recording that is larger than memory.")
    parser.add_argument("--samples", type=int, default=10_000_000, help="of each of 64 sensors")
    parser.add_argument("--picture", default="ten_million.png", help="where to save the picture")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long.h5"
        write(path, arguments.samples)
        print(f"{path.stat().st_size / 2**20:.0f} MiB in the file")
        recording = wf.read(path, lazy=True)
        line = wf.String(positions=recording.positions, ends="fixed")
        before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        fit = wf.factorize(recording, line, time_weight=0, output=Path(folder) / "fit.h5")
        seconds = time.perf_counter() - start
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(f"{fit}\n{seconds:.1f} s, {more / 2**10:.0f} MiB more memory than before")
        modes = wf.identify(fit) if arguments.samples <= 1_000_000 else None
        if modes is not None:
            print(modes)
        plots.save(plots.components(fit).flat[0].figure, arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
