"""The law of the largest of many values, and noise of many points that is drawn span by span."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact import noise_spans
from wavefact.noise_draws import bartlett, gumbel_quantile
from wavefact.noise_polar import noise_threshold
from wavefact.problem import Axis


def test_a_quantile_of_gumbel_variables(rng):
    values = rng.gumbel(5.0, 0.3, 20_000)
    expected = 5.0 - 0.3 * np.log(-np.log(0.999))
    assert gumbel_quantile(0.999, values) == pytest.approx(expected, abs=0.05)
    assert gumbel_quantile(0.999, np.full(8, 2.0)) == 2.0


def test_the_largest_of_shifted_variables_from_the_largest_of_shares(rng):
    expected = np.linspace(0.0, 2.0, 12)
    shares = [expected[i % 3 :: 3] for i in range(3000)]
    values = np.asarray([np.max(share + rng.gumbel(7.0, 0.4, len(share))) for share in shares])
    every = np.max(expected + rng.gumbel(7.0, 0.4, (40_000, 12)), axis=1)
    found = gumbel_quantile(0.99, values, shares, expected)
    assert found == pytest.approx(np.quantile(every, 0.99), abs=0.05)
    assert gumbel_quantile(0.99, values) < found - 0.2  # what shares alone would give


@pytest.mark.parametrize("complex_noise", [False, True])
@pytest.mark.parametrize("n_samples", [3.0, 50.0])
def test_drawn_gram_matrices_have_the_mean_of_those_of_noise(rng, complex_noise, n_samples):
    factors = [bartlett(6, n_samples, complex_noise, rng) for _ in range(4000)]
    mean = np.mean([factor @ factor.conj().T for factor in factors], axis=0)
    np.testing.assert_allclose(mean, n_samples * np.eye(6), atol=0.1 * n_samples**0.5 + 0.1)


def test_a_share_of_the_spans_at_a_time_gives_the_threshold_of_all(monkeypatch):
    axis = Axis(np.arange(1500.0), 1e-2)  # every span alike

    def mean():
        return np.mean([noise_threshold(axis, 80.0, False, np.random.default_rng(i)) for i in range(6)])

    together = mean()
    monkeypatch.setattr(noise_spans, "MOST", 3)
    assert mean() == pytest.approx(together, rel=0.02)


def test_spans_that_do_not_matter_change_nothing(monkeypatch):
    axis = Axis(np.arange(1200.0) ** 1.5, 1e-3)  # the first span passes far more than the others
    found = [noise_threshold(axis, 80.0, False, np.random.default_rng(i)) for i in range(6)]
    monkeypatch.setattr(noise_spans, "REACH", np.inf)
    every = [noise_threshold(axis, 80.0, False, np.random.default_rng(i)) for i in range(6)]
    assert np.mean(found) == pytest.approx(np.mean(every), rel=0.02)
