"""`wavefact compare`: what it prints, writes, and refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wavefact.compare import METHODS, Comparison, Row, Scores
from wavefact.io import read, write
from wavefact.operators import String
from wavefact.simulate import Structure, simulate

STRING = ("--operator", "string", "--ends", "fixed", "--span", "0,8.4")


@pytest.fixture
def clean(recording: Path, tmp_path: Path) -> Path:
    """Return the file of the small recording without noise."""
    noisy = read(recording)
    string = String(ends="fixed", positions=noisy.positions, span=(0.0, 8.4))
    structure = Structure.of(string, 3, wave_speed=30.0, damping_ratios=[0.02, 0.01, 0.015])
    made = simulate(structure, "random", sampling_rate=40.0, duration=25.0, snr_db=15.0, rng=3)
    assert np.array_equal(made.recording.signals, noisy.signals)
    write(noisy.replace(signals=made.clean), tmp_path / "clean.h5")
    return tmp_path / "clean.h5"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let nothing be computed; return what would have been."""
    asked: dict[str, Any] = {}
    rows = (
        Row("wavefact", scores=Scores(held_out_error=0.5, mac=0.9), seconds=2.0),
        Row("svd", scores=Scores(held_out_error=0.7, mac=0.9), seconds=0.1),
        Row("ica", failure="MissingPackageError: This baseline needs scikit-learn; it is not installed."),
    )

    def answer(recording: Any, operator: Any, **settings: Any) -> Comparison:
        asked.update(settings, recording=recording, operator=operator)
        return Comparison(rows)

    monkeypatch.setattr("wavefact.cli.compare.compare_methods", answer)
    return asked


def test_methods_are_compared_and_all_is_written(
    run: Any, recording: Path, truth: Path, clean: Path, tmp_path: Path
) -> None:
    known = ("--truth", truth, "--truth", clean)
    outcome = run(
        "compare", recording, *STRING, *known, "--with", "svd,shrinkage", "-o", "r.json", "--plot", "p.png"
    )
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0].startswith(f"{recording}: 12 sensors × 1000 samples")
    assert lines[1].startswith("String: 12 points")
    assert [line.split()[0] for line in lines[3:6]] == ["wavefact", "svd", "shrinkage"]
    assert lines[6].startswith("Best of the automatic settings: wavefact")
    assert lines[7] == "Wrote r.json and p.png."
    record = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    ours, svd, _ = record["rows"]
    assert ours["relative_error"] < svd["relative_error"] < 1
    assert ours["missed"] == ours["false"] == 0
    assert "wavefact" in record["best"]["relative_error"]
    assert set(record["versions"]) == {"python", "wavefact", "numpy", "scipy"}
    assert record["truth"] == [str(truth), str(clean)]
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.iterdir()} == {"clean.h5", "r.json", "p.png"}


def test_options_reach_the_comparison(run: Any, recording: Path, truth: Path, quick: dict[str, Any]) -> None:
    flags = ("--truth", truth, "--oracle", "--time-limit", "7", "--detrend", "constant", "--spacing", "0.5")
    assert run("compare", recording, "--with", "svd, ica", *flags).code == 0
    assert (quick["methods"], quick["oracle"], quick["time_limit"]) == (("svd", "ica"), True, 7.0)
    assert (quick["truth"].n_modes, "clean" in quick, quick["callback"]) == (3, False, None)
    assert quick["operator"] == String(12, 0.5, "free")
    assert np.allclose(np.mean(quick["recording"].signals, axis=1), 0, atol=1e-9)


def test_by_default_all_methods_on_a_free_line(run: Any, recording: Path, quick: dict[str, Any]) -> None:
    record = json.loads(run("compare", recording, "--json").out)
    assert quick["methods"] is None
    assert quick["operator"] == String(positions=read(recording).positions, ends="free")
    assert set(record["versions"]) >= {method.package for method in METHODS.values()} - {""}
    assert record["rows"][2]["failure"].startswith("MissingPackageError")


def test_who_is_best_and_what_is_absent_is_told(run: Any, recording: Path, quick: dict[str, Any]) -> None:
    said = run("compare", recording).out.splitlines()[-2:]
    assert said == [
        "Best of the automatic settings: wavefact in held out; wavefact and svd in MAC; svd in time.",
        "scikit-learn is not installed; for all methods run: pip install 'wavefact[compare]'",
    ]
    assert run("compare", recording, "-q").out == ""


def test_the_clean_recording_loses_its_trend_too(
    run: Any, recording: Path, clean: Path, quick: dict[str, Any]
) -> None:
    write(read(clean).replace(signals=np.asarray(read(clean).signals) + 100.0), "offset.h5")
    run("compare", recording, "--truth", "offset.h5", "--detrend", "constant")
    assert np.allclose(np.mean(quick["clean"].signals, axis=1), 0, atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--with", "svd,magic"], f"no method 'magic'; expected some of {', '.join(METHODS)}."),
        (["--oracle"], "oracle needs the truth"),
        (["--time-limit", "0"], "--time-limit is 0.0"),
        (["--truth", "FIT"], "is a factorization; expected true modes or a clean recording"),
        (["--truth", "TRUTH", "--truth", "TRUTH"], "the second file of true modes"),
        (["--truth", "none.h5"], "none.h5"),
        (["--plot", "x.doc"], "as a picture"),
        (["-o", "none/r.json"], "there is no folder"),
        (["-o", "TRUTH", "--truth", "TRUTH"], "it is read from"),
        (["--shape", "3,4"], "--shape belongs to a grid"),
        (["--positions", "1,2", "--spacing", "3"], "contradict each other"),
    ],
)
def test_bad_input_is_refused(
    arguments: list[str], complaint: str, run: Any, recording: Path, truth: Path, fit: Path, tmp_path: Path
) -> None:
    files = {"FIT": fit, "TRUTH": truth}
    outcome = run("compare", recording, *(files.get(argument, argument) for argument in arguments))
    assert (outcome.code, outcome.out) == (2, "")
    assert complaint in outcome.err
    assert outcome.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_ctrl_c_leaves_neither_file_nor_process(root: Path, tmp_path: Path) -> None:
    # Noise, large enough that wavefact is at work far longer than the test.
    np.save(tmp_path / "noise.npy", np.random.default_rng(0).normal(size=(300, 4000)))
    process = subprocess.Popen(
        [sys.executable, "-m", "wavefact", "compare", "noise.npy", "--sampling-rate", "9", "-o", "r.json"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    end, children = time.monotonic() + 60, ""
    while not children:
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.1)
        listed = ["ps", "-o", "pid=", "--ppid", str(process.pid)]
        children = subprocess.run(listed, capture_output=True, text=True, check=False).stdout.strip()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "Interrupted; nothing was written."
    listed = ["ps", "-o", "pid=", "-p", children]
    while subprocess.run(listed, capture_output=True, text=True, check=False).stdout.strip():
        assert time.monotonic() < end  # it was killed; the system may be slow to bury it
        time.sleep(0.1)
    assert [path.name for path in tmp_path.iterdir()] == ["noise.npy"]
