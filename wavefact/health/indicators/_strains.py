"""How shapes bend and stretch at each point of a structure, and how modes are scaled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wavefact.operators import Beam, String
from wavefact.operators.base import WaveOperator

__all__ = ["curvature_matrix", "mass_normalised", "shares_of", "strain_energies", "strain_rows"]

_ROUND_OFF = 1e-9
"""Stiffness between two points up to this share of the largest is rounding."""

_STRING_ENDS = {"pinned": "fixed", "clamped": "fixed", "guided": "free", "free": "free"}


def shares_of(operator: WaveOperator | None, n_points: int) -> np.ndarray:
    """Return each point's share of the mass, (n_points,), mean 1; all alike where no operator tells."""
    return np.ones(n_points) if operator is None else operator.shares


def mass_normalised(shapes: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Scale shapes (..., n_points, n_modes) to unit modal mass, of a structure of 1 kg."""
    masses = np.mean(shares[:, None] * shapes**2, axis=-2, keepdims=True)
    return np.asarray(shapes / np.sqrt(masses))


def curvature_matrix(operator: WaveOperator) -> np.ndarray:
    """Return the matrix that takes a shape to minus its curvature, (n_points, n_points) [1/m²].

    Notes
    -----
    k² of the operator, Γ diag(κ^(2/p)) Γᵀ in the variables of the points: −u″ of a string, −∇²u of a
    membrane or plate, and the elastic force per mass of a graph or finite-element model.  A beam's is −u″ by
    three points, the supports among them; 0 at the point beside a free end, where there is no moment.
    """
    if not isinstance(operator, Beam):
        squares = operator.eigenvalues ** (2 / operator.dispersion_power)
        coefficients = operator.analyze(np.eye(operator.n_points))
        return np.asarray(operator.synthesize(squares[:, None] * coefficients))
    ends = [operator.ends.split("-")[i] for i in (0, -1)]
    line = String(
        positions=operator.positions, ends="-".join(_STRING_ENDS[end] for end in ends), span=operator.span
    )
    matrix = curvature_matrix(line)
    for end, outermost in zip(ends, (np.argmin, np.argmax), strict=True):
        if end == "free":
            matrix[outermost(operator.positions)] = 0.0
    return matrix


def strain_energies(operator: WaveOperator) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function from shapes (..., n_points, n_modes) to the strain energy at each point.

    Notes
    -----
    Bending: curvature² times the point's share.  Else uᵀKu is split among the springs between points,
    −K_pq (u_p − u_q)²/2, half of each for either end, and those to the ground.
    """
    matrix, shares = curvature_matrix(operator), operator.shares[:, None]
    if operator.dispersion_power == 4:
        return lambda shapes: shares * (matrix @ shapes) ** 2
    stiffness = shares * matrix
    ground = np.sum(stiffness, axis=1, keepdims=True)

    def split(shapes: np.ndarray) -> np.ndarray:
        squares = shapes**2
        return np.asarray(shapes * (stiffness @ shapes) + (ground * squares - stiffness @ squares) / 2)

    return split


def strain_rows(operator: WaveOperator) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that give strains of a shape, and which of them belong to which point.

    Returns
    -------
    rows : (n_rows, n_points) array
        Curvatures of beams and plates; else the stretch of each spring, times the root of its stiffness.
    owners : (n_points, n_rows) array
        1 where a strain is at a point, or a spring ends there; else 0.
    """
    matrix = curvature_matrix(operator)
    if operator.dispersion_power == 4:
        return matrix, np.eye(operator.n_points)
    stiffness = operator.shares[:, None] * matrix
    least = _ROUND_OFF * np.max(np.abs(stiffness))
    first, second = np.nonzero(np.triu(-stiffness, 1) > least)
    ground = np.sum(stiffness, axis=1)
    (held,) = np.nonzero(ground > least)
    eye = np.eye(operator.n_points)
    springs = (eye[first] - eye[second]) * np.sqrt(-stiffness[first, second])[:, None]
    rows = np.concatenate([springs, eye[held] * np.sqrt(ground[held])[:, None]])
    return rows, (rows != 0.0).T.astype(float)
