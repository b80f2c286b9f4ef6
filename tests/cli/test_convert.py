"""`wavefact convert` between formats."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import FOREIGN_FILES, FORMATS

from wavefact.cli._progress import progress
from wavefact.cli.convert import Watched
from wavefact.io import read, write
from wavefact.recording import Recording

WRITTEN = [form for form in FORMATS if form.compressions]


@pytest.mark.parametrize("target", WRITTEN, ids=lambda form: form.name)
@pytest.mark.parametrize("source", FORMATS, ids=lambda form: form.name)
def test_any_format_becomes_any_other(source: Any, target: Any, run: Any, tmp_path: Path) -> None:
    path, goal = tmp_path / f"from{source.extensions[0]}", tmp_path / f"to{target.extensions[0]}"
    if source.name in FOREIGN_FILES:
        FOREIGN_FILES[source.name](path)
    else:
        write(Recording(np.random.default_rng(0).normal(size=(2, 9)), sampling_rate=20.0), path)
    outcome = run("convert", path, goal)
    assert outcome.code == 0, outcome.err
    assert f"({target.name})" in outcome.out
    np.testing.assert_array_equal(read(goal).signals, read(path).signals)


def test_options_fill_in_and_packed_files_are_read(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"1;2\n3;5\n4;7\n"))
    outcome = run(
        "convert", "a.csv.gz", "b.h5", "--sampling-rate", 5, "--unit", "g", "--positions", "0,1.5", "-q"
    )
    assert (outcome.code, outcome.out) == (0, "")
    found = read(tmp_path / "b.h5")
    assert (found.sampling_rate, found.unit, found.positions.tolist()) == (5.0, "g", [0.0, 1.5])
    np.testing.assert_array_equal(found.signals, [[1, 3, 4], [2, 5, 7]])


def test_what_cannot_be_written_leaves_what_was_there(run: Any, tmp_path: Path) -> None:
    write(Recording(np.ones((2, 9))), tmp_path / "a.h5")
    before = (tmp_path / "a.h5").read_bytes()
    (tmp_path / "b.wav").write_bytes(b"before")
    for arguments, complaint in (
        (("a.h5", "b.wav"), "can be read but not written"),
        (("a.h5", "a.h5"), "it is read from"),
        (("none.h5", "c.h5"), "does not exist"),
        (("a.h5", "c.jpg"), "No format has the suffix"),
    ):
        outcome = run("convert", *arguments)
        assert outcome.code == 2
        assert complaint in outcome.err
    assert (tmp_path / "b.wav").read_bytes() == b"before"
    assert (tmp_path / "a.h5").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.h5", "b.wav"]


def test_signals_in_a_file_tell_how_far_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wavefact.recording._BLOCK_BYTES", 2 * 8 * 40)
    signals = np.random.default_rng(0).normal(size=(2, 100))
    write(Recording(signals), tmp_path / "a.h5")
    reached: list[int] = []
    lazy = read(tmp_path / "a.h5", lazy=True)
    write(lazy.replace(signals=Watched(lazy.signals, reached.append)), tmp_path / "b.h5")
    assert reached == [40, 80, 100]
    np.testing.assert_array_equal(read(tmp_path / "b.h5").signals, signals)
    with progress(True, "convert", 100) as report:  # no terminal
        assert report is None
