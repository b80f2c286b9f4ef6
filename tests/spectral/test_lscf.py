"""Modes from frequency response functions: closed forms, noise, close modes, impacts, beside sdypy-EMA."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wavefact as wf
from wavefact.simulate import Structure

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
F = np.linspace(0.0, 100.0, 1001)[1:]
QUANTITIES = ("displacement", "velocity", "acceleration")


def exact(
    frequencies: Any,
    damping_ratios: Any,
    shapes: np.ndarray,
    inputs: list[int],
    *,
    quantity: str = "displacement",
    noise: float = 0.0,
    seed: int = 0,
    lines: np.ndarray = F,
) -> wf.FrequencyResponse:
    """Return Σ φ φᵀ sⁿ/(s² + 2ζωs + ω²), with white noise of a share of the root mean square."""
    rates, s = 2 * np.pi * np.asarray(frequencies), 2j * np.pi * lines
    terms = 1 / (s**2 + 2 * np.multiply(damping_ratios, rates)[:, None] * s + rates[:, None] ** 2)
    values = np.einsum("om,im,mf->oif", shapes, shapes[inputs], terms) * s ** QUANTITIES.index(quantity)
    rng = np.random.default_rng(seed)
    white = rng.standard_normal(values.shape) + 1j * rng.standard_normal(values.shape)
    values = values + noise * np.sqrt(np.mean(np.abs(values) ** 2) / 2) * white
    names = tuple(f"p{i}" for i in range(len(shapes)))
    return wf.FrequencyResponse(lines, values, quantity=quantity, output_names=names)


def chain() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return frequencies, damping ratios and mass-normalised shapes of three unequal masses on springs."""
    masses = np.array([2.0, 1.0, 3.0])
    k = np.array([8e4, 5e4, 6e4, 3e4])
    stiffness = np.diag(k[:3] + k[1:]) - np.diag(k[1:3], 1) - np.diag(k[1:3], -1)
    root = np.sqrt(masses)
    squares, vectors = np.linalg.eigh(stiffness / np.outer(root, root))
    return np.sqrt(squares) / (2 * np.pi), np.array([0.02, 0.01, 0.005]), vectors / root[:, None]


def agrees(modes: wf.ModalModel, frequencies: Any, damping_ratios: Any, shapes: np.ndarray) -> None:
    assert modes.n_modes == len(frequencies)
    assert np.allclose(modes.frequencies, frequencies, rtol=1e-3)
    assert np.allclose(modes.damping_ratios, damping_ratios, rtol=0.05)
    assert np.all(np.diag(wf.mac(modes.mode_shapes, shapes)) > 0.99)


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("inputs", [[0], [2], [0, 1]])
def test_three_masses_on_springs(quantity: str, inputs: list[int]) -> None:
    frequencies, damping, shapes = chain()
    clean = wf.modes_of_response(exact(frequencies, damping, shapes, inputs, quantity=quantity))
    assert np.allclose(clean.frequencies, frequencies, rtol=1e-7)
    assert np.allclose(clean.damping_ratios, damping, rtol=1e-6)
    assert np.all(np.diag(wf.mac(clean.mode_shapes, shapes)) > 1 - 1e-9)
    assert np.allclose(clean.fit_quality, 1.0)
    noisy = exact(frequencies, damping, shapes, inputs, quantity=quantity, noise=0.02)
    agrees(wf.modes_of_response(noisy), frequencies, damping, shapes)


@pytest.mark.parametrize("quantity", ["displacement", "acceleration"])
def test_a_beam_seen_in_part(quantity: str) -> None:
    # more modes lie above the range; they are seen as what they leave within it
    beam = Structure.of(wf.Beam(15, 0.1, ends="free"), 8, bending_speed=3.0, damping_ratios=0.008)
    modes_in_range = beam.frequencies < 60.0
    response = exact(
        beam.frequencies, beam.damping_ratios, beam.mode_shapes, [0, 6], quantity=quantity, noise=0.01
    )
    assert 2 < np.count_nonzero(modes_in_range) < 8
    found = wf.modes_of_response(response, (2.0, 60.0))
    truth = beam.truth().select(modes_in_range)
    agrees(found, truth.frequencies, truth.damping_ratios, truth.mode_shapes)
    assert found.names == response.output_names
    assert found.quantity == quantity


SHAPES = np.random.default_rng(0).standard_normal((12, 4))
CLOSE = [10.0, 25.0, 25.3, 60.0], [0.01, 0.008, 0.012, 0.02]


def test_close_modes_are_found_from_one_input_and_from_two() -> None:
    for inputs in ([5], [0, 5]):
        agrees(wf.modes_of_response(exact(*CLOSE, SHAPES, inputs, noise=0.01), (5.0, 80.0)), *CLOSE, SHAPES)


def test_two_inputs_tell_modes_apart_within_a_twentieth_of_their_bandwidth() -> None:
    near = [10.0, 25.0, 25.02, 60.0], [0.01, 0.01, 0.01, 0.02]
    modes = wf.modes_of_response(exact(*near, SHAPES, [0, 5], noise=0.001), (5.0, 80.0))
    agrees(modes, *near, SHAPES)


def test_standard_errors_are_the_scatter() -> None:
    found = [
        wf.modes_of_response(exact(*CLOSE, SHAPES, [5], noise=0.01, seed=s), (5.0, 80.0)) for s in range(16)
    ]
    assert all(modes.n_modes == 4 for modes in found)
    for value, error in (("frequencies", "frequency_errors"), ("damping_ratios", "damping_errors")):
        scatter = np.std([getattr(modes, value) for modes in found], axis=0)
        errors = np.mean([getattr(modes, error) for modes in found], axis=0)
        assert np.all((scatter / errors > 0.4) & (scatter / errors < 1.7))
        assert np.mean(scatter / errors) == pytest.approx(1.0, abs=0.25)


@settings(max_examples=6)
@given(seed=st.integers(0, 5), scale=st.sampled_from([1e-12, 1.0, 1e9]))
def test_units_and_the_order_of_outputs_do_not_matter(seed: int, scale: float) -> None:
    response = exact(*chain(), [0], noise=0.02)
    order = np.random.default_rng(seed).permutation(3)
    turned = wf.modes_of_response(wf.FrequencyResponse(F, scale * response.values[order]))
    modes = wf.modes_of_response(response)
    assert np.allclose(turned.frequencies, modes.frequencies, rtol=1e-6)
    assert np.allclose(turned.damping_ratios, modes.damping_ratios, rtol=1e-4)
    assert np.all(np.diag(wf.mac(turned.mode_shapes, modes.mode_shapes[order])) > 1 - 1e-6)


def test_noise_has_no_modes() -> None:
    rng = np.random.default_rng(1)
    values = rng.standard_normal((6, 2, 400)) + 1j * rng.standard_normal((6, 2, 400))
    modes = wf.modes_of_response(wf.FrequencyResponse(F[:400], values))
    assert modes.n_modes == 0
    assert modes.mode_shapes.shape == (6, 0)


def struck(decay_time: float | None, n_impacts: int = 4) -> wf.FrequencyResponse:
    """Strike the first of three masses with a hammer and look at 2 s, in which the response does not end."""
    frequencies, damping, shapes = chain()
    rng, rate = np.random.default_rng(3), 1024.0
    times = np.arange(2048) / rate
    angular = 2 * np.pi * frequencies
    damped = angular * np.sqrt(1 - damping**2)
    waves = np.exp(-np.outer(damping * angular, times)) * np.sin(np.outer(damped, times)) / damped[:, None]
    recordings = []
    for _ in range(n_impacts):
        force = np.zeros(2048)
        force[8:15] = rng.uniform(50, 150) * np.hanning(9)[1:-1]
        motion = (shapes * shapes[0]) @ np.stack([np.convolve(force, w)[:2048] / rate for w in waves])
        motion += 1e-3 * motion.std() * rng.standard_normal(motion.shape)
        signals = np.vstack([force + 0.02 * rng.standard_normal(2048), motion])
        recordings.append(wf.Recording(signals, sampling_rate=rate, quantity="displacement", unit="m"))
    return wf.frequency_response(
        recordings, 0, window="impact", force_duration=0.02, decay_time=decay_time, input_unit="N"
    )


def test_the_damping_of_an_exponential_window_is_taken_off() -> None:
    frequencies, damping, shapes = chain()
    response = struck(decay_time=0.25)
    added = response.decay_rate / (2 * np.pi * frequencies)
    assert np.all(added > 0.4 * damping)  # it would be seen
    agrees(wf.modes_of_response(response, (5.0, 100.0)), frequencies, damping, shapes)
    kept = wf.FrequencyResponse(response.frequencies, response.values)  # which knows of no window
    wrong = wf.modes_of_response(kept, (5.0, 100.0))
    assert np.allclose(wrong.damping_ratios, damping + added, rtol=0.05)


def test_from_a_shaken_structure_to_its_modes() -> None:
    frequencies, damping, shapes = chain()
    rng, rate, n = np.random.default_rng(4), 256.0, 65_536
    force = rng.standard_normal(n)
    f = np.fft.rfftfreq(n, 1 / rate)[1:]
    response = exact(frequencies, damping, shapes, [0], quantity="acceleration", lines=f).values[:, 0]
    motion = np.fft.irfft(np.concatenate([np.zeros((3, 1)), response * np.fft.rfft(force)[1:]], axis=1), n)
    motion += 0.05 * motion.std() * rng.standard_normal(motion.shape)
    recording = wf.Recording(np.vstack([force, motion]), sampling_rate=rate, quantity="acceleration")
    estimated = wf.frequency_response(recording, 0, resolution=0.0625)
    modes = wf.modes_of_response(estimated, (5.0, 70.0))
    agrees(modes, frequencies, damping, shapes)


def test_the_published_modes_of_a_beam_under_a_hammer() -> None:
    # Zaletelj, Gorjup & Slavic, IMAC XXXVIII (2020), by LSCF of pyEMA from the same accelerometer
    file = DATA / "beam_highspeed_camera/acceleration.lvm"
    if not file.exists():
        pytest.skip(f"measured data not there: {file.name}")
    text = file.read_text().replace(",", ".").split("***End_of_Header***")[2].splitlines()[2:]
    signals = np.array([line.split("\t")[1:3] for line in text if line.strip()], dtype=float).T
    struck_once = wf.Recording(signals, sampling_rate=50_000.0, quantity="acceleration", unit="g")
    response = wf.frequency_response(
        struck_once, 1, window="impact", force_duration=0.002, decay_time=0.1, input_unit="N"
    )
    modes = wf.modes_of_response(response, (400.0, 4000.0))
    assert modes.n_modes == 4
    assert np.allclose(modes.frequencies, [695.0, 1897.6, 2777.3, 3671.2], rtol=0.0015)
    assert np.allclose(modes.damping_ratios, [0.0047, 0.0031, 0.0024, 0.0020], rtol=0.05)


def test_lines_without_a_value_are_left_out() -> None:
    frequencies, damping, shapes = chain()
    response = exact(frequencies, damping, shapes, [0])
    values = response.values.copy()
    values[:, :, [50, 300, 301]] = np.nan
    agrees(wf.modes_of_response(wf.FrequencyResponse(F, values)), frequencies, damping, shapes)


@pytest.mark.parametrize(
    ("values", "limits", "complaint"),
    [
        (np.ones((2, 1, 1000)), {"frequency_range": (5.0, 1.0)}, "must rise"),
        (np.ones((2, 1, 1000)), {"frequency_range": (5.0, 6.0)}, "11 lines .* at least 16 are needed"),
        (np.full((2, 1, 1000), np.nan), {}, "0 lines"),
        (np.zeros((2, 1, 1000)), {}, "zero throughout"),
        (np.ones((2, 1, 1000)), {"max_order": 2}, "max_order is 2"),
        (np.ones((2, 1, 1000)), {"max_order": 8.0}, "max_order is 8.0"),
    ],
)
def test_what_cannot_be_fitted_is_refused(values: np.ndarray, limits: dict[str, Any], complaint: str) -> None:
    with pytest.raises(wf.InputError, match=complaint):
        wf.modes_of_response(wf.FrequencyResponse(F, values), **limits)


def sdypy(response: wf.FrequencyResponse, frequencies: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies and damping ratios of LSCF of sdypy-EMA, its poles picked near given ones."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))  # where tqdm writes
        pytest.importorskip("sdypy.EMA", reason="sdypy-EMA is not installed (pip install sdypy-EMA)")
        from sdypy.EMA import Model

        lines = np.concatenate([[0.0], response.frequencies])  # it expects them from zero
        values = np.concatenate([np.zeros((response.n_outputs, 1)), response.values[:, 0]], axis=1)
        model = Model(values, lines, lower=2, upper=95, pol_order_high=40, frf_form="receptance")
        model.get_poles(show_progress=False)
        model.select_closest_poles(frequencies, f_window=5)
        return np.array(model.nat_freq), np.array(model.nat_xi)


def test_as_near_to_the_truth_as_sdypy_ema() -> None:
    frequencies, damping, shapes = chain()
    response = exact(frequencies, damping, shapes, [0], noise=0.005)
    theirs = sdypy(response, list(frequencies))
    modes = wf.modes_of_response(response, (2.0, 95.0))
    assert np.allclose(theirs[0], modes.frequencies, rtol=2e-3)
    assert (
        np.max(np.abs(modes.damping_ratios / damping - 1)) <= np.max(np.abs(theirs[1] / damping - 1)) + 1e-3
    )


def test_modes_of_all_octaves_are_found_beside_lines_without_force(caplog: pytest.LogCaptureFixture) -> None:
    # accelerations of 10 to 1500 Hz; above 2 kHz the blow excited nothing, and what is divided by it is noise
    lines = np.arange(1.0, 4000.0, 1.0)
    frequencies, damping = np.array([12.0, 47.0, 180.0, 690.0, 1024.0]), np.full(5, 0.008)
    s = 2j * np.pi * lines
    poles = 2 * np.pi * frequencies * (-damping + 1j * np.sqrt(1 - damping**2))
    terms = s**2 / ((s - poles[:, None]) * (s - poles.conj()[:, None]))
    shapes = np.random.default_rng(5).standard_normal((4, 5))
    values = np.einsum("om,im,mf->oif", shapes, shapes[:1], terms)
    rng = np.random.default_rng(0)
    noise = (rng.standard_normal((2, *values.shape)) * [[[[1.0]]], [[[1j]]]]).sum(axis=0)
    values = values + 0.02 * (1 + (lines / 1500.0) ** 8) * noise
    modes = wf.modes_of_response(wf.FrequencyResponse(lines, values, quantity="acceleration"))
    assert np.allclose(modes.frequencies, frequencies, rtol=1e-3)
    assert np.all(np.abs(modes.frequencies - frequencies) < 4 * modes.frequency_errors)
    assert np.all(np.abs(modes.damping_ratios - damping) < 4 * modes.damping_errors)


def test_a_hammer_without_any_setting_finds_the_published_modes(shared_data: Path) -> None:
    recording = wf.read(shared_data / "beam_highspeed_camera" / "acceleration.lvm")
    modes = wf.modes_of_response(wf.frequency_response(recording, "Force (Trigger)"))
    found = [int(np.argmin(np.abs(modes.frequencies - f))) for f in (695.0, 1897.6, 2777.3, 3671.2)]
    assert np.allclose(modes.frequencies[found], [695.0, 1897.6, 2777.3, 3671.2], rtol=0.0015)
    assert np.allclose(modes.damping_ratios[found], [0.0047, 0.0031, 0.0024, 0.0020], rtol=0.05)
