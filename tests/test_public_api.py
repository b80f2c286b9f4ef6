"""The public names are all there, and the examples of all docstrings run."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import wavefact

# The contract; more names are welcome, none of these may go.
CONTRACT = {
    *("read", "write", "Recording"),
    *("String", "Beam", "Membrane", "Plate", "Graph", "FiniteElement"),
    *("factorize", "Factorization", "identify", "ModalModel", "mac"),
    *("WavefactError", "InputError", "UnknownFormatError", "CorruptFileError", "NotCertifiedError"),
    "MissingPackageError",
}
PUBLIC = sorted(getattr(wavefact, "__all__", []))


def get(name: str) -> Any:
    return getattr(wavefact, name)


def test_the_contract_is_kept() -> None:
    assert set(PUBLIC) >= CONTRACT, f"missing: {sorted(CONTRACT - set(PUBLIC))}"
    assert len(PUBLIC) == len(set(PUBLIC))


def test_every_public_name_exists() -> None:
    assert [name for name in PUBLIC if not hasattr(wavefact, name)] == []


def test_the_front_shows_nothing_else() -> None:
    shown = {name for name in dir(wavefact) if not name.startswith("_")}
    unlisted = {
        name for name in shown - set(PUBLIC) if not inspect.ismodule(get(name)) and name != "annotations"
    }
    assert unlisted == set()


def test_the_package_is_marked_as_typed() -> None:
    assert (Path(wavefact.__file__).parent / "py.typed").is_file()


MODULES = ["wavefact", *(module.name for module in pkgutil.walk_packages(wavefact.__path__, "wavefact."))]
MODULES = [name for name in MODULES if not name.endswith("__main__")]


def run_examples(module: ModuleType) -> tuple[doctest.TestResults, str]:
    """Run the examples of a module's docstrings, with its own names, `np` and `wf` there beforehand."""
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder().find(module, extraglobs={"np": np, "wf": wavefact}):
        runner.run(test, out=report.append)
    return doctest.TestResults(runner.failures, runner.tries), "".join(report)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    results, report = run_examples(importlib.import_module(name))
    assert results.failed == 0, report


def test_a_wrong_example_is_found() -> None:
    module = ModuleType("synthetic", ">>> np.sqrt(4.0) == 3.0\nTrue\n")
    results, report = run_examples(module)
    assert (results.attempted, results.failed) == (1, 1)
    assert "Expected:\n    True" in report


@pytest.mark.parametrize(
    "use",
    [
        lambda recording, operator: wavefact.declip(recording, operator),
        lambda recording, operator: wavefact.denoise(recording, operator),
        lambda recording, operator: wavefact.find_modes(recording, operator),
        lambda recording, operator: wavefact.compare_methods(recording, operator, methods=["svd"]),
        lambda recording, operator: wavefact.frequency_wavenumber(
            recording, operator, bandwidth=1.0, wave_weight=1.0
        ),
        lambda recording, operator: wavefact.RunningFit(operator).update(recording),
    ],
)
def test_signals_that_are_not_numbers_are_refused_at_every_door(use: Callable[..., object]) -> None:
    signals = np.random.default_rng(0).standard_normal((8, 400))
    signals[3, 17] = np.nan
    recording = wavefact.Recording(signals, 100.0, positions=np.arange(8.0))
    with pytest.raises(wavefact.InputError, match="sensor 3 has NaN at sample 17"):
        use(recording, wavefact.String(8))
