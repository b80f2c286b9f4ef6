"""`wavefact simulate`: what it writes, and that the demonstration in data/ comes from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wavefact.io import read
from wavefact.modal import ModalModel

QUICK = ("--duration", "8", "--points", "9")


@pytest.mark.parametrize(
    ("arguments", "n_sensors", "ratio"),
    [
        (["string", *QUICK], 9, 2.0),
        (["beam", *QUICK, "--points", "60", "--modes", "2"], 60, 4.0),
        (["beam", *QUICK, "--points", "60", "--modes", "2", "--ends", "clamped-free"], 60, 6.27),
        (["plate", "--duration", "8", "--points", "9,40", "--modes", "2", "--spacing", "0.2"], 360, 1.18),
    ],
)
def test_a_structure_has_its_frequencies(
    run: Any, tmp_path: Path, arguments: list[str], n_sensors: int, ratio: float
) -> None:
    outcome = run("simulate", *arguments, "-o", "x.h5", "--frequency", "3")
    assert (outcome.code, outcome.err) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {"x.h5", "x.truth.h5"}
    recording, truth = read("x.h5"), ModalModel.load("x.truth.h5")
    assert recording.n_sensors == n_sensors == truth.n_points
    assert truth.frequencies[0] == pytest.approx(3.0)
    assert truth.frequencies[1] / truth.frequencies[0] == pytest.approx(ratio, rel=0.02)
    assert f"{truth.n_modes} modes" in outcome.out


def test_options_reach_the_recording(run: Any, tmp_path: Path) -> None:
    options = ["--rate", "200", "--quantity", "velocity", "--damping", "0.01,0.02", "--modes", "2"]
    run("simulate", *QUICK, *options, "-o", "x.npz", "--truth", "modes.h5", "--snr", "inf", "-q")
    recording, truth = read(tmp_path / "x.npz"), ModalModel.load(tmp_path / "modes.h5")
    assert (recording.sampling_rate, recording.quantity, recording.n_samples) == (200.0, "velocity", 1600)
    assert truth.damping_ratios.tolist() == [0.01, 0.02]
    values = np.linalg.svd(np.asarray(recording.signals), compute_uv=False)
    assert values[2] < 1e-9 * values[0]  # two modes and no noise


def test_the_seed_decides(run: Any) -> None:
    for name, seed in (("a.h5", 1), ("b.h5", 1), ("c.h5", 2)):
        assert run("simulate", *QUICK, "--seed", seed, "-o", name).code == 0
    a, b, c = (np.asarray(read(name).signals) for name in ("a.h5", "b.h5", "c.h5"))
    assert np.array_equal(a, b)
    assert not np.allclose(a, c)


def test_the_reference_scenarios(run: Any) -> None:
    assert run("simulate", "s1", "--samples", "300", "-o", "s1.h5").code == 0
    assert run("simulate", "s2", "--snr", "3", "-o", "s2.h5").code == 0
    assert read("s1.h5").signals.shape == (100, 300)
    assert read("s2.h5").signals.shape == (100, 1000)
    assert ModalModel.load("s2.truth.h5").frequencies.round().tolist() == [12, 25, 37, 61, 96]


@pytest.mark.parametrize(
    ("name", "shape", "n_modes"),
    [("cantilever", (60, 1000), 5), ("plate-burst", (480, 240), 0), ("frame", (6, 15_000), 6)],
)
def test_ready_made_structures(name: str, shape: tuple[int, int], n_modes: int, run: Any) -> None:
    outcome = run("simulate", name, "-o", "x.h5", "--snr", "20")
    assert (outcome.code, outcome.err) == (0, "")
    assert read("x.h5").signals.shape == shape
    assert ModalModel.load("x.truth.h5").n_modes == n_modes
    assert (f"{n_modes} modes" if n_modes else "x.truth.h5: no modes.") in outcome.out


@pytest.mark.parametrize("arguments", [["string", *QUICK], ["s2"]])
def test_the_recording_without_noise_is_written(arguments: list[str], run: Any, tmp_path: Path) -> None:
    outcome = run("simulate", *arguments, "--snr", "10", "-o", "x.h5", "--clean", "clean.h5")
    assert outcome.out.splitlines()[-1] == "Wrote clean.h5: the same without noise."
    assert {path.name for path in tmp_path.iterdir()} == {"x.h5", "x.truth.h5", "clean.h5"}
    noisy, clean = read("x.h5"), read("clean.h5")
    error = np.asarray(noisy.signals) - np.asarray(clean.signals)
    assert np.mean(np.asarray(clean.signals) ** 2) / np.mean(error**2) == pytest.approx(10.0, rel=0.1)
    assert (clean.sampling_rate, clean.unit) == (noisy.sampling_rate, noisy.unit)
    assert np.array_equal(clean.positions, noisy.positions)


def test_the_demonstration_in_the_repository_is_what_the_command_writes(run: Any, root: Path) -> None:
    assert run("simulate", "demo", "-o", "demo.h5").code == 0
    stored, made = read(root / "data/demo.h5"), read("demo.h5")
    assert np.allclose(stored.signals, made.signals, rtol=1e-4, atol=1e-4)
    assert stored.signals.dtype == np.float32
    assert stored.metadata == pytest.approx(made.metadata)
    assert (stored.names, stored.unit, stored.sampling_rate) == (made.names, made.unit, made.sampling_rate)
    truth, again = ModalModel.load(root / "data/demo.truth.h5"), ModalModel.load("demo.truth.h5")
    assert np.allclose(truth.frequencies, again.frequencies)
    assert np.allclose(truth.mode_shapes, again.mode_shapes)


def test_the_data_folder_is_small(root: Path) -> None:
    assert sum(path.stat().st_size for path in (root / "data").iterdir()) < 2e6


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["s1", "--points", "9"], "--points has no effect on s1"),
        (["demo", "--snr", "3"], "--snr has no effect on demo"),
        (["string", "--samples", "3"], "--samples has no effect on string"),
        (["cable"], "'cable' is not one of 'string'"),
        (["string", "--rate", "0"], "rate must be positive"),
        (["string", "--rate", "-3"], "rate must be positive"),
        (["string", "--duration", "-1"], "duration must be positive"),
        (["string", "--rate", "3"], "reaches half the sampling rate"),
        (["string", "--modes", "99"], "99 modes were asked for"),
        (["string", "--points", "1"], "at least 2 points"),
        (["string", "--points", "9,9"], "--points holds 2 numbers"),
        (["plate", "--points", "9"], "a plate has two"),
        (["string", "--frequency", "0"], "must be positive"),
        (["string", "--frequency", "nan"], "must be positive"),
        (["string", "--damping", "2"], "Damping ratios"),
        (["string", "--damping", "x"], "not a list of numbers"),
        (["string", "--snr", "nan"], "finite number of decibels"),
        (["string", "--ends", "glued"], "unknown to String"),
        (["string", "--seed", "-1"], "--seed"),
        (["string", "--truth", "x.h5"], "it is written twice"),
        (["string", "--truth", "none/x.h5"], "there is no folder"),
        (["string", "--clean", "x.h5"], "it is written twice"),
        (["frame", "--points", "9"], "--points has no effect on frame"),
    ],
)
def test_bad_input_is_refused(run: Any, tmp_path: Path, arguments: list[str], complaint: str) -> None:
    outcome = run("simulate", *arguments, "-o", "x.h5")
    assert (outcome.code, outcome.out) == (2, "")
    assert complaint in outcome.err
    assert outcome.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_suffix_is_refused(run: Any, tmp_path: Path) -> None:
    outcome = run("simulate", *QUICK, "-o", "x.doc")
    assert outcome.code == 2
    assert "No format has the suffix '.doc'" in outcome.err
    assert list(tmp_path.iterdir()) == []
