"""The rules on structure hold, and each of them bites."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LONGEST_MODULE = 300  # lines
FORBIDDEN_ROOMS = {"utils", "helpers", "common", "misc"}

needs_import_linter = pytest.mark.skipif(
    importlib.util.find_spec("importlinter") is None, reason="import-linter is not installed"
)
needs_ruff = pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="ruff is not installed")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the package in `folder` with the contracts of the pyproject.toml there."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """Copy the package and its rules, for a test to break."""
    shutil.copytree(root / "wavefact", tmp_path / "wavefact", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    return tmp_path


@needs_import_linter
def test_imports_point_down_only(root: Path) -> None:
    result = lint_imports(root)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "1 kept, 0 broken" in result.stdout


@needs_import_linter
@pytest.mark.parametrize(
    ("importer", "statement", "complaint"),
    [
        ("problem.py", "from wavefact import factorization", "wavefact.problem -> wavefact.factorization"),
        ("errors.py", "from wavefact import _arrays", "wavefact.errors -> wavefact._arrays"),
        ("filters/bank.py", "from wavefact import reduction", "wavefact.filters.bank -> wavefact.reduction"),
        (
            "operators/extra.py",
            "from wavefact.solvers import extra",
            "wavefact.operators.extra -> wavefact.solvers",
        ),
        ("io/extra.py", "def f():\n    from wavefact import cli", "wavefact.io.extra -> wavefact.cli"),
        (
            "modal/extra.py",
            "from wavefact.simulate import extra",
            "modal.extra -> wavefact.simulate",
        ),
    ],
)
def test_an_import_that_points_up_or_sideways_is_refused(
    copy: Path, importer: str, statement: str, complaint: str
) -> None:
    for file in (
        "factorization.py",
        "reduction.py",
        "cli.py",
        "solvers/extra.py",
        "simulate/extra.py",
        importer,
    ):
        (copy / "wavefact" / file).touch()  # rooms that are still to come
    with (copy / "wavefact" / importer).open("a") as module:
        module.write(f"\n{statement}\n")
    result = lint_imports(copy)
    assert result.returncode != 0, result.stdout
    assert complaint in result.stdout


@needs_import_linter
def test_a_room_without_a_layer_is_refused(copy: Path) -> None:
    (copy / "wavefact" / "attic.py").touch()
    result = lint_imports(copy)
    assert result.returncode != 0, result.stdout
    assert "wavefact.attic" in result.stdout


BRANCHES = "".join(f"    if x == {i}:\n        return {i}\n" for i in range(11))
STATEMENTS = "".join("    x += 1\n" for _ in range(41))


@needs_ruff
@pytest.mark.parametrize(
    ("rule", "source"),
    [
        ("C901", f"def f(x):\n{BRANCHES}    return x\n"),
        ("PLR0915", f"def f(x):\n{STATEMENTS}    return x\n"),
        ("PLR0917", "def f(a, b, c, d, e, g, h):\n    return a, b, c, d, e, g, h\n"),
        ("T201", "print('progress')\n"),
        ("D103", "def public():\n    return 1\n"),
    ],
    ids=["complexity", "statements", "positional arguments", "print", "docstring"],
)
def test_the_limits_of_ruff_bite(root: Path, rule: str, source: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=json"]
    result = subprocess.run(
        [*command, "--stdin-filename", str(root / "wavefact" / "synthetic.py"), "-"],
        cwd=root,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stderr
    assert rule in {finding["code"] for finding in json.loads(result.stdout)}


def structure_faults(package: Path) -> list[str]:
    """List the modules that are too long and the rooms whose name says nothing."""
    faults = []
    for path in sorted(package.rglob("*.py")):
        n_lines = len(path.read_text(encoding="utf-8").splitlines())
        if n_lines > LONGEST_MODULE:
            faults.append(f"{path.relative_to(package)} has {n_lines} lines")
        if FORBIDDEN_ROOMS & {part.strip("_") for part in path.relative_to(package).with_suffix("").parts}:
            faults.append(f"{path.relative_to(package)} has a name that says nothing")
    return faults


def test_modules_are_short_and_named_by_what_they_hold(root: Path) -> None:
    assert structure_faults(root / "wavefact") == []


def test_the_rules_on_modules_bite(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("x = 1\n" * (LONGEST_MODULE + 1))
    (tmp_path / "_utils.py").touch()
    (tmp_path / "good.py").write_text("x = 1\n" * LONGEST_MODULE)
    assert structure_faults(tmp_path) == ["_utils.py has a name that says nothing", "long.py has 301 lines"]
