"""The pages of the documentation: their code runs, and prints and draws what they show."""

from __future__ import annotations

import re
from pathlib import Path

import pages
import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / ".docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_" not in path.parts[-2][:1])
RUNNABLE = [path for path in PAGES if list(pages.steps(path.read_text(encoding="utf-8")))]


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.stem)
def test_a_page_prints_and_draws_what_it_shows(page: Path, tmp_path: Path, root: Path) -> None:
    text = page.read_text(encoding="utf-8")
    printed = pages.run(page, tmp_path, root)
    for (_, body, shown, _), output in zip(pages.steps(text), printed, strict=True):
        assert shown is None or pages.same(shown[1], output), (
            f"{body}\nshown:\n{shown[1]}\nprinted:\n{output}"
        )
    for picture in pages.PICTURE.findall(text):
        assert (DOCS / "pictures" / picture).is_file(), picture
        assert (tmp_path / picture).is_file(), f"the page does not draw {picture}"


def test_every_picture_is_on_a_page() -> None:
    shown = {name for page in PAGES for name in pages.PICTURE.findall(page.read_text(encoding="utf-8"))}
    assert {path.name for path in (DOCS / "pictures").iterdir()} == shown


@pytest.mark.parametrize(
    "page", [".docs/tutorial.md", ".docs/howto/compare-two-states.md", "examples/monitoring.py"]
)
def test_a_loss_is_told_with_the_interval_of_the_picture(page: str, root: Path) -> None:
    """`plots.stiffness` shows that of each region; the profile's own is of any place."""
    text = (root / page).read_text(encoding="utf-8")
    assert "regions()[0]" in text
    assert "profile.loss_interval" not in text


def test_every_how_to_is_run_and_listed() -> None:
    listed = (DOCS / "howto" / "index.md").read_text(encoding="utf-8")
    for page in (DOCS / "howto").glob("*.md"):
        if page.stem != "index":
            assert page in RUNNABLE, page.name
            assert re.search(rf"^{page.stem}$", listed, re.MULTILINE), page.name


def test_every_example_is_shown() -> None:
    text = (DOCS / "examples.md").read_text(encoding="utf-8")
    assert [path.name for path in (ROOT / "examples").glob("*.py") if f"/{path.name}\n" not in text] == []


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("6 modes at 1.000 Hz", "6 modes  at 1.004 Hz\n", True),
        ("6 modes at 1.000 Hz", "6 modes at 1.100 Hz", False),
        ("6 modes", "6 tones", False),
        ("gap 3e-08 … done", "gap 1e-07 after all, done", True),
        ("gap … done", "gap 1e-07", False),
        ("one", "one two", False),
    ],
)
def test_a_page_may_differ_in_last_digits_only(shown: str, printed: str, expected: bool) -> None:
    assert pages.same(shown, printed) is expected


def test_a_page_that_fails_says_where(tmp_path: Path, root: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nx = 1\n```\n\n```python\nprint(x)\ny = x / 0\n```\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"(?s)page\.md.*block 2.*ZeroDivisionError"):
        pages.run(page, tmp_path, root)


def test_outputs_are_written_anew(tmp_path: Path, root: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1 + 1)\n```\n\n```output\n3\n```\n\nSo it is.\n", encoding="utf-8")
    assert pages.rewritten(page, root) == page.read_text(encoding="utf-8").replace("3", "2")


def test_the_commands_are_read_from_the_shell_blocks() -> None:
    text = "```bash\n# set up\n$ first --flag \\\n  value\nsecond\n```\n```python\nthird\n```\n"
    assert pages.commands(text) == ["first --flag    value", "second"]
    assert pages.blocks(text, "python") == ["third\n"]
