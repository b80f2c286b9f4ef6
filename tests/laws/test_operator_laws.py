"""Laws that every wave operator obeys, whatever its physics."""

import json
from itertools import product

import numpy as np
import pytest
from cases import OPERATORS
from hypothesis import given, settings
from hypothesis import strategies as st

from wavefact.errors import InputError
from wavefact.operators import Beam, Graph, String, operator_from_dict
from wavefact.operators._transforms import dense, differences, transform

every_operator = pytest.mark.parametrize("operator", OPERATORS)
properties = settings(deadline=None, max_examples=25, derandomize=True)


def values_for(operator, *more, seed=0):
    rng = np.random.default_rng(seed)
    shape = (operator.n_points, *more)
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def column(weights, values):
    return weights.reshape(-1, *[1] * (values.ndim - 1))


@every_operator
def test_matrix_is_symmetric_and_positive_semidefinite(operator):
    matrix = operator.matrix()
    scale = operator.eigenvalues.max()
    assert matrix.shape == (operator.n_points, operator.n_points)
    assert np.array_equal(matrix, matrix.T)
    assert np.all(operator.eigenvalues >= 0)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(matrix), np.sort(operator.eigenvalues), rtol=0, atol=1e-12 * scale
    )


@every_operator
def test_basis_diagonalises_matrix(operator):
    basis, scale = operator.basis, operator.eigenvalues.max()
    np.testing.assert_allclose(basis.T @ basis, np.eye(operator.n_points), atol=1e-12)
    np.testing.assert_allclose(
        (basis * operator.eigenvalues) @ basis.T, operator.matrix(), atol=1e-12 * scale
    )


@every_operator
@pytest.mark.parametrize("more", [(), (3,), (3, 2), (0,)])
def test_synthesize_inverts_analyze(operator, more):
    values = values_for(operator, *more)
    np.testing.assert_allclose(operator.synthesize(operator.analyze(values)), values, atol=1e-12)
    np.testing.assert_allclose(operator.analyze(operator.synthesize(values)), values, atol=1e-12)


@every_operator
def test_analyze_multiplies_by_transposed_basis(operator):
    values = values_for(operator, 4)
    root = column(np.sqrt(operator.shares), values)
    np.testing.assert_allclose(operator.analyze(values), operator.basis.T @ (root * values), atol=1e-12)
    np.testing.assert_allclose(operator.synthesize(values), (operator.basis @ values) / root, atol=1e-12)


@every_operator
def test_analyze_preserves_energy_weighted_by_shares(operator):
    values = values_for(operator, 4)
    energy = np.sum(column(operator.shares, values) * np.abs(values) ** 2)
    assert np.sum(np.abs(operator.analyze(values)) ** 2) == pytest.approx(energy, rel=1e-12)


@every_operator
def test_shares_are_positive_with_mean_one(operator):
    assert operator.shares.shape == (operator.n_points,)
    assert np.all(operator.shares > 0)
    assert operator.shares.mean() == pytest.approx(1.0, rel=1e-14)


@every_operator
def test_analyze_turns_matrix_into_eigenvalues(operator):
    values = values_for(operator, 3)
    root = column(np.sqrt(operator.shares), values)
    applied = (operator.matrix() @ (root * values)) / root
    expected = operator.eigenvalues[:, None] * operator.analyze(values)
    np.testing.assert_allclose(operator.analyze(applied), expected, atol=1e-11 * operator.eigenvalues.max())


@every_operator
def test_adjoint(operator):
    values, coefficients = values_for(operator, 3), values_for(operator, 3, seed=1)
    one = np.vdot(operator.analyze(values), coefficients)
    other = np.vdot(column(operator.shares, values) * values, operator.synthesize(coefficients))
    assert one == pytest.approx(other, rel=1e-12)


@every_operator
@pytest.mark.parametrize("more", [(), (3, 2)])
def test_array_libraries_agree(operator, xp, more):
    for values in (values_for(operator, *more), values_for(operator, *more).real):
        theirs = xp.asarray(values)
        for method in (operator.analyze, operator.synthesize):
            result = method(theirs)
            assert result.dtype == theirs.dtype
            np.testing.assert_allclose(xp.to_numpy(result), method(values), atol=1e-12)


@every_operator
@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
def test_single_precision_stays_single(operator, dtype):
    values = values_for(operator, 3)
    values = (values if dtype is np.complex64 else values.real).astype(dtype)
    assert operator.analyze(values).dtype == dtype
    assert operator.synthesize(values).dtype == dtype
    np.testing.assert_allclose(operator.synthesize(operator.analyze(values)), values, atol=1e-5)


@every_operator
def test_integers_and_lists_are_taken_as_floats(operator):
    values = np.arange(operator.n_points) - 2
    np.testing.assert_array_equal(operator.analyze(values), operator.analyze(values.astype(float)))
    np.testing.assert_array_equal(operator.analyze(values.tolist()), operator.analyze(values.astype(float)))


@every_operator
def test_input_is_not_changed(operator):
    values = values_for(operator, 3)
    values.flags.writeable = False
    before = values.copy()
    operator.synthesize(operator.analyze(values))
    np.testing.assert_array_equal(values, before)


@every_operator
@pytest.mark.parametrize("shape", [(1, 3), (), (3, 7919)])
def test_wrong_number_of_points_is_named(operator, shape):
    if shape[:1] == (operator.n_points,):
        shape = (operator.n_points + 1,)
    with pytest.raises(InputError, match=f"{operator.n_points} points"):
        operator.analyze(np.zeros(shape))


@every_operator
def test_wavenumber_inverts_eigenvalue(operator):
    kappa = operator.eigenvalues
    np.testing.assert_allclose(operator.eigenvalue(operator.wavenumber(kappa)), kappa, rtol=1e-14, atol=0)
    for value in (0.0, 3, 2.5, float(kappa.max())):
        assert operator.wavenumber(operator.eigenvalue(value)) == pytest.approx(value, rel=1e-14)
    assert operator.wavenumber(-1e-18) == 0.0
    np.testing.assert_array_equal(operator.wavenumber(np.array([-1e-18, 16.0])) > 0, [False, True])


@every_operator
def test_wavenumber_in_every_library(operator, xp):
    result = operator.wavenumber(xp.asarray(operator.eigenvalues))
    np.testing.assert_allclose(xp.to_numpy(result), operator.wavenumber(operator.eigenvalues), rtol=1e-14)
    np.testing.assert_allclose(xp.to_numpy(operator.eigenvalue(result)), operator.eigenvalues, rtol=1e-13)


@every_operator
def test_dict_round_trip(operator):
    again = operator_from_dict(json.loads(json.dumps(operator.to_dict())))
    assert again == operator
    assert hash(again) == hash(operator)
    np.testing.assert_array_equal(again.eigenvalues, operator.eigenvalues)
    np.testing.assert_array_equal(again.positions, operator.positions)


def test_different_operators_are_unequal():
    operators = [param.values[0] for param in OPERATORS]
    equal = [(i, j) for i, a in enumerate(operators) for j, b in enumerate(operators) if a == b]
    assert equal == [(i, i) for i in range(len(operators))]


@every_operator
def test_description_is_one_line_with_the_size(operator):
    assert type(operator).__name__ in repr(operator)
    assert "\n" not in repr(operator)
    assert str(getattr(operator, "shape", [operator.n_points])[0]) in operator.description()


# Properties over random instances -----------------------------------------------------------------------

ends_of = {
    String: ["fixed", "free", "fixed-free", "free-fixed", "periodic"],
    Beam: ["-".join(pair) for pair in product(("pinned", "clamped", "free", "guided"), repeat=2)],
}
lines = st.sampled_from([(kind, ends) for kind, names in ends_of.items() for ends in names])
gaps = st.lists(st.floats(0.05, 2.0), min_size=2, max_size=9)


def mirrored(ends):
    return "-".join(reversed(ends.split("-")))


def assert_same_spectrum(first, second, tolerance=1e-10):
    np.testing.assert_allclose(
        np.sort(first.eigenvalues), np.sort(second.eigenvalues), atol=tolerance * first.eigenvalues.max()
    )


@properties
@given(line=lines, gaps=gaps)
def test_mirrored_line_has_mirrored_matrix(line, gaps):
    kind, ends = line
    x = np.cumsum(gaps)
    one, other = kind(ends=ends, positions=x), kind(ends=mirrored(ends), positions=-x)
    np.testing.assert_allclose(one.matrix(), other.matrix(), atol=1e-10 * one.eigenvalues.max())
    np.testing.assert_allclose(one.shares, other.shares, rtol=1e-12)


@properties
@given(line=lines, n_points=st.integers(2, 40))
def test_even_line_is_its_own_mirror_image(line, n_points):
    kind, ends = line
    one, other = kind(n_points, 0.7, ends), kind(n_points, 0.7, mirrored(ends))
    np.testing.assert_allclose(
        one.matrix(), other.matrix()[::-1, ::-1], atol=1e-11 * max(one.eigenvalues.max(), 1e-300)
    )


@properties
@given(line=lines, gaps=gaps, seed=st.integers(0, 999))
def test_order_of_points_does_not_matter(line, gaps, seed):
    kind, ends = line
    x = np.cumsum(gaps)
    order = np.random.default_rng(seed).permutation(x.size)
    one, other = kind(ends=ends, positions=x), kind(ends=ends, positions=x[order])
    np.testing.assert_allclose(
        one.matrix()[np.ix_(order, order)], other.matrix(), atol=1e-10 * one.eigenvalues.max()
    )
    np.testing.assert_allclose(one.shares[order], other.shares, rtol=1e-12)


@properties
@given(line=lines, gaps=gaps, factor=st.floats(1e-3, 1e3), shift=st.floats(-10, 10))
def test_unit_of_length_and_origin(line, gaps, factor, shift):
    kind, ends = line
    x = np.cumsum(gaps)
    one, other = kind(ends=ends, positions=x), kind(ends=ends, positions=factor * (x + shift))
    expected = one.eigenvalues.max() * factor ** -float(kind.dispersion_power)
    assert other.eigenvalues.max() == pytest.approx(expected, rel=1e-9)


@properties
@given(n_points=st.integers(2, 30), ends=st.sampled_from(ends_of[String]))
def test_string_closed_form_is_the_finite_element_form(n_points, ends):
    operator = String(n_points, 0.3, ends)
    eigenvalues, basis = operator._modes
    scale = operator.eigenvalues.max()
    np.testing.assert_allclose(np.sort(operator.eigenvalues), eigenvalues, atol=1e-12 * scale)
    np.testing.assert_allclose(operator.matrix(), (basis * eigenvalues) @ basis.T, atol=1e-12 * scale)


@properties
@given(n_points=st.integers(2, 40), ends=st.sampled_from(ends_of[String]), seed=st.integers(0, 999))
def test_fast_transforms_multiply_by_the_dense_basis(n_points, ends, seed):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n_points, 3)) + 1j * rng.standard_normal((n_points, 3))
    basis = dense(ends, n_points)
    np.testing.assert_allclose(transform(ends, values), basis.T @ values, atol=1e-13 * n_points)
    np.testing.assert_allclose(transform(ends, values, inverse=True), basis @ values, atol=1e-13 * n_points)
    assert np.all(differences(ends, n_points) >= 0)


@properties
@given(n_points=st.integers(2, 12), seed=st.integers(0, 999))
def test_graph_laplacian_ignores_constants_and_sums_weights(n_points, seed):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, n_points, 15)
    second = (first + rng.integers(1, n_points, 15)) % n_points
    weights = rng.uniform(0, 3, 15)
    operator = Graph(np.stack([first, second], axis=1), weights, n_points)
    shape = rng.standard_normal(n_points)
    energy = np.sum(weights * (shape[first] - shape[second]) ** 2)
    np.testing.assert_allclose(operator.matrix() @ np.ones(n_points), 0, atol=1e-12)
    assert shape @ operator.matrix() @ shape == pytest.approx(energy, rel=1e-10)
    assert operator.eigenvalues @ operator.analyze(shape) ** 2 == pytest.approx(energy, rel=1e-10)
