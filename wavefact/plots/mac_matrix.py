"""The modal assurance criterion of two models, or of one with itself, as an annotated map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact._words import number_text
from wavefact.modal.model import ModalModel
from wavefact.plots._style import DARK, SMALL, note, single, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["mac_matrix"]

MOST_ANNOTATED = 16  # modes a side: more numbers could not be read
SEQUENTIAL = "Blues"


@styled
def mac_matrix(a: ModalModel, b: ModalModel | None = None, ax: Axes | None = None) -> Axes:
    """Show the MAC of each mode of a model with each of another, or with each of its own.

    Parameters
    ----------
    a : ModalModel
        Down the picture.
    b : ModalModel, optional
        On the same points, to the right; by default `a` again, which gives the auto-MAC.
    ax : Axes, optional
        By default in a new figure.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If the numbers of points differ, or a shape is zero or not finite.

    Notes
    -----
    Modes are named by their frequency.  Large values off the diagonal of an auto-MAC say that the points do
    not tell these modes apart.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> shapes = np.array([[1.0, 1.0], [1.0, -0.5]])
    >>> model = wf.ModalModel(np.array([2.0, 5.0]), np.full(2, 0.01), shapes)
    >>> ax = mac_matrix(model, ax=Figure().subplots())
    >>> [text.get_text() for text in ax.texts]
    ['1.00', '0.10', '0.10', '1.00']
    """
    other = a if b is None else b
    rows, columns = a.n_modes, other.n_modes
    ax = single(ax, (1.9 + 0.5 * min(max(columns, 4), 14), 1.3 + 0.42 * min(max(rows, 4), 14)))
    if not rows * columns:
        note(ax, "no modes")
        return ax
    values = a.mac(other)
    image = ax.imshow(values, cmap=SEQUENTIAL, vmin=0.0, vmax=1.0, aspect="auto")
    if max(rows, columns) <= MOST_ANNOTATED:
        _annotate(ax, values)
    _name_modes(ax, a, other)
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=25, label="MAC [–]", ticks=[0, 0.5, 1])
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_visible(False)
    ax.set_title("auto-MAC" if b is None else "MAC")
    return ax


def _annotate(ax: Axes, values: np.ndarray) -> None:
    size = SMALL if max(values.shape) <= 10 else SMALL - 2
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if value > 0.6 else DARK
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=size, color=colour)


def _name_modes(ax: Axes, a: ModalModel, b: ModalModel) -> None:
    """Write frequencies on both axes, leaving out some where there are many, and lines between cells."""
    for axis, model, turned in ((ax.yaxis, a, 0), (ax.xaxis, b, 90)):
        step = -(-model.n_modes // 24)
        shown = range(0, model.n_modes, step)
        axis.set_ticks(list(shown), [f"{number_text(model.frequencies[i])}" for i in shown], rotation=turned)
    ax.tick_params(length=0, labelsize=SMALL)
    ax.set_xlabel("frequency [Hz]")
    ax.set_ylabel("frequency [Hz]")
    ax.spines[:].set_visible(False)
    if max(a.n_modes, b.n_modes) <= MOST_ANNOTATED:
        ax.hlines(np.arange(0.5, a.n_modes - 1), -0.5, b.n_modes - 0.5, color="white", lw=1.5)
        ax.vlines(np.arange(0.5, b.n_modes - 1), -0.5, a.n_modes - 0.5, color="white", lw=1.5)
