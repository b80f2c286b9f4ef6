"""A monitor that is killed again and again loses nothing and does nothing twice."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from monitored import fill, rows, run_and_kill


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_nothing_is_lost_or_done_twice_when_killed(tmp_path: Path) -> None:
    bridge, state = tmp_path / "bridge", tmp_path / "state"
    bridge.mkdir()
    good, bad = fill(bridge, 60, 6)
    at_last = run_and_kill(bridge, state, n_kills=6, most_files=6)
    assert len(at_last) > 1  # all kills came while there was work
    assert sorted(name for (name,) in rows(state, "SELECT name FROM records")) == good
    reasons = dict(rows(state, "SELECT name, reason FROM quarantine"))
    assert sorted(reasons) == bad
    assert all(reasons.values())
    alarms = [
        json.loads(line)["id"] for line in (state / "alarms.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert alarms == [
        number for (number,) in rows(state, "SELECT id FROM records WHERE is_alarm ORDER BY id")
    ]
    assert len(alarms) == 3
    results = {path.relative_to(state).as_posix() for path in (state / "results").rglob("*.h5")}
    assert results == {result for (result,) in rows(state, "SELECT result FROM records")}
