"""The law of docstrings: every public name says what it takes, gives and raises."""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from documented import entries, own_parameters, sections

import wavefact
from wavefact import InputError

INSIDE = {"cli", "joint", "observed"}  # rooms that are no part of the public interface
ROOMS = [
    "wavefact",
    *(
        module.name
        for module in pkgutil.walk_packages(wavefact.__path__, "wavefact.")
        if module.ispkg and module.name.split(".")[1] not in INSIDE
    ),
]

PHYSICAL = re.compile(
    r"(^|_)(frequenc(y|ies)|tones|sampling_rate|positions?|spacing|speeds?|times?|duration|bandwidth|wavenumbers?|low|high|lag|span|"
    r"temperatures?|boundaries)$"
)
UNIT = re.compile(r"\[[^\]]+\]|in `?unit`?|unit of|degree")
ARRAY = re.compile(r"\b(nd)?array\b")
SHAPE = re.compile(r"\(\w[^)]*,[^)]*\)|shape")


def public(room: str) -> Iterator[Any]:
    """Yield the classes and functions that a room shows and that are ours."""
    module = importlib.import_module(room)
    for name in getattr(module, "__all__", ()):
        thing = getattr(module, name)
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and thing.__module__.startswith("wavefact"):
            yield thing


PUBLIC = sorted(
    {thing for room in ROOMS for thing in public(room)}, key=lambda t: (t.__module__, t.__qualname__)
)


PROTOCOLS = [thing for thing in PUBLIC if getattr(thing, "_is_protocol", False)]


def label(thing: Any) -> str:
    return f"{thing.__module__.removeprefix('wavefact.')}.{thing.__qualname__}"


def members(thing: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that a class defines, unless a base documents them."""
    for name, member in vars(thing).items():
        inherited = any(inspect.getdoc(getattr(base, name, None)) for base in documented_bases(thing))
        if name.startswith("_") or inherited:
            continue
        if isinstance(member, property) or inspect.isfunction(getattr(member, "__func__", member)):
            yield name, member


def documented_bases(thing: type) -> list[type]:
    """Return the classes that say what methods of this one do: its bases, and protocols that it satisfies."""
    satisfied = [
        protocol for protocol in PROTOCOLS if all(hasattr(thing, name) for name in promised(protocol))
    ]
    return [other for other in (*thing.__mro__[1:-1], *satisfied) if other is not thing]


def promised(protocol: type) -> list[str]:
    """Return the names that a protocol asks for."""
    parts = [part for part in protocol.__mro__ if getattr(part, "_is_protocol", False)]
    return [
        name for part in parts for name in (*vars(part), *part.__annotations__) if not name.startswith("_")
    ]


def faults(thing: Any) -> list[str]:
    """Return what a public class or function fails to say."""
    doc = inspect.getdoc(thing) or ""
    found = list(summary_faults(doc))
    if inspect.isclass(thing) and issubclass(thing, BaseException | enum.Enum):
        return found
    parts = sections(doc)
    if not has_example(thing):
        found.append("no runnable example")
    found += list(entry_faults(parts))
    if inspect.isfunction(thing):
        found += list(call_faults(thing, parts))
    elif not getattr(thing, "_is_protocol", False):
        found += [f"{name} is not documented" for name in own_parameters(thing) if name not in known(parts)]
        found += list(annotation_faults(thing))
    return found


def has_example(thing: Any) -> bool:
    """Say whether there is an example; that of a class may be a method's, a protocol needs none."""
    own = (
        [member for name, member in vars(thing).items() if not name.startswith("_")]
        if inspect.isclass(thing)
        else []
    )
    docs = [inspect.getdoc(part) or "" for part in (thing, *own)]
    return any(">>>" in doc for doc in docs) or getattr(thing, "_is_protocol", False)


def member_faults(member: Any) -> list[str]:
    """Return what a method or property fails to say."""
    function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
    doc = inspect.getdoc(function) or ""
    parts = sections(doc)
    found = [*summary_faults(doc), *entry_faults(parts)]
    if isinstance(member, property):
        text = doc.partition("\n\n")[0]
        found += list(annotation_faults(function))
        if "ndarray" in str(inspect.signature(function).return_annotation) and not SHAPE.search(doc):
            found.append(f"no shape: {text}")
        return found
    return [*found, *call_faults(function, parts)]


def summary_faults(doc: str) -> Iterator[str]:
    """Yield what is wrong with the first line."""
    first = re.split(r"\n\s*\n", doc)[0].strip()
    if not first:
        yield "no docstring"
    elif not first[0].isupper() and not first[0].isdigit() and first[0] not in "½‖γλ`":
        yield f"does not begin with a capital letter: {first}"
    elif first[-1] not in ".:?":
        yield f"does not end with a full stop: {first}"


def call_faults(function: Callable[..., Any], parts: dict[str, str]) -> Iterator[str]:
    """Yield parameters, results and errors that are not documented, or not annotated."""
    yield from annotation_faults(function)
    for name in own_parameters(function):
        if name not in known(parts) and name not in said_at_once(function):
            yield f"{name} is not documented"
    returned = inspect.signature(function).return_annotation
    own_class = function.__qualname__.rpartition(".")[
        0
    ]  # a copy, or an alternative constructor: its first line says so
    if returned not in {None, "None", own_class} and not {"Returns", "Yields"} & set(parts):
        yield "what it returns is not documented"
    for error in raised(function):
        if error not in parts.get("Raises", ""):
            yield f"{error} is not documented under Raises"


def annotation_faults(thing: Callable[..., Any]) -> Iterator[str]:
    """Yield parameters and results without a type."""
    signature = inspect.signature(thing)
    for parameter in signature.parameters.values():
        if parameter.name not in {"self", "cls"} and parameter.annotation is parameter.empty:
            yield f"{parameter.name} is not annotated"
    if inspect.isfunction(thing) and signature.return_annotation is signature.empty:
        yield "the result is not annotated"


def said_at_once(function: Callable[..., Any]) -> set[str]:
    """Return the only parameter of a method where the first line names it, or it is the path of a file."""
    names = own_parameters(function)
    words = re.split(r"\n\s*\n", inspect.getdoc(function) or "")[0]
    is_method = "." in function.__qualname__.rpartition("<locals>.")[2]
    return {
        name
        for name in names
        if is_method and len(names) == 1 and (name == "path" or re.search(rf"\b{name}\b", words))
    }


def entry_faults(parts: dict[str, str]) -> Iterator[str]:
    """Yield arrays without shape, and quantities without unit."""
    for section in ("Parameters", "Attributes", "Returns", "Yields"):
        for name, kind, text in entries(parts.get(section, "")):
            both = f"{name} {kind} {text}"
            if ARRAY.search(kind or name) and not SHAPE.search(both):
                yield f"{name}: an array without shape"
            if any(PHYSICAL.search(one) for one in name.split(", ")) and not says_unit(both):
                yield f"{name}: a quantity without unit"


def says_unit(text: str) -> bool:
    """Say whether there is a unit; what is no number needs none."""
    is_number = re.search(r"\bfloat|\barray|\bsequence of float", text)
    return bool(UNIT.search(text)) or not is_number


def known(parts: dict[str, str]) -> set[str]:
    """Return the names that Parameters and Attributes explain."""
    return {
        name.strip(" *")
        for section in ("Parameters", "Attributes")
        for names, *_ in entries(parts.get(section, ""))
        for name in names.split(",")
    }


def raised(function: Callable[..., Any]) -> set[str]:
    """Return the errors of ours that a function raises itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    names = {call.func.id for call in calls if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)}
    return {name for name in names if hasattr(wavefact, name)}


METHODS = re.compile(
    r"(modal|spectral|health|denoising|frequency_wavenumber|local_wavenumber|filters|health\.indicators|baselines)\."
)
PLAIN = re.compile(
    r"health\.monitor\.|modal\.export\.|health\.pole_tables\.|\.base\."
)  # files and forms, no methods


def is_method(thing: Any) -> bool:
    """Say whether a name stands for a method: a function, or a class of settings, of a room of methods."""
    has_settings = "baselines." in label(thing) or "indicators." in label(thing)
    of_methods = METHODS.match(label(thing)) and not PLAIN.search(label(thing))
    return bool(of_methods) and (inspect.isfunction(thing) or has_settings)


@pytest.mark.parametrize("thing", [thing for thing in PUBLIC if is_method(thing)], ids=label)
def test_a_method_says_how_it_works(thing: Any) -> None:
    own, module = inspect.getdoc(thing) or "", importlib.import_module(thing.__module__).__doc__ or ""
    assert {"Notes", "References"} & (set(sections(own)) | set(sections(module)))


@pytest.mark.parametrize("thing", PUBLIC, ids=label)
def test_a_public_name_says_all(thing: Any) -> None:
    assert faults(thing) == []


@pytest.mark.parametrize("thing", [thing for thing in PUBLIC if inspect.isclass(thing)], ids=label)
def test_the_members_of_a_class_say_all(thing: type) -> None:
    found = {name: member_faults(member) for name, member in members(thing)}
    assert {name: said for name, said in found.items() if said} == {}


def test_the_law_bites() -> None:
    def bare(frequency, shape):  # type: ignore[no-untyped-def]
        """do something"""
        if frequency < 0:
            raise InputError("negative")
        return shape

    def good(frequency: float, shape: Any) -> Any:
        """Return what came.

        Parameters
        ----------
        frequency : float
            Of the mode [Hz].
        shape : array, shape (n_points,)

        Returns
        -------
        array, shape (n_points,)

        Raises
        ------
        InputError
            If the frequency is negative.

        Examples
        --------
        >>> 1 + 1
        2
        """
        if frequency < 0:
            raise InputError("negative")
        return shape

    assert faults(good) == []
    assert faults(bare) == [
        "does not begin with a capital letter: do something",
        "no runnable example",
        "frequency is not annotated",
        "shape is not annotated",
        "the result is not annotated",
        "frequency is not documented",
        "shape is not documented",
        "what it returns is not documented",
        "InputError is not documented under Raises",
    ]
    good.__doc__ = (good.__doc__ or "").replace("[Hz]", "").replace(", shape (n_points,)", "")
    assert faults(good) == [
        "frequency: a quantity without unit",
        "array: an array without shape",
    ]
