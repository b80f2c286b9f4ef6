"""The papers' algorithm: slower, and at the same optimum."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.problem import Axis, Problem, unweighted
from wavefact.solvers import CertifiedGrowth, ProximalGradient


@pytest.fixture
def problem():
    operator = wf.String(12, ends="free-fixed")
    data = operator.analyze(np.random.default_rng(3).normal(size=(12, 20)))
    return Problem(data, Axis(operator.eigenvalues, 30.0), unweighted(20, data), 4.5)


def test_it_reaches_the_certified_optimum(problem):
    ours = CertifiedGrowth(rtol=1e-9).solve(problem)
    theirs = ProximalGradient(rtol=1e-5, n_grid=2000).solve(problem)
    assert theirs.status is wf.Status.CERTIFIED
    assert theirs.certificate.primal == pytest.approx(ours.certificate.primal, rel=1e-5)


def test_it_adds_one_component_a_round(problem):
    counts = [step.n_components for step in ProximalGradient().solve(problem).history]
    assert counts == list(range(len(counts)))
    assert len(counts) > 2


def test_a_coarse_grid_is_found_out_over_the_continuum():
    operator = wf.String(30)
    data = operator.analyze(np.random.default_rng(0).normal(size=(30, 50)))
    problem = Problem(data, Axis(operator.eigenvalues, 1e4), unweighted(50, data), 5.0)
    solution = ProximalGradient(rtol=1e-4, n_grid=20).solve(problem)
    assert solution.history[-1].polar <= problem.regularization * (1 + 1e-3)  # the grid saw nothing left
    assert solution.certificate.gap > 1e-4
    assert solution.status is wf.Status.ROUND_LIMIT


def test_the_callback_stops_it(problem):
    solution = ProximalGradient().solve(problem, callback=lambda step: step.n_components == 1)
    assert solution.status is wf.Status.STOPPED
    assert len(solution.history) == 2
