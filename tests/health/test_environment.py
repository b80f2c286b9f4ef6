"""Frequencies freed from conditions: against closed forms, dense models and simulated truth."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from health.tower import tower
from scipy.stats import multivariate_normal

import wavefact as wf
from wavefact.errors import InputError
from wavefact.health.environment._factors import analysed, common_effect, factored
from wavefact.health.environment._lags import _remembered, lagged
from wavefact.health.environment._regression import ridge

HOUR = 3600.0
N = 700
REFERENCE = np.array([1.0, 2.5, 5.0])


def tracks_of(frequencies: np.ndarray, error: float = 0.0) -> wf.ModeTracks:
    shapes = np.ones((len(frequencies), 2, frequencies.shape[1]))
    return wf.ModeTracks(
        HOUR * np.arange(len(frequencies)),
        frequencies,
        0.01 * frequencies,
        shapes,
        np.nanmedian(frequencies, axis=0),
        shapes[0],
        frequency_errors=error * frequencies,
    )


def weather(rng: np.random.Generator) -> np.ndarray:
    hours = np.arange(N)
    return 15 + 6 * np.sin(2 * np.pi * hours / 24) + 5 * np.sin(2 * np.pi * hours / 200) + rng.normal(0, 1, N)


def moved_by_warmth(rng: np.random.Generator, scatter: float = 1e-3) -> tuple[wf.ModeTracks, np.ndarray]:
    """Return tracks of which one mode follows slowly, one at once and bent, and one not at all."""
    temperature = weather(rng)
    slow = lagged(HOUR * np.arange(N), temperature[:, None], 12 * HOUR)[:, 0] - 15
    change = np.column_stack(
        [-1e-3 * slow, -5e-4 * (temperature - 15) + 2e-5 * (temperature - 15) ** 2, 0 * slow]
    )
    frequencies = REFERENCE * np.exp(change + scatter * rng.standard_normal((N, 3)))
    frequencies[rng.random((N, 3)) < 0.1] = np.nan
    return tracks_of(frequencies, scatter), temperature


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    both = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[both], b[both])[0, 1])


def test_a_lag_follows_a_step_as_it_should() -> None:
    times = np.array([0.0, 1.0, 2.5, 3.0, 7.0])
    step = np.array([[0.0], [1.0], [1.0], [np.nan], [1.0]])
    expected = 1 - np.exp(-np.array([0.0, 1.0, 2.5, np.nan, 6.5]) / 2)  # nothing was heard for half a second
    felt = lagged(times, step, 2.0)[:, 0]
    np.testing.assert_allclose(felt[:3], expected[:3])
    assert np.isnan(felt[3])
    assert expected[2] < felt[4] < 1.0
    np.testing.assert_array_equal(lagged(times, step, 0.0), step)


def test_ridge_is_least_squares_with_rows_for_the_penalty(rng: np.random.Generator) -> None:
    columns, values, weights = rng.standard_normal((50, 4)) + 3, rng.standard_normal(50), rng.random(50)
    rows = np.column_stack([np.ones(50), columns]) * np.sqrt(weights)[:, None]
    extra = np.sqrt(0.1 * weights.sum()) * np.eye(5)[1:]
    stacked = np.concatenate([rows, extra])
    expected = np.linalg.lstsq(stacked, np.concatenate([np.sqrt(weights) * values, np.zeros(4)]))[0]
    np.testing.assert_allclose(ridge(columns, values, weights, 0.1), expected)


def test_days_that_were_not_learned_from_are_freed_from_temperature(rng: np.random.Generator) -> None:
    tracks, temperature = moved_by_warmth(rng)
    environment = wf.fit_environment(tracks, temperature, training=slice(500), reference=[15.0])
    later = slice(500, None)
    free = environment.corrected(tracks, temperature).select(later)
    for mode in range(3):
        assert abs(correlation(free.frequencies[:, mode], temperature[later])) < 0.15
    assert abs(correlation(tracks.frequencies[later, 0], temperature[later])) > 0.5
    assert np.all(environment.explained[:2] > 0.7)
    assert environment.explained[2] < 0.02
    inside = np.abs(free.frequencies - REFERENCE) < 1.96 * free.frequency_errors
    assert 0.9 < inside[np.isfinite(free.frequencies)].mean() < 0.99
    text = str(environment)
    assert "12 h" in text.splitlines()[1]
    assert "squares" in text.splitlines()[2]


def test_outliers_and_lost_conditions_do_no_harm(rng: np.random.Generator) -> None:
    tracks, temperature = moved_by_warmth(rng)
    frequencies = tracks.frequencies.copy()
    frequencies[rng.integers(0, N, 20), 0] *= 1.2
    temperature[[40, 600]] = np.nan
    environment = wf.fit_environment(replace(tracks, frequencies=frequencies), temperature)
    free = environment.corrected(tracks, temperature)
    assert abs(correlation(free.frequencies[:, 0], temperature)) < 0.1
    assert np.all(np.isnan(free.frequencies[[40, 600]]))
    assert np.all(
        np.isnan(free.frequencies) == (np.isnan(tracks.frequencies) | np.isnan(temperature)[:, None])
    )


def test_lags_go_on_from_the_records_of_the_fit(rng: np.random.Generator) -> None:
    tracks, temperature = moved_by_warmth(rng)
    environment = wf.fit_environment(tracks, temperature)
    whole, tail = environment.corrected(tracks, temperature), slice(650, None)
    part = environment.corrected(tracks.select(tail), temperature[tail])
    np.testing.assert_allclose(part.frequencies, whole.frequencies[tail])
    np.testing.assert_allclose(part.frequency_errors, whole.frequency_errors[tail])


def common(rng: np.random.Generator, n_modes: int = 5) -> np.ndarray:
    """Return logarithms of frequencies that share two slow movements, a tenth of them missing."""
    hours = np.arange(400)
    shared = np.column_stack([np.sin(hours / 15), np.sin(hours / 40 + 1)])
    values = 0.005 * shared @ rng.standard_normal((2, n_modes)) + 0.001 * rng.standard_normal((400, n_modes))
    values[rng.random(values.shape) < 0.1] = np.nan
    return values


def density(values: np.ndarray, loadings: np.ndarray, noise: np.ndarray) -> float:
    covariance = loadings @ loadings.T + np.diag(noise)
    seen = np.isfinite(values)
    return sum(
        float(multivariate_normal(np.zeros(k.sum()), covariance[np.ix_(k, k)]).logpdf(row[k]))
        for row, k in zip(values, seen, strict=True)
        if k.any()
    )


def test_factors_are_of_greatest_likelihood(rng: np.random.Generator) -> None:
    values = common(rng)[::4] / 0.005
    loadings, noise = analysed(values, 2)
    best = density(values, loadings, noise)
    for _ in range(20):
        nearby = (
            loadings + 0.05 * rng.standard_normal(loadings.shape),
            noise * np.exp(0.1 * rng.standard_normal(5)),
        )
        assert density(values, *nearby) < best + 0.05


def test_what_others_tell_is_the_conditional_mean_of_the_dense_model(rng: np.random.Generator) -> None:
    values = common(rng)
    factors = factored(values)
    told, variance = common_effect(factors, values)
    covariance = factors.loadings @ factors.loadings.T + np.diag(factors.noise)
    row, mode = values[7], 2
    others = np.isfinite(row) & (np.arange(5) != mode)
    gain = covariance[mode, others] @ np.linalg.inv(covariance[np.ix_(others, others)])
    scaled = (row - factors.means) / factors.scales
    np.testing.assert_allclose(told[7, mode], factors.scales[mode] * gain @ scaled[others])
    left = covariance[mode, mode] - factors.noise[mode] - gain @ covariance[others, mode]
    np.testing.assert_allclose(variance[7, mode], factors.scales[mode] ** 2 * left)


def test_without_conditions_the_common_movement_goes_and_a_change_of_one_mode_stays(
    rng: np.random.Generator,
) -> None:
    logarithms = common(rng)
    environment = wf.fit_environment(tracks_of(np.exp(logarithms)), training=slice(300))
    assert environment.explained.mean() > 0.5
    changed = logarithms[300:].copy()
    changed[:, 1] -= 0.004
    before, after = (
        np.log(environment.corrected(tracks_of(np.exp(part))).frequencies)
        for part in (logarithms[300:], changed)
    )
    np.testing.assert_allclose((after - before)[:, 1][np.isfinite(after[:, 1])], -0.004)
    assert np.all(np.nanstd(before, axis=0) < 0.002)  # 0.001 is each mode's own
    assert np.nanstd(logarithms[300:], axis=0).max() > 0.004


def test_modes_with_nothing_in_common_stay_as_they_are(rng: np.random.Generator) -> None:
    tracks = tracks_of(REFERENCE * np.exp(1e-3 * rng.standard_normal((300, 3))))
    environment = wf.fit_environment(tracks)
    change = environment.corrected(tracks).frequencies / tracks.frequencies - 1
    assert np.max(np.abs(environment.explained)) < 0.05
    assert np.std(change) < 2e-4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"conditions": np.ones(3)}, "conditions are"),
        ({"conditions": np.ones(60), "lags": (3.0, 1.0)}, "lags are"),
        ({"conditions": np.ones(60), "reference": [1.0, 2.0]}, "reference is"),
        ({"conditions": np.full(60, np.nan)}, "Condition 1 is known in 0"),
        ({"training": slice(5)}, "5 records are for training"),
        ({"training": slice(30)}, "Mode 2 is in no record"),
    ],
)
def test_what_cannot_be_fitted_is_refused(arguments: dict, message: str) -> None:
    frequencies = np.ones((60, 2))
    frequencies[:30, 1] = np.nan
    with pytest.raises(InputError, match=message):
        wf.fit_environment(tracks_of(frequencies), **arguments)


def test_corrections_want_what_the_fit_had(rng: np.random.Generator) -> None:
    tracks, temperature = moved_by_warmth(rng)
    by_warmth, by_factors = wf.fit_environment(tracks, temperature), wf.fit_environment(tracks)
    assert [repr(each).partition("(")[0] for each in (by_warmth, by_factors)] == ["Environment"] * 2
    with pytest.raises(InputError, match="give those of these records"):
        by_warmth.corrected(tracks)
    with pytest.raises(InputError, match="give none"):
        by_factors.corrected(tracks, temperature)
    with pytest.raises(InputError, match=r"give \(700, 1\)"):
        by_warmth.corrected(tracks, np.ones((N, 2)))
    with pytest.raises(InputError, match="have 2 modes, the fit 3"):
        by_warmth.corrected(tracks_of(np.ones((N, 2))), temperature)


def test_more_rounds_raise_the_likelihood(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    values = common(rng)[::4] / 0.005
    likelihoods = []
    for rounds in (1, 3, 10, 50):
        monkeypatch.setattr("wavefact.health.environment._factors._ROUNDS", rounds)
        likelihoods.append(density(values, *analysed(values, 2)))
    assert all(later > earlier - 1e-6 for earlier, later in pairwise(likelihoods))


def test_the_measured_tower_is_freed_from_temperature(shared_data: Path) -> None:
    folder = shared_data / "tower_modal_eov"
    if not folder.is_dir():
        pytest.skip("the tower's features, ../shared/data/tower_modal_eov, are absent")
    times, models, temperatures, _ = tower(folder)
    reference = wf.ModalModel(
        np.array([0.3518, 0.3546, 0.6198, 0.6251]), np.full(4, 0.005), tower_shapes(models)
    )
    tracks = wf.track_modes(models, times, reference)
    assert np.all(tracks.detection_rates > 0.7)
    assert np.all(np.diff(np.nanmedian(tracks.frequencies, axis=0)) > 0)
    mean, out = np.mean(temperatures, axis=1), np.arange(times.size) % 96 < 24  # every fourth day
    free = wf.fit_environment(tracks, temperatures, training=~out).corrected(tracks, temperatures)
    for mode in range(4):
        assert correlation(tracks.frequencies[out, mode], mean[out]) < -0.4
        assert abs(correlation(free.frequencies[out, mode], mean[out])) < 0.25


def tower_shapes(models: list[wf.ModalModel]) -> np.ndarray:
    """Return shapes near four frequencies in a record that has all four."""
    targets = np.array([0.3518, 0.3546, 0.6198, 0.6251])
    for model in (model for model in models if model.n_modes):
        away = np.abs(model.frequencies[:, None] - targets)
        nearest = np.argmin(away, axis=0)
        if np.all(np.min(away, axis=0) < 0.001) and np.unique(nearest).size == 4:
            return model.mode_shapes[:, nearest]
    raise AssertionError


def test_modes_in_too_few_records_are_named(caplog):
    rng = np.random.default_rng(0)
    warmth = rng.uniform(0, 20, 60)
    found = np.array([2.0, 5.0]) * np.exp(-1e-3 * warmth[:, None] + 1e-4 * rng.standard_normal((60, 2)))
    found[15:, 1] = np.nan
    shapes = np.where(np.isfinite(found)[:, None], 1.0, np.nan) * np.ones((60, 2, 2))
    tracks = wf.ModeTracks(np.arange(60.0), found, 0 * found, shapes, np.array([2.0, 5.0]), shapes[0])
    environment = wf.fit_environment(tracks, warmth)
    assert "Mode 2 is found in 15 records" in caplog.text
    assert environment.explained[0] > 0.9
    assert environment.explained[1] == 0.0


def test_readings_before_a_record_tell_what_a_slow_structure_still_feels():
    rng = np.random.default_rng(3)
    hours = np.arange(400.0)
    temperature = 15 + 8 * np.sin(2 * np.pi * hours / 24) + rng.standard_normal(400).cumsum() / 10
    felt = np.empty(400)
    felt[0] = temperature[0]
    for i in range(1, 400):
        felt[i] = felt[i - 1] + (1 - np.exp(-1 / 12)) * (temperature[i] - felt[i - 1])
    found = (2.0 * np.exp(-2e-3 * (felt - 15) + 2e-4 * rng.standard_normal(400)))[:, None]
    shapes = np.ones((400, 1, 1))
    tracks = wf.ModeTracks(3600 * hours, found, 0 * found, shapes, np.array([2.0]), shapes[0])
    environment = wf.fit_environment(tracks.select(slice(300)), temperature[:300])
    one_by_one = {True: [], False: []}
    for i in range(350, 400):
        record, now = tracks.select(slice(i, i + 1)), temperature[i : i + 1]
        earlier = 3600 * hours[300:i], temperature[300:i]
        for known, errors in one_by_one.items():
            given = environment.corrected(record, now, earlier=earlier if known else None)
            errors.append(np.log(given.frequencies[0, 0] / 2.0))
    together = environment.corrected(tracks, temperature).frequencies[350:, 0]
    assert np.exp(one_by_one[True]) * 2.0 == pytest.approx(together, rel=1e-12)
    assert np.std(one_by_one[True]) < 0.2 * np.std(one_by_one[False])
    with pytest.raises(wf.InputError, match="conditions are"):
        environment.corrected(tracks.select(slice(1)), temperature[:1], earlier=([1.0, 2.0], [3.0]))


@pytest.mark.parametrize("gaps", [0.0, 0.3])
def test_a_lag_is_the_same_from_where_all_before_is_forgotten(gaps: float) -> None:
    rng = np.random.default_rng(5)
    times = np.cumsum(rng.uniform(300.0, 900.0, 5000))
    conditions = rng.standard_normal((5000, 2)).cumsum(axis=0) / 10
    conditions[rng.random(conditions.shape) < gaps] = np.nan
    for hours in (0.0, 1.0, 3.0, 12.0):
        whole = lagged(times, conditions, 3600.0 * hours)
        np.testing.assert_allclose(lagged(times, conditions, 3600.0 * hours, 7), whole[-7:], rtol=1e-13)
    assert _remembered(np.diff(times, prepend=times[:1]), conditions, 40 * 3600.0, 7) > 4000
