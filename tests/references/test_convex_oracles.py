"""The certified optimum against convex programs that share no code with it."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.problem import Axis, Problem, unweighted
from wavefact.solvers import CertifiedGrowth, GridProgram
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
