"""Lower rates without aliases and without delay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wavefact as wf


def tone(frequency: float, rate: float = 256.0, n_samples: int = 4096, phase: float = 0.4) -> wf.Recording:
    t = np.arange(n_samples) / rate
    return wf.Recording(
        [np.cos(2 * np.pi * frequency * t + phase)],
        sampling_rate=rate,
        positions=[1.5],
        names=("a",),
        unit="m",
        quantity="displacement",
        metadata={"place": "tower"},
    )


@pytest.mark.parametrize(("factor", "rate"), [(4, None), (None, 64.0), (None, 100.0), (None, 51.2)])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.79])
def test_a_tone_in_the_passband_is_kept_in_time(factor: int | None, rate: float | None, share: float) -> None:
    new = 64.0 if rate is None else rate
    frequency = share * new / 2
    result = wf.decimate(tone(frequency), factor, rate)
    assert result.sampling_rate == new
    exact = np.cos(2 * np.pi * frequency * np.arange(result.n_samples) / new + 0.4)
    assert np.abs(result.signals[0] - exact)[30:-30].max() < 3e-4


@pytest.mark.parametrize("frequency", [32.5, 40.0, 63.9, 100.0, 127.0])
def test_what_would_fold_back_is_gone(frequency: float) -> None:
    folded = wf.decimate(tone(frequency), 4).signals[0, 30:-30]
    assert np.abs(folded).max() < 1.5e-4
    assert np.abs(tone(frequency).signals[0, ::4]).max() > 0.9  # would fold back


@given(n=st.integers(200, 700), factor=st.integers(1, 6), seed=st.integers(0, 99))
def test_books_are_kept_and_the_step_is_linear(n: int, factor: int, seed: int) -> None:
    signals = np.random.default_rng(seed).normal(size=(2, n))
    recording = wf.Recording(signals, sampling_rate=100.0, names=("a", "b"), metadata={"m": 1})
    before = signals.copy()
    result = wf.decimate(recording, factor)
    assert result.n_samples == -(-n // factor)
    assert result.sampling_rate == 100.0 / factor
    assert (result.names, result.metadata) == (("a", "b"), {"m": 1})
    np.testing.assert_array_equal(signals, before)
    mixed = wf.decimate(wf.Recording([2.0 * signals[0] - 3.0 * signals[1]]), factor).signals[0]
    np.testing.assert_allclose(mixed, 2.0 * result.signals[0] - 3.0 * result.signals[1], atol=1e-10)


def test_offset_and_line_are_kept_up_to_the_ends() -> None:
    line = 7.0 + 0.01 * np.arange(1000)
    np.testing.assert_allclose(wf.decimate(wf.Recording([line]), 5).signals[0], line[::5], atol=2e-3)


@given(seed=st.integers(0, 99))
def test_a_mirrored_signal_gives_the_mirrored_result(seed: int) -> None:
    signal = np.random.default_rng(seed).normal(size=(1, 601))  # 601 = 5 · 120 + 1: both ends are kept
    forward, backward = (wf.decimate(wf.Recording(s), 5).signals for s in (signal, signal[:, ::-1]))
    np.testing.assert_allclose(forward, backward[:, ::-1], atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "either a factor or a sampling_rate"),
        ({"factor": 2, "sampling_rate": 50.0}, "not both"),
        ({"factor": 0}, "at least 1"),
        ({"factor": 2.5}, "whole number"),
        ({"factor": 200}, "would become 21"),
        ({"sampling_rate": 300.0}, "above the present 256 Hz"),
        ({"sampling_rate": -1.0}, "positive"),
        ({"sampling_rate": 256.0 / np.pi}, "ratio of whole numbers"),
        ({"sampling_rate": 0.01}, "ratio of whole numbers"),
    ],
)
def test_what_cannot_be_done_is_refused(arguments: dict[str, float], words: str) -> None:
    with pytest.raises(wf.InputError, match=words):
        wf.decimate(tone(3.0), **arguments)  # type: ignore[arg-type]


def test_a_rate_needs_a_rate_and_samples_must_be_finite() -> None:
    bare = wf.Recording(np.ones((2, 400)))
    assert wf.decimate(bare, 2).sampling_rate is None
    with pytest.raises(wf.InputError, match="no sampling rate"):
        wf.decimate(bare, sampling_rate=10.0)
    gaps = np.ones((2, 400))
    gaps[1, 7] = np.nan
    with pytest.raises(wf.InputError, match=r"sensor 1 \('b'\) has nan at sample 7"):
        wf.decimate(wf.Recording(gaps, names=("a", "b")), 2)
    with pytest.raises(wf.InputError, match="complex"):
        wf.decimate(wf.Recording(np.ones((2, 400)) * 1j), 2)
