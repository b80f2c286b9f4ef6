"""Damage indicators mode by mode and along the structure, with what errors alone could be."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact.errors import InputError
from wavefact.health import DamageIndicators, IndicatorValue
from wavefact.plots._display import coordinates
from wavefact.plots._style import BLUE, DIVERGING, GREY, SMALL, VERMILLION, note, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["indicators"]

_CONFIDENCE = 0.95


@styled
def indicators(found: DamageIndicators, names: Sequence[str] | None = None, axes: Any = None) -> np.ndarray:
    """Show damage indicators, each with its 95 % interval, and mark what is beyond errors.

    Parameters
    ----------
    found : DamageIndicators
    names : sequence of str, optional
        Which of them; by default all.
    axes : array of Axes, shape (n_panels,), optional
        As many as there are indicators.

    Returns
    -------
    numpy.ndarray of Axes, shape (n_indicators,)

    Raises
    ------
    InputError
        If a name is not among the indicators, there is none, or another number of axes came.

    Notes
    -----
    Values are less what errors of the modes alone add on average.  Orange are values whose interval lies
    above 0.  Points in a plane are coloured by their values, without intervals.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> model = wf.ModalModel(np.array([2.5]), np.array([0.01]), np.array([[0.5], [1.0], [0.7]]))
    >>> found = wf.damage_indicators(model, model, names=["frequency", "comac"])
    >>> print([ax.get_title() for ax in indicators(found, axes=Figure().subplots(1, 2))])
    ['frequency', 'comac']
    """
    shown = list(found.values) if names is None else list(names)
    missing = [name for name in shown if name not in found.values]
    if missing or not shown:
        raise InputError(
            f"{missing[0] if missing else 'no indicator'!r} is not to be shown; choose among "
            f"{', '.join(found.values) or 'none'}."
        )
    grid = _new_panels(len(shown)) if axes is None else panels(axes, (1, len(shown)), (4.0, 2.2))[0]
    for ax, name in zip(grid, shown, strict=True):
        _draw(ax, found, found[name])
        ax.set_title(name)
    return grid


def _new_panels(n_panels: int) -> np.ndarray:
    n_columns = min(n_panels, 3)
    n_rows = ceil(n_panels / n_columns)
    grid = panels(None, (n_rows, n_columns), (max(4.0, 3.3 * n_columns), 2.0 * n_rows)).ravel()
    for ax in grid[n_panels:]:
        ax.remove()
    return grid[:n_panels]


def _draw(ax: Axes, found: DamageIndicators, value: IndicatorValue) -> None:
    if np.all(np.isnan(value.values)):
        note(ax, "no mode was found again")
        return
    if value.along == "modes":
        _draw_modes(ax, value)
        return
    places, labels = coordinates(found.reference.positions, value.values.size)
    if places.shape[1] == 1:
        _draw_line(ax, places[:, 0], value)
    else:
        _draw_plane(ax, places, value)
        ax.set_ylabel(labels[1])
    ax.set_xlabel(labels[0])


def _draw_modes(ax: Axes, value: IndicatorValue) -> None:
    from matplotlib.ticker import MaxNLocator

    numbers, low = np.arange(1, value.values.size + 1), value.interval(_CONFIDENCE)[:, 0]
    for beyond, colour in ((low > 0, VERMILLION), (~(low > 0), BLUE)):
        reach = np.nan_to_num(value.corrected - low)[beyond]
        ax.errorbar(
            numbers[beyond], value.corrected[beyond], reach, fmt="o", color=colour, ms=4, lw=1.2, capsize=2.5
        )
    ax.axhline(0.0, color=GREY, lw=0.8, zorder=1)
    ax.set_xlim(0.5, value.values.size + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("mode")


def _draw_line(ax: Axes, places: np.ndarray, value: IndicatorValue) -> None:
    order = np.argsort(places, kind="stable")
    limits, values = value.interval(_CONFIDENCE)[order], value.corrected[order]
    ax.axhline(0.0, color=GREY, lw=0.8, zorder=1)
    ax.fill_between(places[order], *limits.T, color=BLUE, alpha=0.2, lw=0)
    ax.plot(places[order], values, color=BLUE, lw=1.2)
    beyond = limits[:, 0] > 0
    ax.plot(places[order][beyond], values[beyond], "o", color=VERMILLION, ms=3)


def _draw_plane(ax: Axes, places: np.ndarray, value: IndicatorValue) -> None:
    largest = np.nanmax(np.abs(value.corrected))
    drawn = ax.scatter(
        places[:, 0], places[:, 1], c=value.corrected, cmap=DIVERGING, vmin=-largest, vmax=largest, s=18
    )
    ax.set_aspect("equal", adjustable="box")
    bar = ax.figure.colorbar(drawn, ax=ax, pad=0.02, aspect=20)
    bar.ax.tick_params(labelsize=SMALL, color=GREY)
    bar.outline.set_visible(False)
