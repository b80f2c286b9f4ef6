"""What holds for every solver, and for the certified one to every digit it claims."""

import numpy as np
import pytest
from cases import SOLVERS
from hypothesis import given
from hypothesis import strategies as st
from independent import dense_polar, line_eigenvalues, noise, objective, problem_of, random_problem

from wavefact.polar import polar
from wavefact.problem import Axis, Problem, unweighted
from wavefact.solution import Status
from wavefact.solvers.certified import CertifiedGrowth

# seed, n, T, γ, λ / Ω°(Y), complex
RANDOM = {
    "small": (1, 8, 10, 5.0, 0.5, False),
    "low γ": (2, 14, 20, 0.5, 0.1, False),
    "low γ and λ": (3, 20, 40, 0.5, 0.05, False),
    "low γ, complex": (4, 12, 30, 1.0, 0.05, True),
    "few samples": (5, 20, 5, 50.0, 0.1, False),
    "few samples, complex": (6, 25, 4, 300.0, 0.06, True),
    "many samples": (7, 10, 200, 1e3, 0.2, False),
    "touching everywhere": (8, 20, 40, 1e3, 0.06, False),
    "high γ": (9, 33, 25, 1e5, 0.3, False),
    "hard and complex": (10, 55, 34, 20.0, 0.05, True),
    "large": (11, 60, 50, 100.0, 0.05, False),
    "large, high γ, complex": (12, 45, 60, 1e4, 0.07, True),
    "λ a thousandth": (13, 12, 18, 10.0, 1e-3, False),
    "λ a thousandth, high γ": (14, 16, 12, 1e4, 1e-3, False),
    "λ a thousandth, γ = 0": (15, 5, 8, 0.0, 1e-3, False),
}
random_problems = pytest.mark.parametrize("case", RANDOM.values(), ids=RANDOM)
SOME = ["small", "low γ, complex", "few samples, complex", "high γ", "λ a thousandth"]
some_problems = pytest.mark.parametrize("case", [RANDOM[name] for name in SOME], ids=SOME)
every_solver = pytest.mark.parametrize("solver", SOLVERS)


def value_of(factors, problem):
    return objective(
        problem.data, *factors, problem.space.eigenvalues, problem.space.weight, problem.regularization
    )


def factors_of(solution):
    return solution.shapes, solution.courses, solution.centres


def check_honest(solution, problem, rtol):
    """Assert weak duality, that the primal is the objective, and that the status says what holds."""
    certificate = solution.certificate
    assert certificate.dual <= certificate.primal * (1 + 1e-12)
    assert certificate.gap >= -1e-12
    assert certificate.gap == pytest.approx(1 - certificate.dual / certificate.primal, abs=1e-12)
    assert value_of(factors_of(solution), problem) == pytest.approx(certificate.primal, rel=1e-10)
    assert (certificate.gap <= rtol) == (solution.status is Status.CERTIFIED)
    assert certificate.polar <= certificate.polar_upper


def check_upper(solution, problem, n_centres=3000):
    residual = problem.data - solution.shapes @ solution.courses
    axis = problem.space
    found = dense_polar(residual, axis.eigenvalues, axis.weight, n_centres, near=solution.centres)
    assert found <= solution.certificate.polar_upper * (1 + 1e-12)
    return found


@every_solver
@pytest.mark.parametrize("fraction", [0.2, 0.6])
def test_every_solver_is_honest(solver, fraction):
    problem = random_problem(21, 7, 9, 30.0, fraction)
    solution = solver.solve(problem)
    check_honest(solution, problem, solver.rtol)
    check_upper(solution, problem)


@every_solver
def test_every_solver_reaches_the_certified_optimum(solver):
    problem = random_problem(22, 6, 9, 8.0, 0.35)
    optimum = CertifiedGrowth(1e-9).solve(problem).certificate
    found = solver.solve(problem).certificate
    assert found.primal >= optimum.dual * (1 - 1e-12)
    assert found.primal <= optimum.primal * (1 + max(found.gap, 1e-9))
    assert found.dual <= optimum.primal * (1 + 1e-12)


@random_problems
@pytest.mark.parametrize("rtol", [1e-6, 1e-9])
def test_random_problems_are_certified(case, rtol):
    problem = random_problem(*case)
    solution = CertifiedGrowth(rtol).solve(problem)
    assert solution.status is Status.CERTIFIED
    check_honest(solution, problem, rtol)
    check_upper(solution, problem, n_centres=1000)


@pytest.mark.parametrize("name", ["small", "low γ, complex", "few samples", "touching everywhere"])
def test_certified_polar_is_above_twenty_thousand_centres(name):
    problem = random_problem(*RANDOM[name])
    solution = CertifiedGrowth(1e-6).solve(problem)
    assert check_upper(solution, problem, n_centres=20_000) == pytest.approx(problem.regularization, rel=1e-4)


@random_problems
def test_optimum_is_stationary(case):
    """At an optimum ⟨R x̄_i, d_i⟩ = λ ‖d_i‖_κ ‖x_i‖ for every component, and ‖d_i‖_κ = ‖x_i‖."""
    problem = random_problem(*case)
    solution = CertifiedGrowth(1e-9).solve(problem)
    residual = problem.data - solution.shapes @ solution.courses
    along = np.einsum("ji,jt,it->i", solution.shapes.conj(), residual, solution.courses.conj())
    weights = problem.space.weights(solution.centres)
    norms = np.sqrt(np.sum(weights * np.abs(solution.shapes) ** 2, axis=0))
    sizes = np.linalg.norm(solution.courses, axis=1)
    # The gap is second order in a size and first order in the stationarity.
    accuracy = 1e-3 * problem.regularization * np.max(norms * sizes)
    np.testing.assert_allclose(along, problem.regularization * norms * sizes, atol=accuracy)
    np.testing.assert_allclose(norms**2, sizes**2, atol=1e-3 * sizes.max() ** 2)


@some_problems
@pytest.mark.parametrize("distance", [1.0, -0.03, -1e-3, -3e-4, -1e-4])
def test_components_appear_where_the_regularization_falls_below_the_polar(case, distance):
    """Down to where a component is worth less than the gap: it is worth distance² of the objective."""
    data = random_problem(*case).data
    axis = Axis(line_eigenvalues(len(data)), case[3])
    largest = polar(data @ data.conj().T, axis, 1e-12).attained
    problem = Problem(data, axis, unweighted(data.shape[1], data), largest * (1 + distance))
    solution = CertifiedGrowth(1e-6).solve(problem)
    check_honest(solution, problem, 1e-6)
    assert solution.status is Status.CERTIFIED
    if distance > 0:
        assert solution.shapes.shape[1] == 0
        assert solution.certificate.primal == pytest.approx(0.5 * np.linalg.norm(data) ** 2, rel=1e-12)
    if distance == -0.03:
        assert solution.shapes.shape[1] >= 1


@given(st.integers(0, 10**6), st.integers(2, 9), st.integers(1, 12), st.floats(-8, -2), st.floats(-1.2, 0.6))
def test_certified_means_the_gap_that_was_asked_for(seed, n, n_samples, log_rtol, log_distance):
    """Around the appearance of the first component, where the gap is of second order in the level."""
    rtol = 10.0**log_rtol
    fraction = 1.0 - 10.0**log_distance * rtol**0.5
    problem = random_problem(seed, n, n_samples, 30.0, fraction if fraction > 0 else 0.5)
    solution = CertifiedGrowth(rtol).solve(problem)
    assert solution.status is Status.CERTIFIED
    check_honest(solution, problem, rtol)


@given(st.data())
def test_early_stops_are_honest(data):
    seed, is_complex = data.draw(st.integers(0, 10**6)), data.draw(st.booleans())
    weight, fraction = 10.0 ** data.draw(st.floats(-1, 4)), data.draw(st.sampled_from([0.05, 0.2, 0.5]))
    problem = random_problem(seed, 11, 14, weight, fraction, is_complex)
    n_rounds = data.draw(st.integers(1, 3))
    limits = {"max_components": data.draw(st.integers(1, 4)), "max_rounds": n_rounds}
    for solver, callback in (
        (CertifiedGrowth(1e-9, **limits), None),
        (CertifiedGrowth(1e-9, max_rounds=n_rounds), None),
        (CertifiedGrowth(1e-9), lambda step: step.round + 1 >= n_rounds),
    ):
        solution = solver.solve(problem, callback=callback)
        check_honest(solution, problem, 1e-9)
        check_upper(solution, problem, n_centres=500)


def test_statuses_say_why(rng):
    problem = random_problem(31, 10, 15, 20.0, 0.1)
    seen = []
    stopped = CertifiedGrowth(1e-9).solve(problem, callback=lambda step: seen.append(step) or len(seen) == 2)
    assert stopped.status is Status.STOPPED
    assert stopped.history[:2] == tuple(seen[:2])
    assert [step.proven for step in stopped.history] == [False, False, True]
    limited = CertifiedGrowth(1e-9, max_components=3).solve(problem)
    assert limited.status is Status.COMPONENT_LIMIT
    assert limited.shapes.shape[1] == 3
    assert CertifiedGrowth(1e-9, max_rounds=1).solve(problem).status is Status.ROUND_LIMIT


def test_at_the_component_limit_the_factors_have_converged():
    problem = random_problem(32, 10, 15, 20.0, 0.1)
    solution = CertifiedGrowth(1e-6, max_components=3).solve(problem)
    again = CertifiedGrowth(1e-9, max_components=3).solve(problem, start=solution.shapes)
    assert again.shapes.shape[1] == 3
    assert again.certificate.primal == pytest.approx(solution.certificate.primal, rel=1e-9)


def optimum(problem, **settings):
    solution = CertifiedGrowth(1e-9, **settings).solve(problem)
    assert solution.status is Status.CERTIFIED
    return solution.certificate.primal


@some_problems
def test_optimum_does_not_depend_on_the_basis_of_time(case):
    seed, _, n_samples, *_, is_complex = case
    problem, rng = random_problem(*case), np.random.default_rng(seed)
    rotation = np.linalg.qr(noise(rng, n_samples + 3, n_samples, is_complex))[0].conj().T  # lengthens as well
    space, penalty = problem.space, problem.regularization
    expected = optimum(problem)
    for data in (problem.data @ rotation, problem.data[:, ::-1], problem.data[:, rng.permutation(n_samples)]):
        turned = problem_of(np.ascontiguousarray(data), space.eigenvalues, space.weight, penalty)
        assert optimum(turned) == pytest.approx(expected, rel=2e-9)


@given(st.integers(0, 10**6), st.floats(-4, 4), st.floats(0.05, 0.7), st.booleans())
def test_optimum_scales_with_the_data_and_ignores_phase_and_signs(seed, log_weight, fraction, is_complex):
    problem = random_problem(seed, 7, 9, 10.0**log_weight, fraction, is_complex)
    space, penalty, rng = problem.space, problem.regularization, np.random.default_rng(seed)
    expected = optimum(problem)
    scaled = problem_of(problem.data * 37.5, space.eigenvalues, space.weight, penalty * 37.5)
    assert optimum(scaled) == pytest.approx(expected * 37.5**2, rel=2e-9)
    # A mirrored string changes the sign of every second coefficient; any signs will do.
    signs = np.where(rng.random(7) < 0.5, -1.0, 1.0)[:, None] * (np.exp(1.1j) if is_complex else -1.0)
    turned = problem_of(problem.data * signs, space.eigenvalues, space.weight, penalty)
    assert optimum(turned) == pytest.approx(expected, rel=2e-9)
    # γ goes with the unit of the eigenvalues to the power −2, and no order is needed.
    order = rng.permutation(7)
    other = problem_of(problem.data[order], space.eigenvalues[order] * 0.01, space.weight * 1e4, penalty)
    assert optimum(other) == pytest.approx(expected, rel=2e-9)


@given(st.integers(0, 10**6), st.floats(0.05, 0.8))
def test_optimum_rises_with_either_weight(seed, fraction):
    problem = random_problem(seed, 7, 9, 20.0, fraction)
    eigenvalues, penalty = problem.space.eigenvalues, problem.regularization
    lowest = optimum(problem)
    assert optimum(problem_of(problem.data, eigenvalues, 40.0, penalty)) >= lowest * (1 - 2e-9)
    assert optimum(problem_of(problem.data, eigenvalues, 20.0, 1.1 * penalty)) >= lowest * (1 - 2e-9)


SPECTRA = {
    "repeated": [0.0, 0.0, 1.0, 1.0, 1.0, 3.0, 3.0],
    "all equal": [2.0] * 7,
    "clustered": [0.3, 0.3 + 1e-9, 1.0, 1.0 + 2.0**-50, 1.0, 3.0, 3.0 + 1e-6],
    "decades": [1e-8, 1e-3, 1e-1, 1.0, 7.0, 1e3, 1e6],
}


@pytest.mark.parametrize("eigenvalues", SPECTRA.values(), ids=SPECTRA)
@pytest.mark.parametrize("relative", [0.0, 0.3, 1e3, 1e8])
@pytest.mark.parametrize("kind", ["normal", "whole", "rank one", "identity", "one sample"])
def test_awkward_spectra_and_data_are_certified(eigenvalues, relative, kind, rng):
    data = {
        "normal": noise(rng, 7, 9),
        "whole": rng.integers(-2, 3, (7, 8)).astype(float),
        "rank one": np.outer(rng.standard_normal(7), rng.standard_normal(12)),
        "identity": np.eye(7, 5),
        "one sample": noise(rng, 7, 1),
    }[kind]
    eigenvalues = np.array(eigenvalues)
    axis = Axis(eigenvalues, relative / eigenvalues.max() ** 2)
    penalty = 0.1 * polar(data @ data.T, axis).upper
    problem = Problem(data, axis, unweighted(data.shape[1], data), penalty)
    solution = CertifiedGrowth(1e-6).solve(problem)
    assert solution.status is Status.CERTIFIED
    check_honest(solution, problem, 1e-6)
    check_upper(solution, problem, n_centres=300)


def test_where_floats_do_not_resolve_the_filters_the_answer_is_honest(rng):
    data, eigenvalues = (
        np.outer(rng.standard_normal(9), rng.standard_normal(7)),
        10.0 ** rng.uniform(-6, 7, 9),
    )
    axis = Axis(eigenvalues, 1e12)
    penalty = 0.5 * polar(data @ data.T, axis).upper
    problem = Problem(data, axis, unweighted(7, data), penalty)
    solution = CertifiedGrowth(1e-6).solve(problem)
    check_honest(solution, problem, 1e-6)
    check_upper(solution, problem, n_centres=300)


def test_silence_is_solved_by_nothing():
    problem = problem_of(np.zeros((4, 6)), line_eigenvalues(4), 10.0, 1.0)
    solution = CertifiedGrowth().solve(problem)
    assert solution.status is Status.CERTIFIED
    assert solution.certificate.primal == solution.certificate.dual == 0.0
    assert solution.shapes.shape == (4, 0)


@some_problems
def test_warm_starts_reach_the_same_optimum(case):
    problem, rng = random_problem(*case), np.random.default_rng(5)
    cold = CertifiedGrowth(1e-9).solve(problem)
    for start in (cold.shapes, 0 * cold.shapes, noise(rng, len(problem.data), 3) + 0 * problem.data[:, :1]):
        warm = CertifiedGrowth(1e-9).solve(problem, start=start)
        assert warm.status is Status.CERTIFIED
        assert warm.certificate.primal == pytest.approx(cold.certificate.primal, rel=2e-9)


def test_repeats_are_bitwise_equal():
    problem = random_problem(*RANDOM["low γ, complex"])
    first, second = (CertifiedGrowth(1e-9).solve(problem) for _ in range(2))
    for a, b in zip(factors_of(first), factors_of(second), strict=True):
        assert np.array_equal(a, b)
    assert first.certificate == second.certificate
    assert first.history == second.history


@pytest.mark.parametrize("name", ["small", "few samples, complex", "λ a thousandth"])
def test_every_library_finds_the_same_optimum(xp, name):
    problem = random_problem(*RANDOM[name])
    expected = CertifiedGrowth(1e-9).solve(problem)
    data = xp.asarray(problem.data)
    axis = Axis(xp.asarray(problem.space.eigenvalues), problem.space.weight)
    there = Problem(data, axis, unweighted(data.shape[1], data), problem.regularization)
    found = CertifiedGrowth(1e-9).solve(there)
    assert found.status is Status.CERTIFIED
    assert found.certificate.primal == pytest.approx(expected.certificate.primal, rel=1e-8)
    shapes, courses, centres = (xp.to_numpy(values) for values in factors_of(found))
    error = np.linalg.norm(shapes @ courses - expected.shapes @ expected.courses)
    # The objective is strongly convex in the product: a gap of 1e-9 leaves it that much freedom.
    assert 0.5 * error**2 <= 4e-9 * expected.certificate.primal
    assert value_of((shapes, courses, centres), problem) == pytest.approx(
        expected.certificate.primal, rel=1e-8
    )
