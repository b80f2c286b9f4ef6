"""Which files are taken for recordings, and when."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from wavefact.health.monitor.files import Settling, Stamp, Watch, content_digest, stamp_of


def names(watch: Watch) -> list[str]:
    return [stamp.name for stamp in watch.stamps()]


def test_readable_formats_are_found_in_subfolders_too(tmp_path: Path) -> None:
    (tmp_path / "day1" / "north").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in ("a.h5", "b.CSV", "day1/c.npz", "day1/north/d.txt", ".hidden/e.h5", "photo.jpg"):
        (tmp_path / name).write_text("…", encoding="utf-8")
    assert sorted(names(Watch(tmp_path))) == ["a.h5", "b.CSV", "day1/c.npz", "day1/north/d.txt"]
    assert names(Watch(tmp_path, patterns=("*.jpg",))) == ["photo.jpg"]


@pytest.mark.parametrize(
    "name", [".a.h5", "~a.h5", "a.h5~", "a.tmp", "a.h5.part", "A.H5.PARTIAL", "a.filepart"]
)
def test_unfinished_files_are_left_alone_whatever_the_pattern(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("…", encoding="utf-8")
    assert names(Watch(tmp_path, patterns=("*",))) == []


def test_ignored_paths_are_left_alone_but_not_their_namesakes(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("weather.csv", "deep/weather.csv"):
        (tmp_path / name).write_text("…", encoding="utf-8")
    assert names(Watch(tmp_path, ignored=(tmp_path / "weather.csv", tmp_path / "gone.h5"))) == [
        "deep/weather.csv"
    ]


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder.h5").mkdir()
    (tmp_path / "dangling.h5").symlink_to(tmp_path / "nowhere.h5")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "real.h5").write_text("…", encoding="utf-8")
    (tmp_path / "link.h5").symlink_to(tmp_path / "real.h5")
    assert names(Watch(tmp_path)) == ["link.h5", "real.h5"]


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_name_that_is_no_text_has_a_name_of_its_own(tmp_path: Path) -> None:
    for raw in (b"b\xfcro.h5", b"b\xf6ro.h5"):
        (tmp_path / os.fsdecode(raw)).write_text("…", encoding="utf-8")
    found = names(Watch(tmp_path))
    assert len(set(found)) == 2
    assert all(name.encode() for name in found)


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(Watch(tmp_path / "gone").stamps())


def stamp(name: str, size: int = 1, mtime_ns: int = 1) -> Stamp:
    return Stamp(name, Path(name), size, mtime_ns)


def test_a_file_settles_once_size_and_time_stay() -> None:
    now = 0.0
    settling = Settling(10.0, clock=lambda: now)
    assert settling.settled([stamp("a"), stamp("b")]) == []
    now = 6.0
    assert settling.settled([stamp("a", size=2), stamp("b")]) == []
    now = 11.0
    assert settling.settled([stamp("a", size=2), stamp("b")]) == [stamp("b")]
    now = 17.0
    assert settling.settled([stamp("a", size=2, mtime_ns=2)]) == []
    now = 40.0
    assert settling.settled([stamp("a", size=2, mtime_ns=2)]) == [stamp("a", size=2, mtime_ns=2)]


def test_a_file_that_comes_back_settles_anew() -> None:
    now = 0.0
    settling = Settling(10.0, clock=lambda: now)
    settling.settled([stamp("a")])
    settling.settled([])
    now = 20.0
    assert settling.settled([stamp("a")]) == []


def test_without_a_settling_time_files_are_taken_at_once() -> None:
    assert Settling(0.0).settled([stamp("a", mtime_ns=2**62)]) == [stamp("a", mtime_ns=2**62)]


def test_the_digest_is_of_the_content_only(tmp_path: Path) -> None:
    for name, content in (("a", b"x" * 3_000_000), ("b", b"x" * 3_000_000), ("c", b"x" * 2_999_999 + b"y")):
        (tmp_path / name).write_bytes(content)
    a, b, c = (content_digest(tmp_path / name) for name in "abc")
    assert a == b != c


def test_a_stamp_tells_of_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.h5").write_bytes(b"1234")
    found = stamp_of(tmp_path, tmp_path / "a.h5")
    assert found is not None
    assert (found.name, found.size) == ("a.h5", 4)
    assert stamp_of(tmp_path, tmp_path / "b.h5") is None
