"""Mode shapes before and after, one over the other."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from wavefact._words import number_text
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import msf
from wavefact.plots._display import coordinates, draw_shape
from wavefact.plots._style import BLUE, GREEN, VERMILLION, note, panels, styled
from wavefact.plots.modes import columns_for

__all__ = ["changed_shapes"]


@styled
def changed_shapes(reference: ModalModel, current: ModalModel, axes: Any = None) -> np.ndarray:
    """Show each mode's shape before and after, and how far frequency and shape have moved.

    Parameters
    ----------
    reference, current : ModalModel
        On the same points.
    axes : array of Axes, shape (n_panels,), optional
        As many as the reference has modes, at least one.

    Returns
    -------
    numpy.ndarray of Axes, shape (n_modes,)
        One without a shape if there are no modes.

    Raises
    ------
    InputError
        If the numbers of points differ, or another number of axes came.

    Notes
    -----
    The current shape, orange, is scaled and turned to be nearest to that of the reference, blue.  Green is
    their difference, as many times larger as the title says, with ±2 standard errors around it.  Of points in
    a plane the difference alone is drawn.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> before = wf.ModalModel(np.array([2.5]), np.array([0.01]), np.array([[0.5], [1.0], [0.7]]))
    >>> after = wf.ModalModel(np.array([2.4]), np.array([0.01]), np.array([[0.5], [1.0], [0.8]]))
    >>> print(changed_shapes(before, after, axes=Figure().subplots())[0].get_title())
    1: 2.5 Hz −4.00 %, MAC 0.9962
    difference × 10
    """
    n_panels = max(reference.n_modes, 1)
    grid = _new_panels(n_panels) if axes is None else panels(axes, (1, n_panels), (3.4, 2.4))[0]
    if reference.n_modes == 0:
        note(grid[0], "no modes")
    partners = dict(zip(*reference.match(current), strict=True))
    for mode in range(reference.n_modes):
        ax, before = grid[mode], reference.select([mode])
        ax.set_title(f"{mode + 1}: {number_text(reference.frequencies[mode])} Hz", fontsize=8.5)
        if mode in partners:
            _draw(ax, before, current.select([partners[mode]]))
        else:
            draw_shape(ax, before.positions, before.mode_shapes[:, 0], BLUE)
            ax.set_title(f"{ax.get_title()}, not found again", fontsize=8.5)
    if axes is None and partners and coordinates(reference.positions, reference.n_points)[0].shape[1] == 1:
        _explain(grid[0].figure)
    return grid


def _new_panels(n_panels: int) -> np.ndarray:
    n_columns = columns_for(n_panels)
    n_rows = ceil(n_panels / n_columns)
    grid = panels(None, (n_rows, n_columns), (max(3.4, 2.9 * n_columns), 2.1 * n_rows)).ravel()
    for ax in grid[n_panels:]:
        ax.remove()
    return grid[:n_panels]


def _explain(figure: Any) -> None:
    """Say below the panels of a new figure what the colours mean."""
    from matplotlib.lines import Line2D

    meanings = {"before": BLUE, "after": VERMILLION, "difference, magnified, ± 2 standard errors": GREEN}
    handles = [Line2D([], [], color=colour, label=what) for what, colour in meanings.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))


def _draw(ax: Any, before: ModalModel, after: ModalModel) -> None:
    factor = msf(after.mode_shapes, before.mode_shapes)[0]
    first, second = before.mode_shapes[:, 0], factor * after.mode_shapes[:, 0]
    difference = second - first
    places, _ = coordinates(before.positions, before.n_points)
    reach = 2 * np.hypot(before.shape_errors[:, 0], np.abs(factor) * after.shape_errors[:, 0])
    is_line = places.shape[1] == 1
    times = _magnification(np.abs(difference) + (np.nan_to_num(reach) if is_line else 0.0))
    if is_line:
        draw_shape(ax, before.positions, first, BLUE)
        draw_shape(ax, before.positions, second, VERMILLION)
        _draw_band(ax, places[:, 0], times * difference.real, times * reach)
    draw_shape(ax, before.positions, times * difference, GREEN)
    shift = 100 * (after.frequencies[0] / before.frequencies[0] - 1)
    moved = f"{shift:+.2f} %".replace("-", "−")
    text = f"{ax.get_title()} {moved}, MAC {before.mac(after)[0, 0]:.4f}\ndifference × {times:g}"
    ax.set_title(text, fontsize=8.5)


def _draw_band(ax: Any, places: np.ndarray, values: np.ndarray, reach: np.ndarray) -> None:
    order = np.argsort(places, kind="stable")
    low, high = (values - reach)[order], (values + reach)[order]
    ax.fill_between(places[order], low, high, color=GREEN, alpha=0.2, lw=0)


def _magnification(sizes: np.ndarray) -> float:
    """Return the largest of 1, 2, 5, 10, … with which all of these stay within 1."""
    largest = float(np.max(sizes))
    steps = np.array([1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0])
    return float(np.max(steps[steps * largest <= 1.0], initial=1.0))
