"""Shape errors of many sensors and of components: as large as the errors are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import wavefact as wf
from wavefact.modal import span_errors
from wavefact.modal.principal import Principal
from wavefact.modal.span_errors import with_span_errors
from wavefact.simulate import scenario_s2


def deviations(model: wf.ModalModel, truth: wf.ModalModel) -> tuple[np.ndarray, np.ndarray]:
    """Return errors of all entries but the largest, of shapes scaled to fit best, and what is stated."""
    nearest = np.abs(model.frequencies[:, None] - truth.frequencies).argmin(axis=0)
    shapes, stated = model.mode_shapes[:, nearest].real, model.shape_errors[:, nearest]
    scales = np.sum(shapes * truth.mode_shapes, axis=0) / np.sum(truth.mode_shapes**2, axis=0)
    return (shapes - scales * truth.mode_shapes)[stated > 0], stated[stated > 0]


@pytest.mark.parametrize("snr_db", [10.0, 0.0])
def test_errors_of_many_sensors_are_those_stated(snr_db: float) -> None:
    simulation = scenario_s2(snr_db, rng=1)
    errors, stated = deviations(wf.identify(simulation.recording), simulation.truth)
    assert errors.size == 5 * 99
    assert 0.9 < np.mean(np.abs(errors) < 1.96 * stated) < 1.0
    assert 0.8 < np.sqrt(np.mean(stated**2) / np.mean(errors**2)) < 1.6


@pytest.mark.parametrize("time_weight", [0.0, "10 Hz"])
def test_errors_of_components_are_those_stated(time_weight: float | str) -> None:
    simulation = scenario_s2(0.0, rng=1)
    fit = wf.factorize(simulation.recording, wf.String(100), time_weight=time_weight)
    errors, stated = deviations(wf.identify(fit), simulation.truth)
    assert np.mean(np.abs(errors) < 1.96 * stated) > 0.75  # few are independent
    assert 0.6 < np.sqrt(np.mean(stated**2) / np.mean(errors**2)) < 2.5


def test_directions_of_noisy_signals_lean_as_predicted() -> None:
    rng, direction = np.random.default_rng(0), np.full(60, 60**-0.5)
    leans, predicted = [], []
    for _ in range(20):
        signals = 1.5 * direction[:, None] * rng.standard_normal(400) + rng.standard_normal((60, 400))
        principal = Principal.of(signals)
        first = principal.basis[:, 0]
        leans.append(1 / (first @ direction) ** 2 - 1)
        predicted.append(60 * principal.variances[:, 0].mean())
    assert np.mean(predicted) == pytest.approx(np.mean(leans), rel=0.15)


def test_few_sensors_and_given_regularizations_are_left_alone() -> None:
    simulation = scenario_s2(10.0)
    few = simulation.recording.select(range(0, 100, 10))
    model = wf.identify(few)
    assert with_span_errors(model, few) is model
    given = wf.factorize(simulation.recording, wf.String(100), wave_weight=1e5, regularization=50.0)
    model = wf.identify(given)
    assert model.n_modes > 0
    assert with_span_errors(model, given) is model
    assert with_span_errors(model.select([]), replace(given, noise=1.0)).n_modes == 0


def test_large_structures_have_the_mean_over_the_points(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = wf.factorize(scenario_s2(0.0).recording, wf.String(100), time_weight=0.0)
    assert fit.noise is not None
    exact = span_errors._of_components(fit, fit.noise)
    monkeypatch.setattr(span_errors, "_LARGE", 10)
    np.testing.assert_allclose(span_errors._of_components(fit, fit.noise)[7], exact.mean(axis=0))
