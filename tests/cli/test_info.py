"""`wavefact info` on each kind of file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.modal import ModalModel


def test_a_recording_is_described(run: Any, recording: Path) -> None:
    outcome = run("info", recording)
    assert outcome.code == 0
    rows = dict(line.split("  ", 1) for line in outcome.out.splitlines())
    assert rows["sensors"].strip() == "12"
    assert rows["sampling rate"].strip() == "40"
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
    assert "CERTIFIED" in text


def test_modes_are_described(run: Any, truth: Path) -> None:
    content = json.loads(run("info", truth, "--json").out)
    assert (content["kind"], content["modes"], content["points"]) == ("modes", 3, 12)
    assert content["frequencies"] == ModalModel.load(truth).frequencies.tolist()
    assert "frequencies" in run("info", truth).out


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
