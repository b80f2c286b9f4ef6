"""simulate: exact motion, stated noise, determinism, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from wavefact.errors import InputError
from wavefact.operators import Beam, Membrane, String
from wavefact.simulate import Impact, InitialDisplacement, RandomForce, Structure, simulate
from wavefact.simulate.response import modal_response

QUANTITIES = ("displacement", "velocity", "acceleration")


@pytest.fixture(scope="module")
def cable() -> Structure:
    operator = String(n_points=24, spacing=0.5, ends="fixed")
    return Structure.of(operator, 3, wave_speed=40.0, damping_ratios=[0.02, 0.005, 0.1])


def test_initial_displacement_against_a_differential_equation_solver(cable: Structure) -> None:
    shape = np.linspace(0.0, 0.03, 24) ** 2
    start = cable.mode_shapes.T @ (cable.point_masses * shape)
    angular = 2 * np.pi * cable.frequencies

    def motion(_: float, state: np.ndarray) -> np.ndarray:
        position, velocity = state.reshape(2, 3)
        return np.concatenate(
            [velocity, -(angular**2) * position - 2 * cable.damping_ratios * angular * velocity]
        )

    times = np.arange(60) / 50.0
    solved = solve_ivp(
        motion, (0, 1.2), np.concatenate([start, np.zeros(3)]), t_eval=times, rtol=1e-10, atol=1e-14
    ).y
    for derivative, expected in ((0, solved[:3]), (1, solved[3:])):
        simulated = simulate(
            cable,
            InitialDisplacement(shape),
            sampling_rate=50.0,
            duration=1.2,
            quantity=QUANTITIES[derivative],
        )
        assert np.allclose(
            simulated.clean,
            cable.mode_shapes @ expected,
            rtol=1e-6,
            atol=1e-8 * np.abs(simulated.clean).max(),
        )


def test_impact_gives_momentum_and_nothing_before(cable: Structure) -> None:
    hit = Impact(position=3.1, time=0.333, impulse=2.5)
    velocity = simulate(cable, hit, sampling_rate=10_000.0, duration=1.0, quantity="velocity").clean
    first = 3330  # the sample at the impact
    assert np.all(velocity[:, :first] == 0)
    point = int(np.argmin(np.abs(cable.operator.positions - 3.1)))
    expected = 2.5 * cable.mode_shapes @ cable.mode_shapes[point]
    assert np.allclose(velocity[:, first], expected, rtol=0.05, atol=0.02 * np.abs(expected).max())


def test_constant_force_reaches_the_static_displacement(cable: Structure) -> None:
    # a random force is constant between samples: exact for any step, here of several periods
    class Constant(np.random.Generator):
        def standard_normal(self, size: tuple[int, int]) -> np.ndarray:  # type: ignore[override]
            return np.ones(size)

    force = RandomForce(positions=[4.0], level=3.0)
    rng = Constant(np.random.PCG64(0))
    response = modal_response(cable, force, 2.7, 50, rng=rng)
    point = int(np.argmin(np.abs(cable.operator.positions - 4.0)))
    static = 3.0 * cable.mode_shapes[point] / (2 * np.pi * cable.frequencies) ** 2
    assert np.allclose(response[:, -1], static, rtol=1e-3)
    acceleration = modal_response(cable, force, 2.7, 50, derivative=2, rng=rng)
    assert np.all(np.abs(acceleration[:, -1]) < 1e-2 * np.abs(3.0 * cable.mode_shapes[point]))


@pytest.mark.parametrize("excitation", ["impact", "random", InitialDisplacement()])
def test_quantities_are_derivatives_of_one_another(cable: Structure, excitation: object) -> None:
    rate = 20_000.0
    displacement, velocity, acceleration = (
        simulate(cable, excitation, sampling_rate=rate, duration=0.05, quantity=quantity, rng=3).clean  # type: ignore[arg-type]
        for quantity in QUANTITIES
    )
    for lower, upper in ((displacement, velocity), (velocity, acceleration)):
        trapezoid = np.diff(lower, axis=1) * rate
        middle = (upper[:, 1:] + upper[:, :-1]) / 2
        # accelerations jump with the random force, which the mean of two samples cannot follow
        if upper is acceleration and excitation == "random":
            middle = upper[:, :-1]
        assert np.allclose(trapezoid, middle, atol=0.02 * np.abs(upper).max())


def test_free_motion_loses_energy_as_damping_says() -> None:
    structure = Structure.of(
        String(n_points=10, spacing=1.0, ends="fixed"), 1, wave_speed=20.0, damping_ratios=0.03
    )
    decay = simulate(structure, "initial", sampling_rate=500.0, duration=10.0, quantity="displacement").clean[
        4
    ]
    velocity = simulate(structure, "initial", sampling_rate=500.0, duration=10.0, quantity="velocity").clean[
        4
    ]
    angular = 2 * np.pi * structure.frequencies[0]
    energy = velocity**2 + 2 * 0.03 * angular * velocity * decay + (angular * decay) ** 2
    times = np.arange(energy.size) / 500.0
    assert np.allclose(energy, energy[0] * np.exp(-2 * 0.03 * angular * times), rtol=1e-9)


def test_stationary_power_of_a_shaken_mode() -> None:
    structure = Structure.of(
        String(n_points=5, spacing=1.0, ends="fixed"), 1, wave_speed=5.0, damping_ratios=0.05
    )
    rate = 50.0
    rows = [
        simulate(structure, "random", sampling_rate=rate, duration=400.0, quantity="displacement", rng=seed)
        for seed in range(4)
    ]
    courses = np.stack([row.clean[2] / structure.mode_shapes[2, 0] for row in rows])
    density = np.sum(structure.mode_shapes[:, 0] ** 2) / rate  # of the modal force, two-sided [N² / Hz]
    angular = 2 * np.pi * structure.frequencies[0]
    assert np.mean(courses**2) == pytest.approx(density / (4 * 0.05 * angular**3), rel=0.15)
    early = np.mean(courses[:, :2000] ** 2) / np.mean(courses**2)
    assert 0.5 < early < 2  # no build-up from rest


def test_band_limited_force(cable: Structure) -> None:
    def power(band: tuple[float, float] | None) -> np.ndarray:
        force = RandomForce(band=band)
        response = modal_response(cable, force, 40.0, 4000, rng=np.random.default_rng(0))
        return np.mean(response**2, axis=1)

    ratio = power((0.0, 2.5)) / power(None)
    assert ratio[0] > 0.5  # 1.7 Hz
    assert ratio[2] < 0.2  # 5 Hz


@given(st.floats(-20, 60), st.integers(0, 1000))
def test_noise_is_as_stated(snr_db: float, seed: int) -> None:
    structure = Structure.of(String(n_points=30, spacing=1.0, ends="fixed"), 2, wave_speed=50.0)
    simulated = simulate(structure, "impact", sampling_rate=40.0, duration=20.0, snr_db=snr_db, rng=seed)
    noise = np.asarray(simulated.recording.signals) - simulated.clean
    assert 10 * np.log10(np.mean(simulated.clean**2) / simulated.noise**2) == pytest.approx(snr_db)
    assert np.std(noise) == pytest.approx(simulated.noise, rel=0.03)


def test_randomness_comes_from_rng_only(cable: Structure) -> None:
    def signals(rng: np.random.Generator | int) -> np.ndarray:
        return simulate(
            cable, "random", sampling_rate=30.0, duration=5.0, snr_db=3.0, rng=rng
        ).recording.signals

    assert np.array_equal(signals(4), signals(np.random.default_rng(4)))
    assert not np.array_equal(signals(4), signals(5))


def test_recording_and_truth_agree() -> None:
    operator = Membrane((6, 9), spacing=0.5, ends="fixed")
    structure = Structure.of(operator, 4, wave_speed=3.0, damping_ratios=0.02)
    simulated = simulate(structure, "impact", sampling_rate=40.0, duration=2.0, quantity="velocity")
    recording, truth = simulated.recording, simulated.truth
    assert recording.signals.shape == (54, 80)
    assert (recording.quantity, recording.unit) == (truth.quantity, truth.unit) == ("velocity", "m/s")
    assert np.array_equal(recording.positions, truth.positions)
    assert np.max(np.abs(truth.mode_shapes), axis=0) == pytest.approx(1.0)
    assert np.all(np.diff(truth.frequencies) >= 0)
    assert simulated.noise == 0
    left_over = (
        simulated.clean
        - truth.mode_shapes @ np.linalg.lstsq(truth.mode_shapes, simulated.clean, rcond=None)[0]
    )
    assert np.max(np.abs(left_over)) < 1e-12 * np.max(np.abs(simulated.clean))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sampling_rate": 0.0}, "sampling rate must be positive"),
        ({"sampling_rate": -5.0}, "sampling rate must be positive"),
        ({"duration": np.inf}, "duration must be positive"),
        ({"duration": 0.01}, "fewer than 2 samples"),
        ({"sampling_rate": 8.0}, "reaches half the sampling rate"),
        ({"quantity": "strain"}, "Unknown quantity 'strain'"),
        ({"excitation": "hammer"}, "Unknown excitation 'hammer'"),
        ({"excitation": Impact(time=9.0)}, "not within the 2 s"),
        ({"excitation": Impact(position=np.nan)}, "NaN or Inf"),
        ({"excitation": RandomForce(band=(5.0, 1.0))}, "band"),
        ({"excitation": RandomForce(band=(5.0, 100.0))}, "band"),
        ({"excitation": InitialDisplacement(np.ones(7))}, "24 finite numbers"),
        ({"snr_db": np.nan}, "finite number of decibels"),
    ],
)
def test_bad_input_is_refused(cable: Structure, changes: dict, words: str) -> None:
    settings = {"excitation": "random", "sampling_rate": 30.0, "duration": 2.0} | changes
    with pytest.raises(InputError, match=words):
        simulate(cable, **settings)


@pytest.mark.parametrize(
    ("operator", "settings", "words"),
    [
        (String(n_points=5, spacing=1.0), {"n_modes": 6, "wave_speed": 1.0}, "has 5"),
        (String(n_points=5, spacing=1.0, ends="free"), {"n_modes": 5, "wave_speed": 1.0}, "has 4"),
        (String(n_points=5, spacing=1.0), {"n_modes": 0, "wave_speed": 1.0}, "0 modes"),
        (String(n_points=5, spacing=1.0), {"n_modes": 2, "bending_speed": 1.0}, "give wave_speed"),
        (Beam(n_points=5, spacing=1.0), {"n_modes": 2, "wave_speed": 1.0}, "give bending_speed"),
        (Beam(n_points=5, spacing=1.0), {"n_modes": 2, "bending_speed": -1.0}, "must be positive"),
        (
            String(n_points=5, spacing=1.0),
            {"n_modes": 2, "wave_speed": 1.0, "damping_ratios": [0.1] * 3},
            "3 damping ratios",
        ),
        (
            String(n_points=5, spacing=1.0),
            {"n_modes": 2, "wave_speed": 1.0, "damping_ratios": 1.0},
            "fractions of critical",
        ),
    ],
)
def test_impossible_structures_are_refused(operator: object, settings: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Structure.of(operator, **settings)  # type: ignore[arg-type]
