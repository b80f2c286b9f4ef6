"""Free decays from ambient vibration against sums, closed forms and the truth of simulations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wavefact as wf
from wavefact.modal.subspace import correlations
from wavefact.simulate import Structure, simulate

RATE = 50.0


def ambient(duration: float = 400.0, seed: int = 0) -> wf.Recording:
    string = wf.String(5, spacing=1.0, ends="fixed")
    structure = Structure.of(string, 3, wave_speed=24.0, damping_ratios=[0.01, 0.012, 0.015])
    found = simulate(structure, "random", sampling_rate=RATE, duration=duration, snr_db=20.0, rng=seed)
    return found.recording.replace(names=("a", "b", "c", "d", "e"), metadata={"m": 1})


TRUTH = Structure.of(wf.String(5, spacing=1.0, ends="fixed"), 3, wave_speed=24.0).frequencies


@given(n=st.integers(8, 90), lags=st.integers(1, 4), seed=st.integers(0, 99))
def test_they_are_the_means_that_identification_uses(n: int, lags: int, seed: int) -> None:
    signals = np.random.default_rng(seed).normal(size=(3, n))
    before = signals.copy()
    found = wf.correlation_functions(wf.Recording(signals, RATE), n_lags=lags).signals
    expected = correlations(signals, lags)  # (lags + 1, channel, reference)
    np.testing.assert_allclose(found, expected.transpose(2, 1, 0).reshape(9, -1), atol=1e-12)
    np.testing.assert_array_equal(signals, before)


def test_the_correlation_of_a_decay_is_the_decay() -> None:
    decay = 0.97 ** np.arange(300)
    found = wf.correlation_functions(wf.Recording([decay]), n_lags=100).signals[0]
    np.testing.assert_allclose(found / found[0], 0.97 ** np.arange(101), rtol=1e-9)


def test_white_noise_through_a_filter_has_its_closed_correlation(rng: np.random.Generator) -> None:
    from scipy.signal import lfilter

    x = lfilter([1.0], [1.0, -0.9], rng.normal(size=400_000))
    found = wf.correlation_functions(wf.Recording([x]), n_lags=20).signals[0]
    np.testing.assert_allclose(found, 0.9 ** np.arange(21) / (1 - 0.81), rtol=0.05)


def test_books_are_kept() -> None:
    recording = ambient(20.0)
    found = wf.correlation_functions(recording, 2.0, references=["d", 0])
    assert found.n_samples == 101
    assert found.names[:2] == ("a·ref d", "b·ref d")
    assert found.names[5] == "a·ref a"
    np.testing.assert_array_equal(found.positions, np.tile(recording.positions, 2))
    assert (found.unit, found.quantity, found.sampling_rate) == ("(m/s^2)^2", "", RATE)
    assert found.metadata == {"m": 1}
    assert wf.correlation_functions(recording.replace(names=None), n_lags=5).names[1] == "1·ref 0"


def test_the_modes_of_a_string_are_in_its_correlations() -> None:
    decays = wf.correlation_functions(ambient(), 12.0, references="a")  # "b" is a node of mode 3
    modes = wf.identify(decays.window(1))  # the noise is at lag zero
    strongest = modes.select(np.sort(np.argsort(modes.contributions)[-3:]))  # chance resonates too
    assert np.sum(strongest.contributions) > 0.95
    assert strongest.frequencies == pytest.approx(TRUTH, rel=0.01)
    assert strongest.damping_ratios == pytest.approx([0.01, 0.012, 0.015], abs=0.004)


@pytest.mark.parametrize("trigger", ["level", "points", "extrema"])
def test_signatures_are_proportional_to_correlations(trigger: str) -> None:
    recording = wf.bandpass(ambient(1600.0), low=1.0)
    found = wf.random_decrement(recording, "b", 3.0, trigger=trigger)
    reference = wf.correlation_functions(recording, 3.0, references="b").signals
    flat, expected = found.signals.ravel(), reference.ravel()
    cosine = flat @ expected / np.linalg.norm(flat) / np.linalg.norm(expected)
    assert cosine > 0.97
    if trigger == "level":  # the signature begins at the level, but for the step across it
        assert found.signals[1, 0] == pytest.approx(2**0.5 * np.std(recording.signals[1]), rel=0.15)
    assert found.metadata["random_decrement_triggers"] > 1000
    assert (found.unit, found.quantity, found.names) == ("m/s^2", "acceleration", recording.names)
    assert found.n_samples == 151


def test_the_modes_of_a_string_are_in_its_signatures() -> None:
    modes = wf.identify(wf.random_decrement(ambient(1600.0), "a", 10.0, trigger="points"))
    assert all(np.abs(modes.frequencies / f - 1).min() < 0.01 for f in TRUTH)


def test_signatures_are_means_after_triggers() -> None:
    x = np.tile([0.0, 3.0, 1.0, 0.0, -3.0, 1.5, 0.0, 0.0], 20)
    y = np.arange(160.0)
    found = wf.random_decrement(wf.Recording([x, y], 1.0), 0, 2.0, trigger="extrema", level=1.0)
    ups, downs = np.arange(1, 158, 8), np.arange(4, 158, 8)
    for lag in range(3):
        expected = (y[ups + lag].sum() - y[downs + lag].sum()) / (ups.size + downs.size)
        assert found.signals[1, lag] == pytest.approx(expected)
    assert found.metadata["random_decrement_triggers"] == ups.size + downs.size


def test_signatures_do_not_care_about_scale_and_sign() -> None:
    recording = ambient(60.0)
    found = wf.random_decrement(recording, 1, 2.0).signals
    flipped = recording.replace(signals=-7.0 * np.asarray(recording.signals))
    np.testing.assert_allclose(wf.random_decrement(flipped, 1, 2.0).signals, 7.0 * found, atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "either max_lag"),
        ({"max_lag": 1.0, "n_lags": 5}, "not both"),
        ({"n_lags": 0}, "at least 1"),
        ({"n_lags": 600}, "at most half"),
        ({"max_lag": 0.001}, "at least 1"),
        ({"max_lag": -1.0}, "positive"),
        ({"n_lags": 5, "references": "z"}, "No sensor is named 'z'"),
    ],
)
def test_lags_that_cannot_be_are_refused(arguments: dict, words: str) -> None:
    with pytest.raises(wf.InputError, match=words):
        wf.correlation_functions(ambient(20.0), **arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"trigger": "zero"}, "'level', 'points', 'extrema'"),
        ({"level": 50.0}, r"sensor 1 \('b'\) triggers 0 times"),
        ({"level": 0.0}, "positive"),
        ({"reference": slice(None)}, "One channel triggers, not 5"),
        ({"length": 15.0}, "at most half"),
    ],
)
def test_triggers_that_cannot_be_are_refused(arguments: dict, words: str) -> None:
    with pytest.raises(wf.InputError, match=words):
        wf.random_decrement(ambient(20.0), **{"reference": "b", "length": 2.0, **arguments})


def test_a_silent_reference_triggers_nothing() -> None:
    signals = np.zeros((2, 400))
    with pytest.raises(wf.InputError, match="triggers 0 times"):
        wf.random_decrement(wf.Recording(signals, 10.0), 0, 2.0)
    signals[1, 5] = np.nan
    with pytest.raises(wf.InputError, match="nan at sample 5"):
        wf.correlation_functions(wf.Recording(signals, 10.0), 2.0)
