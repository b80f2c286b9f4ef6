"""The closed forms of the descent, each against its own optimality condition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from independent import line_eigenvalues, noise, problem_of

from wavefact.problem import Axis, Problem, unweighted
from wavefact.solvers import descent, row_systems
from wavefact.solvers.descent import descend, fit_courses, retune, ridge


@st.composite
def shape_sets(draw):
    """Return an axis and shapes, with and without loss of rank."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, n_components = draw(st.integers(2, 9)), draw(st.integers(1, 5))
    shapes = noise(rng, n, n_components, draw(st.booleans()))
    if draw(st.booleans()) and n_components > 1:
        shapes[:, -1] = 2.0 * shapes[:, 0]
    return Axis(rng.uniform(0, 4, n), 10.0 ** draw(st.floats(-1, 4))), shapes


def helmholtz(axis, shapes, centres):
    return np.sum(np.abs((axis.eigenvalues[:, None] - centres) * shapes) ** 2)


@given(shape_sets())
def test_retune_solves_the_lyapunov_equation(case):
    axis, shapes = case
    centres, rotation = retune(axis, shapes)
    np.testing.assert_allclose(rotation.conj().T @ rotation, np.eye(len(centres)), atol=1e-12)
    tuned = (rotation * centres) @ rotation.conj().T
    normal = shapes.conj().T @ shapes
    target = 2 * shapes.conj().T @ (axis.eigenvalues[:, None] * shapes)
    np.testing.assert_allclose(normal @ tuned + tuned @ normal, target, atol=1e-9 * np.abs(target).max())


@given(shape_sets())
def test_retune_beats_rayleigh_quotients_and_any_other_frame(case):
    axis, shapes = case
    energy = np.abs(shapes) ** 2
    quotients = axis.eigenvalues @ energy / energy.sum(axis=0)
    centres, rotation = retune(axis, shapes)
    best = helmholtz(axis, shapes @ rotation, centres)
    assert best <= helmholtz(axis, shapes, quotients) * (1 + 1e-9) + 1e-12
    rng = np.random.default_rng(0)
    for _ in range(5):
        frame = np.linalg.qr(noise(rng, len(centres), len(centres), np.iscomplexobj(shapes)))[0]
        turned = np.abs(shapes @ frame) ** 2
        others = axis.eigenvalues @ turned / turned.sum(axis=0)
        assert best <= helmholtz(axis, shapes @ frame, others) * (1 + 1e-9) + 1e-12


@given(shape_sets())
def test_retuned_centres_stay_within_the_spectrum(case):
    axis, shapes = case
    centres, rotation = retune(axis, shapes)
    sizes = np.linalg.norm(shapes @ rotation, axis=0)
    centres, slack = centres[sizes > 1e-6 * sizes.max()], 1e-6 * axis.bounds[1]  # a shape of nothing has none
    assert axis.bounds[0] - slack <= centres.min() <= centres.max() <= axis.bounds[1] + slack


def test_retune_survives_shapes_of_nothing():
    centres, rotation = retune(Axis(line_eigenvalues(5), 3.0), np.zeros((5, 2)))
    assert np.all(np.isfinite(centres))
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(2), atol=1e-12)


@pytest.mark.parametrize("is_complex", [False, True])
def test_ridge_is_stationary(rng, is_complex):
    shapes, data = noise(rng, 7, 3, is_complex), noise(rng, 7, 11, is_complex)
    courses = ridge(shapes, data, 0.8)
    gradient = shapes.conj().T @ (shapes @ courses - data) + 0.8 * courses
    np.testing.assert_allclose(gradient, 0, atol=1e-12)
    assert ridge(shapes[:, :0], data, 0.8).shape == (0, 11)


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("block", [row_systems.BLOCK, 20, 1])
def test_shapes_are_stationary_however_the_rows_are_batched(rng, monkeypatch, is_complex, block):
    monkeypatch.setattr(row_systems, "BLOCK", block)
    problem = problem_of(noise(rng, 7, 11, is_complex), line_eigenvalues(7), 12.0, 0.8)
    courses, centres = noise(rng, 3, 11, is_complex), np.array([0.2, 1.0, 3.1])
    shapes = descent.solve_shapes(problem, courses, centres, problem.no_shapes)
    gradient = (shapes @ courses - problem.data) @ courses.conj().T
    gradient += 0.8 * problem.space.weights(centres) * shapes
    np.testing.assert_allclose(gradient, 0, atol=1e-11)


@given(shape_sets(), st.integers(0, 10**6))
def test_descent_never_rises_and_ends_where_all_blocks_are_stationary(case, seed):
    axis, start = case
    rng = np.random.default_rng(seed)
    data = noise(rng, len(axis), 12, np.iscomplexobj(start))
    problem = Problem(data, axis, unweighted(12, data), 0.5)
    before = float(problem.objective(start, fit_courses(problem, start), retune(axis, start)[0]))
    values = [
        float(problem.objective(*descend(problem, start, 1e-12, max_iterations=n)))
        for n in (0, 1, 3, 10, 400)
    ]
    assert values[0] <= before * (1 + 1e-9)
    assert np.all(np.diff(values) <= 1e-12 * values[0])
    factors = descend(problem, start, 1e-12)
    again = descend(problem, factors.shapes, 1e-12)
    assert float(problem.objective(*again)) == pytest.approx(values[-1], rel=1e-6)


def test_anderson_mixing_takes_fewer_rounds_than_plain_alternation(rng, monkeypatch):
    problem = problem_of(noise(rng, 12, 20), line_eigenvalues(12), 1.0, 0.3)
    start = noise(rng, 12, 6)
    target = float(problem.objective(*descend(problem, start, 1e-12)))
    mixed = float(problem.objective(*descend(problem, start, 1e-12, max_iterations=40)))
    monkeypatch.setattr(descent, "_mix", lambda shapes, steps: shapes[-1] + steps[-1])
    plain = float(problem.objective(*descend(problem, start, 1e-12, max_iterations=40)))
    assert mixed - target < 0.1 * (plain - target)


def test_every_library_descends_alike(xp, rng):
    data, start = noise(rng, 6, 9, True), noise(rng, 6, 3, True)
    here = problem_of(data, line_eigenvalues(6), 5.0, 0.5)
    axis = Axis(xp.asarray(line_eigenvalues(6)), 5.0)
    there = Problem(xp.asarray(data), axis, unweighted(9, xp.asarray(data)), 0.5)
    expected = float(here.objective(*descend(here, start, 1e-10)))
    found = float(there.objective(*descend(there, xp.asarray(start), 1e-10)))
    assert found == pytest.approx(expected, rel=1e-9)
