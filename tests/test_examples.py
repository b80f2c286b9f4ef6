"""The examples run, print what they promise, and leave their picture."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PNG = b"\x89PNG\r\n\x1a\n"


def run(root: Path, folder: Path, example: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run an example in an empty folder, with this checkout's package and warnings as errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", root / "examples" / example, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(root), "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_bridge_demo_finds_all_six_modes(root: Path, tmp_path: Path) -> None:
    result = run(root, tmp_path, "bridge_demo.py")
    assert result.returncode == 0, result.stderr
    assert "6 of 6 modes found, 0 others named" in result.stdout
    rows = re.findall(r"^ +([\d.]+) +([\d.]+) +[\d.]+ +[\d.]+ +([\d.]+)$", result.stdout, re.MULTILINE)
    assert len(rows) == 6
    for true, found, likeness in rows:
        assert abs(float(found) / float(true) - 1) < 0.01
        assert float(likeness) > 0.99
    assert (tmp_path / "bridge.png").read_bytes().startswith(PNG)


def test_the_frequency_wavenumber_map_has_six_modes_on_one_line(root: Path, tmp_path: Path) -> None:
    result = run(root, tmp_path, "frequency_wavenumber.py")
    assert result.returncode == 0, result.stderr
    speeds = [float(speed) for speed in re.findall(r"([\d.]+) m/s", result.stdout)]
    assert len(speeds) == 6
    assert all(abs(speed / 131.2 - 1) < 0.015 for speed in speeds)
    assert (tmp_path / "frequency_wavenumber.png").read_bytes().startswith(PNG)


def test_between_its_limits_the_factorization_beats_both_and_the_classical_band_pass(
    root: Path, tmp_path: Path
) -> None:
    result = run(root, tmp_path, "filtering_view.py")
    assert result.returncode == 0, result.stderr
    words = re.findall(r"([a-zγ][a-zγ -]+) (0\.\d+)", result.stdout)
    errors = {name: float(value) for name, value in words}
    assert errors["best γ"] <= errors["automatic γ"]
    others = [errors[name] for name in ("nuclear norm", "group lasso", "best band-pass")]
    assert errors["automatic γ"] < 0.85 * min(others)
    centres = re.findall(r"^ +([\d.]+) +[\d.]+ +[\d.]+ +[\d.]+$", result.stdout, re.MULTILINE)
    for centre, expected in zip(centres, [5.54, 10.91, 17.97], strict=True):
        assert abs(float(centre) / expected - 1) < 0.01
    assert (tmp_path / "filtering_view.png").read_bytes().startswith(PNG)


def test_the_beam_camera_agrees_with_the_accelerometer(root: Path, tmp_path: Path, shared_data: Path) -> None:
    data = shared_data / "beam_highspeed_camera" / "displacements_lk.npy"
    result = run(root, tmp_path, "beam_camera.py", data, "--picture", "picture.png")
    assert result.returncode == 0, result.stderr
    shifts = re.findall(r"camera [\d.]+ Hz, [\d.]+ % \(([+-][\d.]+) %\)", result.stdout)
    assert len(shifts) == 2
    assert all(abs(float(shift)) < 0.3 for shift in shifts)
    assert "other modes named: 0" in result.stdout
    assert (tmp_path / "picture.png").read_bytes().startswith(PNG)


def test_the_beam_camera_says_that_its_file_is_missing(root: Path, tmp_path: Path) -> None:
    result = run(root, tmp_path, "beam_camera.py", "gone.npy")
    assert result.returncode == 1
    assert "there is no file gone.npy" in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_three_setups_become_one_mast(root: Path, tmp_path: Path) -> None:
    result = run(root, tmp_path, "setups.py")
    assert result.returncode == 0, result.stderr
    likeness = re.search(r"MAC with the truth: (.*)", result.stdout)
    assert likeness is not None
    assert [float(value) > 0.999 for value in likeness[1].split(", ")] == [True] * 4
    speed = re.search(r"speed ([\d.]+) ± ([\d.]+) m²/s from 4 modes", result.stdout)
    assert speed is not None
    assert abs(float(speed[1]) - 300.0) < 4 * float(speed[2])
    assert (tmp_path / "stabilization.png").read_bytes().startswith(PNG)
    assert "<canvas" in (tmp_path / "mast.html").read_text(encoding="utf-8")


def test_a_folder_of_recordings_leads_to_an_alarm_and_its_place(root: Path, tmp_path: Path) -> None:
    result = run(root, tmp_path, "monitoring.py")
    assert result.returncode == 0, result.stderr
    hours = re.search(r"damaged from hour (\d+); first alarm at hour (\d+)", result.stdout)
    assert hours is not None
    assert 0 <= int(hours[2]) - int(hours[1]) <= 10  # within two records
    found = re.search(r"place ([\d.]+) m, loss (\d+) to (\d+) %", result.stdout)
    assert found is not None
    assert abs(float(found[1]) - 13.0) < 1.0
    assert int(found[2]) <= 20 <= int(found[3])
    assert result.stdout.count(" conditions, lagging 0 h") == 3  # temperature explains all three modes
    assert (tmp_path / "monitoring.png").read_bytes().startswith(PNG)
    assert [path.name for path in tmp_path.iterdir()] == ["monitoring.png"]


def test_the_local_wavenumber_of_the_intact_plate_is_the_published_one(
    root: Path, tmp_path: Path, shared_data: Path
) -> None:
    data = shared_data / "bam_al_cfrp_wavefield" / "Data_AlSide_0_8mm_100kHz.mat"
    result = run(root, tmp_path, "local_wavenumber.py", data)
    assert result.returncode == 0, result.stderr
    found = re.search(r"intact plate: ([\d.]+) rad/m, published ([\d.]+) rad/m", result.stdout)
    assert found is not None
    assert abs(float(found[1]) / float(found[2]) - 1) < 0.03
    damage = re.search(r"damage: ([\d.]+), ([\d.]+), ([\d.]+) rad/m", result.stdout)
    assert damage is not None
    assert float(found[1]) < float(damage[1]) < float(damage[3])
    assert (tmp_path / "local_wavenumber.png").read_bytes().startswith(PNG)


def test_the_local_wavenumber_says_that_its_file_is_missing(root: Path, tmp_path: Path) -> None:
    result = run(root, tmp_path, "local_wavenumber.py", "gone.mat")
    assert result.returncode == 1
    assert "there is no file gone.mat" in result.stderr
    assert list(tmp_path.iterdir()) == []


def numbers(pattern: str, text: str) -> list[float]:
    """Return what the groups of the first match say."""
    found = re.search(pattern, text)
    assert found is not None, text
    return [float(value) for value in found.groups()]


def test_the_cable_is_under_three_meganewtons(root: Path, tmp_path: Path) -> None:
    result = run(root, tmp_path, "cable.py")
    assert result.returncode == 0, result.stderr
    assert "is simulated" in result.stdout
    tension, low, high = numbers(r"tension ([\d.]+) MN, 95 % between ([\d.]+) and ([\d.]+) MN", result.stdout)
    assert low < tension < high
    assert abs(tension / 3.0 - 1) < 0.005
    assert (tmp_path / "cable.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("is_measured", [False, True])
def test_the_steel_frame_has_all_its_modes(
    is_measured: bool, root: Path, tmp_path: Path, request: Any
) -> None:
    folder = request.getfixturevalue("shared_data") / "steel_frame_3dsldv" if is_measured else None
    result = run(root, tmp_path, "steel_frame.py", *([folder] if folder else []))
    assert result.returncode == 0, result.stderr
    assert ("is simulated" in result.stdout) is not is_measured
    shifts = re.findall(r"^ +[\d.]+ +[\d.]+ +([+-][\d.]+) +[\d.]+$", result.stdout, re.MULTILINE)
    assert len(shifts) == (8 if is_measured else 6)
    assert all(abs(float(shift)) < 0.3 for shift in shifts)
    assert (tmp_path / "steel_frame.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("is_measured", [False, True])
def test_the_geophones_give_the_expected_curve(
    is_measured: bool, root: Path, tmp_path: Path, request: Any
) -> None:
    folder = request.getfixturevalue("shared_data") / "oysand_masw" if is_measured else None
    result = run(root, tmp_path, "geophones.py", *([folder] if folder else []))
    assert result.returncode == 0, result.stderr
    inside, count, deviation = numbers(
        r"within the bounds: (\d+) of (\d+); mean deviation ([\d.]+) %", result.stdout
    )
    assert inside >= (0.85 if is_measured else 1.0) * count
    assert deviation < (2.0 if is_measured else 0.5)
    assert (tmp_path / "geophones.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("is_measured", [False, True])
def test_the_fibre_tells_speed_and_direction(
    is_measured: bool, root: Path, tmp_path: Path, request: Any
) -> None:
    file = "das_small/deformation_rate_event_1.hdf5"
    event = request.getfixturevalue("shared_data") / file if is_measured else None
    result = run(root, tmp_path, "fibre.py", *([event] if event else []))
    assert result.returncode == 0, result.stderr
    (speed,) = numbers(r"travel at (\d+) m/s towards smaller coordinates", result.stdout)
    assert (3000 < speed < 5000) if is_measured else (abs(speed - 3000) <= 50)
    assert numbers(r"on that line ([\d.]+) times", result.stdout)[0] > 2
    assert (tmp_path / "fibre.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("is_measured", [False, True])
def test_frequencies_are_freed_from_temperature(
    is_measured: bool, root: Path, tmp_path: Path, request: Any
) -> None:
    folder = request.getfixturevalue("shared_data") / "tower_modal_eov" if is_measured else None
    result = run(root, tmp_path, "temperature.py", *([folder] if folder else []))
    assert result.returncode == 0, result.stderr
    rows = re.findall(r"^ +\d+ +[\d.]+ +([+-]\d\.\d+), ([+-]\d\.\d+)$", result.stdout, re.MULTILINE)
    before, after = (abs(np.array(column, dtype=float)) for column in zip(*rows, strict=True))
    assert np.median(before) > 0.6
    assert np.median(after) < 0.4 * np.median(before)
    assert (tmp_path / "temperature.png").read_bytes().startswith(PNG)


def test_a_long_recording_is_factorized_block_by_block(root: Path, tmp_path: Path) -> None:
    result = run(root, tmp_path, "ten_million.py", "--samples", "150000")
    assert result.returncode == 0, result.stderr
    assert "4 components, 64 points × 150000 samples" in result.stdout
    assert "CERTIFIED" in result.stdout
    assert (tmp_path / "ten_million.png").read_bytes().startswith(PNG)


def test_a_plate_runs_with_or_without_a_graphics_card(root: Path, tmp_path: Path) -> None:
    result = run(root, tmp_path, "gpu.py", "--side", "12")
    assert result.returncode == 0, result.stderr
    error, before = numbers(r"relative error ([\d.]+); of the recording ([\d.]+)", result.stdout)
    assert error < 0.5 * before
    assert (tmp_path / "gpu.png").read_bytes().startswith(PNG)


def test_examples_are_short(root: Path) -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in (root / "examples").glob("*.py")}
    assert {name: length for name, length in lengths.items() if length >= 100} == {}
