"""Modes in CSV and universal files: what comes back, what other programs see, what is refused."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wavefact as wf
from wavefact.geometry import Geometry, Slave
from wavefact.io import scan

FIELDS = ("frequencies", "damping_ratios", "wavenumbers", "fit_quality", "contributions", "frequency_errors")
NAMES = ("tower, east", "b", "c", "d")
MIXED = Geometry(
    [(0, 0, 0), (1, 0, 0), (1, 0, 2)],
    lines=[(0, 1), (1, 2)],
    surfaces=((0, 1, 2),),
    channel_points=[1, 1, 2, 0],
    channel_directions=[(1, 1, 0), (1, -1, 0), "-z", "y"],
    channel_names=NAMES,
    point_names=("7", "12", "3"),
)


def modes(*, is_complex: bool, **fields: Any) -> wf.ModalModel:
    rng = np.random.default_rng(1)
    shapes = rng.normal(size=(4, 3)) + (1j * rng.normal(size=(4, 3)) if is_complex else 0)
    known = {
        "wavenumbers": np.array([np.nan, 1 / 3, 2.0]),
        "fit_quality": np.array([0.9, 0.8, 0.7]),
        "frequency_errors": np.array([0.001, np.nan, 0.1]),
        "quantity": "acceleration",
        "unit": "m/s^2",
    }
    shapes /= shapes[np.abs(shapes).argmax(axis=0), range(3)]
    return wf.ModalModel(np.array([1 / 7, 2.5, 1e3]), np.array([0.01, 0.02, 0.3]), shapes, **(known | fields))


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("positions", [None, np.arange(4.0) / 3, np.arange(8.0).reshape(4, 2) / 7])
def test_tables_come_back_exactly(tmp_path: Path, is_complex: bool, positions: Any) -> None:
    errors = np.abs(modes(is_complex=False).mode_shapes) / 9
    model = modes(is_complex=is_complex, names=NAMES, positions=positions, shape_errors=errors)
    wf.write_modes(model, tmp_path / "a.csv")
    back = wf.read_modes(tmp_path / "a.csv")
    for name in (*FIELDS, "mode_shapes", "shape_errors"):
        assert np.array_equal(getattr(back, name), getattr(model, name), equal_nan=True), name
    assert (back.names, back.quantity, back.unit) == (NAMES, "acceleration", "m/s^2")
    assert (back.positions is None) if positions is None else np.array_equal(back.positions, positions)


def test_any_csv_reader_sees_two_tables(tmp_path: Path) -> None:
    model = modes(is_complex=False, names=NAMES)
    wf.write_modes(model, tmp_path / "a.csv", MIXED)
    rows = list(csv.reader((tmp_path / "a.csv").read_text().splitlines()))
    assert rows[4] == []
    first = [dict(zip(rows[0], row, strict=True)) for row in rows[1:4]]
    assert [float(row["frequency [Hz]"]) for row in first] == model.frequencies.tolist()
    assert [float(row["phase collinearity"]) for row in first] == model.phase_collinearity.tolist()
    assert first[0]["wavenumber [rad/m]"] == ""
    second = [dict(zip(rows[5], row, strict=True)) for row in rows[6:]]
    assert [row["name"] for row in second] == list(NAMES)
    assert [float(row["z [m]"]) for row in second] == [0, 0, 2, 0]
    assert [float(row["direction z"]) for row in second] == [0, 0, -1, 0]
    assert [float(row["mode 2"]) for row in second] == model.mode_shapes[:, 1].tolist()


def test_no_modes_are_a_table_too(tmp_path: Path) -> None:
    wf.write_modes(modes(is_complex=False).select([]), tmp_path / "a.csv")
    back = wf.read_modes(tmp_path / "a.csv")
    assert (back.n_modes, back.n_points) == (0, 4)


@pytest.mark.parametrize("is_complex", [False, True])
def test_universal_files_hold_the_displacements_of_nodes(tmp_path: Path, is_complex: bool) -> None:
    pytest.importorskip("pyuff")
    model = modes(is_complex=is_complex, names=NAMES)
    wf.write_modes(model, tmp_path / "a.uff", MIXED)
    back, geometry = wf.read_modes(tmp_path / "a.uff"), Geometry.read(tmp_path / "a.uff")
    assert np.allclose(back.frequencies, model.frequencies, rtol=1e-5)
    assert np.allclose(back.damping_ratios, model.damping_ratios, rtol=1e-4)
    assert back.quantity == "acceleration"
    assert back.names == geometry.channel_names == ("7:+y", "12:+x", "12:+y", "3:+z")
    assert back.positions.tolist() == [[0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 2]]
    assert (geometry.lines.tolist(), geometry.surfaces) == (MIXED.lines.tolist(), MIXED.surfaces)
    expected = MIXED.displacements(model.mode_shapes)
    expected = expected / expected.reshape(9, 3)[np.abs(expected).reshape(9, 3).argmax(axis=0), range(3)]
    assert np.allclose(geometry.displacements(back.mode_shapes), expected, atol=2e-5)
    assert np.iscomplexobj(back.mode_shapes) == is_complex


def test_other_programs_read_normal_and_complex_modes(tmp_path: Path) -> None:
    pyuff = pytest.importorskip("pyuff")
    for is_complex in (False, True):
        model = modes(is_complex=is_complex)
        wf.write_modes(model, tmp_path / "a.unv")
        sets = pyuff.UFF(str(tmp_path / "a.unv")).read_sets()
        assert [item["type"] for item in sets] == [164, 15, 82, 55, 55, 55]
        second = sets[4]
        assert (second["mode_n"], second["data_ch"], second["spec_data_type"]) == (2, 2, 12)
        assert second["node_nums"].tolist() == [1, 2, 3, 4]
        assert np.allclose(
            second["r3"], model.mode_shapes[:, 1], atol=1e-5
        )  # sensors on a line measure along z
        if is_complex:
            omega = 2 * np.pi * 2.5
            assert second["analysis_type"] == 3
            assert second["eig"] == pytest.approx(omega * (-0.02 + 1j * np.sqrt(1 - 0.02**2)), rel=1e-5)
        else:
            assert (second["analysis_type"], second["freq"], second["modal_damp_vis"]) == (2, 2.5, 0.02)


def test_slaves_move_nodes_that_no_channel_sees(tmp_path: Path) -> None:
    pytest.importorskip("pyuff")
    geometry = replace(
        Geometry([0, 1], channel_points=[0], channel_directions="y"),
        slaves=(Slave(1, "z", [(0, (0, 0.5, 0))]),),
    )
    wf.write_modes(wf.ModalModel(np.ones(1), np.ones(1) / 9, np.ones((1, 1))), tmp_path / "a.uff", geometry)
    back = wf.read_modes(tmp_path / "a.uff")
    assert (back.names, back.mode_shapes[:, 0].tolist()) == (("1:+y", "2:+z"), [1.0, 0.5])


def test_nodes_left_out_of_a_mode_do_not_move(tmp_path: Path) -> None:
    pyuff = pytest.importorskip("pyuff")
    mode = {"type": 55, "analysis_type": 2, "data_ch": 2, "spec_data_type": 8, "load_case": 1}
    still = np.zeros(1)
    second = mode | {"mode_n": 2, "freq": 5.0, "node_nums": [4], "r1": still + 2, "r2": still, "r3": still}
    first = mode | {"mode_n": 1, "freq": 3.0, "node_nums": [9], "r1": still, "r2": still, "r3": still - 1}
    pyuff.UFF(str(tmp_path / "a.unv")).write_sets([second, first], mode="overwrite")
    back = wf.read_modes(tmp_path / "a.unv")
    assert back.frequencies.tolist() == [3.0, 5.0]
    assert back.names == ("9:+z", "4:+x")
    assert back.mode_shapes.tolist() == [[1, 0], [0, 1]]
    assert (back.positions, back.quantity) == (None, "displacement")


def test_hdf5_is_the_models_own(tmp_path: Path) -> None:
    model = modes(is_complex=True)
    wf.write_modes(model, tmp_path / "a.h5")
    assert np.array_equal(wf.read_modes(tmp_path / "a.h5").mode_shapes, model.mode_shapes)
    with pytest.raises(wf.InputError, match="without a geometry"):
        wf.write_modes(model, tmp_path / "b.h5", MIXED)


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    model = modes(is_complex=False)
    with pytest.raises(wf.UnknownFormatError, match=r"a.xls is of no format of modes"):
        wf.write_modes(model, tmp_path / "a.xls")
    with pytest.raises(wf.InputError, match="not list"):
        wf.write_modes([1.0], tmp_path / "a.csv")  # type: ignore[arg-type]
    for name in ("a.csv", "a.uff"):
        with pytest.raises(wf.InputError, match="has 1 channels and the mode shapes have 4"):
            wf.write_modes(model, tmp_path / name, Geometry([0], channel_points=[0], channel_directions="x"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "error", "complaint"),
    [
        ("a.csv", "time,a\n0,1\n", wf.UnknownFormatError, "no table of modes"),
        ("a.csv", "", wf.UnknownFormatError, "no table of modes"),
        ("a.csv", b"\xff\xfe\x00", wf.UnknownFormatError, "no table of modes"),
        ("a.csv", "mode,frequency [Hz]\n1,2\n", wf.CorruptFileError, "damaged or incomplete"),
        ("a.csv", "mode,frequency [Hz]\n1,2\n\npoint\n1\n", wf.CorruptFileError, "damaged or incomplete"),
        ("a.uff", "1,2\n", wf.UnknownFormatError, "neither HDF5 nor a universal file"),
    ],
)
def test_files_without_modes_are_refused(
    tmp_path: Path, name: str, content: Any, error: type[Exception], complaint: str
) -> None:
    if name.endswith("uff"):
        pytest.importorskip("pyuff")
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(error, match=complaint):
        wf.read_modes(tmp_path / name)


def test_missing_files_and_nodes_are_told(tmp_path: Path) -> None:
    pytest.importorskip("pyuff")
    with pytest.raises(wf.InputError, match="does not exist"):
        wf.read_modes(tmp_path / "none.csv")
    Geometry([0, 1], lines=[(0, 1)]).write_uff(tmp_path / "a.uff")
    with pytest.raises(wf.UnknownFormatError, match="holds no modes"):
        wf.read_modes(tmp_path / "a.uff")
    wf.write_modes(modes(is_complex=False), tmp_path / "b.uff")
    text = (tmp_path / "b.uff").read_text()
    damaged = text.replace(
        "\n         4         0         0         0", "\n         5         0         0         0"
    )
    (tmp_path / "b.uff").write_text(damaged)
    with pytest.raises(wf.CorruptFileError, match="moves node '4', which"):
        wf.read_modes(tmp_path / "b.uff")


def test_positions_counted_in_sensors_say_so(tmp_path: Path) -> None:
    places = np.arange(3.0)
    model = wf.ModalModel(
        np.array([2.0]), np.array([0.01]), np.ones((3, 1)), positions=places, length_unit="sensor"
    )
    wf.write_modes(model, tmp_path / "modes.csv")
    assert "point,x [sensor],mode 1" in (tmp_path / "modes.csv").read_text()
    back = wf.read_modes(tmp_path / "modes.csv")
    np.testing.assert_array_equal(back.positions, places)
    assert back.length_unit == "sensor"


@pytest.mark.parametrize("suffix", ["csv", "h5"])
def test_modes_are_refused_as_a_recording(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"modes.{suffix}"
    wf.write_modes(wf.ModalModel(np.array([2.0]), np.array([0.01]), np.ones((3, 1))), path)
    for call in (wf.read, scan):
        with pytest.raises(wf.UnknownFormatError, match="holds modes: read them with read_modes"):
            call(path)
