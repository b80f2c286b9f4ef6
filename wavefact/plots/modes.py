"""Mode shapes as small multiples."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from wavefact._words import number_text
from wavefact.modal.model import ModalModel
from wavefact.plots._display import coordinates, draw_shape
from wavefact.plots._style import BLUE, DIVERGING, SMALL, note, panels, styled

__all__ = ["modes"]

MOST_COLUMNS = 3


@styled
def modes(model: ModalModel, axes: Any = None) -> np.ndarray:
    """Show the mode shapes, each with its frequency, damping ratio and wavenumber.

    Parameters
    ----------
    model : ModalModel
    axes : array of Axes, shape (n_panels,), optional
        As many as there are modes, at least one.

    Returns
    -------
    numpy.ndarray of Axes, shape (n_modes,)
        One without a shape if there are no modes.

    Notes
    -----
    Shapes on a line are drawn over the undeformed axis, with the imaginary part dashed where there is one;
    shapes on a plane as coloured contours of the real part.  Of three coordinates the two widest are used.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> model = wf.ModalModel(np.array([2.5]), np.array([0.01]), np.array([[0.5], [1.0], [0.7]]))
    >>> print(modes(model, axes=Figure().subplots())[0].get_title())
    1: 2.5 Hz
    ζ = 1 %
    """
    n_panels = max(model.n_modes, 1)
    grid = _new_panels(model, n_panels) if axes is None else panels(axes, (1, n_panels), (3.4, 2.4))[0]
    if model.n_modes == 0:
        note(grid[0], "no modes")
    for index in range(model.n_modes):
        draw_shape(grid[index], model.positions, model.mode_shapes[:, index], BLUE, model.length_unit)
        grid[index].set_title(_title(model, index), fontsize=8.5)
    if model.n_modes and _is_plane(model):
        _draw_scale(grid)
    _hide_inner_labels(grid)
    return grid


def columns_for(n_panels: int) -> int:
    """Return how many panels to put side by side: few rows, and none nearly empty."""
    return 2 if n_panels == 4 else min(n_panels, MOST_COLUMNS)


def _new_panels(model: ModalModel, n_panels: int) -> np.ndarray:
    n_columns = columns_for(n_panels)
    n_rows = ceil(n_panels / n_columns)
    size = (max(3.4, 2.9 * n_columns), (2.4 if _is_plane(model) else 1.9) * n_rows)
    grid = panels(None, (n_rows, n_columns), size).ravel()
    for ax in grid[n_panels:]:
        ax.remove()
    return grid[:n_panels]


def _is_plane(model: ModalModel) -> bool:
    return coordinates(model.positions, model.n_points)[0].shape[1] == 2


def _draw_scale(grid: np.ndarray) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    scale = ScalarMappable(Normalize(-1.0, 1.0), DIVERGING)
    bar = grid[0].figure.colorbar(
        scale, ax=list(grid), ticks=[-1, 0, 1], label="shape [–]", aspect=25, shrink=0.7
    )
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_visible(False)


def _hide_inner_labels(grid: np.ndarray) -> None:
    """Keep the labels of the outer panels only, where the panels are of one grid."""
    places = [ax.get_subplotspec() for ax in grid]
    if None in places or len({id(place.get_gridspec()) for place in places}) > 1:
        return
    for ax, place in zip(grid, places, strict=True):
        if any(p.rowspan == place.rowspan and p.colspan.start < place.colspan.start for p in places):
            ax.set_ylabel("")
        if any(p.colspan == place.colspan and p.rowspan.start > place.rowspan.start for p in places):
            ax.set_xlabel("")


def _title(model: ModalModel, index: int) -> str:
    wavenumber = model.wavenumbers[index]
    damping = 100 * model.damping_ratios[index]
    about = "ζ < 0.001 %" if 0 <= damping < 1e-3 else f"ζ = {damping:.3g} %"
    if np.isfinite(wavenumber):
        about += f", k = {number_text(wavenumber, 3)} rad/{model.length_unit}"
    return f"{index + 1}: {number_text(model.frequencies[index])} Hz\n{about}"
