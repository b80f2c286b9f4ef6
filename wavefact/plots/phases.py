"""Mode shapes in the complex plane: how nearly all points move in phase or in antiphase."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact._words import number_text
from wavefact.modal.complexity import mean_phases
from wavefact.modal.model import ModalModel
from wavefact.plots._style import BLUE, GREY, PALE, SMALL, note, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["phases"]

MOST_COLUMNS = 4


@styled
def phases(model: ModalModel, axes: Any = None) -> np.ndarray:
    """Show the entries of each mode shape in the complex plane, as arrows from the origin.

    Parameters
    ----------
    model : ModalModel
    axes : array of Axes, shape (n_panels,), optional
        As many as there are modes, at least one.

    Returns
    -------
    numpy.ndarray of Axes, shape (n_modes,)
        One without arrows if there are no modes.

    Raises
    ------
    InputError
        If a shape is zero or not finite.

    Notes
    -----
    Each shape is scaled to a largest magnitude of 1, the circle, and turned until its mean phase is zero: the
    arrows of a real shape lie on the horizontal axis, those of a travelling wave fill the circle.  The title
    gives MPC and MPD, see `wavefact.mpc` and `wavefact.mpd`.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> shapes = np.array([[0.5j], [1.0j], [-0.7j]])
    >>> model = wf.ModalModel(np.array([2.5]), np.array([0.01]), shapes)
    >>> print(phases(model, axes=Figure().subplots())[0].get_title())
    1: 2.5 Hz
    MPC 1.000, MPD 0.0°
    """
    n_panels = max(model.n_modes, 1)
    grid = _new_panels(n_panels) if axes is None else panels(axes, (1, n_panels), (2.4, 2.6))[0]
    if model.n_modes == 0:
        note(grid[0], "no modes")
        return grid
    turned = model.mode_shapes * np.exp(-1j * mean_phases(model.mode_shapes))
    figures = zip(model.frequencies, model.phase_collinearity, model.phase_deviation, strict=True)
    for index, (frequency, collinearity, deviation) in enumerate(figures):
        _draw_arrows(grid[index], turned[:, index] / np.max(np.abs(turned[:, index])))
        title = f"{index + 1}: {number_text(frequency)} Hz\nMPC {collinearity:.3f}, MPD {deviation:.1f}°"
        grid[index].set_title(title, fontsize=8.5)
    return grid


def _new_panels(n_panels: int) -> np.ndarray:
    n_rows = ceil(n_panels / MOST_COLUMNS)
    n_columns = ceil(n_panels / n_rows)
    grid = panels(None, (n_rows, n_columns), (2.1 * n_columns + 0.3, 2.5 * n_rows)).ravel()
    for ax in grid[n_panels:]:
        ax.remove()
    return grid[:n_panels]


def _draw_arrows(ax: Axes, entries: np.ndarray) -> None:
    angles = np.linspace(0.0, 2.0 * np.pi, 181)
    ax.plot(np.cos(angles), np.sin(angles), color=PALE, lw=0.8, zorder=1)
    ax.axhline(0.0, color=PALE, lw=0.8, zorder=1)
    ax.axvline(0.0, color=PALE, lw=0.8, zorder=1)
    origin = np.zeros(entries.size)
    scale: dict[str, Any] = {"angles": "xy", "scale_units": "xy", "scale": 1.0, "width": 0.008, "zorder": 3}
    ax.quiver(origin, origin, entries.real, entries.imag, color=BLUE, alpha=0.75, **scale)
    ax.set(xlim=(-1.12, 1.12), ylim=(-1.12, 1.12), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    ax.set_aspect("equal", adjustable="box")
    ax.tick_params(labelsize=SMALL, color=GREY)
    ax.set_xlabel("in phase [–]", fontsize=SMALL)
    ax.set_ylabel("out of phase [–]", fontsize=SMALL)
