"""identify: free decays, impacts and random excitation; components and few sensors; bad input."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import InputError
from wavefact.modal import IdentificationSettings, identify
from wavefact.modal.identification import _starts
from wavefact.modal.residues import Residues
from wavefact.operators import Beam, String, WaveOperator
from wavefact.recording import Recording
from wavefact.simulate import (
    InitialDisplacement,
    Simulation,
    Structure,
    multi_segment,
    scenario_s2,
    simulate,
)

SENSORS = [2, 7, 11, 16, 24]


@dataclass(frozen=True)
class Fit:
    """Components as identification sees them, made from shapes that are known."""

    spatial_factors: np.ndarray
    time_courses: np.ndarray
    operator: WaveOperator
    sampling_rate: float | None
    quantity: str = "displacement"
    unit: str = "m"
    regularization: float = 0.0
    debiased: bool = False

    @property
    def wavenumbers(self) -> np.ndarray:
        weights = np.abs(self.operator.analyze(self.spatial_factors)) ** 2
        return self.operator.wavenumber(self.operator.eigenvalues @ weights / weights.sum(axis=0))


def fitted(simulation: Simulation, operator: WaveOperator) -> Fit:
    shapes = simulation.truth.mode_shapes
    courses = np.linalg.lstsq(shapes, np.asarray(simulation.recording.signals), rcond=None)[0].T
    return Fit(shapes, courses, operator, simulation.recording.sampling_rate)


@pytest.fixture(scope="module")
def structure() -> Structure:
    return Structure.of(String(n_points=30, spacing=1.0, ends="fixed"), 4, wave_speed=60.0)


@pytest.mark.parametrize("snr_db", [20.0, 0.0, -5.0, -8.0])
@pytest.mark.parametrize("seed", [0, 11])
def test_scenario_s2_each_mode_once(snr_db: float, seed: int) -> None:
    simulation = scenario_s2(snr_db, rng=seed)
    modes = identify(fitted(simulation, String(n_points=100, spacing=1.0, ends="fixed")))
    assert modes.n_modes == 5
    assert np.allclose(modes.frequencies, simulation.truth.frequencies, rtol=0.006)
    assert np.all(np.diag(modes.mac(simulation.truth)) > 0.99)
    assert np.allclose(modes.wavenumbers, simulation.truth.wavenumbers, rtol=0.01)
    if snr_db > 10:
        assert np.allclose(modes.damping_ratios, 0.01, rtol=0.1)


@pytest.mark.parametrize(
    ("excitation", "duration", "damping_rtol"),
    [("random", 1200.0, 0.4), ("impact", 20.0, 0.1), (InitialDisplacement(), 20.0, 0.1)],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_few_sensors_without_a_factorization(
    structure: Structure, excitation: object, duration: float, damping_rtol: float, seed: int
) -> None:
    simulation = simulate(structure, excitation, sampling_rate=20.0, duration=duration, snr_db=30.0, rng=seed)  # type: ignore[arg-type]
    modes = identify(simulation.recording.select(SENSORS))
    assert modes.n_modes == 4
    assert np.allclose(modes.frequencies, structure.frequencies, rtol=0.005)
    assert np.allclose(modes.damping_ratios, 0.01, rtol=damping_rtol)
    assert np.mean(modes.damping_ratios) == pytest.approx(0.01, rel=0.2)
    truth = dataclasses.replace(
        simulation.truth, mode_shapes=simulation.truth.mode_shapes[SENSORS], positions=None
    )
    assert np.all(np.diag(modes.mac(truth)) > 0.99)
    assert np.all(modes.phase_collinearity > 0.95)
    assert np.all(modes.fit_quality > 0.9)
    assert np.all(np.isnan(modes.wavenumbers))


def test_contributions_are_shares_of_the_energy(structure: Structure) -> None:
    simulation = simulate(structure, "random", sampling_rate=20.0, duration=1200.0, rng=4)
    modes = identify(fitted(simulation, structure.operator))
    shapes = simulation.truth.mode_shapes
    courses = np.linalg.lstsq(shapes, simulation.clean, rcond=None)[0]
    energy = np.sum(shapes**2, axis=0) * np.mean(courses**2, axis=1)
    assert np.allclose(modes.contributions, energy / energy.sum(), atol=0.05)


def test_an_impact_within_the_recording_is_no_obstacle(structure: Structure) -> None:
    from wavefact.simulate import Impact

    simulation = simulate(structure, Impact(time=4.03), sampling_rate=20.0, duration=25.0, snr_db=25.0)
    modes = identify(simulation.recording.select(SENSORS))
    assert np.allclose(modes.frequencies, structure.frequencies, rtol=0.005)


@pytest.mark.parametrize("seed", range(5))
def test_noise_has_no_modes(seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal((4, 3000))
    assert identify(Recording(noise, sampling_rate=100.0)).n_modes == 0


def test_slow_and_fast_modes_together() -> None:
    times = np.arange(20_000) / 500.0
    slow, fast = (
        np.exp(-z * 2 * np.pi * f * times) * np.sin(2 * np.pi * f * times)
        for f, z in ((0.9, 0.005), (140.0, 0.002))
    )
    noise = 0.01 * np.random.default_rng(0).standard_normal((3, times.size))
    recording = Recording(
        np.array([[1.0, 0.3], [0.8, -0.5], [0.4, 0.9]]) @ np.stack([slow, fast]) + noise, 500.0
    )
    modes = identify(recording)
    assert np.allclose(modes.frequencies, [0.9, 140.0], rtol=1e-3)
    assert np.allclose(modes.damping_ratios, [0.005, 0.002], rtol=0.05)
    assert np.allclose(identify(recording, (50.0, 200.0)).frequencies, [140.0], rtol=1e-3)
    assert np.allclose(identify(recording, (0.2, 5.0)).frequencies, [0.9], rtol=1e-3)


def test_two_shapes_at_nearly_one_frequency_stay_two() -> None:
    operator = String(n_points=20, spacing=1.0, ends="fixed")
    times = np.arange(6000) / 50.0
    frequencies = np.array([3.0, 3.08])
    courses = np.exp(-0.005 * 2 * np.pi * np.outer(times, frequencies)) * np.sin(
        2 * np.pi * np.outer(times, frequencies) + [0.0, 1.0]
    )
    shapes = np.sin(np.pi * np.outer(np.arange(1, 21), [1, 2]) / 21)
    courses += 0.01 * np.random.default_rng(2).standard_normal(courses.shape)
    modes = identify(Fit(shapes, courses, operator, 50.0))
    assert np.allclose(modes.frequencies, frequencies, rtol=1e-3)
    assert np.allclose(modes.wavenumbers, operator.wavenumber(operator.eigenvalues[:2]), rtol=0.01)


def test_one_mode_over_several_components_is_found_once(structure: Structure) -> None:
    simulation = simulate(structure, "impact", sampling_rate=20.0, duration=25.0, snr_db=20.0, rng=3)
    fit = fitted(simulation, structure.operator)
    rng = np.random.default_rng(0)
    part = rng.uniform(0.3, 0.7, fit.time_courses.shape)  # the first mode's course in two pieces
    factors = np.concatenate([fit.spatial_factors, 1.02 * fit.spatial_factors[:, :1]], axis=1)
    courses = np.concatenate([fit.time_courses, part[:, :1] * fit.time_courses[:, :1]], axis=1)
    courses[:, 0] -= 1.02 * courses[:, -1]
    modes = identify(dataclasses.replace(fit, spatial_factors=factors, time_courses=courses))
    assert modes.n_modes == 4
    assert np.allclose(modes.frequencies, structure.frequencies, rtol=0.005)


def test_mixed_components_are_unmixed(structure: Structure) -> None:
    simulation = simulate(structure, "random", sampling_rate=20.0, duration=900.0, snr_db=30.0, rng=1)
    fit = fitted(simulation, structure.operator)
    mixing = np.linalg.qr(np.random.default_rng(8).standard_normal((4, 4)))[0]
    mixed = dataclasses.replace(
        fit, spatial_factors=fit.spatial_factors @ mixing, time_courses=fit.time_courses @ mixing
    )
    modes = identify(mixed)
    assert modes.n_modes == 4
    assert np.all(np.diag(modes.mac(simulation.truth)) > 0.98)


def test_complex_components_travel() -> None:
    operator = String(n_points=24, spacing=1.0, ends="periodic")
    wavenumber = 2 * np.pi * 3 / 24
    times = np.arange(3000) / 100.0
    rng = np.random.default_rng(0)
    course = np.exp((-0.01 + 1j) * 2 * np.pi * 7.0 * times)[:, None]
    course = course + 0.02 * (rng.standard_normal(course.shape) + 1j * rng.standard_normal(course.shape))
    wave = np.exp(-1j * wavenumber * np.arange(24))[:, None]
    modes = identify(Fit(wave, course, operator, 100.0))
    assert modes.frequencies == pytest.approx([7.0], rel=1e-3)
    assert modes.mac(dataclasses.replace(modes, mode_shapes=wave))[0, 0] == pytest.approx(1.0)
    assert modes.wavenumbers[0] == pytest.approx(2 * np.sin(wavenumber / 2), rel=1e-6)


def test_rigid_motion_of_a_free_structure_is_left_out() -> None:
    operator = Beam(n_points=12, spacing=0.1, ends="free")
    structure = Structure.of(operator, 1, bending_speed=2.0)
    times = np.arange(4000) / 400.0
    rng = np.random.default_rng(6)
    shaking = np.exp(-0.3 * times) * np.sin(2 * np.pi * 40.0 * times)
    elastic = np.exp(-2 * times) * np.sin(2 * np.pi * 23.0 * times)
    shapes = np.stack([np.ones(12), structure.mode_shapes[:, 0]], axis=1)
    courses = np.stack([shaking, elastic], axis=1) + 0.01 * rng.standard_normal((4000, 2))
    fit = Fit(shapes, courses, operator, 400.0)
    assert np.allclose(identify(fit).frequencies, [23.0], rtol=1e-3)
    both = identify(fit, settings=IdentificationSettings(max_rigid_share=1.0))
    assert np.allclose(both.frequencies, [23.0, 40.0], rtol=1e-3)


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_extreme_magnitudes(scale: float) -> None:
    simulation = scenario_s2(10.0)
    fit = fitted(simulation, String(n_points=100, spacing=1.0, ends="fixed"))
    modes = identify(dataclasses.replace(fit, time_courses=fit.time_courses * scale))
    assert np.allclose(modes.frequencies, identify(fit).frequencies)
    assert np.allclose(modes.contributions, identify(fit).contributions)


def test_many_sensors_are_reduced() -> None:
    simulation = scenario_s2(20.0)
    operator = String(n_points=100, spacing=1.0, ends="fixed")
    modes = identify(simulation.recording, operator=operator)
    assert np.allclose(modes.frequencies, simulation.truth.frequencies, rtol=0.005)
    assert np.all(np.diag(modes.mac(simulation.truth)) > 0.99)


def test_a_fit_without_components_has_no_modes() -> None:
    operator = String(n_points=10, spacing=1.0, ends="fixed")
    modes = identify(Fit(np.zeros((10, 0)), np.zeros((500, 0)), operator, 100.0))
    assert (modes.n_modes, modes.n_points) == (0, 10)


def test_same_input_same_answer() -> None:
    first, second = (identify(scenario_s2(0.0, rng=7).recording.select([10, 33, 60])) for _ in range(2))
    assert np.array_equal(first.frequencies, second.frequencies)
    assert np.array_equal(first.mode_shapes, second.mode_shapes)


RECORDING = Recording(np.random.default_rng(0).standard_normal((3, 500)), sampling_rate=100.0)


@pytest.mark.parametrize(
    ("source", "settings", "words"),
    [
        (RECORDING.replace(sampling_rate=None), {}, "sampling rate"),
        (RECORDING.window(0, 40), {}, "40 samples are too few"),
        (np.ones((3, 500)), {}, "takes a Factorization or a Recording"),
        (RECORDING, {"frequency_range": (20.0, 10.0)}, "must rise"),
        (RECORDING, {"frequency_range": (80.0, 90.0)}, "above 50 Hz"),
        (RECORDING, {"operator": String(n_points=4, spacing=1.0)}, "4 points"),
        (RECORDING, {"settings": IdentificationSettings(damping_range=(0.2, 0.1))}, "damping range"),
        (RECORDING, {"settings": IdentificationSettings(max_order=2)}, "max_order"),
        (
            Fit(np.ones((10, 1)), np.full((500, 1), np.nan), String(n_points=10, spacing=1.0), 100.0),
            {},
            "NaN",
        ),
    ],
)
def test_bad_input_is_refused(source: object, settings: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        identify(source, **settings)  # type: ignore[arg-type]


def test_a_pole_that_no_channel_shows_is_no_start() -> None:
    shapes = np.array([[0.0, 0.6], [1.0, 0.8]], dtype=complex)  # the first is nothing where it stands out
    prominence, one = np.array([[9.0, 200.0], [1.0, 300.0]]), np.ones(2)
    residues = Residues(shapes, np.ones((2, 2, 2)), one, prominence, one, 10 * one, 0.01 * one)
    (start,) = _starts(residues, np.eye(2), denoised=True)
    np.testing.assert_allclose(np.abs(start.shape), [0.6, 0.8])


def test_courses_that_were_refitted_are_taken_as_they_are() -> None:
    recording = multi_segment(20.0, rng=1).recording
    fits = [
        wf.factorize(recording, wf.String(100), time_weight=0.0, debias=debias) for debias in (False, True)
    ]
    refitted = wf.identify(fits[1])
    blindly = wf.identify(dataclasses.replace(fits[1], debiased=False))
    assert (fits[0].debiased, fits[1].debiased) == (False, True)
    assert refitted.n_modes >= 7
    assert not np.array_equal(refitted.frequencies, blindly.frequencies)
    shrunk = wf.identify(fits[0])
    strongest = shrunk.contributions > 0.1
    nearest = np.abs(refitted.frequencies[:, None] - shrunk.frequencies[strongest]).min(axis=0)
    assert np.all(nearest < 2 * shrunk.frequency_errors[strongest])


def test_too_few_samples_are_refused_before_any_work(monkeypatch):
    monkeypatch.setattr("wavefact.modal.channels.check_signals", lambda recording: pytest.fail("it looked"))
    with pytest.raises(wf.InputError, match="40 samples are too few to identify modes"):
        wf.identify(wf.Recording(np.ones((90, 40)), sampling_rate=10.0))
