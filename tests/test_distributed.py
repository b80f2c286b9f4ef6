"""Dask arrays: worked on where they are, on threads or by processes of which one dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import wavefact as wf
from wavefact import blocks
from wavefact.io import read, write

da = pytest.importorskip("dask.array", reason="dask is not installed: pip install 'wavefact[dask]'")

N_SENSORS, N_SAMPLES = 12, 6000
OPERATOR = wf.String(N_SENSORS)
GIVEN = {"wave_weight": 10.0, "time_weight": 0.0}


@pytest.fixture
def signals(rng):
    points, times = np.arange(1, N_SENSORS + 1) / (N_SENSORS + 1), np.arange(N_SAMPLES) / 100
    clean = np.outer(np.sin(np.pi * points), np.cos(2 * np.pi * 3 * times))
    clean -= 0.6 * np.outer(np.sin(3 * np.pi * points), np.sin(2 * np.pi * 8 * times))
    return (clean + 0.3 * rng.normal(size=clean.shape)).astype(np.float32)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4 * N_SENSORS * 400)


def assert_same(found, expected, rtol=1e-10):
    assert found.status is expected.status
    assert found.n_components == expected.n_components == 2
    np.testing.assert_allclose(found.time_courses, expected.time_courses, atol=rtol)
    np.testing.assert_allclose(found.spatial_factors, expected.spatial_factors, atol=rtol)
    assert found.regularization == pytest.approx(expected.regularization, rel=rtol)


@pytest.mark.parametrize("chunks", [(12, 400), (5, 700), (-1, -1), (1, 6000)])
@pytest.mark.parametrize("output", [None, "fit.h5"])
def test_dask_arrays_are_factorized_as_any_other(signals, chunks, output, tmp_path):
    array = da.from_array(signals, chunks=chunks)
    recording = wf.Recording(array, sampling_rate=100.0)
    assert recording.is_lazy
    assert recording.signals is array
    target = None if output is None else tmp_path / output
    found = wf.factorize(recording, OPERATOR, **GIVEN, output=target)
    assert_same(found, wf.factorize(signals, OPERATOR, **GIVEN))
    assert [entry.name for entry in tmp_path.iterdir()] == ([] if output is None else ["fit.h5"])


def test_automatic_weights_and_a_time_weight_work_too(signals):
    array = da.from_array(signals[:, :2000], chunks=(12, 500))
    for settings in ({}, {"time_weight": "1 Hz"}):
        found = wf.factorize(array, OPERATOR, **settings)
        expected = wf.factorize(signals[:, :2000], OPERATOR, **settings)
        np.testing.assert_allclose(found.eigenvalues, expected.eigenvalues, rtol=1e-9)
        assert found.time_weight == expected.time_weight


def test_a_small_regularization_reads_triangles_on_the_workers(signals):
    settings = {**GIVEN, "regularization": 1e-4, "rtol": 1e-10, "max_components": 2}
    found = wf.factorize(da.from_array(signals, chunks=(12, 700)), OPERATOR, **settings)
    expected = wf.factorize(signals, OPERATOR, **settings)
    assert found.certificate.primal == pytest.approx(expected.certificate.primal, rel=1e-10)


def test_what_recordings_do_they_do_with_dask_arrays(signals, tmp_path):
    recording = wf.Recording(da.from_array(signals, chunks=(5, 700)), sampling_rate=100.0)
    np.testing.assert_array_equal(recording.load().signals, signals)
    np.testing.assert_array_equal(recording.select([7, 2]).signals, signals[[7, 2]])
    np.testing.assert_array_equal(recording.window(10, 700).load().signals, signals[:, 10:700])
    np.testing.assert_array_equal(np.concatenate(list(recording.iter_blocks(999)), axis=1), signals)
    write(recording, tmp_path / "a.h5")
    np.testing.assert_array_equal(read(tmp_path / "a.h5").signals, signals)


def test_faults_are_told_as_of_any_other_signals(signals):
    signals[3, 4321] = np.inf
    with pytest.raises(wf.InputError, match="sensor 3 has Inf at sample 4321"):
        wf.factorize(da.from_array(signals, chunks=(12, 700)), OPERATOR, **GIVEN)
    signals[3] = 0.0
    with pytest.raises(wf.InputError, match="sensor 3 is zero throughout"):
        wf.factorize(da.from_array(signals, chunks=(12, 700)), OPERATOR, **GIVEN)
    array = da.from_array(signals, chunks=(12, 700))
    with pytest.raises(wf.InputError, match="compute_chunk_sizes"):
        wf.Recording(array[:, array[0] > 0])


def test_without_dask_it_is_said_what_to_install(signals, monkeypatch):
    array = da.from_array(signals, chunks=(12, 700))
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(wf.MissingPackageError, match=r"pip install 'wavefact\[dask\]'"):
        wf.factorize(array, OPERATOR, **GIVEN)


def test_a_file_that_a_dask_array_may_be_read_from_is_not_overwritten(signals, tmp_path):
    path = tmp_path / "a.h5"
    write(wf.Recording(signals), path)
    before = path.read_bytes()
    array = da.from_array(read(path, lazy=True).signals, chunks=(-1, 500))
    with pytest.raises(wf.InputError, match="no earlier result"):
        wf.factorize(array, OPERATOR, **GIVEN, output=path)
    assert path.read_bytes() == before
    for _ in range(2):  # an earlier result is
        wf.factorize(array, OPERATOR, **GIVEN, output=tmp_path / "fit.h5")


class Failing:
    """Signals that cannot be read, or whose reading is interrupted, after a number of blocks."""

    shape, ndim, dtype = (N_SENSORS, N_SAMPLES), 2, np.dtype(np.float32)

    def __init__(self, signals, error, after):
        self.signals, self.error, self.left = signals, error, [after]

    def __getitem__(self, key):
        if not self.left[0]:
            raise self.error
        self.left[0] -= 1
        return self.signals[key]


@pytest.mark.parametrize("after", [4, 19])  # of 15 blocks, in either pass
def test_an_error_of_reading_is_told_from_one_of_writing(signals, tmp_path, after):
    def failing(error):
        source = Failing(signals, error, after)
        return da.from_array(source, chunks=(12, 400), meta=signals[:0, :0], name=False)

    with pytest.raises(wf.CorruptFileError, match="cannot be had: the tape is torn"):
        wf.factorize(failing(OSError("the tape is torn")), OPERATOR, **GIVEN, output=tmp_path / "fit.h5")
    assert not list(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        wf.factorize(failing(KeyboardInterrupt()), OPERATOR, **GIVEN, output=tmp_path / "fit.h5")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_of_a_worker_leaves_nothing(signals, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("wavefact.storage._write", full)
    array = da.from_array(signals, chunks=(12, 400))
    with pytest.raises(wf.UnwritableTargetError, match=r"No space left on device.*untouched"):
        wf.factorize(array, OPERATOR, **GIVEN, output=tmp_path / "fit.h5")
    assert not list(tmp_path.iterdir())


class Deadly:
    """Signals whose reading kills the process, the first time that a flag stands for."""

    shape, ndim, dtype = (N_SENSORS, N_SAMPLES), 2, np.dtype(np.float32)

    def __init__(self, signals: np.ndarray, flag: Path, at: int, after: int) -> None:
        self.signals, self.flag, self.at, self.after = signals, flag, at, after

    def __getitem__(self, key):
        if key[1].start <= self.at < key[1].stop:
            marks = self.flag.read_text() if self.flag.exists() else ""
            self.flag.write_text(marks + "x")
            if len(marks) == self.after:
                os.kill(os.getpid(), signal.SIGKILL)
        return self.signals[key]


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="dask[distributed] is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("after", [0, 1])  # in the survey, in the time courses
def test_a_worker_that_is_killed_is_survived(cluster, signals, tmp_path, after):
    flag = tmp_path / "flag"
    array = da.from_array(Deadly(signals, flag, 3210, after), chunks=(12, 400), meta=signals[:0, :0])
    found = wf.factorize(array, OPERATOR, **GIVEN, output=tmp_path / "fit.h5")
    assert len(flag.read_text()) >= 3  # both passes, one of them twice
    assert_same(found, wf.factorize(signals, OPERATOR, **GIVEN))


def test_workers_read_a_file_themselves(cluster, signals, tmp_path):
    write(wf.Recording(signals), tmp_path / "a.h5")
    array = da.from_array(read(tmp_path / "a.h5", lazy=True).signals, chunks=(-1, 500))
    found = wf.factorize(wf.Recording(array), OPERATOR, **GIVEN)
    assert_same(found, wf.factorize(signals, OPERATOR, **GIVEN))


class Slow(Deadly):
    """Signals that take their time, so that a client can be killed meanwhile; they count their reads."""

    def __getitem__(self, key):
        time.sleep(0.02)
        with self.flag.open("a") as file:
            file.write("x")
        return self.signals[key]


CLIENT = """
import sys
from pathlib import Path
import dask.array as da
import numpy as np
from distributed import Client
import wavefact as wf
from test_distributed import Slow
from wavefact import blocks

blocks.BLOCK_BYTES = 4 * 12 * 400
signals = np.load("signals.npy")
array = da.from_array(Slow(signals, Path(sys.argv[2]), 0, 0), chunks=(12, 400), meta=signals[:0, :0])
with Client(sys.argv[1]):
    wf.factorize(array, wf.String(12), wave_weight=10.0, time_weight=0.0, output="fit.h5")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("n_reads", [4, 19])  # of 15 blocks: in the survey, in the time courses
def test_a_client_that_is_killed_is_begun_anew(cluster, signals, tmp_path, root, n_reads):
    """A dask array does not tell whether its data have changed, so nothing is gone on with."""
    np.save(tmp_path / "signals.npy", signals)
    earlier = wf.factorize(signals[:, :500], OPERATOR, **GIVEN)
    earlier.save(tmp_path / "fit.h5")
    before = (tmp_path / "fit.h5").read_bytes()
    path = os.pathsep.join([str(root), str(root / "tests")])
    setting = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": path}}
    cluster.run(sys.path.extend, path.split(os.pathsep))
    command, reads = [sys.executable, "-c", CLIENT, cluster.scheduler.address], tmp_path / "reads"
    process = subprocess.Popen([*command, str(reads)], **setting)
    while process.poll() is None and (not reads.exists() or reads.stat().st_size < n_reads):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert (tmp_path / "fit.h5").read_bytes() == before
    begun = {".fit.h5.part"} if n_reads > N_SAMPLES // 400 else set()
    assert {entry.name for entry in tmp_path.iterdir()} == {"signals.npy", "fit.h5", "reads", *begun}
    subprocess.run([*command, str(tmp_path / "again")], check=True, **setting)
    assert_same(wf.Factorization.load(tmp_path / "fit.h5"), wf.factorize(signals, OPERATOR, **GIVEN))
    left = {entry.name for entry in tmp_path.iterdir()}
    assert left == {"signals.npy", "fit.h5", "reads", "again"}
    assert (tmp_path / "again").stat().st_size == 2 * N_SAMPLES // 400
