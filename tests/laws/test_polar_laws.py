"""The polar is a norm, its bounds are bounds, and what `prove` says is true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from independent import dense_polar, line_eigenvalues, noise, singular_values

from wavefact.polar import atoms, polar, spectrum
from wavefact.polar_proof import _Chords, box_weights, prove, rounding
from wavefact.problem import Axis

SPECTRA = {
    "line": lambda rng, n: line_eigenvalues(n),
    "beam over eight decades": lambda rng, n: (np.arange(1, n + 1) / n) ** 4 * 10.0 ** rng.uniform(0, 8),
    "no order": lambda rng, n: rng.uniform(0, 4, n),
    "repeated": lambda rng, n: rng.integers(0, 4, n).astype(float),
    "clustered": lambda rng, n: rng.choice([0.3, 1.1, 3.7], n) + 1e-9 * rng.random(n),
    "a few units in the last place apart": lambda rng, n: 1.0 + rng.integers(0, 3, n) * 2.0**-52,
    "all equal": lambda rng, n: np.full(n, 1.7),
    "decades": lambda rng, n: 10.0 ** rng.uniform(-8, 8, n),
}
RESIDUALS = {
    "real": lambda rng, n, m: noise(rng, n, m),
    "complex": lambda rng, n, m: noise(rng, n, m, is_complex=True),
    "rank one": lambda rng, n, m: np.outer(rng.standard_normal(n), rng.standard_normal(m)),
    "whole numbers": lambda rng, n, m: rng.integers(-2, 3, (n, m)) + np.eye(n, m),
    "loud and quiet": lambda rng, n, m: noise(rng, n, m) * 10.0 ** rng.uniform(-6, 3, (n, 1)),
    "as loud everywhere": lambda rng, n, m: np.eye(n, m),
}


def gram(residual):
    return residual @ residual.conj().T


@st.composite
def cases(draw):
    """Return a residual, a spectrum and a wave weight, over all kinds of each."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, n_samples = draw(st.integers(1, 9)), draw(st.integers(1, 12))
    eigenvalues = SPECTRA[draw(st.sampled_from(list(SPECTRA)))](rng, n)
    residual = RESIDUALS[draw(st.sampled_from(list(RESIDUALS)))](rng, n, n_samples)
    relative = draw(st.sampled_from([0.0, 1e-3, 0.5, 30.0, 1e4, 1e7, 1e12]))
    return residual, Axis(eigenvalues, relative / eigenvalues.max() ** 2 if eigenvalues.max() else relative)


@given(cases(), st.sampled_from([1e-2, 1e-6, 1e-9]))
def test_upper_bounds_an_independent_polar_and_attained_is_attained(case, rtol):
    residual, axis = case
    found = polar(gram(residual), axis, rtol)
    largest = dense_polar(residual, axis.eigenvalues, axis.weight, 500, near=[found.centre])
    assert found.attained <= found.upper
    assert largest <= found.upper * (1 + 1e-12)
    assert found.attained <= largest * (1 + 1e-12)
    assert found.upper <= found.attained * (1 + 1.01 * rtol + 2 * rounding(len(axis)))
    at = singular_values(residual, axis.eigenvalues, axis.weight, np.array([found.centre]))
    assert at[0] == pytest.approx(found.attained, rel=1e-9)


@pytest.mark.parametrize("weight", [1e3, 1e26, 1e32, 1e40])
def test_polar_ends_with_a_true_bound_where_floats_do_not_resolve_the_filters(weight):
    residual = noise(np.random.default_rng(3), 8, 11)
    eigenvalues = 1.0 + np.arange(8) * 2.0**-52
    found = polar(gram(residual), Axis(eigenvalues, weight), 1e-6)
    at = singular_values(residual, eigenvalues, weight, eigenvalues)
    assert at.max() <= found.upper * (1 + 1e-12)
    assert 0 < found.attained <= found.upper


@pytest.mark.parametrize("rtol", [0.0, 1e-16, 1e-13])
def test_polar_ends_beyond_the_reach_of_rounding(rtol):
    residual = noise(np.random.default_rng(4), 7, 5)
    found = polar(gram(residual), Axis(line_eigenvalues(7), 50.0), rtol)
    assert found.attained <= found.upper <= found.attained * (1 + 1e-12)


@given(cases(), st.floats(1e-3, 1e3), st.floats(0, 6.28))
def test_polar_is_homogeneous(case, factor, angle):
    residual, axis = case
    phase = np.exp(1j * angle) if np.iscomplexobj(residual) else -1.0
    expected, found = polar(gram(residual), axis, 1e-9), polar(gram(factor * phase * residual), axis, 1e-9)
    assert found.attained == pytest.approx(factor * expected.attained, rel=2e-9)


@given(cases(), st.integers(0, 10**6))
def test_polar_obeys_the_triangle_inequality(case, seed):
    residual, axis = case
    other = noise(np.random.default_rng(seed), *residual.shape)
    together = polar(gram(residual + other), axis, 1e-9).attained
    assert together <= polar(gram(residual), axis, 1e-9).upper + polar(gram(other), axis, 1e-9).upper


@given(cases())
def test_polar_is_zero_only_at_zero(case):
    residual, axis = case
    zero = polar(gram(0 * residual), axis)
    assert (zero.attained, zero.upper) == (0.0, 0.0)
    found = polar(gram(residual), axis).attained
    # An atom along one eigenvector is not weighted at that eigenvalue.
    assert found >= np.linalg.norm(residual, axis=1).max() * (1 - 1e-9)
    assert found <= np.linalg.norm(residual, 2) * (1 + 1e-9)


@given(cases())
def test_a_level_just_above_is_proven_and_just_below_is_violated(case):
    residual, axis = case
    largest = dense_polar(residual, axis.eigenvalues, axis.weight, 500)
    assert len(prove(gram(residual), axis, largest * (1 + 1e-4), np.zeros(0))) == 0
    level = largest * (1 - 1e-6)
    centres = prove(gram(residual), axis, level, np.zeros(0))
    values = singular_values(residual, axis.eigenvalues, axis.weight, centres)
    assert len(centres) > 0
    assert np.all(values > level * (1 - 1e-9))


def least_eigenvalue(residual, axis, level, centre):
    weights = 1.0 + axis.weight * (axis.eigenvalues - centre) ** 2
    return np.linalg.eigvalsh(level**2 * np.diag(weights) - gram(residual))[0]


@given(cases(), st.integers(0, 10**6))
def test_box_is_below_every_centre_of_its_interval(case, seed):
    axis = case[1]
    rng = np.random.default_rng(seed)
    low, high = np.sort(rng.uniform(*axis.bounds, 2))
    box = box_weights(axis, np.array([[low, high]]))[:, 0]
    for centre in [low, high, *rng.uniform(low, high, 20)]:
        assert np.all(box <= axis.weights(np.array([centre]))[:, 0] * (1 + 1e-12))


@given(cases(), st.integers(0, 10**6), st.floats(0.5, 3.0))
def test_a_chord_that_passes_is_true_inside_its_interval(case, seed, factor):
    residual, axis = case
    rng = np.random.default_rng(seed)
    level = factor * singular_values(residual, axis.eigenvalues, axis.weight, axis.eigenvalues).max()
    low = rng.uniform(*axis.bounds)
    high = low + rng.choice([1e-4, 0.1, 1.0, 1.9]) * min(axis.bandwidth, axis.bounds[1] - axis.bounds[0])
    if _Chords(gram(residual), axis, level).prove(np.array([[low, high]]))[0]:
        for centre in [low, high, *rng.uniform(low, high, 20)]:
            tolerance = 1e-12 * level**2 * (1 + axis.weight * (high - axis.bounds[0]) ** 2)
            assert least_eigenvalue(residual, axis, level, centre) >= -tolerance


def test_chords_pass_where_the_box_does_not():
    """Second order in the width: what makes proofs near a touching point short."""
    residual, axis = np.diag([1.0, 1.1, 0.9]), Axis(np.array([0.0, 1.0, 2.0]), 1.0)
    interval = np.array([[0.9, 1.1]])
    box = 1.1 * np.sqrt(1 - 1e-9)
    assert np.linalg.norm(residual / np.sqrt(box_weights(axis, interval)), 2) > box
    assert _Chords(gram(residual), axis, 1.1 * 1.003).prove(interval)[0]
    assert not _Chords(gram(residual), axis, 1.0999).prove(interval)[0]


@given(cases())
def test_spectrum_is_the_largest_singular_value_at_each_centre(case):
    residual, axis = case
    centres = np.linspace(*axis.bounds, 30)
    expected = singular_values(residual, axis.eigenvalues, axis.weight, centres)
    np.testing.assert_allclose(spectrum(gram(residual), axis, centres), expected, rtol=1e-9)
    assert spectrum(gram(residual), axis, centres[:0]).shape == (0,)


@given(cases())
def test_atoms_attain_their_singular_values_at_unit_norm(case):
    residual, axis = case
    found = atoms(gram(residual), axis, float(axis.eigenvalues[0]))
    weights = axis.weights(axis.eigenvalues[:1])
    np.testing.assert_allclose(np.sum(weights * np.abs(found.shapes) ** 2, axis=0), 1.0, rtol=1e-9)
    reached = np.linalg.norm(found.shapes.conj().T @ residual, axis=1)
    np.testing.assert_allclose(reached, found.values, rtol=1e-6, atol=1e-6 * found.values[0])
    assert np.all(np.diff(found.values) <= 0)


def test_every_library_finds_the_same_polar(xp, rng):
    for is_complex in (False, True):
        residual, eigenvalues = noise(rng, 9, 6, is_complex), line_eigenvalues(9)
        expected = polar(gram(residual), Axis(eigenvalues, 40.0), 1e-9)
        found = polar(xp.asarray(gram(residual)), Axis(xp.asarray(eigenvalues), 40.0), 1e-9)
        assert found.attained == pytest.approx(expected.attained, rel=1e-9)
        assert found.upper == pytest.approx(expected.upper, rel=2e-9)
        assert found.centre == pytest.approx(expected.centre, rel=1e-3)
