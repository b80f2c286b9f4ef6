"""The whole stiffness profile by Bayesian regression: Gauss-Newton steps on the true eigenproblem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from wavefact.health.location.changes import Changes
from wavefact.health.location.hypotheses import scaled_change
from wavefact.health.location.softening import Softening

__all__ = ["regressed"]

_SPREADS = np.geomspace(0.003, 0.5, 9)  # of ln θ from segment to segment, a priori
_STEPS = 12
_SETTLED = 1e-4  # of a step, in ln θ
_FARTHEST = 3.0  # ln θ stays within

Predict = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, eq=False)
class _Fit:
    """Mean and covariance of ln θ for one prior spread, and the log evidence for it (Laplace)."""

    mean: np.ndarray
    covariance: np.ndarray
    evidence: float


def regressed(
    softening: Softening, modes: np.ndarray, changes: Changes, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate ln θ of every segment from all observed changes.

    Returns
    -------
    mean : (n_segments,) array
    covariance : (n_segments, n_segments) array

    Notes
    -----
    A priori ln θ are independent and normal with mean 0 and one spread, on which a log-uniform grid from 0.3
    to 50 % is averaged in proportion to the evidence.
    """

    def predict(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return _predicted(softening, modes, changes, rows, x)

    fits, start = [], np.zeros(softening.n_segments)
    for spread in _SPREADS:
        fits.append(_fitted(predict, changes.observed, float(spread), start))
        start = fits[-1].mean
    evidences = np.array([fit.evidence for fit in fits])
    weights = np.exp(evidences - evidences.max())
    weights /= weights.sum()
    means = np.array([fit.mean for fit in fits])
    mean = weights @ means
    inside = np.tensordot(weights, np.array([fit.covariance for fit in fits]), axes=1)
    return mean, inside + (weights * (means - mean).T) @ (means - mean)


def _fitted(predict: Predict, observed: np.ndarray, spread: float, start: np.ndarray) -> _Fit:
    """Find the most probable ln θ, each step halved until it is no step back."""

    def cost(x: np.ndarray, value: np.ndarray) -> float:
        return float(np.sum((observed - value) ** 2) + x @ x / spread**2)

    x, precision = start, np.eye(start.size) / spread**2
    value, slope = predict(x)
    for _ in range(_STEPS):
        step = np.linalg.solve(slope.T @ slope + precision, slope.T @ (observed - value) - x / spread**2)
        for _ in range(_STEPS):
            trial = np.clip(x + step, -_FARTHEST, _FARTHEST)
            trial_value, trial_slope = predict(trial)
            if cost(trial, trial_value) <= cost(x, value):
                break
            step = step / 2
        else:
            break
        x, value, slope = trial, trial_value, trial_slope
        if np.max(np.abs(step)) < _SETTLED:
            break
    hessian = slope.T @ slope + precision
    shrunk = np.linalg.slogdet(spread**2 * hessian)[1]
    return _Fit(x, np.linalg.inv(hessian), -(cost(x, value) + float(shrunk)) / 2)


def _predicted(
    softening: Softening, modes: np.ndarray, changes: Changes, rows: np.ndarray, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the changes at ln θ = x and their slopes, (n_data,) and (n_data, n_segments), in their errors.

    ∂ln ω_j/∂ln θ_s is half the share of segment s in the strain energy of mode j, and
    ∂v_j = Σ_k v_k (v_kᵀ ∂A v_j) / (λ_j − λ_k) over all other modes k.
    """
    stiffness = np.exp(x)
    values, basis = np.linalg.eigh(softening.matrices(stiffness[None])[0])
    exact, vectors = softening.modes(stiffness[None], modes)
    own = np.argmax(np.abs(basis.T @ vectors[0]), axis=0)
    slopes = softening.slopes(stiffness, basis, vectors[0])
    before = softening.operator.eigenvalues[softening.waves[modes]]
    energies = slopes[:, own, np.arange(modes.size)] * np.sign(np.sum(basis[:, own] * vectors[0], axis=0))
    gaps = values[own] - values[:, None]
    gaps[own, np.arange(modes.size)] = np.inf
    turned = softening.displaced(basis @ (slopes / gaps))[:, rows]
    shapes = softening.displaced(vectors)[0, rows]
    healthy = softening.shapes[rows][:, modes]
    along = np.sum(shapes * healthy, axis=0)
    scale = np.sum(healthy * changes.references, axis=0) / along
    turned = scale * (turned - shapes * np.sum(turned * healthy, axis=1, keepdims=True) / along)
    value = changes.in_errors(
        0.5 * np.log(exact[0] / before), scaled_change(shapes, healthy, changes.references)
    )
    return value, changes.in_errors(0.5 * energies / exact, turned).T
