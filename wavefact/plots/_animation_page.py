"""The page on which all modes move: one HTML file that needs no network and no other file."""

from __future__ import annotations

import html
import json
from importlib import resources
from typing import Any

import numpy as np

from wavefact.plots._scene import Scene
from wavefact.plots._scene_drawing import MOST_MARKS
from wavefact.plots._style import AMPLITUDES

__all__ = ["page"]

DIGITS = 5  # of coordinates; the page stays small and nobody sees more


def page(scene: Scene, mode: int, period: float, view: tuple[float, float]) -> str:
    """Return the page with all modes of a scene; `mode` is shown first, once in `period` seconds."""
    known = scene.geometry.measured
    data = {
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
    # "<" could end the element that holds the data
    text = json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    template = resources.files("wavefact.plots").joinpath("_animation.html").read_text(encoding="utf-8")
    return template.replace("{{TITLE}}", html.escape(scene.titles[mode])).replace("{{DATA}}", text)


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
