"""Manners in notebooks: what a cell shows, progress there, and tables for pandas."""

from __future__ import annotations

import io
import re
import sys
import warnings
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

import wavefact as wf
from wavefact.compare.comparison import Row
from wavefact.compare.scores import Scores

SIGNALS = np.outer(np.sin(np.pi * np.arange(1, 10) / 10), np.sin(0.3 * np.arange(200)))
EVIL = '<img src=x onerror="alert(1)">&'


def results() -> dict[str, Any]:
    """Return one of each result that a notebook shows, with texts that are no HTML in it."""
    shapes = np.array([[1.0, 1.0], [0.5, -1.0]])
    model = wf.ModalModel(np.array([2.0, 5.0]), np.array([0.01, 0.02]), shapes, unit=EVIL, quantity="strain")
    rng = np.random.default_rng(0)
    one = wf.ModalModel(np.array([2.0]), np.array([0.01]), shapes[:, :1])
    records = [replace(one, frequencies=2.0 + 1e-3 * rng.standard_normal(1)) for _ in range(30)]
    baseline = wf.learn_baseline(wf.track_modes(records), remove_environment=False)
    return {
        "baseline": baseline,
        "assessment": baseline.assess(one, 30.0),
        "recording": wf.Recording(np.ones((2, 9)), 50.0, [0.0, 2.5], ("deck", EVIL), unit="m"),
        "fit": wf.factorize(SIGNALS, wf.String(9), wave_weight=10.0, regularization=1.0),
        "model": model,
        "tracks": wf.track_modes([model] * 12),
        "comparison": wf.Comparison((Row("wavefact", scores=Scores(mac=0.99)), Row(EVIL, failure=EVIL))),
    }


RESULTS = results()


class Balanced(HTMLParser):
    """Collect the tags of a page and check that each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += "" if "style" in self.open else data


def parsed(page: str) -> Balanced:
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    return parser


@pytest.mark.parametrize("name", RESULTS)
def test_html_is_whole_escaped_and_takes_the_colours_of_the_notebook(name):
    page = RESULTS[name]._repr_html_()
    found = parsed(page)
    assert set(found.tags) <= {"style", "div", "p", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert "<table" in page
    colours = set(re.findall(r"(?<![\w-])(?:color|background): ?([^;} ]+)", page))
    assert colours == {"inherit", "none"}
    if name in {"recording", "model", "comparison"}:
        assert EVIL in found.text


@pytest.mark.parametrize("name", RESULTS)
def test_text_is_short_and_says_what_it_is(name):
    lines = repr(RESULTS[name]).splitlines()
    assert lines[0].startswith(type(RESULTS[name]).__name__)
    assert len(lines) < 8


def test_long_tables_are_cut():
    recording = wf.Recording(np.ones((50, 3)), names=[f"s{i}" for i in range(50)])
    found = parsed(recording._repr_html_())
    assert found.tags.count("tr") == 21
    assert "… and 30 more" in found.text
    assert "<table" not in wf.Recording(np.ones((50, 3)))._repr_html_()


def test_results_become_pandas_tables():
    pytest.importorskip("pandas", reason="pandas is not installed")
    modes = RESULTS["model"].to_pandas()
    assert modes.index.tolist() == [1, 2]
    assert modes["frequency [Hz]"].tolist() == [2.0, 5.0]
    assert "wavenumber [rad/m]" not in modes
    tracks = RESULTS["tracks"].to_pandas()
    assert tracks["frequency [Hz]"].shape == (12, 2)
    np.testing.assert_array_equal(tracks["damping ratio"][2], 0.02)
    fit = RESULTS["fit"].to_pandas()
    np.testing.assert_allclose(fit["wavenumber [rad/sensor]"], RESULTS["fit"].wavenumbers)
    assert fit["energy [%]"].sum() == pytest.approx(100.0)
    comparison = RESULTS["comparison"].to_pandas()
    assert comparison.loc["wavefact", "mac"] == 0.99
    assert np.isnan(comparison.loc[EVIL, "mac"])
    assert wf.Comparison(()).to_pandas().empty


def test_without_pandas_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    for name in ("model", "tracks", "fit", "comparison"):
        with pytest.raises(wf.MissingPackageError, match=r"pandas.*pip install 'wavefact\[tables\]'"):
            RESULTS[name].to_pandas()


def test_progress_understands_every_callback_and_closes_with_its_block():
    told = io.StringIO()
    with wf.Progress("work", file=told, mininterval=0) as bar:
        bar(3, 8, "svd")
        bar(8, 8, "")
    assert "3/8" in told.getvalue()
    assert "svd" in told.getvalue()
    counted = io.StringIO()
    both = io.StringIO()
    with wf.Progress("files", file=both, mininterval=0) as bar:
        bar(3, 7)
    assert "files" in both.getvalue()
    assert "3/7" in both.getvalue()
    with wf.Progress("pictures", total=4, file=counted, mininterval=0) as bar:
        for done in range(5):
            bar(done)
    assert "4/4" in counted.getvalue()
    bar.close()  # twice does no harm


NOTEBOOK = [
    "import numpy as np, wavefact as wf\n"
    "signals = np.outer(np.sin(np.pi * np.arange(1, 10) / 10), np.sin(0.3 * np.arange(200)))\n"
    "recording = wf.Recording(signals, 50.0, unit='m')\nrecording",
    "settings = dict(wave_weight=10.0, regularization=1.0)\n"
    "fit = wf.factorize(recording, wf.String(9), **settings, callback=wf.Progress('fit'))",
    "fit",
    "wf.identify(fit)",
]


def test_cells_of_a_real_notebook_show_html_and_progress():
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    cells = [nbformat.v4.new_code_cell(source, id=f"cell{i}") for i, source in enumerate(NOTEBOOK)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the client's event loop and sockets
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [cell.outputs for cell in notebook.cells]
    pages = [
        "".join(output["data"].get("text/html", "") for output in cell if "data" in output) for cell in shown
    ]
    assert [parsed(page).text.split(":")[0] for page in (pages[0], pages[2], pages[3])] == [
        "Recording",
        "Factorization",
        "Modal model",
    ]
    progress = "".join(output.get("text", "") for output in shown[1])
    assert "components, gap" in progress
