"""The player in which all modes move: as one HTML file that needs no other, or as a part of a page."""

from __future__ import annotations

import html
import json
import re
from importlib import resources
from typing import Any

import numpy as np

from wavefact.plots._scene import Scene
from wavefact.plots._scene_drawing import MOST_MARKS
from wavefact.plots._style import AMPLITUDES

__all__ = ["page", "part", "player"]

DIGITS = 5  # of coordinates; the page stays small and nobody sees more
_MARK = re.compile(r"\{\{([A-Z]+)\}\}")
_HINT = "Drag or arrow keys turn, wheel or + and − zoom, space pauses, n and p change the mode."


def page(scene: Scene, mode: int, period: float, view: tuple[float, float]) -> str:
    """Return the page with all modes of a scene; `mode` is shown first, once in `period` seconds."""
    parts = {
        "TITLE": html.escape(scene.titles[mode]),
        "STYLE": part("_player.css"),
        "PLAYER": player(scene, mode, period, view, _HINT),
        "SCRIPT": part("_player.js"),
    }
    return _MARK.sub(lambda mark: parts[mark[1]], part("_animation.html"))


def player(scene: Scene, mode: int, period: float, view: tuple[float, float], hint: str) -> str:
    """Return what belongs into the element ``#player``; ``_player.css`` and ``_player.js`` make it move."""
    # "<" could end the element that holds the data
    text = json.dumps(_data(scene, mode, period, view), separators=(",", ":"), allow_nan=False)
    parts = {
        "TITLE": html.escape(scene.titles[mode]),
        "HINT": html.escape(hint),
        "DATA": text.replace("<", "\\u003c"),
    }
    return _MARK.sub(lambda mark: parts[mark[1]], part("_player.html"))


def part(name: str) -> str:
    """Return the text of a file beside this one."""
    return resources.files("wavefact.plots").joinpath(name).read_text(encoding="utf-8")


def _data(scene: Scene, mode: int, period: float, view: tuple[float, float]) -> dict[str, Any]:
    known = scene.geometry.measured
    return {
        "points": _rounded(scene.geometry.points),
        "lines": scene.geometry.lines.tolist(),
        "surfaces": scene.geometry.surfaces,
        "measured": known.tolist(),
        "sparse": bool(2 * np.count_nonzero(known) <= known.size),
        "marks": bool(np.count_nonzero(known) <= MOST_MARKS),
        "modes": [_mode(scene, index) for index in range(len(scene.titles))],
        "selected": mode,
        "reach": float(np.linalg.norm(scene.motions, axis=1).max()),
        "period": period,
        "view": list(view if scene.plane is None else _facing(scene.plane)),
        "colours": AMPLITUDES,
    }


def _mode(scene: Scene, mode: int) -> dict[str, Any]:
    motion = scene.motions[:, :, mode]
    most = float(np.linalg.norm(motion, axis=1).max())
    shown = {"title": scene.titles[mode], "most": most, "re": _rounded(motion.real)}
    return shown | ({"im": _rounded(motion.imag)} if np.any(motion.imag) else {})


def _facing(plane: tuple[int, int]) -> tuple[float, float]:
    """Return elevation and azimuth [degrees] from where a plane of coordinates is seen straight."""
    return {(0, 1): (90.0, -90.0), (0, 2): (0.0, -90.0), (1, 2): (0.0, 0.0)}[plane]


def _rounded(rows: np.ndarray) -> list[list[float]]:
    return [[float(f"{value:.{DIGITS}g}") for value in row] for row in rows.tolist()]
