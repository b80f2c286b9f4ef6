"""The README and CONTRIBUTING do what they say: commands, code, links and paths."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from pages import blocks, commands

from wavefact.cli import wavefact

SETUP = "python -m pip install -c constraints.txt -e . && wavefact demo"
TEST = 'python -m pip install -c constraints.txt -e ".[test]" && python -m pytest'

LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)|(?:src|href)=\"([^\"]+)\"")
PATH = re.compile(r"`((?:wavefact|tests|data|examples|\.ci|\.github)/[\w./-]*)`")


def text_of(document: str, root: Path) -> str:
    """Return the text of a document of the repository, failing clearly where there is none."""
    path = root / document
    assert path.is_file(), f"{document} is missing"
    return path.read_text(encoding="utf-8")


def missing_targets(text: str, root: Path) -> list[str]:
    """Return the local files that `text` links to or names as a path and that do not exist.

    A path with NAME in it is a pattern: its folder must exist.
    """
    links = [first or second for first, second in LINK.findall(text)]
    local = [link.partition("#")[0] for link in links if not re.match(r"[a-z]+:|#", link)]
    paths = [path.partition("NAME")[0] for path in PATH.findall(text)]
    return [target for target in [*local, *paths] if not (root / target).exists()]


@pytest.fixture
def workplace(root: Path, tmp_path: Path) -> Path:
    """Return a folder in which the repository's data and examples are found under their usual names."""
    for name in ("data", "examples"):
        (tmp_path / name).symlink_to(root / name)
    return tmp_path


def run(arguments: list[str], folder: Path, root: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in `folder` with the package of this checkout."""
    environment = os.environ | {"PYTHONPATH": str(root), "MPLBACKEND": "Agg"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", [SETUP, TEST])
def test_the_readme_sets_up_with_two_commands(root: Path, command: str) -> None:
    assert command in commands(text_of("README.md", root))


def test_ci_runs_the_test_command_of_the_readme(root: Path) -> None:
    script = text_of(".ci/run", root)
    assert f"test_command='{TEST}'\n" in script
    assert 'bash -c "$test_command"' in script


def test_contributing_names_the_test_command_of_the_readme(root: Path) -> None:
    assert "\n".join(commands(text_of("CONTRIBUTING.md", root))).count(".[test]") == 0
    assert 'python -m pip install -c constraints.txt -e ".[dev]"' in text_of("CONTRIBUTING.md", root)


def test_the_python_of_the_readme_runs(root: Path, workplace: Path) -> None:
    code = blocks(text_of("README.md", root), "python")
    assert code, "README.md has no ```python block"
    result = run(["-W", "error", "-c", "\n".join(code)], workplace, root)
    assert result.returncode == 0, result.stderr


def test_the_commands_of_the_readme_run(root: Path, workplace: Path) -> None:
    text = text_of("README.md", root)
    lines = [part.strip() for command in commands(text) for part in command.split("&&")]
    own = [line for line in lines if line.startswith("wavefact ")]
    assert own, "README.md shows no wavefact command"
    for line in own:
        result = run(["-m", "wavefact", *shlex.split(line, comments=True)[1:]], workplace, root)
        assert result.returncode == 0, f"{line}\n{result.stderr}"


def test_the_commands_that_take_long_are_at_least_understood(root: Path) -> None:
    lines = "\n".join(blocks(text_of("README.md", root), "text")).splitlines()
    own = [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("wavefact ")]
    assert {"baseline", "monitor", "health", "simulate-week"} <= {name for name, *_ in own}
    for name, *arguments in own:
        command = wavefact.get_command(click.Context(wavefact), name)
        assert command is not None, name
        command.make_context(name, arguments)  # raises an error for options that do not exist


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_what_a_document_points_to_exists(root: Path, document: str) -> None:
    assert missing_targets(text_of(document, root), root) == []


def test_the_readme_has_a_picture_and_the_table_of_changes(root: Path) -> None:
    text = text_of("README.md", root)
    assert re.search(r"!\[[^\]]+\]\([^)]+\.(png|svg)\)|<img [^>]*src=", text), "README.md shows no picture"
    assert "where do i change" in text.lower()


def test_the_search_for_missing_targets_bites(tmp_path: Path) -> None:
    (tmp_path / "here.png").touch()
    text = (
        '![a](here.png) [b](gone.md#part) [c](https://example.org) <img src="gone.png"> '
        "`wavefact/gone.py` `tests/NAME.py`"
    )
    assert missing_targets(text, tmp_path) == ["gone.md", "gone.png", "wavefact/gone.py", "tests/"]
