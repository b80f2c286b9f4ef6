"""Samples seen by the same sensors fold together without loss."""

import numpy as np
import pytest
from independent import noise

import wavefact as wf
from wavefact.observed import Observation, observation
from wavefact.observed.reduction import reduced
from wavefact.observed_problem import ObservedProblem
from wavefact.problem import Axis, unweighted
from wavefact.solvers import CertifiedGrowth

STRING = wf.String(positions=[0.31, 0.0, 0.12, 0.55, 0.91, 0.66])


def observed(signals, missing=None, sensors=None):
    return Observation.of(wf.Recording(signals), STRING, missing, sensors, None)


@pytest.fixture(params=[2**25, 600])
def blocks(request, monkeypatch):
    """Read the samples at once, and in many blocks."""
    monkeypatch.setattr(observation, "BLOCK_BYTES", request.param)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("n_samples", [3, 4, 5, 100])
def test_sensors_without_gaps_fold_to_their_gram_matrix(rng, is_complex, n_samples):
    signals = noise(rng, 4, n_samples, is_complex)
    found = reduced(observed(signals, sensors=[0, 2, 3, 5]))
    assert found.mask is None
    assert found.data.shape[1] <= max(4, n_samples if n_samples < 4 else 4)
    gram = signals @ signals.conj().T / found.scale**2
    np.testing.assert_allclose(found.data @ found.data.conj().T, gram, atol=1e-12 * n_samples)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("is_complex", [False, True])
def test_a_dead_channel_folds_like_none(rng, is_complex):
    signals, dead = noise(rng, 6, 80, is_complex), np.zeros((6, 80), dtype=bool)
    dead[4] = True
    seen = observed(signals, dead)
    found = reduced(seen)
    assert found.mask is None
    assert found.data.shape[1] == 5
    others = np.delete(np.sqrt(STRING.shares)[:, None] * signals, 4, axis=0) / found.scale
    np.testing.assert_allclose(found.data @ found.data.conj().T, others @ others.conj().T, atol=1e-10)
    np.testing.assert_allclose(seen.sensing, np.delete(STRING.basis, 4, axis=0), atol=1e-12)


def outage(rng, n_samples=120):
    """Return a mask where two sensors fail for a while, and one sample has a gap of its own."""
    missing = np.zeros((6, n_samples), dtype=bool)
    missing[1, 20:60], missing[4, 50:90], missing[0, 5] = True, True, True
    return missing


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("is_complex", [False, True])
def test_outages_fold_and_the_optimum_stays(rng, is_complex):
    signals, missing = noise(rng, 6, 120, is_complex), outage(rng)
    signals[:, :] += 3.0 * np.outer(np.arange(6), np.sin(0.3 * np.arange(120)))
    seen = observed(signals, missing)
    found = reduced(seen)
    assert found.data.shape[1] == found.mask.shape[1] == 6 + 5 + 5 + 4 + 1
    np.testing.assert_array_equal(np.asarray(found.data)[np.asarray(found.mask) == 0], 0.0)
    axis, data = (
        Axis(STRING.eigenvalues, 1e-4),
        np.sqrt(STRING.shares)[:, None] * signals * ~missing / found.scale,
    )
    whole = ObservedProblem(data, axis, unweighted(120, data), 8.0, seen.sensing, (~missing).astype(float))
    folded = ObservedProblem(found.data, axis, unweighted(21, data), 8.0, seen.sensing, found.mask)
    values = [CertifiedGrowth(1e-8).solve(problem).certificate.primal for problem in (whole, folded)]
    assert values[0] == pytest.approx(values[1], rel=1e-7)


def test_scale_is_a_power_of_two_at_any_magnitude(rng):
    for size in (1e-200, 1.0, 1e200):
        found = reduced(observed(size * noise(rng, 4, 50), sensors=[0, 1, 2, 4]))
        assert np.log2(found.scale) == np.round(np.log2(found.scale))
        assert 0.2 < np.sqrt(np.sum(np.abs(found.data) ** 2) / 200) <= 1.0
