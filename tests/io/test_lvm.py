"""Text files of LabVIEW in the dialects that NI documents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from foreign_files import labview, labview_text

from wavefact.errors import CorruptFileError, InputError
from wavefact.io import read, scan

SHARED = Path(__file__).resolve().parents[2] / "../shared/data/beam_highspeed_camera"


def written(tmp_path, text):
    (tmp_path / "a.lvm").write_text(text)
    return tmp_path / "a.lvm"


def header(n_samples=3, start="0.0", **more):
    lines = {"Channels": "2\t", "Samples": f"{n_samples}\t{n_samples}", "X0": f"{start}\t{start}"}
    lines |= {"Delta_X": "0.25\t0.25"} | more
    return "\n".join(f"{key}\t{value}" for key, value in lines.items())


ROWS = "X_Value\tdeck\tpier\tComment\n{0}\t1.5\t-2\tfirst\n{1}\t2.5\t4e1\n{2}\t3.5\t6"


@pytest.mark.parametrize("name", ["acceleration.lvm", "camera.lvm"])
def test_measured_files_are_read(name):
    if not (SHARED / name).is_file():
        pytest.skip(f"{name} is not beside this repository")
    found = read(SHARED / name)
    assert (found.n_sensors, found.n_samples, found.sampling_rate) == (2, 50030, 50000.0)
    assert found.names == ("Acceleration (Trigger)", "Force (Trigger)")
    assert found.metadata["units"] == "g, Newtons"
    assert str(found.metadata["start_time"]).startswith("2018-12-17T1")
    rows = (SHARED / name).read_text().replace(",", ".").splitlines()[23:]
    expected = np.array([[float(cell) for cell in row.split()[:2]] for row in rows if row.strip()])
    np.testing.assert_array_equal(found.signals, expected.T)


@pytest.mark.parametrize("separator", ["Tab", "Comma"])
@pytest.mark.parametrize("x_columns", ["No", "One", "Multi"])
def test_abscissae_of_none_one_and_each_channel(separator, x_columns, tmp_path):
    rows = ROWS.format(*("", "", "") if x_columns == "No" else ("0.00", "0.25", "0.50"))
    if x_columns == "Multi":
        rows = "X_Value\tdeck\tX_Value\tpier\tComment\n0\t1.5\t0\t-2\n0.25\t2.5\t0.25\t4e1\n0.5\t3.5\t0.5\t6"
    found = read(written(tmp_path, labview_text((header(), rows), x_columns=x_columns, separator=separator)))
    np.testing.assert_array_equal(found.signals, [[1.5, 2.5, 3.5], [-2, 40, 6]])
    assert (found.sampling_rate, found.names) == (4.0, ("deck", "pier"))
    assert found.metadata["start_time"] == "2018-12-17T12:48:23.501303"


def test_without_a_step_the_abscissae_tell_the_rate(tmp_path):
    text = labview_text((header(Delta_X="\t"), ROWS.format("0.0", "0.5", "1.0")), x_columns="One")
    assert read(written(tmp_path, text)).sampling_rate == 2.0


def test_segments_that_continue_are_one_recording_and_others_are_parts(tmp_path):
    rows, special = ROWS.format("", "", ""), "***Start_Special***\nnoise\n***End_Special***\n"
    first, second, third = (header(start=start) for start in ("0", "0.75", "9.0"))
    text = labview_text((first, rows), (second, rows), (special + third, rows))
    path = written(tmp_path, text)
    listed = r"'1' \(2 signals of 6 samples\), '2' \(2 signals of 3 samples\)"
    with pytest.raises(InputError, match=f"several parts.*{listed}"):
        read(path)
    np.testing.assert_array_equal(read(path, part="1").signals[0], [1.5, 2.5, 3.5] * 2)
    assert scan(path, part="2").n_samples == 3


def test_channels_of_other_lengths_are_parts(tmp_path):
    rows = "X_Value\tdeck\tpier\tComment\n\t1\t2\n\t3\t\n\t4\t"
    path = written(tmp_path, labview_text((header(Samples="3\t1"), rows)))
    np.testing.assert_array_equal(read(path, part="1").signals, [[1, 3, 4]])
    np.testing.assert_array_equal(read(path, part="2").signals, [[2]])


def test_damage_is_told(tmp_path):
    whole = labview_text((header(), ROWS.format("", "", "")))
    cases = (
        (whole.replace("Samples\t3\t3", "Samples\t4\t4"), "3 of 4 rows"),
        (whole.replace("2.5", "2.x"), "no number"),
        (whole.replace("Channels\t2", "Channels\t0"), "0 channels"),
        (whole.replace("0.25", "-.25"), "apart"),
        (whole[:120], "a header has no end"),
        (whole[: whole.index("***End_of_Header***") + 20], "before the first segment"),
    )
    for text, message in cases:
        with pytest.raises(CorruptFileError, match=message):
            read(written(tmp_path, text))


def test_units_differ_and_unknown_quantities_are_left_out(tmp_path):
    expected = labview(tmp_path / "a.lvm")
    found = read(tmp_path / "a.lvm")
    assert (found.unit, found.quantity, found.names) == ("m/s^2", "acceleration", expected.names)
