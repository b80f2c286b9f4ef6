"""What a solver returns: factors, certificate, status and history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from wavefact._arrays import Array
from wavefact.problem import Problem

__all__ = ["Callback", "Certificate", "Solution", "Status", "Step", "certify"]


class Status(Enum):
    """How a solve ended: what happened, the likely cause, what to change."""

    CERTIFIED = "The global optimum is proven to the requested relative gap."
    COMPONENT_LIMIT = (
        "Stopped at max_components before the gap was reached: the recording holds more components"
        " above the regularization. Raise max_components or the regularization."
    )
    ROUND_LIMIT = (
        "Stopped before the gap was reached, at the largest number of rounds or where rounding leaves"
        " nothing to gain: the regularization is probably far below the noise, or rtol near rounding."
        " Raise one of them."
    )
    GRID_LIMIT = (
        "Solved on a grid of centres that misses the optimal ones, so the gap over the continuum is larger"
        " than asked for. Refine the grid."
    )
    STOPPED = "Stopped by the callback before the gap was reached. Solve again with this result as start."


@dataclass(frozen=True)
class Certificate:
    """Proof of how far the result is from the global optimum.

    Attributes
    ----------
    primal : float
        Objective of the result; no solution can be worse than the optimum by more than the gap.
    dual : float
        Proven lower bound of the optimum.
    gap : float
        (primal − dual) / primal, ≥ 0 up to rounding.
    polar : float
        Largest polar (dual norm Ω°) of the residual that was attained; λ at an optimum.
    polar_upper : float
        Proven upper bound of the polar over the continuum of centres.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> signals = np.random.default_rng(0).normal(size=(9, 40))
    >>> proof = wf.factorize(signals, wf.String(9), wave_weight=10.0, regularization=5.0).certificate
    >>> proof.dual <= proof.primal and proof.polar <= proof.polar_upper
    True
    """

    primal: float
    dual: float
    gap: float
    polar: float
    polar_upper: float


def certify(problem: Problem, primal: float, residual: Array, attained: float, upper: float) -> Certificate:
    """Return the certificate of factors with this objective and residual.

    Parameters
    ----------
    problem : Problem
    primal : float
        Objective of the factors.
    residual : array, shape (n_points, n_samples)
        Y − D Xᵀ.
    attained, upper : float
        Polar of the residual that was attained, and its proven upper bound.
    """
    dual = problem.dual(residual, upper)
    gap = (primal - dual) / primal if primal > 0 else 0.0
    return Certificate(primal, dual, gap, attained, upper)


@dataclass(frozen=True)
class Step:
    """State after one round, as given to the callback.

    Attributes
    ----------
    round : int
        From 0.
    n_components : int
    primal, dual, gap : float
        As in the certificate; `dual` and `gap` rest on the largest polar *found* until `proven`.
    polar : float
        Largest polar found.
    proven : bool
        Whether `dual` and `gap` are proven over the continuum.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> steps = []
    >>> signals = np.random.default_rng(0).normal(size=(9, 40))
    >>> fit = wf.factorize(signals, wf.String(9), wave_weight=10.0, regularization=5.0, callback=steps.append)
    >>> steps[0].n_components, steps[-1].proven
    (0, True)
    """

    round: int
    n_components: int
    primal: float
    dual: float
    gap: float
    polar: float
    proven: bool


Callback = Callable[[Step], bool | None]
"""Receives each `Step`; a true answer stops the solver cleanly."""


@dataclass(frozen=True, eq=False)
class Solution:
    """Factors in the eigenbasis of the problem, with their certificate.

    Attributes
    ----------
    shapes : array, shape (n_points, n_components)
    courses : array, shape (n_components, n_samples)
    centres : array, shape (n_components,)
        κ of each component.
    tones : array, shape (n_components,), or None
        μ of each component, where time has a weight.
    """

    shapes: Array
    courses: Array
    centres: Array
    tones: Array | None
    certificate: Certificate
    status: Status
    history: tuple[Step, ...]
