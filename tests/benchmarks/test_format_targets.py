"""Targets of file formats: damaged copies of files of every format, and a universal file of a gigabyte."""

from __future__ import annotations

import bz2
import gzip
import lzma
import multiprocessing
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
from cases import FOREIGN_FILES, FORMATS, recordings
from foreign_files import matlab_toolbox, matlab_version_73
from mutations import assert_sound, mutated

from wavefact.errors import WavefactError
from wavefact.io import read, scan, write
from wavefact.recording import Recording

N_MUTATIONS, LONGEST = 10_000, 5.0  # files, and seconds for one of them
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
MEMORY = 2**34  # bytes of address space that a reader may ask for


def samples(folder: Path) -> Iterator[tuple[str, Path, Recording]]:
    """Yield a file of every format by its name, packed ones and those of other programs too."""
    full = recordings()["full"]
    for form in FORMATS:
        path = folder / f"ours{form.extensions[0]}"
        if form.compressions:
            write(full, path)
            yield form.name, path, read(path)
        if form.name in FOREIGN_FILES:
            path = folder / f"foreign{form.extensions[0]}"
            yield f"{form.name} of others", path, FOREIGN_FILES[form.name](path)
    path = matlab_version_73(folder / "foreign73.mat", matlab_toolbox)
    yield "matlab 7.3 of others", path, read(path)
    write(full, folder / "packed.csv")
    for name, pack in PACKERS.items():
        path = folder / f"packed.csv.{name}"
        path.write_bytes(pack((folder / "packed.csv").read_bytes()))
        yield name, path, full


def attempts(link: Connection, path: Path, held: Recording, seeds: range) -> None:
    """Read damaged copies of a file, and tell what came of each."""
    import logging
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    logging.disable(logging.CRITICAL)
    content = path.read_bytes()
    copy = path.with_name(f"damaged{path.suffix}")
    for seed in seeds:
        copy.write_bytes(mutated(content, np.random.default_rng([seed, len(content)])))
        start = time.perf_counter()
        outcomes = [outcome(call, copy, held) for call in (read, lazily, scan)]
        link.send((seed, outcomes, time.perf_counter() - start))


def lazily(path: Path) -> Recording:
    return read(path, lazy=True).load()


def outcome(call: Callable[[Path], object], path: Path, held: Recording) -> str:
    try:
        found = call(path)
        if isinstance(found, Recording):
            assert_sound(found, held)
        return "recording"
    except WavefactError:
        return "error of ours"
    except AssertionError as error:
        return f"unsound: {error}"
    except BaseException as error:
        return f"crash: {type(error).__name__}: {error}"


def outcomes_of(path: Path, held: Recording, n: int) -> Iterator[tuple[int, list[str], float]]:
    """Yield what came of each damaged copy; a process that hangs or dies is replaced."""
    context, seed = multiprocessing.get_context("fork"), 0
    while seed < n:
        link, end = context.Pipe(duplex=False)
        process = context.Process(target=attempts, args=(end, path, held, range(seed, n)), daemon=True)
        process.start()
        end.close()
        try:
            while seed < n:
                if not link.poll(4 * LONGEST):
                    yield seed, ["hang"], 4 * LONGEST
                    break
                yield link.recv()
                seed += 1
        except EOFError:
            process.join()
            yield seed, [f"crash: the process died ({process.exitcode})"], 0.0
        seed += 1
        process.kill()
        process.join()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_damaged_files(report, tmp_path):
    subjects = list(samples(tmp_path))
    each = -(-N_MUTATIONS // len(subjects))
    total, slowest, bad = Counter(), 0.0, []
    for name, path, held in subjects:
        kinds = Counter()
        for seed, outcomes, seconds in outcomes_of(path, held, each):
            slowest = max(slowest, seconds)
            kinds[outcomes[0]] += 1
            wrong = [word for word in outcomes if word not in ("recording", "error of ours")]
            bad += [f"{name}, seed {seed}: {word}" for word in wrong]
            bad += [f"{name}, seed {seed}: {seconds:.1f} s"] if seconds > LONGEST else []
        total += kinds
        report(f"   {name}: {each} damaged files", "–", f"{kinds['error of ours']} refused", True)
    for line in bad[:20]:
        report(f"   {line[:150]}", "none", "found", False, is_stretch=True)
    counts = f"{sum(total.values())} files, {total['error of ours']} refused"
    figure = f"{counts}, {len(bad)} bad, slowest {slowest:.2f} s"
    report("damaged files of all formats: crashes, hangs, silent nonsense", "0", figure, not bad)


INFO = """
import sys, time
from pathlib import Path
start = time.perf_counter()
from wavefact.cli import wavefact
try:
    wavefact(["info", sys.argv[1]])
except SystemExit as end:
    assert end.code == 0
seconds = time.perf_counter() - start
status = Path("/proc/self/status").read_text()  # ru_maxrss would count what this process was forked from
print("figures", seconds, int(status.partition("VmHWM:")[2].split()[0]) / 1024)
"""


def test_universal_file_of_a_gigabyte(report, tmp_path):
    path, n_sensors, n_samples = tmp_path / "large.uff", 120, 1_120_000
    row = np.random.default_rng(0).standard_normal(n_samples)
    write(Recording(np.broadcast_to(row, (n_sensors, n_samples)), sampling_rate=1000.0), path)
    size, figures = path.stat().st_size, []
    for _ in range(3):
        run = [sys.executable, "-c", INFO, str(path)]
        output = subprocess.run(run, capture_output=True, text=True, check=True).stdout
        assert f"samples        {n_samples}" in output
        assert "spectrum" in output
        figures.append([float(word) for word in output.rpartition("figures")[2].split()])
    window = read(path, lazy=True).window(n_samples // 2, n_samples // 2 + 10).load()
    np.testing.assert_array_equal(window.signals[3], row[n_samples // 2 : n_samples // 2 + 10])
    path.unlink()
    seconds, memory = np.min(figures, axis=0)
    what = f"UFF 58b of {size / 2**30:.2f} GiB: `wavefact info`, imports included"
    report(what, "< 2 s", f"{seconds:.2f} s", size > 10**9 and seconds < 2)
    report("   peak memory", "≤ 300 MiB", f"{memory:.0f} MiB", memory <= 300)
