"""Frequency domain decomposition: on known modes, beside pyOMA-2, on a frame, and what it refuses."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.ssi import quiet_pyoma
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import correlate, csd, get_window

import wavefact as wf
from wavefact.simulate import Structure, simulate
from wavefact.spectral._bell import windowed_resonance
from wavefact.spectral._decomposition import decompose
from wavefact.spectral._segments import effective_averages

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
FRAME = np.array([1.229, 1.436, 2.100, 4.017, 4.769, 6.683, 7.616, 9.664])  # as published, over 15 setups
LINE = wf.String(n_points=12, spacing=1.0, ends="fixed")


def cable(damping_ratio: float = 0.01, frequencies: list[float] | None = None) -> Structure:
    known = Structure.of(LINE, 4, wave_speed=40.0, damping_ratios=damping_ratio)
    if frequencies is None:
        return known
    return Structure(LINE, np.array(frequencies), known.damping_ratios, known.mode_shapes, known.wavenumbers)


def shaken(
    structure: Structure, duration: float, seed: int = 0, quantity: str = "acceleration"
) -> wf.Recording:
    return simulate(
        structure,
        "random",
        sampling_rate=20.0,
        duration=duration,
        quantity=quantity,
        snr_db=10.0,
        rng=seed,
    ).recording


@pytest.mark.parametrize("quantity", ["displacement", "acceleration"])
@pytest.mark.parametrize("damping_ratio", [0.005, 0.02])
def test_known_modes_are_found_nearly_without_bias(damping_ratio: float, quantity: str) -> None:
    truth = cable(damping_ratio)
    found = [wf.fdd(shaken(truth, 2000.0, seed, quantity), (0.5, 9.0)) for seed in range(3)]
    assert [modes.n_modes for modes in found] == [4, 4, 4]
    frequencies = np.stack([modes.frequencies for modes in found]) / truth.frequencies
    damping = np.stack([modes.damping_ratios for modes in found]) / damping_ratio
    assert np.allclose(frequencies, 1.0, atol=0.006)
    assert np.allclose(np.mean(frequencies, axis=0), 1.0, atol=0.003)
    assert abs(np.mean(damping) - 1.0) < 0.1  # the bias is 2 to 4 %; one estimate scatters by 5 to 15 %
    assert np.all(np.abs(damping - 1.0) < 0.4)
    for modes in found:
        assert np.all(np.diag(modes.mac(truth.truth())) > 0.99)
        assert np.all((modes.fit_quality > 0.8) & (modes.fit_quality <= 1.0))
        shift = np.abs(modes.frequencies - truth.frequencies) / modes.frequency_errors
        assert np.all(shift < 4.0)
        assert np.all(np.abs(modes.damping_ratios - damping_ratio) < 4.0 * modes.damping_errors)


def test_the_window_adds_no_damping() -> None:
    truth = cable(0.01)
    recording = shaken(truth, 6000.0)
    # one segment: 1000 s to 12 s, where the window alone would make a bandwidth 3 times that of mode 1
    damping = [wf.fdd(recording, (0.5, 9.0), resolution=r).damping_ratios for r in (0.005, 0.02, 0.08)]
    assert np.allclose(damping, 0.01, rtol=0.2)
    assert abs(np.mean(damping) / 0.01 - 1) < 0.06


def test_close_modes_are_told_apart_by_their_shapes() -> None:
    truth = cable(0.01, [2.0, 2.1, 4.0, 6.0])  # two and a half bandwidths
    for seed in range(3):
        modes = wf.fdd(shaken(truth, 2000.0, seed), (1.0, 8.0))
        assert modes.n_modes == 4
        assert np.allclose(modes.frequencies, truth.frequencies, rtol=0.004)
        assert np.allclose(modes.damping_ratios, 0.01, rtol=0.35)
        assert np.all(np.diag(modes.mac(truth.truth())) > 0.98)


def test_the_peaks_nearest_to_given_frequencies_are_taken() -> None:
    truth = cable()
    recording = shaken(truth, 1000.0)
    asked = wf.fdd(recording, frequencies=truth.frequencies[[2, 0]] * 1.01)
    assert np.allclose(asked.frequencies, truth.frequencies[[0, 2]], rtol=0.006)
    twice = wf.fdd(recording, frequencies=[truth.frequencies[1], truth.frequencies[1] + 0.01])
    assert twice.n_modes == 1


def test_without_enhancement_frequencies_are_lines_and_damping_is_unknown() -> None:
    truth = cable()
    plain = wf.fdd(shaken(truth, 1000.0), (0.5, 9.0), resolution=0.02, enhanced=False)
    assert np.allclose(plain.frequencies / 0.02, np.round(plain.frequencies / 0.02))
    assert np.allclose(plain.frequencies, truth.frequencies, atol=0.05)
    assert np.all(np.isnan(plain.damping_ratios))
    assert np.all(np.diag(plain.mac(truth.truth())) > 0.99)


def test_what_the_recording_says_is_kept() -> None:
    names = tuple(f"a{i}" for i in range(12))
    modes = wf.fdd(shaken(cable(), 300.0).replace(names=names))
    assert (modes.names, modes.quantity, modes.unit) == (names, "acceleration", "m/s^2")
    assert np.allclose(modes.positions, LINE.positions)


@given(scale=st.sampled_from([1e-200, 1e-6, 1.0, 1e150]), seed=st.integers(0, 3))
def test_units_and_the_order_of_sensors_do_not_matter(scale: float, seed: int) -> None:
    recording = shaken(cable(), 200.0, seed=1)
    order = np.random.default_rng(seed).permutation(12)
    modes = wf.fdd(recording, (0.5, 9.0))
    turned = wf.fdd(recording.select(order).replace(signals=scale * recording.signals[order]), (0.5, 9.0))
    assert np.allclose(turned.frequencies, modes.frequencies, rtol=1e-5)
    assert np.allclose(turned.damping_ratios, modes.damping_ratios, rtol=1e-3)
    assert np.allclose(np.diag(wf.mac(turned.mode_shapes, modes.mode_shapes[order])), 1.0, atol=1e-9)


def test_many_sensors_are_seen_along_their_strongest_directions() -> None:
    few = shaken(cable(), 500.0)
    spread = np.random.default_rng(0).standard_normal((60, 12))
    many = few.replace(signals=spread @ few.signals, positions=None)
    modes, known = wf.fdd(many, (0.5, 9.0)), wf.fdd(few, (0.5, 9.0))
    assert np.allclose(modes.frequencies, known.frequencies, rtol=0.003)
    assert np.all(np.diag(wf.mac(modes.mode_shapes, spread @ known.mode_shapes)) > 0.99)


@pytest.mark.parametrize("n_segments", [4, 30], ids=["fewer segments than sensors", "more"])
def test_lines_are_those_of_scipy(n_segments: int) -> None:
    signals = np.random.default_rng(1).standard_normal((6, 64 * (n_segments + 1)))
    lines = decompose(signals, 10.0, 128, (0.0, 5.0))
    frequencies, matrices = csd(signals[:, None], signals[None], fs=10.0, nperseg=128)
    assert np.allclose(lines.frequencies, frequencies[2:])
    values = np.linalg.svd(matrices.transpose(2, 0, 1), compute_uv=False)[2:]
    ratio = lines.values / values[:, :3]
    assert np.allclose(ratio[:-1], ratio[0, 0])  # the last line is one-sided in scipy by another factor
    assert np.allclose(lines.shares, values[:, 0] / values.sum(axis=1))
    unit = np.linalg.norm(lines.vectors, axis=1)
    assert np.allclose(unit, 1.0)


def test_the_expected_bell_is_the_transform_of_the_window_s_correlation() -> None:
    window = get_window("hann", 8000)
    lag = correlate(window, window)[7999:] / (window @ window)
    times = np.arange(8000) / 8000
    offsets, half_width = np.array([-2.3, 0.0, 0.7, 5.0]), 0.4
    expected = [np.sum(lag * np.exp(2 * np.pi * (1j * o - half_width) * times)) / 8000 for o in offsets]
    assert np.allclose(windowed_resonance(offsets, half_width), expected, atol=1e-4)


def test_overlapping_segments_are_worth_less_than_separate_ones() -> None:
    window = get_window("hann", 256)
    assert effective_averages(window, 256, 10) == 10.0
    assert effective_averages(window, 128, 199) == pytest.approx(199 / (1 + 2 / 36), rel=1e-3)
    rng = np.random.default_rng(2)
    signals = rng.standard_normal((1, 300_000))
    powers = csd(signals[0].reshape(100, 3000), signals[0].reshape(100, 3000), nperseg=256)[1].real[:, 5:-5]
    n_segments = (3000 - 256) // 128 + 1
    scatter = np.mean(powers**2) / np.mean(powers) ** 2 - 1
    assert 1 / scatter == pytest.approx(effective_averages(window, 128, n_segments), rel=0.1)


@pytest.mark.parametrize("n_sensors", [2, 5, 40])
def test_noise_has_no_modes(n_sensors: int, caplog: pytest.LogCaptureFixture) -> None:
    noise = np.random.default_rng(3).standard_normal((n_sensors, 4000))
    with caplog.at_level(logging.INFO, "wavefact"):
        modes = wf.fdd(wf.Recording(noise, sampling_rate=10.0))
    assert modes.n_modes == 0
    assert modes.mode_shapes.shape == (n_sensors, 0)
    assert "found 0 modes" in caplog.text


@pytest.mark.filterwarnings("error")
def test_a_pure_tone_without_noise_is_found() -> None:
    tone = np.outer([1.0, -2.0, 0.5], np.sin(2 * np.pi * 1.23 * np.arange(2000) / 10.0))
    modes = wf.fdd(wf.Recording(tone, sampling_rate=10.0))
    assert modes.n_modes == 1
    assert np.allclose(modes.frequencies, 1.23, atol=1e-3)
    assert np.allclose(modes.mode_shapes[:, 0], [-0.5, 1.0, -0.25])
    assert modes.damping_ratios[0] < 1e-3


NOISE = np.random.default_rng(4).standard_normal((3, 500))


@pytest.mark.parametrize(
    ("changes", "settings", "complaint"),
    [
        ({"sampling_rate": None}, {}, "sampling rate"),
        ({}, {"frequency_range": (6.0, 8.0)}, "nothing above 5 Hz"),
        ({}, {"frequency_range": (2.0, 1.0)}, "must rise"),
        ({}, {"frequency_range": (1.0, 1.02)}, "holds .* lines, .* give a wider one"),
        ({}, {"resolution": 0.01}, "500 samples at 10 Hz allow 0.05 to 0.625 Hz"),
        ({}, {"resolution": 2.0}, "allow 0.05 to 0.625 Hz"),
        ({}, {"frequencies": [1.0, 7.0]}, "give numbers from 0 to 5 Hz"),
        ({}, {"prominence": 0.0}, "prominence is 0.0"),
        ({}, {"min_mac": 1.0}, "min_mac is 1.0"),
        ({"signals": NOISE[:, :30]}, {}, "30 samples are too few for 4 segments"),
        ({"signals": NOISE + 1j}, {}, "complex"),
        ({"signals": np.where(NOISE > 2.5, np.nan, NOISE)}, {}, "NaN at sample"),
        ({"signals": NOISE * np.array([[1.0], [0.0], [1.0]])}, {}, "sensor 1 is zero throughout"),
    ],
)
def test_what_cannot_be_decomposed_is_refused(
    changes: dict[str, Any], settings: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(wf.InputError, match=complaint):
        wf.fdd(wf.Recording(NOISE, sampling_rate=10.0).replace(**changes), **settings)


def frame(setup: int) -> wf.Recording:
    file = DATA / f"steel_frame_3dsldv/measurement_{setup}/measurement_{setup}.npy"
    if not file.exists():
        pytest.skip(f"measured data not there: {file.name}")
    return wf.Recording(np.load(file).T, sampling_rate=256.0)


@pytest.mark.parametrize("setup", [2, 8, 14])
def test_the_published_modes_of_a_steel_frame(setup: int) -> None:
    modes = wf.fdd(frame(setup), (0.5, 11.0))
    assert modes.n_modes == 8
    assert np.allclose(modes.frequencies, FRAME, rtol=0.005)
    assert np.all((modes.damping_ratios > 0.0005) & (modes.damping_ratios < 0.006))


def pyoma(recording: wf.Recording, frequencies: np.ndarray, length: int, reach: float) -> dict[str, Any]:
    """Run FDD, EFDD and FSDD of pyOMA-2 with its own settings, and return their results."""
    with quiet_pyoma():
        from pyoma2.algorithms import EFDD, FDD, FSDD
        from pyoma2.setup import SingleSetup

        setup = SingleSetup(np.asarray(recording.signals).T, fs=recording.sampling_rate)
        kinds = {"FDD": FDD, "EFDD": EFDD, "FSDD": FSDD}
        setup.add_algorithms(*(kinds[k](name=k, nxseg=length, method_SD="per") for k in kinds))
        setup.run_all()
        for name in kinds:
            given = {"DF": reach} if name == "FDD" else {"DF1": reach, "DF2": 5 * reach}
            setup.mpe(name, sel_freq=list(frequencies), **given)
        return {name: setup[name].result for name in kinds}


def test_as_near_to_the_truth_as_pyoma() -> None:
    truth = cable(0.01)
    recording = shaken(truth, 2000.0)
    theirs = pyoma(recording, truth.frequencies, 4000, 0.1)
    ours = wf.fdd(recording, (0.5, 9.0), resolution=20.0 / 4000)
    plain = wf.fdd(recording, (0.5, 9.0), resolution=20.0 / 4000, enhanced=False)
    assert np.allclose(plain.frequencies, theirs["FDD"].Fn, atol=0.03)
    assert np.all(np.diag(wf.mac(plain.mode_shapes, theirs["FDD"].Phi)) > 0.99)
    for name in ("EFDD", "FSDD"):
        assert np.allclose(ours.frequencies, theirs[name].Fn, rtol=0.005)
        off = np.abs(theirs[name].Xi / 0.01 - 1)
        assert np.sqrt(np.mean((ours.damping_ratios / 0.01 - 1) ** 2)) <= np.sqrt(np.mean(off**2)) + 0.05
