"""Recordings that allow no verdict, and those of which nothing says when they began."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monitored import BEGAN, DAMAGED, FakeBaseline, cheap_modes, monitor_of, tiny_recording

from wavefact.health.monitor import ConditionsFile, Procedure, Progress, Tally, Watch, health_summary
from wavefact.health.monitor.learning import baseline_of_folder
from wavefact.io import write

HOUR = 3600.0


class NeedsConditions(FakeBaseline):
    """A baseline that tells nothing without conditions."""

    def assess(self, *args: Any, **settings: Any) -> Any:
        found = super().assess(*args, **settings)
        if np.isfinite(args[2]).all():
            return found
        return replace(found, score=np.nan, p_value=np.nan, is_alarm=False, sentence="It is unknown.")


@pytest.fixture
def bridge(tmp_path: Path) -> Path:
    folder = tmp_path / "bridge"
    folder.mkdir()
    return folder


def weather(tmp_path: Path, n_hours: int) -> ConditionsFile:
    rows = [f"{BEGAN + HOUR * hour},10" for hour in range(n_hours)]
    (tmp_path / "weather.csv").write_text("\n".join(["time,temperature", *rows]), encoding="utf-8")
    return ConditionsFile(tmp_path / "weather.csv")


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [entry.getMessage() for entry in caplog.records if entry.levelno >= logging.WARNING]


def test_conditions_that_end_are_told_counted_and_taken_up_again_with_retry(
    bridge: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for hour in range(6):
        write(tiny_recording(DAMAGED, seed=hour, start_time=BEGAN + HOUR * hour), bridge / f"{hour}.h5")
    heard: list[Progress] = []
    caplog.set_level(logging.INFO, logger="wavefact")

    def run(n_hours: int, **settings: Any) -> Tally:
        procedure = Procedure(NeedsConditions(), cheap_modes, conditions=weather(tmp_path, n_hours))
        heard.clear()
        monitor = monitor_of(bridge, tmp_path / "state", procedure=procedure)
        return monitor.run(once=True, callback=heard.append, **settings)

    tally = run(2)
    assert tally == Tally(n_assessed=6, n_alarms=3, n_without_verdict=3)  # the last reading holds for an hour
    assert ", 3 alarms, 3 without a verdict, " in str(tally)
    assert [event.outcome for event in heard] == ["alarm"] * 3 + ["no verdict"] * 3
    assert warnings(caplog)[-1] == "3.h5 (2023-11-15T01:13:20Z): no verdict. It is unknown."
    assert sum("no verdict" in line for line in warnings(caplog)) == 1
    ends = "weather.csv has readings from 2023-11-14T22:13:20Z to 2023-11-14T23:13:20Z"
    assert "3.h5: temperature is not known at 2023-11-15T01:13:20Z; " in caplog.text
    assert caplog.text.count(ends) == 3
    summary = health_summary(tmp_path / "state")
    assert (summary.n_records, summary.n_without_verdict) == (6, 3)
    assert "3 alarms, 3 without a verdict; 0 files in quarantine\nNow without a verdict: " in str(summary)
    assert run(6) == Tally()
    assert run(6, retry=True) == Tally(n_assessed=3, n_alarms=3)
    assert [event.file for event in heard] == ["3.h5", "4.h5", "5.h5"]
    summary = health_summary(tmp_path / "state")
    assert (summary.n_records, summary.n_alarms, summary.n_without_verdict) == (6, 6, 0)


def test_without_conditions_the_last_change_of_an_undated_file_is_taken_and_told_once(
    bridge: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        write(tiny_recording(seed=number), bridge / f"{number}.npz")
        os.utime(bridge / f"{number}.npz", (BEGAN + number, BEGAN + number))
    write(tiny_recording(seed=3, start_time=BEGAN + 9), bridge / "a.npz")  # says so only when it is read
    caplog.set_level(logging.INFO, logger="wavefact")
    heard = FakeBaseline()
    monitor_of(bridge, tmp_path / "state", procedure=Procedure(heard, cheap_modes)).run(once=True)
    assert sorted(time for time, _ in heard.heard) == [BEGAN, BEGAN + 1, BEGAN + 2, BEGAN + 9]
    assert len(warnings(caplog)) == 1
    assert warnings(caplog)[0].startswith("0.npz: neither the file nor its name says when it began")
    assert caplog.text.count("the time of its last change is taken") == 3
    assert "a.npz: neither" not in caplog.text


def test_conditions_are_not_looked_up_at_the_last_change_of_a_file(bridge: Path, tmp_path: Path) -> None:
    write(tiny_recording(seed=0), bridge / "copy.h5")
    write(tiny_recording(seed=1, start_time=BEGAN), bridge / "said.npz")
    os.utime(bridge / "copy.h5", (BEGAN, BEGAN))
    procedure = Procedure(NeedsConditions(), cheap_modes, conditions=weather(tmp_path, 2))
    assert monitor_of(bridge, tmp_path / "state", procedure=procedure).run(once=True) == Tally(
        n_assessed=1, n_quarantined=1
    )
    (bad,) = health_summary(tmp_path / "state").quarantine
    assert bad["file"] == "copy.h5"
    assert bad["reason"].startswith("Its temperature cannot be looked up: neither the file nor its name")
    (bridge / "copy.h5").rename(bridge / "20231114_2213.h5")
    assert monitor_of(bridge, tmp_path / "state", procedure=procedure).run(once=True) == Tally(n_assessed=1)


def test_a_baseline_of_undated_files_says_so(
    bridge: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rng = np.random.default_rng(0)
    for number in range(30):
        write(tiny_recording(seed=number), bridge / f"{number}.npz")
        os.utime(bridge / f"{number}.npz", (BEGAN + number, BEGAN + number))

    write(tiny_recording(seed=30), bridge / "9b.npz")
    os.utime(bridge / "9b.npz", (BEGAN + 9, BEGAN + 9))

    def modes(recording: Any) -> Any:
        found = cheap_modes(recording)
        return replace(found, frequencies=found.frequencies * np.exp(1e-3 * rng.standard_normal(1)))

    learned = baseline_of_folder(Watch(bridge), modes, Procedure(None).read)
    assert learned.tracks.times.tolist() == [BEGAN + number for number in range(30)]
    assert sum("as for all such files (31)" in line for line in warnings(caplog)) == 1
    assert "9b.npz is left out: Another recording began at 2023-11-14T22:13:29Z too." in warnings(caplog)
