"""The certified optimum against convex programs that share no code with it."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.problem import Axis, Problem, unweighted
from wavefact.solvers import CertifiedGrowth, GridProgram, ProximalGradient
from wavefact.solvers.convex import continuum_optimum, grid_dual

pytest.importorskip("cvxpy", reason="cvxpy is not installed")

# cvxpy's own deprecations are not ours to fix.
pytestmark = pytest.mark.filterwarnings("ignore:::cvxpy")

CASES = [(6, 8, 5.0, 0.4), (7, 5, 200.0, 0.3), (8, 6, 0.5, 0.15)]  # points, samples, γ, λ over ‖Y‖


def make_problem(n_points: int, n_samples: int, weight: float, share: float) -> Problem:
    """Return a random problem on a string fixed at one end."""
    operator = wf.String(n_points, ends="fixed-free")
    data = operator.analyze(np.random.default_rng(n_points).normal(size=(n_points, n_samples)))
    space = Axis(operator.eigenvalues, weight)
    return Problem(data, space, unweighted(n_samples, data), share * float(np.linalg.norm(data, 2)))


@pytest.mark.parametrize("case", CASES)
def test_the_semidefinite_program_over_all_centres_has_the_same_optimum(case):
    problem = make_problem(*case)
    ours = CertifiedGrowth(rtol=1e-9).solve(problem)
    assert ours.certificate.primal == pytest.approx(continuum_optimum(problem), rel=2e-6)


@pytest.mark.parametrize("case", CASES[:2])
def test_primal_and_dual_on_a_grid_meet_at_our_optimum(case):
    problem = make_problem(*case)
    ours = CertifiedGrowth(rtol=1e-9).solve(problem)
    grid = np.concatenate([ours.centres, np.linspace(*problem.space.bounds, 12)])
    primal = GridProgram(tuple(grid)).solve(problem)
    assert primal.certificate.primal == pytest.approx(ours.certificate.primal, rel=1e-6)
    assert grid_dual(problem, grid) == pytest.approx(ours.certificate.primal, rel=1e-6)
    assert primal.status is wf.Status.CERTIFIED


JOINT_CASES = [  # points, samples, γ of space, γ of time, λ over the largest polar, order of the time axis
    (5, 8, 5.0, 40.0, 0.5, 1),
    (6, 7, 100.0, 3.0, 0.4, 2),
    (4, 10, 20.0, 100.0, 0.5, 1),
]


def make_joint_problem(n_points, n_samples, weight, time_weight, share, order) -> Problem:
    """Return a random problem on a string fixed at one end, over n_samples at 1 Hz."""
    operator, axis = wf.String(n_points, ends="fixed-free"), wf.Time(n_samples, 1.0, order)
    signals = np.random.default_rng(n_samples).normal(size=(n_points, n_samples))
    data = axis.analyze(operator.analyze(signals).T).T
    space, time = Axis(operator.eigenvalues, weight), Axis(axis.eigenvalues, time_weight)
    pairs = [(k, m) for k in np.linspace(*space.bounds, 25) for m in np.linspace(*time.bounds, 60)]
    filtered = [
        data / np.sqrt(np.outer(space.weights(np.array([k])), time.weights(np.array([m])))) for k, m in pairs
    ]
    return Problem(data, space, time, share * max(np.linalg.norm(values, 2) for values in filtered))


@pytest.mark.parametrize("case", JOINT_CASES)
def test_primal_and_dual_on_a_grid_over_both_axes_meet_at_our_optimum(case):
    problem = make_joint_problem(*case)
    ours = CertifiedGrowth(rtol=1e-8).solve(problem)
    assert ours.status is wf.Status.CERTIFIED
    assert ours.shapes.shape[1] >= 3
    grid = [
        (k, m) for k in np.linspace(*problem.space.bounds, 5) for m in np.linspace(*problem.time.bounds, 7)
    ]
    centres, tones = np.concatenate([np.stack([ours.centres, ours.tones], axis=1), grid]).T
    primal = GridProgram(tuple(centres), tuple(tones)).solve(problem)
    assert primal.certificate.primal == pytest.approx(ours.certificate.primal, rel=1e-6)
    assert primal.status is wf.Status.CERTIFIED
    assert grid_dual(problem, centres, tones) == pytest.approx(ours.certificate.primal, rel=1e-6)


def test_no_grid_over_both_axes_is_below_our_optimum():
    problem = make_joint_problem(*JOINT_CASES[0])
    ours, grid = CertifiedGrowth(rtol=1e-8).solve(problem), GridProgram().solve(problem)
    assert grid.certificate.primal > ours.certificate.primal * (1 + 1e-4)
    assert grid.certificate.dual <= ours.certificate.primal * (1 + 1e-6)
    assert grid.status is wf.Status.GRID_LIMIT


def test_what_knows_no_time_weight_says_so():
    problem = make_joint_problem(*JOINT_CASES[0])
    for solve in (continuum_optimum, ProximalGradient().solve):
        with pytest.raises(wf.InputError, match="time has a weight"):
            solve(problem)
    with pytest.raises(wf.InputError, match="one tone for each"):
        GridProgram((1.0, 2.0), (1.0,)).solve(problem)


def test_a_grid_that_misses_the_centres_says_so():
    problem = make_problem(6, 8, 200.0, 0.4)
    solution = GridProgram((problem.space.bounds[0],)).solve(problem)
    assert solution.status is wf.Status.GRID_LIMIT
    assert solution.certificate.primal > CertifiedGrowth().solve(problem).certificate.primal
    assert solution.certificate.gap > 1e-3


def test_complex_data_are_refused():
    problem = make_problem(6, 8, 5.0, 0.4)
    complex_problem = Problem(problem.data * 1j, problem.space, problem.time, 1.0)
    with pytest.raises(wf.InputError, match="real"):
        GridProgram().solve(complex_problem)
