"""Filters over wavenumber keep the eigenvectors they should."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.baselines import FrequencyWavenumberFilter, WavenumberFilter
from wavefact.baselines._risk import cosine_signals
from wavefact.errors import InputError

RATE, N_SAMPLES = 200.0, 400
UNEVEN = wf.String(positions=[0.7, 1.9, 2.8, 4.4, 5.1, 6.6, 7.5, 9.0], span=(0.0, 10.0))


def shape(index: int) -> np.ndarray:
    coefficients = np.zeros(8)
    coefficients[np.argsort(UNEVEN.eigenvalues)[index]] = 1.0
    return UNEVEN.synthesize(coefficients)


def course(step: int) -> np.ndarray:
    """Return one frequency of the cosine transform, of `step` half swings in the record."""
    return cosine_signals(np.eye(N_SAMPLES)[step])


def recording(signals: np.ndarray) -> wf.Recording:
    return wf.Recording(signals, RATE, UNEVEN.positions)


def test_an_eigenvector_in_the_band_passes_untouched_and_others_are_removed() -> None:
    rng, wavenumbers = np.random.default_rng(0), np.sort(UNEVEN.wavenumber(UNEVEN.eigenvalues))
    kept, removed = (np.outer(shape(i), rng.standard_normal(N_SAMPLES)) for i in (2, 5))
    band = WavenumberFilter(float(wavenumbers[1]), float(wavenumbers[3]))
    np.testing.assert_allclose(band.denoise(recording(kept + removed), UNEVEN).signals, kept, atol=1e-12)


def test_the_automatic_band_holds_the_waves() -> None:
    rng = np.random.default_rng(1)
    waves = np.outer(shape(2), 9 * course(31)) + np.outer(shape(4), 9 * course(80))
    given = recording(waves + 0.05 * rng.standard_normal(waves.shape))
    wavenumbers = np.sort(UNEVEN.wavenumber(UNEVEN.eigenvalues))
    expected = WavenumberFilter(float(wavenumbers[2]), float(wavenumbers[4]))
    done = WavenumberFilter().denoise(given, UNEVEN).signals
    np.testing.assert_allclose(done, expected.denoise(given, UNEVEN).signals, atol=1e-12)
    assert expected in list(WavenumberFilter().candidates(given, UNEVEN))
    assert all(s.low == 0.5 for s in WavenumberFilter(low=0.5).candidates(given, UNEVEN))


def test_a_band_without_wavenumbers_is_refused() -> None:
    given = recording(np.random.default_rng(0).standard_normal((8, 50)))
    with pytest.raises(InputError, match="reach from"):
        WavenumberFilter(100.0, 101.0).denoise(given, UNEVEN)


def test_each_pair_of_frequency_and_wavenumber_has_its_gain() -> None:
    rng = np.random.default_rng(2)
    strong, weak = np.outer(shape(1), 5 * course(40)), np.outer(shape(6), course(90))
    noise = 0.1 * rng.standard_normal((8, N_SAMPLES))
    given = recording(strong + weak + noise)
    done = FrequencyWavenumberFilter(4.0, (1, 1)).denoise(given, UNEVEN).signals
    power = (np.sqrt(UNEVEN.shares) * np.ones(8))[:, None] * np.asarray(given.signals)
    level = float((UNEVEN.basis[:, np.argsort(UNEVEN.eigenvalues)[1]] @ power) @ course(40))
    amplitude = float((UNEVEN.analyze(done)[np.argsort(UNEVEN.eigenvalues)[1]]) @ course(40))
    assert amplitude == pytest.approx(level * (1 - 4.0 * 0.01 / level**2), rel=2e-4)
    everything = FrequencyWavenumberFilter(0.0, (1, 1)).denoise(given, UNEVEN).signals
    np.testing.assert_allclose(everything, given.signals, atol=1e-12)


def test_only_waves_of_the_speeds_given_pass() -> None:
    wavenumbers = np.sort(UNEVEN.wavenumber(UNEVEN.eigenvalues))
    fast, slow = np.outer(shape(1), course(120)), np.outer(shape(5), course(30))
    speed = 2 * np.pi * (120 / (2 * N_SAMPLES) * RATE) / wavenumbers[1]
    fan = FrequencyWavenumberFilter(0.0, (1, 1), (0.95 * speed, 1.05 * speed))
    np.testing.assert_allclose(fan.denoise(recording(fast + slow), UNEVEN).signals, fast, atol=1e-12)
    still = FrequencyWavenumberFilter(0.0, (1, 1), (1.2 * speed, 1.3 * speed))
    np.testing.assert_allclose(still.denoise(recording(fast + slow), UNEVEN).signals, 0.0, atol=1e-12)


def test_eigenvalues_need_not_be_in_order() -> None:
    membrane = wf.Membrane((3, 5))
    order = np.argsort(membrane.eigenvalues)
    assert np.any(np.diff(order) < 0)
    waves = np.outer(membrane.synthesize(np.eye(15)[order[3]]), 5 * course(60))
    noise = 0.1 * np.random.default_rng(3).standard_normal(waves.shape)
    given = wf.Recording(waves + noise, RATE)
    speed = 2 * np.pi * (60 / (2 * N_SAMPLES) * RATE) / np.sqrt(membrane.eigenvalues[order[3]])
    level = float(np.linalg.norm(waves))
    for baseline in (
        FrequencyWavenumberFilter(8.0, (1, 1)),
        FrequencyWavenumberFilter(8.0, (1, 1), (0.9 * speed, 1.1 * speed)),
    ):
        done = np.asarray(baseline.denoise(given, membrane).signals)
        assert np.linalg.norm(done - waves) < 0.1 * level
    wavenumber = np.sqrt(membrane.eigenvalues[order[3]])
    band = WavenumberFilter(0.999 * wavenumber, 1.001 * wavenumber).denoise(given, membrane).signals
    np.testing.assert_allclose(band, WavenumberFilter().denoise(given, membrane).signals, atol=1e-12)


@pytest.mark.parametrize(
    ("baseline", "words"),
    [
        (FrequencyWavenumberFilter(-1.0), "at least 0"),
        (FrequencyWavenumberFilter(1.0, (0, 3)), "neighbour"),
        (FrequencyWavenumberFilter(speeds=(3.0, 2.0)), "must rise"),
    ],
)
def test_settings_that_cannot_be_are_refused(baseline: FrequencyWavenumberFilter, words: str) -> None:
    with pytest.raises(InputError, match=words):
        baseline.denoise(recording(np.random.default_rng(0).standard_normal((8, 60))), UNEVEN)
