"""The public names: all there, documented, annotated, and their examples run."""

from __future__ import annotations

import doctest
import enum
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
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
OBJECTS = [name for name in PUBLIC if not name.startswith("__")]


def get(name: str) -> Any:
    return getattr(wavefact, name)


def sections(docstring: str) -> dict[str, str]:
    """Split a numpydoc docstring at its underlined headings."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}$", inspect.cleandoc(docstring), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def documented_names(section: str) -> set[str]:
    """Return the names that a Parameters, Attributes or Returns section explains."""
    heads = re.findall(r"^(\*{0,2}\w[\w*, ]*?) *(?::.*)?$", section, flags=re.MULTILINE)
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")}


def parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    return [p for p in inspect.signature(function).parameters.values() if p.name not in {"self", "cls"}]


def faults(thing: Any) -> Iterator[str]:
    """Yield what is missing from the documentation and the annotations of a public class or function."""
    doc = sections(thing.__doc__ or "")
    if not (thing.__doc__ or "").strip():
        yield "no docstring"
    if inspect.isclass(thing) and issubclass(thing, BaseException | enum.Enum):
        return
    if ">>>" not in doc.get("Examples", ""):
        yield "no runnable example under Examples"
    known = documented_names(doc.get("Parameters", "") + doc.get("Attributes", ""))
    for parameter in parameters(thing):
        if parameter.name not in known:
            yield f"parameter {parameter.name!r} is not documented"
        if parameter.annotation is inspect.Parameter.empty:
            yield f"parameter {parameter.name!r} is not annotated"
    if inspect.isfunction(thing):
        yield from result_faults(thing, doc)


def result_faults(function: Callable[..., Any], doc: dict[str, str]) -> Iterator[str]:
    """Yield what is missing about the value that a function returns."""
    returned = inspect.signature(function).return_annotation
    if returned is inspect.Signature.empty:
        yield "the result is not annotated"
    elif returned not in {None, "None"} and not {"Returns", "Yields"} & set(doc):
        yield "the result is not documented under Returns"


def members(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that a class of wavefact defines."""
    for name, member in vars(thing).items():
        member = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        if not name.startswith("_") and inspect.isfunction(member):
            yield name, member


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


@pytest.mark.parametrize("name", OBJECTS)
def test_a_public_name_is_documented_and_annotated(name: str) -> None:
    if not inspect.ismodule(get(name)):
        assert list(faults(get(name))) == []


@pytest.mark.parametrize("name", [name for name in OBJECTS if inspect.isclass(get(name))])
def test_the_members_of_a_public_class_are_documented_and_annotated(name: str) -> None:
    found = {}
    for member_name, member in members(get(name)):
        problems = [
            f"parameter {p.name!r} is not annotated" for p in parameters(member) if p.annotation is p.empty
        ]
        if not inspect.getdoc(getattr(get(name), member_name)):
            problems.append("no docstring")
        if inspect.signature(member).return_annotation is inspect.Signature.empty:
            problems.append("the result is not annotated")
        if problems:
            found[member_name] = problems
    assert found == {}


def test_the_package_is_marked_as_typed() -> None:
    assert (Path(wavefact.__file__).parent / "py.typed").is_file()


def test_the_search_for_faults_bites() -> None:
    def bare(x, *, rate: float = 1.0):  # type: ignore[no-untyped-def]
        return x * rate

    def good(x: float, *, rate: float = 1.0) -> float:
        """Multiply.

        Parameters
        ----------
        x, rate : float
            Both factors.

        Returns
        -------
        float
            The product.

        Examples
        --------
        >>> 2.0 * 3.0
        6.0
        """
        return x * rate

    assert list(faults(good)) == []
    assert list(faults(bare)) == [
        "no docstring",
        "no runnable example under Examples",
        "parameter 'x' is not documented",
        "parameter 'x' is not annotated",
        "parameter 'rate' is not documented",
        "the result is not annotated",
    ]


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
