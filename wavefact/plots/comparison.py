"""Methods side by side: a row for each, a panel for each kind of score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from wavefact.compare import METHODS, Comparison, Row
from wavefact.errors import InputError
from wavefact.plots._style import DARK, GREY, PALE, SMALL, VERMILLION, panels, styled

__all__ = ["comparison"]

OURS, BAND = "wavefact", "#f6ece6"
MAIN = ("relative_error", "mac", "held_out_error")  # that rows are sorted by, the first that is told
TITLES = {
    "relative_error": "error of the cleaned\nsignals",
    "held_out_error": "error of predicting\nsensors left out",
    "mac": "mean MAC\nwith the true modes",
    "modes": "modes\n← missed     false →",
    "seconds": "time of one\nanswer [s]",
}
LOGARITHMIC = {"relative_error", "seconds"}
LEAST_WIDTH = 0.02  # of the axis of errors of prediction, so that what is alike looks alike
MOST_REASON = 28  # characters of a reason for each panel


@styled
def comparison(comparison: Comparison, axes: Any = None) -> np.ndarray:
    """Show what each method makes of a recording: its scores, its missed and false modes, its time.

    Parameters
    ----------
    comparison : Comparison
    axes : array of Axes, shape (n_panels,), optional
        One for each panel: error of the cleaned signals, error of prediction, MAC, missed and false modes,
        time; those of which nothing is known are left out.

    Returns
    -------
    numpy.ndarray of Axes, shape (1, n_panels)

    Raises
    ------
    InputError
        If the comparison is empty, or `axes` are not as many as there are panels.

    Notes
    -----
    Methods are sorted by the first panel, the best on top. Dots are automatic settings, diamonds those that
    are best for this truth. What failed stands below with its reason.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from wavefact.compare import Row, Scores
    >>> rows = [Row("svd", scores=Scores(mac=0.9)), Row("wavefact", scores=Scores(mac=0.99))]
    >>> axes = comparison(wf.Comparison(tuple(rows)), axes=Figure().subplots(1, 1))
    >>> [label.get_text() for label in axes[0, 0].get_yticklabels()]
    ['wavefact', 'truncated SVD']
    """
    rows = comparison.rows
    if not rows:
        raise InputError("There is nothing to draw: the comparison has no rows.")
    names, failed = _sorted(rows), [row for row in rows if row.failure]
    shown = [panel for panel in TITLES if any(_is_known(row, panel) for row in rows)] or ["seconds"]
    height = 1.35 + 0.27 * (len(names) + len(failed))
    grid = panels(axes, (1, len(shown)), (1.6 + 2.0 * len(shown), height))
    for ax, panel in zip(grid[0], shown, strict=True):
        _draw(ax, panel, rows, names)
        _frame(ax, len(names), len(failed))
    _label(grid[0], names, failed)
    if any(row.setting == "oracle" and not row.failure for row in rows):
        _legend(grid[0, 0], own_figure=axes is None)
    return grid


def _sorted(rows: Sequence[Row]) -> list[str]:
    """Return the methods that have an answer, the best first."""
    names = list(dict.fromkeys(row.method for row in rows if not row.failure))

    def height(name: str) -> tuple[float, ...]:
        own = [row for row in rows if row.method == name and not row.failure]
        first = next((row for row in own if row.setting == "automatic"), own[0])
        keys = [
            (-1 if score == "mac" else 1) * float(getattr(first.scores, score)) for score in (*MAIN, "false")
        ]
        return tuple(math.inf if math.isnan(key) else key for key in keys)

    return sorted(names, key=height)


def _is_known(row: Row, panel: str) -> bool:
    return any(math.isfinite(value) for value in _values(row, panel))


def _values(row: Row, panel: str) -> list[float]:
    """Return what a panel shows of a row; missed modes are negative."""
    if row.failure:
        return []
    if panel == "seconds":
        return [row.seconds] if row.setting == "automatic" else []  # an oracle's is of many answers
    if panel == "modes":
        return [-row.scores.missed, row.scores.false]
    return [getattr(row.scores, panel)]


def _draw(ax: Any, panel: str, rows: Sequence[Row], names: list[str]) -> None:
    """Draw one panel: in each method's row a dot, and a diamond where an oracle answered."""
    _scale(ax, panel, [value for row in rows for value in _values(row, panel) if math.isfinite(value)])
    for height, name in enumerate(names):
        colour = VERMILLION if name == OURS else DARK
        own = {
            row.setting: [value for value in _values(row, panel) if math.isfinite(value)]
            for row in rows
            if row.method == name
        }
        dots, diamonds = own.get("automatic", []), own.get("oracle", [])
        if panel == "modes":
            _stems(ax, height, dots, colour)
        elif dots and diamonds:
            ax.plot([dots[0], diamonds[0]], [height, height], color=GREY, lw=1.0, zorder=2)
        ax.plot(diamonds, [height] * len(diamonds), "D", ms=7.0, mfc="white", mec=colour, mew=1.1, zorder=3)
        size = 6.5 if name == OURS else 5.0
        ax.plot(dots, [height] * len(dots), "o", ms=size, color=colour, zorder=4)
    ax.set_xlabel(TITLES[panel])


def _stems(ax: Any, height: int, values: list[float], colour: str) -> None:
    """Draw how many modes are missed, to the left, and false, to the right, with the number at the end."""
    for value in values:
        if value != 0:
            ax.plot([0, value], [height, height], color=colour, lw=1.4, zorder=2)
            ax.annotate(
                f"{abs(value):.0f}",
                (value, height),
                (6 if value > 0 else -6, 0),
                textcoords="offset points",
                ha="left" if value > 0 else "right",
                va="center",
                fontsize=SMALL,
                color=colour,
            )


def _scale(ax: Any, panel: str, values: list[float]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    if panel in LOGARITHMIC:
        positive = [value for value in values if value > 0] or [1.0]
        ax.set_xscale("log")
        ax.set_xlim(min(positive) / 1.35, max(positive) * 1.35)
        spread = max(positive) / min(positive)
        subs = (1.0, 2.0, 3.0, 5.0) if spread < 8 else (1.0, 2.0, 5.0) if spread < 30 else (1.0,)
        ax.xaxis.set_major_locator(LogLocator(subs=subs))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        ax.xaxis.set_minor_formatter(NullFormatter())
    elif panel == "modes":
        most = max((abs(value) for value in values), default=1.0)
        if most > 8:
            ax.set_xscale("symlog", linthresh=1.0, linscale=0.5)
        else:
            ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        low, high = min(0.0, *values), max(0.0, *values)
        ax.set_xlim(2 * low - 1, 2 * high + 1)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
        ax.axvline(0, color=GREY, lw=0.8, zorder=0.6)
    elif panel == "mac":
        ax.set_xlim(min([*values, 0.9]) - 0.05, 1.02)
        ax.xaxis.set_major_locator(MaxNLocator(4))
    else:
        middle, width = (min(values) + max(values)) / 2, max(1.3 * (max(values) - min(values)), LEAST_WIDTH)
        ax.set_xlim(middle - width / 2, middle + width / 2)
        ax.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))


def _frame(ax: Any, n_methods: int, n_failed: int) -> None:
    ax.set_ylim(n_methods + n_failed - 0.4, -0.6)
    ax.grid(axis="x", color=PALE, lw=0.5)
    ax.hlines(range(n_methods), 0, 1, transform=ax.get_yaxis_transform(), color=PALE, lw=0.5, zorder=0)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_axisbelow(True)
    ax.set_yticks(range(n_methods), [])
    if n_failed:  # no grid behind the reasons
        ax.axhspan(n_methods - 0.5, n_methods + n_failed, color="white", zorder=0.9)


def _label(axes: np.ndarray, names: list[str], failed: list[Row]) -> None:
    """Name the rows beside the first panel, and say below why others have no answer."""
    first = axes[0]
    last = [f"{_title(row.method)}{', oracle' * (row.setting == 'oracle')}" for row in failed]
    first.set_yticks(range(len(names) + len(failed)), [*map(_title, names), *last])
    first.set_zorder(1)  # reasons run over the panels beside it
    for label, name in zip(first.get_yticklabels(), names, strict=False):
        if name == OURS:
            label.set(color=VERMILLION, fontweight="bold")
    for label in first.get_yticklabels()[len(names) :]:
        label.set_color(GREY)
    most = MOST_REASON * len(axes)
    for place, row in enumerate(failed):
        reason = _reason(row.failure)
        reason = reason if len(reason) <= most else f"{reason[: most - 1]}…"
        first.text(
            0.0,
            len(names) + place,
            reason,
            transform=first.get_yaxis_transform(),
            va="center_baseline",
            fontsize=SMALL,
            color=GREY,
            clip_on=False,
            in_layout=False,
        )
    for ax in axes:
        if OURS in names:
            ax.axhspan(names.index(OURS) - 0.5, names.index(OURS) + 0.5, color=BAND, zorder=-1)


def _title(name: str) -> str:
    return METHODS[name].title if name in METHODS else name


def _reason(failure: str) -> str:
    """Return a failure without the class of the error, and without advice."""
    kind, _, text = failure.partition(": ")
    return (text if kind.endswith("Error") and text else failure).partition(". ")[0].rstrip(".")


def _legend(ax: Any, own_figure: bool) -> None:
    from matplotlib.lines import Line2D

    dot = Line2D([], [], marker="o", ls="", ms=5.0, color=DARK, label="automatic settings")
    diamond = Line2D([], [], marker="D", ls="", ms=7.0, mfc="white", mec=DARK, label="tuned on the truth")
    spacing = {"ncols": 2, "borderaxespad": 0.2, "handletextpad": 0.2, "columnspacing": 1.2}
    if own_figure:
        ax.figure.legend(handles=[dot, diamond], loc="outside upper right", **spacing)
        return
    legend = ax.legend(handles=[dot, diamond], loc="lower left", bbox_to_anchor=(0.0, 1.0), **spacing)
    legend.set_in_layout(False)  # else its width would be the panel's
