"""`wavefact info` on each kind of file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from foreign_files import labview_text
from scipy.io import savemat

from wavefact.io import write
from wavefact.modal import ModalModel, write_modes
from wavefact.recording import Recording


def test_a_recording_is_described(run: Any, recording: Path) -> None:
    outcome = run("info", recording)
    assert outcome.code == 0
    rows = dict(line.split("  ", 1) for line in outcome.out.splitlines())
    assert rows["sensors"].strip() == "12"
    assert rows["sampling rate"].strip() == "40 Hz"
    content = json.loads(run("info", recording, "--json").out)
    assert (content["kind"], content["samples"], content["unit"]) == ("recording", 1000, "m/s^2")
    assert content["positions"] is True
    assert content["names"] is None


def test_the_signals_are_not_loaded(run: Any, tmp_path: Path) -> None:
    shape = (4, 10**12)  # 32 TB, of which the file holds nothing
    with (tmp_path / "vast.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"shape": shape, "fortran_order": False, "descr": "<f8"})
        file.truncate(file.tell() + 32)
    assert run("info", "vast.npy").code == 2  # truncated, and said so at once


def test_a_factorization_is_described(run: Any, fit: Path) -> None:
    content = json.loads(run("info", fit, "--json").out)
    assert (content["kind"], content["status"], content["points"]) == ("factorization", "CERTIFIED", 12)
    assert len(content["wavenumbers"]) == content["components"]
    assert 0 <= content["gap"] <= 1e-6
    text = run("info", fit).out
    assert "String: 12 points, uneven" in text
    assert f" rad/{content['length_unit']}\n" in text
    assert "CERTIFIED" in text


def test_modes_are_described(run: Any, truth: Path) -> None:
    content = json.loads(run("info", truth, "--json").out)
    assert (content["kind"], content["modes"], content["points"]) == ("modes", 3, 12)
    assert content["frequencies"] == ModalModel.load(truth).frequencies.tolist()
    assert " Hz\n" in next(line for line in run("info", truth).out.splitlines(True) if "frequencies" in line)


@pytest.mark.parametrize("suffix", ["csv", "uff"])
def test_modes_in_other_formats_are_described(suffix: str, run: Any, truth: Path) -> None:
    if suffix == "uff":
        pytest.importorskip("pyuff", reason="pyuff is not installed")
    assert run("info", truth).code == 0
    write_modes(ModalModel.load(truth), f"modes.{suffix}")
    content = json.loads(run("info", f"modes.{suffix}", "--json").out)
    assert (content["kind"], content["modes"], content["points"]) == ("modes", 3, 12)
    assert run("info", f"modes.{suffix}", "--sampling-rate", "10").code == 2


def test_long_lists_are_shortened(run: Any, tmp_path: Path) -> None:
    names = ",".join(f"s{number}" for number in range(20))
    rows = "\n".join(",".join(str(i * j % 7) for i in range(20)) for j in range(9))
    (tmp_path / "many.csv").write_text(f"{names}\n{rows}\n")
    assert "s0, s1, s2, s3, s4, …, s19" in run("info", "many.csv").out


def test_faulty_channels_are_named(run: Any, recording: Path, tmp_path: Path) -> None:
    assert json.loads(run("info", recording, "--json").out)["faults"] == []
    assert "none found" in run("info", recording).out
    signals = np.random.default_rng(0).normal(size=(4, 900))
    signals[1], signals[3] = 0.0, np.clip(signals[3], -1.0, 9.0)
    np.save("faulty.npy", signals)
    outcome = run("info", "faulty.npy")
    assert outcome.code == 0
    rows = dict(line.split("  ", 1) for line in outcome.out.splitlines())
    assert rows["faults"].strip() == "constant sensor 1, clipped sensor 3"
    found = json.loads(run("info", "faulty.npy", "--json").out)["faults"]
    assert [(fault["sensor"], fault["fault"]) for fault in found] == [(1, "constant"), (3, "clipped")]
    assert found[0]["remedy"] == "leave it out"
    assert found[1]["samples"] == np.count_nonzero(signals[3] == -1.0)


def test_long_and_complex_recordings_are_not_searched(run: Any, tmp_path: Path) -> None:
    np.save("long.npy", np.zeros((2, 500_001), dtype=np.float32))
    np.save("complex.npy", np.ones((2, 90)) * 1j)
    for file in ("long.npy", "complex.npy"):
        assert "faults" not in run("info", file).out
        assert json.loads(run("info", file, "--json").out)["faults"] is None


def test_gaps_start_time_and_spectrum_are_told(run: Any, tmp_path: Path) -> None:
    times = np.arange(4000) / 100.0
    signals = np.vstack([np.sin(2 * np.pi * 21.0 * times), np.random.default_rng(0).normal(size=4000)])
    signals[1, 40:60], signals[1, 99] = np.nan, np.inf
    metadata = {"start_time": "2026-11-26T19:30:00"}
    write(Recording(signals, sampling_rate=100.0, names=("deck", "pier"), metadata=metadata), "a.h5")
    content = json.loads(run("info", "a.h5", "--json").out)
    assert content["start_time"] == "2026-11-26T19:30:00"
    assert content["gaps"] == [
        {"sensor": 1, "name": "pier", "first": 40, "samples": 20},
        {"sensor": 1, "name": "pier", "first": 99, "samples": 1},
    ]
    spectrum = content["spectrum"]
    loudest = int(np.argmax(spectrum["sensors"][0]))
    low, high = ([0.0, *spectrum["frequencies"]][loudest + i] for i in (0, 1))
    assert low < 21.0 < high
    outcome = run("info", "a.h5")
    rows = dict(line.split("  ", 1) for line in outcome.out.splitlines() if not line.startswith(" "))
    assert rows["gaps"].strip() == "20 samples of sensor 1 from 40, 1 samples of sensor 1 from 99"
    assert rows["spectrum"].strip().startswith("0 to 50 Hz")
    drawn = next(line for line in outcome.out.splitlines() if line.startswith("  deck"))
    assert drawn.removeprefix("  deck").lstrip(" ").count("█") == 1


def test_what_a_file_holds_is_warned_of_once(run: Any, tmp_path: Path) -> None:
    header = "Channels\t2\t\nSamples\t3\t3\nY_Unit_Label\tg\tN\nDelta_X\t0.25\t0.25"
    rows = "X_Value\tdeck\tpier\tComment\n\t1\t2\n\t2\t3\n\t3\t5"
    (tmp_path / "a.lvm").write_text(labview_text((header, rows)))
    outcome = run("info", "a.lvm")
    assert (outcome.code, outcome.err.count("different units")) == (0, 1)


def test_a_part_is_described(run: Any, tmp_path: Path) -> None:
    np.savez("two.npz", x=np.ones((2, 30)), y=np.ones((2, 40)))
    outcome = run("info", "two.npz")
    assert (outcome.code, outcome.out) == (2, "")
    assert json.loads(run("info", "two.npz", "--part", "y", "--json").out)["samples"] == 40


def test_long_recordings_are_looked_at_in_windows(run: Any, tmp_path: Path) -> None:
    times = np.arange(600_000) / 100.0
    np.save("long.npy", np.vstack([np.sin(2 * np.pi * 20.3 * times)] * 2))
    content = json.loads(run("info", "long.npy", "--json").out)
    assert (content["faults"], content["gaps"]) == (None, None)
    assert int(np.argmax(content["spectrum"]["mean"])) == int(20.3 / 50 * 32)


def test_an_unknown_sampling_rate_is_said_and_can_be_given(run: Any, tmp_path: Path, fit: Path) -> None:
    write(Recording(np.random.default_rng(0).normal(size=(3, 200))), tmp_path / "plain.h5")
    assert "unknown: give --sampling-rate" in run("info", "plain.h5").out
    assert json.loads(run("info", "plain.h5", "--json").out)["sampling_rate"] is None
    content = json.loads(run("info", "plain.h5", "--json", "--sampling-rate", 50).out)
    assert (content["sampling_rate"], content["duration"]) == (50.0, 4.0)
    assert content["spectrum"]["frequencies"][-1] == 25.0
    assert "0 to 25 Hz" in run("info", "plain.h5", "--sampling-rate", 50).out
    assert "positive number of hertz" in run("info", "plain.h5", "--sampling-rate", 0).err
    assert "--sampling-rate is for recordings" in run("info", fit, "--sampling-rate", 50).err


def test_the_variable_of_a_mat_file_is_told(run: Any, tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {"acc": np.ones((3, 50)), "fs": 8.0})
    assert json.loads(run("info", "a.mat", "--json").out)["part"] == "acc"
    assert "part" in run("info", "a.mat").out
