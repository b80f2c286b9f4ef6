"""Universal files of other programs, in their dialects."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from foreign_files import universal, universal_function, write_sets

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.io import read, scan, write
from wavefact.recording import Recording

pyuff = pytest.importorskip("pyuff", reason="pyuff is not installed")

VALUES = np.random.default_rng(1).standard_normal(23)


@pytest.mark.parametrize("binary", [0, 1])
@pytest.mark.parametrize("data_type", [2, 4])
@pytest.mark.parametrize("spacing", [0, 1])
def test_every_layout_of_real_values_is_read(binary, data_type, spacing, tmp_path):
    function = universal_function(
        VALUES, (3, 2), binary=binary, ord_data_type=data_type, abscissa_spacing=spacing,
        abscissa_min=0.0, abscissa_inc=1 / 1024,
    )  # fmt: skip
    found = read(write_sets(tmp_path / "a.uff", function))
    digits = 1e-5 if data_type == 2 else 1e-11
    np.testing.assert_allclose(found.signals, [VALUES], rtol=0 if binary else digits, atol=digits)
    assert found.sampling_rate == pytest.approx(1024.0, rel=1e-4 if spacing == 0 else 0)
    assert (found.names, found.unit, found.quantity) == (("3:+y",), "m/s^2", "acceleration")
    assert found.metadata["start_time"] == "2018-12-17T12:48:23"


@pytest.mark.parametrize("data_type", [5, 6])
@pytest.mark.parametrize("spacing", [0, 1])
def test_complex_values_are_read(data_type, spacing, tmp_path):
    values = VALUES + 1j * VALUES[::-1]
    function = universal_function(
        values, (3, 2), binary=0, ord_data_type=data_type, abscissa_spacing=spacing,
        abscissa_min=0.0, abscissa_inc=1 / 1024,
    )  # fmt: skip
    np.testing.assert_allclose(read(write_sets(tmp_path / "a.uff", function)).signals, [values], rtol=1e-5)


def test_nodes_and_units_of_the_file_are_used(tmp_path):
    units = {"type": 164, "units_code": 5, "units_description": "mm", "temp_mode": 1}
    units |= {"length": 1000.0, "force": 1.0, "temp": 1.0, "temp_offset": 273.15}
    nodes = {"type": 15, "node_nums": [7, 3], "x": [1e3, 500.0], "y": [0.0, 250.0], "z": [0.0, -1.0]}
    functions = [
        universal_function(VALUES, (node, 3), ordinate_axis_units_lab="NONE", ordinate_spec_data_type=11)
        for node in (3, 7)
    ]
    path = write_sets(tmp_path / "a.unv", units, nodes, *functions)
    found = read(path)
    np.testing.assert_allclose(found.positions, [[0.5, 0.25, -1e-3], [1.0, 0.0, 0.0]])
    assert (found.unit, found.quantity, found.names) == ("mm/s", "velocity", ("3:+z", "7:+z"))
    assert scan(path).has_positions
    assert read(write_sets(path, units, nodes, universal_function(VALUES, (9, 3)))).positions is None


def test_functions_that_differ_are_parts(tmp_path):
    other = universal_function(VALUES[:9], (5, 1), x=np.arange(9) / 256.0)
    path = write_sets(
        tmp_path / "a.uff", universal_function(VALUES, (3, 1)), other, universal_function(VALUES, (4, 1))
    )
    listed = r"'1' \(2 signals of 23 samples at 1024 Hz\), '2' \(1 signals of 9 samples at 256 Hz\)"
    for call in (read, scan):
        with pytest.raises(InputError, match=f"several parts.*{listed}"):
            call(path)
    assert read(path, part="1").names == ("3:+x", "4:+x")
    assert (scan(path, part="2").n_samples, scan(path, part="2").sampling_rate) == (9, 256.0)


def test_a_file_without_time_responses_says_what_it_holds(tmp_path):
    response = universal_function(VALUES * 1j, (3, 1), func_type=4, abscissa_spec_data_type=18, binary=0)
    with pytest.raises(
        UnknownFormatError, match=r"no time responses.*but data sets 58; modes are read by read_modes"
    ):
        read(write_sets(tmp_path / "a.uff", response))


def test_channels_of_different_units_keep_them(tmp_path, caplog):
    force = universal_function(VALUES, (3, 1), ordinate_spec_data_type=13, ordinate_axis_units_lab="N")
    path = write_sets(tmp_path / "a.uff", force, universal_function(VALUES, (4, 1)))
    with caplog.at_level(logging.WARNING, "wavefact"):
        found = read(path)
    assert (found.unit, found.quantity, found.metadata["units"]) == ("", "", "N, m/s^2")
    assert "different units: N, m/s^2" in caplog.text


def test_channels_without_nodes_are_named_by_their_lines(tmp_path):
    functions = [universal_function(VALUES, (0, 0), id1=name) for name in ("deck west", "deck east")]
    assert read(write_sets(tmp_path / "a.uff", *functions)).names == ("deck west", "deck east")


HEAD = """    -1
{title}
deck                                                                            
NONE
2018-12-17T12:48:23
NONE
NONE
    1         1    1         0 NONE               3   1 NONE               0   0
         {kind}{n:10d}         1  0.00000E+00  9.76563E-04  0.00000E+00
        17    0    0    0 Time                 s                   
        12    0    0    0 Acceleration         g                   
         0    0    0    0 NONE                 NONE                
         0    0    0    0 NONE                 NONE                
"""  # noqa: W291


def head(title="    58", kind=2):
    return HEAD.format(title=title, kind=kind, n=VALUES.size).encode()


def text_rows(form, per_line):
    cells = [form % value for value in VALUES]
    return "".join("".join(cells[i : i + per_line]) + "\n" for i in range(0, len(cells), per_line)).encode()


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize(
    "rows",
    [
        text_rows("%13.5E", 6),
        text_rows("%13.6e", 6),  # negative numbers touch those before
        text_rows("%13.5E", 6).replace(b"E", b"D"),
        text_rows(" %.7g", 4),
    ],
    ids=["standard", "touching", "Fortran double", "free"],
)
def test_text_of_other_programs_is_read(rows, newline, tmp_path):
    content = b"\n" + head() + rows + b"    -1\n\n"
    (tmp_path / "a.unv").write_bytes(content.replace(b"\n", newline))
    found = read(tmp_path / "a.unv")
    np.testing.assert_allclose(found.signals[0], VALUES, rtol=1e-5)
    assert (found.sampling_rate, found.names, found.unit) == (1024.0, ("3:+x",), "g")
    assert found.metadata == {"title": "deck", "start_time": "2018-12-17T12:48:23"}


@pytest.mark.parametrize("end", [b"    -1\n", b"\n    -1\n", b"\r\n    -1\r\n"])
@pytest.mark.parametrize(("order", "code"), [("<", 1), (">", 2)])
@pytest.mark.parametrize(("kind", "stored"), [(2, "f4"), (4, "f8"), (2, "f8"), (4, "f4")])
@pytest.mark.parametrize("declares_size", [True, False])
def test_binary_values_of_other_programs_are_read(end, order, code, kind, stored, declares_size, tmp_path):
    data = VALUES.astype(order + stored).tobytes()
    size = len(data) if declares_size else 0
    title = f"    58b{code:6d}{2:6d}{11:12d}{size:12d}{0:6d}{0:6d}{0:12d}{0:12d}"
    (tmp_path / "a.uff").write_bytes((head(title, kind) + data + end) * 2)
    found = read(tmp_path / "a.uff")
    np.testing.assert_array_equal(found.signals, VALUES.astype(stored)[None].repeat(2, axis=0))
    np.testing.assert_array_equal(read(tmp_path / "a.uff", lazy=True).load().signals, found.signals)


def test_what_cannot_be_is_damage(tmp_path):
    for old, new in (
        (b"9.76563E-04", b"-9.7656E-04"),
        (b"9.76563E-04", b"        nan"),
        (b"        23", b"         0"),
    ):
        (tmp_path / "a.uff").write_bytes(head().replace(old, new) + text_rows("%13.5E", 6) + b"    -1\n")
        with pytest.raises(CorruptFileError, match=r"apart|damaged"):
            read(tmp_path / "a.uff")
    (tmp_path / "a.uff").write_bytes(head() + text_rows("%13.5E", 6)[:-30] + b"\n    -1\n")
    with pytest.raises(CorruptFileError, match="does not hold 23 numbers"):
        read(tmp_path / "a.uff")


def test_lazy_signals_are_read_by_slices(tmp_path):
    expected = universal(tmp_path / "a.uff").signals
    lazy = read(tmp_path / "a.uff", lazy=True)
    assert lazy.is_lazy
    np.testing.assert_array_equal(lazy.window(5, 9).load().signals, expected[:, 5:9])
    np.testing.assert_array_equal(lazy.select([2, 0]).signals, expected[[2, 0]])
    np.testing.assert_array_equal(lazy.signals[1], expected[1])
    (tmp_path / "a.uff").write_bytes(b"short")
    with pytest.raises(InputError, match="has changed"):
        lazy.load()
    (tmp_path / "a.uff").unlink()
    with pytest.raises(InputError, match="is gone"):
        lazy.load()


def test_pyuff_reads_what_is_write_sets(tmp_path):
    recording = Recording(
        np.stack([VALUES, VALUES[::-1]]),
        sampling_rate=100.0,
        positions=[[0.0, 0.5, 1.0], [1.0, 0.0, 2.0]],
        names=("12:-y", "deck"),
        unit="mm/s",
        quantity="velocity",
    )
    write(recording, tmp_path / "a.uff")
    sets = pyuff.UFF(str(tmp_path / "a.uff")).read_sets()
    assert [item["type"] for item in sets] == [151, 164, 2411, 58, 58]
    first, second = sets[3:]
    np.testing.assert_array_equal(first["data"], VALUES)
    np.testing.assert_array_equal(second["data"], VALUES[::-1])
    assert (first["rsp_node"], first["rsp_dir"], second["id1"]) == (12, -2, "deck")
    assert (first["abscissa_inc"], first["ordinate_axis_units_lab"]) == (0.01, "mm/s")
    np.testing.assert_array_equal(sets[2]["x"], [0.0, 1.0])
    found = read(tmp_path / "a.uff")
    np.testing.assert_array_equal(found.positions, recording.positions)
    assert (found.sampling_rate, found.unit, found.quantity) == (100.0, "mm/s", "velocity")


def test_the_header_names_the_model_and_other_sets_are_passed_over(tmp_path):
    header = {"type": 151, "model_name": "footbridge", "description": "NONE", "db_app": "NONE"}
    header |= {
        "date_db_created": "26-Nov-26",
        "time_db_created": "12:00:00",
        "version_db1": 0,
        "version_db2": 0,
    }
    header |= {"file_type": 0, "date_db_saved": "26-Nov-26", "time_db_saved": "12:00:00", "program": "NONE"}
    header |= {"date_file_written": "26-Nov-26", "time_file_written": "12:00:00"}
    lines = {"type": 82, "trace_num": 1, "id": "lines", "color": 1, "nodes": np.array([3, 7, 0])}
    path = write_sets(tmp_path / "a.unv", header, lines, universal_function(VALUES, (3, 1)))
    assert read(path).metadata == {"model": "footbridge", "start_time": "2018-12-17T12:48:23"}


def test_fractions_of_a_second_come_back(tmp_path):
    began = "2018-12-17T10:18:21.109129"
    write(Recording([VALUES], 1024.0, metadata={"start_time": began}), tmp_path / "a.uff")
    assert read(tmp_path / "a.uff").metadata["start_time"] == began
