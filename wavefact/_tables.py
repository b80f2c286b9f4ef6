"""Tables of results: as aligned text, as HTML for notebooks, and as pandas tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from wavefact._packages import optional

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["aligned", "card", "frame"]

LONGEST = 20  # rows of a table in a notebook

_STYLE = """<style>
.wavefact { color: inherit; font: 13px/1.45 system-ui, sans-serif; max-width: 100%; overflow-x: auto }
.wavefact p { margin: 0 0 .3em } .wavefact .told { opacity: .75 }
.wavefact table { border-collapse: collapse; font: inherit; margin: .2em 0 }
.wavefact td { font-variant-numeric: tabular-nums }
.wavefact th, .wavefact td { background: none; color: inherit; padding: .15em .7em; text-align: right }
.wavefact th, .wavefact td { border: 0; border-bottom: 1px solid #8883 }
.wavefact th { border-color: #8888; font-weight: 600 }
.wavefact table .text { text-align: left }
</style>"""
"""Colours are those of the notebook, light or dark: text takes them over, lines are half transparent grey."""


def aligned(columns: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    """Return columns, each with its title first, as lines; behind each line but the first its note."""
    widths = [max(map(len, column)) for column in columns]
    rows = zip(*columns, strict=True)
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    said = ["note" if any(notes) else "", *notes]
    return "\n".join(f"{line}  {note}".rstrip() for line, note in zip(lines, said, strict=True))


def card(
    title: str, told: Sequence[str], columns: Sequence[Sequence[str]] = (), notes: Sequence[str] = ()
) -> str:
    """Return a result as HTML: a title, what there is to tell in a line, and a table of its parts.

    Parameters
    ----------
    title : str
    told : sequence of str
        Short facts; empty ones are left out.
    columns, notes : sequences
        As for `aligned`; of many rows the first are shown.
    """
    facts = " · ".join(escape(fact) for fact in told if fact)
    line = f'<p class="told">{facts}</p>' if facts else ""
    head = f"<p><b>{escape(title)}</b></p>"
    return f'{_STYLE}<div class="wavefact">{head}{line}{_table(columns, notes)}</div>'


def _table(columns: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    if not columns or len(columns[0]) < 2:
        return ""
    shown = [*columns, ["note", *notes]] if any(notes) else columns
    kinds = ["" if all(map(_is_number, column[1:])) else ' class="text"' for column in shown]
    titles, *rows = zip(*shown, strict=True)
    head = "".join(
        f'<th scope="col"{kind}>{escape(title)}</th>' for kind, title in zip(kinds, titles, strict=True)
    )
    lines = [
        "".join(f"<td{kind}>{escape(text)}</td>" for kind, text in zip(kinds, row, strict=True))
        for row in rows[:LONGEST]
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    more = f'<p class="told">… and {len(rows) - LONGEST} more</p>' if len(rows) > LONGEST else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _is_number(text: str) -> bool:
    """Tell a cell that is lined up at its right: a number, or the dash of an unknown one."""
    try:
        return text == "–" or float(text) is not None
    except ValueError:
        return False


def frame(columns: Mapping[Any, Any], index: Any, index_name: str) -> DataFrame:
    """Return columns of equal length as a pandas table; `index` is what its rows are called.

    Raises
    ------
    MissingPackageError
        If pandas is not installed.
    """
    package = optional("pandas", "tables", "pandas' tables")
    return package.DataFrame(dict(columns), index=package.Index(index, name=index_name))
