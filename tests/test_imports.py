"""What may be imported where, and what importing the package costs and changes."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Which files may name a package at all.  Elsewhere arrays are handled through wavefact._arrays.
RESERVED = {
    "torch": {"_arrays.py"},
    "array_api_compat": {"_arrays.py"},
    "array_api_strict": set[str](),
    "jax": set[str](),
    "cupy": set[str](),
    "cvxpy": {"solvers/convex.py"},
    "dask": {"distributed.py"},
    "distributed": set[str](),
}
# What a module may import at its top, beside the standard library and the package itself.
AT_TOP = {"numpy": None, "array_api_compat": {"_arrays.py"}, "click": {"__main__.py"}}
HEAVY = ["torch", "cvxpy", "matplotlib", "scipy", "h5py", "tqdm", "dask", "pandas"]


def is_command_line(file: str) -> bool:
    """Tell whether `file`, relative to the package, belongs to the command line."""
    return file == "cli.py" or file.startswith("cli/")


def imported(node: ast.stmt) -> list[str]:
    """Return the full names that a statement imports, `package.module` for `from package import module`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def at_top(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run on import: not those in functions or under `if TYPE_CHECKING`."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        for field in ("body", "orelse", "finalbody"):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from at_top(getattr(node, field, []))


def faults_anywhere(tree: ast.Module, file: str, submodules: frozenset[str] | set[str]) -> Iterator[str]:
    """Yield what no import may do, wherever it stands in the file."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for name in imported(node):
            package, _, rest = name.partition(".")
            if isinstance(node, ast.Import) and package == "wavefact":
                yield f"line {node.lineno}: `import {name}`; say `from wavefact.x import y`"
            if isinstance(node, ast.ImportFrom) and node.module == "wavefact" and rest not in submodules:
                yield f"line {node.lineno}: {rest!r} comes from the front; say `from wavefact.x import y`"
            if file not in RESERVED.get(package, {file}):
                allowed = ", ".join(sorted(RESERVED[package])) or "no file"
                yield f"line {node.lineno}: {package} is named in {allowed} only"


def faults_at_top(tree: ast.Module, file: str) -> Iterator[str]:
    """Yield the packages whose import would slow down `import wavefact`."""
    for node in at_top(tree.body):
        for name in imported(node):
            package = name.partition(".")[0]
            if package in sys.stdlib_module_names or package == "wavefact":
                continue
            if package == "click" and is_command_line(file):
                continue
            if package not in AT_TOP or file not in (AT_TOP[package] or {file}):
                yield f"line {node.lineno}: {package} is imported inside the functions that use it"


def import_faults(source: str, file: str, submodules: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """List the imports in `source` that break a rule; `file` is its path relative to the package."""
    tree = ast.parse(source)
    return sorted(set(faults_anywhere(tree, file, submodules)) | set(faults_at_top(tree, file)))


def test_every_module_imports_by_the_rules(root: Path) -> None:
    package = root / "wavefact"
    files = sorted(package.rglob("*.py"))
    submodules = {path.stem if path.is_file() else path.name for path in package.iterdir()}
    faults = {}
    for path in files:
        file = path.relative_to(package).as_posix()
        faults[file] = import_faults(path.read_text(encoding="utf-8"), file, submodules)
    assert len(files) > 2
    assert {file: found for file, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("source", "file", "complaint"),
    [
        ("import wavefact", "problem.py", "`import wavefact`"),
        ("import wavefact.operators as ops", "problem.py", "`import wavefact.operators`"),
        ("def f():\n    import wavefact as wf", "cli.py", "`import wavefact`"),
        ("from wavefact import factorize", "cli.py", "'factorize' comes from the front"),
        ("def f():\n    import torch", "reduction.py", "torch is named in _arrays.py only"),
        ("def f():\n    from torch.linalg import svd", "reduction.py", "torch is named in _arrays.py only"),
        ("from array_api_compat import array_namespace", "polar.py", "array_api_compat is named in"),
        ("def f():\n    import cvxpy as cp", "solvers/growth.py", "cvxpy is named in solvers/convex.py only"),
        ("import cvxpy", "solvers/convex.py", "cvxpy is imported inside"),
        ("import torch", "_arrays.py", "torch is imported inside"),
        ("from scipy.signal import welch", "modal/psd.py", "scipy is imported inside"),
        ("try:\n    import h5py\nexcept ImportError:\n    pass", "io/native.py", "h5py is imported inside"),
        ("class A:\n    import matplotlib", "plots/modes.py", "matplotlib is imported inside"),
        ("import click", "polar.py", "click is imported inside"),
    ],
)
def test_a_forbidden_import_is_found(source: str, file: str, complaint: str) -> None:
    faults = import_faults(source, file, {"problem", "operators"})
    assert any(complaint in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("import numpy as np\nfrom wavefact.errors import InputError", "recording.py"),
        ("from wavefact import operators", "factorization.py"),
        ("from array_api_compat import array_namespace\ndef f():\n    import torch", "_arrays.py"),
        ("def f():\n    import cvxpy as cp", "solvers/convex.py"),
        ("def f():\n    from scipy import fft\n    import h5py", "io/native.py"),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from matplotlib.axes import Axes",
            "plots/modes.py",
        ),
        ("import click", "cli/__init__.py"),
    ],
)
def test_an_allowed_import_is_let_through(source: str, file: str) -> None:
    assert import_faults(source, file, {"operators"}) == []


def run_python(program: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Run `program` in a fresh interpreter at the root of the repository."""
    return subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
    )


REPORT = f"import sys; sys.stderr.write(' '.join(name for name in {HEAVY} if name in sys.modules))"


def test_importing_the_package_imports_nothing_heavy(root: Path) -> None:
    result = run_python(f"import wavefact; {REPORT}", root)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_help_imports_nothing_heavy(root: Path) -> None:
    program = f"""
import runpy, sys
sys.argv = ["wavefact", "--help"]
try:
    runpy.run_module("wavefact", run_name="__main__")
except SystemExit as end:
    code = end.code
{REPORT}
sys.exit(code)
"""
    result = run_python(program, root)
    assert (result.returncode, result.stderr) == (0, "")
    assert "factorize" in result.stdout


@pytest.mark.parametrize("heavy", ["matplotlib", "scipy.signal", "h5py"])
def test_the_search_for_heavy_imports_bites(root: Path, heavy: str) -> None:
    result = run_python(f"import {heavy}; {REPORT}", root)
    assert heavy.partition(".")[0] in result.stderr.split()


def test_importing_the_package_changes_nothing_outside_it(root: Path) -> None:
    program = """
import logging, os, random, signal, sys, warnings
import numpy as np

def state():
    return {
        "warning filters": list(warnings.filters),
        "root handlers": list(logging.root.handlers),
        "root level": logging.root.level,
        "floating point errors": np.geterr(),
        "print options": np.get_printoptions(),
        "numpy random state": str(np.random.get_state()),
        "random state": random.getstate(),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "excepthook": sys.excepthook,
        "interrupt": signal.getsignal(signal.SIGINT),
    }

before = state()
import wavefact
after = state()
changed = [name for name in before if before[name] != after[name]]
assert not changed, changed
logger = logging.getLogger("wavefact")
assert logger.level == logging.NOTSET and logger.propagate
assert all(isinstance(handler, logging.NullHandler) for handler in logger.handlers)
"""
    result = run_python(program, root)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
