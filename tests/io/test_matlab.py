"""MAT files of SciPy (version 5) and made by hand as MATLAB makes them (version 7.3)."""

from __future__ import annotations

import logging
import struct
from pathlib import Path

import numpy as np
import pytest
from foreign_files import held, matlab, matlab_numbers, matlab_toolbox, matlab_version_73
from scipy.io import loadmat, savemat

from wavefact.errors import InputError, UnknownFormatError
from wavefact.io import read, scan, write
from wavefact.io._matlab_files import variables_of
from wavefact.recording import Recording

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"
ROWS = np.random.default_rng(4).standard_normal((50, 3))  # as MATLAB has them: samples first


def test_version_73_of_a_toolbox_is_read(tmp_path):
    found = read(matlab_version_73(tmp_path / "a.mat", matlab_toolbox))
    np.testing.assert_array_equal(found.signals, held().signals)
    assert (found.sampling_rate, found.unit, found.names) == (1024.0, "m/s^2", ("deck", "pier", "mast"))


def test_large_matrices_of_version_73_stay_in_the_file(tmp_path):
    values = np.random.default_rng(0).standard_normal((60_000, 3))
    path = matlab_version_73(tmp_path / "a.mat", lambda file: matlab_numbers(file, "x", values, chunks=True))
    lazy = read(path, lazy=True)
    assert lazy.is_lazy
    assert lazy.signals.chunks is not None
    np.testing.assert_array_equal(lazy.window(7, 11).load().signals, values.T[:, 7:11])
    np.testing.assert_array_equal(read(path).signals, values.T)
    turned = matlab_version_73(
        tmp_path / "b.mat", lambda file: matlab_numbers(file, "x", values.T, chunks=True)
    )
    for recording in (read(turned, lazy=True), read(turned)):
        np.testing.assert_array_equal(recording.window(7, 11).load().signals, values.T[:, 7:11])
        np.testing.assert_array_equal(recording.select([2, 0]).signals, values.T[[2, 0]])
    assert scan(turned).n_samples == 60_000


def test_complex_numbers_of_version_73_are_read(tmp_path):
    def fill(file):
        pairs = np.zeros((3, 50), dtype=[("real", "f8"), ("imag", "f8")])
        pairs["real"], pairs["imag"] = ROWS.T, -ROWS.T
        file.create_dataset("x", data=pairs).attrs["MATLAB_class"] = np.bytes_("double")

    np.testing.assert_array_equal(
        read(matlab_version_73(tmp_path / "a.mat", fill)).signals, (ROWS - 1j * ROWS).T
    )


@pytest.mark.parametrize(
    ("beside", "rate"),
    [
        ({"fs": 200.0}, 200.0),
        ({"Sampling_Rate": 200}, 200.0),
        ({"dt": 0.005}, 200.0),
        ({"t": np.arange(50) / 200.0}, 200.0),
        ({"Fs": np.nan, "dt": 0.005}, 200.0),
        ({"speed": 200.0}, None),
        ({"t": np.arange(49) / 200.0}, None),
    ],
)
def test_variables_beside_the_signals_tell_the_rate(beside, rate, tmp_path, caplog):
    savemat(tmp_path / "a.mat", {"acc": ROWS, **beside})
    with caplog.at_level(logging.INFO, "wavefact"):
        found = read(tmp_path / "a.mat", part="acc")
    assert found.sampling_rate == rate
    assert ("sampling rate is taken from" in caplog.text) == (rate is not None)
    np.testing.assert_array_equal(found.signals, ROWS.T)


def test_several_matrices_are_parts(tmp_path):
    savemat(
        tmp_path / "a.mat",
        {"acc": ROWS, "vel": ROWS[:20] * 2, "test": {"fs": 9.0, "acc": ROWS * 3}, "fs": 8.0},
    )
    listed = r"'acc' \(50×3 float64\), 'vel' \(20×3 float64\), 'test.acc'"
    with pytest.raises(InputError, match=f"several parts.*{listed}"):
        read(tmp_path / "a.mat")
    assert read(tmp_path / "a.mat", part="vel").sampling_rate == 8.0
    assert scan(tmp_path / "a.mat", part="test.acc").sampling_rate == 9.0
    assert read(tmp_path / "a.mat", part="test.acc", axis="sensors-first").n_sensors == 50


def test_vectors_of_one_length_are_channels(tmp_path, caplog):
    savemat(tmp_path / "a.mat", {"deck": ROWS[:, 0], "pier": ROWS[:, 1], "time": np.arange(50) / 100.0})
    with caplog.at_level(logging.INFO, "wavefact"):
        found = read(tmp_path / "a.mat")
    np.testing.assert_array_equal(found.signals, ROWS.T[:2])
    assert (found.names, found.sampling_rate) == (("deck", "pier"), 100.0)
    assert "deck, pier are taken as channels" in caplog.text


def test_positions_and_components_are_used(tmp_path):
    field = np.random.default_rng(0).standard_normal((3, 50, 2))
    savemat(tmp_path / "a.mat", {"u": field, "xyz": np.eye(3), "quantity": "velocity"})
    found = read(tmp_path / "a.mat", component=1)
    np.testing.assert_array_equal(found.signals, field[:, :, 1])
    np.testing.assert_array_equal(found.positions, np.eye(3))
    assert found.quantity == "velocity"


def test_files_without_numbers_and_of_version_4_are_refused(tmp_path):
    savemat(tmp_path / "a.mat", {"text": "nothing"})
    with pytest.raises(InputError, match="no signals over time"):
        read(tmp_path / "a.mat")
    savemat(tmp_path / "a.mat", {"x": ROWS}, format="4")
    with pytest.raises(UnknownFormatError, match="no known format"):
        read(tmp_path / "a.mat")


@pytest.mark.parametrize("name", ["Data_Alu_side_2mm.mat", "Data_AlSide_0_8mm_100kHz.mat"])
def test_measured_fields_in_structures_are_read(name):
    path = SHARED / "bam_al_cfrp_wavefield" / name
    if not path.is_file():
        pytest.skip(f"{name} is not beside this repository")
    listed = r"'experiment\.spectrum\.value'"
    with pytest.raises(InputError, match=f"no part 'x'.*{listed}"):
        read(path, part="x")
    found = read(path, part="experiment.spectrum.value")
    assert min(found.signals.shape) > 1
    assert np.isfinite(found.signals).all()
    assert read(path, part="experiment.spectrum.value", lazy=True).signals.shape == found.signals.shape


def test_scipy_reads_what_is_written(tmp_path):
    recording = Recording(ROWS.T, sampling_rate=10.0, names=("a", "", "µ"), positions=[3.0, 1.0, 2.0])
    write(recording, tmp_path / "a.mat")
    found = loadmat(tmp_path / "a.mat", squeeze_me=True)
    np.testing.assert_array_equal(found["signals"], ROWS.T)
    assert found["sampling_rate"] == 10.0
    np.testing.assert_array_equal(read(tmp_path / "a.mat").positions, recording.positions)
    assert read(tmp_path / "a.mat").names == recording.names
    with pytest.raises(InputError, match=r"no part 'x'.*'signals'"):
        read(tmp_path / "a.mat", part="x")


def test_a_structure_of_scipy_is_read(tmp_path):
    expected = matlab(tmp_path / "a.mat")
    found = read(tmp_path / "a.mat")
    np.testing.assert_array_equal(found.signals, expected.signals)
    assert (found.names, found.unit) == (expected.names, "m/s^2")


@pytest.mark.parametrize("compressed", [True, False])
def test_every_variable_of_version_5_is_what_scipy_finds(compressed, tmp_path):
    cells = np.empty((2, 2), dtype=object)
    cells[0, 0], cells[1, 0], cells[0, 1], cells[1, 1] = (
        ROWS,
        "deck",
        np.arange(3.0),
        np.array(["a", "b"], dtype=object),
    )
    complex_rows = ROWS.astype(complex)
    complex_rows.imag = np.where(ROWS > 1, np.inf, -ROWS)
    content = {
        "field": np.arange(24.0).reshape(2, 3, 4),
        "cplx": complex_rows,
        "single": ROWS.astype(np.float32) * np.complex64(1 + 2j),
        **{
            kind: np.arange(-3, 4).astype(kind)[None]
            for kind in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")
        },
        "text": "Größe µ",
        "cells": cells,
        "nested": {"a": {"b": ROWS, "c": "x"}, "d": 3.5},
        "many": np.array([(1.0, "one"), (2.0, "two")], dtype=[("value", object), ("name", object)]),
        "empty": np.zeros((0, 3)),
    }
    savemat(tmp_path / "a.mat", content, do_compression=compressed, oned_as="row")
    found, expected = variables_of(tmp_path / "a.mat"), loadmat(tmp_path / "a.mat")
    for name in ("field", "cplx", "single", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"):
        np.testing.assert_array_equal(found[name], expected[name])
        assert found[name].dtype == expected[name].dtype
    assert found["text"] == "Größe µ"
    np.testing.assert_array_equal(found["cells(1)"], ROWS)
    np.testing.assert_array_equal(found["cells(3)"], [[0.0, 1.0, 2.0]])
    assert found["cells(4)"] == ("a", "b")
    np.testing.assert_array_equal(found["nested.a.b"], ROWS)
    assert (found["nested.a.c"], found["nested.d"].item(), found["many(2).name"]) == ("x", 3.5, "two")
    assert "empty" not in found


def test_big_endian_files_are_read(tmp_path):
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI"
    body = struct.pack(">IIIIII", 6, 8, 6, 0, 5, 8) + struct.pack(">ii", 2, 3)
    body += struct.pack(">HH4s", 1, 1, b"x\0\0\0") + struct.pack(">II6d", 9, 48, *range(6))
    (tmp_path / "a.mat").write_bytes(header + struct.pack(">II", 14, len(body)) + body)
    np.testing.assert_array_equal(loadmat(tmp_path / "a.mat")["x"], [[0, 2, 4], [1, 3, 5]])
    np.testing.assert_array_equal(read(tmp_path / "a.mat").signals, [[0, 2, 4], [1, 3, 5]])


def test_the_variable_that_holds_the_signals_is_told(tmp_path):
    savemat(tmp_path / "a.mat", {"acc": np.ones((3, 50)), "fs": 8.0})
    assert scan(tmp_path / "a.mat").part == "acc"
    savemat(tmp_path / "b.mat", {"left": np.ones(50), "right": np.ones(50)})
    assert scan(tmp_path / "b.mat").part == ""
    write(Recording(np.ones((2, 9))), tmp_path / "c.mat")
    assert scan(tmp_path / "c.mat").part == "signals"


@pytest.mark.parametrize("part", [None, "x"])
def test_up_to_a_hundred_parts_are_listed(part, tmp_path):
    parts = {f"m{i}": np.ones((3 + i, 50)) for i in range(30)}
    savemat(tmp_path / "a.mat", parts)
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.mat", part=part)
    assert all(repr(name) in str(caught.value) for name in parts)
    savemat(tmp_path / "b.mat", parts | {f"n{i}": np.ones((3 + i, 50)) for i in range(80)})
    with pytest.raises(InputError, match="and 10 more"):
        read(tmp_path / "b.mat", part=part)
