"""Targets of monitoring: thousands of files, many of them bad, and a process that is killed repeatedly."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from monitored import fill, rows, run_and_kill

N_FILES, N_BAD, N_KILLS = 2000, 100, 20


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[str]]:
    """Return a folder of recordings, and the names of the good and the bad ones."""
    folder = tmp_path_factory.mktemp("bridge")
    return folder, *fill(folder, N_FILES, N_BAD, n_alarms=40)


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_nothing_is_lost_or_done_twice(
    bridge: tuple[Path, list[str], list[str]], tmp_path: Path, report: Callable[..., None]
) -> None:
    folder, good, bad = bridge
    at_last = run_and_kill(folder, tmp_path / "state", N_KILLS, most_files=150)
    done = sorted(name for (name,) in rows(tmp_path / "state", "SELECT name FROM records"))
    reasons = dict(rows(tmp_path / "state", "SELECT name, reason FROM quarantine"))
    text = (tmp_path / "state" / "alarms.jsonl").read_text(encoding="utf-8")
    told = [json.loads(line)["id"] for line in text.splitlines()]
    raised = [number for (number,) in rows(tmp_path / "state", "SELECT id FROM records WHERE is_alarm")]
    what = f"{N_FILES} files, {N_BAD} bad, killed {N_KILLS} times"
    twice = len(done) - len(set(done))
    lost = len(set(good) - set(done))
    report(
        f"{what}: good ones taken once",
        f"{len(good)}, none twice, none lost",
        f"{len(done)}, {twice} twice, {lost} lost ({len(at_last) - 1} files after the last kill)",
        done == good and len(at_last) > 1,
    )
    named = sum(bool(reason) for reason in reasons.values())
    report(f"{what}: bad ones in quarantine", f"{len(bad)} with a reason", f"{named}", sorted(reasons) == bad)
    report(f"{what}: alarms written once", "40", f"{len(told)}", sorted(told) == raised and len(told) == 40)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_memory_stays_flat(
    bridge: tuple[Path, list[str], list[str]], tmp_path: Path, report: Callable[..., None]
) -> None:
    lines = run_and_kill(bridge[0], tmp_path / "state", n_kills=0, most_files=1)
    used = np.array([int(line.split()[-1]) for line in lines[1:]]) / 2**20
    growth = used[-1] - used[N_FILES // 4]
    report(
        "memory of a monitor, the last 1500 of 2000 files",
        "grows ≤ 5 MiB",
        f"{growth:+.1f} MiB of {used[-1]:.0f} MiB",
        len(used) == N_FILES and growth <= 5,
    )
