"""Pages as a real browser shows them: drawn, moving, sortable, readable, and silent on the network."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wavefact as wf
from tests.report import results
from wavefact import plots

SHOWN = """
const seen = Array.from(document.querySelectorAll('.plot svg, .plot img')).map(function (each) {
  const folded = each.closest('details');
  if (folded) { folded.open = true; }
  const box = each.getBoundingClientRect();
  const natural = {width: each.naturalWidth, height: each.naturalHeight};
  const inner = each.tagName === 'svg' ? each.getBBox() : natural;
  return [box.width, box.height, inner.width, inner.height];
});
return seen;
"""
# What reaches beyond the page, its figure or the player; within frames that scroll anything may.
BEYOND = """
const width = document.documentElement.clientWidth, found = [];
document.querySelectorAll('body *').forEach(function (node) {
  const inner = node.parentElement.closest('.wide'), box = node.getBoundingClientRect();
  if (inner || node.matches('.skip, script') || !box.width) { return; }
  const around = node.parentElement.closest('#player, figure, section') || document.body;
  const frame = around.getBoundingClientRect();
  const left = Math.max(frame.left, 0), right = Math.min(frame.right, width);
  if (box.left < left - 0.5 || box.right > right + 0.5) {
    found.push([node.tagName + ' ' + (node.id || node.className), box.left, box.right, left, right]);
  }
});
const canvas = document.getElementById('view'), size = canvas.getBoundingClientRect();
if (Math.abs(canvas.width - size.width * devicePixelRatio) > 1) { found.push(['canvas', canvas.width]); }
return found;
"""
OVERFLOW = "return document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
CANVAS = "return document.getElementById('view').toDataURL()"
GROUND = "return getComputedStyle(document.body).backgroundColor"
# The contrast of every text with what is behind it: the least, and where.
CONTRAST = """
function channels(text) { return text.match(/[0-9.]+/g).map(Number); }
function linear(v) { return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); }
function light(rgb) {
  const c = rgb.slice(0, 3).map(function (v) { return linear(v / 255); });
  return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}
function behind(node) {
  for (; node; node = node.parentElement) {
    const rgb = channels(getComputedStyle(node).backgroundColor);
    if (rgb.length < 4 || rgb[3] > 0) { return rgb; }
  }
  return [255, 255, 255];
}
let least = [99, ''];
document.querySelectorAll('body *').forEach(function (node) {
  const drawn = node.closest('svg') !== null;
  const texts = Array.from(node.childNodes).filter(function (c) { return c.nodeType === 3; });
  if (!texts.some(function (c) { return c.textContent.trim(); })) { return; }
  if (drawn ? node.tagName !== 'text' : node.offsetParent === null || node.tagName === 'SCRIPT') { return; }
  const look = getComputedStyle(node), ink = drawn ? look.fill : look.color;
  const a = light(channels(ink)), b = light(behind(node));
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < least[0]) { least = [ratio, node.tagName + ' ' + node.textContent.slice(0, 40)]; }
});
return least;
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    results.everything().save(path)
    return path


@pytest.fixture(scope="module")
def animation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("animation") / "modes.html"
    x = np.linspace(0.0, 1.0, 9)
    shapes = np.stack([np.sin(np.pi * x), np.sin(2 * np.pi * x)], axis=1)
    plots.animate(wf.ModalModel(np.array([2.0, 5.0]), np.array([0.01, 0.02]), shapes, positions=x), 0, path)
    return path


def settled(browser: Any, milliseconds: int = 300) -> None:
    """Let the page draw for a while."""
    wait = "const done = arguments[1]; setTimeout(done, arguments[0])"
    browser.driver.execute_async_script(wait, milliseconds)


def column(browser: Any, table: int, number: int) -> list[str]:
    script = """const [table, column] = arguments;
        return Array.from(document.querySelectorAll('table.sortable')[table].tBodies[0].rows,
                          function (row) { return row.cells[column].dataset.value; })"""
    return browser.run(script, table, number)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_report_is_shown_without_error_or_request(
    browser: Any, page: Path, width: int, scheme: str
) -> None:
    browser.open(page, width=width, scheme=scheme)
    settled(browser)
    shown = browser.run(SHOWN)
    settled(browser)
    assert len(shown) >= 12
    assert all(min(sizes) > 20 for sizes in browser.run(SHOWN))
    assert browser.run("return window.innerWidth") == width
    assert browser.run(OVERFLOW) == 0
    assert browser.errors() == []
    assert browser.requests() == [page.as_uri()]
    assert browser.driver.title == results.HOSTILE
    dark = sum(map(int, re.findall(r"\d+", browser.run(GROUND))[:3])) < 200
    assert dark == (scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(browser: Any, page: Path, scheme: str) -> None:
    browser.open(page, scheme=scheme)
    browser.run(SHOWN)
    ratio, where = browser.run(CONTRAST)
    assert ratio >= 4.5, where


def test_the_policy_lets_no_other_script_run(browser: Any, page: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.html"
    spoilt.write_text(
        page.read_text(encoding="utf-8").replace(
            "<footer>", "<script>document.title = 'ran'</script><footer>"
        ),
        encoding="utf-8",
    )
    browser.open(spoilt)
    assert browser.driver.title == results.HOSTILE
    assert any("Content Security Policy" in message for message in browser.errors())


def test_the_button_turns_light_to_dark_and_back(browser: Any, page: Path) -> None:
    browser.open(page)
    button = browser.driver.find_element("id", "theme")
    before = browser.run(GROUND)
    button.click()
    assert browser.run(GROUND) != before
    button.click()
    assert browser.run(GROUND) == before


def test_tables_are_sorted_by_mouse_and_keyboard(browser: Any, page: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    browser.open(page)
    captions = browser.run("return Array.from(document.querySelectorAll('caption'), c => c.textContent)")
    modes = captions.index("Modes, by rising frequency")
    cells = browser.driver.find_elements("css selector", "table.sortable")[modes].find_elements(
        "css selector", "thead th"
    )
    first = column(browser, modes, 3)
    rising = sorted(first, key=float)
    button = cells[3].find_element("tag name", "button")
    button.click()
    assert column(browser, modes, 3) == rising
    assert cells[3].get_attribute("aria-sort") == "ascending"
    button.send_keys(Keys.ENTER)
    assert column(browser, modes, 3) == rising[::-1]
    assert cells[3].get_attribute("aria-sort") == "descending"
    cells[1].find_element("tag name", "button").send_keys(Keys.SPACE)
    assert cells[3].get_attribute("aria-sort") is None
    values = column(browser, modes, 1)
    assert values == sorted(values, key=float)


def test_unknown_values_come_last_in_either_order(browser: Any, page: Path) -> None:
    browser.open(page)
    captions = browser.run("return Array.from(document.querySelectorAll('caption'), c => c.textContent)")
    scores = captions.index("Scores of three methods")
    button = browser.driver.find_elements("css selector", "table.sortable")[scores].find_elements(
        "css selector", "thead button"
    )[2]
    for _ in range(2):
        button.click()
        assert column(browser, scores, 2)[-1] == ""


def test_values_are_read_with_pointer_and_arrows(browser: Any, page: Path) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    browser.open(page)
    frame = browser.driver.find_element("css selector", "#recording figure .wide")
    told = browser.driver.find_element("css selector", "#recording figure .told")
    ActionChains(browser.driver).move_to_element(frame).perform()
    pointed = told.text
    assert re.match(
        r"frequency [\d.]+ Hz: mean [\d.]+( × 10⁻\d)?, loudest [\d.]+( × 10⁻\d)? \(m/s²\)²/Hz$", pointed
    )
    frame.send_keys(Keys.HOME)
    start = told.text
    frame.send_keys(Keys.ARROW_RIGHT)
    assert start != told.text != pointed
    assert float(start.split()[1]) < float(told.text.split()[1])


def test_all_lies_within_its_frame_and_the_screen(browser: Any, page: Path) -> None:
    """On a phone, with little time to compute, and after the window was made narrow."""
    browser.driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 6})
    try:
        browser.open(page, width=390)
        settled(browser)
        assert browser.run(BEYOND) == []
        browser.open(page, width=1280)
        settled(browser)
        assert browser.run(BEYOND) == []
        narrow = {"width": 390, "height": 900, "deviceScaleFactor": 1, "mobile": True}
        browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
        settled(browser)
        assert browser.run(BEYOND) == []
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setCPUThrottlingRate", {"rate": 1})


def test_all_is_one_document(browser: Any, page: Path) -> None:
    """A frame is laid out by another process, which under load comes too late."""
    browser.open(page, width=390)
    assert browser.run("return window.length") == 0
    assert browser.run("return document.querySelectorAll('#player canvas').length") == 1


def test_the_player_takes_the_theme_and_leaves_the_keys_of_the_page(browser: Any, page: Path) -> None:
    browser.open(page)
    browser.run("document.getElementById('play').click()")
    browser.run("document.getElementById('player').scrollIntoView({block: 'center'})")
    settled(browser)
    light = browser.run(CANVAS)
    browser.run("document.getElementById('theme').click()")
    settled(browser)
    assert browser.run(CANVAS) != light
    press = "arguments[0].dispatchEvent(new KeyboardEvent('keydown', {key: 'n', bubbles: true}))"
    for element, mode in (("body", "0"), ("canvas", "1")):
        browser.run(press, browser.driver.find_element("css selector", element))
        assert browser.run("return document.getElementById('mode').value") == mode


def test_what_is_wider_than_the_screen_says_so(browser: Any, page: Path) -> None:
    hints = """document.querySelectorAll('details').forEach(function (each) { each.open = true; });
      return new Promise(function (done) { setTimeout(done, 300); }).then(function () {
        return Array.from(document.querySelectorAll('.wide'), function (frame) {
          return [frame.scrollWidth > frame.clientWidth + 1, !frame.previousElementSibling.hidden]; }); })"""
    for width, some in ((390, True), (1280, False)):
        browser.open(page, width=width)
        settled(browser)
        found = browser.run(hints)
        assert all(is_wide == is_told for is_wide, is_told in found)
        assert any(is_wide for is_wide, _ in found) == some


def test_long_notes_of_modes_are_not_cut(browser: Any, tmp_path: Path) -> None:
    """All columns there can be, beside a note of everything, fit into a window of usual width."""
    n, every = 3, np.full(3, 0.012345)
    modes = wf.ModalModel(
        np.array([1000.0, 1001.0, 1002.0]),
        every,
        np.eye(4, 3) + 0.5j * np.eye(4, 3, -1),
        wavenumbers=every,
        fit_quality=np.full(n, 0.1),
        contributions=every,
        frequency_errors=every,
        damping_errors=every,
    )
    assert min(map(len, modes.notes)) > 80
    wf.Report(modes=modes).save(tmp_path / "modes.html")
    browser.open(tmp_path / "modes.html", width=1280)
    settled(browser)
    script = "const t = document.querySelector('#modes .wide'); return [t.scrollWidth, t.clientWidth]"
    whole, seen = browser.run(script)
    assert whole <= seen


def moving(browser: Any, page: Path) -> bool:
    """Tell whether the modes of a report move."""
    browser.open(page)
    browser.run("document.getElementById('player').scrollIntoView({block: 'center'})")
    settled(browser)
    first = browser.run(CANVAS)
    settled(browser)
    second = browser.run(CANVAS)
    assert browser.errors() == []
    return bool(first != second)


def test_the_modes_of_a_report_move(browser: Any, page: Path) -> None:
    assert moving(browser, page)


def test_nothing_moves_for_who_wants_less_motion(still_browser: Any, page: Path, animation: Path) -> None:
    assert not moving(still_browser, page)
    still_browser.open(animation)
    settled(still_browser)
    first = still_browser.run(CANVAS)
    settled(still_browser)
    assert still_browser.run(CANVAS) == first
    assert still_browser.run("return document.getElementById('play').textContent") == "Play"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_an_animated_page_is_shown_and_moves(browser: Any, animation: Path, width: int, scheme: str) -> None:
    browser.open(animation, width=width, scheme=scheme)
    settled(browser)
    first = browser.run(CANVAS)
    settled(browser)
    assert browser.run(CANVAS) != first
    assert browser.run(OVERFLOW) == 0
    ratio, where = browser.run(CONTRAST)
    assert ratio >= 4.5, where
    browser.run("document.getElementById('play').click()")
    settled(browser)
    stopped = browser.run(CANVAS)
    settled(browser)
    assert browser.run(CANVAS) == stopped
    assert browser.errors() == []
    assert browser.requests() == [animation.as_uri()]


def test_a_pdf_has_every_section(page: Path, tmp_path: Path) -> None:
    from wavefact.report import _printing

    if _printing.browser() is None or shutil.which("pdftotext") is None:
        pytest.skip("a Chromium and pdftotext are needed")
    target, report = tmp_path / "report.pdf", results.everything()
    report.save(target)
    done = subprocess.run(["pdftotext", str(target), "-"], capture_output=True, text=True, check=True)
    assert all(title in done.stdout for title in report.sections)
    assert "round (numbers: components)" in done.stdout  # what was folded is open on paper
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
