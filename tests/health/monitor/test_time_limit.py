"""An analysis that hangs or dies costs its own file alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from monitored import (
    BEGAN,
    CRASHING,
    DAMAGED,
    HANGING,
    HEALTHY,
    FakeBaseline,
    monitor_of,
    rows,
    tiny_recording,
    wild_modes,
)
from processes import children

from wavefact.errors import InputError
from wavefact.health.monitor import Procedure, Tally
from wavefact.io import write
from wavefact.modal import ModalModel
from wavefact.recording import Recording
from wavefact.worker import Worker

WILD = Procedure(FakeBaseline(), wild_modes)


@pytest.fixture
def bridge(tmp_path: Path) -> Path:
    folder = tmp_path / "bridge"
    folder.mkdir()
    for number, frequency in enumerate((HEALTHY, HANGING, DAMAGED, CRASHING, HEALTHY)):
        write(tiny_recording(frequency, number, start_time=BEGAN + number), folder / f"{number}.h5")
    return folder


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_what_hangs_or_crashes_goes_into_quarantine_and_the_next_is_taken(
    bridge: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    tally = monitor_of(bridge, state, procedure=WILD, time_limit=1.5).run(once=True)
    assert tally == Tally(n_assessed=3, n_alarms=1, n_quarantined=2)
    assert rows(state, "SELECT name FROM records ORDER BY id") == [("0.h5",), ("2.h5",), ("4.h5",)]
    assert dict(rows(state, "SELECT name, reason FROM quarantine")) == {
        "1.h5": "Its analysis was stopped after 1.5 s; see --time-limit.",
        "3.h5": "Its analysis failed: ended its process by SIGKILL.",
    }
    assert rows(state, "SELECT * FROM in_hand") == []
    assert children() == set()
    log = (state / "monitor.log").read_text(encoding="utf-8")
    assert log.count("WARNING a mode at 10 Hz") == 2  # what is logged there arrives here
    assert monitor_of(bridge, state, procedure=WILD, time_limit=1.5).run(once=True) == Tally()
    assert monitor_of(bridge, state).run(once=True, retry=True).n_assessed == 2


def test_with_and_without_a_limit_the_same_is_found(bridge: Path, tmp_path: Path) -> None:
    fields = "SELECT digest, name, time, frequencies, score, is_alarm, sentence, result FROM records"
    found = []
    for name, limit in (("here", None), ("there", 60.0)):
        monitor_of(bridge, tmp_path / name, time_limit=limit).run(once=True)
        results = sorted((tmp_path / name / "results").rglob("*.h5"))
        shapes = [ModalModel.load(path).mode_shapes.tolist() for path in results]
        found.append((rows(tmp_path / name, fields), shapes))
    assert found[0] == found[1]
    assert len(found[0][0]) == 5


def test_a_process_that_does_not_start_is_no_fault_of_a_file(
    bridge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wavefact.worker.STARTING", 0.0)
    monitor = monitor_of(bridge, tmp_path / "state", time_limit=60.0)
    with pytest.raises(OSError, match="does not start: no answer within 0 s"):
        monitor.run(once=True)
    monkeypatch.undo()
    assert monitor.run(once=True).n_assessed == 5


def test_a_process_that_was_killed_while_idle_is_no_fault_of_a_file(bridge: Path, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill(_: object) -> None:
        if not killed:
            killed.extend(children())
            os.kill(killed[0], 9)
            os.waitid(os.P_PID, killed[0], os.WEXITED | os.WNOWAIT)

    monitor = monitor_of(bridge, tmp_path / "state", time_limit=60.0)
    assert monitor.run(once=True, callback=kill).n_assessed == 5
    assert len(killed) == 1


def test_what_cannot_be_sent_and_wrong_limits_are_refused(bridge: Path, tmp_path: Path) -> None:
    def local(recording: Recording) -> ModalModel:
        return wild_modes(recording)

    monitor = monitor_of(
        bridge, tmp_path / "state", procedure=Procedure(FakeBaseline(), local), time_limit=60.0
    )
    with pytest.raises(InputError, match="top of a module"):
        monitor.run(once=True)
    for limit in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="time_limit"):
            monitor_of(bridge, tmp_path / "state", time_limit=limit)
    with Worker() as worker:
        worker.stop()  # of nothing
    assert children() == set()
