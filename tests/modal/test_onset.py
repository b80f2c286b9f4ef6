"""An impact within a recording is found, and only what it set in motion is taken from it on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import wavefact as wf
from wavefact.modal.onset import onset_of

N, RATE = 6000, 256.0
FREQUENCIES, DAMPING = np.array([12.0, 31.0]), np.array([0.012, 0.006])


def decays(begin: int) -> np.ndarray:
    """Return free decays (2, N) of the modes from a sample on."""
    times = np.maximum(np.arange(N) - begin, 0) / RATE
    angular = 2 * np.pi * FREQUENCIES[:, None]
    return np.exp(-DAMPING[:, None] * angular * times) * np.sin(angular * times)


def struck(begin: int, seed: int, noise: float = 0.02) -> np.ndarray:
    rng = np.random.default_rng(seed)
    signals = rng.standard_normal((5, 2)) @ decays(begin) + noise * rng.standard_normal((5, N))
    return np.asarray(signals - signals.mean(axis=1, keepdims=True))


def ambient(seed: int, frequency: float = 1.23, truck: float = 0.0) -> np.ndarray:
    """Return the response (2, N) of a mode to white forces, which rise at four fifths of the recording."""
    rng = np.random.default_rng(seed)
    pole = 2 * np.pi * frequency / RATE * (-0.01 + 1j)
    force = rng.standard_normal(N)
    force[4 * N // 5 : 4 * N // 5 + 20] *= 1 + truck
    course = np.zeros(N, dtype=complex)
    for k in range(1, N):
        course[k] = np.exp(pole) * course[k - 1] + force[k]
    signals = np.outer([1.0, 0.5], course.imag / np.std(course.imag[: N // 2]))
    return np.asarray(signals + 0.05 * rng.standard_normal((2, N)))


@pytest.mark.parametrize("begin", [60, 700, 3600])
@pytest.mark.parametrize("seed", range(5))
def test_an_impact_is_found_within_a_few_samples(begin: int, seed: int) -> None:
    onset = onset_of(struck(begin, seed), FREQUENCIES / RATE)
    assert begin <= onset.sample <= begin + 60  # the band of the slower mode tells it within 52
    assert np.all(onset.struck)


@pytest.mark.parametrize("seed", range(10))
def test_what_goes_on_is_taken_whole(seed: int) -> None:
    modes = np.array([1.23]) / RATE
    for signals in (ambient(seed), ambient(seed, truck=15.0)):
        onset = onset_of(signals, modes)
        lost = np.sum(signals[:, : onset.sample] ** 2) / np.sum(signals**2)
        assert not np.any(onset.struck) or lost < 0.1


def test_decays_from_the_first_sample_on_and_silence_have_no_onset() -> None:
    assert onset_of(struck(0, 0), FREQUENCIES / RATE).sample < 20
    assert onset_of(np.zeros((2, N)), FREQUENCIES / RATE).sample == 0
    assert onset_of(struck(700, 0), np.zeros(0)).sample == 0


def test_modes_that_moved_before_are_not_taken_from_the_impact_on() -> None:
    slow = np.concatenate([ambient(3), ambient(4), ambient(5)[:1]])
    onset = onset_of(struck(4000, 0) + slow, np.array([1.23, 12.0, 31.0]) / RATE)
    assert 4000 <= onset.sample <= 4030
    assert onset.struck.tolist() == [False, True, True]


def test_a_mode_in_wind_and_modes_struck_late_are_identified_together() -> None:
    slow = np.concatenate([ambient(3, 2.5), ambient(3, 2.5), ambient(3, 2.5)[:1]])
    modes = wf.identify(wf.Recording(struck(4500, 1) + slow, sampling_rate=RATE))
    assert modes.n_modes == 3
    truth = np.array([2.5, *FREQUENCIES])
    assert np.all(np.abs(modes.frequencies - truth) < 4 * modes.frequency_errors)
    assert np.all(np.abs(modes.damping_ratios - [0.01, *DAMPING]) < 4 * modes.damping_errors)
    assert modes.damping_errors[0] < 0.004  # 58 s of wind, not the 6 since the impact


@pytest.mark.parametrize("prepared", [wf.detrend, wf.Recording.load])
def test_the_beam_before_the_camera_has_the_published_damping(
    shared_data: Path, prepared: Callable[[wf.Recording], wf.Recording]
) -> None:
    signals = np.load(shared_data / "beam_highspeed_camera" / "displacements_lk.npy")[..., 0]
    recording = wf.Recording(signals, sampling_rate=15000.0)  # struck after 6 ms, on soft supports
    modes = wf.identify(prepared(recording))
    found = [int(np.argmin(np.abs(modes.frequencies - f))) for f in (695.1, 1897.9)]
    assert np.allclose(modes.frequencies[found], [695.1, 1897.9], rtol=2e-3)
    assert np.allclose(modes.damping_ratios[found], [0.0047, 0.0031], rtol=0.05)  # published, of 0.01 %
