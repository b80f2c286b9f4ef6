"""What a monitor has found in every recording, read from its state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monitored import FakeBaseline, cheap_modes, fill, monitor_of, rows

from wavefact.errors import InputError
from wavefact.health.monitor import MonitorHistory, Procedure, health_summary, monitor_history
from wavefact.report import HealthState, Report


@pytest.fixture
def bridge(tmp_path: Path) -> Path:
    folder = tmp_path / "bridge"
    folder.mkdir()
    return folder


def test_records_come_by_their_times_with_their_verdicts(bridge: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    fill(bridge, 12, 2, n_alarms=3)
    monitor_of(bridge, state).run(once=True)
    found = monitor_history(state)
    assert found.n_records == 10
    assert np.all(np.diff(found.times) > 0)
    assert int(found.alarms.sum()) == 3
    assert np.array_equal(found.alarms, found.scores > found.thresholds)
    told = dict(rows(state, "SELECT time, sentence FROM records"))
    assert [told[time] for time in found.times] == list(found.sentences)


def test_a_replaced_recording_counts_once(bridge: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    good, _ = fill(bridge, 3, 0)
    monitor_of(bridge, state).run(once=True)
    (bridge / good[0]).unlink()
    monitor_of(bridge, state).run(once=True)
    assert monitor_history(state).n_records == health_summary(state).n_records


def test_the_state_of_a_monitor_is_that_of_its_last_recording(bridge: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    fill(bridge, 4, 0)
    monitor_of(bridge, state).run(once=True)
    found = HealthState.of_monitor(state)
    latest = health_summary(state).latest
    assert latest is not None
    assert (found.sentence, found.is_alarm) == (latest["sentence"], latest["is_alarm"])
    assert found.verdict == ("changed" if latest["is_alarm"] else "no change")
    assert found.history is not None
    assert found.history.n_records == 4


def test_nothing_assessed_is_no_verdict(bridge: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    monitor_of(bridge, state).run(once=True)
    assert monitor_history(state).n_records == 0
    assert HealthState.of_monitor(state).verdict == "unknown"


class BlindBaseline(FakeBaseline):
    """A baseline that finds nothing to compare in any record."""

    def assess(self, *args: Any, **settings: Any) -> Any:
        found = super().assess(*args, **settings)
        return replace(found, score=np.nan, is_alarm=False, sentence="No mode was found: no verdict.")


def test_a_last_recording_without_a_verdict_is_not_said_to_be_healthy(bridge: Path, tmp_path: Path) -> None:
    state, heard = tmp_path / "state", []
    fill(bridge, 3, 0)
    procedure = Procedure(BlindBaseline(), cheap_modes)
    monitor_of(bridge, state, procedure=procedure).run(once=True, callback=heard.append)
    found = HealthState.of_monitor(state)
    assert (found.is_alarm, found.verdict) == (None, "unknown")
    assert [event.outcome for event in heard] == ["no verdict"] * 3
    assert "Now without a verdict" in str(health_summary(state))
    page = Report(health=found).html()
    assert "the last recording allows no verdict" in page
    assert "No change" not in page


def test_a_folder_without_a_state_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no state of a monitor"):
        monitor_history(tmp_path)


def test_fields_must_be_of_the_same_records() -> None:
    with pytest.raises(InputError, match="one entry for each record"):
        MonitorHistory([0.0, 1.0], np.zeros((1, 2)), [0.0, 1.0], [1.0, 1.0], [False, False], ("", ""))
