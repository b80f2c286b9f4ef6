"""The likelihood of resonances: exact for decays, true derivatives, and what is made of it step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wavefact.modal.bins import Bins, Resonances
from wavefact.modal.grouping import group_components
from wavefact.modal.information import derivatives
from wavefact.modal.scoring import maximize
from wavefact.modal.similarity import mac
from wavefact.modal.spectrum import Spectrum, beside, courses_within, cut, spectrum_of
from wavefact.modal.splitting import join, split, turn
from wavefact.modal.starts import begin
from wavefact.modal.whittle import evaluate, prior

RATE, N_SAMPLES = 100.0, 500


@dataclass(frozen=True)
class Projections:
    spatial_factors: np.ndarray
    projected_courses: np.ndarray
    sampling_rate: float = RATE


def two_modes(shapes: np.ndarray, **changes: np.ndarray) -> Resonances:
    fields = {
        "frequencies": np.array([7.03, 8.1]),
        "damping_ratios": np.array([0.03, 0.02]),
        "excitation": np.array([0.02, 0.01]),
        "slopes": np.array([1.0, 3.0]),
        "amplitudes": np.zeros(2, dtype=complex),
    }
    return Resonances(**(fields | changes), shapes=shapes / np.linalg.norm(shapes, axis=0), noise=0.8)


def random_band(seed: int, *, is_complex: bool) -> tuple[Resonances, Bins, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes, tangents = rng.standard_normal((2, 3, 2)) + is_complex * 1j * rng.standard_normal((2, 3, 2))
    if not is_complex:
        shapes, tangents = shapes.real, tangents.real
    values = np.sum(rng.standard_normal((2, 3, 36)) * np.array([1, 1j])[:, None, None], axis=0)
    frequencies = np.fft.rfftfreq(N_SAMPLES, 1 / RATE)[22:58]
    known = 0.3 * np.ones((36, 3, 3)) * np.linspace(0, 1, 36)[:, None, None]
    values = values + 4 * shapes[:, :1]
    return two_modes(shapes), Bins(values, frequencies, RATE, known, slope=2.0), tangents


def moved(modes: Resonances, tangents: np.ndarray, parameter: int, step: float) -> Resonances:
    """Change ln f, ln ζ, ln F, slope of either mode, its shape along a tangent, correlation, or ln σ²."""
    kind, mode = divmod(parameter, 2)
    one = np.eye(2)[mode] * step
    if modes.correlation is not None and kind == 5:
        part = step * (1j if mode else 1)
        return replace(modes, correlation=modes.correlation + np.array([[0, part], [np.conj(part), 0]]))
    names = ("frequencies", "damping_ratios", "excitation")
    if kind < 3:
        return replace(modes, **{names[kind]: getattr(modes, names[kind]) * np.exp(one)})
    if kind == 3:
        return replace(modes, slopes=modes.slopes + one)
    if kind == 4:
        return replace(modes, shapes=modes.shapes + tangents * one)
    return replace(modes, noise=modes.noise * float(np.exp(step)))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([None, 0.0, 0.6 - 0.3j]))
def test_gradient_is_that_of_the_cost(seed: int, is_complex: bool, correlation: complex | None) -> None:
    modes, band, tangents = random_band(seed, is_complex=is_complex)
    if correlation is not None:
        modes = replace(modes, correlation=np.array([[1, correlation], [np.conj(correlation), 1]]))
    gradient, information = derivatives(
        modes, band, evaluate(modes, band), [tangents[:, :1], tangents[:, 1:]]
    )
    costs = [
        [evaluate(moved(modes, tangents, p, s), band).cost for s in (1e-5, -1e-5)]
        for p in range(gradient.size)
    ]
    slopes = np.array([(up - down) / 2e-5 for up, down in costs])
    assert gradient.size == (11 if correlation is None else 13)
    assert np.allclose(gradient, slopes, rtol=1e-5, atol=1e-5 * np.max(np.abs(slopes)))
    assert np.allclose(information, information.T)
    assert np.linalg.eigvalsh(information)[0] > -1e-9 * np.linalg.eigvalsh(information)[-1]


@pytest.mark.parametrize("correlation", [None, np.array([[1, 0.5 - 0.4j], [0.5 + 0.4j, 1]])])
def test_information_is_the_covariance_of_the_gradient(correlation: np.ndarray | None) -> None:
    modes, band, tangents = random_band(3, is_complex=False)
    modes = replace(modes, correlation=correlation)
    directions = [tangents[:, :1], tangents[:, 1:]]
    at = evaluate(modes, band)
    half = np.linalg.cholesky(np.linalg.inv(at.precision))
    mean = modes.shapes @ (at.amplitudes[:, None] * at.gains + at.amplitudes.conj()[:, None] * at.images)
    rng, gradients = np.random.default_rng(0), []
    for _ in range(1500):
        draw = (rng.standard_normal((2, 36, 3, 1)) * np.array([1, 1j])[:, None, None, None]).sum(axis=0)
        again = replace(band, values=mean + (half @ draw / np.sqrt(2))[:, :, 0].T)
        gradients.append(derivatives(modes, again, evaluate(modes, again), directions)[0])
    _, information = derivatives(modes, band, at, directions)
    expected = [2, 3, 6, 7]  # ln ζ and slopes, of which something is expected beforehand
    information[expected, expected] -= prior(modes, band)[1]
    scale = np.sqrt(np.outer(np.diag(information), np.diag(information)))
    assert np.max(np.abs(np.cov(np.array(gradients).T) - information) / scale) < 0.15


def decay_band(noise: float = 0.0) -> tuple[Bins, np.ndarray]:
    """Two decays, cut off long before they end, in three channels."""
    modes = two_modes(np.array([[1.0, 0.5], [-0.7, 1.0], [0.2, 0.9]]))
    times = np.arange(N_SAMPLES) / RATE
    courses = np.imag(np.array([[1.0], [0.8 - 0.6j]]) * np.exp(modes.rates[:, None] * times))
    draw = np.random.default_rng(1).standard_normal((3, N_SAMPLES))
    signals = modes.shapes @ courses + noise * draw
    values = np.fft.rfft(signals, axis=1)[:, 20:60] / np.sqrt(N_SAMPLES)
    frequencies = np.fft.rfftfreq(N_SAMPLES, 1 / RATE)[20:60]
    return Bins(values, frequencies, RATE, np.zeros((40, 3, 3)), slope=2.0), modes.shapes


def test_decays_are_exact_however_short() -> None:
    band, shapes = decay_band()
    modes = replace(two_modes(shapes), noise=1.0, excitation=np.full(2, 1e-30))
    at = evaluate(modes, band)
    left = at.rest  # over the noise, 1
    assert np.max(np.abs(left)) < 1e-9 * np.max(np.abs(band.values))


@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_scoring_finds_the_truth_from_afar(noise: float) -> None:
    band, shapes = decay_band(noise)
    start = two_modes(shapes + 0.1, frequencies=np.array([6.95, 8.2]), damping_ratios=np.array([0.01, 0.05]))
    found, at = maximize(start, band, [np.eye(3)] * 2)
    close = 1e-5 if noise == 0 else 0.03
    assert at.cost < evaluate(start, band).cost
    assert np.allclose(found.frequencies, [7.03, 8.1], rtol=0.1 * close)
    assert np.allclose(found.damping_ratios, [0.03, 0.02], rtol=5 * close)
    assert np.all(np.diag(mac(found.shapes, shapes)) > 1 - close)
    if noise:
        assert found.noise == pytest.approx(noise**2, rel=0.3)


@pytest.mark.parametrize("seed", range(4))
def test_no_frequency_leaves_the_spectrum(seed: int) -> None:
    frequencies = np.fft.rfftfreq(N_SAMPLES, 1 / RATE)[200:250]
    values = np.sum(np.random.default_rng(seed).normal(size=(2, 50)) * np.array([[1], [1j]]), axis=0)
    rising = (5 * (frequencies / RATE * 2) ** 6 * values)[None]
    start = two_modes(np.ones((1, 2)), frequencies=np.array([47.0, 8.0])).select([0])
    found, _ = maximize(start, Bins(rising, frequencies, RATE, np.zeros((50, 1, 1))))
    assert 40.0 < found.frequencies[0] <= RATE / 2


def test_the_grid_begins_near_a_mode_and_ignores_what_is_known() -> None:
    band, shapes = decay_band(0.02)
    truth = replace(two_modes(shapes), excitation=np.full(2, 1e-9), noise=4e-4)
    truth = replace(truth, amplitudes=evaluate(truth, band).amplitudes)
    seen = beside(band, truth.select([0]))
    mode, gain = begin(shapes[:, 1:], 4e-4, seen, (7.5, 8.6))
    assert mode.frequencies[0] == pytest.approx(8.1, abs=0.1)
    assert mode.damping_ratios[0] == pytest.approx(0.02, rel=0.8)
    assert gain > 100
    assert begin(shapes[:, 1:], 4e-4, beside(seen, truth.select([1])), (7.5, 8.6))[1] < 12


def test_one_mode_is_split_where_it_holds_two_shapes() -> None:
    band, shapes = decay_band(0.02)
    span = np.linalg.qr(shapes)[0]
    first, _ = begin(span[:, :1], 4e-4, band, (6.5, 8.5))
    one, at = maximize(first, band)
    both, _ = split(*turn(one, at, band, span, 4.0), band, span, 4.0)
    assert np.allclose(np.sort(both.frequencies), [7.03, 8.1], rtol=2e-3)
    assert np.min(np.max(mac(both.shapes, shapes), axis=0)) > 0.99


def test_one_mode_of_one_shape_is_not_split() -> None:
    band, shapes = decay_band(0.02)
    truth = replace(two_modes(shapes), excitation=np.full(2, 1e-9), noise=4e-4)
    truth = replace(truth, amplitudes=evaluate(truth, band).amplitudes)
    alone = beside(band, truth.select([0]))
    one, at = maximize(truth.select([1]), alone)
    both, _ = split(one, at, alone, np.eye(3), 4.0)
    assert both.frequencies.size == 1


def test_an_echo_of_a_mode_in_another_shape_joins_it_and_a_second_mode_does_not() -> None:
    band, shapes = decay_band(0.02)
    truth = replace(two_modes(shapes), excitation=np.full(2, 1e-9), noise=4e-4)
    truth = replace(truth, amplitudes=evaluate(truth, band).amplitudes)
    alone = beside(band, truth.select([1]))
    off = shapes[:, 0] + 0.2 * np.cross(*shapes.T)
    echoing = np.stack([off, np.cross(off, shapes[:, 1])], axis=1)
    echoing = echoing / np.linalg.norm(echoing, axis=0)
    echo = replace(truth, frequencies=np.array([7.02, 7.05]), shapes=echoing)
    for modes, data, n_kept in ((echo, alone, 1), (truth, band, 2)):
        fitted, at = maximize(modes, data)
        kept, found, _ = join(fitted, at, data, np.eye(3), 4.0)
        assert len(kept) == found.frequencies.size == n_kept
        assert mac(found.shapes, shapes)[0, 0] > 0.999


def random_spectrum(*, is_complex: bool) -> tuple[Spectrum, np.ndarray, np.ndarray]:
    """Noise of variance 4 in eight sensors, projected onto three shapes of which two are nearly alike."""
    rng = np.random.default_rng(5)
    draw = rng.standard_normal((2, 8, 2000))
    noise = 2 * (draw[0] + 1j * draw[1] if is_complex else draw[0])
    shapes = rng.standard_normal((8, 3)) + (1j * rng.standard_normal((8, 3)) if is_complex else 0)
    shapes[:, 1] = shapes[:, 0] + 1e-4 * shapes[:, 1]
    fit = Projections(shapes, (np.linalg.pinv(shapes) @ noise).T)
    signals, basis = courses_within(fit, shapes)  # type: ignore[arg-type]
    return spectrum_of(signals, fit.sampling_rate, basis), shapes, noise


@pytest.mark.parametrize("is_complex", [False, True])
def test_noise_is_white_in_the_spectrum_however_alike_the_shapes(is_complex: bool) -> None:
    spectrum, _, noise = random_spectrum(is_complex=is_complex)
    n_channels = 6 if is_complex else 3
    covariance = spectrum.values @ spectrum.values.conj().T / spectrum.values.shape[1]
    scale = np.trace(covariance).real / n_channels
    assert spectrum.values.shape == (n_channels, noise.shape[1] // 2 - 1)
    assert np.allclose(covariance / scale, np.eye(n_channels), atol=0.12)
    assert spectrum.noise == pytest.approx(scale, rel=0.1)


@pytest.mark.parametrize("is_complex", [False, True])
def test_coordinates_and_shapes_are_inverse(is_complex: bool) -> None:
    spectrum, shapes, _ = random_spectrum(is_complex=is_complex)
    for shape in shapes.T:
        coordinates = spectrum.coordinates(shape)
        assert np.linalg.norm(coordinates) == pytest.approx(1)
        assert mac(spectrum.shape(coordinates), shape)[0, 0] == pytest.approx(1)


def test_a_band_has_channels_for_its_own_shapes_and_for_those_heard_through_them() -> None:
    spectrum, _, _ = random_spectrum(is_complex=False)
    own = np.array([[1.0], [0.0], [0.0]])
    loud = two_modes(np.array([[0.6, 0.0], [0.8, 0.0], [0.0, 1.0]]), excitation=np.full(2, 1e6))
    heard, apart = loud.select([0]), loud.select([1])
    band, inward = cut(spectrum, own, [apart], (6.0, 9.0))
    assert inward.shape == (1, 3)
    assert np.all(band.known == 0)
    band, inward = cut(spectrum, own, [apart, heard], (6.0, 9.0))
    assert inward.shape == (2, 3)
    assert np.allclose(inward.T @ (inward @ own), own)
    assert np.all(np.linalg.eigvalsh(band.known)[:, -1] > 0)
    assert (band.frequencies[0], band.frequencies[-1]) == pytest.approx((6.0, 8.95))


def test_tones_are_grouped_along_a_chain_of_frequencies() -> None:
    shapes = np.array([[1.0, 1.0, 1.0, 1.0, 0.2], [0.1, 0.1, 0.1, 0.1, 1.0]])
    frequencies = np.array([5.0, 5.8, 6.6, 9.0, 5.4])
    labels = group_components(shapes, np.full(5, 0.3), frequencies=frequencies, frequency_gap=1.0)
    assert labels.tolist() == [0, 0, 0, 1, 2]
