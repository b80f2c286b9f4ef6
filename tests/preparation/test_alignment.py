"""Several loggers on one clock."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wavefact as wf
from wavefact.preparation import TimeLag
from wavefact.simulate import Structure, simulate


def tone(lag: float, frequency: float, n_samples: int = 400, rate: float = 50.0) -> wf.Recording:
    """Return a tone that a logger writes `lag` seconds late."""
    t = np.arange(n_samples) / rate - lag
    return wf.Recording([np.cos(2 * np.pi * frequency * t + 0.3)], rate, names=("a",), metadata={"m": 1})


@given(
    lags=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=4),
    share=st.floats(0.0, 0.9),
    extra=st.integers(0, 50),
)
def test_all_show_the_same_at_the_same_time(lags: list[float], share: float, extra: int) -> None:
    recordings = [tone(lag, share * 25.0, 400 + extra * i) for i, lag in enumerate(lags)]
    moved = wf.align(recordings, lags)
    assert len({recording.n_samples for recording in moved}) == 1
    for recording in moved:
        np.testing.assert_allclose(recording.signals, moved[0].signals, atol=1e-3)
        assert (recording.names, recording.metadata, recording.sampling_rate) == (("a",), {"m": 1}, 50.0)


def test_whole_samples_only_move() -> None:
    rng = np.random.default_rng(0)
    signals = rng.normal(size=(2, 100))
    one, two = wf.align([wf.Recording(signals, 10.0), wf.Recording(signals[:, 7:], 10.0)], [0.0, -0.7])
    np.testing.assert_array_equal(one.signals, signals[:, 7:])
    np.testing.assert_array_equal(two.signals, signals[:, 7:])


def test_an_offset_stays_and_the_shift_is_linear() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 300))
    lags = [0.0, 0.123]
    shifted = [
        wf.align([tone(0.0, 1.0), wf.Recording([s], 50.0)], lags)[1].signals for s in (x, y, 5 + x - y)
    ]
    np.testing.assert_allclose(shifted[2], 5 + shifted[0] - shifted[1], atol=1e-12)


def test_two_loggers_become_one_recording() -> None:
    string = Structure.of(wf.String(8, spacing=1.0, ends="fixed"), 4, wave_speed=30.0)
    found = simulate(string, sampling_rate=100.0, duration=120.0, quantity="velocity", snr_db=30.0)
    whole, truth = found.recording, found.truth
    early, late = whole.select(slice(0, 4)), whole.select(slice(4, 8))
    late = wf.align([whole, late], [0.0, 0.1337])[1].window(0, 11_000)  # its first sample is 31.37 samples in
    lag = wf.time_lag(early, late, max_lag=1.0)
    assert lag.samples == pytest.approx(-31.37, abs=0.05)
    together = wf.stack(wf.align([early, late], [0.0, lag]))
    assert together.n_sensors == 8
    modes = wf.identify(together.select([0, 2, 3, 5, 6]))
    assert modes.frequencies == pytest.approx(truth.frequencies, rel=0.01)
    shapes = np.asarray(truth.mode_shapes)[[0, 2, 3, 5, 6]]
    assert np.diag(wf.mac(modes.mode_shapes, shapes)).min() > 0.999
    np.testing.assert_array_equal(
        wf.align([early, late])[1].signals,
        wf.align([early, late], [0.0, wf.time_lag(early, late)])[1].signals,
    )


@pytest.mark.parametrize(
    ("lags", "words"),
    [
        ([0.0], "1 lags came for 2 recordings"),
        ([0.0, np.nan], "Lags are seconds"),
        ([0.0, "1"], "Lags are seconds"),
        ([0.0, 8.1], "0 samples in common"),
    ],
)
def test_lags_that_cannot_be_are_refused(lags: list, words: str) -> None:
    with pytest.raises(wf.InputError, match=words):
        wf.align([tone(0.0, 1.0), tone(0.0, 1.0)], lags)


def test_recordings_that_cannot_be_aligned_are_refused() -> None:
    with pytest.raises(wf.InputError, match="at least one Recording"):
        wf.align([])
    with pytest.raises(wf.InputError, match="decimate to one rate"):
        wf.align([tone(0.0, 1.0), tone(0.0, 1.0, rate=60.0)], [0.0, 0.0])
    with pytest.raises(wf.InputError, match="at least 512"):
        wf.align([tone(0.0, 1.0), tone(0.0, 1.0)])


def test_a_lag_as_estimated_is_taken() -> None:
    lag = TimeLag(0.123, 0.001, 50.0, 0.0, 0.123)
    pair = [tone(0.0, 2.0), tone(0.123, 2.0)]
    np.testing.assert_array_equal(
        wf.align(pair, [0.0, lag])[1].signals, wf.align(pair, [0.0, 0.123])[1].signals
    )
