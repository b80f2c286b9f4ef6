"""The two limits of the wave weight, which have closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from independent import line_eigenvalues, noise, problem_of

from wavefact.solution import Status
from wavefact.solvers.certified import CertifiedGrowth

seeds, fractions = st.integers(0, 10**6), st.floats(0.02, 0.95)
sizes = st.tuples(st.integers(2, 9), st.integers(1, 12))


def solved(data, eigenvalues, weight, penalty):
    solution = CertifiedGrowth(1e-9).solve(problem_of(data, eigenvalues, weight, penalty))
    assert solution.status is Status.CERTIFIED
    return solution, solution.shapes @ solution.courses


def objective_of(data, product, penalty, norm):
    return 0.5 * np.linalg.norm(data - product) ** 2 + penalty * norm


def assert_close(product, expected, objective):
    """Compare products: ½‖Z − Z*‖² is at most the gap, the objective being strongly convex in Z."""
    assert 0.5 * np.linalg.norm(product - expected) ** 2 <= 2e-9 * objective


@given(seeds, sizes, fractions, st.booleans())
def test_without_wave_weight_singular_values_are_soft_thresholded(seed, size, fraction, is_complex):
    data = noise(np.random.default_rng(seed), *size, is_complex)
    left, values, right = np.linalg.svd(data, full_matrices=False)
    penalty = fraction * values[0]
    kept = np.maximum(values - penalty, 0)
    expected = (left * kept) @ right
    optimum = objective_of(data, expected, penalty, kept.sum())
    solution, product = solved(data, line_eigenvalues(size[0]), 0.0, penalty)
    assert solution.certificate.primal == pytest.approx(optimum, rel=1.1e-9)
    assert_close(product, expected, optimum)


@given(seeds, sizes, fractions, st.booleans(), st.sampled_from([1e11, 1e13]))
def test_with_huge_wave_weight_rows_are_soft_thresholded(seed, size, fraction, is_complex, weight):
    """Every component is then one eigenvector: a group lasso on the rows of the coefficients."""
    data = noise(np.random.default_rng(seed), *size, is_complex)
    norms = np.linalg.norm(data, axis=1)
    penalty = fraction * norms.max()
    kept = np.maximum(norms - penalty, 0)
    expected = (kept / norms)[:, None] * data
    optimum = objective_of(data, expected, penalty, kept.sum())
    solution, product = solved(data, line_eigenvalues(size[0]), weight, penalty)
    assert solution.certificate.primal == pytest.approx(optimum, rel=1.2e-9)
    assert_close(product, expected, optimum)
    centres = line_eigenvalues(size[0])[:, None]
    assert np.all(np.abs(solution.centres - centres).min(axis=0) < 1e-9)


@given(seeds, st.floats(0.05, 0.95))
def test_equal_eigenvalues_leave_no_choice_of_centre(seed, fraction):
    """Every wave weight is then as none: the centre is the eigenvalue and costs nothing."""
    data = noise(np.random.default_rng(seed), 6, 5)
    penalty = fraction * np.linalg.norm(data, 2)
    without, _ = solved(data, np.full(6, 3.0), 0.0, penalty)
    with_it, _ = solved(data, np.full(6, 3.0), 1e4, penalty)
    assert with_it.certificate.primal == pytest.approx(without.certificate.primal, rel=2e-9)


@given(seeds, st.floats(0.02, 0.98))
def test_one_point_or_one_sample(seed, fraction):
    """One point: ½(y − z)² + λ|z| on the norm of the row."""
    data = noise(np.random.default_rng(seed), 1, 9)
    norm = np.linalg.norm(data)
    _, product = solved(data, np.ones(1), 10.0, fraction * norm)
    np.testing.assert_allclose(product, (1 - fraction) * data, atol=1e-4 * norm)
