"""Geometries in universal files: round trips, what other programs write, and damage."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wavefact as wf
from wavefact.geometry import Geometry

pyuff = pytest.importorskip("pyuff")

NODES: dict[str, Any] = {
    "type": 15,
    "node_nums": [3, 8, 5, 21],
    "x": [0.0, 1000.0, 1000.0, 0.0],
    "y": [0.0, 0.0, 500.0, 500.0],
    "z": [0.0, 0.0, 0.0, 250.0],
}


def written(path: Path, *sets: dict[str, Any]) -> Path:
    pyuff.UFF(str(path)).write_sets(list(sets), mode="overwrite")
    return path


def test_points_lines_and_surfaces_come_back(tmp_path: Path, rng: np.random.Generator) -> None:
    points = rng.normal(size=(40, 3))
    lines = np.array([(i, j) for i in range(40) for j in range(i)][:300])  # more than one trace line holds
    surfaces = ((0, 1, 2), (3, 4, 5, 6), (7, 8, 9))
    names = tuple(str(number) for number in range(101, 141))
    Geometry(points, lines=lines, surfaces=surfaces, point_names=names).write_uff(tmp_path / "a.uff")
    back = Geometry.read(tmp_path / "a.uff")
    assert np.allclose(back.points, points, rtol=1e-5, atol=1e-5)
    assert back.lines.tolist() == lines.tolist()
    assert sorted(back.surfaces) == sorted(surfaces)
    assert back.point_names == names
    lengths = [
        len(item["nodes"]) for item in pyuff.UFF(str(tmp_path / "a.uff")).read_sets() if item["type"] == 82
    ]
    assert len(lengths) > 1
    assert max(lengths) <= 250


def test_millimetres_become_metres(tmp_path: Path) -> None:
    units = {
        "type": 164,
        "units_code": 5,
        "length": 1000.0,
        "force": 1000.0,
        "temp": 1.0,
        "temp_offset": 273.15,
    }
    path = written(tmp_path / "a.unv", units, NODES)
    assert np.allclose(Geometry.read(path).points[2], (1.0, 0.5, 0.0))


def test_a_missing_unit_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "wavefact"):
        geometry = Geometry.read(written(tmp_path / "a.unv", NODES))
    assert geometry.size == 1000.0
    assert "taken as metres" in caplog.text


def test_a_pen_is_lifted_and_node_numbers_are_looked_up(tmp_path: Path) -> None:
    trace = {"type": 82, "trace_num": 1, "color": 1, "id": "frame", "nodes": np.array([3, 8, 5, 0, 21, 3])}
    geometry = Geometry.read(written(tmp_path / "a.unv", NODES, trace))
    assert geometry.lines.tolist() == [[0, 1], [1, 2], [3, 0]]
    assert geometry.point_names == ("3", "8", "5", "21")


def test_nodes_of_double_precision_and_elements_are_read(tmp_path: Path) -> None:
    columns = {name: [0] * 4 for name in ("def_cs", "disp_cs", "color")}
    nodes = NODES | {"type": 2411} | columns
    element = {"phys_table": 1, "mat_table": 1, "color": 1}
    beam = {"beam_orientation": 0, "beam_foreend_cross": 1, "beam_aftend_cross": 1}
    elements = {
        "type": 2412,
        11: [
            element | beam | {"element_nums": 1, "fe_descriptor": 11, "num_nodes": 2, "nodes_nums": [3, 21]}
        ],
        94: [element | {"element_nums": 2, "fe_descriptor": 94, "num_nodes": 4, "nodes_nums": [3, 8, 5, 21]}],
        111: [
            element | {"element_nums": 3, "fe_descriptor": 111, "num_nodes": 4, "nodes_nums": [3, 8, 5, 21]}
        ],
    }
    geometry = Geometry.read(written(tmp_path / "a.unv", nodes, elements))
    assert geometry.lines.tolist() == [[0, 3]]
    assert geometry.surfaces[0] == (0, 1, 2, 3)
    assert len(geometry.surfaces) == 5  # the quadrilateral, and the four faces of the tetrahedron


def test_functions_name_the_channels(tmp_path: Path) -> None:
    fields = "func_type ver_num load_case_id ref_node ref_dir abscissa_spacing abscissa_inc num_pts binary"
    function = dict.fromkeys(fields.split(), 1) | {"type": 58, "data": np.arange(4.0), "x": np.arange(4.0)}
    function |= {"ord_data_type": 4, "orddenom_spec_data_type": 0, "abscissa_min": 0.0, "binary": 0}
    responses = [function | {"rsp_node": node, "rsp_dir": axis} for node, axis in ((8, -2), (21, 3), (8, -2))]
    geometry = Geometry.read(written(tmp_path / "a.unv", NODES, *responses))
    assert geometry.channel_names == ("8:-y", "21:+z")
    assert geometry.channel_points.tolist() == [1, 3]
    assert geometry.channel_directions.tolist() == [[0, -1, 0], [0, 0, 1]]


def test_damage_and_foreign_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1 2 3\n")
    with pytest.raises(wf.UnknownFormatError, match="neither HDF5 nor a universal file"):
        Geometry.read(tmp_path / "a.txt")
    text = written(tmp_path / "a.unv", NODES).read_text()
    (tmp_path / "b.unv").write_text(text.replace("1.00000E+03", "1.00000E+0x"))
    with pytest.raises(wf.CorruptFileError, match="damaged"):
        Geometry.read(tmp_path / "b.unv")
    trace = {"type": 82, "trace_num": 1, "color": 1, "id": "frame", "nodes": np.array([3, 99])}
    with pytest.raises(wf.CorruptFileError, match="node 99"):
        Geometry.read(written(tmp_path / "c.unv", NODES, trace))
    with pytest.raises(wf.UnknownFormatError, match="holds no nodes"):
        Geometry.read(written(tmp_path / "d.unv", trace))


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyuff", None)
    with pytest.raises(wf.MissingPackageError, match=r"pip install 'wavefact\[uff\]'"):
        Geometry([0.0]).write_uff(tmp_path / "a.uff")
    assert list(tmp_path.iterdir()) == []
