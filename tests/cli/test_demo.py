"""`wavefact demo`: the whole way, and nothing left when it fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from wavefact.factorization import Factorization
from wavefact.modal import ModalModel

FILES = {"recording.h5", "truth.h5", "fit.h5", "modes.h5", "picture.png"}


@pytest.mark.parametrize("stored", [True, False])
def test_the_demonstration_finds_the_truth(
    stored: bool, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not stored:
        monkeypatch.setattr("wavefact.cli.demo._STORED", tmp_path)
        monkeypatch.setattr(
            "wavefact.plots.summary", lambda *_: __import__("matplotlib.figure").figure.Figure()
        )
    outcome = run("demo")
    assert (outcome.code, outcome.err) == (0, "")
    folder = tmp_path / "wavefact-demo"
    assert {path.name for path in folder.iterdir()} == FILES
    truth, model = ModalModel.load(folder / "truth.h5"), ModalModel.load(folder / "modes.h5")
    assert Factorization.load(folder / "fit.h5").require_certified().certificate.gap <= 1e-3
    assert model.n_modes == truth.n_modes == 6
    assert f"{model.n_modes} of {truth.n_modes} modes" in outcome.out
    assert str(Path("wavefact-demo") / "picture.png") in outcome.out
    assert "Certified" in outcome.out
    ours, plain = (float(text) for text in re.findall(r": ([01]\.\d{4})", outcome.out)[-2:])
    assert ours > 0.99
    assert 1 - plain > 10 * (1 - ours)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_nothing_is_left_when_it_fails(
    error: BaseException, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("wavefact.cli.demo.factorize", fail)
    outcome = run("demo", "-o", "some/where")
    assert outcome.code == (130 if isinstance(error, KeyboardInterrupt) else 2)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder(run: Any, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    outcome = run("demo", "-o", "taken")
    assert outcome.code == 2
    assert "Cannot create the folder taken" in outcome.err
    assert (tmp_path / "taken").read_text() == "mine"
