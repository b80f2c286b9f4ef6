"""Closed forms where only part is seen, and the problem's own formulas."""

import numpy as np
import pytest
from independent import line_eigenvalues, noise

from wavefact import _arrays, observed_problem
from wavefact.errors import InputError
from wavefact.observed_problem import ObservedProblem
from wavefact.problem import Axis, Problem, unweighted
from wavefact.solution import Status
from wavefact.solvers import observed_descent
from wavefact.solvers.certified import CertifiedGrowth
from wavefact.solvers.observed_descent import observed_courses, observed_shapes


def observed(rng, is_complex=False, has_gaps=True, xp=None):
    """Return a problem of 5 sensors that see mixtures of 8 eigenvectors at 11 samples."""
    mask = (rng.uniform(size=(5, 11)) < 0.7).astype(float)
    data = noise(rng, 5, 11, is_complex) * (mask if has_gaps else 1.0)
    sensing = rng.standard_normal((5, 8))
    convert = np.asarray if xp is None else xp.asarray
    data, eigenvalues = convert(data), convert(line_eigenvalues(8))
    gaps = convert(mask) if has_gaps else None
    return ObservedProblem(data, Axis(eigenvalues, 12.0), unweighted(11, data), 0.8, convert(sensing), gaps)


@pytest.mark.parametrize("has_gaps", [False, True])
@pytest.mark.parametrize("is_complex", [False, True])
def test_residual_spreads_by_the_adjoint_of_what_is_seen(rng, is_complex, has_gaps):
    problem = observed(rng, is_complex, has_gaps)
    shapes, courses = noise(rng, 8, 3, is_complex), noise(rng, 3, 11, is_complex)
    residual = problem.residual(shapes, courses)
    kept = np.ones((5, 11)) if problem.mask is None else problem.mask
    np.testing.assert_allclose(
        residual, kept * (problem.data - problem.sensing @ shapes @ courses), atol=1e-12
    )
    inner = np.vdot(residual, problem.seen(shapes) @ courses)
    assert inner == pytest.approx(np.vdot(problem.spread(residual), shapes @ courses))
    spread = problem.sensing.T @ residual
    np.testing.assert_allclose(problem.gram(residual), spread @ spread.conj().T, atol=1e-12)
    centres = np.array([0.2, 1.0, 3.1])
    value = 0.5 * np.linalg.norm(residual) ** 2 + 0.8 * np.sum(problem.penalties(shapes, courses, centres))
    assert problem.objective(shapes, courses, centres) == pytest.approx(value)


@pytest.mark.parametrize("block", [observed_descent.BLOCK, 20, 1])
@pytest.mark.parametrize("is_complex", [False, True])
def test_courses_among_gaps_are_stationary(rng, monkeypatch, is_complex, block):
    monkeypatch.setattr(observed_descent, "BLOCK", block)
    problem, seen = observed(rng, is_complex), noise(rng, 5, 3, is_complex)
    courses = observed_courses(seen, problem.data, problem.mask, 0.8)
    left = problem.mask * (problem.data - seen @ courses)
    np.testing.assert_allclose(seen.conj().T @ left, 0.8 * courses, atol=1e-12)
    assert observed_courses(seen[:, :0], problem.data, problem.mask, 0.8).shape == (0, 11)


@pytest.mark.parametrize("chunk", [observed_problem.CHUNK, 20])
@pytest.mark.parametrize("has_gaps", [False, True])
@pytest.mark.parametrize("is_complex", [False, True])
def test_shapes_are_stationary_once_iterated(rng, monkeypatch, is_complex, has_gaps, chunk):
    monkeypatch.setattr(observed_problem, "CHUNK", chunk)
    problem, courses = observed(rng, is_complex, has_gaps), noise(rng, 3, 11, is_complex)
    centres, shapes = np.array([0.2, 1.0, 3.1]), 0.0 * noise(rng, 8, 3, is_complex)
    for _ in range(8):
        shapes = observed_shapes(problem, courses, centres, shapes)
    gradient = 0.8 * problem.space.weights(centres) * shapes
    gradient -= problem.spread(problem.residual(shapes, courses)) @ courses.conj().T
    np.testing.assert_allclose(gradient, 0, atol=1e-9)


@pytest.mark.parametrize("has_gaps", [False, True])
@pytest.mark.parametrize("is_complex", [False, True])
def test_all_array_libraries_give_the_same_optimum(xp, is_complex, has_gaps):
    expected = CertifiedGrowth(1e-8).solve(observed(np.random.default_rng(5), is_complex, has_gaps))
    found = CertifiedGrowth(1e-8).solve(observed(np.random.default_rng(5), is_complex, has_gaps, xp))
    assert expected.status is found.status is Status.CERTIFIED
    assert found.certificate.primal == pytest.approx(expected.certificate.primal, rel=1e-7)
    assert xp.to_numpy(found.shapes).shape[0] == 8


def test_seeing_everything_is_the_plain_problem(rng):
    data, axis = noise(rng, 9, 14), Axis(line_eigenvalues(9), 30.0)
    plain = Problem(data, axis, unweighted(14, data), 2.0)
    seen = ObservedProblem(data, axis, unweighted(14, data), 2.0, np.eye(9), np.ones((9, 14)))
    values = [CertifiedGrowth(1e-9).solve(problem).certificate.primal for problem in (plain, seen)]
    assert values[0] == pytest.approx(values[1], rel=1e-9)


def test_gaps_have_no_spectrum(rng):
    with pytest.raises(InputError, match="Gaps in time"):
        observed(rng).window(np.arange(3))


def test_cholesky_tests_hold_in_any_order_of_memory(rng):
    factor = noise(rng, 6, 9)
    gram = factor @ factor.T
    top = np.linalg.eigvalsh(gram)[-1]
    levels = np.outer([0.999, 1.001], np.full(6, top))
    for matrix in (gram, np.asfortranarray(gram)):
        assert _arrays.positive_definite(levels, matrix).tolist() == [False, True]
