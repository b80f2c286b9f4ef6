"""The frequency–wavenumber picture: against dense singular values, on known waves, on measured ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import wavefact as wf
from wavefact.frequency_wavenumber import (
    DispersionPoints,
    FrequencyWavenumberMap,
    SingularValues,
    _windows,
    dispersion_points,
    frequency_wavenumber,
    singular_values,
    travelling_waves,
)
from wavefact.operators.time import Time
from wavefact.problem import Axis

FREQUENCIES = np.array([0.0, 3.0, 7.5, 11.0, 25.0])
WAVENUMBERS = np.array([0.0, 0.4, 1.3, 2.9])


def dense_map(signals: np.ndarray, operator: wf.WaveOperator, bandwidth: float, weight: float) -> np.ndarray:
    """Return σ_max(W^{-1/2} Γᵀ Y Φ V^{-1/2}) entry by entry, for a rate of 50 Hz."""
    time = Time(signals.shape[1], 50.0, order=1)
    spectrum = operator.analyze(signals @ time.basis)
    wave = Axis(operator.eigenvalues, weight).weights(operator.eigenvalue(WAVENUMBERS))
    window = Axis(time.eigenvalues, time.weight(bandwidth)).weights(2 * np.pi * FREQUENCIES)
    return np.array(
        [[np.linalg.norm(spectrum / np.sqrt(np.outer(w, v)), 2) for w in wave.T] for v in window.T]
    )


def noisy(n_sensors: int, n_samples: int, seed: int = 3) -> np.ndarray:
    """Return noise with one strong tone, of the same unit as the rest."""
    tone = np.outer(np.linspace(-1, 2, n_sensors) ** 2, np.sin(0.9 * np.arange(n_samples)))
    return np.random.default_rng(seed).normal(size=(n_sensors, n_samples)) + 4.0 * tone


@pytest.mark.parametrize("weight", [0.0, 0.3, 30.0, 1e4])
@pytest.mark.parametrize(
    "operator",
    [
        wf.String(9, 0.5, ends="free-fixed"),
        wf.Beam(9, 0.7),
        wf.String(positions=[0.3, 0.0, 1.1, 2.0, 2.2, 3.5, 4.4, 4.0, 5.0]),
    ],
    ids=["string", "beam", "uneven"],
)
def test_the_map_is_that_of_dense_singular_values(operator: wf.WaveOperator, weight: float) -> None:
    signals = noisy(9, 120)
    recording = wf.Recording(signals, 50.0, unit="m")
    picture = frequency_wavenumber(
        recording,
        operator,
        bandwidth=1.5,
        wave_weight=weight,
        frequencies=FREQUENCIES,
        wavenumbers=WAVENUMBERS,
    )
    assert np.allclose(picture.values, dense_map(signals, operator, 1.5, weight), rtol=1e-3)
    assert picture.unit == "m"


def test_many_sensors_are_as_exact_where_something_stands_out() -> None:
    signals, operator = noisy(40, 150), wf.String(40, 0.5, ends="free")
    picture = frequency_wavenumber(
        wf.Recording(signals, 50.0),
        operator,
        bandwidth=1.0,
        wave_weight=10.0,
        frequencies=FREQUENCIES,
        wavenumbers=WAVENUMBERS,
    )
    expected = dense_map(signals, operator, 1.0, 10.0)
    assert np.all(picture.values <= expected * (1 + 1e-5))
    assert np.allclose(picture.values, expected, rtol=1e-3)


def test_complex_recordings_and_extreme_units_are_mapped() -> None:
    signals, operator = noisy(7, 90) + 1j * noisy(7, 90, seed=4)[::-1], wf.String(7, 0.5)
    settings = {"bandwidth": 2.0, "wave_weight": 3.0, "frequencies": FREQUENCIES, "wavenumbers": WAVENUMBERS}
    expected = dense_map(signals, operator, 2.0, 3.0)
    for unit in (1.0, 1e-170, 1e170):
        values = frequency_wavenumber(wf.Recording(unit * signals, 50.0), operator, **settings).values
        assert np.allclose(values / unit, expected, rtol=1e-3)


def test_without_a_wave_equation_the_map_is_the_first_singular_value() -> None:
    recording = wf.Recording(noisy(8, 200), 50.0)
    curves = singular_values(recording, 1.0, FREQUENCIES, count=8)
    cut = frequency_wavenumber(
        recording, bandwidth=1.0, wave_weight=0.0, frequencies=FREQUENCIES, wavenumbers=3
    )
    assert np.allclose(cut.values, curves.values[:, :1], rtol=1e-5)
    time = Time(200, 50.0, order=1)
    window = Axis(time.eigenvalues, time.weight(1.0)).weights(2 * np.pi * FREQUENCIES)
    for values, weights in zip(curves.values, window.T, strict=True):
        dense = np.linalg.svd(recording.signals @ time.basis / np.sqrt(weights), compute_uv=False)
        assert np.allclose(values, dense, rtol=1e-9)


def test_densities_of_white_noise_are_its_power_per_hertz() -> None:
    rng = np.random.default_rng(5)
    recording = wf.Recording(3.0 * rng.normal(size=(2, 20_000)), 50.0, unit="m")
    curves = singular_values(recording, 5.0, np.linspace(5.0, 20.0, 7), count=2)
    assert np.allclose(curves.densities.mean(axis=1), 2 * 9.0 / 50.0, rtol=0.05)


def test_the_windows_of_a_long_spectrum_are_as_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    signals = noisy(5, 1000)
    signals[0] += 1e4 * np.sin(1.7 * np.arange(1000))  # whose skirt is all there is elsewhere
    recording = wf.Recording(signals, 50.0)
    exact = singular_values(recording, 0.3, 40, count=5)
    monkeypatch.setattr(_windows, "SHORT", 100)
    monkeypatch.setattr(_windows, "REACH", 5)
    rough = singular_values(recording, 0.3, 40, count=5)
    assert np.max(np.abs(rough.values / exact.values - 1)) > 1e-6  # the other way was gone
    assert np.allclose(rough.values, exact.values, rtol=1e-3 * (20 / 5) ** 2)
    monkeypatch.setattr(_windows, "REACH", 20)
    assert np.allclose(singular_values(recording, 0.3, 40, count=5).values, exact.values, rtol=1e-3)


def test_a_standing_wave_peaks_where_it_is() -> None:
    operator = wf.String(40, 0.5, ends="fixed")
    wavenumber = float(operator.wavenumber(operator.eigenvalues)[6])
    shape = operator.synthesize(np.eye(40)[:, 6])
    tone = np.cos(2 * np.pi * 7.0 * np.arange(600) / 50.0)
    recording = wf.Recording(np.outer(shape, tone) + 0.1 * noisy(40, 600) / 4, 50.0)
    picture = frequency_wavenumber(
        recording,
        operator,
        bandwidth=0.3,
        wave_weight=100.0,
        frequencies=np.linspace(4, 10, 61),
        wavenumbers=np.sort(np.append(np.linspace(0, 3, 61), wavenumber)),
    )
    assert picture.peak == pytest.approx((7.0, wavenumber), abs=1e-6)
    # behind both filters the whole wave passes: √(n_samples/2) for one of norm 1 in space
    assert picture.values.max() == pytest.approx(300**0.5, rel=0.02)


X = np.sort(np.random.default_rng(8).uniform(0.0, 40.0, 17))


def travelling(speed: float, amplitude: float = 1.0, frequency: float = 12.0) -> wf.Recording:
    times = np.arange(1500) / 100.0
    wave = amplitude * np.cos(2 * np.pi * frequency * (times - X[:, None] / speed))
    return wf.Recording(wave, 100.0, X, unit="m")


@pytest.mark.parametrize("speed", [60.0, -90.0])
@pytest.mark.parametrize("wave_bandwidth", [0.0, 0.05, 0.5])
def test_a_travelling_wave_peaks_at_its_signed_wavenumber(speed: float, wave_bandwidth: float) -> None:
    picture = travelling_waves(
        travelling(speed, amplitude=3.0),
        bandwidth=0.2,
        wave_bandwidth=wave_bandwidth,
        frequencies=np.linspace(10, 14, 41),
        wavenumbers=np.linspace(-2, 2, 401),
    )
    frequency, wavenumber = picture.peak
    assert frequency == pytest.approx(12.0, abs=0.05)
    assert 2 * np.pi * frequency / wavenumber == pytest.approx(speed, rel=0.01)
    window = singular_values(travelling(speed, amplitude=3.0).select([0, 1]), 0.2, np.array([12.0])).values
    assert picture.values.max() == pytest.approx(window[0, 0] * (17 / 2) ** 0.5, rel=0.05)
    assert picture.values.max() == pytest.approx(3.0 * (17 * 1500 / 2) ** 0.5, rel=0.1)


def spectral_matrix(signals: np.ndarray, rate: float, bandwidth: float, frequency: float) -> np.ndarray:
    n = 16_384
    spectrum = np.fft.rfft(signals, n) * (2 / n) ** 0.5
    window = 1 / (1 + ((np.fft.rfftfreq(n, 1 / rate) - frequency) / (bandwidth / 2)) ** 2)
    return np.asarray((spectrum * window) @ spectrum.conj().T)


@pytest.mark.parametrize("wave_bandwidth", [0.0, 0.1, 1.0, 1e6])
def test_travelling_maps_are_those_of_a_long_line_seen_in_part(wave_bandwidth: float) -> None:
    signals = np.asarray(travelling(60.0).signals)[:, :300] + noisy(17, 300)
    wavenumbers = np.array([-0.7, 0.2, 1.25])
    picture = travelling_waves(
        wf.Recording(signals, 100.0, X),
        bandwidth=1.0,
        wave_bandwidth=wave_bandwidth,
        frequencies=np.array([12.0, 31.0]),
        wavenumbers=wavenumbers,
    )
    # W^{-1} between the sensors, summed over the wavenumbers of a line without end
    half, offsets = max(wave_bandwidth / 2, 1e-9), np.tan(np.linspace(-1, 1, 200_001)[1:-1] * np.pi / 2)
    distances, where = np.unique(np.abs(X[:, None] - X).round(12), return_inverse=True)
    if wave_bandwidth < 1e6:
        kernel = np.array([np.mean(np.cos(half * offsets * d)) for d in distances])[where].reshape(17, 17)
    else:
        kernel = np.eye(17)
    for i, frequency in enumerate(picture.frequencies):
        matrix = spectral_matrix(signals, 100.0, 1.0, float(frequency))
        for j, k in enumerate(wavenumbers):
            steered = kernel * np.exp(-1j * k * (X[:, None] - X))
            top = np.max(np.linalg.eigvals(steered @ matrix).real)
            expected = (top * 17 / kernel.sum()) ** 0.5
            assert picture.values[i, j] == pytest.approx(expected, rel=5e-3)


def test_equalized_values_are_shares_of_a_plane_wave() -> None:
    fading = travelling(60.0).replace(signals=travelling(60.0).signals * np.exp(-0.2 * X)[:, None])
    settings = {
        "bandwidth": 0.2,
        "frequencies": np.array([12.0, 30.0]),
        "wavenumbers": np.linspace(0, 2, 401),
    }
    picture = travelling_waves([fading, fading], equalized=True, **settings)
    assert picture.unit == "–"
    assert picture.values.max() == pytest.approx(1.0, abs=1e-3)
    scaled = fading.replace(signals=fading.signals * 1e-160 * np.arange(1, 18)[:, None])
    assert np.allclose(travelling_waves(scaled, equalized=True, **settings).values, picture.values, rtol=1e-4)


def test_shots_add_up_whatever_their_phase() -> None:
    shots = [travelling(60.0), travelling(60.0, amplitude=2.0).replace(signals=-2 * travelling(60.0).signals)]
    settings = {"bandwidth": 0.2, "frequencies": np.array([12.0]), "wavenumbers": np.array([0.5, 1.25])}
    one, both = travelling_waves(shots[0], **settings), travelling_waves(shots, **settings)
    assert np.allclose(both.values, 5**0.5 * one.values, rtol=1e-4)


def test_complex_signals_show_their_sign_of_frequency() -> None:
    signals = np.exp(1j * (0.8 * X[:, None] + 2 * np.pi * 9.0 * np.arange(800) / 100))  # e^{iωt} e^{ikx}
    picture = travelling_waves(
        wf.Recording(signals, 100.0, X),
        bandwidth=0.3,
        frequencies=np.linspace(-20, 20, 81),
        wavenumbers=np.linspace(-2, 2, 81),
    )
    assert picture.peak == pytest.approx((9.0, -0.8))


RIDGE_F, RIDGE_K = np.linspace(5.0, 60.0, 111), np.linspace(-3.0, 3.0, 601)


def ridge_map(speeds: np.ndarray, width: float = 0.05) -> FrequencyWavenumberMap:
    at = 2 * np.pi * RIDGE_F[:, None] / speeds[:, None]
    return FrequencyWavenumberMap(RIDGE_F, RIDGE_K, 1 / (1 + ((RIDGE_K - at) / width) ** 2))


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("slowest_group", [None, 40.0])
def test_points_follow_a_dispersion_curve(sign: float, slowest_group: float | None) -> None:
    speeds = sign * np.linspace(220.0, 130.0, 111)
    points = dispersion_points(ridge_map(speeds), speeds=(sign * 80, sign * 400), slowest_group=slowest_group)
    assert np.array_equal(points.frequencies, RIDGE_F)
    assert np.allclose(points.phase_speeds, speeds, rtol=2e-3)
    assert np.allclose(points.wavelengths, np.abs(speeds) / RIDGE_F, rtol=2e-3)
    assert np.all(points.qualities > 10)


def test_a_followed_ridge_does_not_jump_to_a_louder_mode() -> None:
    first, second = ridge_map(np.full(111, 150.0)), ridge_map(np.full(111, 300.0))
    louder = (RIDGE_F > 30) & (RIDGE_F < 35)
    both = FrequencyWavenumberMap(
        RIDGE_F, RIDGE_K, first.values + np.where(louder, 1.5, 0.5)[:, None] * second.values
    )
    free = dispersion_points(both, speeds=(80, 400)).phase_speeds
    followed = dispersion_points(both, speeds=(80, 400), slowest_group=60.0).phase_speeds
    assert np.count_nonzero(free > 250) == np.count_nonzero(louder)
    assert np.allclose(followed, 150.0, rtol=0.03)


def test_frequencies_without_a_peak_within_the_limits_are_left_out() -> None:
    speeds = np.linspace(220.0, 90.0, 111)
    points = dispersion_points(ridge_map(speeds), speeds=(150.0, 400.0))
    assert 0 < len(points.frequencies) < 111
    assert points.phase_speeds.min() > 149.0
    nothing = FrequencyWavenumberMap(RIDGE_F, RIDGE_K, np.zeros((111, 601)))
    assert len(dispersion_points(nothing).frequencies) == 0


def test_speeds_at_wavelengths_are_medians_of_their_neighbours() -> None:
    speeds = np.array([100.0, 104.0, 250.0, 120.0])
    frequencies = speeds / np.array([2.0, 2.05, 2.1, 4.0])
    points = DispersionPoints(frequencies, 2 * np.pi * frequencies / speeds, np.ones(4), np.ones(4))
    assert np.allclose(points.speeds_at([2.0, 4.0, 8.0])[:2], [104.0, 120.0])
    assert np.isnan(points.speeds_at([2.0, 4.0, 8.0])[2])


RECORDING = wf.Recording(noisy(4, 50), 50.0)
FK = {"bandwidth": 1.0, "wave_weight": 1.0}


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: frequency_wavenumber(RECORDING.replace(sampling_rate=None), **FK), "no sampling rate"),
        (lambda: singular_values(RECORDING.replace(sampling_rate=None), 1.0), "no sampling rate"),
        (lambda: travelling_waves(RECORDING.replace(sampling_rate=None), bandwidth=1.0), "no sampling rate"),
        (lambda: frequency_wavenumber(RECORDING, wf.String(5), **FK), "5 points and the recording 4 sensors"),
        (lambda: frequency_wavenumber(RECORDING, **FK | {"wave_weight": -1.0}), "wave_weight is -1.0"),
        (lambda: frequency_wavenumber(RECORDING, **FK | {"bandwidth": 0.0}), "bandwidth is 0.0"),
        (lambda: frequency_wavenumber(RECORDING, **FK | {"bandwidth": "narrow"}), "bandwidth is 'narrow'"),
        (
            lambda: frequency_wavenumber(RECORDING, **FK, frequencies=[2.0, 1.0]),
            "must be finite and rise",
        ),
        (
            lambda: frequency_wavenumber(RECORDING, **FK, frequencies=[1.0, 26.0]),
            "must be between 0 and 25 Hz",
        ),
        (lambda: frequency_wavenumber(RECORDING, **FK, wavenumbers=1), "give at least 2"),
        (lambda: frequency_wavenumber(RECORDING, **FK, wavenumbers="many"), "wavenumbers is 'many'"),
        (lambda: singular_values(RECORDING, 1.0, count=0), "count is 0"),
        (lambda: singular_values(RECORDING, float("nan")), "bandwidth is nan"),
        (lambda: travelling_waves([], bandwidth=1.0), "give a Recording"),
        (lambda: travelling_waves(RECORDING, bandwidth=0.0), "bandwidth is 0"),
        (lambda: travelling_waves(RECORDING, bandwidth=1.0, wave_bandwidth=-1.0), "wave_bandwidth is -1.0"),
        (lambda: travelling_waves(RECORDING, bandwidth=1.0, frequencies=[-1.0, 1.0]), "between 0 and 25 Hz"),
        (
            lambda: travelling_waves(RECORDING.replace(positions=np.eye(4)[:, :2]), bandwidth=1.0),
            "2-dimensional positions",
        ),
        (
            lambda: travelling_waves(RECORDING.replace(positions=[0.0, 1.0, 1.0, 2.0]), bandwidth=1.0),
            "at the place of another",
        ),
        (
            lambda: travelling_waves([RECORDING, RECORDING.replace(sampling_rate=51.0)], bandwidth=1.0),
            "shots of one spread",
        ),
        (lambda: dispersion_points(ridge_map(np.ones(111)), speeds=(-1.0, 2.0)), "two of one sign"),
        (lambda: dispersion_points(ridge_map(np.ones(111)), slowest_group=0.0), "slowest_group is 0.0"),
        (
            lambda: dispersion_points(
                FrequencyWavenumberMap(RIDGE_F[:2], RIDGE_F[:3] ** 2, np.ones((2, 3))), slowest_group=50.0
            ),
            "needs even wavenumbers",
        ),
    ],
)
def test_bad_input_is_refused_in_words(call: object, complaint: str) -> None:
    assert callable(call)
    with pytest.raises(wf.InputError, match=complaint):
        call()


def test_dead_channels_are_named() -> None:
    dead = noisy(4, 50)
    dead[2] = 0.0
    with pytest.raises(wf.InputError, match="sensor 2 is zero throughout"):
        travelling_waves(wf.Recording(dead, 50.0), bandwidth=1.0)


def test_results_are_plain_and_frozen() -> None:
    curves = singular_values(RECORDING, 1.0, 5, count=9)
    assert isinstance(curves, SingularValues)
    assert curves.values.shape == (5, 4)
    assert np.all(np.diff(curves.values, axis=1) <= 0)
    with pytest.raises(AttributeError):
        curves.unit = "m"  # type: ignore[misc]


def test_measured_surface_waves_follow_the_published_dispersion(shared_data: Path) -> None:
    """Øysand, Norway: two hammer shots against the band that Olafsdottir et al. (2024) publish for 30."""
    folder = shared_data / "oysand_masw"
    if not folder.is_dir():
        pytest.skip("the Øysand shots are absent")
    wavelengths, mean, low, high = np.loadtxt(folder / "Oysand_dc.txt", skiprows=1)[:29].T
    files = [folder / f"Oysand_dx_2m_x1_{offset}m_forward.dat" for offset in (10, 20)]
    shots = [
        wf.detrend(wf.Recording(np.loadtxt(file, skiprows=5).T, 1000.0, 2.0 * np.arange(24)), "constant")
        for file in files
    ]
    picture = travelling_waves(
        shots,
        bandwidth=0.25,  # shots of 2.2 s
        frequencies=np.arange(4.5, 62.0, 0.4),
        wavenumbers=np.linspace(0.05, 3.5, 231),
        equalized=True,
    )
    points = dispersion_points(picture, slowest_group=60.0)
    speeds = points.speeds_at(wavelengths)
    assert np.mean((speeds >= low) & (speeds <= high)) >= 0.9
    inner = slice(1, -1)  # the two ends are beyond what 24 geophones at 2 m resolve
    assert np.max(np.abs(speeds[inner] / mean[inner] - 1)) < 0.03
