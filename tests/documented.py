"""What a numpydoc docstring says: its sections, and the entries of each."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any


def sections(docstring: str) -> dict[str, str]:
    """Split a numpydoc docstring at its underlined headings."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}$", inspect.cleandoc(docstring), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def entries(section: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, type and description of each entry of a Parameters, Attributes or Returns section."""
    for head, body in re.findall(
        r"^(\S[^\n]*)\n?((?:(?:[ \t]+[^\n]*)?\n?(?=[ \t]|\n|\Z))*)", section, re.MULTILINE
    ):
        name, _, kind = head.partition(" : ")
        yield name.strip(), kind.strip(), " ".join(body.split())


def own_parameters(thing: Callable[..., Any]) -> list[str]:
    """Return the names of what a function or class takes."""
    taken = inspect.signature(thing).parameters.values()
    return [p.name for p in taken if p.name not in {"self", "cls"}]
