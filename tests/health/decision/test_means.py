"""The test of means against its closed form and by Monte Carlo."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import wavefact as wf
from wavefact.errors import InputError


def test_of_one_feature_it_is_students_test(rng):
    healthy, current = rng.normal(size=(30, 1)), rng.normal(0.5, 1.0, size=(7, 1))
    test, expected = wf.hotelling_test(healthy, current), stats.ttest_ind(current[:, 0], healthy[:, 0])
    assert test.statistic == pytest.approx(expected.statistic**2)
    assert test.p_value == pytest.approx(expected.pvalue)
    assert test.shift[0] / test.shift_errors[0] == pytest.approx(expected.statistic)


def test_probabilities_are_uniform_when_nothing_changed(rng):
    values = [
        wf.hotelling_test(rng.normal(size=(12, 3)), rng.normal(size=(4, 3))).p_value for _ in range(400)
    ]
    assert stats.kstest(values, "uniform").pvalue > 0.01


def test_a_small_shift_is_found_in_the_mean_of_many(rng):
    healthy, current = rng.normal(size=(300, 5)), rng.normal(size=(80, 5))
    current[:, 3] += 0.7
    current[0, 0] = np.nan
    test = wf.hotelling_test(healthy, current)
    assert test.p_value < 1e-3
    assert int(np.argmax(test.contributions)) == 3
    assert test.contributions.sum() == pytest.approx(1.0)
    assert (test.n_healthy, test.n_current) == (300, 79)


def test_what_cannot_be_tested_is_refused(rng):
    with pytest.raises(InputError, match="give the same"):
        wf.hotelling_test(np.zeros((9, 2)), np.zeros((9, 3)))
    with pytest.raises(InputError, match="at least 8 together"):
        wf.hotelling_test(rng.normal(size=(5, 5)), rng.normal(size=(1, 5)))
    with pytest.raises(InputError, match="depend on each other"):
        wf.hotelling_test(np.ones((9, 2)), np.ones((9, 2)))
