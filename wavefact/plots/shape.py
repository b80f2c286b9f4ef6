"""One mode shape on its structure: a still for papers and reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wavefact.geometry import Geometry
from wavefact.modal.model import ModalModel
from wavefact.plots._scene import checked_mode, scene_of
from wavefact.plots._scene_drawing import VIEW, draw, new_axes
from wavefact.plots._style import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["shape"]


@styled
def shape(
    model: ModalModel,
    mode: int,
    ax: Axes | None = None,
    *,
    geometry: Geometry | None = None,
    scale: float = 0.12,
    phase: float = 0.0,
    view: tuple[float, float] = VIEW,
) -> Axes:
    """Draw the structure deformed as in one mode, over its outline at rest.

    Parameters
    ----------
    model : ModalModel
    mode : int
        Which one, counted from 0.
    ax : Axes, optional
        With ``projection="3d"`` where the structure is not in a plane; by default in a new figure.
    geometry : Geometry, optional
        Of the model's channels, in their order, or found by their names where both have names; by default
        made from the model's positions.
    scale : float
        Largest displacement drawn, as a share of the structure's size [-].
    phase : float
        Of the oscillation [rad]; a complex shape travels as it goes on.
    view : (elevation, azimuth)
        From where a structure in space is seen [degrees].

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is no such mode, or geometry or Axes do not fit.

    Notes
    -----
    Colours show how far each part has moved, from none to the most that the mode moves.  Where only some
    points are measured, dots and arrows show these, and what hangs on the others is drawn pale: it is not
    known how they move.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> model = wf.ModalModel(np.array([2.5]), np.array([0.01]), np.array([[0.5], [1.0], [0.7]]))
    >>> shape(model, 0, Figure().subplots()).get_title()
    'Mode 1: 2.5 Hz, ζ = 1 %'
    """
    scene = scene_of(model, geometry, scale)
    chosen = checked_mode(model, mode)
    ax = new_axes(scene, chosen) if ax is None else ax
    draw(ax, scene, chosen, phase, view)
    if geometry is None and model.positions is None:
        ax.set_xlabel("sensor")
    return ax
