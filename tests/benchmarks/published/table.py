"""Rows as markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["COLUMNS", "markdown", "pivoted"]

Row = Mapping[str, Any]
COLUMNS: dict[str, dict[str, str]] = {
    "modes": {
        "recording": "recording",
        "method": "method",
        "found": "modes found",
        "deviation": "largest Δf [%]",
        "damping": "damping over published (median; range)",
        "others": "others in the band",
        "seconds": "time [s]",
    },
    "held out": {
        "method": "method",
        "as recorded": "as recorded",
        "0.1 s above 200 Hz": "0.1 s above 200 Hz",
        "seconds": "time [s]",
    },
    "waves": {
        "method": "map",
        "reading": "reading",
        "within": "within the bounds",
        "read": "wavelengths read",
        "mean_deviation": "mean deviation [%]",
        "median_deviation": "median [%]",
        "largest_deviation": "largest [%]",
        "seconds": "time of the map [s]",
    },
}
"""Of each kind of table: field and title of each column."""


def markdown(kind: str, rows: Sequence[Row]) -> str:
    """Return a table."""
    columns = COLUMNS[kind]
    lines = [list(columns.values()), ["---"] * len(columns)]
    lines += [[_cell(field, row) for field in columns] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(field: str, row: Row) -> str:
    value = row.get(field)
    if value is None:
        return "–"
    if field == "found":
        return f"{value} of {row['of']}"
    if field == "damping":
        return f"{value:.2f}; {row['least_damping']:.2f} to {row['largest_damping']:.2f}"
    if field == "within":
        return f"{100 * value:.0f} %"
    if field == "read":
        return f"{value} of {row['wavelengths']}"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def pivoted(rows: Sequence[Row]) -> list[Row]:
    """Return a row for each method, of its error in each recording and its largest time."""
    made = []
    for method in dict.fromkeys(row["method"] for row in rows):
        mine = [row for row in rows if row["method"] == method]
        seconds = [row["seconds"] for row in mine if row["seconds"] is not None]
        errors = {row["recording"]: row["note"] or row["held_out_error"] for row in mine}
        made.append({"method": method, **errors, "seconds": max(seconds, default=None)})
    return made
