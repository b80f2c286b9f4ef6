import logging

import numpy as np
import pytest

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.io import read, scan, write
from wavefact.recording import Recording

VALUES = np.array([[1.5, -2.0, 3.25], [4.0, 5e-3, 6.0], [7.0, 8.0, -9.5], [0.0, 1.0, 2.0]])


def file_of(tmp_path, text, name="table.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def table(delimiter, *, point=".", header="", end="\n", trailing=""):
    rows = [delimiter.join(repr(float(x)).replace(".", point) for x in row) + trailing for row in VALUES]
    return header + end.join(rows) + end


@pytest.mark.parametrize(
    "text",
    [
        table(","),
        table(", "),
        table(";"),
        table("\t"),
        table(" "),
        table("   "),
        table(";", point=","),
        table("\t", point=","),
        table(" ", point=","),
        table("; ", point=","),
        table(",", end="\r\n"),
        table(",", end="\r"),
        table(",", end="\n\n"),
        table(",", trailing=","),
        table("\t", trailing="\t"),
        table(";", trailing=";", point=","),
        table(",", header="# made by a logger\n# at noon, on a bridge\n"),
        table("\t", header="% comment\n\n"),
        table(" ", header="Measurement of a bridge\n"),
        table(",").rstrip("\n"),
        table(",").replace("1.5", '"1.5"'),
        "\n \n" + table(","),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_of_many_kinds_are_understood(text, encoding, tmp_path):
    path = file_of(tmp_path, text, encoding=encoding)
    recording = read(path)
    np.testing.assert_array_equal(recording.signals, VALUES.T)
    assert (recording.names, recording.sampling_rate) == (None, None)
    assert (scan(path).n_sensors, scan(path).n_samples) == (3, 4)
    np.testing.assert_array_equal(read(path, axis="sensors-first").signals, VALUES)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " "])
@pytest.mark.parametrize("before", ["", "# ", "% "])
def test_a_header_gives_the_names(delimiter, before, tmp_path):
    header = before + delimiter.join(("top", '"mid-span"', "fuß")) + "\n"
    recording = read(file_of(tmp_path, table(delimiter, header=header)))
    assert recording.names == ("top", "mid-span", "fuß")
    np.testing.assert_array_equal(recording.signals, VALUES.T)
    assert scan(tmp_path / "table.csv").names == recording.names


def test_a_row_of_units_and_latin_letters_are_understood(tmp_path):
    text = table(";", header="oben;mitte;fuß\n[m/s²];[m/s²];[m/s²]\n", point=",")
    recording = read(file_of(tmp_path, text, encoding="latin-1"))
    assert (recording.names, recording.unit) == (("oben", "mitte", "fuß"), "m/s²")
    assert read(tmp_path / "table.csv", names=("a", "b", "c")).names == ("a", "b", "c")


@pytest.mark.parametrize(
    ("name", "step"),
    [
        *(("time", 1.0), ("t", 1.0), ("Time [s]", 1.0), ("Time (ms)", 1e-3), ("t/us", 1e-6)),
        *(("Zeit [µs]", 1e-6), ("time_ns", 1e-9), ("TIME", 1.0), ("t [min]", 60.0), ("time, s", 1.0)),
    ],
)
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_time_column_gives_the_sampling_rate(name, step, delimiter, tmp_path):
    rows = [
        delimiter.join((repr(0.25 + 0.004 * i), *map(repr, map(float, row)))) for i, row in enumerate(VALUES)
    ]
    path = file_of(tmp_path, "\n".join([delimiter.join((f'"{name}"', "a", "b", "c")), *rows]) + "\n")
    recording = read(path)
    np.testing.assert_array_equal(recording.signals, VALUES.T)
    assert recording.names == ("a", "b", "c")
    assert recording.sampling_rate == pytest.approx(250.0 / step, rel=1e-9)
    info = scan(path)
    assert (info.n_sensors, info.sampling_rate) == (3, recording.sampling_rate)
    assert read(path, sampling_rate=5.0).sampling_rate == 5.0


@pytest.mark.parametrize("name", ["tower", "t1", "temperature", "tip [mm]", "x", "ts", "timer"])
def test_other_first_columns_are_sensors(name, tmp_path):
    recording = read(file_of(tmp_path, table(",", header=f"{name},b,c\n")))
    assert (recording.names, recording.sampling_rate) == ((name.partition(" [")[0], "b", "c"), None)


def test_a_uniform_sampling_rate_is_a_round_number(tmp_path):
    times = np.arange(5000) / 1200.0
    np.savetxt(tmp_path / "a.txt", np.c_[times, np.sin(times), np.cos(times)], header="time x y", fmt="%.8f")
    recording = read(tmp_path / "a.txt")
    assert recording.sampling_rate == pytest.approx(1200.0, rel=1e-7)
    np.savetxt(tmp_path / "b.txt", np.c_[np.arange(500) * 0.001, times[:500]], header="time x")
    assert read(tmp_path / "b.txt").sampling_rate == 1000.0


@pytest.mark.parametrize("times", [[0, 1, 3, 4], [0, 1, 1, 2], [3, 2, 1, 0], [1, 1, 1, 1], [0, 1, 2, np.nan]])
def test_times_that_are_not_uniform_are_refused(times, tmp_path):
    np.savetxt(tmp_path / "a.txt", np.c_[np.array(times, float), VALUES], header="time a b c")
    with pytest.raises(InputError, match="not uniform"):
        read(tmp_path / "a.txt")
    assert read(tmp_path / "a.txt", sampling_rate=9.0).n_sensors == 3


def test_an_unknown_unit_of_time_asks_for_the_sampling_rate(tmp_path):
    path = file_of(tmp_path, table(",", header="time [fortnights],b,c\n"))
    with pytest.raises(InputError, match="unit of the time column"):
        read(path)
    assert read(path, sampling_rate=3.0).n_sensors == 2


def test_numbered_rows_are_not_a_sensor(tmp_path, caplog):
    rows = "".join(f"{i},{row[0]},{row[1]}\n" for i, row in enumerate(VALUES))
    with caplog.at_level(logging.INFO, "wavefact"):
        recording = read(file_of(tmp_path, ",a,b\n" + rows))
    assert recording.names == ("a", "b")
    assert "row number" in caplog.text


def test_sensors_named_by_numbers_after_time(tmp_path):
    recording = read(file_of(tmp_path, "time,1,2\n0.0,5,6\n0.1,7,9\n"))
    assert (recording.names, recording.sampling_rate) == (("1", "2"), 10.0)


def test_complex_tables_are_understood(tmp_path):
    recording = read(file_of(tmp_path, "1+2j,3-1j\n0.5j,1e3+1e-3j\n"))
    np.testing.assert_array_equal(recording.signals, [[1 + 2j, 0.5j], [3 - 1j, 1e3 + 1e-3j]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,c\n1,2,3\n4,x,6\n7,8,9\n", "line 3, column 2: 'x' is not a number"),
        ("1,2,3\n4,5,6\n7,8\n", "line 3, column 3: the row has 2 numbers instead of 3"),
        ("1,2,3\n4,5,6,7\n7,8,9\n", "line 2, column 4: the row has 4 numbers instead of 3"),
        ("1,2,3\n\n4,,6\n7,8,9\n", "line 3, column 2: the cell is empty; write nan"),
        ("# c\n1\t2\n3\t4 5\n6\t7\n", "line 3, column 3: the row has 3 numbers instead of 2"),
        ("a,b\n1,abc\n", "line 2, column 2: 'abc' is not a number"),
        ("1,2\n3,4\n5,1_0\n", "line 3, column 2: '1_0' is not a number"),
        ("a,b\n1,2,3\n4,5,6\n", "line 1: the header has 2 names for 3 columns"),
        ("1,2\n3,4\n5,1j\n", "line 3, column 2: '1j' is not a number"),
        ("1,2\n" * 80 + "1,two\n", "line 81, column 2: 'two'"),
        ("1,2\n" * 80 + "end of measurement\n", "line 81, column 1: 'end of measurement'"),
        ("1;2,5\n1;1.234,5\n", "line 2, column 2: '1.234,5' is not a number; it looks like thousands"),
        (
            "a\tb\n1\t2\n1,000.00\t3\n",
            "line 3, column 1: '1,000.00' is not a number; it looks like",
        ),
        ('a,b\n1,2\n"1,000.00",3\n', "'1,000.00' is not a number; it looks like thousands"),
        ("1,2,3\n4,5,6\n1,200,300,400\n", "line 3, column 4: the row has 4 numbers instead of 3"),
        ("a,b\n1,2\n0.05,\n", "line 3, column 2: the cell is empty"),
        ("a\tb\n1\t2\n5\t\t\t\t\n", "line 3, column 2: the cell is empty"),
        ("a\tb\n1\t2\n5\t6\t7\t\t\n", "line 3, column 3: the row has 3 numbers instead of 2"),
    ],
)
def test_the_line_and_column_of_a_fault_are_named(text, message, tmp_path):
    with pytest.raises(CorruptFileError, match=message):
        read(file_of(tmp_path, text))


def test_bytes_that_are_not_text_in_the_middle_are_damage(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"1,2\n" * 40000 + b"\xff\x00,3\n")
    with pytest.raises(CorruptFileError):
        read(path)


@pytest.mark.parametrize(
    "text", ["x,y\n", "# only a comment\n", "one\ntwo\nthree\nfour\n", "7 words in this line\n"]
)
def test_text_without_numbers_is_not_a_recording(text, tmp_path):
    with pytest.raises(UnknownFormatError):
        read(file_of(tmp_path, text))


def test_a_file_of_ours_loses_no_whole_rows_unnoticed(tmp_path):
    write(Recording(VALUES.T, names=("a", "b", "c")), tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_text().splitlines(keepends=True)
    assert lines[1] == "a,b,c\n"
    assert lines[2] == "1.5,-2.0,3.25\n"
    for kept in (2, 3, 5):
        (tmp_path / "a.csv").write_text("".join(lines[:kept]))
        with pytest.raises(CorruptFileError, match="truncated"):
            read(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text("".join([*lines, lines[-1]]))
    with pytest.raises(CorruptFileError, match="5 whole samples of 3 sensors, declared are 4 of 3"):
        read(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text(lines[0].replace('"version": 1', '"version": 2') + "".join(lines[1:]))
    with pytest.raises(UnknownFormatError, match="newer"):
        read(tmp_path / "a.csv")


def test_nan_and_infinities_are_read_for_the_check_to_find(tmp_path):
    signals = np.array([[np.nan, 1.0], [np.inf, -np.inf]])
    write(Recording(signals), tmp_path / "a.csv")
    np.testing.assert_array_equal(read(tmp_path / "a.csv").signals, signals)
    assert np.isnan(read(file_of(tmp_path, "1,nan\n2,3\n")).signals[1, 0])
