"""Other methods on the same recording."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from wavefact import plots
from wavefact._words import listed
from wavefact.compare import Comparison, Row
from wavefact.compare.comparison import COLUMNS, MEASURED
from wavefact.report._figures import figure
from wavefact.report._html import Column, Html, element, joined, table
from wavefact.report._words import counted
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

_PROSE = {
    "relative_error": "cleaning the signals",
    "snr_gain": "lowering the noise",
    "held_out_error": "predicting sensors left out",
    "mac": "shapes",
    "missed": "finding all modes",
    "false": "naming no false mode",
    "frequency_error": "frequencies",
    "damping_error": "damping",
    "wavenumber_error": "wavenumbers",
    "seconds": "speed",
}


def comparison(report: Report) -> Section | None:
    """Return methods side by side."""
    found = report.comparison
    if found is None or not found.rows:
        return None
    content = joined([_best(found), _table(found), _failures(found), _picture(found)])
    return Section("comparison", "Compared with other methods", content)


def _best(found: Comparison) -> Html | None:
    items = [
        element("li", element("strong", f"{_PROSE[score]}: "), listed(list(names)))
        for score, names in found.winners().items()
    ]
    if not items:
        return None
    return joined(
        [element("p", "Best with automatic settings:", class_="before-list"), element("ul", *items)]
    )


def _failures(found: Comparison) -> Html | None:
    """List why methods have no answer."""
    failed = [
        element("li", f"{row.method}, {row.setting}: {row.failure}") for row in found.rows if row.failure
    ]
    return (
        joined([element("p", "No answer:", class_="before-list"), element("ul", *failed)]) if failed else None
    )


def _value(row: Row, name: str) -> float:
    value = getattr(row if name in MEASURED else row.scores, name)
    return math.nan if value is None else float(value)


def _table(found: Comparison) -> Html:
    rows = found.rows
    columns = [
        Column("method", [row.method for row in rows]),
        Column("setting", [row.setting for row in rows]),
    ]
    for name, (title, factor, form) in (COLUMNS | MEASURED).items():
        values = [_value(row, name) for row in rows]
        if any(math.isfinite(value) for value in values):
            columns.append(Column(title, values, form, factor, _ABOUT.get(name, "")))
    return table(f"Scores of {counted(len({row.method for row in rows}), 'method')}", columns)


def _picture(found: Comparison) -> Html:
    n_methods = len({row.method for row in found.rows})
    drawn = plots.comparison(found)[0, 0].figure
    alt = f"The scores of {counted(n_methods, 'method')} as dots, the best on top."
    caption = "Dots are automatic settings, diamonds those that are best for the truth, where it is known."
    return figure("comparison", drawn, alt, caption)
