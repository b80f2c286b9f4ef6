"""identify on fits whose time was penalised too: tones of filtered courses, beside unfiltered projections."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.fit import factorize
from wavefact.modal import IdentificationSettings, ModalModel, identify, mac
from wavefact.operators import String, WaveOperator
from wavefact.simulate import Impact, RandomForce, Structure, scenario_s2, simulate

SPACING = 1.5  # bandwidths between tones of one mode


@dataclass(frozen=True)
class TimedFit:
    """Components as a factorization over both axes gives them, made from shapes that are known."""

    spatial_factors: np.ndarray
    time_courses: np.ndarray
    frequencies: np.ndarray | None
    time_bandwidth: float | None
    projected_courses: np.ndarray | None
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


def filtered(courses: np.ndarray, frequencies: np.ndarray, bandwidth: float, rate: float) -> np.ndarray:
    """Pass each course (n_samples, n) through x̂ ∝ 1/(1 + λ(1 + ((ω − ω_i)/b)²)) around its frequency."""
    bins = np.fft.rfftfreq(len(courses), 1 / rate)[:, None]
    gain = 1 / (1 + 0.3 * (1 + (2 * (bins - frequencies) / bandwidth) ** 2))
    return np.fft.irfft(np.fft.rfft(courses, axis=0) * gain, len(courses), axis=0)


def timed_fit(
    signals: np.ndarray, truth: ModalModel, rate: float, bandwidth: float, *, n_tones: int = 1, seed: int = 0
) -> TimedFit:
    """Give each true mode `n_tones` components at neighbouring frequencies; shapes are a little off."""
    assert truth.positions is not None
    n_points, rng = truth.n_points, np.random.default_rng(seed)
    true = truth.mode_shapes / np.linalg.norm(truth.mode_shapes, axis=0)
    offsets = bandwidth * SPACING * (np.arange(n_tones) - n_tones // 2)
    frequencies = (truth.frequencies + offsets[:, None]).ravel()
    shapes = np.tile(true, n_tones)
    shapes = shapes + 0.01 * rng.standard_normal(shapes.shape) / np.sqrt(n_points)
    courses = np.tile(np.linalg.lstsq(true, signals, rcond=None)[0].T, n_tones)
    return TimedFit(
        spatial_factors=shapes,
        time_courses=filtered(courses, frequencies, bandwidth, rate),
        frequencies=frequencies,
        time_bandwidth=bandwidth,
        projected_courses=(np.linalg.pinv(shapes) @ signals).T,
        operator=String(n_points=n_points, spacing=1.0, ends="fixed"),
        sampling_rate=rate,
    )


def truth_of(frequencies: list[float], damping_ratios: list[float] | float, n_points: int = 30) -> ModalModel:
    """Let mode m = 1, 2, … have the shape sin(mπp/(n+1))."""
    points, orders = np.arange(1, n_points + 1), np.arange(1, len(frequencies) + 1)
    return ModalModel(
        np.array(frequencies),
        np.broadcast_to(damping_ratios, len(frequencies)),
        np.sin(np.pi * np.outer(points, orders) / (n_points + 1)),
        positions=points.astype(float),
    )


def decay(truth: ModalModel, rate: float, duration: float, snr_db: float, seed: int = 0) -> np.ndarray:
    """Superpose free decays of equal amplitude and random phase, with white sensor noise."""
    rng, times = np.random.default_rng(seed), np.arange(round(rate * duration)) / rate
    angular, damping = 2 * np.pi * truth.frequencies[:, None], truth.damping_ratios[:, None]
    phases = angular * np.sqrt(1 - damping**2) * times + rng.uniform(0, 2 * np.pi, (truth.n_modes, 1))
    clean = truth.mode_shapes @ (np.exp(-damping * angular * times) * np.sin(phases))
    sigma = np.sqrt(np.mean(clean**2) / 10 ** (snr_db / 10))
    return clean + sigma * rng.standard_normal(clean.shape)


def errors(modes: ModalModel, truth: ModalModel) -> tuple[np.ndarray, np.ndarray]:
    assert modes.n_modes == truth.n_modes
    return modes.frequencies / truth.frequencies - 1, modes.damping_ratios / truth.damping_ratios - 1


@pytest.mark.parametrize(("snr_db", "largest"), [(20.0, 3e-4), (0.0, 2e-3), (-10.0, 6e-3), (-15.0, 0.012)])
@pytest.mark.parametrize("seed", range(3))
def test_scenario_s2_loses_no_mode(snr_db: float, largest: float, seed: int) -> None:
    simulation = scenario_s2(snr_db, rng=seed)
    fit = timed_fit(np.asarray(simulation.recording.signals), simulation.truth, 1000.0, 3.0, n_tones=3)
    modes = identify(fit)
    assert np.all(np.abs(errors(modes, simulation.truth)[0]) < largest)
    assert np.all(np.diag(modes.mac(simulation.truth)) > 0.999)
    assert np.all((modes.fit_quality > 0.6) & (modes.fit_quality <= 1))


def test_damping_of_decays_is_unbiased_where_the_filtered_courses_are_not() -> None:
    truth = truth_of([1.0, 2.7, 8.0, 19.0], 0.01)
    found, narrowed = [], []
    for seed in range(4):
        fit = timed_fit(decay(truth, 100.0, 30.0, 20.0, seed), truth, 100.0, 0.15)
        found.append(errors(identify(fit), truth)[1])
        narrow = identify(dataclasses.replace(fit, projected_courses=None))
        nearest = np.argmin(np.abs(narrow.frequencies[:, None] - truth.frequencies), axis=0)
        narrowed.append(narrow.damping_ratios[nearest] / truth.damping_ratios - 1)
    assert np.all(np.abs(np.mean(found, axis=0)) < 0.01)
    assert np.all(np.abs(found) < 0.03)
    assert np.all(np.mean(narrowed, axis=0)[2:] < -0.25)  # where resonances are wider than the filter


def test_damping_in_ambient_vibration_is_unbiased() -> None:
    structure = Structure.of(String(n_points=30, spacing=1.0, ends="fixed"), 6, wave_speed=400.0)
    found = []
    for seed in range(3):
        force = RandomForce(positions=np.array([4.0, 11.0, 17.0, 26.0]))
        simulation = simulate(structure, force, sampling_rate=100.0, duration=400.0, snr_db=20.0, rng=seed)
        signals = np.asarray(simulation.recording.signals)
        fit = timed_fit(signals, simulation.truth, 100.0, 0.3, n_tones=5, seed=seed)
        modes = identify(dataclasses.replace(fit, quantity="acceleration"))
        shift, change = errors(modes, simulation.truth)
        assert np.all(np.abs(shift) < 0.005)
        found.append(change)
    assert abs(np.mean(found)) < 0.03  # the scatter of a single estimate is about 6 %


@pytest.mark.parametrize("quantity", ["displacement", "acceleration", "unheard of"])
def test_wide_resonances_of_any_quantity(quantity: str) -> None:
    structure = Structure.of(
        String(n_points=20, spacing=1.0, ends="fixed"), 3, wave_speed=250.0, damping_ratios=0.05
    )
    measured = "acceleration" if quantity == "unheard of" else quantity
    simulation = simulate(
        structure, "random", sampling_rate=100.0, duration=900.0, quantity=measured, snr_db=20.0
    )
    fit = timed_fit(np.asarray(simulation.recording.signals), simulation.truth, 100.0, 0.5, n_tones=5)
    shift, change = errors(identify(dataclasses.replace(fit, quantity=quantity)), simulation.truth)
    assert np.all(np.abs(shift) < 0.006)
    assert np.all(np.abs(change) < 0.1)


def test_decays_of_very_different_damping() -> None:
    truth = truth_of([8.0, 8.4, 9.0, 15.0], [0.001, 0.03, 0.005, 0.1])
    modes = identify(timed_fit(decay(truth, 100.0, 20.0, 20.0), truth, 100.0, 0.2, n_tones=5))
    shift, change = errors(modes, truth)
    assert np.all(np.abs(shift) < [1e-4, 1e-3, 1e-4, 5e-3])
    assert np.all(np.abs(change) < 0.06)


def pair(snr_db: float, seed: int) -> tuple[ModalModel, np.ndarray]:
    """Two modes 1 % apart, of different shapes."""
    truth = truth_of([8.0, 8.08], 0.01)
    return truth, decay(truth, 100.0, 20.0, snr_db, seed)


@pytest.mark.parametrize("snr_db", [20.0, 0.0, -10.0])
def test_close_modes_stay_two(snr_db: float) -> None:
    truth, signals = pair(snr_db, 1)
    modes = identify(timed_fit(signals, truth, 100.0, 0.2))
    shift, change = errors(modes, truth)
    assert np.all(np.abs(shift) < 0.001)
    assert np.all(np.abs(change) < 0.1)


@pytest.mark.parametrize("angle", [0.15, 0.7])  # one group of two like shapes; two shapes that mix the modes
@pytest.mark.parametrize("snr_db", [20.0, 0.0])
def test_components_that_mix_close_modes_are_unmixed(angle: float, snr_db: float) -> None:
    truth, signals = pair(snr_db, 2)
    fit = timed_fit(signals, truth, 100.0, 0.2)
    true = truth.mode_shapes / np.linalg.norm(truth.mode_shapes, axis=0)
    turns = np.pi / 5 + angle * np.array([-1.0, 1.0])
    shapes = true @ np.array([np.cos(turns), np.sin(turns)])
    courses = np.linalg.lstsq(shapes, signals, rcond=None)[0].T
    frequencies = np.array([8.02, 8.06])
    modes = identify(
        dataclasses.replace(
            fit,
            spatial_factors=shapes,
            time_courses=filtered(courses, frequencies, 0.2, 100.0),
            frequencies=frequencies,
            projected_courses=courses,
        )
    )
    shift, change = errors(modes, truth)
    assert (mac(shapes[:, :1], shapes[:, 1:])[0, 0] > 0.9) == (angle < 0.2)
    assert np.all(np.abs(shift) < 0.001)
    assert np.all(np.abs(change) < 0.1)
    assert np.all(np.diag(modes.mac(truth)) > 0.99)


def test_tones_far_down_a_resonance_are_no_modes() -> None:
    truth = truth_of([5.0, 11.0], 0.03)
    fit = timed_fit(decay(truth, 100.0, 20.0, 20.0), truth, 100.0, 0.2, n_tones=9)
    apart = np.abs(np.asarray(fit.frequencies) - np.tile(truth.frequencies, 9)) != 0.6  # breaks the chains
    courses = np.linalg.lstsq(fit.spatial_factors[:, apart], decay(truth, 100.0, 20.0, 20.0), rcond=None)[0].T
    broken = dataclasses.replace(
        fit,
        spatial_factors=fit.spatial_factors[:, apart],
        time_courses=fit.time_courses[:, apart],
        frequencies=np.asarray(fit.frequencies)[apart],
        projected_courses=courses,
    )
    for tones in (fit, broken):
        shift, change = errors(identify(tones), truth)
        assert np.all(np.abs(shift) < 0.001)
        assert np.all(np.abs(change) < 0.02)


def test_what_an_error_in_a_shape_leaves_is_no_mode() -> None:
    truth = truth_of([5.0, 11.0], 0.01)
    signals = decay(truth, 100.0, 20.0, 25.0)
    fit = timed_fit(signals, truth, 100.0, 0.3)
    off, echo = fit.spatial_factors.copy(), np.sin(np.pi * np.arange(1, 31) * 3 / 31)
    off[:, 0] += 0.04 * echo  # a component more makes up for it
    shapes = np.column_stack([off, 0.3 * off[:, 0] - 0.02 * echo])
    courses = np.linalg.lstsq(shapes, signals, rcond=None)[0].T
    frequencies = np.append(np.asarray(fit.frequencies), 5.02)
    echoing = dataclasses.replace(
        fit,
        spatial_factors=shapes,
        time_courses=filtered(courses, frequencies, 0.3, 100.0),
        frequencies=frequencies,
        projected_courses=courses,
    )
    modes = identify(echoing)
    assert np.all(np.abs(errors(modes, truth)[0]) < 1e-3)
    assert np.all(np.diag(modes.mac(truth)) > 0.9999)  # better than its components


def test_one_shape_at_two_frequencies_is_two_modes() -> None:
    truth = truth_of([4.0, 5.0], 0.01)
    truth = dataclasses.replace(truth, mode_shapes=truth.mode_shapes[:, [0, 0]])
    signals = decay(truth, 100.0, 20.0, 10.0)
    fit = timed_fit(signals, truth, 100.0, 0.5)  # near enough for one chain
    assert np.all(np.abs(errors(identify(fit), truth)[0]) < 0.001)


def test_more_modes_than_sensors() -> None:
    truth = truth_of([2.0, 3.1, 5.0, 7.7, 11.0, 16.0], 0.01, n_points=4)
    shapes = np.random.default_rng(3).standard_normal((4, 6))
    truth = dataclasses.replace(truth, mode_shapes=shapes / np.linalg.norm(shapes, axis=0))
    modes = identify(timed_fit(decay(truth, 100.0, 40.0, 20.0), truth, 100.0, 0.2))
    shift, change = errors(modes, truth)
    assert np.all(np.abs(shift) < 5e-4)
    assert np.all(np.abs(change) < 0.05)


@pytest.mark.parametrize("direction", [1, -1])
def test_complex_components_travel_either_way(direction: int) -> None:
    operator = String(n_points=24, spacing=1.0, ends="periodic")
    wavenumber, times = 2 * np.pi * 3 / 24, np.arange(3000) / 100.0
    rng = np.random.default_rng(0)
    wave = np.exp(-1j * wavenumber * np.arange(24))[:, None]
    course = np.exp((-0.01 + direction * 1j) * 2 * np.pi * 7.0 * times)
    noise = rng.standard_normal((2, 24, 3000))
    signals = wave * course + 0.1 * (noise[0] + 1j * noise[1])
    courses = (np.linalg.pinv(wave) @ signals).T
    fit = TimedFit(wave, 0.8 * courses, np.array([7.0]), 0.3, courses, operator, 100.0)
    modes = identify(fit)
    assert modes.frequencies == pytest.approx([7.0], rel=1e-4)
    assert modes.damping_ratios == pytest.approx([0.01], rel=0.02)
    assert mac(modes.mode_shapes, wave)[0, 0] == pytest.approx(1.0)
    assert modes.wavenumbers[0] == pytest.approx(2 * np.sin(wavenumber / 2), rel=1e-6)


def test_an_impact_within_the_recording_is_no_obstacle() -> None:
    truth = truth_of([3.0, 5.0, 8.0], 0.01)
    quiet, rung = decay(truth, 50.0, 4.0, 20.0), decay(truth, 50.0, 21.0, 20.0)
    signals = np.concatenate([0.03 * quiet[:, ::-1], rung], axis=1)
    shift, change = errors(identify(timed_fit(signals, truth, 50.0, 0.2, n_tones=3)), truth)
    assert np.all(np.abs(shift) < 0.001)
    assert np.all(np.abs(change) < 0.1)


def test_drift_is_no_mode_and_hides_none() -> None:
    truth = truth_of([0.03, 5.0], 0.01)
    signals = decay(truth_of([0.001, 5.0], [0.5, 0.01]), 100.0, 30.0, 20.0)
    drift = np.cumsum(np.random.default_rng(1).standard_normal(3000)) * 0.05
    signals = signals + truth.mode_shapes[:, :1] * drift
    modes = identify(timed_fit(signals, truth, 100.0, 0.1))
    assert modes.frequencies == pytest.approx([5.0], rel=1e-3)
    assert modes.damping_ratios == pytest.approx([0.01], rel=0.05)


def test_standard_errors_cover_what_was_superposed() -> None:
    ratios = []
    for seed in range(12):
        simulation = scenario_s2(0.0, rng=seed)
        fit = timed_fit(np.asarray(simulation.recording.signals), simulation.truth, 1000.0, 3.0, n_tones=3)
        modes = identify(fit)
        assert modes.n_modes == 5
        shift = (modes.frequencies - simulation.truth.frequencies) / modes.frequency_errors
        change = (modes.damping_ratios - simulation.truth.damping_ratios) / modes.damping_errors
        ratios.append(np.abs(np.stack([shift, change])))
    inside = np.mean(np.array(ratios) < 1.96, axis=(0, 2))
    assert np.all(inside > 0.85)  # 0.95 of 60 are expected
    assert np.mean(np.square(ratios)) > 0.4  # and they are no wider than need be


def test_fields_of_the_model() -> None:
    simulation = scenario_s2(5.0)
    fit = timed_fit(np.asarray(simulation.recording.signals), simulation.truth, 1000.0, 3.0)
    modes = identify(fit)
    clean = np.linalg.lstsq(simulation.truth.mode_shapes, simulation.clean, rcond=None)[0]
    energy = np.sum(simulation.truth.mode_shapes**2, axis=0) * np.sum(clean**2, axis=1)
    assert np.allclose(modes.contributions, energy / energy.sum(), atol=0.03)
    assert np.all(np.max(np.abs(modes.mode_shapes), axis=0) == 1)
    assert modes.positions is fit.operator.positions
    assert (modes.quantity, modes.unit) == ("displacement", "m")
    assert np.allclose(modes.wavenumbers, fit.wavenumbers, rtol=1e-3)


def test_ranges_of_frequency_and_damping() -> None:
    truth = truth_of([3.0, 5.0, 8.0], [0.01, 0.04, 0.01])
    fit = timed_fit(decay(truth, 50.0, 20.0, 20.0), truth, 50.0, 0.3)
    everything = identify(fit)
    within = identify(fit, (4.0, 9.0))
    assert np.array_equal(within.frequencies, everything.frequencies[1:])  # what is outside still counts
    light = identify(fit, settings=IdentificationSettings(damping_range=(0.0, 0.02)))
    assert np.array_equal(light.frequencies, everything.frequencies[[0, 2]])


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_units_do_not_matter(scale: float) -> None:
    truth = truth_of([3.0, 5.0], 0.01)
    fit = timed_fit(decay(truth, 50.0, 20.0, 10.0), truth, 50.0, 0.3, n_tones=3)
    assert fit.projected_courses is not None
    scaled = dataclasses.replace(
        fit, time_courses=fit.time_courses * scale, projected_courses=fit.projected_courses * scale
    )
    first, second = identify(fit), identify(scaled)
    assert np.allclose(first.frequencies, second.frequencies, rtol=1e-9)
    assert np.allclose(first.damping_ratios, second.damping_ratios, rtol=1e-6)
    assert np.allclose(first.contributions, second.contributions, rtol=1e-6)


def test_seconds_do_not_matter() -> None:
    truth = truth_of([3.0, 5.0], 0.01)
    fit = timed_fit(decay(truth, 50.0, 20.0, 10.0), truth, 50.0, 0.3, n_tones=3)
    faster = dataclasses.replace(
        fit, sampling_rate=500.0, frequencies=10 * np.asarray(fit.frequencies), time_bandwidth=3.0
    )
    assert np.allclose(identify(faster).frequencies, 10 * identify(fit).frequencies, rtol=1e-9)
    assert np.allclose(identify(faster).damping_ratios, identify(fit).damping_ratios, rtol=1e-6)


def test_without_frequencies_nothing_changes() -> None:
    simulation = scenario_s2(0.0, rng=4)
    fit = timed_fit(np.asarray(simulation.recording.signals), simulation.truth, 1000.0, 3.0)
    untimed = dataclasses.replace(
        fit,
        time_courses=fit.projected_courses,
        frequencies=None,
        time_bandwidth=None,
        projected_courses=None,
    )
    names = (
        "spatial_factors",
        "time_courses",
        "operator",
        "sampling_rate",
        "quantity",
        "unit",
        "regularization",
        "debiased",
    )

    @dataclass(frozen=True)
    class Fit:
        spatial_factors: np.ndarray
        time_courses: np.ndarray
        operator: WaveOperator
        sampling_rate: float | None
        quantity: str
        unit: str
        regularization: float
        debiased: bool
        wavenumbers: np.ndarray

    plain = Fit(**{name: getattr(untimed, name) for name in names}, wavenumbers=untimed.wavenumbers)
    first, second = identify(untimed), identify(plain)
    assert first.n_modes == 5
    for field in ("frequencies", "damping_ratios", "mode_shapes", "fit_quality", "contributions"):
        assert np.array_equal(getattr(first, field), getattr(second, field))


def test_no_components_no_modes() -> None:
    empty = np.zeros((500, 0))
    operator = String(n_points=10, spacing=1.0, ends="fixed")
    modes = identify(TimedFit(np.zeros((10, 0)), empty, np.zeros(0), 0.5, empty, operator, 100.0))
    assert (modes.n_modes, modes.n_points) == (0, 10)


@pytest.mark.parametrize(
    ("changes", "arguments", "words"),
    [
        ({"sampling_rate": None}, {}, "sampling rate"),
        ({"projected_courses": np.full((1000, 2), np.nan)}, {}, "NaN"),
        ({}, {"operator": String(n_points=4, spacing=1.0)}, "4 points"),
        ({}, {"frequency_range": (20.0, 10.0)}, "must rise"),
        ({"time_courses": np.ones((40, 2)), "projected_courses": np.ones((40, 2))}, {}, "40 samples"),
    ],
)
def test_bad_input_is_refused(changes: dict, arguments: dict, words: str) -> None:
    truth = truth_of([3.0, 5.0], 0.01)
    fit = timed_fit(decay(truth, 50.0, 20.0, 10.0), truth, 50.0, 0.3)
    with pytest.raises(InputError, match=words):
        identify(dataclasses.replace(fit, **changes), **arguments)


def test_a_blow_within_the_recording_is_no_obstacle() -> None:
    operator = String(20, 0.5, "fixed")
    structure = Structure.of(operator, 3, wave_speed=20.0, damping_ratios=0.01)
    blow = Impact(position=2.0, time=7.3)
    recording = simulate(structure, blow, sampling_rate=20.0, duration=60.0, snr_db=15.0).recording
    modes = identify(factorize(recording, operator, time_weight="0.3 Hz"))
    assert modes.n_modes == 3
    assert np.allclose(modes.frequencies, structure.frequencies, rtol=1e-3)
    assert np.allclose(modes.damping_ratios, 0.01, rtol=0.05)
