"""The reduction of time loses nothing, at any magnitude and in any number of blocks."""

import numpy as np
import pytest
from independent import noise

from wavefact import blocks as blocks_module
from wavefact import reduction, survey
from wavefact.operators import String
from wavefact.recording import Recording
from wavefact.reduction import Reduction, gram_root, project, to_eigenbasis

UNEVEN = String(positions=[0.31, 0.0, 0.12, 0.55, 0.91, 0.66])


def reduced(signals, operator=UNEVEN):
    return Reduction(Recording(signals), operator)


@pytest.fixture(params=[(2**24, 2**12, 2**22), (600, 5, 300)])
def blocks(request, monkeypatch):
    """Read the samples at once, and in many blocks and tiles."""
    monkeypatch.setattr(blocks_module, "BLOCK_BYTES", request.param[0])
    monkeypatch.setattr(reduction, "TILE", request.param[1])
    monkeypatch.setattr(survey, "TILE_BYTES", request.param[2])


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("n_samples", [3, 6, 7, 100])
@pytest.mark.parametrize("smallest", [1e-1, 1e-30])
def test_reduced_data_have_the_gram_matrix_of_the_coefficients(rng, is_complex, n_samples, smallest):
    signals = noise(rng, 6, n_samples, is_complex)
    found = reduced(signals)
    coefficients = UNEVEN.analyze(signals) / found.scale
    expected = coefficients @ coefficients.conj().T
    np.testing.assert_allclose(found.gram, expected, atol=1e-12 * n_samples)
    data = found.data(smallest)
    np.testing.assert_allclose(data @ data.conj().T, expected, atol=1e-12 * n_samples)
    assert data.shape[1] <= 6


@pytest.mark.usefixtures("blocks")
def test_small_singular_values_survive_where_they_matter(rng):
    """Squaring would lose whatever is 1e-8 below the largest; the QR factorization does not."""
    left, right = np.linalg.qr(noise(rng, 6, 6))[0], np.linalg.qr(noise(rng, 200, 6))[0].T
    values = 10.0 ** np.arange(0, -12, -2.0)
    found = reduced((left * values) @ right, String(6))
    kept = np.linalg.svd(found.data(1e-11), compute_uv=False) * found.scale
    np.testing.assert_allclose(kept, values, rtol=1e-4)
    rough = np.linalg.svd(found.data(0.1), compute_uv=False) * found.scale
    np.testing.assert_allclose(rough[:3], values[:3], rtol=1e-4)


@pytest.mark.parametrize("magnitude", [1e300, 1e-300, 1e160, 1e-160, 1.0])
def test_scale_is_a_power_of_two_near_the_root_mean_square(rng, magnitude):
    signals = noise(rng, 6, 50)
    found = reduced(signals * magnitude)
    assert np.frexp(found.scale)[0] == 0.5
    assert 0.25 <= found.scale / magnitude <= 4.0
    expected = reduced(signals)
    size = found.scale / magnitude / expected.scale
    np.testing.assert_allclose(found.gram * size**2, expected.gram, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["int16", "float32", "complex64"])
def test_other_types_of_numbers_are_summed_in_double_precision(rng, kind):
    signals = (1000 * noise(rng, 6, 5000, kind == "complex64")).astype(kind)
    found = reduced(signals, String(6))
    wide = signals.astype(complex if kind == "complex64" else float)
    coefficients = String(6).analyze(wide) / found.scale
    np.testing.assert_allclose(found.gram, coefficients @ coefficients.conj().T, rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("rank", [1, 3, 5])
def test_gram_root_has_as_many_columns_as_the_rank(rng, rank):
    factor = noise(rng, 5, rank, True)
    root = gram_root(factor @ factor.conj().T)
    assert root.shape == (5, rank)
    np.testing.assert_allclose(root @ root.conj().T, factor @ factor.conj().T, atol=1e-12)


def test_gram_root_of_nothing_is_one_column_of_zeros():
    assert np.array_equal(gram_root(np.zeros((4, 4))), np.zeros((4, 1)))


def test_to_eigenbasis_turns_both_sides(rng):
    signals = noise(rng, 6, 9, True)
    coefficients = UNEVEN.analyze(signals)
    found = to_eigenbasis(UNEVEN, signals @ signals.conj().T)
    np.testing.assert_allclose(found, coefficients @ coefficients.conj().T, atol=1e-12)


@pytest.mark.usefixtures("blocks")
def test_project_is_one_product(rng):
    signals, weights = noise(rng, 6, 300, True), noise(rng, 6, 2, True)
    found = project(Recording(signals), weights)
    np.testing.assert_allclose(found, (weights.conj().T @ signals).T, atol=1e-12)


def test_every_library_reduces_alike(xp, rng):
    signals = noise(rng, 6, 40, True)
    expected, found = reduced(signals), reduced(xp.asarray(signals))
    assert found.scale == expected.scale
    np.testing.assert_allclose(xp.to_numpy(found.gram), expected.gram, atol=1e-11)
    for smallest in (0.1, 1e-30):
        data = xp.to_numpy(found.data(smallest))
        np.testing.assert_allclose(data @ data.conj().T, expected.gram, atol=1e-11)
