"""Prediction of what was held out: against a loop, and better the more is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wavefact.compare.held_out import explained_by, halves, held_out_error
from wavefact.modal import ModalModel
from wavefact.recording import Recording

N, M = 11, 600
SHAPES = np.sin(np.pi * np.outer(np.arange(1, N + 1), [1, 2, 5]) / (N + 1))


def scene(noise: float = 0.5, seed: int = 0) -> tuple[np.ndarray, Recording]:
    """Return the clean signals of three shapes, and a noisy recording of them."""
    rng = np.random.default_rng(seed)
    clean = SHAPES @ rng.normal(size=(3, M))
    return clean, Recording(clean + noise * rng.normal(size=(N, M)), 50.0)


def in_loops(explained: np.ndarray, seen: np.ndarray, unseen: np.ndarray) -> float:
    """Predict every hidden sensor at every instant on its own."""
    noise = np.mean((seen - explained) ** 2) + 1e-6 * np.mean(seen**2)
    covariance = np.zeros((N, N))
    for course in explained.T:
        covariance += np.outer(course, course) / explained.shape[1]
    missed = 0.0
    for instant in unseen.T:
        for sensor in range(N):
            others = [other for other in range(N) if other % 4 != sensor % 4]
            known = covariance[others][:, others] + noise * np.eye(len(others))
            missed += (
                instant[sensor] - covariance[sensor, others] @ np.linalg.inv(known) @ instant[others]
            ) ** 2
    return math.sqrt(missed / np.sum(unseen**2))


def test_it_is_what_a_loop_finds() -> None:
    clean, recording = scene()
    seen, unseen = halves(recording)
    unseen = unseen.window(0, 40)
    explained = clean[:, : M // 2]
    expected = in_loops(explained, np.asarray(seen.signals), np.asarray(unseen.signals))
    assert held_out_error(explained, seen, unseen) == pytest.approx(expected, rel=1e-9)


def test_the_more_is_known_the_better_is_the_prediction() -> None:
    clean, recording = scene()
    seen, unseen = halves(recording)
    seen = seen.window(0, 60)
    first = clean[:, :60]
    truth, noisy = (held_out_error(part, seen, unseen) for part in (first, np.asarray(seen.signals)))
    lost = held_out_error(SHAPES[:, :1] @ np.linalg.pinv(SHAPES)[:1] @ first, seen, unseen)
    noise_alone = 0.5 / math.sqrt(float(np.mean(np.asarray(unseen.signals) ** 2)))
    assert noise_alone < truth < 0.97 * noisy
    assert truth < 0.9 * lost


def test_what_explains_nothing_predicts_nothing() -> None:
    _, recording = scene()
    assert held_out_error(np.zeros((N, M // 2)), *halves(recording)) == pytest.approx(1.0)


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_the_unit_does_not_matter(scale: float) -> None:
    clean, recording = scene()
    first = clean[:, : M // 2]
    scaled = recording.replace(signals=scale * np.asarray(recording.signals))
    expected = held_out_error(first, *halves(recording))
    assert held_out_error(scale * first, *halves(scaled)) == pytest.approx(expected)


def test_single_precision_is_enough() -> None:
    _, recording = scene(noise=1e-3)
    single = recording.replace(signals=np.asarray(recording.signals, dtype=np.float32))
    errors = [held_out_error(np.asarray(halves(r)[0].signals), *halves(r)) for r in (recording, single)]
    assert errors[1] == pytest.approx(errors[0], rel=1e-2)


@pytest.mark.parametrize("silent", [0, 1])
def test_a_silent_half_tells_nothing(silent: int) -> None:
    parts = list(halves(scene()[1]))
    parts[silent] = parts[silent].replace(signals=np.zeros((N, M // 2)))
    assert math.isnan(held_out_error(np.zeros((N, M // 2)), *parts))


def test_halves_are_of_one_length_and_share_nothing() -> None:
    recording = Recording(np.arange(14.0).reshape(2, 7), 50.0)
    first, second = halves(recording)
    assert np.asarray(first.signals).tolist() == [[0, 1, 2], [7, 8, 9]]
    assert np.asarray(second.signals).tolist() == [[3, 4, 5], [10, 11, 12]]


def test_modes_explain_what_their_shapes_span() -> None:
    _, recording = scene()
    model = ModalModel(np.arange(1.0, 4.0), np.full(3, 0.01), SHAPES)
    explained = explained_by(model, recording)
    signals = np.asarray(recording.signals)
    assert np.allclose(explained, SHAPES @ np.linalg.lstsq(SHAPES, signals, rcond=None)[0])
    turned = ModalModel(
        model.frequencies, model.damping_ratios, SHAPES * np.exp(1j * np.array([0.3, 1.0, 2.0]))
    )
    assert np.allclose(explained_by(turned, recording), explained)  # real and imaginary part are one shape
    assert not np.any(explained_by(model.select([]), recording))
