"""Weak duality and the pieces of the objective, for any factors at all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from independent import dense_polar, line_eigenvalues, noise, objective, problem_of

from wavefact.problem import Axis, Problem, unweighted


@st.composite
def candidates(draw):
    """Return a problem and factors that nobody has optimised."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, n_samples, n_components = draw(st.integers(1, 7)), draw(st.integers(1, 9)), draw(st.integers(0, 4))
    is_complex = draw(st.booleans())
    size = 10.0 ** draw(st.floats(-2, 1))
    problem = problem_of(
        noise(rng, n, n_samples, is_complex),
        rng.uniform(0, 4, n),
        draw(st.sampled_from([0.0, 0.5, 1e4])),
        10.0 ** draw(st.floats(-2, 1)),
    )
    shapes, courses = noise(rng, n, n_components, is_complex), noise(rng, n_components, n_samples, is_complex)
    return problem, size * shapes, size * courses, rng.uniform(-1, 5, n_components)


@given(candidates())
def test_objective_is_what_the_model_says(candidate):
    problem, shapes, courses, centres = candidate
    expected = objective(
        problem.data,
        shapes,
        courses,
        centres,
        problem.space.eigenvalues,
        problem.space.weight,
        problem.regularization,
    )
    assert float(problem.objective(shapes, courses, centres)) == pytest.approx(expected, rel=1e-12)


@given(candidates(), candidates())
def test_dual_of_any_residual_is_below_the_objective_of_any_factors(first, second):
    problem, shapes, courses, centres = first
    residual = problem.residual(shapes, courses)
    upper = dense_polar(residual, problem.space.eigenvalues, problem.space.weight, 300) * 1.001
    dual = problem.dual(residual, upper)
    assert 0 <= dual <= problem.energy / 2
    assert dual <= float(problem.objective(shapes, courses, centres)) * (1 + 1e-12)
    assert dual <= float(problem.objective(0.3 * shapes, courses, centres)) * (1 + 1e-12)


def test_dual_is_zero_where_the_residual_points_away_from_the_data():
    problem = problem_of(np.array([[1.0, 2.0], [0.0, -1.0]]), line_eigenvalues(2), 1.0, 0.5)
    assert problem.dual(-problem.data, 10.0) == 0.0
    assert problem.dual(0 * problem.data, 0.0) == 0.0


def test_dual_falls_as_the_bound_of_the_polar_rises(rng):
    problem = problem_of(noise(rng, 4, 5), line_eigenvalues(4), 1.0, 0.5)
    values = [problem.dual(problem.data, upper) for upper in (0.1, 0.5, 0.6, 2.0, 100.0)]
    assert values[0] == values[1] == pytest.approx(problem.energy / 2)
    assert np.all(np.diff(values[1:]) < 0)


@given(candidates(), st.floats(-1, 5), st.floats(-1, 5))
def test_weights_are_least_at_the_eigenvalue_and_one_there(candidate, a, b):
    axis = candidate[0].space
    assert np.array_equal(np.diag(axis.weights(axis.eigenvalues)), np.ones(len(axis)))
    assert np.all(axis.weights(np.array([a, b])) >= 1.0)
    middle = axis.weights(np.array([0.5 * (a + b)]))
    assert np.all(middle <= axis.weights(np.array([a, b])).mean(axis=1, keepdims=True) * (1 + 1e-12))


def test_axes():
    axis = Axis(np.array([3.0, 1.0, 2.0]), 25.0)
    assert (len(axis), axis.bounds, axis.bandwidth) == (3, (1.0, 3.0), 0.2)
    assert axis.weights(np.array([3.0 + axis.bandwidth]))[0, 0] == pytest.approx(2.0)
    free = unweighted(4, np.zeros(1))
    assert (len(free), free.weight, free.bandwidth) == (4, 0.0, float("inf"))
    assert np.array_equal(free.weights(np.array([7.0, -3.0])), np.ones((4, 2)))


def test_every_library_computes_the_same_problem(xp, rng):
    data, shapes, courses = noise(rng, 5, 6, True), noise(rng, 5, 2, True), noise(rng, 2, 6, True)
    centres, here = np.array([0.4, 2.1]), problem_of(data, line_eigenvalues(5), 3.0, 0.7)
    data_there = xp.asarray(data)
    axis = Axis(xp.asarray(line_eigenvalues(5)), 3.0)
    there = Problem(data_there, axis, unweighted(6, data_there), 0.7)
    factors = [xp.asarray(values) for values in (shapes, courses)]
    expected = float(here.objective(shapes, courses, centres))
    assert float(there.objective(*factors, xp.asarray(centres))) == pytest.approx(expected, rel=1e-13)
    residual = there.residual(*factors)
    np.testing.assert_allclose(xp.to_numpy(residual), data - shapes @ courses, rtol=1e-13, atol=1e-13)
    assert there.dual(residual, 9.0) == pytest.approx(here.dual(data - shapes @ courses, 9.0), rel=1e-12)
    gram = xp.to_numpy(there.gram(residual))
    np.testing.assert_allclose(gram, gram.conj().T, atol=1e-13)
