"""The stabilisation diagram and the groups of poles behind it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import wavefact as wf
from wavefact.modal.settings import IdentificationSettings
from wavefact.modal.stability import StabilityLimits, group_poles
from wavefact.modal.stabilization import _named
from wavefact.modal.subspace import Poles

FREQUENCIES = np.array([2.0, 5.0])


@pytest.fixture(scope="module")
def recording() -> wf.Recording:
    rng, times = np.random.default_rng(3), np.arange(3000) / 50.0
    decays = np.exp(-0.05 * 2 * np.pi * np.outer(FREQUENCIES / 10, times)) * np.sin(
        2 * np.pi * np.outer(FREQUENCIES, times)
    )
    shapes = np.array([[1.0, 0.5], [0.4, -1.0], [-0.2, 0.7]])
    return wf.Recording(shapes @ decays + 0.05 * rng.standard_normal((3, 3000)), sampling_rate=50.0)


def test_the_diagram_holds_the_modes_that_identify_finds(recording: wf.Recording) -> None:
    diagram, modes = wf.stabilization(recording), wf.identify(recording)
    assert np.array_equal(diagram.model.frequencies, modes.frequencies)
    assert np.allclose(modes.frequencies, FREQUENCIES, rtol=1e-3)
    by_verdict = {group.verdict: group for group in diagram.groups}
    for mode, frequency in enumerate(FREQUENCIES):
        group = by_verdict[f"mode {mode + 1}"]
        assert group.frequency == pytest.approx(frequency, rel=1e-3)
        assert group.mac > 0.99
        assert group.mpc > 0.99
        assert group.mpd < 10
        assert group.purity > 0.9
        assert group.n_orders >= 9  # of 30, at least a share of 0.3


def test_every_group_is_seen_and_judged(recording: wf.Recording) -> None:
    diagram = wf.stabilization(recording)
    known = {"within the noise", "not one shape", "negative power", "beside a far stronger mode"}
    known |= {"mode 1", "mode 2", "explained by other modes"}
    assert {group.verdict for group in diagram.groups} <= known
    assert str(diagram).count("\n") == len(diagram.groups)
    assert diagram.orders.shape == diagram.frequencies.shape == diagram.stable.shape
    assert np.all(diagram.stable[diagram.orders == diagram.orders.min()] == 0)
    near = np.abs(diagram.frequencies / FREQUENCIES[1] - 1) < 0.005
    assert np.mean(diagram.stable[near]) > 0.8


def test_a_mode_whose_shape_no_group_has_takes_the_nearest_free_one(recording: wf.Recording) -> None:
    diagram = wf.stabilization(recording)
    first, second = (
        next(group for group in diagram.groups if group.verdict == verdict)
        for verdict in ("mode 1", "mode 2")
    )
    unlike = replace(second, verdict="not one shape")
    farther = replace(unlike, frequency=1.002 * second.frequency)
    named = _named([first, replace(unlike, frequency=1.001 * second.frequency), farther], diagram.model)
    assert [group.verdict for group in named] == ["mode 1", "mode 2", "not one shape"]
    away = replace(unlike, frequency=1.3 * second.frequency)
    assert [group.verdict for group in _named([first, away], diagram.model)] == ["mode 1", "not one shape"]
    assert _named([first, second, farther], diagram.model) == [first, second, farther]


def test_a_range_and_noise() -> None:
    noise = wf.Recording(np.random.default_rng(0).standard_normal((3, 2000)), sampling_rate=100.0)
    diagram = wf.stabilization(noise, (10.0, 30.0))
    assert diagram.model.n_modes == 0
    assert np.all((diagram.frequencies >= 10.0) & (diagram.frequencies <= 30.0))
    assert not any(group.verdict.startswith("mode") for group in diagram.groups)


def test_bad_settings_are_refused(recording: wf.Recording) -> None:
    with pytest.raises(wf.InputError, match="max_order"):
        wf.stabilization(recording, settings=IdentificationSettings(max_order=1))


def test_poles_that_wander_form_no_group() -> None:
    shape = np.array([[1.0], [0.5]])
    still = [Poles(n, np.array([3.0]), np.array([0.01]), shape) for n in range(2, 40, 2)]
    wandering = [Poles(n, np.array([3.0 + 0.1 * n]), np.array([0.01]), shape) for n in range(2, 40, 2)]
    turning = [
        Poles(n, np.array([3.0]), np.array([0.01]), np.array([[np.cos(n)], [np.sin(n)]]))
        for n in range(2, 40, 2)
    ]
    limits = StabilityLimits()
    assert group_poles(still, (0.0, 0.2), limits).counts.tolist() == [18]  # not at the first order
    assert group_poles(wandering, (0.0, 0.2), limits).counts.size == 0
    assert group_poles(turning, (0.0, 0.2), limits).counts.size == 0
    assert group_poles(still, (0.02, 0.2), limits).counts.size == 0
    assert group_poles([], (0.0, 0.2), limits).counts.size == 0
