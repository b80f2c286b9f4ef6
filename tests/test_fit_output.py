"""Recordings larger than memory: read twice, written as computed, gone on with after a kill."""

from __future__ import annotations

import errno
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import h5py
import numpy as np
import pytest
from independent import noise

import wavefact as wf
from wavefact import _fit_output, blocks, checkpoint, storage
from wavefact.io import read, write

N_SENSORS, N_SAMPLES = 12, 5000
OPERATOR = wf.String(N_SENSORS)
GIVEN = {"wave_weight": 10.0, "time_weight": 0.0}


def waves(rng, is_complex=False):
    points, times = np.arange(1, N_SENSORS + 1) / (N_SENSORS + 1), np.arange(N_SAMPLES) / 100
    courses = [np.cos(2 * np.pi * 3 * times), -0.7 * np.cos(2 * np.pi * 7 * times)]
    signals = sum(np.outer(np.sin((k + 1) * np.pi * points), course) for k, course in enumerate(courses))
    return signals + 0.3 * noise(rng, N_SENSORS, N_SAMPLES, is_complex)


@pytest.fixture(autouse=True)
def many_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 4 * N_SENSORS * 400)
    monkeypatch.setattr("wavefact.io.hdf5._CHUNK_BYTES", 4 * N_SENSORS * 200)


@pytest.fixture
def path(rng, tmp_path):
    recording = wf.Recording(waves(rng).astype(np.float32), sampling_rate=100.0, unit="m/s")
    write(recording, tmp_path / "waves.h5", compression=None)
    return tmp_path / "waves.h5"


def assert_same(found, expected, rtol=1e-10):
    size = np.abs(expected.time_courses).max()
    np.testing.assert_allclose(found.time_courses, expected.time_courses, atol=rtol * size)
    np.testing.assert_allclose(found.spatial_factors, expected.spatial_factors, atol=rtol)
    np.testing.assert_allclose(found.eigenvalues, expected.eigenvalues, rtol=1e-6)
    assert found.regularization == pytest.approx(expected.regularization, rel=rtol)
    assert found.status is expected.status


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


class Counted:
    """Signals that count how often each sample is read."""

    def __init__(self, signals):
        self.signals, self.shape, self.ndim, self.dtype = signals, signals.shape, 2, signals.dtype
        self.reads = np.zeros(signals.shape[1], dtype=int)

    def __getitem__(self, key):
        self.reads[key[1]] += 1
        return self.signals[key]


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("kind", ["float64", "float32", "int16"])
def test_what_is_read_by_slicing_gives_the_same_and_is_read_twice(rng, kind, is_complex, tmp_path):
    signals = 1000 * waves(rng, is_complex)
    if not is_complex:
        signals = signals.astype(kind)
    expected = wf.factorize(signals, OPERATOR, **GIVEN)
    for output in (None, tmp_path / "fit.h5"):
        counted = Counted(signals)
        found = wf.factorize(wf.Recording(counted), OPERATOR, **GIVEN, output=output)
        assert expected.n_components >= 2
        assert_same(found, expected)
        assert counted.reads.tolist() == [2] * N_SAMPLES


def test_automatic_weights_need_no_more_than_the_loudest_stretch_besides(rng, monkeypatch):
    monkeypatch.setattr("wavefact.survey.STRETCH", 1000)
    monkeypatch.setattr("wavefact._joint_task.LONG", 2000)
    signals = 30 * waves(rng)
    signals[:, 2500:] *= 1.5
    counted = Counted(signals)
    found = wf.factorize(wf.Recording(counted), OPERATOR)
    assert found.time_weight == 0
    assert set(counted.reads[:3000]) <= {2, 3}
    assert counted.reads.max() == 3
    assert np.sum(counted.reads == 3) == 2000
    assert_same(found, wf.factorize(signals, OPERATOR))


def test_a_small_regularization_is_worth_a_pass_more(rng, path, caplog):
    recording = read(path, lazy=True)
    caplog.set_level(logging.INFO, "wavefact")
    settings = {**GIVEN, "regularization": 1e-4, "rtol": 1e-10, "max_components": 2}
    found = wf.factorize(recording, OPERATOR, **settings)
    assert "read once more" in caplog.text
    expected = wf.factorize(recording.load(), OPERATOR, **settings)
    assert found.certificate.primal == pytest.approx(expected.certificate.primal, rel=1e-10)


@pytest.mark.parametrize("lazy", [False, True])
def test_a_result_file_is_the_same_as_a_saved_one(path, tmp_path, lazy):
    recording = read(path, lazy=lazy)
    expected = wf.factorize(recording, OPERATOR, **GIVEN)
    found = wf.factorize(recording, OPERATOR, **GIVEN, output=tmp_path / "fit.h5")
    assert isinstance(found.time_courses, np.memmap)
    assert names(tmp_path) == ["fit.h5", "waves.h5"]
    loaded = wf.Factorization.load(tmp_path / "fit.h5")
    assert isinstance(loaded.time_courses, np.memmap)
    for fit in (found, loaded):
        assert_same(fit, expected, 1e-12)
        assert (fit.sampling_rate, fit.unit, fit.noise) == (100.0, "m/s", pytest.approx(expected.noise))
        assert fit.operator == expected.operator
    peaks = np.argmax(np.abs(found.time_courses), axis=0)
    assert np.all(found.time_courses[peaks, np.arange(found.n_components)] > 0)


def test_what_stays_in_the_file_serves_as_any_other(path, tmp_path):
    from wavefact import plots

    recording = read(path, lazy=True)
    expected = wf.factorize(recording.load(), OPERATOR, **GIVEN)
    found = wf.factorize(recording, OPERATOR, **GIVEN, output=tmp_path / "fit.h5")
    np.testing.assert_allclose(found.reconstruct(), expected.reconstruct(), atol=1e-12)
    modes = wf.identify(found)
    np.testing.assert_allclose(modes.frequencies, wf.identify(expected).frequencies, rtol=1e-9)
    plots.save(plots.summary(recording, found, modes), tmp_path / "picture.png")
    found.save(tmp_path / "copy.h5")
    assert_same(wf.Factorization.load(tmp_path / "copy.h5"), found, 1e-15)


def test_space_and_time_are_written_too(path, tmp_path):
    fit = wf.factorize(read(path), OPERATOR, time_weight="1 Hz", output=tmp_path / "fit.h5")
    assert_same(wf.Factorization.load(tmp_path / "fit.h5"), fit, 1e-15)
    assert names(tmp_path) == ["fit.h5", "waves.h5"]


def test_nothing_found_is_a_result(path, tmp_path):
    fit = wf.factorize(read(path, lazy=True), OPERATOR, wave_weight=1.0, time_weight=0.0,
                       regularization=1e6, output=tmp_path / "fit.h5")  # fmt: skip
    assert fit.time_courses.shape == (N_SAMPLES, 0)
    assert wf.Factorization.load(tmp_path / "fit.h5").n_components == 0


class KilledError(BaseException):
    """Stands for the end of the process: nothing may catch it to tidy up."""


@pytest.mark.parametrize("rest", [1, 4, 9, 12, 13, 14, 18, 22, 25])
def test_a_run_that_was_killed_is_gone_on_with(path, tmp_path, monkeypatch, rest, caplog):
    """Killed after each of some blocks, in either pass, it gives the same bits and reads no block again."""
    expected = wf.factorize(read(path, lazy=True), OPERATOR, **GIVEN, output=tmp_path / "fit.h5")
    monkeypatch.setattr(checkpoint.Checkpoint, "is_due", True)
    monkeypatch.setattr(blocks.os, "cpu_count", lambda: 1)
    read_block, left, spans = type(read(path, lazy=True).signals).__getitem__, [rest], []

    def killing(signals, key):
        if not left[0]:
            raise KilledError
        left[0] -= 1
        spans.append((len(spans), key[1].start))
        return read_block(signals, key)

    monkeypatch.setattr("wavefact.io._lazy.LazySignals.__getitem__", killing)
    with pytest.raises(KilledError):
        wf.factorize(read(path, lazy=True), OPERATOR, **GIVEN, output=tmp_path / "other.h5")
    assert not (tmp_path / "other.h5").exists()
    left[0] = -1
    caplog.set_level(logging.INFO, "wavefact")
    found = wf.factorize(read(path, lazy=True), OPERATOR, **GIVEN, output=tmp_path / "other.h5")
    assert "of a run that was killed" in caplog.text
    assert np.array_equal(found.time_courses, expected.time_courses)
    assert np.array_equal(found.spatial_factors, expected.spatial_factors)
    assert found.certificate == expected.certificate
    assert len(spans) <= 26 + 2 * 2  # of 13 blocks twice; those in the hands of threads are read again
    assert names(tmp_path) == ["fit.h5", "other.h5", "waves.h5"]


PROGRAM = """
import sys, wavefact as wf
from wavefact import blocks, checkpoint
blocks.BLOCK_BYTES = 50_000
checkpoint.SECONDS = 0.0
checkpoint.Checkpoint.__init__.__defaults__ = (0.0,)
recording, settings = wf.read(sys.argv[1], lazy=True), {"wave_weight": 10.0, "time_weight": 0.0}
wf.factorize(recording, wf.String(12), **settings, output=sys.argv[2])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_the_same_command_goes_on_after_sigkill(rng, tmp_path, root):
    signals = np.tile(waves(rng).astype(np.float32), 20)
    write(wf.Recording(signals), tmp_path / "long.h5")
    arguments = [sys.executable, "-c", PROGRAM, "long.h5"]
    setting = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(root)}}
    subprocess.run([*arguments, "whole.h5"], check=True, **setting)
    for stage in (".fit.h5.survey", ".fit.h5.survey", ".fit.h5.solved", ".fit.h5.solved"):
        process = subprocess.Popen([*arguments, "fit.h5"], **setting)
        while not (tmp_path / stage).exists() and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run([*arguments, "fit.h5"], check=True, **setting)
    found, expected = (wf.Factorization.load(tmp_path / name) for name in ("fit.h5", "whole.h5"))
    assert np.array_equal(found.time_courses, expected.time_courses)
    assert np.array_equal(found.spatial_factors, expected.spatial_factors)
    assert names(tmp_path) == ["fit.h5", "long.h5", "whole.h5"]


def interrupted(path, target, monkeypatch, **settings):
    """Leave what a run leaves that is killed while it writes time courses."""

    def die(*_):
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(storage.ReservedColumns, "write", die)
        with pytest.raises(KilledError):
            wf.factorize(read(path, lazy=True), OPERATOR, **{**GIVEN, **settings}, output=target)
    assert (target.with_name(f".{target.name}.solved")).exists()


@pytest.mark.parametrize("change", ["wave_weight", "debias", "rng", "operator", "file", "damage"])
def test_what_belongs_to_another_run_is_ignored(path, tmp_path, monkeypatch, change, caplog):
    interrupted(path, tmp_path / "fit.h5", monkeypatch)
    settings, operator = dict(GIVEN), OPERATOR
    if change == "wave_weight":
        settings["wave_weight"] = 20.0
    elif change in ("debias", "rng"):
        settings[change] = 1
    elif change == "operator":
        operator = wf.String(N_SENSORS, ends="free")
    elif change == "file":
        write(read(path).replace(signals=2 * np.asarray(read(path).signals)), path)
    else:
        (tmp_path / ".fit.h5.part").write_bytes(b"nothing")
    caplog.set_level(logging.INFO, "wavefact")
    found = wf.factorize(read(path, lazy=True), operator, **settings, output=tmp_path / "fit.h5")
    assert "ignored" in caplog.text or "cannot be used" in caplog.text
    assert_same(found, wf.factorize(read(path), operator, **settings))
    assert names(tmp_path) == ["fit.h5", "waves.h5"]


@pytest.mark.parametrize("name", [".fit.h5.survey", ".fit.h5.solved"])
def test_a_damaged_state_is_ignored(path, tmp_path, monkeypatch, name):
    interrupted(path, tmp_path / "fit.h5", monkeypatch)
    state = tmp_path / name
    state.write_bytes(state.read_bytes()[:100])
    found = wf.factorize(read(path, lazy=True), OPERATOR, **GIVEN, output=tmp_path / "fit.h5")
    assert_same(found, wf.factorize(read(path), OPERATOR, **GIVEN))


@pytest.mark.parametrize("output", [None, "fit.h5"])
def test_a_recording_that_changes_between_the_passes_is_refused(path, tmp_path, output):
    def change(step):
        with h5py.File(path, "r+") as file:
            file["signals"][0, 0] += 1.0

    target = None if output is None else tmp_path / output
    with pytest.raises(wf.InputError, match=r"waves\.h5 has changed since it was opened"):
        wf.factorize(read(path, lazy=True), OPERATOR, **GIVEN, output=target, callback=change)
    assert names(tmp_path) == ["waves.h5"]


@pytest.mark.parametrize("dataset", [False, True])
def test_a_recording_that_cannot_be_read_again_is_not_the_fault_of_the_target(path, tmp_path, dataset):
    def cut(step):
        os.truncate(path, path.stat().st_size // 2)

    (tmp_path / "fit.h5").write_bytes(b"earlier")
    with h5py.File(path, "r") as file:
        recording = file["signals"] if dataset else read(path, lazy=True)
        with pytest.raises(wf.InputError, match=r"waves\.h5 has changed since it was opened"):
            wf.factorize(recording, OPERATOR, **GIVEN, output=tmp_path / "fit.h5", callback=cut)
    assert (tmp_path / "fit.h5").read_bytes() == b"earlier"
    assert names(tmp_path) == ["fit.h5", "waves.h5"]


@pytest.mark.parametrize("after", [5, 20])  # of 13 blocks, in either pass
def test_an_error_of_reading_is_said_as_such(rng, tmp_path, after):
    class Torn(Counted):
        left = after

        def __getitem__(self, key):
            self.left -= 1
            if self.left < 0:
                raise OSError("the tape is torn")
            return super().__getitem__(key)

    with pytest.raises(wf.CorruptFileError, match="cannot be read: the tape is torn"):
        wf.factorize(wf.Recording(Torn(waves(rng))), OPERATOR, **GIVEN, output=tmp_path / "fit.h5")
    assert not names(tmp_path)


def test_the_recording_itself_is_not_overwritten(path):
    before = path.read_bytes()
    with pytest.raises(wf.InputError, match="read from it"):
        wf.factorize(read(path, lazy=True), OPERATOR, output=path)
    assert path.read_bytes() == before


def test_a_target_that_cannot_be_written_is_refused_before_anything_is_read(rng, tmp_path):
    counted = Counted(waves(rng))
    with pytest.raises(wf.UnwritableTargetError, match="nowhere"):
        wf.factorize(wf.Recording(counted), OPERATOR, output=tmp_path / "nowhere" / "fit.h5")
    assert not counted.reads.any()


def no_space(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("place", ["reserve", "write", "sync", "turn", "state"])
def test_a_full_disk_leaves_earlier_results_and_the_first_pass(path, tmp_path, monkeypatch, place, caplog):
    target = tmp_path / "fit.h5"
    target.write_bytes(b"earlier")
    settings = {**GIVEN, "output": target}
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint.Checkpoint, "is_due", True)
        if place == "reserve":
            patch.setattr(os, "posix_fallocate", no_space, raising=False)
        elif place == "state":
            patch.setattr("numpy.savez", no_space)
        else:
            patch.setattr(storage.ReservedColumns, {"turn": "multiply"}.get(place, place), no_space)
            patch.setattr(_fit_output, "phases", lambda largest: -np.ones_like(largest))
        if place == "state":
            wf.factorize(read(path, lazy=True), OPERATOR, **settings)
            assert "The state of the run is not kept" in caplog.text
            return
        with pytest.raises(wf.UnwritableTargetError, match="No space left on device") as caught:
            wf.factorize(read(path, lazy=True), OPERATOR, **settings)
    assert "untouched" in str(caught.value)
    assert target.read_bytes() == b"earlier"
    assert names(tmp_path) == [".fit.h5.survey", "fit.h5", "waves.h5"]
    caplog.set_level(logging.INFO, "wavefact")
    found = wf.factorize(read(path, lazy=True), OPERATOR, **settings)
    assert "going on at sample 5000 of the survey" in caplog.text
    assert_same(found, wf.factorize(read(path), OPERATOR, **GIVEN))


@contextmanager
def largest_file(n_bytes):
    """Let the system refuse to write beyond a size, as it does where a quota is used up."""
    resource = pytest.importorskip("resource", reason="Windows has no limits of resources")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("what", ["output", "save"])
def test_a_quota_that_is_used_up_leaves_earlier_results(path, tmp_path, what):
    target, recording = tmp_path / "fit.h5", read(path, lazy=True)
    fit = wf.factorize(recording, OPERATOR, **GIVEN)
    target.write_bytes(b"earlier")
    call = {
        "output": lambda: wf.factorize(recording, OPERATOR, **GIVEN, output=target),
        "save": lambda: fit.save(target),
    }[what]
    with largest_file(30_000), pytest.raises(wf.UnwritableTargetError, match=r"fit\.h5: File too large"):
        call()
    assert target.read_bytes() == b"earlier"
    assert set(names(tmp_path)) <= {".fit.h5.survey", "fit.h5", "waves.h5"}
    assert_same(wf.factorize(recording, OPERATOR, **GIVEN, output=target), fit)


def test_faults_of_the_signals_are_found_in_any_block(path, tmp_path):
    with h5py.File(path, "r+") as file:
        file["signals"][3, 4321] = np.nan
    with pytest.raises(wf.InputError, match="sensor 3 has NaN at sample 4321"):
        wf.factorize(read(path, lazy=True), OPERATOR, **GIVEN, output=tmp_path / "fit.h5")
    with h5py.File(path, "r+") as file:
        file["signals"][3] = 2.0
    with pytest.raises(wf.InputError, match=r"sensor 3 is constant \(2\)"):
        wf.factorize(read(path, lazy=True), OPERATOR, **GIVEN, output=tmp_path / "fit.h5")


@pytest.mark.parametrize("width", [0, 7])
def test_blocks_of_another_size_than_asked_for_are_refused(rng, width):
    class Short(Counted):
        def __getitem__(self, key):
            return self.signals[:, :width]

    with pytest.raises(wf.InputError, match="must not change while they are read"):
        wf.factorize(wf.Recording(Short(waves(rng))), OPERATOR, **GIVEN)
    with pytest.raises(wf.InputError, match="hold nothing"):
        next(wf.Recording(waves(rng)).iter_blocks(0))


def test_chunks_of_a_file_are_read_whole(rng, tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        signals = file.create_dataset("x", data=waves(rng), chunks=(3, 90))
        assert blocks.block_width(wf.Recording(signals)) == 180
        wide = file.create_dataset("y", data=waves(rng), chunks=(3, 1000))
        assert blocks.block_width(wf.Recording(wide)) == 1000
        assert_same(wf.factorize(signals, OPERATOR, **GIVEN), wf.factorize(signals[()], OPERATOR, **GIVEN))


def test_wide_spread_magnitudes_add_up(rng):
    signals = waves(rng)
    signals[:, :2600] *= 1e-160
    expected = wf.factorize(1e-150 * (signals * 1e150), OPERATOR, **GIVEN)
    for size in (1e290, 1e-120):
        found = wf.factorize(wf.Recording(Counted(signals * size)), OPERATOR, **GIVEN)
        np.testing.assert_allclose(found.eigenvalues, expected.eigenvalues, rtol=1e-6)
        assert found.regularization == pytest.approx(expected.regularization * size, rel=1e-9)
