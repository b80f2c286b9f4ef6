"""Clipped channels: found, repaired from the others, and left alone where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from wavefact.denoising import declip, denoise
from wavefact.denoising.clipping import _beyond, _mills
from wavefact.metrics import relative_error
from wavefact.operators import String
from wavefact.simulate import scenario_s2, with_clipping

STRING = String(100)


def test_the_mean_beyond_a_limit_is_that_of_the_truncated_normal_law():
    limits = np.array([-30.0, -1.0, 0.0, 2.0, 40.0])
    np.testing.assert_allclose(_mills(limits[:4]), norm.pdf(limits[:4]) / norm.sf(limits[:4]), rtol=1e-9)
    assert _mills(limits)[-1] == pytest.approx(40.0, rel=1e-2)


@pytest.mark.parametrize("deviation", [0.0, 0.5])
def test_a_channel_follows_its_courses_beyond_its_limits(deviation):
    rng = np.random.default_rng(0)
    courses = np.array([np.sin(0.1 * np.arange(2000)), np.cos(0.37 * np.arange(2000))])
    motion = np.array([2.0, -1.2]) @ courses
    noisy = motion + deviation * rng.normal(size=motion.shape)
    filled = _beyond(np.clip(noisy, -1.5, 1.7), courses)
    solved = np.linalg.lstsq(courses.T, filled, rcond=None)[0]
    assert solved == pytest.approx([2.0, -1.2], abs=1e-6 if deviation == 0 else 0.05)
    inside = (noisy > -1.5) & (noisy < 1.7)
    np.testing.assert_array_equal(filled[inside], noisy[inside])
    assert np.all(filled[noisy >= 1.7] >= 1.7)
    assert np.all(filled[noisy <= -1.5] <= -1.5)


def test_clipping_costs_little_once_it_is_repaired():
    clipped, whole = with_clipping(scenario_s2(10.0, rng=3), rng=1), scenario_s2(10.0, rng=3)
    repaired = declip(clipped.recording, STRING)
    before = relative_error(clipped.recording.signals, whole.recording.signals)
    assert relative_error(repaired.signals, whole.recording.signals) < 0.4 * before
    errors = [relative_error(denoise(s.recording, STRING).signals, s.clean) for s in (clipped, whole)]
    assert errors[0] < 2 * errors[1]


def test_nothing_is_done_without_clipping_or_without_others():
    whole = scenario_s2(10.0).recording
    assert declip(whole, STRING) is whole
    every = whole.replace(signals=np.clip(np.asarray(whole.signals), -0.3, 0.3))
    assert declip(every, STRING) is every
