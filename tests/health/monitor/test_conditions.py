"""Conditions at the time of a recording."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.health.monitor.conditions import Conditions, ConditionsFile


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "weather.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_are_interpolated_each_from_its_own_readings(tmp_path: Path) -> None:
    text = "wind;Time;temperature\n1;1970-01-01T00:00Z;10\n;600;12\n3;1200;nan\n5;1800;16\n"
    conditions = Conditions.read(table(tmp_path, text))
    assert conditions.names == ("wind", "temperature")
    np.testing.assert_allclose(conditions.at(900.0), [2.5, 13.0])
    np.testing.assert_allclose(conditions.at(1800.0), [5.0, 16.0])


def test_rows_come_in_any_order_and_those_without_a_time_are_left_out(tmp_path: Path) -> None:
    conditions = Conditions.read(table(tmp_path, "time,t\n20,2\nsoon,7\n10,1\n30\n15,1.5\n2"))
    np.testing.assert_array_equal(conditions.times, [10, 15, 20])
    np.testing.assert_allclose(conditions.at(12.5), [1.25])


def test_nothing_is_made_up_beyond_the_readings_or_in_a_wide_gap(tmp_path: Path) -> None:
    rows = [f"{600 * i},{i}" for i in (*range(10), *range(30, 40))]
    conditions = Conditions.read(table(tmp_path, "time,t\n" + "\n".join(rows)))
    asked = [-1200.0, -500.0, 600 * 9.5, 600 * 20, 600 * 39 + 500, 1e9]
    np.testing.assert_array_equal(
        np.ravel([conditions.at(t) for t in asked]), [np.nan, 0, np.nan, np.nan, 39, np.nan]
    )


def test_a_table_without_readings_knows_nothing(tmp_path: Path) -> None:
    np.testing.assert_array_equal(Conditions.read(table(tmp_path, "time,a,b\n")).at(0.0), [np.nan, np.nan])


@pytest.mark.parametrize(
    "text", ["", "time\n1\n", "t,temperature\n1,2\n", "time,Time,t\n1,2,3\n", "time,t,t\n1,2,3\n"]
)
def test_what_is_no_such_table_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected time, and conditions"):
        Conditions.read(table(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        ConditionsFile(tmp_path / "gone.csv")


def test_a_file_that_grows_is_read_again_and_one_that_breaks_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = table(tmp_path, "time,t\n0,1\n10,2\n")
    conditions = ConditionsFile(path)
    assert np.isnan(conditions.at(40.0)[0])
    table(tmp_path, "time,t\n0,1\n10,2\n40,5\n")
    assert conditions.at(40.0)[0] == 5.0
    table(tmp_path, "time,other\n0,1\n")
    assert conditions.at(40.0)[0] == 5.0
    assert "lack t; there are other" in caplog.text
    table(tmp_path, "time,other,t\n0,9,1\n40,9,6\n")
    assert conditions.at(40.0)[0] == 6.0
    table(tmp_path, "broken")
    os.utime(path, (1.0, 1.0))
    assert conditions.at(40.0)[0] == 6.0
    path.unlink()
    assert conditions.at(40.0)[0] == 6.0


def test_columns_are_known_by_name(tmp_path: Path) -> None:
    path = table(tmp_path, "wind,time,humidity,temperature\n3,0,60,10\n5,100,70,12\n")
    conditions = ConditionsFile(path, ["temperature", "wind"])
    assert conditions.names == ("temperature", "wind")
    np.testing.assert_allclose(conditions.at(50.0), [11.0, 4.0])
    with pytest.raises(InputError, match=r"lack rain; there are wind, humidity, temperature\."):
        ConditionsFile(path, ["temperature", "rain"])


def test_readings_before_a_time_are_kept_apart(tmp_path):
    path = tmp_path / "weather.csv"
    path.write_text("time,temperature\n0,10\n3600,11\n7200,12\n")
    times, values = ConditionsFile(path).before(7200.0)
    assert times.tolist() == [0.0, 3600.0]
    assert values.tolist() == [[10.0], [11.0]]
