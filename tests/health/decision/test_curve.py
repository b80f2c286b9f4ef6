"""Operating curves: closed forms, ties, intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import wavefact as wf
from wavefact.errors import InputError


def test_the_area_is_that_of_the_rank_test_with_ties(rng):
    healthy, damaged = rng.integers(0, 6, 80), rng.integers(2, 8, 50)
    curve = wf.operating_curve(healthy, damaged)
    statistic = stats.mannwhitneyu(damaged, healthy).statistic
    assert curve.area == pytest.approx(statistic / (80 * 50))
    under = np.trapezoid(curve.detection_rates, curve.false_alarm_rates)
    assert curve.area == pytest.approx(under)
    assert (curve.false_alarm_rates[0], curve.false_alarm_rates[-1]) == (0.0, 1.0)


def test_rates_are_counts():
    curve = wf.operating_curve([0.0, 1.0, 2.0, np.nan, 3.0], [2.5, 0.5, 4.0])
    assert curve.detection(0.0) == pytest.approx(1 / 3)
    assert curve.detection(0.3) == pytest.approx(2 / 3)
    assert curve.detection(0.75) == 1.0
    low, high = curve.detection_interval(0.3)
    assert (low, high) == pytest.approx(tuple(stats.binomtest(2, 3).proportion_ci(0.95, "exact")))


def test_intervals_hold_the_true_area(rng):
    truth = stats.norm.cdf(1.5 / 2**0.5)
    held = []
    for _ in range(300):
        low, high = wf.operating_curve(rng.normal(size=60), rng.normal(1.5, 1.0, 30)).area_interval(0.9)
        held.append(low <= truth <= high)
    assert 0.85 <= np.mean(held) <= 0.96


def test_perfect_scores_are_still_not_sure(rng):
    curve = wf.operating_curve(np.arange(10.0), 100 + np.arange(5.0))
    assert curve.area == 1.0
    low, high = curve.area_interval()
    assert 0.8 < low < high <= 1.0
    assert curve.detection_interval(0.0) == pytest.approx((0.478, 1.0), abs=1e-3)


def test_what_is_no_curve_is_refused():
    with pytest.raises(InputError, match="1 damaged scores"):
        wf.operating_curve([1.0, 2.0], [3.0, np.nan])
    with pytest.raises(InputError, match="confidence"):
        wf.operating_curve([1.0, 2.0], [3.0, 4.0]).area_interval(2.0)
