"""`wavefact factorize`: results, options, exit codes, pictures and progress."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wavefact.factorization import Factorization
from wavefact.filters import wave_weight_from_bandwidth
from wavefact.io import read, write
from wavefact.operators import Beam, Media, Membrane, Plate, String, WaveOperator
from wavefact.recording import Recording
from wavefact.solution import Status

GIVEN = ("--wave-weight", "1", "--regularization", "60")


def test_the_result_is_written_and_told(run: Any, recording: Path, tmp_path: Path) -> None:
    outcome = run("factorize", recording, "-o", "fit.h5", "--ends", "fixed", "--span", "0,8.4")
    assert (outcome.code, outcome.err) == (0, "")
    fit = Factorization.load(tmp_path / "fit.h5")
    assert fit.status is Status.CERTIFIED
    assert np.array_equal(fit.operator.positions, read(recording).positions)
    assert (fit.sampling_rate, fit.unit, fit.quantity) == (40.0, "m/s^2", "acceleration")
    assert f"{fit.n_components} components at wavenumbers" in outcome.out
    assert "Certified: no other components" in outcome.out
    assert "Wrote fit.h5." in outcome.out


def test_by_default_the_sensors_are_a_free_line(run: Any, recording: Path) -> None:
    outcome = run("factorize", recording, "-o", "fit.h5", *GIVEN, "-v")
    assert Factorization.load("fit.h5").operator == String(positions=read(recording).positions, ends="free")
    assert "Info: no operator given: the sensors are taken as" in outcome.err


def test_json_is_one_object(run: Any, recording: Path, tmp_path: Path) -> None:
    outcome = run("factorize", recording, "-o", "fit.h5", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    content, fit = json.loads(outcome.out), Factorization.load("fit.h5")
    assert content["n_components"] == fit.n_components > 0
    assert content["wavenumbers"] == fit.wavenumbers.tolist()
    assert (content["status"], content["certified"]) == ("CERTIFIED", True)
    assert content["gap"] == fit.certificate.gap <= 1e-6
    assert content["polar"] <= content["polar_upper"]
    assert (content["regularization"], content["wave_weight"]) == (fit.regularization, fit.wave_weight)
    assert content["noise"] == fit.noise > 0
    assert content["seconds"] > 0
    assert content["output"] == str(tmp_path / "fit.h5")
    assert content["plot"] is None


@pytest.mark.parametrize("flags", [[], ["--json"], ["--quiet"]])
def test_a_result_without_proof_ends_with_three(flags: list[str], run: Any, recording: Path) -> None:
    outcome = run("factorize", recording, "-o", "fit.h5", "--max-components", "1", *flags)
    assert outcome.code == 3
    assert outcome.err.startswith("Warning: Stopped at --max-components")
    assert outcome.err.count("\n") == 1
    fit = Factorization.load("fit.h5")
    assert (fit.status, fit.n_components) == (Status.COMPONENT_LIMIT, 1)
    if "--json" in flags:
        assert json.loads(outcome.out)["status"] == "COMPONENT_LIMIT"
    elif not flags:
        assert "Not certified: other components may lower" in outcome.out
    else:
        assert outcome.out == ""


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_picture_is_written(suffix: str, run: Any, recording: Path, tmp_path: Path) -> None:
    outcome = run("factorize", recording, "-o", "fit.h5", *GIVEN, "--plot", f"picture.{suffix}")
    assert (outcome.code, outcome.err) == (0, "")
    begin = (tmp_path / f"picture.{suffix}").read_bytes()[:200]
    assert begin.startswith(b"\x89PNG") if suffix == "png" else b"<?xml" in begin
    assert f"picture.{suffix}" in outcome.out


X12 = np.array([0.3, 0.9, 1.4, 2.2, 2.9, 3.5, 4.4, 5.0, 5.7, 6.3, 7.1, 7.8])


@pytest.mark.parametrize(
    ("arguments", "operator"),
    [
        (["--spacing", "0.5"], String(12, 0.5, "free")),
        (["--ends", "fixed-free"], String(positions=X12, ends="fixed-free")),
        (["--ends", "fixed", "--span", "-1,9"], String(positions=X12, ends="fixed", span=(-1, 9))),
        (["--operator", "beam"], Beam(positions=X12, ends="free")),
        (["--operator", "beam", "--ends", "clamped-free"], Beam(positions=X12, ends="clamped-free")),
        (["--operator", "beam", "--spacing", "2", "--ends", "pinned"], Beam(12, 2.0, "pinned")),
        (
            ["--operator", "media", "--speeds", "3,2", "--boundaries", "4.1", "--ends", "fixed"],
            Media(positions=X12, speeds=[3, 2], boundaries=[4.1]),
        ),
        (["--operator", "membrane", "--shape", "4,3"], Membrane((4, 3), 1.0, "free")),
        (
            ["--operator", "membrane", "--shape", "3,2,2", "--spacing", "1,2,3", "--ends", "free,fixed,free"],
            Membrane((3, 2, 2), (1.0, 2.0, 3.0), ("free", "fixed", "free")),
        ),
        (["--operator", "plate", "--shape", "4,3", "--spacing", "0.2"], Plate((4, 3), 0.2, "pinned")),
        (["--positions", "1,2,3,4,5,6,7,8,9,10,11,13"], String(positions=[*range(1, 12), 13], ends="free")),
        (["--positions", "rows.txt"], String(positions=np.arange(12) ** 1.5, ends="free")),
        (["--positions", "rows.npy"], String(positions=np.arange(12) ** 2.0, ends="free")),
    ],
)
def test_the_options_describe_the_operator(
    arguments: list[str], operator: WaveOperator, run: Any, recording: Path
) -> None:
    Path("rows.txt").write_text("\n".join(f"{float(x)!r}," for x in np.arange(12) ** 1.5), encoding="utf-8")
    np.save("rows.npy", np.arange(12) ** 2.0)
    outcome = run("factorize", recording, "-o", "fit.h5", *GIVEN, *arguments)
    assert outcome.code == 0, outcome.err
    assert Factorization.load("fit.h5").operator == operator


def test_offsets_are_told_and_removed_on_request(run: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    shape, times = np.sin(np.pi * np.arange(1, 9) / 9), np.arange(400) / 50
    signals = np.outer(shape, np.sin(2 * np.pi * 3 * times)) + 0.05 * rng.normal(size=(8, 400))
    write(Recording(signals + 50, sampling_rate=50.0), tmp_path / "offset.h5")
    flags = ("--ends", "fixed", "--wave-weight", 100, "--json", "-o", "fit.h5")
    spoilt = run("factorize", "offset.h5", *flags)
    assert "constant offsets" in spoilt.err
    clean = run("factorize", "offset.h5", *flags, "--detrend", "linear")
    assert (clean.code, clean.err) == (0, "")
    assert json.loads(clean.out)["wavenumbers"] == pytest.approx([np.pi / 9], rel=0.02)


def test_a_bandwidth_is_a_wave_weight(run: Any, recording: Path) -> None:
    outcome = run("factorize", recording, "-o", "fit.h5", "--bandwidth", "0.2@1.1", "--regularization", "60")
    assert outcome.code == 0
    fit = Factorization.load("fit.h5")
    assert fit.wave_weight == wave_weight_from_bandwidth(fit.operator, 0.2, 1.1)


def test_a_table_gets_rate_and_axis_from_the_options(run: Any, recording: Path) -> None:
    np.save("bare.npy", np.asarray(read(recording).signals)[:, :9].T)  # 9 samples of 12 sensors
    arguments = ["--axis", "samples-first", "--sampling-rate", "250", *GIVEN]
    assert run("factorize", "bare.npy", "-o", "fit.h5", *arguments).code == 0
    fit = Factorization.load("fit.h5")
    assert (fit.operator.n_points, fit.time_courses.shape[0], fit.sampling_rate) == (12, 9, 250.0)


def test_debias_and_device_and_rtol_reach_the_solver(run: Any, recording: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    for name, flags in (("a.h5", []), ("b.h5", ["--debias", "--device", "cpu", "--rtol", "1e-9"])):
        assert run("factorize", recording, "-o", name, *GIVEN, *flags).code == 0
    shrunk, unbiased = Factorization.load("a.h5"), Factorization.load("b.h5")
    assert unbiased.certificate.gap <= 1e-9
    assert np.linalg.norm(unbiased.reconstruct()) > 1.02 * np.linalg.norm(shrunk.reconstruct())


@pytest.mark.parametrize("factor", [1e300, 1e-300])
def test_extreme_magnitudes_work(factor: float, run: Any, recording: Path) -> None:
    original = read(recording)
    write(original.replace(signals=np.asarray(original.signals) / 1e3 * factor), "x.h5")
    write(original, "plain.h5")
    outcomes = [run("factorize", name, "-o", f"fit-{name}", "--json") for name in ("x.h5", "plain.h5")]
    assert [(outcome.code, outcome.err) for outcome in outcomes] == [(0, ""), (0, "")]
    extreme, plain = (json.loads(outcome.out) for outcome in outcomes)  # infinite energies are null
    assert extreme["wavenumbers"] == pytest.approx(plain["wavenumbers"], rel=1e-5)
    assert extreme["noise"] == pytest.approx(plain["noise"] / 1e3 * factor, rel=1e-6)


def test_without_a_terminal_there_is_no_progress_bar(root: Path, recording: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "wavefact", "factorize", str(recording), "-o", "fit.h5", *GIVEN],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("flags", [[], ["--quiet"]])
def test_on_a_terminal_there_is_one(flags: list[str], root: Path, recording: Path, tmp_path: Path) -> None:
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))  # else it has no columns
    arguments = ["factorize", str(recording), "-o", "fit.h5", *GIVEN[:2], "--max-components", "1", *flags]
    result = subprocess.run(
        [sys.executable, "-m", "wavefact", *arguments, "--json"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=False,
    )
    os.set_blocking(ours, False)
    shown = os.read(ours, 2**16).decode()
    os.close(ours)
    os.close(theirs)
    assert result.returncode == 3
    assert json.loads(result.stdout)["n_components"] == 1  # the bar does not disturb stdout
    assert ("components, gap" in shown) == (not flags)
    lines = [line.rpartition("\r")[2] for line in shown.split("\r\n")]  # as they stand in the end
    assert lines[0].startswith("Warning: Stopped at --max-components")


def test_a_large_recording_goes_into_its_file_as_it_comes(
    run: Any, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("factorize", recording, "-o", "plain.h5", *GIVEN).code == 0
    monkeypatch.setattr("wavefact.cli._files._LARGE", 0)
    outcome = run("factorize", recording, "-o", "fit.h5", *GIVEN, "--plot", "picture.png")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Wrote fit.h5 and picture.png." in outcome.out
    fit, plain = Factorization.load(tmp_path / "fit.h5"), Factorization.load(tmp_path / "plain.h5")
    assert isinstance(fit.time_courses, np.memmap)
    np.testing.assert_allclose(fit.time_courses, plain.time_courses, atol=1e-10)
    modes = [json.loads(run("modes", name, "--json").out)["modes"] for name in ("fit.h5", "plain.h5")]
    assert [m["frequency"] for m in modes[0]] == pytest.approx([m["frequency"] for m in modes[1]])
    assert run("info", "fit.h5").code == 0


def test_gaps_are_missing_on_request(run, folder, tmp_path):
    recording = read(folder / "string.h5")
    signals = recording.signals.copy()
    signals[2, 100:200] = np.nan
    signals[7] = np.nan
    write(recording.replace(signals=signals), tmp_path / "gaps.h5")
    refused = run("factorize", tmp_path / "gaps.h5", "-o", tmp_path / "fit.h5")
    assert refused.code == 2
    assert "--missing" in refused.err
    settings = ("--operator", "string", "--ends", "fixed", "--missing", "--plot", tmp_path / "fit.png")
    outcome = run("factorize", tmp_path / "gaps.h5", "-o", tmp_path / "fit.h5", *settings)
    assert outcome.code == 0
    assert "Certified" in outcome.out
    assert (tmp_path / "fit.png").stat().st_size > 0
    fit = Factorization.load(tmp_path / "fit.h5")
    hidden = np.s_[2, 100:200]
    error = np.linalg.norm(fit.reconstruct()[hidden] - recording.signals[hidden])
    assert error < 0.5 * np.linalg.norm(recording.signals[hidden])


def test_without_a_sampling_rate_there_are_no_hertz(run: Any, recording: Path) -> None:
    write(read(recording).replace(sampling_rate=None), "plain.h5")
    outcome = run("factorize", "plain.h5", "-o", "fit.h5", "--time-weight", "0.05 Hz", "--wave-weight", "1")
    assert "cycles/sample" in outcome.out
    assert "time bandwidth 0.05 cycles/sample" in outcome.out
    assert " Hz" not in outcome.out
    known = run(
        "factorize", "plain.h5", "-o", "fit.h5", "--sampling-rate", 40, "--json", "--wave-weight", "1"
    )
    assert json.loads(known.out)["frequency_unit"] == "Hz"


def test_where_nothing_is_found_it_says_why(run: Any) -> None:
    signals = np.random.default_rng(0).normal(size=(6, 400))
    signals[2, 30:40] = np.nan
    np.save("noise.npy", signals)
    outcome = run("factorize", "noise.npy", "-o", "fit.h5", "--missing")
    assert outcome.code == 0
    told = [line for line in outcome.out.splitlines() if line.startswith("Nothing exceeds what noise alone")]
    assert len(told) == 1
    assert "without a time weight, which gaps exclude" in told[0]
    regularization = Factorization.load("fit.h5").regularization
    assert f"--regularization below {regularization:.3g}" in told[0]
    lower = run("factorize", "noise.npy", "-o", "fit.h5", "--missing", "--regularization", regularization / 2)
    assert "Nothing exceeds" not in lower.out


def test_one_component_is_at_one_wavenumber(run: Any) -> None:
    shape, time = np.sin(np.pi * np.arange(1, 9) / 9), np.sin(0.3 * np.arange(200))
    noise = 0.01 * np.random.default_rng(0).standard_normal((8, 200))
    write(Recording(np.outer(shape, time) + noise, 10.0), "one.h5")
    assert (
        "1 component at wavenumber "
        in run("factorize", "one.h5", "-o", "fit.h5", "--wave-weight", "1", "--regularization", "5").out
    )
