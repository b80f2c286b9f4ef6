"""A structure in motion: what stills and animations of mode shapes draw, and from where they look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact._words import number_text
from wavefact.errors import InputError
from wavefact.geometry import Geometry
from wavefact.modal.model import ModalModel
from wavefact.modal.placing import placed

__all__ = ["Scene", "mode_title", "scene_of"]


@dataclass(frozen=True)
class Scene:
    """Points, what joins them, and how far they move in each mode, as it is drawn.

    Attributes
    ----------
    geometry : Geometry
    motions : (n_points, 3, n_modes) array, complex [m]
        The largest displacement of each mode is ``scale`` times the size of the structure.
    titles : list of n_modes str
    """

    geometry: Geometry
    motions: np.ndarray
    titles: list[str]

    def displaced(self, mode: int, phase: float) -> np.ndarray:
        """Return the points (n_points, 3) at a phase of the oscillation [rad]."""
        return self.geometry.points + (self.motions[:, :, mode] * np.exp(1j * phase)).real

    def amplitudes(self, mode: int, phase: float) -> np.ndarray:
        """Return the displacement (n_points,) at a phase, as a share of the largest of the mode."""
        now = np.linalg.norm(self.displaced(mode, phase) - self.geometry.points, axis=1)
        return now / (np.linalg.norm(self.motions[:, :, mode], axis=1).max() or 1.0)

    @property
    def plane(self) -> tuple[int, int] | None:
        """The two coordinates in which everything happens; None where it takes three."""
        spread = np.ptp(self.geometry.points, axis=0) + np.abs(self.motions).max(axis=(0, 2), initial=0.0)
        used = np.flatnonzero(spread > 1e-6 * spread.max())
        if used.size == 3:
            return None
        first, second = ([*used.tolist(), *(axis for axis in (0, 2, 1) if axis not in used)])[:2]
        return min(first, second), max(first, second)

    def limits(self, mode: int) -> np.ndarray:
        """Return the box (3, 2) that holds the structure at every phase."""
        reach = np.abs(self.motions[:, :, mode])
        points = self.geometry.points
        return np.stack([(points - reach).min(axis=0), (points + reach).max(axis=0)], axis=1)


def scene_of(model: ModalModel, geometry: Geometry | None, scale: float) -> Scene:
    """Return what is drawn of a model's modes.

    Raises
    ------
    InputError
        If the geometry does not fit the model, or the scale is not positive.
    """
    if not (np.isfinite(scale) and scale > 0):
        raise InputError(
            f"scale is {scale}; expected a positive share of the structure's size, such as 0.12."
        )
    fitting = placed(model, geometry)
    moved = fitting.displacements(model.mode_shapes)
    largest = np.linalg.norm(moved, axis=1).max(axis=0, initial=0.0)
    factors = scale * fitting.size / np.where(largest > 0, largest, 1.0)
    titles = [mode_title(model, mode) for mode in range(model.n_modes)]
    return Scene(fitting, moved * factors.astype(complex), titles)


def mode_title(model: ModalModel, mode: int) -> str:
    """Write the number, frequency and damping of a mode."""
    ratio = model.damping_ratios[mode]
    damping = "" if np.isnan(ratio) else f", ζ = {100 * ratio:.2g} %"
    return f"Mode {mode + 1}: {number_text(model.frequencies[mode])} Hz{damping}"


def checked_mode(model: ModalModel, mode: int) -> int:
    """Return the index of a mode of the model."""
    if not 0 <= mode < model.n_modes:
        raise InputError(
            f"mode is {mode}, but the model has {model.n_modes} modes, counted from 0; choose one of them."
        )
    return int(mode)
