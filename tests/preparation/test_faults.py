"""Faulty channels are found, and healthy ones are left in peace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

import wavefact as wf
from wavefact.simulate import Structure, simulate

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
N = 4000
T = np.arange(N)


def quantised(signals: np.ndarray, bits: int = 12) -> np.ndarray:
    step = 2 * np.abs(signals).max(axis=1, keepdims=True) / 2**bits
    return np.round(signals / step) * step


def gaussian(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(size=(5, N))


def resonant(rng: np.random.Generator) -> np.ndarray:
    turn = rng.uniform(0.05, 3.0)
    return lfilter([1.0], [1.0, -1.98 * np.cos(turn), 0.9801], rng.normal(size=(5, N + 2000)), axis=1)[
        :, 2000:
    ]


def sinusoids(rng: np.random.Generator) -> np.ndarray:
    frequencies, phases = rng.uniform(0.002, 0.45, size=(5, 1)), rng.uniform(0.0, 6.3, size=(5, 1))
    return 10.0 ** rng.uniform(-1, 1, size=(5, 1)) * np.sin(2 * np.pi * frequencies * T + phases)


def tones_in_step_with_the_samples(rng: np.random.Generator) -> np.ndarray:
    periods = rng.permutation(np.arange(4, 60))[:5, None]
    return np.sin(2 * np.pi * T / periods + rng.choice([0.0, np.pi / 4, np.pi / 3, np.pi / 2]))


def decays(rng: np.random.Generator) -> np.ndarray:
    frequencies, damping = rng.uniform(0.01, 0.4, size=(5, 1)), rng.uniform(0.002, 0.05, size=(5, 1))
    return np.exp(-2 * np.pi * frequencies * damping * T) * np.cos(2 * np.pi * frequencies * T)


def slow_decays(rng: np.random.Generator) -> np.ndarray:
    frequencies = rng.uniform(0.005, 0.03, size=(5, 1))
    return np.exp(-0.002 * T) * np.cos(2 * np.pi * frequencies * T)


def decays_after_a_wait(rng: np.random.Generator) -> np.ndarray:
    return np.concatenate([np.zeros((5, 700)), decays(rng)[:, :-700]], axis=1)


def a_hit_string(rng: np.random.Generator) -> np.ndarray:
    string = Structure.of(wf.String(7, spacing=1.0, ends="fixed"), 5, wave_speed=10.0)
    kind = str(rng.choice(["impact", "random", "initial"]))
    return np.asarray(simulate(string, kind, sampling_rate=20.0, duration=200.0, rng=rng).recording.signals)[
        :4
    ]


HEALTHY = [
    gaussian,
    resonant,
    sinusoids,
    tones_in_step_with_the_samples,
    decays,
    decays_after_a_wait,
    a_hit_string,
]


def kinds(signals: np.ndarray) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for fault in wf.channel_faults(wf.Recording(signals)).faults:
        found.setdefault(fault.sensor, set()).add(fault.kind)
    return found


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("healthy", HEALTHY)
def test_healthy_channels_raise_no_alarm(healthy, seed: int) -> None:
    signals = healthy(np.random.default_rng(seed))
    assert kinds(signals) == {}
    assert kinds(quantised(signals)) == {}
    assert kinds(quantised(signals, 24)) == {}
    assert kinds(-1e-6 * signals) == {}


@pytest.mark.parametrize("seed", range(5))
def test_low_use_of_the_resolution_is_no_fault(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for scale in (1.5, 5.0, 40.0):
        assert kinds(np.round(scale * gaussian(rng))) == {}
        assert kinds(np.round(scale * resonant(rng) / 5)) == {}


CHANNEL = 2


def spoilt(change, source=resonant, seed: int = 0) -> np.ndarray:
    signals = source(np.random.default_rng(seed))
    signals[CHANNEL] = change(signals[CHANNEL] / signals[CHANNEL].std())
    return signals


def with_gap(values: np.ndarray, filling: float) -> np.ndarray:
    values[700:720] = filling
    return values


def with_spikes(values: np.ndarray) -> np.ndarray:
    values[[90, 1500, 1501, 3100]] += np.array([25.0, -30.0, -30.0, 40.0])
    return values


def held(values: np.ndarray) -> np.ndarray:
    values[1000:1100] = values[1000]
    return values


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("bits", [None, 12, 16])
@pytest.mark.parametrize(
    ("kind", "change", "source"),
    [
        ("clipped", lambda x: np.clip(x, -1.5, 1.5), gaussian),
        ("clipped", lambda x: np.clip(x, -2.0, 2.0), resonant),
        ("clipped", lambda x: np.minimum(x, 1.8), resonant),
        ("clipped", lambda x: np.maximum(x, -0.6 * x.max()), slow_decays),
        ("stuck", held, gaussian),
        ("stuck", held, resonant),
        ("stuck", lambda x: with_gap(x, 0.0), resonant),
        ("spikes", with_spikes, gaussian),
        ("spikes", with_spikes, resonant),
        ("offset", lambda x: x + 9.81, gaussian),
        ("drift", lambda x: x + 0.01 * T, gaussian),
        ("drift", lambda x: x + 9 * np.sin(5.0 * T / N), resonant),
    ],
)
def test_each_fault_is_found_where_it_is(kind: str, change, source, bits: int | None, seed: int) -> None:
    signals = spoilt(change, source, seed)
    if bits is not None:
        signals = quantised(signals, bits)
    assert kinds(signals) == {CHANNEL: {kind}}


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("constant", lambda x: np.zeros(N)),
        ("constant", lambda x: np.full(N, -3.5)),
        ("not finite", lambda x: with_gap(x, np.nan)),
        ("not finite", lambda x: with_gap(x, -np.inf)),
        ("silent", lambda x: 1e-5 * np.random.default_rng(9).normal(size=N)),
    ],
)
def test_dead_channels_are_found(kind: str, change) -> None:
    assert kinds(spoilt(change)) == {CHANNEL: {kind}}


def test_a_quiet_channel_of_the_same_motion_is_not_dead() -> None:
    signals = resonant(np.random.default_rng(0))
    signals[2] = 1e-5 * (signals[0] + signals[1])
    assert kinds(signals) == {}


@pytest.mark.parametrize(
    ("gain", "word"), [(1.0, "identical with sensor 1"), (-2.5, "proportional to sensor 1")]
)
def test_the_later_of_two_copies_is_found(gain: float, word: str) -> None:
    signals = gaussian(np.random.default_rng(0))
    signals[3] = gain * signals[1]
    faults = wf.channel_faults(wf.Recording(signals))
    assert [(fault.sensor, fault.kind, fault.text) for fault in faults.faults] == [(3, "duplicate", word)]
    np.testing.assert_array_equal(faults.good, [0, 1, 2, 4])


def test_one_motion_in_all_channels_is_no_copy() -> None:
    one_mode = np.outer([1.0, 2.0, -0.5], decays(np.random.default_rng(0))[0])
    assert kinds(one_mode) == {}
    assert kinds(one_mode[[0, 1, 1]]) == {2: {"duplicate"}}


def test_counts_shares_and_first_samples() -> None:
    signals = gaussian(np.random.default_rng(0))
    signals[0, [40, 50]] = np.nan, np.inf
    signals[1] = np.clip(signals[1], -1.0, 9.0)
    signals[3, 1000:1060] = 0.25
    found = {fault.sensor: fault for fault in wf.channel_faults(wf.Recording(signals)).faults}
    assert (found[0].count, found[0].first, found[0].text) == (2, 40, "1 NaN and 1 Inf")
    at_rail = signals[1] == -1.0
    assert (found[1].count, found[1].first) == (at_rail.sum(), np.argmax(at_rail))
    assert found[1].share == pytest.approx(at_rail.mean())
    assert found[1].text == f"{at_rail.sum()} samples at -1"
    assert (found[3].count, found[3].first, found[3].text) == (60, 1000, "60 equal samples from 1000")


@given(order=st.permutations(range(5)), scale=st.floats(1e-9, 1e9))
def test_neither_order_nor_unit_matters(order: list[int], scale: float) -> None:
    signals = gaussian(np.random.default_rng(0))[:, :500]
    signals[0, 100:130] = signals[0, 100]
    signals[4] = np.clip(signals[4], -1.2, 1.2)
    found = kinds(scale * signals[order])
    assert found == {order.index(0): {"stuck"}, order.index(4): {"clipped"}}


def test_good_channels_are_selected_and_the_table_says_what_to_do() -> None:
    signals = gaussian(np.random.default_rng(0))
    signals[1], signals[3] = 0.0, signals[3] + 50.0
    recording = wf.Recording(signals, names=tuple("abcde"))
    faults = wf.channel_faults(recording)
    assert recording.select(faults.good).names == ("a", "c", "d", "e")  # an offset is cured by detrend
    np.testing.assert_array_equal(faults.bad, [1])
    lines = str(faults).splitlines()
    assert lines[0] == "1 of 5 channels is not good."
    assert (
        len({line.index(word) for line, word in zip(lines[1:], ("fault", "constant", "offset"), strict=True)})
        == 1
    )
    assert lines[2].endswith("leave it out")
    assert lines[3].endswith("detrend")
    assert str(faults.faults[0]) == "sensor 1 ('b'): constant, zero throughout"
    assert str(wf.channel_faults(recording.select(["a", "c"]))) == "No fault was found in 2 channels."


def test_short_single_complex_and_lazy_recordings(tmp_path: Path) -> None:
    assert kinds(np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 2.0, np.nan]])) == {
        0: {"constant"},
        1: {"not finite"},
    }
    assert kinds(np.array([[1.0]])) == {0: {"constant"}}
    with pytest.raises(wf.InputError, match="complex"):
        wf.channel_faults(wf.Recording(np.ones((2, 9)) * 1j))
    counts = np.round(100 * gaussian(np.random.default_rng(0))).astype(np.int16)
    counts[1] = 7
    wf.write(wf.Recording(counts), tmp_path / "counts.h5")
    lazy = wf.read(tmp_path / "counts.h5", lazy=True)
    np.testing.assert_array_equal(wf.channel_faults(lazy).bad, [1])


@pytest.mark.parametrize("setup", [2, 8, 14])
def test_a_steel_frame_has_no_faulty_channel(setup: int) -> None:
    file = DATA / f"steel_frame_3dsldv/measurement_{setup}/measurement_{setup}.npy"
    if not file.exists():
        pytest.skip("measured data not there: steel_frame_3dsldv")
    assert kinds(np.load(file).T) == {}


@pytest.mark.parametrize("direction", [0, 1])
def test_two_pixels_of_a_camera_are_one(direction: int) -> None:
    file = DATA / "beam_highspeed_camera/displacements_lk.npy"
    if not file.exists():
        pytest.skip("measured data not there: beam_highspeed_camera")
    assert kinds(np.load(file)[:, :, direction]) == {8: {"duplicate"}}


def test_what_to_do_about_spikes_knows_of_a_hammers_force() -> None:
    signals = gaussian(np.random.default_rng(0))
    signals[2] = 0.0
    signals[2, 500:502] = 1.0, 0.4
    signals[2] += 1e-4 * np.random.default_rng(1).normal(size=N)
    (fault,) = wf.channel_faults(wf.Recording(signals)).faults
    assert (fault.sensor, fault.kind) == (2, "spikes")
    assert "if a hammer's force, use it: frequency_response" in fault.remedy


@pytest.mark.parametrize("scale", [1e-315, 1e-300, 1e-160, 1e160, 1e307])
def test_magnitude_does_not_matter(scale):
    signals = np.random.default_rng(0).normal(size=(6, 2000))
    signals[1], signals[2], signals[3] = (
        np.clip(signals[1], -1.5, 9.0),
        1e-5 * signals[2],
        7 + 0.1 * signals[3],
    )
    signals[4] = 0.5
    expected = [(1, "clipped"), (2, "silent"), (3, "offset"), (4, "constant")]
    for recording in (wf.Recording(signals), wf.Recording(scale * signals)):
        faults = wf.channel_faults(recording).faults
        assert [(fault.sensor, fault.kind) for fault in faults] == expected
    assert f"samples at {-1.5 * scale:.4g}" in faults[0].text
