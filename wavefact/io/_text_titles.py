"""Headings of the columns of text tables: names, units in brackets or in a row of their own, and time."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from wavefact.io._text_cells import raw_cells
from wavefact.io.base import one_line

__all__ = ["Titles", "cells_of", "is_row_number", "is_unit_assumed", "is_units", "time_unit", "titles_of"]

_TIME = re.compile(
    r"\s*(?:(?:elapsed|relative|unix|absolute)[\s_]?time|time[\s_]?stamp|date[\s_]?time|epoch|elapsed|x_value"
    r"|time|times|t|zeit|temps|seconds|sec)(?:\s*(?P<bracket>[\[(])?[\s/_,]*(?P<unit>(?<=\W|_)[a-zµμ]+)[\])]?)?\s*",
    re.IGNORECASE,
)
_ROW = re.compile(
    r"(?:(?:data|scan|sample|row|line|record|point)s?|index|idx|id|i|n|zeile|messung|messwert)?[\s_.]*"
    r"(?:no|nr|num|number|nummer|index|count|n°|№|#)?[\s.]*(?:\[-?\]|\(-?\))?",
    re.IGNORECASE,
)
_SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "ns": 1e-9, "min": 60.0, "h": 3600.0}
_SECONDS |= dict.fromkeys(("us", "µs", "μs"), 1e-6)

_BRACKETED = re.compile(r"(?P<name>.*?)\s*\[(?P<unit>[^\[\]]*)\]")
_IN_PARENTHESES = re.compile(r"(?P<name>.*\S)\s*\((?P<unit>[^()]*)\)")
_SYMBOL = r"[npuµμmcdkMG]?(?:g|m|s|V|A|N|Pa|Hz|rad|eps|ε|strain|W|J|K|bar|Ω)"
_OTHER = r"1|in|ft|psi|deg|°C?|%|min|h|sec|LSB|counts?"
_FACTOR = rf"(?:{_SYMBOL}|{_OTHER})(?:\^?-?\d|\*\*-?\d|[²³])?"
_UNIT = re.compile(rf"{_FACTOR}(?:[/*·.]\(?{_FACTOR}\)?)*")

Titles = tuple[tuple[str, ...], tuple[str, ...]]
"""Names and units of the columns; a unit is empty where none is written."""


def time_unit(name: str) -> float | None:
    """Return the unit [s] of a column called `name` if that means time, NaN if its unit is unknown."""
    match = _TIME.fullmatch(name)
    if match is None:
        return None
    unknown = math.nan if match["bracket"] else None
    return _SECONDS.get((match["unit"] or "").lower(), unknown)


def is_unit_assumed(name: str) -> bool:
    """Tell whether a column of times is in seconds only because its name says nothing else."""
    match = _TIME.fullmatch(name)
    return match is not None and not match["unit"] and not name.strip().lower().startswith("sec")


def is_row_number(name: str) -> bool:
    """Tell whether a column called `name` may count the rows; one without a name may."""
    return _ROW.fullmatch(name.strip()) is not None


def cells_of(line: str, delimiter: str | None, n_columns: int) -> list[str]:
    """Return the cells of a line above the numbers; delimiters at its end add none."""
    cells = [one_line(cell.replace('"', " ")) for cell in raw_cells(line, delimiter)]
    while len(cells) > n_columns and not cells[-1]:
        del cells[-1]
    return cells


def is_units(cells: Sequence[str]) -> bool:
    """Tell whether a row below the names holds units, in brackets or without; some may be empty."""
    told = [cell for cell in cells if cell not in ("", "-", "[]", "[-]", "()", "(-)")]
    return bool(told) and all(cell[:1] + cell[-1:] in ("[]", "()") or _UNIT.fullmatch(cell) for cell in told)


def titles_of(names: Sequence[str], units: Sequence[str] | None) -> Titles:
    """Return names and units, these from a row of their own or else from brackets behind the names."""
    if units is not None:
        return tuple(names), tuple(unit.strip("[]() ") for unit in units)
    pairs = [_parted(name) for name in names]
    return tuple(name for name, _ in pairs), tuple(unit for _, unit in pairs)


def _parted(title: str) -> tuple[str, str]:
    """Return name and unit of a heading; in parentheses, only what cannot be anything else is a unit."""
    if match := _BRACKETED.fullmatch(title):
        return match["name"], match["unit"].strip()
    match = _IN_PARENTHESES.fullmatch(title)
    unit = match["unit"].strip() if match else ""
    is_unit = _UNIT.fullmatch(unit) and (len(unit) > 1 or unit in "gms%")
    return (match["name"], unit) if match and is_unit else (title, "")
