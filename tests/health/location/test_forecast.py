"""Forecasts: dense generalized least squares, coverage, limits never reached, bad input."""

import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import InputError
from wavefact.health.location.wandering import _trend, fitted_trends, mixed_quantiles


def test_prediction_is_that_of_dense_generalized_least_squares(rng):
    t = np.cumsum(rng.uniform(0.5, 2.0, 12))
    y, variances = rng.standard_normal(12), rng.uniform(0.5, 2.0, 12)
    wandering, ahead = 0.3, 2.5
    trend, _ = _trend(np.diff(t), y, variances, wandering)
    # the level as an unknown constant of no information: universal kriging with a walk from the first time
    walk = wandering * (np.minimum.outer(t, t) - t[0])
    covariance = walk + np.diag(variances)
    design = np.stack([np.ones(12), t], axis=1)
    target, towards = np.array([1.0, t[-1] + ahead]), wandering * (t - t[0])
    inverse = np.linalg.inv(covariance)
    gram = np.linalg.inv(design.T @ inverse @ design)
    coefficients = gram @ design.T @ inverse @ y
    rest = y - design @ coefficients
    squares = rest @ inverse @ rest / 10
    lack = target - design.T @ inverse @ towards
    own = wandering * (t[-1] + ahead - t[0]) - towards @ inverse @ towards + lack @ gram @ lack
    level, scale = trend.level_after(np.array([ahead]))
    assert level[0] == pytest.approx(target @ coefficients + towards @ inverse @ rest, rel=1e-9)
    assert scale[0] == pytest.approx(np.sqrt(squares * own), rel=1e-9)
    assert trend.slope == pytest.approx(coefficients[1], rel=1e-9)
    assert trend.slope_scale == pytest.approx(np.sqrt(squares * gram[1, 1]), rel=1e-9)


def test_likelihood_is_that_of_the_differences(rng):
    t, y = np.arange(8.0), rng.standard_normal(8)
    logs = []
    for wandering in (0.0, 0.5, 3.0):
        _, log = _trend(np.diff(t), y, np.ones(8), wandering)
        difference = np.diff(np.eye(8), axis=0)
        s = difference @ difference.T + wandering * np.eye(7)
        inverse, one = np.linalg.inv(s), np.ones(7)
        rest = difference @ y
        rest = rest - one * (one @ inverse @ rest) / (one @ inverse @ one)
        dense = -np.linalg.slogdet(s)[1] / 2 - np.log(one @ inverse @ one) / 2
        logs.append(log - (dense - 3 * np.log(rest @ inverse @ rest)))
    np.testing.assert_allclose(logs, logs[0], atol=1e-9)
    assert sum(trend.weight for trend in fitted_trends(t, y, np.ones(8))) == pytest.approx(1.0)


def test_intervals_hold_the_level_to_come_as_often_as_stated(rng):
    t, ones, inside = np.arange(30.0), np.ones(30), []
    for ratio in np.tile([0.0] * 3 + [*np.geomspace(1e-2, 1e2, 9)], 30):  # as it supposes
        level = 0.1 * np.arange(40) + np.cumsum(np.sqrt(ratio) * rng.standard_normal(40))
        trends = fitted_trends(t, level[:30] + rng.standard_normal(30), ones)
        weights = np.array([trend.weight for trend in trends])
        laws = [trend.level_after(np.array([10.0])) for trend in trends]
        low, high = (mixed_quantiles(laws, weights, 28, tail)[0] for tail in (0.05, 0.95))
        inside.append(low < level[39] < high)
    assert 0.86 < np.mean(inside) < 0.94


def test_a_falling_stiffness_reaches_its_limit(rng):
    t = 86400.0 * np.arange(200)
    errors = np.where(np.arange(200) % 2, 0.004, 0.012)
    values = 1 - 0.0005 * np.arange(200) + errors * rng.standard_normal(200)
    values[[3, 77]] = np.nan
    found = wf.forecast(t, values, errors, limit=0.85)
    early, late = (time / 86400 for time in found.remaining_interval)
    assert early < 101 < late
    assert found.remaining / 86400 == pytest.approx(101, rel=0.1)
    assert found.has_trend
    assert not found.is_upper
    assert np.all(np.diff(found.high - found.low) > 0)
    assert "below 0.85" in str(found)


def test_no_trend_reaches_no_limit_and_says_so(rng):
    found = wf.forecast(np.arange(100.0), 5 + rng.standard_normal(100), limit=20.0)
    assert found.remaining == np.inf
    assert found.remaining_interval == (np.inf, np.inf)
    assert "not within 99" in str(found)


def test_a_limit_already_passed_leaves_no_time(rng):
    found = wf.forecast(np.arange(50.0), 5 + 0.1 * rng.standard_normal(50), limit=4.0, is_upper=True)
    assert found.remaining == 0.0


def test_wandering_is_seen_and_widens(rng):
    t = np.arange(120.0)
    scatter = rng.standard_normal(120)
    straight = wf.forecast(t, scatter, limit=50.0)
    wandering = wf.forecast(t, scatter + np.cumsum(rng.standard_normal(120)), limit=50.0)
    assert wandering.wandering_probability > 0.99
    assert (wandering.high - wandering.low)[-1] > 5 * (straight.high - straight.low)[-1]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([0, 1, 2, 3], [1, 2, 1, 2]), {}, "at least 5"),
        (([0, 1, 2, 2, 4], [1, 2, 1, 2, 1]), {}, "times must rise"),
        (([0, 1, 2, 3, 4], [1, 2, 1, 2]), {}, "give one of each"),
        (([0, 1, 2, 3, 4], [1, 2, 1, 2, 1], [1, 1, 0, 1, 1]), {}, "errors must be positive"),
        (([0, 1, 2, 3, 4], [1, 2, 3, 4, 5]), {}, "one straight line"),
        (([0, 1, 2, 3, 4], [1, 2, 1, 2, 1]), {"horizon": 0.0}, "horizon is 0.0"),
        (([0, 1, 2, 3, 4], [1, 2, 1, 2, 1]), {"confidence": 1.0}, "confidence is 1.0"),
        (([0, 1, 2, 3, 4], [1, 2, 1, 2, 1]), {"limit": np.nan}, "limit is nan"),
    ],
)
def test_bad_input_is_named(arguments, options, message):
    with pytest.raises(InputError, match=message):
        wf.forecast(*arguments, **{"limit": 9.0, **options})
