"""Filters in time do what their textbooks say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfreqz

import wavefact as wf
from wavefact.baselines import (
    BASELINES,
    Bandpass,
    Denoiser,
    KalmanSmoother,
    Lowpass,
    MovingAverage,
    SavitzkyGolay,
    WaveletShrinkage,
    Wiener,
)
from wavefact.baselines._butterworth import butterworth_gain
from wavefact.baselines._oscillators import Oscillators, oscillators_at_peaks, peaks_of
from wavefact.baselines._risk import angles, cosine_coefficients, cosine_signals, cosine_spectrum
from wavefact.baselines.moving_average import mean_gain
from wavefact.baselines.savitzky_golay import polynomial_gain
from wavefact.baselines.wavelet import soft_risk, sure_threshold
from wavefact.errors import InputError
from wavefact.simulate import scenario_s2

RATE, STRING = 100.0, wf.String(2)
TIMES = np.arange(3000) / RATE
MIDDLE = slice(1000, 2000)


def recording(*channels: np.ndarray) -> wf.Recording:
    return wf.Recording(np.array(channels), RATE)


def tones(frequency: float) -> wf.Recording:
    phase = 2 * np.pi * frequency * TIMES
    return recording(np.sin(phase), 3 * np.cos(phase))


def filtered(baseline: Denoiser, given: wf.Recording) -> np.ndarray:
    return np.asarray(baseline.denoise(given, STRING).signals)


@pytest.mark.parametrize(
    ("baseline", "frequency", "gain"),
    [
        (Lowpass(10.0), 10.0, 0.5),
        (Lowpass(10.0), 3.0, 1.0),
        (Lowpass(10.0), 30.0, 0.0),
        (Bandpass(4.0, 10.0), 4.0, 0.5),
        (Bandpass(4.0, 10.0), 10.0, 0.5),
        (Bandpass(4.0, 10.0), 6.4, 1.0),
        (Bandpass(4.0, 10.0), 1.0, 0.0),
        (Bandpass(4.0, 10.0, order=1), 4.0, 0.5),
    ],
)
def test_a_tone_at_an_edge_is_halved_and_no_tone_is_shifted(
    baseline: Denoiser, frequency: float, gain: float
) -> None:
    given = tones(frequency)
    expected = gain * np.asarray(given.signals)[:, MIDDLE]
    np.testing.assert_allclose(filtered(baseline, given)[:, MIDDLE], expected, atol=4e-3)


@pytest.mark.parametrize("low", [None, 4.0])
@pytest.mark.parametrize("order", [2, 4])
def test_the_gain_of_butterworth_is_that_of_scipy(low: float | None, order: int) -> None:
    edges, kind = (10.0, "lowpass") if low is None else ((low, 10.0), "bandpass")
    _, response = sosfreqz(butter(order, edges, kind, fs=RATE, output="sos"), angles(200))
    expected = np.abs(response) ** 2
    np.testing.assert_allclose(butterworth_gain(angles(200), low, 10.0, RATE, order), expected, atol=1e-10)


def test_an_offset_passes_a_lowpass_and_no_bandpass() -> None:
    given = tones(6.0)
    lifted = given.replace(signals=np.asarray(given.signals) + 50.0)
    low, band = Lowpass(12.0), Bandpass(3.0, 12.0)
    np.testing.assert_allclose(filtered(low, lifted), filtered(low, given) + 50, atol=1e-9)
    np.testing.assert_allclose(filtered(band, lifted), filtered(band, given), atol=1e-6)


def test_moving_means_of_a_ramp_are_the_ramp_and_those_of_a_tone_follow_dirichlet() -> None:
    ramp = filtered(MovingAverage(7), recording(TIMES, 2 - 3 * TIMES))
    np.testing.assert_allclose(ramp[:, 3:-3], [TIMES[3:-3], 2 - 3 * TIMES[3:-3]], atol=1e-12)
    weights = np.convolve(np.arange(20.0) ** 2, np.ones(5) / 5, mode="valid")
    squares = filtered(MovingAverage(5), recording(np.arange(20.0) ** 2, np.arange(20.0)))
    np.testing.assert_allclose(squares[0, 2:-2], weights)
    angle = 2 * np.pi * 9.0 / RATE
    gain = np.sin(7 * angle / 2) / (7 * np.sin(angle / 2))
    assert mean_gain(np.array([0.0, angle]), 7) == pytest.approx([1.0, gain])
    given = tones(9.0)
    expected = gain * np.asarray(given.signals)[:, MIDDLE]
    np.testing.assert_allclose(filtered(MovingAverage(7), given)[:, MIDDLE], expected, atol=1e-12)


def test_savitzky_golay_reproduces_polynomials_to_the_ends_and_no_higher_ones() -> None:
    t = np.linspace(-1, 1, 60)
    given = recording(1 - t + 2 * t**2, 3 * t**4 - t**3)
    fitted = filtered(SavitzkyGolay(11, 4), given)
    np.testing.assert_allclose(fitted, given.signals, atol=1e-10)
    lower = filtered(SavitzkyGolay(11, 2), given)
    np.testing.assert_allclose(lower[0], given.signals[0], atol=1e-10)
    assert np.abs(lower[1] - given.signals[1]).max() > 1e-3


def test_the_gain_of_savitzky_golay_is_what_it_does_to_a_tone() -> None:
    given = tones(7.5)  # 450 half swings in the record
    gain = polynomial_gain(3000, 21, 2)
    assert gain[0] == pytest.approx(1.0)
    done = filtered(SavitzkyGolay(21, 2), given)[:, MIDDLE]
    np.testing.assert_allclose(done, gain[450] * np.asarray(given.signals)[:, MIDDLE], atol=1e-10)


def test_the_wiener_gain_is_one_minus_noise_over_power() -> None:
    coefficients = np.full((2, 50), 0.5)
    coefficients[:, 5], coefficients[:, 9] = (3.0, -1.0), (0.0, 2.0)
    done = cosine_coefficients(filtered(Wiener(1.0, 1), recording(*cosine_signals(coefficients))))
    expected = np.zeros((2, 50))
    expected[:, 5], expected[:, 9] = (3.0 * 0.8, -1.0 * 0.8), (0.0, 2.0 * 0.5)  # powers of 5 and 2
    np.testing.assert_allclose(done, expected, atol=1e-12)
    done = cosine_coefficients(filtered(Wiener(1.0, 3), recording(*cosine_signals(coefficients))))
    np.testing.assert_allclose(done[:, 4:7], (1 - 1 / 1.8333333333333333) * coefficients[:, 4:7], atol=1e-12)


@pytest.mark.parametrize("wavelet", ["sym8", "db20", "coif10", "haar"])
@pytest.mark.parametrize("rule", ["sure", "bayes", "universal"])
def test_wavelets_without_a_threshold_give_the_recording_back(wavelet: str, rule: str) -> None:
    pytest.importorskip("pywt")
    given = recording(*np.random.default_rng(0).standard_normal((3, 301)))
    done = WaveletShrinkage(rule, 0.0, wavelet).denoise(given, wf.String(3)).signals
    np.testing.assert_allclose(done, given.signals, atol=1e-9)


def test_the_universal_threshold_is_that_of_pywavelets() -> None:
    pywt = pytest.importorskip("pywt")
    given = recording(*np.random.default_rng(1).standard_normal((2, 256)).cumsum(axis=1))
    for channel, done in zip(
        given.signals, filtered(WaveletShrinkage("universal", 0.8, "db2"), given), strict=True
    ):
        levels = pywt.wavedec(channel, "db2")
        noise = np.median(np.abs(levels[-1])) / 0.6744897501960817
        threshold = 0.8 * noise * np.sqrt(2 * np.log(256))
        expected = pywt.waverec([pywt.threshold(level, threshold, "soft") for level in levels], "db2")
        np.testing.assert_allclose(done, expected, atol=1e-12)


def test_the_threshold_of_bayes_is_noise_variance_over_deviation_of_the_signal() -> None:
    pywt = pytest.importorskip("pywt")
    rng = np.random.default_rng(5)
    given = recording(*(4 * np.sin(0.9 * np.arange(512)) + rng.standard_normal((2, 512)) * [[1.0], [0.3]]))
    for channel, done in zip(
        given.signals, filtered(WaveletShrinkage("bayes", 1.0, "db4"), given), strict=True
    ):
        levels = pywt.wavedec(channel, "db4")
        variance = (np.median(np.abs(levels[-1])) / 0.6744897501960817) ** 2
        for i, level in enumerate(levels):
            excess = np.mean(level**2) - variance
            threshold = variance / np.sqrt(excess) if excess > 0 else np.inf
            levels[i] = pywt.threshold(level, min(threshold, np.abs(level).max()), "soft")
        np.testing.assert_allclose(done, pywt.waverec(levels, "db4"), atol=1e-10)


def test_the_sure_threshold_has_the_least_risk() -> None:
    rng = np.random.default_rng(2)
    values = rng.standard_normal(400) + np.where(rng.random(400) < 0.1, 5.0, 0.0)
    grid = np.linspace(0, 4, 4001)
    risks = [float(np.sum(soft_risk(values, threshold))) for threshold in grid]
    chosen = sure_threshold(values, 4.0)
    assert np.sum(soft_risk(values, chosen)) <= min(risks) + 1e-9
    assert sure_threshold(values, 0.1) <= 0.1


def oscillators() -> Oscillators:
    return Oscillators(np.array([0.3, 1.1, 2.0]), 0.97, np.array([2.0, 0.7, 0.1]))


def test_the_smoother_is_the_mean_of_the_gaussian_posterior() -> None:
    model, noise = oscillators(), 0.4
    lags = np.subtract.outer(np.arange(300), np.arange(300))[..., None]
    prior = np.sum(model.variances * model.decay ** np.abs(lags) * np.cos(model.angles * lags), axis=-1)
    signals = np.random.default_rng(3).standard_normal((4, 300)) + np.sin(0.3 * np.arange(300))
    expected = np.linalg.solve(prior + noise * np.eye(300), prior @ signals.T).T
    np.testing.assert_allclose(model.smoothed(signals, noise), expected, atol=1e-8)


def test_the_spectrum_of_oscillators_is_the_sum_of_their_covariance() -> None:
    model, lags = oscillators(), np.arange(-800, 801)
    covariance = model.decay ** np.abs(lags) * (model.variances @ np.cos(np.outer(model.angles, lags)))
    expected = np.cos(np.outer(angles(50), lags)) @ covariance
    np.testing.assert_allclose(model.spectrum(50), expected, rtol=1e-8)


def test_oscillators_are_put_at_the_peaks_with_their_power() -> None:
    clean = 2 * np.sin(2 * np.pi * 11.0 * TIMES) + np.sin(2 * np.pi * 23.5 * TIMES)
    signals = clean + np.random.default_rng(4).normal(size=(20, 3000))
    power, noise = cosine_spectrum(signals)
    peaks = peaks_of(signals, noise, 3)
    model = oscillators_at_peaks(power, noise, peaks, 0.01)
    np.testing.assert_allclose(model.angles * RATE / (2 * np.pi), [11.0, 23.5], atol=0.05)
    np.testing.assert_allclose(model.variances, [2.0, 0.5], rtol=0.1)
    assert model.decay == pytest.approx(np.exp(-0.005))


@pytest.mark.parametrize("snr_db", [20.0, -10.0])
@pytest.mark.parametrize(
    "name",
    ["bandpass", "lowpass", "moving-average", "savgol", "wiener", "wavelet", "wavenumber", "fk", "kalman"],
)
def test_the_automatic_setting_is_near_the_best(name: str, snr_db: float) -> None:
    if name == "wavelet":
        pytest.importorskip("pywt")
    scene, operator, baseline = scenario_s2(snr_db), wf.String(100), BASELINES[name]()
    automatic = wf.relative_error(baseline.denoise(scene.recording, operator).signals, scene.clean)
    settings = list(baseline.candidates(scene.recording, operator))
    assert len(settings) <= 40
    errors = [
        wf.relative_error(setting.denoise(scene.recording, operator).signals, scene.clean)
        for setting in settings
    ]
    assert min(errors) <= automatic + 1e-9
    assert automatic < 1.2 * min(errors)
    assert automatic < 0.95 * scene.noise / np.sqrt(np.mean(scene.clean**2))


@pytest.mark.parametrize(
    ("baseline", "words"),
    [
        (Lowpass(50.0), "half the sampling rate"),
        (Lowpass(5.0, order=0), "order"),
        (Bandpass(9.0, 4.0), "must rise"),
        (Bandpass(0.0, 4.0), "must rise"),
        (MovingAverage(4), "odd number"),
        (SavitzkyGolay(3, 4), "odd width above the degree"),
        (Wiener(-1.0), "at least 0"),
        (WaveletShrinkage("hard"), "one of sure"),
        (WaveletShrinkage(wavelet="ripple"), "ripple"),
        (KalmanSmoother(0), "at least 1"),
        (KalmanSmoother(bandwidth=0.0), "above 0 Hz"),
    ],
)
def test_settings_that_cannot_be_are_refused(baseline: Denoiser, words: str) -> None:
    if isinstance(baseline, WaveletShrinkage):
        pytest.importorskip("pywt")
    with pytest.raises(InputError, match=words):
        filtered(baseline, tones(5.0))


def test_given_fields_are_kept_by_automatic_settings_and_candidates() -> None:
    given = scenario_s2(0.0).recording
    operator = wf.String(100)
    for setting in Bandpass(low=20.0).candidates(given, operator):
        assert setting.low == 20.0
    for setting in KalmanSmoother(bandwidth=2.0).candidates(given, operator):
        assert setting.bandwidth == 2.0
    for setting in SavitzkyGolay(degree=3).candidates(given, operator):
        assert setting.degree == 3
    for setting in Wiener(smoothing=5).candidates(given, operator):
        assert setting.smoothing == 5
