"""`wavefact animate`: from modes and factorizations to GIFs and pages, with and without a geometry."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from wavefact.geometry import Geometry
from wavefact.modal import ModalModel, write_modes

NAMES = ("right", "left")
FRAME = Geometry(
    [(0, 0, 0), (0, 0, 3), (4, 0, 3), (4, 0, 0)],
    lines=[(0, 1), (1, 2), (2, 3)],
    channel_points=[1, 2],
    channel_directions="x",
    channel_names=("left", "right"),
)


@pytest.fixture
def files(tmp_path: Path) -> None:
    """Leave modes and a geometry in the folder of the test."""
    shapes = np.array([[1.0, 1.0], [0.5, -1.0]])
    model = ModalModel(np.array([2.0, 3.0]), np.array([0.01, 0.02]), shapes, names=NAMES)
    model.save(tmp_path / "modes.h5")
    FRAME.save(tmp_path / "frame.h5")


def data(path: str) -> dict[str, Any]:
    text = Path(path).read_text(encoding="utf-8")
    found = re.search(r'id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_a_gif_of_one_mode(run: Any, files: None) -> None:
    outcome = run(
        "animate", "modes.h5", "-o", "two.gif", "--mode", 2, "--frames", 3, "--geometry", "frame.h5"
    )
    assert (outcome.code, outcome.out, outcome.err) == (0, "Wrote two.gif.\n", "")
    with Image.open("two.gif") as image:
        assert image.n_frames == 3


def test_a_page_of_all_modes_with_the_geometry_given(run: Any, files: None) -> None:
    arguments = ("--mode", 2, "--geometry", "frame.h5", "--scale", 0.25, "--frames", 30, "--fps", 15)
    assert run("animate", "modes.h5", "-o", "all.html", "-q", *arguments).out == ""
    shown = data("all.html")
    assert (shown["selected"], shown["period"], len(shown["modes"])) == (1, 2.0, 2)
    assert shown["points"] == FRAME.points.tolist()
    assert np.allclose(shown["modes"][0]["re"][1:3], [(0.5, 0, 0), (1, 0, 0)])  # matched by name


def test_tables_and_universal_files_of_modes_are_read(run: Any, files: None) -> None:
    pytest.importorskip("pyuff")
    model = ModalModel.load("modes.h5")
    write_modes(model, "modes.csv")
    write_modes(model, "modes.uff", FRAME)
    assert run("animate", "modes.csv", "-o", "a.html").code == 0
    assert len(data("a.html")["points"]) == 2
    assert run("animate", "modes.uff", "-o", "b.html").code == 0
    assert data("b.html")["points"] == FRAME.points.tolist()  # it brings its own geometry
    assert run("animate", "modes.uff", "-o", "c.html", "--geometry", "modes.uff").code == 0
    assert data("c.html") == data("b.html")


def test_a_factorization_is_identified_first(run: Any, fit: Path) -> None:
    assert run("animate", fit, "-o", "a.html", "--view", "10,-50").code == 0
    shown = data("a.html")
    assert len(shown["modes"]) == 3
    assert len(shown["lines"]) == 11


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["modes.h5", "-o", "a.mp4"], "Cannot animate as a.mp4"),
        (["modes.h5", "-o", "a.gif", "--mode", "3"], "--mode is 3, but modes.h5 holds 2 modes"),
        (["modes.h5", "-o", "a.gif", "--mode", "0"], "'--mode'"),
        (["modes.h5", "-o", "a.gif", "--frames", "1"], "'--frames'"),
        (["modes.h5", "-o", "a.html", "--scale", "-1"], "scale is -1.0"),
        (["modes.h5", "-o", "none/a.gif"], "there is no folder"),
        (["modes.h5"], "'-o'"),
        (["none.h5", "-o", "a.gif"], "none.h5 does not exist"),
        (["frame.h5", "-o", "a.gif"], "expected wavefact-modal-model"),
        (["modes.h5", "-o", "a.gif", "--geometry", "modes.h5"], "expected wavefact-geometry"),
        (["modes.h5", "-o", "a.gif", "--geometry", "bare.h5"], "of no channel where it measures"),
        (["modes.h5", "-o", "a.gif", "--geometry", "other.h5"], "no channel 'right', 'left'"),
    ],
)
def test_bad_input_is_told_and_leaves_nothing(
    run: Any, files: None, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    Geometry([0.0, 1.0]).save(tmp_path / "bare.h5")
    Geometry.from_positions([0.0, 1.0], names=("a", "b")).save(tmp_path / "other.h5")
    before = sorted(tmp_path.iterdir())
    outcome = run("animate", *arguments)
    assert outcome.code == 2
    assert complaint in outcome.err
    assert sorted(tmp_path.iterdir()) == before
