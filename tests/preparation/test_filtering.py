"""Bands are kept or removed with no change of phase."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wavefact as wf

RATE = 200.0


def noise(seed: int = 0, n_samples: int = 1500) -> wf.Recording:
    signals = np.random.default_rng(seed).normal(size=(2, n_samples))
    return wf.Recording(signals, RATE, [0.0, 1.0], ("a", "b"), "m/s^2", "acceleration", {"m": 1})


@pytest.mark.parametrize("edges", [(5.0, None), (None, 20.0), (5.0, 20.0)])
@pytest.mark.parametrize("order", [2, 4])
def test_the_gain_is_the_squared_butterworth(edges: tuple[float | None, float | None], order: int) -> None:
    pulse = np.zeros((1, 4001))
    pulse[0, 2000] = 1.0
    response = wf.bandpass(wf.Recording(pulse, RATE), *edges, order=order).signals[0]
    np.testing.assert_allclose(response, response[::-1], atol=1e-12)  # no phase
    gain = np.abs(np.fft.rfft(response))
    frequencies = np.fft.rfftfreq(4001, 1 / RATE)
    warped = np.tan(np.pi * np.append(frequencies, [edge for edge in edges if edge]) / RATE)
    f, e = warped[: frequencies.size], warped[frequencies.size :]
    with np.errstate(divide="ignore"):
        distance = {
            (True, False): e[0] / f,
            (False, True): f / e[0],
            (True, True): (f**2 - e[0] * e[-1]) / (f * (e[-1] - e[0])),
        }[edges[0] is not None, edges[1] is not None]
    np.testing.assert_allclose(gain, 1 / (1 + distance ** (2 * order)), atol=1e-6)


@given(seed=st.integers(0, 99), low=st.floats(1.0, 10.0), width=st.floats(5.0, 50.0))
def test_the_filter_is_linear_and_changes_nothing_else(seed: int, low: float, width: float) -> None:
    recording = noise(seed)
    before = np.array(recording.signals)
    result = wf.bandpass(recording, low, low + width)
    assert (result.n_samples, result.sampling_rate, result.unit) == (1500, RATE, "m/s^2")
    assert (result.names, result.quantity, result.metadata) == (("a", "b"), "acceleration", {"m": 1})
    np.testing.assert_array_equal(recording.signals, before)
    mixed = recording.replace(signals=np.array([[2.0, -3.0], [0.0, 1.0]]) @ before)
    expected = 2.0 * result.signals[0] - 3.0 * result.signals[1]
    np.testing.assert_allclose(wf.bandpass(mixed, low, low + width).signals[0], expected, atol=1e-9)
    mirrored = wf.bandpass(recording.replace(signals=before[:, ::-1]), low, low + width).signals[:, ::-1]
    np.testing.assert_allclose(mirrored[:, 500:-500], result.signals[:, 500:-500], atol=0.02)


def test_offset_and_drift_do_not_pass_a_highpass_even_at_the_ends() -> None:
    drifting = noise().replace(signals=np.array(noise().signals) + 1e4 + 5.0 * np.arange(1500))
    clean, drifted = wf.bandpass(noise(), low=2.0).signals, wf.bandpass(drifting, low=2.0).signals
    np.testing.assert_allclose(drifted, clean, atol=1e-7)
    line = 1e4 + 5.0 * np.arange(1500)
    low, lifted = (wf.bandpass(r, high=9.0).signals for r in (noise(), drifting))
    np.testing.assert_allclose(lifted, low + line, atol=1e-7)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "low, high or both"),
        ({"low": 100.0}, "not below half the sampling rate of 200 Hz"),
        ({"high": 250.0}, "not below half"),
        ({"low": 20.0, "high": 5.0}, "must rise"),
        ({"low": 0.0}, "positive"),
        ({"low": np.nan}, "positive"),
        ({"low": 0.01}, "the filter remembers"),
        ({"low": 10.0, "high": 10.01}, "the filter remembers"),
        ({"low": 1.0, "order": 0}, "at least 1"),
    ],
)
def test_what_cannot_be_done_is_refused(arguments: dict[str, float], words: str) -> None:
    with pytest.raises(wf.InputError, match=words):
        wf.bandpass(noise(), **arguments)  # type: ignore[arg-type]


def test_a_rate_and_finite_samples_are_needed() -> None:
    with pytest.raises(wf.InputError, match="no sampling rate"):
        wf.bandpass(wf.Recording(np.ones((2, 400))), low=1.0)
    with pytest.raises(wf.InputError, match="inf at sample 3"):
        wf.bandpass(wf.Recording([[0.0, 1.0, 2.0, np.inf] + [0.0] * 400], RATE), low=20.0)


def test_a_recording_in_a_file_is_loaded(tmp_path) -> None:
    wf.write(noise(), tmp_path / "r.h5")
    lazy = wf.read(tmp_path / "r.h5", lazy=True)
    np.testing.assert_array_equal(wf.bandpass(lazy, high=9.0).signals, wf.bandpass(noise(), high=9.0).signals)
