"""Alarms reach a file and the user's command, and neither can stop the monitor."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from wavefact.errors import InputError
from wavefact.health.monitor.alarms import Hook, append_line

posix = pytest.mark.skipif(os.name != "posix", reason="needs process groups")


def lines(path: Path) -> list[int]:
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_alarm_is_one_line_once(tmp_path: Path) -> None:
    path = tmp_path / "alarms.jsonl"
    for number in (1, 4, 4, 7):
        append_line(path, {"id": number, "sentence": "über\nzwei Zeilen"})
    assert lines(path) == [1, 4, 7]


def test_half_a_line_is_replaced_by_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "alarms.jsonl"
    append_line(path, {"id": 1})
    for left in ('{"id": 2, "sen', "x" * 100):
        with path.open("a", encoding="utf-8") as file:
            file.write(left)
        append_line(path, {"id": 2})
    assert lines(path) == [1, 2]


def test_a_line_of_somebody_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "alarms.jsonl"
    path.write_text("note\n", encoding="utf-8")
    append_line(path, {"id": 1})
    assert path.read_text(encoding="utf-8") == 'note\n{"id": 1}\n'


def program(text: str, timeout: float = 20.0) -> Hook:
    return Hook((sys.executable, "-c", text), timeout)


def test_the_hook_gets_the_alarm(tmp_path: Path) -> None:
    target = tmp_path / "got.json"
    copy = f"import sys, pathlib; pathlib.Path({str(target)!r}).write_text(sys.stdin.read())"
    assert program(copy).call({"id": 3, "score": None}) == "done"
    assert json.loads(target.read_text(encoding="utf-8")) == {"id": 3, "score": None}


@pytest.mark.parametrize(
    ("hook", "outcome"),
    [
        (program("import sys; print('no\\nnetwork'); sys.exit(7)"), "ended with code 7"),
        (Hook(("no-such-program-anywhere",)), "could not be started"),
    ],
)
def test_a_hook_that_fails_is_told_and_logged(
    hook: Hook, outcome: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = hook.call({"id": 1})
    assert told.startswith(outcome)
    assert told in caplog.text
    assert ("no network" in caplog.text) == (outcome == "ended with code 7")


@posix
def test_a_hook_that_hangs_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    target = tmp_path / "pid"
    hook = Hook(("sh", "-c", f"sleep 60 & echo $! > {target}; wait"), timeout=2.0)
    assert hook.call({"id": 1}) == "killed after 2 s"
    for _ in range(200):  # until the orphan is reaped
        if not is_alive(int(target.read_text(encoding="utf-8"))):
            return
        time.sleep(0.05)
    pytest.fail("the hook's child lives on")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("line", ["", "  ", "say 'unfinished"])
def test_what_is_no_command_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="hook"):
        Hook.of(line)
