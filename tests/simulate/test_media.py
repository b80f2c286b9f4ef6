"""Media that are not uniform, and passing waves: by closed forms, and refusals in clear words."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_bvp
from scipy.optimize import brentq

from wavefact.errors import InputError
from wavefact.simulate import inhomogeneous, multi_segment, travelling

LENGTH = 101.0


def two_segment_modes(boundary: float, speeds: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return ω and shapes of a string of two segments and one tension, from its frequency equation."""
    (first, second), cut = speeds, boundary * LENGTH

    def mismatch(omega: float) -> float:
        left, right = omega * cut / first, omega * (LENGTH - cut) / second
        return float(np.sin(left) * np.cos(right) / second + np.cos(left) * np.sin(right) / first)

    trial = np.linspace(1.0, 1500.0, 20_000)
    omegas = [brentq(mismatch, a, b) for a, b in pairwise(trial) if mismatch(a) * mismatch(b) < 0][:8]
    points = np.arange(1.0, 101.0)
    columns = []
    for omega in omegas:
        left, right = np.sin(omega * points / first), np.sin(omega * (LENGTH - points) / second)
        before, after = omega * cut / first, omega * (LENGTH - cut) / second
        factor = np.sin(before) * np.sin(after) - second / first * np.cos(before) * np.cos(after)
        columns.append(np.where(points <= cut, left, factor * right))
    return np.array(omegas), np.stack(columns, axis=1)


@pytest.mark.parametrize(("boundary", "speeds"), [(0.4, (2000.0, 3000.0)), (0.253, (3000.0, 1500.0))])
def test_two_segments_by_the_frequency_equation(boundary: float, speeds: tuple[float, float]) -> None:
    truth = multi_segment(None, boundaries=(boundary,), speeds=speeds).truth
    omegas, shapes = two_segment_modes(boundary, speeds)
    np.testing.assert_allclose(2 * np.pi * truth.frequencies, omegas, rtol=2e-4)
    shapes = shapes / shapes[np.argmax(np.abs(shapes), axis=0), np.arange(8)]
    np.testing.assert_allclose(truth.mode_shapes, shapes, atol=0.01)
    assert np.all(np.isnan(truth.wavenumbers))


def test_one_segment_is_a_uniform_string() -> None:
    truth = multi_segment(None, boundaries=(), speeds=(2020.0,)).truth
    np.testing.assert_allclose(truth.frequencies, 10.0 * np.arange(1, 9), rtol=1e-4)


def test_a_graded_string_solves_its_differential_equation() -> None:
    truth = inhomogeneous(None, speeds=(1800.0, 3100.0)).truth

    def equation(x: np.ndarray, u: np.ndarray, p: np.ndarray) -> np.ndarray:
        speed = 1800.0 + 1300.0 * np.sin(np.pi * x / 2) ** 2
        return np.stack([u[1], -((p[0] * LENGTH / speed) ** 2) * u[0]])

    def ends(a: np.ndarray, b: np.ndarray, p: np.ndarray) -> np.ndarray:
        return np.array([a[0], b[0], a[1] - 1.0])

    x = np.linspace(0, 1, 60)
    guess = np.stack([np.sin(3 * np.pi * x), 3 * np.pi * np.cos(3 * np.pi * x)])
    solution = solve_bvp(equation, ends, x, guess, p=[2 * np.pi * 35.0], tol=1e-6)
    assert solution.p[0] / (2 * np.pi) == pytest.approx(truth.frequencies[2], rel=1e-4)
    shape = solution.sol(np.arange(1.0, 101.0) / LENGTH)[0]
    np.testing.assert_allclose(truth.mode_shapes[:, 2], shape / shape[np.argmax(np.abs(shape))], atol=1e-3)


def test_the_recording_holds_the_modes_and_the_noise_it_says() -> None:
    simulation = multi_segment(3.0, rng=4)
    clean, truth = simulation.clean, simulation.truth
    assert np.linalg.matrix_rank(clean, tol=1e-8 * np.linalg.norm(clean)) == truth.n_modes == 8
    rest = clean - truth.mode_shapes @ np.linalg.lstsq(truth.mode_shapes, clean, rcond=None)[0]
    assert np.linalg.norm(rest) < 1e-9 * np.linalg.norm(clean)
    assert 10 * np.log10(np.mean(clean**2) / simulation.noise**2) == pytest.approx(3.0)
    assert np.std(simulation.recording.signals - clean) == pytest.approx(simulation.noise, rel=0.01)
    np.testing.assert_array_equal(simulation.recording.signals, multi_segment(3.0, rng=4).recording.signals)
    assert np.any(multi_segment(3.0, rng=5).clean != clean)


def test_waves_travel_the_way_their_sign_says() -> None:
    speeds = (101.0, -137.0, 120.0, -160.0, 149.0)
    simulation = travelling(None, speeds=speeds)
    truth, positions = simulation.truth, simulation.truth.positions
    np.testing.assert_allclose(truth.phase_velocities, speeds)
    np.testing.assert_allclose(truth.mode_shapes, np.exp(-1j * np.outer(positions, truth.wavenumbers)))
    # a second of each tone at two sensors: the phase turns by −k over a metre
    spectrum = np.exp(-2j * np.pi * np.outer(truth.frequencies, simulation.recording.times)) * np.hanning(
        2000
    )
    turns = np.angle((spectrum @ simulation.clean[1]) / (spectrum @ simulation.clean[0]))
    np.testing.assert_allclose(turns, -truth.wavenumbers, atol=0.02)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"boundaries": (0.4,), "speeds": (1.0, 2.0, 3.0)}, "one more than boundaries"),
        ({"boundaries": (0.6, 0.4), "speeds": (1.0, 2.0, 3.0)}, "must rise within"),
        ({"boundaries": (1.0,), "speeds": (1.0, 2.0)}, "must rise within"),
        ({"speeds": (2000.0, -3000.0)}, "positive and finite"),
        ({"speeds": (20000.0, 30000.0)}, "half the sampling rate"),
    ],
)
def test_a_wrong_medium_is_refused(settings: dict[str, tuple[float, ...]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        multi_segment(**settings)  # type: ignore[arg-type]


def test_wrong_waves_are_refused() -> None:
    with pytest.raises(InputError, match="give five"):
        travelling(speeds=(300.0,))
    with pytest.raises(InputError, match="two sensors a wavelength"):
        travelling(speeds=(300.0, -340.0, 320.0, -360.0, 100.0))
