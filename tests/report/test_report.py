"""Reports: what is in them, what is left out, and that nothing breaks out of its place."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import wavefact as wf
from tests.report import results
from wavefact.report import _printing
from wavefact.report._figures import blank, figure, panels
from wavefact.report._html import Column, Html, element, table

ALL = (
    "Summary",
    "Health",
    "Recording",
    "Components",
    "Modes",
    "Mode shapes",
    "Frequency and wavenumber",
    "Stabilisation diagram",
    "Compared with other methods",
    "How to read this",
)
VOID = {"meta", "img", "br", "link", "input"}


class Outline(HTMLParser):
    """Collects elements, their nesting, headings and ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.unbalanced: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def report() -> wf.Report:
    return results.everything()


@pytest.fixture(scope="module")
def text(report: wf.Report) -> str:
    return report.html()


def test_every_section_is_there_in_its_order(report: wf.Report, text: str) -> None:
    assert report.sections == ALL
    titles = re.findall(r"<h2[^>]*>([^<]*)</h2>", text)
    assert tuple(titles) == ALL


def test_the_page_is_well_formed(text: str) -> None:
    page = Outline(text)
    assert (page.unbalanced, page.open) == ([], [])
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = set(re.findall(r'(?:url\(|href=")#([^")]+)', text))
    assert named <= set(ids)


def test_the_same_results_give_the_same_page(report: wf.Report, text: str) -> None:
    assert text == dataclasses.replace(report).html()


def test_nothing_on_the_page_points_elsewhere(text: str) -> None:
    page = Outline(text)
    links = [attributes.get(name) for _, attributes in page.found for name in ("src", "href", "xlink:href")]
    assert all(link is None or link.startswith(("#", "data:")) for link in links)
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]


def test_texts_of_files_stay_texts(text: str) -> None:
    page = Outline(text)
    assert not [attributes for _, attributes in page.found if "onerror" in attributes]
    assert "&lt;/script&gt;&lt;img src=x" in text
    assert "{{STYLE}}" in text  # a text that looks like a mark of the template
    assert not re.search(r"\{\{(?!STYLE)[A-Z]+\}\}", text)


def test_who_cannot_see_is_told(text: str) -> None:
    page = Outline(text)
    levels = page.headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [len(page.all(name)) for name in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    figures = [a for a in page.all("svg") if a.get("role") == "img"]
    assert len(figures) >= 10
    assert all(len(str(a["aria-label"])) > 15 for a in figures)
    assert len(page.all("caption")) == len(page.all("table")) >= 5
    assert all(a.get("scope") in ("row", "col") for a in page.all("th"))
    assert page.all("html")[0]["lang"] == "en"


def test_figures_are_vectors_that_any_reader_takes(text: str) -> None:
    found = re.findall(r"<svg viewBox.*?</svg>", text, re.DOTALL)
    assert len(found) >= 10
    for each in found:
        ET.fromstring(each)
    assert "var(--ink)" in found[0]


@pytest.mark.parametrize(
    ("part", "sections"),
    [
        ("recording", ("Summary", "Recording", "How to read this")),
        ("fit", ("Summary", "Components", "How to read this")),
        ("modes", ("Summary", "Modes", "Mode shapes", "How to read this")),
        ("comparison", ("Compared with other methods", "How to read this")),
        ("health", ("Summary", "Health", "How to read this")),
    ],
)
def test_what_is_not_given_is_left_out(report: wf.Report, part: str, sections: tuple[str, ...]) -> None:
    alone = wf.Report(**{part: getattr(report, part)})
    assert alone.sections == sections
    assert not re.search(r"<section[^>]*>\s*<h2[^>]*>[^<]*</h2>\s*</section>", alone.html())


def test_an_empty_report_is_refused() -> None:
    with pytest.raises(wf.InputError, match="nothing to report"):
        wf.Report()


def test_a_structure_without_modes_is_said_to_have_none() -> None:
    nothing = wf.ModalModel(np.zeros(0), np.zeros(0), np.zeros((4, 0)))
    page = wf.Report(modes=nothing)
    assert page.sections == ("Summary", "Modes")
    assert "No mode stands out" in page.html()


def test_a_gap_that_is_open_is_said_to_be(report: wf.Report) -> None:
    measured = results.recording()
    fit = wf.factorize(measured, wf.String(12), wave_weight=10.0, regularization=0.5, max_components=1)
    text = wf.Report(fit).html()
    assert "Not certified" in text
    assert "✓ Certified" not in text
    assert "✓ Certified" in wf.Report(report.fit).html()


def test_shapes_of_a_structure_in_space_are_drawn_on_it() -> None:
    box = wf.Geometry(
        [(0, 0, 0), (1, 0, 0), (0, 1, 2)],
        lines=[(0, 2), (1, 2)],
        channel_points=[2, 2],
        channel_directions=["x", "y"],
    )
    modes = wf.ModalModel(np.array([2.0, 3.0]), np.array([0.01, 0.02]), np.eye(2))
    text = wf.Report(modes=modes, geometry=box).html()
    assert '"lines":[[0,2],[1,2]]' in text
    assert "Shapes of two modes: 1, 2 Hz; 2, 3 Hz." in text


def test_a_figure_of_very_many_marks_becomes_a_picture() -> None:
    drawn = blank(4.0, 3.0)
    places = np.random.default_rng(0).random((2, 20_000))
    panels(drawn)[0, 0].plot(*places, ".")
    made = figure("marks", drawn, "Very many marks.", "Marks.")
    assert re.search(r'<img src="data:image/(png|webp);base64,[^"]+" alt="Very many marks\."', made)
    assert "<svg" not in made
    assert len(made) < 400_000


def test_a_file_is_there_whole_or_not_at_all(report: wf.Report, tmp_path: Path) -> None:
    with pytest.raises(wf.InputError, match=r"\.html, \.htm, \.pdf"):
        report.save(tmp_path / "report.docx")
    with pytest.raises(wf.UnwritableTargetError):
        report.save(tmp_path / "absent" / "report.html")
    wf.Report(modes=report.modes).save(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").endswith("</html>\n")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_without_a_printer_it_is_said_what_to_install(
    report: wf.Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_printing, "browser", lambda: None)
    monkeypatch.setattr(_printing, "find_spec", lambda name: None)
    with pytest.raises(wf.MissingPackageError, match="apt install chromium"):
        wf.Report(modes=report.modes).save(tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_printer_that_fails_leaves_nothing(
    report: wf.Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_printing, "browser", lambda: "/bin/false")
    with pytest.raises(wf.UnwritableTargetError, match="did not print"):
        wf.Report(modes=report.modes).save(tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


def test_weasyprint_is_given_plain_colours(text: str) -> None:
    plain = _printing.plain(text)
    body = plain[plain.index("<body>") :]
    assert "var(--" not in body
    assert "#0072b2" in body
    assert "<details>" not in plain
    Outline(plain)
    assert re.search(r'style="[^"]*font[^"]*Arial[^"]*"', plain)


def test_weasyprint_prints_where_there_is_no_browser(
    report: wf.Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("weasyprint", reason="weasyprint is not installed")
    monkeypatch.setattr(_printing, "browser", lambda: None)
    wf.Report(modes=report.modes).save(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_sizes_of_a_chart_must_match() -> None:
    chart = wf.cusum_chart(np.zeros(5))
    with pytest.raises(wf.InputError, match="times"):
        wf.HealthState("No change.", is_alarm=False, chart=chart, times=np.arange(4))


def test_cells_are_escaped_and_unknown_values_marked() -> None:
    made = table("A & B", [Column("name", ["<b>", "c"]), Column("value", [np.nan, 2.0], ".1f")])
    assert "&lt;b&gt;" in made
    assert "A &amp; B" in made
    assert made.count("–") == 1
    assert 'data-value="2"' in made
    assert element("p", Html("<i>kept</i>"), "\x00gone", title='"') == '<p title="&quot;"><i>kept</i>gone</p>'


def test_a_recording_without_a_rate_takes_that_of_its_fit() -> None:
    signals = np.outer(np.sin(np.arange(1, 9)), np.cos(0.3 * np.arange(300)))
    fit = wf.factorize(wf.Recording(signals, 50.0), wf.String(8), wave_weight=1.0, regularization=1.0)
    report = wf.Report(fit, wf.Recording(signals))
    assert report.recording is not None
    assert report.recording.sampling_rate == 50.0
    assert "cycles/sample" not in report.html()


def test_a_recording_that_is_not_the_fits_is_refused_and_so_are_modes_of_other_sensors() -> None:
    signals = np.outer(np.sin(np.arange(1, 9)), np.cos(0.3 * np.arange(300)))
    fit = wf.factorize(wf.Recording(signals, 50.0), wf.String(8), wave_weight=1.0, regularization=1.0)
    for other in (signals[:, :200], signals[:5], np.vstack([signals, signals])):
        with pytest.raises(wf.InputError, match="the factorization 8 × 300; pass the recording that was"):
            wf.Report(fit, wf.Recording(other, 50.0))
    modes = wf.ModalModel(np.array([2.0]), np.array([0.01]), np.ones((5, 1)))
    with pytest.raises(wf.InputError, match="modes have 5 points, the factorization 8"):
        wf.Report(fit, modes=modes)
    with pytest.raises(wf.InputError, match="modes have 5 points, the recording 8"):
        wf.Report(recording=wf.Recording(signals, 50.0), modes=modes)


@pytest.mark.parametrize("weight", [0.0, 0.1])
def test_a_fit_of_more_points_than_sensors_is_reported_with_its_recording(weight: float) -> None:
    signals = np.outer(np.sin(np.arange(1, 13) * np.pi / 13), np.cos(0.3 * np.arange(300)))[::2]
    measured, settings = wf.Recording(signals, 50.0), {"wave_weight": 1.0, "regularization": 1.0}
    fit = wf.factorize(measured, wf.String(12), sensors=np.arange(0, 12, 2), time_weight=weight, **settings)
    assert len(fit.spatial_factors) == 12
    report = wf.Report(fit, measured, modes=wf.identify(fit))
    assert 'id="levels' in report.html() or "Level (root mean square" in report.html()
    with pytest.raises(wf.InputError, match="6 sensors × 200 samples"):
        wf.Report(fit, measured.window(0, 200))


def test_sensors_are_counted_from_0_and_called_one_thing_throughout() -> None:
    signals = np.random.default_rng(0).normal(size=(9, 400))
    signals[8] = signals[7]
    measured = wf.Recording(signals, 50.0)
    text = wf.Report(recording=measured).html()
    assert re.search(r'title="[^"]*">sensor<|<th[^>]*>sensor<', text)
    assert "identical with sensor 7" in text
    assert "sensor, in the order of the file, from 0 on" in text
    assert "One channel is faulty and took part in all results: sensor 8 (duplicate: identical with" in text
