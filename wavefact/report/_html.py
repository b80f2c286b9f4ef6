"""Markup that cannot be broken by what is written into it: text is escaped unless it is `Html` already."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wavefact._words import number_text

__all__ = ["Column", "Html", "element", "facts", "joined", "table"]

LONG = 36  # letters of a text that needs a wide column
_EMPTY = {"meta", "img", "br", "col"}


class Html(str):
    """Text that is markup; any other text is escaped when it becomes part of a page."""

    __slots__ = ()


def element(name: str, *children: str | None, **attributes: str | int | bool | None) -> Html:
    """Return an element; `class_` means class and ``data_value`` data-value, None and False are left out."""
    given = "".join(_attribute(key, value) for key, value in attributes.items())
    return Html(f"<{name}{given}>" if name in _EMPTY else f"<{name}{given}>{joined(children)}</{name}>")


def joined(children: Iterable[str | None]) -> Html:
    """Return children one after the other, escaped where they are no markup."""
    return Html("".join(_escaped(child) for child in children if child is not None))


def _escaped(text: str) -> str:
    return text if isinstance(text, Html) else html.escape(_printable(text))


def _printable(text: str) -> str:
    """Return text without the control characters that HTML does not allow."""
    return "".join(letter for letter in text if letter in "\n\t" or (letter >= " " and letter != "\x7f"))


def _attribute(key: str, value: str | int | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{html.escape(_printable(str(value)))}"'


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    title : str
    values : sequence of numbers, None, or texts
        What rows are sorted by; NaN and None are shown as a dash and come last.
    form : str
        How numbers are written, such as ``".3f"``; ``".4g"`` without exponents.
    factor : float
        Of numbers before they are written, such as 100 for percent.
    about : str
        What the title means, shown when it is pointed at.
    least : float
        Number as written, below which positive ones are only said to be smaller.
    """

    title: str
    values: Sequence[float | str | None]
    form: str = ".4g"
    factor: float = 1.0
    about: str = ""
    least: float = 0.0

    @property
    def is_numeric(self) -> bool:
        """Whether no value is a text."""
        return not any(isinstance(value, str) for value in self.values)

    def cell(self, row: int, *, is_head: bool) -> Html:
        """Return one cell; the first of a row is its head."""
        value = self.values[row]
        name, scope = ("th", "row") if is_head else ("td", None)
        if isinstance(value, str):
            long = len(value) > LONG and not is_head
            return element(name, value or "–", scope=scope, class_="long" if long else None)
        if value is None or not math.isfinite(value):
            return element(name, "–", scope=scope, class_="number", data_value="")
        text = self._written(self.factor * value)
        return element(name, text, scope=scope, class_="number", data_value=f"{float(value):.9g}")

    def _written(self, value: float) -> str:
        if 0 < value < self.least:
            return f"< {self.least:g}"
        return number_text(value, int(self.form[1:-1])) if self.form[-1] == "g" else format(value, self.form)


def table(caption: str, columns: Sequence[Column]) -> Html:
    """Return a table that can be sorted, in a frame that scrolls by itself where it is too wide."""
    heads = [
        element(
            "th",
            column.title,
            scope="col",
            title=column.about or None,
            class_="number" if column.is_numeric else None,
        )
        for column in columns
    ]
    rows = [
        element("tr", *(column.cell(row, is_head=number == 0) for number, column in enumerate(columns)))
        for row in range(len(columns[0].values))
    ]
    whole = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        class_="sortable",
    )
    return element("div", whole, class_="wide", role="region", tabindex=0, aria_label=caption)


def facts(pairs: Iterable[tuple[str, str]]) -> Html:
    """Return names and values; those without a value are left out."""
    parts = [
        element("div", element("dt", name), element("dd", value)) for name, value in pairs if value != ""
    ]
    return element("dl", *parts, class_="facts")
