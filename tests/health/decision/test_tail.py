"""Tails: Hotelling's law against Monte Carlo, the learned tail against the laws it is drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from wavefact.health.decision.tail import hotelling_tail, learned_tail, normal_score, squared_distance


def test_scores_and_squared_distances_are_inverse():
    squares = np.array([0.0, 0.3, 5.0, 40.0, 1e6])
    np.testing.assert_allclose(
        squared_distance(normal_score(squares, 4.0), 4.0), squares, rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("freedom", [2, 8, 30])
def test_scores_of_gaussian_features_are_nearly_standard_normal(freedom):
    rates = np.array([0.5, 0.1, 0.01, 0.001])
    np.testing.assert_allclose(
        normal_score(stats.chi2.isf(rates, freedom), freedom), stats.norm.isf(rates), atol=0.06
    )


def test_hotellings_law_is_that_of_new_gaussian_records(rng):
    n, p, draws = 12, 3, 20000
    training = rng.normal(size=(draws, n, p))
    offsets = rng.normal(size=(draws, p)) - training.mean(axis=1)
    around = training - training.mean(axis=1, keepdims=True)
    covariance = np.einsum("dni,dnj->dij", around, around) / (n - 1)
    squares = np.einsum("di,di->d", offsets, np.linalg.solve(covariance, offsets[:, :, None])[:, :, 0])
    tail = hotelling_tail(n, p)
    for rate in (0.2, 0.05, 0.01):
        observed = np.mean(normal_score(squares, p) > tail.quantile(rate))
        assert observed == pytest.approx(rate, abs=4 * (rate / draws) ** 0.5)


LAWS = {
    "gaussian": lambda rng, n: rng.chisquare(6, n),
    "multivariate t, 5 degrees": lambda rng, n: 6 * rng.f(6, 5, n),
    "independent t, 5 degrees": lambda rng, n: np.sum(rng.standard_t(5, (n, 6)) ** 2, axis=1),
}


@pytest.mark.parametrize("law", LAWS)
def test_learned_tails_hold_for_new_records_on_average(rng, law):
    rates, new = np.array([0.003, 0.01, 0.05]), np.sort(LAWS[law](rng, 200_000))
    observed = np.zeros(rates.size)
    for _ in range(60):
        tail = learned_tail(normal_score(LAWS[law](rng, 300), 6), 6)
        edges = squared_distance(np.array([tail.quantile(rate) for rate in rates]), 6)
        observed += (1 - np.searchsorted(new, edges) / new.size) / 60
    assert np.all(observed / rates < 1.5)
    assert np.all(observed / rates > 1 / 1.5)


def test_exceedance_falls_from_one_and_quantiles_invert_it(rng):
    tail = learned_tail(normal_score(6 * rng.f(6, 5, 250), 6), 6)
    scores = np.linspace(-6.0, 40.0, 2000)
    values = tail.exceedance(scores)
    assert values[0] == pytest.approx(1.0, abs=1e-6)
    assert np.all(np.diff(values) <= 1e-9)
    for rate in (1e-5, 0.001, 0.1, 0.4):
        assert tail.exceedance(np.array([tail.quantile(rate)]))[0] == pytest.approx(rate, rel=1e-3)


def test_the_interval_of_the_rate_holds_it(rng):
    held, sure = [], []
    for _ in range(100):
        scores = normal_score(rng.chisquare(6, 200), 6)
        tail = learned_tail(scores, 6)
        threshold = tail.quantile(0.01)
        low, high = tail.rate_interval(threshold, 0.9)
        held.append(low <= stats.chi2.sf(squared_distance(np.array([threshold]), 6)[0], 6) <= high)
        sure.append(high / low)
    assert np.mean(held) >= 0.85
    more = learned_tail(normal_score(rng.chisquare(6, 5000), 6), 6)
    low, high = more.rate_interval(more.quantile(0.01), 0.9)
    assert high / low < np.median(sure) / 2
