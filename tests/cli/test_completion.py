"""Completion by the tab key: what a shell is told of commands and options."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wavefact.cli import COMMANDS


def told(root: Path, **variables: str) -> str:
    """Return what the command prints for a shell."""
    result = subprocess.run(
        [sys.executable, "-m", "wavefact"],
        env=os.environ | {"PYTHONPATH": str(root)} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr == ""
    return result.stdout


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("wavefact fac", {"factorize"}),
        ("wavefact ", set(COMMANDS)),
        ("wavefact simulate", {"simulate", "simulate-week"}),
        ("wavefact factorize --wave-w", {"--wave-weight"}),
    ],
)
def test_a_shell_is_told_how_to_go_on(line: str, expected: set[str], root: Path) -> None:
    n_words = len(line.split(" ")) - 1
    lines = told(root, _WAVEFACT_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(n_words))
    assert {word.partition(",")[2] for word in lines.splitlines()} == expected


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_their_script(shell: str, root: Path) -> None:
    script = told(root, _WAVEFACT_COMPLETE=f"{shell}_source")
    assert "wavefact" in script
    assert f"{shell}_complete" in script


def test_the_help_says_how_to_switch_it_on(root: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "wavefact", "--help"],
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_WAVEFACT_COMPLETE=bash_source" in result.stdout
