"""The law of docstrings: every public name says what it takes, gives and raises, with shapes, units, an example."""

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
    r"(^|_)(frequenc(y|ies)|tones|rate|positions?|spacing|speeds?|times?|duration|bandwidth|wavenumbers?|low|high|lag|span|"
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


PUBLIC = sorted({thing for room in ROOMS for thing in public(room)}, key=lambda t: (t.__module__, t.__qualname__))


def label(thing: Any) -> str:
    return f"{thing.__module__.removeprefix('wavefact.')}.{thing.__qualname__}"


def members(thing: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties that a class defines, unless a base class of it documents them."""
    for name, member in vars(thing).items():
        inherited = any(inspect.getdoc(getattr(base, name, None)) for base in documented_bases(thing))
        if name.startswith("_") or inherited:
            continue
        if isinstance(member, property) or inspect.isfunction(getattr(member, "__func__", member)):
            yield name, member


def documented_bases(thing: type) -> list[type]:
    """Return the classes that say what methods of this one do: its bases, and the protocols of its room."""
    room = thing.__module__.rpartition(".")[0]
    protocols = [other for other in public(room) if getattr(other, "_is_protocol", False)] if room else []
    base = importlib.import_module(f"{room}.base") if room and has_base(room) else None
    protocols += [value for value in vars(base or object).values() if getattr(value, "_is_protocol", False)]
    return [other for other in (*thing.__mro__[1:-1], *protocols) if other is not thing]


def has_base(room: str) -> bool:
    return any(m.name == "base" for m in pkgutil.iter_modules(getattr(importlib.import_module(room), "__path__", [])))


def faults(thing: Any) -> list[str]:
    """Return what a public class or function fails to say."""
    doc = inspect.getdoc(thing) or ""
    found = list(summary_faults(doc))
    if inspect.isclass(thing) and issubclass(thing, BaseException | enum.Enum):
        return found
    parts = sections(doc)
    if ">>>" not in parts.get("Examples", "") and not getattr(thing, "_is_protocol", False):
        found.append("no runnable example")
    found += list(entry_faults(parts))
    if inspect.isfunction(thing):
        found += list(call_faults(thing, parts))
    elif not getattr(thing, "_is_protocol", False):
        found += [f"{name} is not documented" for name in own_parameters(thing) if name not in known(parts)]
    return found


def member_faults(member: Any) -> list[str]:
    """Return what a method or property fails to say."""
    function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
    doc = inspect.getdoc(function) or ""
    parts = sections(doc)
    found = [*summary_faults(doc), *entry_faults(parts)]
    if isinstance(member, property):
        text = doc.partition("\n\n")[0]
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
    """Yield parameters, results and errors that are not documented."""
    for name in own_parameters(function):
        if name not in known(parts):
            yield f"{name} is not documented"
    returned = inspect.signature(function).return_annotation
    if returned not in {None, "None", "Self"} and not {"Returns", "Yields"} & set(parts):
        yield "what it returns is not documented"
    for error in raised(function):
        if error not in parts.get("Raises", ""):
            yield f"{error} is not documented under Raises"


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


@pytest.mark.parametrize("thing", PUBLIC, ids=label)
def test_a_public_name_says_all(thing: Any) -> None:
    assert faults(thing) == []


@pytest.mark.parametrize("thing", [thing for thing in PUBLIC if inspect.isclass(thing)], ids=label)
def test_the_members_of_a_class_say_all(thing: type) -> None:
    found = {name: member_faults(member) for name, member in members(thing)}
    assert {name: said for name, said in found.items() if said} == {}
