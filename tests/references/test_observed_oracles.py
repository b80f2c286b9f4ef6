"""Masks and sensors: the certified optimum against a convex program in the structure's own coordinates."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.observed_problem import ObservedProblem
from wavefact.polar import polar
from wavefact.problem import Axis, unweighted
from wavefact.solvers import CertifiedGrowth

cp = pytest.importorskip("cvxpy", reason="cvxpy is not installed")

pytestmark = pytest.mark.filterwarnings("ignore:::cvxpy", "ignore:Solution may be inaccurate")

CASES = [  # points, sensors, samples, γ, λ over the polar of the recording, gaps, interpolating sensors
    (7, 4, 6, 5.0, 0.3, False, False),
    (7, 7, 6, 5.0, 0.3, True, False),
    (6, 5, 7, 10.0, 0.2, True, True),
    (8, 5, 9, 0.5, 0.2, True, False),
    (6, 4, 8, 20.0, 0.1, False, True),
    (7, 4, 8, 5.0, 0.03, True, True),
]


def make_problem(n, n_sensors, n_samples, weight, share, has_gaps, is_interpolating, is_complex=False):
    """Return a random problem on a string fixed at one end, H and M."""
    operator, rng = wf.String(n, ends="fixed-free"), np.random.default_rng(n + n_sensors)
    matrix = np.eye(n)[rng.permutation(n)[:n_sensors]]
    if is_interpolating:
        matrix = rng.uniform(size=(n_sensors, n)) * (rng.uniform(size=(n_sensors, n)) < 0.5)
    mask = (rng.uniform(size=(n_sensors, n_samples)) < 0.6).astype(float) if has_gaps else None
    data = rng.standard_normal((n_sensors, n_samples)) * (1.0 if mask is None else mask)
    if is_complex:
        data = data * np.exp(2j * np.pi * rng.uniform(size=data.shape))
    space, sensing = Axis(operator.eigenvalues, weight), matrix @ operator.basis
    spread = sensing.T @ data
    penalty = share * polar(spread @ spread.conj().T, space).attained
    time = unweighted(n_samples, data)
    return ObservedProblem(data, space, time, penalty, sensing, mask), operator, matrix, mask


def grid_program(problem, operator, matrix, mask, centres):
    """Return the optimum of ½‖M ∘ (Y − H Σ_j Z_j)‖² + λ Σ_j ‖(I + γ (A − κ_j)²)^{1/2} Z_j‖_* on a grid."""
    n, eye = operator.n_points, np.eye(operator.n_points)
    parts, norms = [], []
    for centre in centres:
        helmholtz = operator.matrix() - centre * eye
        values, vectors = np.linalg.eigh(eye + problem.space.weight * helmholtz @ helmholtz)
        parts.append(cp.Variable((n, problem.data.shape[1])))
        norms.append(cp.normNuc((vectors * np.sqrt(values)) @ vectors.T @ parts[-1]))
    kept = np.ones(problem.data.shape) if mask is None else mask
    loss = 0.5 * cp.sum_squares(cp.multiply(kept, problem.data - matrix @ cp.sum(parts)))
    objective = cp.Minimize(loss + problem.regularization * cp.sum(norms))
    return float(cp.Problem(objective).solve(solver="CLARABEL"))


def grid_dual(problem, matrix, operator, mask, centres):
    """Return max ⟨Y, U⟩ − ½‖U‖² with U zero where nothing is seen and ‖W(κ_j)^{-1/2} Γᵀ Hᵀ U‖ ≤ λ."""
    dual = cp.Variable(problem.data.shape)
    kept = np.ones(problem.data.shape) if mask is None else mask
    bounds = [cp.multiply(1.0 - kept, dual) == 0] if mask is not None else []
    for centre in centres:
        gains = 1.0 / np.sqrt(1.0 + problem.space.weight * (operator.eigenvalues - centre) ** 2)
        bounds.append(
            cp.sigma_max((gains[:, None] * operator.basis.T @ matrix.T) @ dual) <= problem.regularization
        )
    objective = cp.sum(cp.multiply(problem.data, dual)) - 0.5 * cp.sum_squares(dual)
    return float(cp.Problem(cp.Maximize(objective), bounds).solve(solver="CLARABEL"))


@pytest.mark.parametrize("case", CASES)
def test_primal_and_dual_on_a_grid_meet_at_our_optimum(case):
    problem, operator, matrix, mask = make_problem(*case)
    ours = CertifiedGrowth(rtol=1e-9).solve(problem)
    assert ours.status is wf.Status.CERTIFIED
    assert len(ours.centres) >= 3
    grid = np.concatenate([ours.centres, np.linspace(*problem.space.bounds, 8)])
    primal = grid_program(problem, operator, matrix, mask, grid)
    assert primal == pytest.approx(ours.certificate.primal, rel=1e-6)
    assert grid_dual(problem, matrix, operator, mask, grid) == pytest.approx(primal, rel=1e-6)


def test_no_grid_is_below_our_optimum():
    problem, operator, matrix, mask = make_problem(*CASES[2])
    ours = CertifiedGrowth(rtol=1e-9).solve(problem)
    grid = grid_program(problem, operator, matrix, mask, operator.eigenvalues)
    assert grid > ours.certificate.primal * (1 + 1e-5)


@pytest.mark.parametrize("case", CASES)
def test_complex_signals_are_certified_as_well(case):
    problem = make_problem(*case, is_complex=True)[0]
    solution = CertifiedGrowth(rtol=1e-8).solve(problem)
    assert solution.status is wf.Status.CERTIFIED
    assert solution.certificate.gap >= -1e-12


def test_the_certificate_is_right_where_time_has_a_weight():
    operator, axis = wf.String(5, ends="fixed-free"), wf.Time(8, 1.0, 1)
    rng, matrix = np.random.default_rng(3), np.eye(5)[[0, 2, 3]]
    data = axis.analyze(rng.standard_normal((3, 8)).T).T
    space, time = Axis(operator.eigenvalues, 5.0), Axis(axis.eigenvalues, 40.0)
    problem = ObservedProblem(data, space, time, 0.8, matrix @ operator.basis)
    ours = CertifiedGrowth(rtol=1e-8).solve(problem)
    assert ours.status is wf.Status.CERTIFIED
    dual, bounds = cp.Variable(data.shape), []
    grid = [(k, m) for k in np.linspace(*space.bounds, 5) for m in np.linspace(*time.bounds, 9)]
    for centre, tone in [*zip(ours.centres, ours.tones, strict=True), *grid]:
        rows = 1.0 / np.sqrt(1.0 + 5.0 * (operator.eigenvalues - centre) ** 2)
        columns = 1.0 / np.sqrt(1.0 + 40.0 * (axis.eigenvalues - tone) ** 2)
        spread = (rows[:, None] * problem.sensing.T) @ dual @ np.diag(columns)
        bounds.append(cp.sigma_max(spread) <= 0.8)
    objective = cp.sum(cp.multiply(data, dual)) - 0.5 * cp.sum_squares(dual)
    value = cp.Problem(cp.Maximize(objective), bounds).solve(solver="CLARABEL")
    assert value == pytest.approx(ours.certificate.primal, rel=1e-6)
