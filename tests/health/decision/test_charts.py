"""Charts: run lengths against published figures and simulation, alarms, missing values."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import InputError
from wavefact.health.decision.drift import drift_limit, drift_statistic
from wavefact.health.decision.run_length import Recursion, alarm_limit, average_run_length

CUSUM, EWMA = Recursion(1.0, 1.0, 0.5), Recursion(0.9, 0.1, 0.0)


def simulated_run_length(recursion, limit, rng, n_runs=4000, mean=0.0):
    values, lengths, running = np.zeros(n_runs), np.zeros(n_runs), np.ones(n_runs, dtype=bool)
    while running.any():
        values = np.maximum(
            0.0, recursion.keep * values + recursion.take * rng.normal(mean, 1.0, n_runs) - recursion.allow
        )
        lengths += running
        running &= values <= limit
    return lengths.mean()


@pytest.mark.parametrize(
    ("limit", "mean", "published"), [(4.0, 0.0, 335.4), (5.0, 0.0, 930.9), (4.0, 1.0, 8.38), (5.0, 1.0, 10.4)]
)
def test_run_lengths_of_cumulative_sums_are_the_published_ones(limit, mean, published):
    assert average_run_length(CUSUM, limit, mean) == pytest.approx(published, rel=3e-3)


@pytest.mark.parametrize("recursion", [CUSUM, EWMA])
def test_limits_give_the_stated_run_length_in_simulation(rng, recursion):
    limit = alarm_limit(recursion, 0.02)
    assert average_run_length(recursion, limit) == pytest.approx(50.0, rel=1e-4)
    assert simulated_run_length(recursion, limit, rng) == pytest.approx(50.0, rel=0.05)


def test_limits_are_raised_for_estimated_mean_and_spread_so_that_the_average_rate_holds(rng):
    n_training, rate = 100, 0.01
    limit = alarm_limit(CUSUM, rate, n_training)
    rates = []
    for _ in range(1500):
        mean, spread = rng.normal() / n_training**0.5, np.exp(rng.normal() / (2 * n_training) ** 0.5)
        rates.append(1 / average_run_length(CUSUM, limit, mean, spread))
    assert np.mean(rates) == pytest.approx(rate, rel=0.08)
    assert limit > alarm_limit(CUSUM, rate, 10 * n_training) > alarm_limit(CUSUM, rate)


def test_a_weight_of_one_is_shewharts_chart():
    chart = wf.ewma_chart(np.array([0.0, 2.9, 3.2]), weight=1.0, false_alarm_rate=0.00135)
    assert chart.limit == pytest.approx(3.0, abs=1e-3)
    assert chart.first_alarm == 2


def test_charts_find_a_small_shift_that_single_values_do_not_show(rng):
    values = rng.normal(size=600)
    values[300:] += 0.8
    for make in (wf.ewma_chart, wf.cusum_chart, wf.drift_chart):
        chart = make(values, false_alarm_rate=1e-4)
        assert 300 <= chart.first_alarm < 400, chart
        assert chart.alarms.sum() > 100
        assert f"alarm from record {chart.first_alarm} on" in str(chart)
    quiet = wf.cusum_chart(values[:300], false_alarm_rate=1e-4)
    assert quiet.first_alarm is None
    assert "no alarm" in str(quiet)


@pytest.mark.parametrize("make", [wf.ewma_chart, wf.cusum_chart])
def test_missing_values_leave_the_statistic_as_it_was(rng, make):
    values = rng.normal(1.0, 1.0, 30)
    values[10:15] = np.nan
    chart, without = make(values), make(values[np.isfinite(values)])
    np.testing.assert_array_equal(chart.statistic[10:15], chart.statistic[9])
    np.testing.assert_array_equal(np.delete(chart.statistic, range(10, 15)), without.statistic)


def test_the_drift_statistic_is_the_largest_standardized_slope(rng):
    values = rng.normal(size=40)
    values[5] = np.nan
    found, window = drift_statistic(values, 8), 8
    ramp = np.arange(1.0, window + 1)
    for end in (20, 39):
        best = 0.0
        for length in range(1, window + 1):
            part, weights = values[end - length + 1 : end + 1], ramp[:length]
            best = max(best, float(part @ weights / np.sqrt(weights @ weights)))
        assert 0.9 * best - 0.2 <= found[end] <= best + 1e-12
    assert drift_statistic(np.empty(0), 8).size == 0


def test_the_limit_of_drifts_gives_the_stated_run_length(rng):
    rate, window = 0.02, 20
    limit = drift_limit(window, rate, None, np.random.default_rng(1))
    lengths = []
    for _ in range(600):
        beyond = drift_statistic(rng.normal(size=600), window) > limit
        lengths.append(np.argmax(beyond) + 1 if beyond.any() else 600)
    assert np.mean(lengths) == pytest.approx(1 / rate, rel=0.2)
    assert drift_limit(window, rate, 50, np.random.default_rng(1)) > limit


def test_a_slow_drift_is_found_sooner_by_its_own_chart(rng):
    values = rng.normal(size=(20, 500)) + 0.02 * np.maximum(np.arange(500) - 200, 0)
    single, drift = wf.ewma_chart(values[0], weight=1.0), wf.drift_chart(values[0])
    sooner = [
        np.argmax(each > single.limit) - np.argmax(drift_statistic(each, 100) > drift.limit)
        for each in values
    ]
    np.testing.assert_array_equal(drift.statistic, drift_statistic(values[0], 100))
    assert np.mean(sooner) > 5


def test_limits_of_drifts_are_raised_for_estimated_means_so_that_the_average_rate_holds(rng):
    n_training, rate, window = 100, 0.01, 30
    limit = drift_limit(window, rate, n_training, np.random.default_rng(1))
    rates = []
    for _ in range(400):
        mean, spread = rng.normal() / n_training**0.5, np.exp(rng.normal() / (2 * n_training) ** 0.5)
        beyond = drift_statistic(spread * rng.normal(size=2000) + mean, window) > limit
        rates.append(np.mean(beyond[1:] & ~beyond[:-1]))
    assert np.mean(rates) == pytest.approx(rate, rel=0.35)  # alarms that come back at once count again
    assert limit > drift_limit(window, rate, None, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: wf.ewma_chart(np.zeros(3), weight=0.0), "weight is 0"),
        (lambda: wf.cusum_chart(np.zeros(3), shift=-1.0), "shift is -1"),
        (lambda: wf.drift_chart(np.zeros(3), window=1), "window is 1"),
        (lambda: wf.cusum_chart(np.zeros((3, 1))), "one number for each record"),
        (lambda: wf.cusum_chart(np.zeros(3), false_alarm_rate=0.5), "false_alarm_rate is 0.5"),
        (lambda: wf.cusum_chart(np.zeros(3), n_training=5), "n_training is 5"),
    ],
)
def test_settings_that_cannot_be_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()
