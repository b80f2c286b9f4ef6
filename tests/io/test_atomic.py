import os
from pathlib import Path

import pytest

from wavefact.errors import CorruptFileError, UnwritableTargetError
from wavefact.io.atomic import atomic_path


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


def write_half(target, error):
    with atomic_path(target) as path:
        path.write_text("half")
        raise error


def test_the_target_appears_when_the_block_succeeds(tmp_path):
    target = tmp_path / "fit.h5"
    with atomic_path(target) as path:
        assert (path.parent, path.suffix) == (tmp_path, ".h5")
        assert not target.exists()
        path.write_text("whole")
    assert target.read_text() == "whole"
    assert listing(tmp_path) == ["fit.h5"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, CorruptFileError])
@pytest.mark.parametrize("existing", [True, False])
def test_on_any_exception_everything_is_as_before(tmp_path, error, existing):
    target = tmp_path / "fit.h5"
    if existing:
        target.write_text("before")
    with pytest.raises(error):
        write_half(target, error("stop"))
    assert listing(tmp_path) == (["fit.h5"] if existing else [])
    assert not existing or target.read_text() == "before"


def test_an_existing_file_is_replaced_and_a_link_followed(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    with atomic_path(tmp_path / "link.txt") as path:
        path.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_a_relative_path_and_a_string_are_understood(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with atomic_path("note.txt") as path:
        path.write_text("x")
    assert listing(tmp_path) == ["note.txt"]


def test_a_new_file_has_ordinary_permissions(tmp_path):
    (tmp_path / "plain").touch()
    with atomic_path(tmp_path / "new") as path:
        path.write_text("x")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "a folder"),
        ("missing/a.h5", "no folder"),
        ("file/a.h5", "no folder"),
        ("x" * 300 + ".h5", "Cannot write"),
    ],
)
def test_a_target_that_cannot_be_written_is_named(tmp_path, name, message):
    (tmp_path / "file").write_text("")
    before = listing(tmp_path)
    with pytest.raises(UnwritableTargetError, match=message), atomic_path(tmp_path / name):
        pytest.fail("the block was entered")
    assert listing(tmp_path) == before


def test_a_device_is_not_replaced():
    with pytest.raises(UnwritableTargetError, match="not an ordinary file"), atomic_path(os.devnull):
        pytest.fail("the block was entered")
    assert not Path(os.devnull).is_file()


def test_a_folder_without_permission_is_named(tmp_path):
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(UnwritableTargetError, match="Permission denied"), atomic_path(tmp_path / "a"):
            pytest.fail("the block was entered")
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_is_an_error_of_ours(tmp_path):
    with pytest.raises(UnwritableTargetError, match="No space left"):
        write_half(tmp_path / "a.h5", OSError(28, "No space left on device"))
    assert listing(tmp_path) == []
