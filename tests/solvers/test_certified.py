"""How the certified solver works its way to the proof."""

import logging

import numpy as np
import pytest
from independent import line_eigenvalues, noise, problem_of, random_problem

from wavefact.solution import Status
from wavefact.solvers.certified import CertifiedGrowth


def test_history_falls_in_the_primal_and_ends_with_the_proof():
    solution = CertifiedGrowth(1e-6).solve(random_problem(1, 15, 30, 50.0, 0.1))
    primals = [step.primal for step in solution.history]
    assert np.all(np.diff(primals) <= 1e-12 * primals[0])
    assert [step.round for step in solution.history] == list(range(len(primals)))
    assert [step.proven for step in solution.history] == [False] * (len(primals) - 1) + [True]
    last, certificate = solution.history[-1], solution.certificate
    assert (last.primal, last.dual, last.gap) == (certificate.primal, certificate.dual, certificate.gap)
    assert last.n_components == len(solution.centres)


def test_many_components_are_added_per_round():
    rng = np.random.default_rng(2)
    data = np.zeros((40, 60))
    data[[3, 9, 15, 22, 28, 35]] = 20.0 * rng.standard_normal((6, 60))
    problem = problem_of(data + noise(rng, 40, 60), line_eigenvalues(40), 1e5, 30.0)
    solution = CertifiedGrowth(1e-6).solve(problem)
    assert solution.status is Status.CERTIFIED
    assert solution.shapes.shape[1] == 6
    assert solution.history[1].n_components >= 5


@pytest.mark.parametrize("fraction", [1e-2, 1e-3, 1e-4])
@pytest.mark.parametrize("weight", [0.0, 10.0, 1e4])
def test_small_regularization_does_not_stall_the_rounds(fraction, weight):
    """Where λ is far below the data, alternation moves by λ/σ per step: loose descents stop at once."""
    solution = CertifiedGrowth(1e-6).solve(random_problem(3, 9, 14, weight, fraction))
    assert solution.status is Status.CERTIFIED
    assert len(solution.history) < 30


def test_callback_sees_every_step_and_false_answers_continue():
    problem, seen = random_problem(4, 12, 20, 10.0, 0.1), []
    solution = CertifiedGrowth().solve(problem, callback=lambda step: seen.append(step))
    assert tuple(seen) == solution.history
    assert solution.status is Status.CERTIFIED


def test_an_error_in_the_callback_comes_through():
    def interrupt(step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CertifiedGrowth().solve(random_problem(4, 12, 20, 10.0, 0.1), callback=interrupt)


def test_rounds_are_logged(caplog):
    with caplog.at_level(logging.DEBUG, logger="wavefact"):
        solution = CertifiedGrowth().solve(random_problem(5, 8, 9, 10.0, 0.3))
    assert len(caplog.records) == len(solution.history)


def test_a_start_that_is_the_optimum_needs_one_proof():
    problem = random_problem(6, 12, 20, 10.0, 0.2)
    cold = CertifiedGrowth(1e-6).solve(problem)
    warm = CertifiedGrowth(1e-6).solve(problem, start=cold.shapes)
    assert len(warm.history) == 1 < len(cold.history)


def test_a_start_far_too_large_or_small_is_no_obstacle(rng):
    problem = random_problem(7, 9, 12, 10.0, 0.3)
    expected = CertifiedGrowth(1e-8).solve(problem).certificate.primal
    for size in (1e-150, 1e-8, 1e8):
        found = CertifiedGrowth(1e-8).solve(problem, start=size * noise(rng, 9, 4))
        assert found.certificate.primal == pytest.approx(expected, rel=2e-8)


def test_the_data_are_left_alone():
    problem = random_problem(8, 9, 12, 10.0, 0.3)
    before = problem.data.copy()
    CertifiedGrowth().solve(problem)
    assert np.array_equal(problem.data, before)


def test_an_accuracy_at_rounding_ends_honestly():
    solution = CertifiedGrowth(1e-16).solve(random_problem(9, 9, 12, 10.0, 0.2))
    assert solution.certificate.gap < 1e-12
    assert (solution.status is Status.CERTIFIED) == (solution.certificate.gap <= 1e-16)
    assert len(solution.history) < 60
