"""The comparison suite at a small size: it runs, goes on where it was, and its table says what happened."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.scenarios.store import Key, append, load
from tests.benchmarks.scenarios.table import Cell, cells, claims, markdown


def test_a_reduced_suite_runs_and_wavefact_is_best(root: Path, tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    command = [sys.executable, "-m", "tests.benchmarks.scenarios", "--reduced", "--results", str(results)]
    first = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    assert "best or within 2 % of the best automatic: 8 of 8 cells (100 %)" in first.stdout
    assert "at 0 dB and below, as good as every oracle: 4 of 4 cells (100 %)" in first.stdout
    known = results.read_bytes()
    again = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert again.stdout == first.stdout
    assert results.read_bytes() == known


def test_a_line_that_was_cut_off_is_run_again(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    keys = [Key("string", snr, 0, "svd", "automatic") for snr in (0.0, 10.0)]
    append(path, keys[0], {"mac": 0.5})
    path.write_text(path.read_text() + '{"scenario": "stri')
    append(path, keys[1], {"mac": 0.75})
    assert {key: record["mac"] for key, record in load(path).items()} == {keys[0]: 0.5, keys[1]: 0.75}
    assert load(tmp_path / "none.jsonl") == {}


def results(**errors: float) -> dict[Key, dict[str, float | str]]:
    """Return errors by method, with "_oracle" behind the name of an oracle."""
    found: dict[Key, dict[str, float | str]] = {}
    for name, error in errors.items():
        method, _, setting = name.partition("_")
        found[Key("string", 0.0, 0, method, setting or "automatic")] = {"relative_error": error}
    return found


@pytest.mark.parametrize(
    ("errors", "is_best", "beats"),
    [
        ({"wavefact": 0.101, "svd": 0.100, "svd_oracle": 0.1014}, True, True),
        ({"wavefact": 0.103, "svd": 0.100, "svd_oracle": 0.099}, False, False),
        ({"wavefact": 0.050, "svd": 0.100, "svd_oracle": 0.049}, True, False),
        ({"svd": 0.100, "svd_oracle": 0.049}, False, False),
    ],
)
def test_cells_are_judged_as_the_claims_say(errors: dict[str, float], is_best: bool, beats: bool) -> None:
    (cell,) = cells(results(**errors))
    assert (cell.is_best, cell.beats_oracles) == (is_best, beats)
    assert list(claims([cell]).values()) == [(int(is_best), 1), (int(beats), 1)]
    assert "svd" in markdown([cell], "relative_error")


def test_a_recording_without_an_answer_loses_the_cell() -> None:
    found = results(wavefact=0.05, svd=0.1)
    found[Key("string", 0.0, 1, "wavefact", "automatic")] = {"failure": "no answer within 40 s"}
    assert [cell.is_best for cell in cells(found) if cell.score == "relative_error"] == [False]


def test_more_mac_is_better() -> None:
    def cell(ours: float) -> Cell:
        return Cell("string", 0.0, "mac", {"wavefact": ours, "svd": 0.9}, {"svd": 0.95}, ours)

    assert cell(0.96).is_best
    assert cell(0.96).beats_oracles
    assert not cell(0.8).is_best
    assert cell(0.9).is_best
    assert not cell(0.9).beats_oracles
    assert json.dumps(cell(0.9).rival("oracle")) == '["svd", 0.95]'
