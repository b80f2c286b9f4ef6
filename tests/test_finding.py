"""find_modes: in components where the wave equation holds, in signals where it does not, waves as waves."""

from __future__ import annotations

import logging

import numpy as np
import pytest

import wavefact as wf
from wavefact.compare import modal_scores
from wavefact.finding import _agree
from wavefact.simulate import (
    Simulation,
    frame_operator,
    multi_segment,
    scenario_s2,
    shear_frame,
    travelling,
    with_clipping,
)


@pytest.mark.parametrize(
    ("simulation", "operator", "where"),
    [
        (scenario_s2(10.0), wf.String(100), "components"),
        (multi_segment(10.0), wf.String(100), "signals"),
        (shear_frame(0.0), frame_operator(), "components"),
    ],
)
def test_shapes_are_taken_from_where_they_are_better(
    simulation: Simulation, operator: wf.WaveOperator, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="wavefact"):
        model = wf.find_modes(simulation.recording, operator)
    assert caplog.messages[-1] == f"modes are those in the {where}"
    scores = modal_scores(model, simulation.truth)
    assert (scores["missed"], scores["false"]) == (0, 0)
    other = wf.identify(simulation.recording if where == "components" else _fit(simulation, operator))
    assert scores["mac"] > modal_scores(other, simulation.truth)["mac"]


def _fit(simulation: Simulation, operator: wf.WaveOperator) -> wf.Factorization:
    return wf.factorize(simulation.recording, operator)


def test_weak_modes_are_found_in_components_and_clipped_channels_repaired() -> None:
    weak = scenario_s2(-10.0)
    assert modal_scores(wf.find_modes(weak.recording, wf.String(100)), weak.truth)["mac"] > 0.99
    clipped = with_clipping(scenario_s2(20.0))
    model = wf.find_modes(clipped.recording, wf.String(100))
    assert modal_scores(model, clipped.truth)["mac"] > 0.999
    assert model.n_modes == 5


def test_waves_that_travel_are_told_as_such() -> None:
    simulation = travelling(0.0)
    model = wf.find_modes(simulation.recording)
    np.testing.assert_allclose(model.frequencies, simulation.truth.frequencies, rtol=1e-3)
    np.testing.assert_allclose(model.wavenumbers, simulation.truth.wavenumbers, rtol=1e-2)
    assert np.all(np.isnan(model.damping_ratios))


def test_shapes_agree_within_their_errors_and_not_beyond() -> None:
    free = wf.identify(scenario_s2(10.0).recording)
    assert _agree(free, free)
    noise = np.random.default_rng(0).standard_normal(free.mode_shapes.shape) * free.shape_errors
    for factor, agrees in ((1.0, True), (2.0, False)):
        moved = wf.ModalModel(free.frequencies, free.damping_ratios, free.mode_shapes + factor * noise)
        assert _agree(moved, free) == agrees
    assert not _agree(free.select([]), free)


def test_bad_input_and_silence() -> None:
    recording = scenario_s2(10.0).recording
    with pytest.raises(wf.InputError, match="points"):
        wf.find_modes(recording, wf.String(99))
    with pytest.raises(wf.InputError, match="sampling rate"):
        wf.find_modes(recording.replace(sampling_rate=None), wf.String(100))
    noise = np.random.default_rng(0).standard_normal((20, 500))
    assert wf.find_modes(wf.Recording(noise, 100.0), wf.String(20)).n_modes == 0
