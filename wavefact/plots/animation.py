"""Mode shapes in motion: a GIF of one, or a page on which all can be turned and looked at."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path

import numpy as np

from wavefact.errors import InputError
from wavefact.geometry import Geometry
from wavefact.io.atomic import atomic_path
from wavefact.modal.model import ModalModel
from wavefact.plots._animation_page import page
from wavefact.plots._scene import Scene, checked_mode, scene_of
from wavefact.plots._scene_drawing import VIEW, draw, new_axes
from wavefact.plots._style import styled

__all__ = ["animate"]

SUFFIXES = (".gif", ".html")


@styled
def animate(
    model: ModalModel,
    mode: int,
    path: str | PathLike[str],
    *,
    geometry: Geometry | None = None,
    scale: float = 0.12,
    n_frames: int = 24,
    fps: float = 12.0,
    view: tuple[float, float] = VIEW,
    dpi: float = 100.0,
    callback: Callable[[int], None] | None = None,
) -> None:
    """Write one oscillation of a mode to a file, to be repeated for ever.

    Parameters
    ----------
    model : ModalModel
    mode : int
        Which one, counted from 0.
    path : path
        ``.gif``, or ``.html`` for a page with all modes, this one first: it turns under the mouse or the
        arrow keys, and needs no network and no other file.
    geometry : Geometry, optional
        Of the model's channels, in their order, or found by their names where both have names; by default
        made from the model's positions.
    scale : float
        Largest displacement drawn, as a share of the structure's size [-].
    n_frames : int
        Pictures of one oscillation, at least 2.
    fps : float
        Pictures per second [Hz]; the oscillation takes ``n_frames / fps`` seconds, also on a page.
    view : (elevation, azimuth)
        From where a structure in space is seen [degrees].
    dpi : float
        Dots per inch of a GIF.
    callback : function of one int, optional
        Called with the number of pictures drawn so far.

    Raises
    ------
    InputError
        If there is no such mode, the geometry does not fit, a number is out of its range, or the suffix is
        another one.
    UnwritableTargetError
        If the file cannot be written.

    Notes
    -----
    The picture at phase φ shows Re(u e^{iφ}), so complex shapes travel.

    Examples
    --------
    >>> from wavefact import plots
    >>> model = wf.ModalModel(np.array([2.5]), np.array([0.01]), np.array([[0.5], [1.0], [0.7]]))
    >>> plots.animate(model, 0, "modes.html")
    """
    target = Path(path)
    check_suffix(target)
    if n_frames < 2 or not (np.isfinite(fps) and fps > 0) or not (np.isfinite(dpi) and dpi > 0):
        raise InputError(
            f"n_frames is {n_frames}, fps {fps}, dpi {dpi}; expected at least 2 pictures and numbers above 0."
        )
    scene, chosen = scene_of(model, geometry, scale), checked_mode(model, mode)
    with atomic_path(target) as temporary:
        if target.suffix.lower() == ".html":
            temporary.write_text(page(scene, chosen, n_frames / fps, view), encoding="utf-8")
            return
        _write_gif(scene, chosen, temporary, (n_frames, fps, dpi), view, callback)


def check_suffix(path: Path) -> None:
    """Refuse a file that cannot become an animation."""
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"Cannot animate as {path}; end its name in one of {', '.join(SUFFIXES)}.")


def _write_gif(
    scene: Scene,
    mode: int,
    path: Path,
    timing: tuple[int, float, float],
    view: tuple[float, float],
    callback: Callable[[int], None] | None,
) -> None:
    from matplotlib import pyplot
    from matplotlib.animation import PillowWriter

    n_frames, fps, dpi = timing
    ax = new_axes(scene, mode)
    writer = PillowWriter(fps=fps)  # type: ignore[arg-type]  # it takes any number
    try:
        with writer.saving(ax.figure, str(path), dpi):
            for frame in range(n_frames):
                ax.clear()
                draw(ax, scene, mode, 2 * np.pi * frame / n_frames, view)
                writer.grab_frame()
                if callback is not None:
                    callback(frame + 1)
    finally:
        pyplot.close(ax.figure)
