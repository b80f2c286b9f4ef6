"""When a recording began."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from monitored import tiny_recording

from wavefact.health.monitor.start_times import iso, seconds_of, start_time
from wavefact.io import write

MOMENT = datetime(2026, 11, 26, 19, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "name",
    [
        "20261126_1930.h5",
        "bridge-2026-11-26T19-30-00.csv",
        "2026.11.26 19h30m00s.txt",
        "a20261126193000b1.npy",
    ],
)
def test_a_date_in_the_name_counts(name: str) -> None:
    assert start_time(Path(name)) == MOMENT


@pytest.mark.parametrize(
    "name", ["run12345678.h5", "20261326_1930.h5", "99999999999999999.h5", "20261126.h5"]
)
def test_other_numbers_are_no_dates(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"")
    os.utime(tmp_path / name, (5.0, 5.0))
    assert start_time(tmp_path / name) == 5.0


def test_a_name_format_goes_before_what_looks_like_a_date(tmp_path: Path) -> None:
    path = tmp_path / "N_26-11-2026_1930.csv"
    path.write_bytes(b"")
    os.utime(path, (5.0, 5.0))
    assert start_time(path) == 5.0
    assert start_time(path, "N_%d-%m-%Y_%H%M") == MOMENT
    assert start_time(path, "N_%d-%m-%Y") == 5.0


@pytest.mark.parametrize("said", ["2026-11-26T19:30:00", "2026-11-26T20:30+01:00", MOMENT, str(MOMENT)])
def test_the_word_of_the_recording_goes_first(said: str | float, tmp_path: Path) -> None:
    path = tmp_path / "20200101_0000.h5"
    write(tiny_recording(start_time=said), path)
    assert start_time(path) == MOMENT


def test_a_damaged_file_has_no_say(tmp_path: Path) -> None:
    path = tmp_path / "20261126_1930.h5"
    write(tiny_recording(start_time=0.0), path)
    path.write_bytes(path.read_bytes()[:300])
    assert start_time(path) == MOMENT


def test_a_file_that_is_gone_has_no_time(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        start_time(tmp_path / "gone.h5")


@pytest.mark.parametrize("value", ["", "yesterday", "nan", "inf", None])
def test_what_is_no_time_is_none(value: object) -> None:
    assert seconds_of(value) is None


def test_a_time_beyond_the_calendar_is_told_in_seconds() -> None:
    assert iso(1e20) == "1e+20 s"
