"""The structure moving in its modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wavefact import plots
from wavefact._words import number_text
from wavefact.geometry import Geometry
from wavefact.modal import ModalModel
from wavefact.plots._animation_page import part, player
from wavefact.plots._display import coordinates
from wavefact.plots._scene import Scene, scene_of
from wavefact.plots._scene_drawing import VIEW
from wavefact.plots.modes import columns_for
from wavefact.report._figures import blank, figure, panels
from wavefact.report._html import Html, element, joined
from wavefact.report._words import counted
from wavefact.report.sections._section import Section

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from wavefact.report.report import Report

__all__ = ["shapes"]

SCALE, PERIOD = 0.12, 2.0  # largest displacement as a share of the size; of one oscillation [s]
MOST_MOVING = 60_000  # points times modes; beyond it stills only
MOST_STILLS = 12
HINT = (
    "Drag to turn. Once clicked: arrow keys turn, wheel and + − zoom, space pauses, n and p change the mode."
)


def shapes(report: Report) -> Section | None:
    """Return an animation of all modes, and stills for paper."""
    model = report.modes
    if model is None or model.n_modes == 0:
        return None
    geometry = _geometry(report)
    parts = []
    if model.n_points * model.n_modes <= MOST_MOVING:
        parts.append(_moving(scene_of(model, geometry, SCALE)))
    parts.append(_stills(model, geometry))
    return Section("shapes", "Mode shapes", joined(parts))


def _geometry(report: Report) -> Geometry | None:
    """Return the geometry that is given, or that of a graph or a finite-element model."""
    operator = None if report.fit is None else report.fit.operator
    if report.geometry is not None or operator is None or getattr(operator, "edges", None) is None:
        return report.geometry
    fits = report.modes is not None and report.modes.n_points == operator.n_points
    return Geometry.of(operator) if fits else None


def _moving(scene: Scene) -> Html:
    """Return the player as a part of the page: a frame would be laid out later than what is around it."""
    frame = element(
        "div",
        Html(player(scene, 0, PERIOD, VIEW, HINT)),
        id="player",
        class_="player moving",
        role="group",
        aria_label="Animated mode shapes: choose a mode, turn, zoom, or pause it",
    )
    caption = "The structure in motion, drawn larger than life and slower. Dashed: at rest."
    moves = element("script", Html(part("_player.js")))
    return element("figure", frame, element("figcaption", caption), moves, class_="screen-only")


def _stills(model: ModalModel, geometry: Geometry | None) -> Html:
    shown = model.select(slice(0, MOST_STILLS))
    drawn = _lines(shown) if geometry is None else _structures(shown, geometry)
    alt = f"Shapes of {counted(shown.n_modes, 'mode')}: " + "; ".join(
        f"{number}, {number_text(frequency)} Hz"
        for number, frequency in enumerate(shown.frequencies, start=1)
    )
    left = model.n_modes - shown.n_modes
    rest = f" ({counted(left, 'more mode')} left out)" if left else ""
    return figure("shapes", drawn, alt + ".", f"Mode shapes, the largest displacement 1{rest}.")


def _lines(model: ModalModel) -> Figure:
    n_columns = columns_for(model.n_modes)
    n_rows = -(-model.n_modes // n_columns)
    is_plane = coordinates(model.positions, model.n_points)[0].shape[1] == 2
    drawn = blank(7.6, (2.5 if is_plane else 1.75) * n_rows + 0.2)
    axes = panels(drawn, n_rows, n_columns)
    for ax in axes.flat[model.n_modes :]:
        ax.remove()
    plots.modes(model, axes.flat[: model.n_modes])
    return drawn


def _structures(model: ModalModel, geometry: Geometry) -> Figure:
    scene = scene_of(model, geometry, SCALE)
    n_columns = min(model.n_modes, 4 if scene.plane is None else 2)
    n_rows = -(-model.n_modes // n_columns)
    drawn = blank(7.6, (2.1 if scene.plane is None else 1.9) * n_rows)
    look: dict[str, Any] = {"subplot_kw": {"projection": "3d"}} if scene.plane is None else {}
    axes = drawn.subplots(n_rows, n_columns, squeeze=False, **look)
    for number, ax in enumerate(axes.flat):
        if number >= model.n_modes:
            ax.remove()
            continue
        plots.shape(model, number, ax, geometry=geometry, scale=SCALE)
        ax.set_title(f"{number + 1}: {number_text(model.frequencies[number])} Hz", fontsize=8.5)
    return drawn
