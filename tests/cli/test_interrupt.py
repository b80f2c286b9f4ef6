"""Ctrl-C during a long factorization: nothing is left, and that is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest


def receive_interrupts() -> None:
    """Undo that a shell made its background jobs deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_ctrl_c_leaves_nothing(root: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "noise.npy", np.random.default_rng(0).normal(size=(300, 1500)))
    before = sorted(path.name for path in tmp_path.iterdir())
    # Noise nearly without regularization: it takes far longer than the test.
    settings = ["--wave-weight", "0.1", "--regularization", "1e-3", "--rtol", "1e-12"]
    process = subprocess.Popen(
        [sys.executable, "-m", "wavefact", "-v", "factorize", "noise.npy", "-o", "fit.h5", *settings],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=receive_interrupts,
    )
    assert process.stderr is not None
    assert "no operator given" in process.stderr.readline()  # it is at work
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "Interrupted; nothing was written."
    assert "Traceback" not in err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_what_was_written_before_is_told(
    run: Any, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wavefact.cli.factorize.lines", interrupt)
    arguments = ["--wave-weight", "1", "--regularization", "60"]
    outcome = run("factorize", recording, "-o", "fit.h5", *arguments)
    assert outcome.code == 130
    assert outcome.err.strip() == "Interrupted; fit.h5 was written."
    assert (tmp_path / "fit.h5").is_file()
