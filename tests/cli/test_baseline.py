"""`wavefact baseline`, and what `wavefact monitor` makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from wavefact.health import Baseline
from wavefact.io import read, write
from wavefact.operators import String
from wavefact.recording import Recording
from wavefact.simulate import Structure, simulate


def string(frequency: float, seed: int) -> Recording:
    operator = String(6, 1.0, "fixed")
    speed = 2 * np.pi * frequency / float(np.sqrt(operator.eigenvalues.min()))
    structure = Structure.of(operator, 2, wave_speed=speed, damping_ratios=0.005)
    return simulate(structure, "random", sampling_rate=16.0, duration=120.0, snr_db=20.0, rng=seed).recording


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of healthy recordings of a string whose tension follows the temperature."""
    folder = tmp_path_factory.mktemp("health")
    (folder / "healthy").mkdir()
    rows = ["time,temperature"]
    for hour in range(36):
        temperature = 10.0 + 8.0 * np.sin(hour / 4)
        rows.append(f"2026-11-{1 + hour // 24:02d}T{hour % 24:02d}:00:00Z,{temperature:.3f}")
        name = f"202611{1 + hour // 24:02d}_{hour % 24:02d}00.h5"
        write(string(2.0 * (1 - 1e-3 * (temperature - 10.0)), hour), folder / "healthy" / name)
    rows += ["2026-11-05T00:00:00Z,15.0", "2026-11-05T01:00:00Z,15.0"]
    (folder / "healthy" / "20261103_0000.h5").write_bytes(b"no recording")
    (folder / "weather.csv").write_text("\n".join(rows))
    return folder


def test_from_healthy_recordings_to_an_alarm(run, folder):
    learned = run(
        "baseline", folder / "healthy", "-o", folder / "b.h5", "--conditions", folder / "weather.csv",
        "--false-alarm-rate", "0.02",
    )  # fmt: skip
    assert learned.code == 0
    assert "36 records" in learned.out
    assert "20261103_0000.h5 is left out" in learned.err
    baseline = Baseline.load(folder / "b.h5")
    assert baseline.tracks.n_modes >= 1
    assert baseline.environment.explained.max() > 0.5
    assert baseline.condition_names == ("temperature",)
    content = json.loads(run("info", folder / "b.h5", "--json").out)
    assert (content["kind"], content["records"], content["conditions"]) == ("baseline", 36, ["temperature"])
    assert "is a result (wavefact-baseline)" in run("modes", folder / "b.h5").err
    new = folder / "new"
    new.mkdir()
    write(string(2.0 * (1 - 5e-3), 100), new / "20261105_0000.h5")  # as warm as that
    write(string(2.0 * 0.97, 101), new / "20261105_0100.h5")  # looser
    watched = run(
        "monitor", new, "--baseline", folder / "b.h5", "--conditions", folder / "weather.csv", "--once",
        "--settle", "0", "--json",
    )  # fmt: skip
    assert watched.code == 4
    found = [json.loads(line) for line in watched.out.splitlines()]
    assert [each["is_alarm"] for each in found] == [False, True]
    assert "changed" in json.dumps(found[1])

    swapped = folder / "swapped.csv"
    swapped.write_text(
        "wind,temperature,time\n9,15,2026-11-05T00:00Z\n9,15,2026-11-05T01:00Z\n", encoding="utf-8"
    )
    again = ("--baseline", folder / "b.h5", "--once", "--settle", "0", "--json", "--state", folder / "again")
    outcome = run("monitor", new, *again, "--conditions", swapped)  # columns are known by name
    assert [json.loads(line)["score"] for line in outcome.out.splitlines()] == pytest.approx(
        [each["score"] for each in found]
    )
    swapped.write_text("time,wind\n2026-11-05T00:00Z,9\n", encoding="utf-8")
    assert "lack temperature; there are wind" in run("monitor", new, *again, "--conditions", swapped).err
    swapped.write_text("time,temperature\n2026-11-01T00:00Z,9\n2026-11-01T01:00Z,9\n", encoding="utf-8")
    late = run("monitor", new, *again[:-1], folder / "blind", "--conditions", swapped)
    blind = [json.loads(line) for line in late.out.splitlines()]
    assert not any(each["outcome"] == "healthy" for each in blind)
    assert late.code in (4, 6)  # shapes may tell
    without = run("monitor", new, *again)
    assert without.code == 2
    assert "learned with temperature, and --conditions gives none; give a file" in without.err


def test_what_cannot_be_learned_from_is_said(run, folder, tmp_path):
    for more in ((), ("--conditions", "gone.csv")):
        missing = run("baseline", tmp_path / "nowhere", "-o", tmp_path / "b.h5", *more)
        assert missing.code == 2
        assert "nowhere does not exist or is no folder" in missing.err
    (tmp_path / "few").mkdir()
    empty = run("baseline", tmp_path / "few", "-o", tmp_path / "b.h5")
    assert empty.code == 2
    assert "no recordings in" in empty.err
    assert "*.h5, " in empty.err
    assert "(--pattern)" in empty.err
    (tmp_path / "few" / "20261101_0100.h5").write_bytes(b"")
    bad = run("baseline", tmp_path / "few", "-o", tmp_path / "b.h5")
    assert bad.code == 2
    assert "None of 1 recordings can be used; the first is 20261101_0100.h5: " in bad.err
    write(string(2.0, 0), tmp_path / "few" / "20261101_0000.h5")
    few = run("baseline", tmp_path / "few", "-o", tmp_path / "b.h5")
    assert few.code == 2
    assert not (tmp_path / "b.h5").exists()


def test_a_table_of_another_time_is_refused_before_anything_is_analysed(run, folder, tmp_path, monkeypatch):
    monkeypatch.setattr("wavefact.cli._folders.identify", lambda *_: pytest.fail("a recording was analysed"))
    (tmp_path / "late.csv").write_text(
        "time,wind,temperature\n2026-11-01T00:00Z,3,\n2026-11-03T12:00Z,4,9\n2026-11-03T13:00Z,5,9\n"
        + "".join(f"2026-11-{1 + hour // 24:02d}T{hour % 24:02d}:30Z,4,\n" for hour in range(36)),
        encoding="utf-8",
    )
    outcome = run(
        "baseline", folder / "healthy", "-o", tmp_path / "b.h5", "--conditions", tmp_path / "late.csv"
    )
    assert outcome.code == 2
    assert "'temperature' is known at the beginning of 0 of 36 recordings, and at least 20" in outcome.err
    assert "begin from 2026-11-01T00:00:00Z to 2026-11-02T11:00:00Z" in outcome.err
    assert "readings from 2026-11-03T12:00:00Z to 2026-11-03T13:00:00Z" in outcome.err


def test_a_recording_that_says_when_it_began_is_believed_before_a_table_is_refused(run, folder, tmp_path):
    (tmp_path / "said").mkdir()
    for number, path in enumerate(sorted((folder / "healthy").glob("2026110[12]*.h5"))):
        write(read(path), tmp_path / "said" / f"{number}.csv")  # named without a time, changed just now
    outcome = run(
        "baseline", tmp_path / "said", "-o", tmp_path / "b.h5", "--conditions", folder / "weather.csv"
    )
    assert outcome.code == 2
    assert "Error: None of 36 recordings can be used; the first is 0.csv: Its temperature" in outcome.err
    assert "neither the file nor its name says when it began" in outcome.err
    for path in (tmp_path / "said").iterdir():
        path.unlink()
    for number, path in enumerate(sorted((folder / "healthy").glob("2026110[12]*.h5"))):
        recording = read(path)
        said = f"2026-11-{1 + number // 24:02d}T{number % 24:02d}:00:00Z"
        write(recording.replace(metadata={"start_time": said}), tmp_path / "said" / f"{number}.h5")
    outcome = run(
        "baseline", tmp_path / "said", "-o", tmp_path / "b.h5", "--conditions", folder / "weather.csv"
    )
    assert outcome.code == 0
    assert "36 records" in outcome.out
