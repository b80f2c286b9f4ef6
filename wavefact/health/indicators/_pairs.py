"""Two states of one structure, mode by mode: real shapes of one sign, with independent errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.modal.setup_scale import raw_variances

__all__ = ["Pairs", "States", "pairs_of"]


@dataclass(frozen=True)
class States:
    """Hold modes of one state, or of many at once along leading axes.

    Attributes
    ----------
    frequencies : (..., n_modes) array [Hz]
    shapes : (..., n_points, n_modes) array, real
    """

    frequencies: np.ndarray
    shapes: np.ndarray

    def moved(self, step: States, factor: float) -> States:
        """Return the states with so many times a step added."""
        return States(self.frequencies + factor * step.frequencies, self.shapes + factor * step.shapes)


@dataclass(frozen=True)
class Pairs:
    """Hold the modes that both models have, in the order of the reference, and their standard errors.

    Attributes
    ----------
    found : (n_modes,) array of bool
        Which modes of the reference model the current one has.
    reference, current, reference_errors, current_errors : States
        Of the found modes.
    """

    found: np.ndarray
    reference: States
    current: States
    reference_errors: States
    current_errors: States


def pairs_of(reference: ModalModel, current: ModalModel) -> Pairs:
    """Pair the modes of two models, and turn each current shape to the side of its partner.

    Raises
    ------
    InputError
        If the numbers of points differ, or a shape is zero or not finite.
    """
    if reference.n_points != current.n_points:
        raise InputError(
            f"The reference has {reference.n_points} points, the current state {current.n_points}; "
            "compare them on the same points, see expand_shapes."
        )
    indices, partners = reference.match(current)
    elastic = (reference.frequencies[indices] > 0) & (current.frequencies[partners] > 0)
    indices, partners = indices[elastic], partners[elastic]  # rigid motion bends nothing
    found = np.zeros(reference.n_modes, dtype=bool)
    found[indices] = True
    before, before_errors = _real(reference.select(indices))
    after, after_errors = _real(current.select(partners))
    sides = np.where(np.sum(before.shapes * after.shapes, axis=0) < 0, -1.0, 1.0)
    after = States(after.frequencies, after.shapes * sides)
    return Pairs(found, before, after, before_errors, after_errors)


def _real(model: ModalModel) -> tuple[States, States]:
    """Return the modes with real shapes of unit norm, and their errors."""
    shapes = model.mode_shapes
    if np.iscomplexobj(shapes):
        shapes = (shapes * np.exp(-0.5j * np.angle(np.sum(shapes**2, axis=0)))).real
    norms = np.linalg.norm(shapes, axis=0)
    columns = zip(model.mode_shapes.T, model.shape_errors.T, strict=True)
    raw = [np.sqrt(raw_variances(shape, errors)) for shape, errors in columns]
    errors = np.array(raw).reshape(shapes.shape[::-1]).T
    return States(model.frequencies, shapes / norms), States(model.frequency_errors, errors / norms)
