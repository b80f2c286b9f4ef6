"""`wavefact monitor` and `wavefact health`."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monitored import BEGAN, DAMAGED, HANGING, FakeBaseline, Verdict, rows, tiny_recording
from processes import children, is_running

from wavefact import health
from wavefact.io import write
from wavefact.modal import ModalModel, identify
from wavefact.operators import Beam, String, WaveOperator
from wavefact.recording import Recording
from wavefact.simulate import Structure, simulate

FREQUENCY = 2.0  # [Hz]


class NearTwoHertz(FakeBaseline):
    """A baseline for a string whose lowest mode is at 2 Hz."""

    @classmethod
    def load(cls, path: Path) -> NearTwoHertz:
        assert path.read_text(encoding="utf-8") == "baseline"
        return cls()

    def assess(
        self, model: ModalModel, time: float, conditions: np.ndarray | None = None, *, earlier: Any = None
    ) -> Verdict:
        assert conditions is None or conditions.shape == (1,)
        if model.n_modes == 0:
            return Verdict(model.frequencies, np.nan, 1.0, np.nan, False, np.zeros(0), "No mode: no verdict.")
        score = 10 * float(abs(model.frequencies[0] - FREQUENCY))
        p = np.exp(-score)
        return Verdict(model.frequencies, score, 1.0, p, score > 1, np.array([score]), f"Off by {score:.1f}.")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of two recordings of a string, in a folder with a baseline."""
    monkeypatch.setattr(health, "Baseline", NearTwoHertz)
    (tmp_path / "baseline.h5").write_text("baseline", encoding="utf-8")
    folder = tmp_path / "string"
    folder.mkdir()
    for number, name in enumerate(("20261126_1200.h5", "20261126_1300.csv")):
        write(string(seed=number), folder / name)
    return folder


def string(frequency: float = FREQUENCY, seed: int = 0) -> Recording:
    operator = String(6, 1.0, "fixed")
    speed = 2 * np.pi * frequency / float(np.sqrt(operator.eigenvalues.min()))
    structure = Structure.of(operator, 2, wave_speed=speed, damping_ratios=0.01)
    return simulate(structure, "random", sampling_rate=16.0, duration=120.0, snr_db=20.0, rng=seed).recording


# In this process, where baseline and names are replaced.
ONCE = ("--baseline", "baseline.h5", "--once", "--settle", "0", "--time-limit", "inf")


def test_a_healthy_folder_ends_with_zero_and_is_told(folder: Path, run: Any) -> None:
    outcome = run("monitor", "string", *ONCE)
    assert (outcome.code, outcome.err) == (0, "")
    *lines, tally = outcome.out.splitlines()
    assert [line.split()[1] for line in lines] == ["20261126_1200.h5", "20261126_1300.csv"]
    assert all(
        re.search(r"^2026-11-26T1\d:00:00Z .* score 0\.\d\d, alarm above 1\.00  healthy$", line)
        for line in lines
    )
    assert tally.startswith("2 recordings assessed, 0 alarms, 0 files put in quarantine. State: ")
    told = run("health", "string")
    assert told.code == 0
    assert "2 recordings assessed from 2026-11-26T12:00:00Z to 2026-11-26T13:00:00Z" in told.out
    assert "baseline baseline.h5 (" in told.out
    assert told.out == run("health", "string.monitor").out


def test_a_recording_in_which_nothing_is_found_is_not_called_healthy(folder: Path, run: Any) -> None:
    run("monitor", "string", *ONCE)
    noise = np.random.default_rng(0).standard_normal((6, 1920))
    write(string().replace(signals=noise), folder / "20261126_1500.h5")
    outcome = run("monitor", "string", *ONCE)
    assert outcome.code == 6
    assert outcome.out.splitlines()[0].endswith("20261126_1500.h5  no verdict. No mode: no verdict.")
    assert "1 recording assessed, 0 alarms, 1 without a verdict, " in outcome.out
    assert "Warning: 20261126_1500.h5 (2026-11-26T15:00:00Z): no verdict. " in outcome.err
    told = run("health", "string")
    assert told.code == 6
    assert "Now without a verdict" in told.out
    assert run("monitor", "string", *ONCE).code == 0  # nothing was new
    assert run("monitor", "string", *ONCE, "--retry").code == 6


def test_modes_that_were_not_found_are_named(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assess = NearTwoHertz.assess

    def lose_second(*args: Any, **settings: Any) -> Verdict:
        return replace(assess(*args, **settings), corrected=np.array([FREQUENCY, np.nan]))

    monkeypatch.setattr(NearTwoHertz, "assess", lose_second)
    outcome = run("monitor", "string", *ONCE)
    assert [line.split("  ")[-1] for line in outcome.out.splitlines()[:2]] == ["healthy, without mode 2"] * 2


def test_an_alarm_and_quarantine_have_codes_of_their_own(folder: Path, run: Any) -> None:
    (folder / "20261126_1400.h5").write_bytes(b"")
    only_bad = run("monitor", "string", *ONCE)
    assert only_bad.code == 5
    assert "20261126_1400.h5: quarantined. " in only_bad.err
    assert run("health", "string").code == 5
    write(string(1.0, seed=9), folder / "20261126_1500.h5")
    alarm = run("monitor", "string", *ONCE)
    assert alarm.code == 4
    assert "20261126_1500.h5 (2026-11-26T15:00:00Z): alarm. Off by" in alarm.err
    told = run("health", "string", "--json")
    assert told.code == 4
    summary = json.loads(told.out)
    assert (summary["n_records"], summary["n_alarms"]) == (3, 1)
    assert summary["latest"]["file"] == summary["alarms"][0]["file"] == "20261126_1500.h5"
    assert summary["quarantine"][0]["file"] == "20261126_1400.h5"
    assert run("monitor", "string", *ONCE, "-q").code == 0
    assert run("monitor", "string", *ONCE, "--retry", "-q").code == 5


def test_a_lasting_alarm_is_explained_once_and_at_the_end(folder: Path, run: Any) -> None:
    for hour in (14, 15, 16):
        write(string(1.0, seed=hour), folder / f"20261126_{hour}00.h5")
    write(string(seed=17), folder / "20261126_1700.h5")
    outcome = run("monitor", "string", *ONCE)
    assert outcome.code == 4
    (begin,) = outcome.err.splitlines()
    assert begin.startswith("Warning: 20261126_1400.h5 (2026-11-26T14:00:00Z): alarm. Off by ")
    log = (folder.parent / "string.monitor" / "monitor.log").read_text(encoding="utf-8")
    assert "INFO 20261126_1700.h5 (2026-11-26T17:00:00Z): back to healthy. " in log
    assert log.count("back to healthy") == 1
    assert ", alarm above 1): Off by " in run("health", "string").out
    *lines, tally, last = outcome.out.splitlines()
    states = ["healthy"] * 2 + ["ALARM, most of all mode 1"] * 3 + ["healthy"]
    assert [line.split("  ")[-1] for line in lines] == states
    assert max(map(len, lines)) < 100
    assert tally.startswith("6 recordings assessed, 3 alarms")
    assert last.startswith("Last alarm, 2026-11-26T16:00:00Z: Off by ")


def test_each_file_is_a_line_of_json(folder: Path, run: Any) -> None:
    (folder / "20261126_1400.h5").write_bytes(b"")
    lines = [json.loads(line) for line in run("monitor", "string", *ONCE, "--json").out.splitlines()]
    assert [line["outcome"] for line in lines] == ["healthy", "healthy", "quarantined"]
    assert lines[0]["score"] < 1
    assert lines[2]["text"].endswith("is empty.")


def test_settings_reach_the_recording_the_names_and_the_hook(
    folder: Path, tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(folder / "on_26-11-2026.npy", string(1.0).signals)
    (tmp_path / "weather.csv").write_text("time,temperature\n2026-11-26,4\n2026-11-27,5\n", encoding="utf-8")
    copy = f'{sys.executable} -c \'import sys; open("heard", "w").write(sys.stdin.read())\''
    monkeypatch.setattr(NearTwoHertz, "conditions", np.ones((30, 1)))
    settings = ("--pattern", "*.npy", "--name-format", "on_%d-%m-%Y", "--sampling-rate", "16", "--hook", copy)
    outcome = run("monitor", "string", *ONCE, *settings, "--conditions", "weather.csv", "--state", "memory")
    assert outcome.code == 4, outcome.err
    heard = json.loads((tmp_path / "heard").read_text(encoding="utf-8"))
    assert (heard["file"], heard["time"]) == ("on_26-11-2026.npy", "2026-11-26T00:00:00Z")
    assert run("health", "memory").code == 4


def test_an_operator_makes_it_find_modes_by_waves(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def record(recording: Recording, operator: WaveOperator) -> ModalModel:
        seen.append(operator)
        return identify(recording)

    monkeypatch.setattr("wavefact.cli._folders.find_modes", record)
    assert run("monitor", "string", *ONCE, "--operator", "beam", "--ends", "clamped").code == 0
    assert [type(operator) for operator in seen] == [Beam, Beam]
    assert [operator.n_points for operator in seen] == [6, 6]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("gone", *ONCE), "gone does not exist or is no folder"),
        (
            ("gone", "--baseline", "gone.h5", "--conditions", "gone.csv"),
            "gone does not exist or is no folder",
        ),
        (("string", "--baseline", "gone.h5"), "gone.h5 does not exist or is no file; expected a baseline"),
        (("string", *ONCE, "--conditions", "gone.csv"), "gone.csv cannot be read"),
        (("string", *ONCE, "--hook", ""), "The hook is empty"),
        (("string", *ONCE, "--operator", "string", "--range", "1,2"), "--range has no effect"),
    ],
)
def test_wrong_calls_are_refused(arguments: tuple[str, ...], complaint: str, run: Any) -> None:
    outcome = run("monitor", *arguments)
    assert outcome.code == 2
    assert complaint in outcome.err


def test_health_without_a_state_is_refused(run: Any) -> None:
    outcome = run("health", "string")
    assert outcome.code == 2
    assert "no state of a monitor" in outcome.err


def test_a_second_signal_ends_it_at_once(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(*_: object) -> ModalModel:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("it goes on")

    monkeypatch.setattr("wavefact.cli._folders.identify", twice)
    before = signal.getsignal(signal.SIGINT)
    outcome = run("monitor", "string", *ONCE)
    assert outcome.code == 130
    assert "string.monitor was written" in outcome.err
    assert signal.getsignal(signal.SIGINT) is before
    monkeypatch.undo()
    assert not list((Path("string.monitor") / "results").rglob("*"))


HANGS = "folders._modes = wild_modes_of"
PROGRAM = """
import sys
from monitored import FakeBaseline, cheap_modes, wild_modes_of
from wavefact import health
FakeBaseline.load = classmethod(lambda cls, path: cls())
health.Baseline = FakeBaseline
import wavefact.cli._folders as folders
folders.identify = lambda recording, band: cheap_modes(recording)
from wavefact.__main__ import main
main()
"""


@pytest.mark.skipif(os.name != "posix", reason="Windows has no signals to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_after_the_file_in_hand(number: signal.Signals, root: Path, tmp_path: Path) -> None:
    bridge = tmp_path / "bridge"
    bridge.mkdir()
    write(tiny_recording(DAMAGED, start_time=BEGAN), bridge / "a.h5")
    arguments = [
        "monitor",
        "bridge",
        "--baseline",
        "baseline.h5",
        "--settle",
        "0",
        "--interval",
        "60",
        "--time-limit",
        "inf",
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "alarm. It is 2.0 Hz off." in process.stderr.readline()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (4, "")
    assert "\n1 recording assessed, 1 alarm, " in out


def in_hand(state: Path) -> bool:
    """Tell whether a monitor has assessed one file and works on another."""
    try:
        return rows(state, "SELECT count(*) FROM records, in_hand") == [(1,)]
    except sqlite3.OperationalError:  # it has not begun
        return False


@pytest.mark.skipif(os.name != "posix", reason="Windows has no signals to send")
def test_a_second_signal_ends_also_an_analysis_that_hangs(root: Path, tmp_path: Path) -> None:
    bridge = tmp_path / "bridge"
    bridge.mkdir()
    write(tiny_recording(DAMAGED, start_time=BEGAN), bridge / "a.h5")
    write(tiny_recording(HANGING, start_time=BEGAN + 1), bridge / "b.h5")
    program = PROGRAM.replace("folders.identify = lambda recording, band: cheap_modes(recording)", HANGS)
    process = subprocess.Popen(
        [sys.executable, "-c", program, "monitor", "bridge", "--baseline", "baseline.h5", "--settle", "0"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not in_hand(tmp_path / "bridge.monitor"):
            time.sleep(0.02)
            assert process.poll() is None
        (worker,) = children(process.pid)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)  # the file in hand is waited for
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "Interrupted" in err
    assert not is_running(worker)
    assert rows(tmp_path / "bridge.monitor", "SELECT name FROM records") == [("a.h5",)]
    assert rows(tmp_path / "bridge.monitor", "SELECT * FROM quarantine") == []


def test_help_says_what_the_codes_are_about(run: Any) -> None:
    told = " ".join(run("monitor", "--help").out.split())
    assert "Exit codes are about what was assessed in this run" in told
    assert "6 neither, but a recording allowed no verdict" in told
    assert "Those of `wavefact health` are about the state" in told
