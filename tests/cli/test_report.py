"""`wavefact report`: from files to a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.report import results
from wavefact.factorization import Factorization
from wavefact.io import write
from wavefact.modal import ModalModel, identify, write_modes


@pytest.fixture
def files(tmp_path: Path) -> None:
    """Leave a recording, its factorization, modes and a comparison in the folder of the test."""
    measured = results.recording()
    fit = results.fit_of(measured)
    write(measured, tmp_path / "bridge.h5")
    write(measured.select([0, 1, 2]), tmp_path / "other.h5")
    fit.save(tmp_path / "fit.h5")
    identify(fit).save(tmp_path / "modes.h5")
    text = json.dumps({"rows": results.comparison().records()})
    (tmp_path / "result.json").write_text(text, encoding="utf-8")


def headings(path: str) -> list[str]:
    parts = Path(path).read_text(encoding="utf-8").split("</h2>")[:-1]
    return [part.rpartition(">")[2] for part in parts]


def test_a_report_of_a_fit_and_its_recording(run: Any, files: None) -> None:
    outcome = run(
        *("report", "fit.h5", "--recording", "bridge.h5", "--compare", "result.json"),
        *("--title", "Bridge <7>", "--date", "today", "-o", "report.html"),
    )
    assert (outcome.code, outcome.out, outcome.err) == (0, "Wrote report.html.\n", "")
    assert headings("report.html") == [
        *("Summary", "Recording", "Components", "Modes", "Mode shapes", "Frequency and wavenumber"),
        *("Stabilisation diagram", "Compared with other methods", "How to read this"),
    ]
    text = Path("report.html").read_text(encoding="utf-8")
    assert "<h1>Bridge &lt;7&gt;</h1>" in text
    assert "today" in text
    n_modes = identify(Factorization.load("fit.h5")).n_modes
    assert f'Modes found</p><p class="value">{n_modes}</p>' in text


def test_a_report_of_a_recording_alone_names_its_modes(run: Any, files: None) -> None:
    assert run("report", "bridge.h5", "-o", "report.html", "-q").out == ""
    assert "Components" not in headings("report.html")
    assert "Modes" in headings("report.html")
    assert "<h1>bridge</h1>" in Path("report.html").read_text(encoding="utf-8")


def test_modes_that_are_given_are_not_looked_for(run: Any, files: None) -> None:
    assert run("report", "modes.h5", "-o", "one.html").code == 0
    assert headings("one.html") == ["Summary", "Modes", "Mode shapes", "How to read this"]
    write_modes(ModalModel.load("modes.h5"), "modes.csv")
    assert run("report", "modes.csv", "-o", "table.html").code == 0
    assert headings("table.html") == headings("one.html")
    assert run("report", "fit.h5", "--modes", "modes.h5", "-o", "two.html").code == 0
    assert "Stabilisation diagram" not in headings("two.html")


def test_a_universal_file_brings_modes_and_their_geometry(run: Any, files: None) -> None:
    pytest.importorskip("pyuff", reason="pyuff is not installed")
    write_modes(ModalModel.load("modes.h5"), "modes.uff")
    assert run("report", "modes.uff", "-o", "report.html").code == 0
    assert headings("report.html") == ["Summary", "Modes", "Mode shapes", "How to read this"]
    assert Path("report.html").read_text(encoding="utf-8").count('"measured":[true') == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("fit.h5",), "nowhere to write to"),
        (("fit.h5", "-o", "report.pdf"), "--pdf writes .pdf"),
        (("fit.h5", "--pdf", "report.html"), "-o writes .html"),
        (("fit.h5", "-o", "report.docx"), ".html, .htm, .pdf"),
        (("bridge.h5", "--recording", "bridge.h5", "-o", "r.html"), "both recordings"),
        (("fit.h5", "--compare", "fit.h5", "-o", "r.html"), "no result of `wavefact compare -o`"),
        (("fit.h5", "--health", "nowhere", "-o", "r.html"), "no state of a monitor"),
        (("fit.h5", "--recording", "modes.h5", "-o", "r.html"), "is a result"),
        (("fit.h5", "--recording", "other.h5", "-o", "r.html"), "pass the recording that was factorized"),
    ],
)
def test_bad_input_is_told_and_nothing_written(run: Any, files: None, arguments: Any, complaint: str) -> None:
    before = sorted(path.name for path in Path().iterdir())
    outcome = run("report", *arguments)
    assert outcome.code == 2
    assert complaint in outcome.err
    assert sorted(path.name for path in Path().iterdir()) == before
