"""A monitor takes each recording once, whatever happens to the files, the folder and the state."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from monitored import BEGAN, DAMAGED, FakeBaseline, cheap_modes, fill, monitor_of, rows, tiny_recording

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError, UnwritableTargetError
from wavefact.health.monitor import Hook, Procedure, Progress, Tally, Watch, health_summary
from wavefact.health.monitor import _database as database_module
from wavefact.health.monitor import _run as run_module
from wavefact.health.monitor import _schema as schema_module
from wavefact.health.monitor.conditions import ConditionsFile
from wavefact.health.monitor.state import MonitorState
from wavefact.io import write
from wavefact.modal import ModalModel
from wavefact.recording import Recording


@pytest.fixture
def bridge(tmp_path: Path) -> Path:
    folder = tmp_path / "bridge"
    folder.mkdir()
    return folder


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def names(state: Path) -> list[str]:
    return [name for (name,) in rows(state, "SELECT name FROM records ORDER BY id")]


def reasons(state: Path) -> dict[str, str]:
    return dict(rows(state, "SELECT name, reason FROM quarantine"))


def test_good_files_are_assessed_bad_ones_kept_in_quarantine_and_nothing_is_touched(
    bridge: Path, state: Path
) -> None:
    good, bad = fill(bridge, 24, 4, n_alarms=2)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in bridge.iterdir()}
    tally = monitor_of(bridge, state).run(once=True)
    assert tally == Tally(n_assessed=20, n_alarms=2, n_quarantined=4)
    assert sorted(names(state)) == good
    assert sorted(reasons(state)) == bad
    words = "empty", "truncated", "format", "looks like text"
    assert all(any(word in reason for word in words) for reason in reasons(state).values())
    assert before == {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in bridge.iterdir()}
    assert monitor_of(bridge, state).run(once=True) == Tally()


def test_recordings_are_taken_in_the_order_in_which_they_began(bridge: Path, state: Path) -> None:
    write(tiny_recording(seed=1, start_time=BEGAN + 50), bridge / "a.h5")
    write(tiny_recording(seed=2), bridge / "b_20231114_2200.csv")
    write(tiny_recording(seed=3), bridge / "c.npz")
    os.utime(bridge / "c.npz", (BEGAN, BEGAN))
    heard = FakeBaseline()
    monitor_of(bridge, state, procedure=Procedure(heard, cheap_modes)).run(once=True)
    assert names(state) == ["b_20231114_2200.csv", "c.npz", "a.h5"]
    assert [moment for moment, _ in heard.heard] == [BEGAN - 800, BEGAN, BEGAN + 50]


def test_any_format_may_say_when_it_began(bridge: Path, state: Path) -> None:
    write(tiny_recording(start_time=BEGAN), bridge / "a.npz")
    monitor_of(bridge, state).run(once=True)
    assert rows(state, "SELECT time FROM records") == [(BEGAN,)]


def test_the_modes_of_each_recording_can_be_loaded(bridge: Path, state: Path) -> None:
    write(tiny_recording(DAMAGED, start_time=BEGAN), bridge / "a.h5")
    monitor_of(bridge, state).run(once=True)
    ((result, frequencies, contributions),) = rows(
        state, "SELECT result, frequencies, contributions FROM records"
    )
    assert ModalModel.load(state / result).frequencies.tolist() == json.loads(frequencies) == [DAMAGED]
    assert result.startswith("results/2023-11/20231114T221320Z-")
    assert json.loads(contributions) == [2.0, None]


def test_renamed_copied_and_touched_files_are_not_assessed_again(bridge: Path, state: Path) -> None:
    fill(bridge, 3, 0, n_alarms=0)
    monitor = monitor_of(bridge, state)
    monitor.run(once=True)
    (bridge / "hour00000.h5").rename(bridge / "renamed.h5")
    shutil.copy(bridge / "hour00001.csv", bridge / "copy.csv")
    os.utime(bridge / "hour00002.npz")
    assert monitor.run(once=True) == Tally(n_copies=3)
    assert monitor.run(once=True) == Tally()
    assert len(names(state)) == 3


def test_a_bad_file_that_is_replaced_or_removed_leaves_quarantine(bridge: Path, state: Path) -> None:
    for name in ("a.h5", "b.h5", "c.csv"):
        (bridge / name).write_bytes(b"")
    monitor = monitor_of(bridge, state)
    assert monitor.run(once=True).n_quarantined == 3
    write(tiny_recording(), bridge / "a.h5")
    (bridge / "b.h5").unlink()
    (bridge / "c.csv").write_bytes(b"still bad")
    assert monitor.run(once=True) == Tally(n_assessed=1, n_quarantined=1)
    assert names(state) == ["a.h5"]
    assert list(reasons(state)) == ["c.csv"]
    assert "looks like text" in reasons(state)["c.csv"]


def test_an_emptied_folder_may_be_one_that_is_not_mounted(bridge: Path, state: Path) -> None:
    (bridge / "a.h5").write_bytes(b"")
    monitor_of(bridge, state).run(once=True)
    (bridge / "a.h5").unlink()
    monitor_of(bridge, state).run(once=True)
    assert list(reasons(state)) == ["a.h5"]


def test_a_replaced_recording_is_assessed_anew_and_counts_once(bridge: Path, state: Path) -> None:
    write(tiny_recording(DAMAGED), bridge / "a.h5")
    monitor_of(bridge, state).run(once=True)
    write(tiny_recording(), bridge / "a.h5")
    assert monitor_of(bridge, state).run(once=True).n_assessed == 1
    assert names(state) == ["a.h5", "a.h5"]
    summary = health_summary(state)
    assert (summary.n_records, summary.n_alarms) == (1, 0)


def test_quarantined_files_are_tried_again_when_asked(bridge: Path, state: Path) -> None:
    def fail(_: Recording) -> ModalModel:
        raise ZeroDivisionError("by\nzero")

    write(tiny_recording(), bridge / "a.h5")
    monitor_of(bridge, state, procedure=Procedure(FakeBaseline(), fail)).run(once=True)
    assert reasons(state) == {"a.h5": "Unexpected ZeroDivisionError: by zero"}
    assert monitor_of(bridge, state).run(once=True) == Tally()
    assert monitor_of(bridge, state).run(once=True, retry=True) == Tally(n_assessed=1)
    assert reasons(state) == {}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_taken_once_it_may(bridge: Path, state: Path) -> None:
    write(tiny_recording(), bridge / "a.h5")
    (bridge / "a.h5").chmod(0)
    assert monitor_of(bridge, state).run(once=True).n_quarantined == 1
    (bridge / "a.h5").chmod(0o600)
    assert monitor_of(bridge, state).run(once=True) == Tally(n_assessed=1)


def test_trouble_of_the_system_passes_without_a_change_of_the_file(
    bridge: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    write(tiny_recording(), bridge / "a.h5")
    with monkeypatch.context() as context:
        context.setattr(run_module, "content_digest", refuse)
        assert monitor_of(bridge, state).run(once=True).n_quarantined == 1
    assert reasons(state) == {"a.h5": "It cannot be read: Permission denied."}
    assert monitor_of(bridge, state).run(once=True) == Tally(n_assessed=1)
    assert reasons(state) == {}


def test_a_file_that_is_still_written_is_left(bridge: Path, state: Path) -> None:
    write(tiny_recording(), bridge / "a.h5")
    whole = (bridge / "a.h5").read_bytes()
    events: list[Progress] = []

    def growing(path: Path) -> Recording:
        (bridge / "a.h5").write_bytes(whole + b"more")
        raise InputError("half of it")

    procedure = Procedure(FakeBaseline(), cheap_modes, growing)
    tally = monitor_of(bridge, state, procedure=procedure).run(once=True, callback=events.append)
    assert (tally.n_left, tally.n_quarantined, [event.outcome for event in events]) == (1, 0, ["left"])
    assert reasons(state) == {}
    (bridge / "a.h5").write_bytes(whole)
    assert monitor_of(bridge, state, settle=0.05).run(once=True) == Tally(n_assessed=1)


def test_a_file_that_vanishes_while_it_is_read_is_no_fault(bridge: Path, state: Path) -> None:
    write(tiny_recording(), bridge / "a.h5")

    def vanishing(path: Path) -> Recording:
        path.unlink()
        raise InputError("gone")

    tally = monitor_of(bridge, state, procedure=Procedure(FakeBaseline(), cheap_modes, vanishing)).run(
        once=True
    )
    assert (tally.n_quarantined, tally.n_assessed, reasons(state)) == (0, 0, {})


def test_conditions_reach_the_baseline(bridge: Path, state: Path, tmp_path: Path) -> None:
    (tmp_path / "weather.csv").write_text(
        f"time,t,wind\n{BEGAN},10,nan\n{BEGAN + 100},20,nan\n", encoding="utf-8"
    )
    write(tiny_recording(start_time=BEGAN + 25), bridge / "a.h5")
    heard = FakeBaseline()
    procedure = Procedure(heard, cheap_modes, conditions=ConditionsFile(tmp_path / "weather.csv"))
    monitor_of(bridge, state, procedure=procedure).run(once=True)
    ((_, conditions),) = heard.heard
    np.testing.assert_array_equal(conditions, [12.5, np.nan])


def test_alarms_reach_the_file_the_hook_and_the_callback(bridge: Path, state: Path, tmp_path: Path) -> None:
    fill(bridge, 12, 0, n_alarms=2)
    target = tmp_path / "heard"
    hook = Hook((sys.executable, "-c", f"import sys; open({str(target)!r}, 'a').write(sys.stdin.read())"))
    events: list[Progress] = []
    monitor_of(bridge, state, hook=hook).run(once=True, callback=events.append)
    written = [json.loads(line) for line in (state / "alarms.jsonl").read_text(encoding="utf-8").splitlines()]
    assert written == [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert written == [event.record for event in events if event.outcome == "alarm"]
    assert len(written) == 2
    assert all(alarm["is_alarm"] and alarm["sentence"] == "It is 2.0 Hz off." for alarm in written)
    assert [event.n_done for event in events] == list(range(1, 13))
    assert rows(state, "SELECT DISTINCT hook FROM records WHERE is_alarm") == [("done",)]


def test_an_alarm_that_a_killed_process_did_not_pass_on_is_passed_on_by_the_next(
    bridge: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tiny_recording(DAMAGED), bridge / "a.h5")
    with monkeypatch.context() as context:
        context.setattr(MonitorState, "untold", lambda _: [])  # killed right after the transaction
        assert monitor_of(bridge, state).run(once=True).n_assessed == 1
    assert not (state / "alarms.jsonl").exists()
    assert monitor_of(bridge, state).run(once=True) == Tally(n_alarms=1)
    assert len((state / "alarms.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    assert monitor_of(bridge, state).run(once=True) == Tally()


def test_a_file_over_which_processes_die_goes_into_quarantine(bridge: Path, state: Path) -> None:
    def die(_: Recording) -> ModalModel:
        raise SystemExit  # as far as the state can see, a kill

    write(tiny_recording(), bridge / "a.h5")
    write(tiny_recording(seed=1), bridge / "z.h5")
    deadly = Procedure(FakeBaseline(), die)
    for _ in range(run_module.MOST_DEATHS):
        with pytest.raises(SystemExit):
            monitor_of(bridge, state, procedure=deadly).run(once=True)
    assert monitor_of(bridge, state).run(once=True) == Tally(n_assessed=1, n_quarantined=1)
    assert reasons(state) == {"a.h5": "The monitor died 5 times while it worked on this file."}
    assert rows(state, "SELECT * FROM in_hand") == []


def test_a_stopped_run_finishes_the_file_in_hand(bridge: Path, state: Path) -> None:
    fill(bridge, 5, 0, n_alarms=0)
    stop = threading.Event()

    def stop_at_second(event: Progress) -> None:
        if event.n_done == 2:
            stop.set()

    assert monitor_of(bridge, state).run(once=True, stop=stop, callback=stop_at_second) == Tally(n_assessed=2)
    assert monitor_of(bridge, state).run(once=True) == Tally(n_assessed=3)


def followed(bridge: Path, state: Path, until: int, **changes: object) -> Tally:
    """Follow a folder until so many recordings have been assessed."""
    stop = threading.Event()
    done: list[str] = []

    def hear(event: Progress) -> None:
        done.append(event.file)
        if len(done) == until:
            stop.set()

    return monitor_of(bridge, state, **changes).run(interval=0.01, stop=stop, callback=hear)


def test_files_are_taken_as_they_come_and_a_folder_may_vanish_for_a_while(
    bridge: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tiny_recording(seed=1), bridge / "a.h5")

    def events() -> None:
        while not (state / "state.sqlite").exists() or not rows(state, "SELECT 1 FROM records"):
            time.sleep(0.01)
        bridge.rename(bridge.with_name("away"))
        while "No such file" not in caplog.text:
            time.sleep(0.01)
        write(tiny_recording(seed=2), bridge.with_name("away") / "b.h5")
        bridge.with_name("away").rename(bridge)

    meanwhile = threading.Thread(target=events)
    meanwhile.start()
    assert followed(bridge, state, until=2, settle=0.02) == Tally(n_assessed=2)
    meanwhile.join()
    assert caplog.text.count("No such file") == 1
    assert "is followed again" in caplog.text


def test_a_full_disk_is_waited_for_and_no_file_is_blamed(
    bridge: Path, state: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    save, failed = ModalModel.save, []

    def full_twice(self: ModalModel, path: Path) -> None:
        if len(failed) < 2:
            failed.append(path)
            raise OSError(28, "No space left on device")
        save(self, path)

    monkeypatch.setattr(ModalModel, "save", full_twice)
    write(tiny_recording(), bridge / "a.h5")
    assert followed(bridge, state, until=1) == Tally(n_assessed=1)
    assert caplog.text.count("No space left") == 1
    failed.clear()
    write(tiny_recording(seed=1), bridge / "b.h5")
    with pytest.raises(UnwritableTargetError, match="No space left on device"):
        monitor_of(bridge, state).run(once=True)
    assert reasons(state) == {}


def test_a_database_that_is_full_says_so(bridge: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = database_module.open_database

    def small(path: Path) -> sqlite3.Connection:
        connection = opened(path)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    fill(bridge, 60, 0, n_alarms=0)
    monkeypatch.setattr("wavefact.health.monitor.state.open_database", small)
    with pytest.raises(UnwritableTargetError, match="full"):
        monitor_of(bridge, state).run(once=True)
    n_done = len(names(state))
    monkeypatch.undo()
    assert monitor_of(bridge, state).run(once=True).n_assessed == 60 - n_done
    assert len(set(names(state))) == 60


def test_two_monitors_cannot_use_one_state(bridge: Path, state: Path) -> None:
    with MonitorState.opened(state):
        with pytest.raises(InputError, match=rf"Another monitor uses .*process {os.getpid()} on .*--state"):
            monitor_of(bridge, state).run(once=True)
        assert health_summary(state).running == (state / "lock.holder").read_text(encoding="utf-8")
    monitor_of(bridge, state).run(once=True)
    assert health_summary(state).running is None


def test_a_state_belongs_to_a_folder_unless_that_is_gone(
    bridge: Path, state: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tiny_recording(), bridge / "a.h5")
    monitor_of(bridge, state).run(once=True)
    (tmp_path / "other").mkdir()
    with pytest.raises(InputError, match=r"is the state of .*bridge, not of .*other"):
        monitor_of(tmp_path / "other", state).run(once=True)
    bridge.rename(tmp_path / "moved")
    assert monitor_of(tmp_path / "moved", state, baseline_name="new").run(once=True) == Tally()
    assert "goes on with" in caplog.text
    assert "From now on the baseline is new; until now it was the baseline." in caplog.text


def test_an_older_state_is_brought_up_to_date_and_a_newer_one_refused(
    bridge: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tiny_recording(), bridge / "a.h5")
    monitor_of(bridge, state).run(once=True)
    with monkeypatch.context() as context:
        longer = (*schema_module.STEPS, "ALTER TABLE records ADD COLUMN note TEXT;")
        context.setattr(schema_module, "STEPS", longer)
        context.setattr(database_module, "STEPS", longer)
        with pytest.raises(UnknownFormatError, match="if it is older"):
            health_summary(state)
        assert monitor_of(bridge, state).run(once=True) == Tally()
        assert rows(state, "SELECT name, note FROM records") == [("a.h5", None)]
    for use in (lambda: monitor_of(bridge, state).run(once=True), lambda: health_summary(state)):
        with pytest.raises(UnknownFormatError, match=r"version 2 of the state, this wavefact .* 1; update"):
            use()


def test_a_step_that_fails_leaves_the_older_state(
    bridge: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor_of(bridge, state).run(once=True)
    with monkeypatch.context() as context:
        context.setattr(
            schema_module, "STEPS", (*schema_module.STEPS, "CREATE TABLE x (y); CREATE TABLE x (y);")
        )
        with pytest.raises(UnwritableTargetError):
            monitor_of(bridge, state).run(once=True)
    assert monitor_of(bridge, state).run(once=True) == Tally()
    assert rows(state, "SELECT name FROM sqlite_master WHERE name = 'x'") == []


def test_somebody_elses_database_and_a_damaged_one_are_refused(bridge: Path, state: Path) -> None:
    state.mkdir()
    with closing(sqlite3.connect(state / "state.sqlite")) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(UnknownFormatError, match="no state of a monitor"):
        monitor_of(bridge, state).run(once=True)
    (state / "state.sqlite").write_bytes(b"no database" * 1000)
    for use in (lambda: monitor_of(bridge, state).run(once=True), lambda: health_summary(state)):
        with pytest.raises(CorruptFileError, match="is damaged"):
            use()


def test_half_written_results_of_a_killed_process_are_cleared(bridge: Path, state: Path) -> None:
    monitor_of(bridge, state).run(once=True)
    (state / "results" / "2023-11").mkdir(parents=True)
    left = state / "results" / "2023-11" / ".20231114-abc.h5"
    left.write_bytes(b"half")
    monitor_of(bridge, state).run(once=True)
    assert not left.exists()


def test_a_clock_gone_wild_is_told_and_survived(
    bridge: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tiny_recording(start_time=1e17), bridge / "a.h5")
    write(tiny_recording(seed=1), bridge / "b.csv")
    os.utime(bridge / "b.csv", (-5e9, -5e9))
    assert monitor_of(bridge, state).run(once=True) == Tally(n_assessed=2)
    assert "which is to come" in caplog.text
    assert "1e+17 s" in str(health_summary(state))


def test_a_log_is_kept_whatever_the_level(bridge: Path, state: Path) -> None:
    logger = logging.getLogger("wavefact")
    before = (logger.level, list(logger.handlers))
    fill(bridge, 3, 1, n_alarms=1)
    monitor_of(bridge, state).run(once=True)
    log = (state / "monitor.log").read_text(encoding="utf-8")
    assert [
        log.count(word) for word in (": healthy. ", ": alarm. ", ": quarantined. ", " begins", " ends")
    ] == [1] * 5
    assert (logger.level, list(logger.handlers)) == before


def test_wrong_plans_are_refused(bridge: Path, state: Path) -> None:
    with pytest.raises(InputError, match="folder that is watched"):
        monitor_of(bridge, bridge)
    with pytest.raises(InputError, match="settle"):
        monitor_of(bridge, state, settle=-1.0)
    with pytest.raises(InputError, match="expected one of recordings"):
        monitor_of(bridge / "gone", state).run(once=True)
    with pytest.raises(UnwritableTargetError, match="Cannot make the folder"):
        monitor_of(bridge, state / "deep" / "down").run(once=True)


def test_a_state_within_the_folder_is_not_taken_for_recordings(bridge: Path) -> None:
    write(tiny_recording(), bridge / "a.h5")
    monitor = monitor_of(bridge, bridge / "state")
    assert monitor.run(once=True) == Tally(n_assessed=1)
    assert monitor.run(once=True) == Tally()
    assert replace(monitor, watch=Watch(bridge)).watch.ignored == (bridge / "state",)


def test_who_may_only_read_can_see_how_it_is(
    bridge: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(bridge, 3, 0, n_alarms=0)
    monitor_of(bridge, state).run(once=True)
    before = sorted(path.name for path in state.iterdir())
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert health_summary(state).n_records == 3
    assert sorted(path.name for path in state.iterdir()) == before


def test_the_summary_tells_it_in_words(bridge: Path, state: Path) -> None:
    fill(bridge, 12, 2, n_alarms=2)
    monitor_of(bridge, state, hook=Hook(("no-such-program",))).run(once=True)
    text = str(health_summary(state, n_alarms=1))
    assert "10 recordings assessed from 2023-11-14T" in text
    assert "2 alarms; 2 files in quarantine" in text
    assert "The last 1 alarm:" in text
    assert "[hook could not be started" in text
    assert "is empty." in text
    with pytest.raises(InputError, match="no state of a monitor"):
        health_summary(bridge)
