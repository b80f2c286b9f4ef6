"""Lags between loggers on one structure, to a fraction of a sample."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wavefact as wf
from wavefact.simulate import RandomForce, Structure, simulate

RATE = 100.0
MARGIN = 4000  # samples, more than any lag here


def delayed(signals: np.ndarray, lag: float) -> np.ndarray:
    """Shift periodically by any lag [samples], exactly below the Nyquist frequency."""
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(signals.shape[1]) * lag)
    return np.fft.irfft(np.fft.rfft(signals) * turn, signals.shape[1])


def loggers(
    lag: float,
    *,
    snr_db: float = 20.0,
    seed: int = 0,
    first: tuple[int, ...] = (0, 1, 2),
    second: tuple[int, ...] = (5, 7),
    force: RandomForce | None = None,
    duration: float = 200.0,
) -> tuple[wf.Recording, wf.Recording]:
    """Return two loggers at different places of a cantilever; higher modes move them in antiphase."""
    beam = wf.Beam(9, spacing=1.0, ends="clamped-free")
    structure = Structure.of(beam, 5, bending_speed=40.0, damping_ratios=0.01)
    found = simulate(
        structure,
        force or RandomForce(),
        sampling_rate=RATE,
        duration=duration + 2 * MARGIN / RATE,
        rng=seed,
    )
    rng = np.random.default_rng(1000 + seed)
    noise = found.clean.std() / 10 ** (snr_db / 20)
    result = []
    for sensors, shift in ((first, 0.0), (second, lag)):
        signals = delayed(found.clean[list(sensors)], shift)[:, MARGIN:-MARGIN]
        result.append(
            wf.Recording(signals + noise * rng.normal(size=signals.shape), RATE, quantity="acceleration")
        )
    return result[0], result[1]


@pytest.mark.parametrize("lag", [3.37, -0.5, -41.82, 3210.63])
def test_a_lag_is_found_to_a_fraction_of_a_sample(lag: float) -> None:
    found = wf.time_lag(*loggers(lag))
    assert found.samples == pytest.approx(lag, abs=0.02)
    assert found.seconds == pytest.approx(lag / RATE, abs=2e-4)
    assert 0.001 < found.standard_error * RATE < 0.015
    assert found.runner_up < 0.9


def test_the_standard_error_says_how_far_off_it_is() -> None:
    found = [wf.time_lag(*loggers(3.37, snr_db=5.0, seed=seed, duration=100.0)) for seed in range(12)]
    scores = np.array([(lag.samples - 3.37) / (lag.standard_error * RATE) for lag in found])
    assert 0.4 < np.sqrt(np.mean(scores**2)) < 2.0
    assert np.abs([lag.samples - 3.37 for lag in found]).max() < 0.1


def test_noise_as_strong_as_the_motion_widens_the_error_only() -> None:
    quiet, noisy = (wf.time_lag(*loggers(3.37, snr_db=snr)) for snr in (30.0, 0.0))
    assert noisy.samples == pytest.approx(3.37, abs=0.1)
    assert noisy.standard_error > quiet.standard_error


def test_one_force_moves_all_sensors() -> None:
    found = wf.time_lag(*loggers(3.37, force=RandomForce(positions=[3.0])))
    assert found.samples == pytest.approx(3.37, abs=0.15)  # between modes phases are not quite 0 or π


def test_antiphase_makes_no_difference() -> None:
    first, second = loggers(3.37)
    flipped = second.replace(signals=np.array([[-1.0], [2.0]]) * second.signals)
    assert wf.time_lag(first, flipped).samples == pytest.approx(wf.time_lag(first, second).samples, abs=1e-9)


def test_exchanging_the_loggers_changes_the_sign() -> None:
    first, second = loggers(-12.25)
    there, back = wf.time_lag(first, second), wf.time_lag(second, first)
    assert there.seconds == pytest.approx(-back.seconds, abs=2e-5)


@settings(max_examples=8)
@given(lag=st.floats(-30.0, 30.0), sign=st.sampled_from([-1.0, 1.0]), seed=st.integers(0, 9))
def test_the_same_sensor_on_both_loggers(lag: float, sign: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    motion = wf.bandpass(wf.Recording(rng.normal(size=(1, 5000)), 50.0), 2.0, 15.0).signals
    pair = [
        wf.Recording(s + 0.1 * motion.std() * rng.normal(size=s.shape), 50.0)
        for s in (motion[:, 500:-500], sign * delayed(motion, lag)[:, 500:-500])
    ]
    assert wf.time_lag(*pair).samples == pytest.approx(lag, abs=0.05)


def test_loggers_of_different_lengths() -> None:
    first, second = loggers(3.37)
    assert wf.time_lag(first, second.window(0, 15_000)).samples == pytest.approx(3.37, abs=0.02)
    assert wf.time_lag(first, second.window(700, 16_000)).samples == pytest.approx(-696.63, abs=0.02)


def test_a_single_tone_is_ambiguous_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    rng = np.random.default_rng(0)
    tone = np.sin(2 * np.pi * 5.0 * np.arange(8000) / RATE)
    pair = [wf.Recording([tone + 0.3 * rng.normal(size=8000)], RATE) for _ in range(2)]
    with caplog.at_level(logging.WARNING, logger="wavefact"):
        found = wf.time_lag(*pair, max_lag=2.0, frequency_range=(4.0, 6.0))
    assert found.runner_up > 0.9
    assert abs(found.other_seconds - found.seconds) % 0.1 == pytest.approx(0.1, abs=0.02) or (
        abs(found.other_seconds - found.seconds) % 0.1 == pytest.approx(0.0, abs=0.02)
    )
    assert "nearly as well" in caplog.text
    near = wf.time_lag(*pair, max_lag=0.04, frequency_range=(4.0, 6.0))
    assert near.seconds == pytest.approx(0.0, abs=0.002)


def test_loggers_that_share_nothing_are_refused() -> None:
    rng = np.random.default_rng(0)
    for _ in range(5):
        pair = [wf.Recording(rng.normal(size=(3, 6000)), RATE) for _ in range(2)]
        with pytest.raises(wf.InputError, match="nothing in common"):
            wf.time_lag(*pair)


@pytest.mark.parametrize(
    ("changes", "arguments", "words"),
    [
        ({"sampling_rate": 200.0}, {}, "decimate"),
        ({"sampling_rate": None}, {}, "no sampling rate"),
        ({"quantity": "velocity"}, {}, r"to_quantity\(recording, 'acceleration'\)"),
        ({"signals": np.eye(1, 100)}, {}, "at least 512"),
        ({"signals": np.ones((1, 5000))}, {}, "No channel of a recording moves"),
        ({"signals": np.full((1, 5000), np.nan)}, {}, "nan at sample 0"),
        ({}, {"max_lag": 0.0}, "positive"),
        ({}, {"max_lag": 199.0}, "lower max_lag"),
        ({}, {"frequency_range": (5.0, 60.0)}, "must rise within 0 and half"),
        ({}, {"frequency_range": (5.0, 5.0)}, "must rise"),
    ],
)
def test_what_cannot_be_done_is_refused(changes: dict, arguments: dict, words: str) -> None:
    first, second = loggers(0.0)
    with pytest.raises(wf.InputError, match=words):
        wf.time_lag(first, second.replace(**changes), **arguments)
