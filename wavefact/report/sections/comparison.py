"""Other methods on the same recording."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from wavefact import plots
from wavefact.compare import Comparison, Row
from wavefact.compare.comparison import COLUMNS, MEASURED, column_title
from wavefact.report._figures import figure
from wavefact.report._html import Column, Html, element, joined, table
from wavefact.report._words import counted, listed
from wavefact.report.sections._section import Section

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["comparison"]

_ABOUT = {
    "relative_error": "of the cleaned signals against the truth",
    "snr_gain": "by how much noise was lowered",
    "held_out_error": "of predicting sensors that were left out",
    "mac": "mean likeness with the true shapes",
    "missed": "true modes that were not found",
    "false": "named modes that do not exist",
}


def comparison(report: Report) -> Section | None:
    """Return methods side by side."""
    found = report.comparison
    if found is None or not found.rows:
        return None
    return Section("comparison", "Compared with other methods", joined([_best(found), _table(found), _picture(found)]))


def _best(found: Comparison) -> Html | None:
    best: dict[tuple[str, ...], list[str]] = {}
    for score, names in found.winners().items():
        best.setdefault(names, []).append(column_title(score).partition(" [")[0])
    said = [f"{listed(list(names))} in {listed(titles)}" for names, titles in best.items()]
    return element("p", f"Best with automatic settings: {'; '.join(said)}.") if said else None


def _value(row: Row, name: str) -> float:
    value = getattr(row if name in MEASURED else row.scores, name)
    return math.nan if value is None else float(value)


def _table(found: Comparison) -> Html:
    rows = found.rows
    columns = [Column("method", [row.method for row in rows]), Column("setting", [row.setting for row in rows])]
    for name, (title, factor, form) in (COLUMNS | MEASURED).items():
        values = [_value(row, name) for row in rows]
        if any(math.isfinite(value) for value in values):
            columns.append(Column(title, values, form, factor, _ABOUT.get(name, "")))
    if any(row.failure for row in rows):
        columns.append(Column("why there is no answer", [row.failure for row in rows]))
    return table(f"Scores of {counted(len({row.method for row in rows}), 'method')}", columns)


def _picture(found: Comparison) -> Html:
    n_methods = len({row.method for row in found.rows})
    drawn = plots.comparison(found)[0, 0].figure
    alt = f"The scores of {counted(n_methods, 'method')} as dots, the best on top."
    caption = "Dots are automatic settings, diamonds those that are best for the truth, where it is known."
    return figure("comparison", drawn, alt, caption)
