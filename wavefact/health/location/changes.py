"""What changed from one modal model to another, in units of its errors."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.model import ModalModel

__all__ = ["Changes", "changes_of", "real_shapes"]

_UNKNOWN = 1e6  # errors, in which the scale of a shape may be off

_logger = logging.getLogger("wavefact")


@dataclass(frozen=True, eq=False)
class Changes:
    """Hold the changes of matched modes, and how to bring predictions of them into units of their errors.

    Notes
    -----
    The errors of a shape's entries are known one by one.  Partly they are independent from point to point, as
    sensor noise is, partly the shape has taken up some of other modes, which errors of single entries do not
    tell apart.  The covariance has room for either, Σ = diag(e²) + mean(e²) (n_rows / m) Φ Φᵀ with all unit
    shapes Φ; and nothing is known along the shape itself, for it has no scale.

    Attributes
    ----------
    logs : (m,) array
        ln of current over reference frequencies.
    factor : (m, m) array
        Inverse of a square root of their covariance, a common factor of all frequencies included.
    errors : (m,) array
        Standard errors of `logs`, without the common factor.
    shapes : (n_rows, m) array
        Change of each shape, scaled to the unit reference.
    references : (n_rows, m) array
        The unit reference shapes.
    weights : (n_rows, m) array
        One over the standard errors of `shapes`; zero where there are none.
    """

    logs: np.ndarray
    factor: np.ndarray
    errors: np.ndarray
    shapes: np.ndarray
    references: np.ndarray
    weights: np.ndarray

    @property
    def observed(self) -> np.ndarray:
        """The changes in units of their errors, (n_data,)."""
        return self.in_errors(self.logs, self.shapes)

    @property
    def n_data(self) -> int:
        """Independent numbers: a frequency of each mode, and its shape but for a scale."""
        return int(self.logs.size + np.sum(np.maximum(np.sum(self.weights > 0, axis=0) - 1, 0)))

    def in_errors(self, logs: np.ndarray, shapes: np.ndarray) -> np.ndarray:
        """Bring changes of ln f, (..., m), and of shapes, (..., n_rows, m), into units of their errors."""
        directions, excess = self._correlated
        off = np.moveaxis(self.weights * shapes, -1, -2)  # (..., m, n_rows)
        along = np.einsum("...mr,mrk->...mk", off, directions)
        off = off - np.einsum("...mk,mrk->...mr", along * excess, directions)
        return np.concatenate([logs @ self.factor.T, off.reshape(*off.shape[:-2], -1)], axis=-1)

    @cached_property
    def _correlated(self) -> tuple[np.ndarray, np.ndarray]:
        """Directions in which errors of shapes are larger, (m, n_rows, m), and what is taken off there.

        With B = W [√u Φ], Σ^-½ = (I + BBᵀ)^-½ W takes 1 − (1 + s²)^-½ off along each left singular vector.
        """
        m = self.logs.size
        known = np.sum(self.weights > 0, axis=0)
        typical = np.sum(np.where(self.weights > 0, self.weights, np.inf) ** -2.0, axis=0)  # n_rows mean(e²)
        sizes = np.sqrt(typical / m)[:, None] * np.ones((m, m))
        sizes[np.arange(m), np.arange(m)] = _UNKNOWN * np.sqrt(typical / np.maximum(known, 1))
        spread = self.weights.T[:, :, None] * self.references * sizes[:, None, :]
        directions, singular, _ = np.linalg.svd(spread, full_matrices=False)
        return directions, 1 - (1 + singular**2) ** -0.5

    def common(self, logs: np.ndarray, spread: float) -> float:
        """Estimate the common factor's ln from changes of ln f that stiffness leaves, (m,)."""
        weights = self.errors**-2.0
        return float(weights @ logs / (weights.sum() + spread**-2.0))


def changes_of(
    reference: ModalModel, current: ModalModel, pairs: tuple[np.ndarray, np.ndarray], common_spread: float
) -> Changes:
    """Compare pairs of modes; see `Changes`.

    Raises
    ------
    InputError
        If a frequency of them has no error.
    """
    before, after = reference.select(pairs[0]), current.select(pairs[1])
    relative = [model.frequency_errors / model.frequencies for model in (before, after)]
    errors = np.hypot(*relative)
    unknown = np.flatnonzero(~(np.isfinite(errors) & (errors > 0)))
    if unknown.size:
        raise InputError(
            f"The frequency {after.frequencies[unknown[0]]:.4g} Hz has no standard error here or in the "
            "reference, so that its change has no weight; give frequency_errors."
        )
    covariance = np.diag(errors**2) + common_spread**2
    first, first_errors = real_shapes(before)
    second, second_errors = real_shapes(after)
    scales = np.sum(first * second, axis=0) / np.sum(second**2, axis=0)
    variances = first_errors**2 + (scales * second_errors) ** 2
    weights = np.where(np.isfinite(variances) & (variances > 0), variances, np.inf) ** -0.5
    if not np.all(weights.any(axis=0)):
        _logger.info("shapes without errors do not tell where stiffness changed")
    return Changes(
        logs=np.log(after.frequencies / before.frequencies),
        factor=np.linalg.inv(np.linalg.cholesky(covariance)),
        errors=errors,
        shapes=scales * second - first,
        references=first,
        weights=weights,
    )


def real_shapes(model: ModalModel) -> tuple[np.ndarray, np.ndarray]:
    """Return real unit shapes, turned to where they are most real, and the errors of their entries.

    The entry by which a shape was scaled has no error of its own: its share is in the others'.  It is given
    their median.
    """
    shapes = np.asarray(model.mode_shapes)
    turns = np.exp(-0.5j * np.angle(np.sum(shapes**2, axis=0)))
    real = np.real(shapes * turns)
    sizes = np.linalg.norm(real, axis=0)
    errors = np.where(model.shape_errors > 0, model.shape_errors, np.nan)
    known = np.isfinite(errors).any(axis=0)
    typical = np.full(model.n_modes, np.nan)
    typical[known] = np.nanmedian(errors[:, known], axis=0)
    return real / sizes, np.where(np.isfinite(errors), errors, typical) / sizes
