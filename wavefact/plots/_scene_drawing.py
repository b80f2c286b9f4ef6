"""How a structure in motion is drawn with matplotlib, in a plane or in space."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.plots._scene import Scene
from wavefact.plots._style import AMPLITUDES, GREY, PALE, SMALL, VERMILLION, dressed

__all__ = ["VIEW", "draw", "new_axes"]

VIEW = (18.0, -62.0)
DASHED = (0, (4, 3))
MOST_MARKS = 80  # points beyond which marks would hide the structure


def new_axes(scene: Scene, mode: int) -> Any:
    """Return Axes in a new figure of the proportions of what is shown."""
    import matplotlib.pyplot as plt

    if scene.plane is None:
        return plt.figure(figsize=(5.0, 5.2)).add_axes((0.0, 0.0, 1.0, 0.94), projection="3d")
    width, height = np.ptp(scene.limits(mode)[list(scene.plane)], axis=1)
    share = float(np.clip(height / (width or 1.0), 0.2, 5.0))
    size = (7.0, max(7.0 * share, 1.2) + 0.7) if share < 0.75 else (max(5.0 / share, 2.2) + 0.9, 5.5)
    return dressed(np.array([plt.subplots(figsize=size, layout="constrained")[1]], dtype=object))[0]


def draw(ax: Any, scene: Scene, mode: int, phase: float, view: tuple[float, float]) -> None:
    """Draw a mode at a phase of its oscillation [rad]."""
    if scene.plane is None and ax.name != "3d":
        raise InputError("This structure is not in a plane; pass Axes made with projection='3d', or none.")
    _Pen(ax, scene.plane).draw(scene, mode, phase)
    ax.set_title(scene.titles[mode])
    if scene.plane is None:
        _frame_space(ax, scene.limits(mode), view)
    else:
        _frame_plane(ax, scene, mode, scene.plane)


class _Pen:
    """Draws lines, surfaces and dots in the coordinates that are shown."""

    def __init__(self, ax: Any, plane: tuple[int, int] | None) -> None:
        self._ax, self._shown = ax, list(plane or (0, 1, 2))

    def draw(self, scene: Scene, mode: int, phase: float) -> None:
        geometry, rest, now = scene.geometry, scene.geometry.points, scene.displaced(mode, phase)
        amplitudes, known = scene.amplitudes(mode, phase), geometry.measured
        surely = known[geometry.lines].all(axis=1)
        moving, hanging = geometry.lines[surely], geometry.lines[~surely]
        self.lines(rest[geometry.lines], GREY, linestyles=[DASHED], linewidths=0.7)
        self.surfaces(scene, now, amplitudes)
        self.lines(now[hanging], PALE, linewidths=1.0)
        self.lines(now[moving], _colours(amplitudes[moving].mean(axis=1)), linewidths=1.8)
        if 2 * np.count_nonzero(known) <= known.size:
            self.lines(np.stack([rest[known], now[known]], axis=1), VERMILLION, linewidths=1.0)
        if np.count_nonzero(known) <= MOST_MARKS:
            self.dots(now[known], _colours(amplitudes[known]))

    def lines(self, ends: np.ndarray, colours: Any, **look: Any) -> None:
        """Draw lines between ends (n_lines, 2, 3)."""
        from matplotlib.collections import LineCollection
        from mpl_toolkits.mplot3d.art3d import Line3DCollection

        kind = LineCollection if len(self._shown) == 2 else Line3DCollection
        if len(ends):
            self._add(kind(list(ends[..., self._shown]), colors=colours, capstyle="round", **look))

    def surfaces(self, scene: Scene, now: np.ndarray, amplitudes: np.ndarray) -> None:
        """Draw the surfaces whose corners are all known."""
        from matplotlib.collections import PolyCollection
        from mpl_toolkits.mplot3d.art3d import Poly3DCollection

        known = scene.geometry.measured
        shown = [list(corners) for corners in scene.geometry.surfaces if known[list(corners)].all()]
        if shown:
            kind = PolyCollection if len(self._shown) == 2 else Poly3DCollection
            colours = _colours(np.array([amplitudes[corners].mean() for corners in shown]))
            polygons = [now[corners][:, self._shown] for corners in shown]
            self._add(kind(polygons, facecolors=colours, alpha=0.45, linewidths=0.0))

    def dots(self, points: np.ndarray, colours: Any) -> None:
        """Draw dots at points (n, 3)."""
        space = {} if len(self._shown) == 2 else {"depthshade": False}
        self._ax.scatter(*points[:, self._shown].T, c=colours, s=14, lw=0, zorder=3, **space)

    def _add(self, collection: Any) -> None:
        if len(self._shown) == 2:
            self._ax.add_collection(collection)
        else:
            self._ax.add_collection3d(collection)


def _colours(shares: np.ndarray) -> np.ndarray:
    from matplotlib.colors import LinearSegmentedColormap

    return np.asarray(LinearSegmentedColormap.from_list("amplitude", AMPLITUDES)(shares))


def _frame_plane(ax: Any, scene: Scene, mode: int, plane: tuple[int, int]) -> None:
    """Show equal scales, with ticks along the coordinates in which the structure has an extent."""
    limits = scene.limits(mode)[list(plane)]
    margin = 0.04 * np.ptp(limits, axis=1).max() or 1.0
    ax.set_xlim(limits[0, 0] - margin, limits[0, 1] + margin)
    ax.set_ylim(limits[1, 0] - margin, limits[1, 1] + margin)
    ax.set_aspect("equal", adjustable="box")
    extents = np.ptp(scene.geometry.points, axis=0)
    for axis, side, direction in ((ax.xaxis, "bottom", plane[0]), (ax.yaxis, "left", plane[1])):
        if extents[direction] > 1e-6 * extents.max():
            axis.set_label_text(f"{'xyz'[direction]} [m]")
        else:
            axis.set_ticks([])
            ax.spines[side].set_visible(False)


def _frame_space(ax: Any, limits: np.ndarray, view: tuple[float, float]) -> None:
    """Show equal scales without box or ticks, and the directions of the axes in a corner."""
    ax.set_proj_type("ortho")
    ax.set(xlim=limits[0], ylim=limits[1], zlim=limits[2])
    ax.view_init(*view)
    ax.set_axis_off()
    _fill(ax, limits)
    corner, length = limits[:, 0], 0.1 * np.ptp(limits, axis=1).max()
    for direction, name in enumerate("xyz"):
        tip = corner + length * np.eye(3)[direction]
        ax.plot(*np.stack([corner, tip], axis=1), color=GREY, lw=0.9)
        ax.text(*(corner + 1.3 * (tip - corner)), name, color=GREY, fontsize=SMALL, ha="center", va="center")


def _fill(ax: Any, limits: np.ndarray) -> None:
    """Choose the largest zoom at which the box around everything is in the picture."""
    from mpl_toolkits.mplot3d.proj3d import proj_transform

    aspect = np.maximum(np.ptp(limits, axis=1), 1e-9)
    ax.set_box_aspect(aspect)
    corners = np.stack(np.meshgrid(*limits), axis=-1).reshape(-1, 3)
    flat = np.stack(proj_transform(*corners.T, ax.get_proj())[:2], axis=1)
    places = ax.transAxes.inverted().transform(ax.transData.transform(flat))
    ax.set_box_aspect(aspect, zoom=0.47 / np.abs(places - 0.5).max())
