"""The reference scenarios are what the method's document says; the demonstration is small and honest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.fit import factorize
from wavefact.io import write
from wavefact.modal import identify
from wavefact.simulate import demo_operator, make_demo, scenario_s1, scenario_s2


def test_s1_by_its_formula() -> None:
    simulation = scenario_s1(3000, rng=5)
    amplitudes = np.random.default_rng(5).standard_normal(10)
    times, points = np.arange(3000) / 2000.0, np.arange(1, 101) / 101
    expected = np.zeros((100, 3000))
    for mode in range(1, 11):
        angular = 2 * np.pi * 12 * mode
        course = np.exp(-0.02 * angular * times / mode) * np.sin(angular * times + mode)
        expected += amplitudes[mode - 1] * np.outer(np.sin(mode * np.pi * points), course)
    assert np.allclose(simulation.clean, expected)
    recording = simulation.recording
    assert recording.sampling_rate == 2000.0
    assert recording.metadata["wave_weight"] == 1e4
    assert recording.metadata["regularization"] == pytest.approx(0.3 * (5 + np.sqrt(3000)))
    assert np.std(recording.signals - simulation.clean) == pytest.approx(0.3, rel=0.01)


@pytest.mark.parametrize("snr_db", [20.0, -5.0])
def test_s2_by_its_formula(snr_db: float) -> None:
    simulation = scenario_s2(snr_db, rng=1)
    times, points = np.arange(1000) / 1000.0, np.arange(1, 101) / 101
    expected = sum(
        amplitude
        * np.outer(
            np.sin(mode * np.pi * points),
            np.exp(-0.01 * 2 * np.pi * frequency * times) * np.sin(2 * np.pi * frequency * times + mode),
        )
        for mode, frequency, amplitude in ((1, 12, 1), (2, 25, 0.7), (3, 37, 0.8), (5, 61, 0.5), (8, 96, 0.4))
    )
    assert np.allclose(simulation.clean, expected)
    assert 10 * np.log10(np.mean(expected**2) / simulation.noise**2) == pytest.approx(snr_db)
    assert simulation.recording.metadata["wave_weight"] == 1e5


def test_truth_is_in_undamped_frequencies() -> None:
    truth = scenario_s2().truth
    damped = truth.frequencies * np.sqrt(1 - truth.damping_ratios**2)
    assert np.allclose(damped, [12, 25, 37, 61, 96])
    assert np.allclose(truth.damping_ratios * truth.frequencies, 0.01 * damped)
    assert np.all(np.diff(scenario_s1(10).truth.damping_ratios) < 0)


def test_a_scenario_needs_samples() -> None:
    with pytest.raises(InputError, match="at least 2"):
        scenario_s1(1)


def test_demo_finds_its_truth_and_fits_in_two_megabytes(tmp_path: Path) -> None:
    demo = make_demo()
    write(demo.recording, tmp_path / "demo.h5")
    assert (tmp_path / "demo.h5").stat().st_size < 2_000_000
    assert np.mean((demo.recording.signals - demo.clean) ** 2) > 1.9 * np.mean(demo.clean**2)
    modes = identify(factorize(demo.recording, demo_operator()))
    assert modes.n_modes == demo.truth.n_modes == 6
    assert np.allclose(modes.frequencies, demo.truth.frequencies, rtol=0.005)
    assert np.allclose(modes.damping_ratios, demo.truth.damping_ratios, rtol=0.5)
    assert np.all(np.diag(modes.mac(demo.truth)) > 0.999)
