"""Modes by greatest likelihood: overlapping, correlated and complex ones, and what their errors are worth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

import wavefact as wf

RATE = 20.0


def ambient(
    frequencies: list[float], shapes: np.ndarray, seed: int, mixing: np.ndarray | None = None
) -> wf.Recording:
    """Simulate displacements of modes with 1.5 % damping under white forces, 400 s, weak sensor noise."""
    rng, n_samples, warm_up = np.random.default_rng(seed), 8000, 2000
    omega = 2 * np.pi * np.array(frequencies)
    poles = omega * (-0.015 + 1j * np.sqrt(1 - 0.015**2))
    forces = rng.standard_normal((omega.size, n_samples + warm_up))
    forces = forces if mixing is None else mixing @ forces
    courses = [
        lfilter([0, 1], [1, -np.exp(pole / RATE)], force)[warm_up:].imag / pole.imag
        for pole, force in zip(poles, forces, strict=True)
    ]
    signals = shapes @ np.array([course / np.std(course) for course in courses])
    return wf.Recording(
        signals + 0.1 * rng.standard_normal(signals.shape), sampling_rate=RATE, quantity="displacement"
    )


def found(recording: wf.Recording) -> wf.ModalModel:
    return wf.identify(recording, (0.8, 2.5))


SHAPES = np.array([[1.0, 0.9], [0.8, -0.6], [0.5, -1.0], [0.2, 0.4]])


@pytest.mark.parametrize("seed", range(5))
def test_two_modes_within_one_resonance_are_found(seed: int) -> None:
    modes = found(ambient([1.23, 1.28], SHAPES, seed))
    assert modes.n_modes == 2
    assert np.all(np.abs(modes.frequencies - [1.23, 1.28]) < 4 * modes.frequency_errors)
    assert np.all(np.abs(modes.damping_ratios - 0.015) < 4 * modes.damping_errors)
    assert np.all(np.diag(wf.mac(modes.mode_shapes, SHAPES)) > 0.97)


def test_modes_excited_by_one_force_keep_their_shapes() -> None:
    # both modes move in step: without the correlation each shape would take from the other
    mixing = np.array([[1.0, 0.0], [0.9, 0.3]])
    likeness = []
    for seed in range(4):
        modes = found(ambient([1.23, 1.29], SHAPES, seed, mixing))
        assert modes.n_modes == 2
        likeness.append(np.diag(wf.mac(modes.mode_shapes, SHAPES)))
    assert np.mean(likeness) > 0.97


def test_errors_cover_the_truth_as_often_as_they_say() -> None:
    shapes = SHAPES[:, :1] / SHAPES[0, 0]
    inside = []
    for seed in range(40):
        modes = found(ambient([1.7], shapes, seed))
        assert modes.n_modes == 1
        ratios = [
            abs(modes.frequencies[0] - 1.7) / modes.frequency_errors[0],
            abs(modes.damping_ratios[0] - 0.015) / modes.damping_errors[0],
            *(abs(modes.mode_shapes[1:, 0] - shapes[1:, 0]) / modes.shape_errors[1:, 0]),
        ]
        inside.append(np.array(ratios) < 1.96)
    share = np.mean(inside, axis=0)
    assert np.all(share > 0.8)  # 0.95 expected; 40 draws fall below 0.8 once in 3000
    assert np.mean(share) < 1.0


def test_the_largest_entry_has_no_error_and_all_others_have() -> None:
    modes = found(ambient([1.7], SHAPES[:, :1], 0))
    assert modes.mode_shapes[0, 0] == 1.0
    assert modes.shape_errors[0, 0] == pytest.approx(0.0, abs=1e-12)
    assert np.all(modes.shape_errors[1:] > 0)


def test_a_delayed_sensor_has_a_complex_shape() -> None:
    recording = ambient([1.7], SHAPES[:, :1], 1)
    signals = np.array(recording.signals)
    signals[1] = np.roll(signals[1], 3)  # 3 samples, 92 degrees at 1.7 Hz
    modes = found(recording.replace(signals=signals))
    assert modes.n_modes == 1
    turned = np.angle(modes.mode_shapes[1, 0], deg=True)
    assert turned == pytest.approx(-360 * 1.7 * 3 / RATE, abs=3.0)
    assert modes.phase_collinearity[0] < 0.9
    assert "complex shape" in modes.notes[0]


def test_channels_of_any_strength_and_noise_count_alike() -> None:
    recording = ambient([1.23, 1.28], SHAPES, 2)
    scale = np.array([1.0, 1e-6, 1e4, 30.0])
    scaled = recording.replace(signals=recording.signals * scale[:, None])
    first, second = found(recording), found(scaled)
    assert np.allclose(first.frequencies, second.frequencies, rtol=1e-4)
    likeness = wf.mac(first.mode_shapes, second.mode_shapes / scale[:, None])
    assert np.all(np.diag(likeness) > 0.999)


def test_errors_hold_beside_a_drift_that_does_not_end_where_it_began() -> None:
    inside = []
    for seed in range(12):
        decay = np.exp(-0.005 * np.arange(8000) / RATE * 2 * np.pi * 1.5)
        free = SHAPES[:, :1] * decay * np.sin(2 * np.pi * 1.5 * np.arange(8000) / RATE)
        rng = np.random.default_rng(seed)
        drift = 10 * np.cumsum(np.cumsum(rng.standard_normal((4, 8000)), axis=1), axis=1) / 8000**1.5
        signals = free + drift + 0.02 * rng.standard_normal((4, 8000))
        modes = found(wf.Recording(signals, sampling_rate=RATE, quantity="displacement"))
        assert modes.n_modes == 1
        inside.append(abs(modes.frequencies[0] - 1.5) < 2.6 * modes.frequency_errors[0])
        inside.append(abs(modes.damping_ratios[0] - 0.005) < 2.6 * modes.damping_errors[0])
    assert np.mean(inside) > 0.9
