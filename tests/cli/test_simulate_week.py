"""`wavefact simulate-week`: a folder of hourly recordings, and the temperature beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wavefact.health.monitor import Conditions, start_time
from wavefact.io import read
from wavefact.simulate import bridge_hour

SHORT = ("--hours", "30", "--start", "2026-02-28")


def test_hours_have_their_times_temperatures_and_damage(run: Any, tmp_path: Path) -> None:
    outcome = run("simulate-week", "bridge", *SHORT, "--damage-from", "25", "--seed", "2")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "Wrote bridge: 30 recordings, 5 of them damaged; and bridge.csv.\n"
    assert {path.name for path in tmp_path.iterdir()} == {"bridge", "bridge.csv"}
    files = sorted((tmp_path / "bridge").iterdir())
    assert (files[0].name, files[-1].name) == ("bridge_20260228_0000.h5", "bridge_20260301_0500.h5")
    weather = Conditions.read(tmp_path / "bridge.csv")
    assert weather.names == ("temperature",)
    assert weather.times.tolist() == [start_time(path) for path in files]
    for hour, loss in ((24, 0.0), (25, 0.2)):
        signals = np.asarray(read(files[hour]).signals)
        expected = bridge_hour(weather.values[hour, 0], loss, rng=2_000_000 + hour).recording.signals
        assert np.abs(signals - expected).max() < 0.05 * np.abs(signals).max()  # temperatures are rounded
        other = bridge_hour(weather.values[hour, 0], 0.2 - loss, rng=2_000_000 + hour).recording.signals
        assert np.abs(signals - other).max() > 0.2 * np.abs(signals).max()


def test_nothing_is_overwritten_and_failures_leave_nothing(run: Any, tmp_path: Path) -> None:
    assert run("simulate-week", "a", "--hours", "2", "-q").out == ""
    assert "a.csv exists already" in run("simulate-week", "a", "--hours", "2").err
    (tmp_path / "a.csv").unlink()
    assert "a exists already" in run("simulate-week", "a", "--hours", "2").err
    wrong = run("simulate-week", "b", *SHORT, "--damage-from", "1", "--loss", "1.5")
    assert (wrong.code, "expected a share" in wrong.err) == (2, True)
    assert run("simulate-week", "gone/b", *SHORT).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_an_interrupt_leaves_nothing(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wavefact.simulate.bridge_hour", interrupted)
    assert run("simulate-week", "a").code == 130
    assert list(tmp_path.iterdir()) == []
