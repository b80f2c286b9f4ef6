import logging
import os
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError, UnwritableTargetError
from wavefact.io import FORMATS, read, scan, write
from wavefact.recording import Recording, check_signals

WRITTEN = [form for form in FORMATS if form.compressions]
SHARED = Path(__file__).resolve().parents[2] / "../shared/data"


@pytest.fixture
def recording():
    return Recording(np.random.default_rng(2).standard_normal((3, 40)), sampling_rate=20.0)


def shared(name):
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside this repository")
    return path


def test_every_format_has_names_and_suffixes_of_its_own():
    assert len({form.name for form in FORMATS}) == len(FORMATS)
    suffixes = [suffix for form in FORMATS for suffix in form.extensions]
    assert len(set(suffixes)) == len(suffixes)
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in suffixes)


@pytest.mark.parametrize("call", [read, scan])
def test_a_path_without_a_file_is_named(call, tmp_path):
    with pytest.raises(InputError, match=r"nothing\.h5 does not exist; expected"):
        call(tmp_path / "nothing.h5")
    with pytest.raises(InputError, match="is a folder"):
        call(tmp_path)
    with pytest.raises(InputError, match="not an ordinary file"):
        call(os.devnull)


@pytest.mark.parametrize("call", [read, scan])
def test_an_empty_file_is_corrupt(call, tmp_path):
    (tmp_path / "empty.dat").touch()
    with pytest.raises(CorruptFileError, match=r"empty\.dat is empty"):
        call(tmp_path / "empty.dat")


def test_an_unreadable_file_is_named(tmp_path, recording, monkeypatch):
    write(recording, tmp_path / "a.npy")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"a.npy cannot be opened: Permission denied"):
        read(tmp_path / "a.npy")


def test_upper_case_suffixes_strings_and_relative_paths(tmp_path, recording, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(recording, "A.NPY")
    assert read("A.NPY").n_samples == 40


def test_unknown_suffixes_targets_and_objects_are_refused(tmp_path, recording):
    with pytest.raises(UnknownFormatError, match=r"'\.jpg'; known are hdf5 \(\.h5 \.hdf5\)"):
        write(recording, tmp_path / "a.jpg")
    with pytest.raises(UnknownFormatError, match="suffix ''"):
        write(recording, tmp_path / "a")
    with pytest.raises(InputError, match="not ndarray"):
        write(recording.signals, tmp_path / "a.h5")
    with pytest.raises(UnwritableTargetError, match="no folder"):
        write(recording, tmp_path / "missing" / "a.h5")
    with pytest.raises(InputError, match="Unknown axis 'rows'"):
        read(__file__, axis="rows")
    assert list(tmp_path.iterdir()) == []


class Interrupted:
    """Signals in some file, whose reading is interrupted before the last sample."""

    shape, ndim, dtype = (3, 40), 2, np.dtype(float)

    def __getitem__(self, key):
        start, stop, _ = key[1].indices(40)
        if stop == 40:
            raise KeyboardInterrupt
        return np.ones((3, stop - start))


@pytest.mark.parametrize("form", WRITTEN, ids=lambda form: form.name)
def test_an_interrupted_write_leaves_nothing(form, tmp_path, monkeypatch):
    monkeypatch.setattr("wavefact.recording._BLOCK_BYTES", 3 * 8 * 7)
    target = tmp_path / f"a{form.extensions[0]}"
    target.write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt):
        write(Recording(Interrupted()), target)
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("form", WRITTEN, ids=lambda form: form.name)
def test_torch_recordings_are_written(form, tmp_path, recording):
    path = tmp_path / f"a{form.extensions[0]}"
    write(recording.replace(signals=torch.asarray(recording.signals, dtype=torch.float32)), path)
    np.testing.assert_array_equal(read(path).signals, recording.signals.astype(np.float32))


@pytest.mark.parametrize("dtype", [np.longdouble, np.clongdouble])
def test_numbers_that_not_every_machine_knows_are_refused(dtype, tmp_path):
    with pytest.raises(InputError, match="convert them to float64"):
        write(Recording(np.ones((2, 3), dtype=dtype)), tmp_path / "a.h5")
    with pytest.raises(InputError, match="bfloat16"):
        write(Recording(torch.ones((2, 3), dtype=torch.bfloat16)), tmp_path / "a.h5")


@pytest.mark.parametrize("form", WRITTEN, ids=lambda form: form.name)
def test_lazy_reading_gives_the_same_signals(form, tmp_path, recording):
    path = tmp_path / f"a{form.extensions[0]}"
    write(recording, path)
    np.testing.assert_array_equal(read(path, lazy=True).load().signals, recording.signals)


def test_npy_takes_the_longer_axis_as_time(tmp_path, caplog):
    values = np.random.default_rng(0).standard_normal((9, 4))
    np.save(tmp_path / "a.npy", values)
    with caplog.at_level(logging.INFO, "wavefact"):
        np.testing.assert_array_equal(read(tmp_path / "a.npy").signals, values.T)
    assert "taken as samples × sensors" in caplog.text
    np.testing.assert_array_equal(read(tmp_path / "a.npy", axis="sensors-first").signals, values)
    np.testing.assert_array_equal(read(tmp_path / "a.npy", axis="samples-first").signals, values.T)
    assert scan(tmp_path / "a.npy", axis="sensors-first").n_sensors == 9
    np.save(tmp_path / "b.npy", values.T)
    np.testing.assert_array_equal(read(tmp_path / "b.npy").signals, values.T)
    np.testing.assert_array_equal(read(tmp_path / "b.npy", axis="samples-first").signals, values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.zeros((2, 3, 4)), r"shape \(2, 3, 4\); expected two dimensions"),
        (np.array(1.0), r"shape \(\)"),
        (np.array([["a", "b"]]), "type <U1, not of numbers; save"),
        (np.array(["a", "b"]), "type <U1, not of numbers; save"),
        (np.zeros((2, 0)), "shape"),
    ],
)
def test_npy_arrays_that_are_no_recording_are_refused(values, message, tmp_path):
    np.save(tmp_path / "a.npy", values)
    for lazy in (False, True):
        with pytest.raises(InputError, match=message):
            read(tmp_path / "a.npy", lazy=lazy)


def test_npy_never_unpickles(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[{"a": 1}, None]]), allow_pickle=True)
    for lazy in (False, True):
        with pytest.raises(InputError, match="holds Python objects; save the signals as numbers"):
            read(tmp_path / "a.npy", lazy=lazy)


@pytest.mark.parametrize("axis", ["auto", "sensors-first", "samples-first"])
@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_an_array_of_one_axis_is_one_sensor(suffix, lazy, axis, tmp_path):
    values, path = np.array([3.0, 1.0, 2.0]), tmp_path / f"one.{suffix}"
    np.save(path, values) if suffix == "npy" else np.savez(path, signals=values)
    np.testing.assert_array_equal(read(path, lazy=lazy, axis=axis).load().signals, [values])
    assert (scan(path).n_sensors, scan(path).n_samples) == (1, 3)


def test_npy_logs_what_it_cannot_hold(tmp_path, recording, caplog):
    write(Recording(recording.signals), tmp_path / "a.npy")
    assert not caplog.text
    write(recording.replace(names=("a", "b", "c"), metadata={"k": 1}), tmp_path / "a.npy")
    assert "not written: sampling_rate, names, metadata" in caplog.text


def test_npz_from_elsewhere(tmp_path):
    values = np.random.default_rng(0).standard_normal((9, 4))
    np.savez(tmp_path / "one.npz", acceleration=values)
    np.testing.assert_array_equal(read(tmp_path / "one.npz").signals, values.T)
    assert scan(tmp_path / "one.npz", axis="sensors-first").n_sensors == 9
    np.savez(tmp_path / "named.npz", signals=values.T, sampling_rate=4.0, other=np.zeros(3))
    assert read(tmp_path / "named.npz").sampling_rate == 4.0
    np.savez(tmp_path / "two.npz", x=values, y=values)
    with pytest.raises(InputError, match="'x', 'y'"):
        read(tmp_path / "two.npz")
    np.savez(tmp_path / "wrong.npz", signals=values.T, positions=np.zeros(3))
    with pytest.raises(CorruptFileError, match="contradicts itself"):
        read(tmp_path / "wrong.npz")
    np.savez(tmp_path / "newer.npz", format="wavefact-recording", version=99, signals=values)
    with pytest.raises(UnknownFormatError, match="newer"):
        read(tmp_path / "newer.npz")


@pytest.mark.parametrize("suffix", [".h5", ".npz", ".csv"])
def test_files_that_name_their_axes_are_not_turned(suffix, tmp_path, recording):
    write(recording, tmp_path / f"a{suffix}")
    with pytest.raises(InputError, match="sensors come first"):
        read(tmp_path / f"a{suffix}", axis="samples-first")
    assert read(tmp_path / f"a{suffix}", axis="sensors-first").n_sensors == 3


def test_the_beam_filmed_by_a_camera_has_three_dimensions():
    path = shared("beam_highspeed_camera/displacements_lk.npy")
    with pytest.raises(InputError, match=r"shape \(15, 3750, 2\).*or three and a component"):
        read(path)
    beam = Recording(np.load(path)[:, :, 0], sampling_rate=15000.0)
    check_signals(beam)
    assert beam.duration == 0.25


def test_the_steel_frame_is_turned_by_itself():
    path = shared("steel_frame_3dsldv/measurement_8/measurement_8.npy")
    frame = read(path, sampling_rate=256.0, lazy=True)
    assert (frame.n_sensors, frame.n_samples, frame.duration) == (6, 61440, 240.0)
    assert scan(path).n_sensors == 6
    check_signals(frame)


def test_an_hdf5_file_of_others_is_told_from_ours(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["sensors/1"] = np.arange(5.0)
    with pytest.raises(UnknownFormatError, match="HDF5 but no recording"):
        read(tmp_path / "other.h5")


def test_measured_tables_are_read():
    assert read(shared("oysand_masw/Oysand_dc.txt")).names[1] == "c_mean"
    assert read(shared("oysand_masw/Oysand_dc.txt")).metadata["units"] == "m, m/s, m/s, m/s"
    assert read(shared("steel_frame_3dsldv/grid.txt")).names == ("node_name", "x", "y", "z")
    with pytest.raises(CorruptFileError, match=r"line 2, column 5: 'unsat' is not a number"):
        read(shared("oysand_masw/Oysand_initial.csv"))
    with pytest.raises(UnknownFormatError, match="looks like text"):
        read(shared("beam_highspeed_camera/SOURCE.md"))
    shot = read(shared("oysand_masw/Oysand_dx_2m_x1_10m_forward.dat"))
    assert (shot.n_sensors, shot.n_samples, shot.sampling_rate) == (24, 2201, 1000.0)
    assert (shot.names[23], shot.signals[0, 0]) == ("Channel 24", 0.000108033917775)
    assert shot.metadata["preamble"].startswith("Location: Oysand | Date: 2018/06/06")


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_one_component_of_three_axes(tmp_path, suffix):
    values = np.random.default_rng(0).normal(size=(4, 30, 2))
    path = tmp_path / f"camera{suffix}"
    np.save(path, values) if suffix == ".npy" else np.savez(path, signals=values)
    assert np.array_equal(read(path, component=1).signals, values[:, :, 1])
    assert scan(path, component=0).n_samples == 30
    with pytest.raises(InputError, match="components 0 to 1; got component 2"):
        read(path, component=2)


@pytest.mark.parametrize("name", ["flat.npy", "flat.csv", "flat.h5"])
def test_files_without_components_refuse_the_option(tmp_path, name):
    path = tmp_path / name
    write(Recording(np.random.default_rng(0).normal(size=(3, 20))), path)
    with pytest.raises(InputError, match="leave"):
        read(path, component=0)
