"""Methods that come in packages, against closed forms: sums of damped modes, tones, ambient vibration."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.baselines import BOPDMD, DMD, EMD, FSDD, SSI, VMD, CorrelationDMD, HankelDMD, Identifier
from wavefact.baselines._poles import continuous_poles, modes_of_poles
from wavefact.baselines.emd import above_noise
from wavefact.metrics import relative_error
from wavefact.modal.similarity import mac
from wavefact.operators import String
from wavefact.recording import Recording
from wavefact.simulate import Structure, simulate

RATE, N_SENSORS = 100.0, 12
FREQUENCIES, DAMPING = np.array([3.1, 7.3, 12.9]), np.array([0.01, 0.02, 0.008])
STRING = String(N_SENSORS, 1.0)
MODULES = {
    DMD: "pydmd",
    HankelDMD: "pydmd",
    CorrelationDMD: "pydmd",
    BOPDMD: "pydmd",
    SSI: "pyoma2",
    FSDD: "pyoma2",
    VMD: "vmdpy",
    EMD: "PyEMD",
}


def need(method: type) -> None:
    """Skip where the package of a method is not installed."""
    from wavefact.baselines._packages import quiet

    with quiet():
        pytest.importorskip(MODULES[method], reason=f"{method.package} is not installed")


def standing() -> np.ndarray:
    points = np.arange(1, N_SENSORS + 1) / (N_SENSORS + 1)
    return np.sin(np.pi * np.outer(points, [1, 2, 4]))


def decay(shapes: np.ndarray, n_samples: int = 800) -> Recording:
    """Return Re Σ shape · exp(s t), without noise: s = 2πf (−ζ + i √(1 − ζ²))."""
    poles = 2 * np.pi * FREQUENCIES * (-DAMPING + 1j * np.sqrt(1 - DAMPING**2))
    weights = np.array([1.0, 0.7j, 0.5])
    courses = weights[:, None] * np.exp(np.outer(poles, np.arange(n_samples) / RATE))
    return Recording((shapes @ courses).real, RATE)


@pytest.mark.parametrize("method", [HankelDMD(), CorrelationDMD(), BOPDMD(), SSI()])
def test_standing_waves_without_noise_are_recovered(method: Identifier) -> None:
    need(type(method))
    model = method.identify(decay(standing()), STRING)
    np.testing.assert_allclose(model.frequencies, FREQUENCIES, rtol=1e-3)
    np.testing.assert_allclose(model.damping_ratios, DAMPING, rtol=0.03)
    assert np.all(np.diag(mac(model.mode_shapes, standing())) > 0.99)


def test_plain_dmd_recovers_travelling_waves_and_not_standing_ones() -> None:
    need(DMD)
    shapes = np.exp(1j * np.outer(np.arange(N_SENSORS), [0.4, 0.9, 1.7]))
    recording = decay(shapes)
    model = DMD().identify(recording, STRING)
    np.testing.assert_allclose(model.frequencies, FREQUENCIES, rtol=1e-3)
    np.testing.assert_allclose(model.damping_ratios, DAMPING, rtol=0.03)
    assert np.all(np.diag(mac(model.mode_shapes, shapes)) > 0.99)
    assert relative_error(DMD().denoise(recording, STRING).signals, recording.signals) < 1e-6
    assert DMD().identify(decay(standing()), STRING).n_modes == 0


@pytest.mark.parametrize("method", [HankelDMD(), BOPDMD()])
def test_a_sum_of_exponentials_is_kept_and_noise_removed(method: HankelDMD | BOPDMD) -> None:
    need(type(method))
    clean = decay(standing())
    signals = np.asarray(clean.signals)
    assert relative_error(method.denoise(clean, STRING).signals, signals) < 1e-3
    noise = 0.3 * np.random.default_rng(5).standard_normal(signals.shape)
    rest = relative_error(method.denoise(clean.replace(signals=signals + noise), STRING).signals, signals)
    assert rest < 0.3 * np.linalg.norm(noise) / np.linalg.norm(signals)


@pytest.mark.parametrize("method", [FSDD(), SSI(), CorrelationDMD()])
def test_two_modes_of_ambient_vibration_are_separated(method: Identifier) -> None:
    need(type(method))
    cable = String(8, 1.0)
    structure = Structure.of(cable, 2, wave_speed=36.0, damping_ratios=[0.01, 0.01])
    recording = simulate(
        structure, "random", sampling_rate=20.0, duration=600.0, snr_db=15.0, rng=4
    ).recording
    model = method.identify(recording, cable)
    assert model.n_modes == 2
    np.testing.assert_allclose(model.frequencies, structure.frequencies, rtol=0.01)
    np.testing.assert_allclose(model.damping_ratios, 0.01, atol=0.006)
    points = np.arange(1, 9) / 9
    assert np.all(np.diag(mac(model.mode_shapes, np.sin(np.pi * np.outer(points, [1, 2])))) > 0.99)


def test_vmd_recovers_two_tones() -> None:
    need(VMD)
    times = np.arange(1000) / RATE
    courses = np.stack([np.sin(2 * np.pi * 3 * times), 0.6 * np.cos(2 * np.pi * 7 * times)])
    clean = standing()[:, :2] @ courses
    noisy = clean + 0.3 * np.random.default_rng(2).standard_normal(clean.shape)
    recording = Recording(noisy, RATE)
    model = VMD().identify(recording, STRING)
    np.testing.assert_allclose(model.frequencies, [3.0, 7.0], rtol=0.01)
    assert np.all(np.diag(mac(model.mode_shapes, standing()[:, :2])) > 0.99)
    assert np.all(np.isnan(model.damping_ratios))
    assert relative_error(VMD().denoise(recording, STRING).signals, clean) < 0.3 * relative_error(
        noisy, clean
    )


def test_emd_removes_noise_of_high_frequency() -> None:
    need(EMD)
    times = np.arange(1000) / RATE
    tone = np.sin(2 * np.pi * 0.7 * times)
    hiss = 0.2 * np.diff(np.random.default_rng(1).standard_normal((3, 1001)), axis=1)
    noisy = Recording(tone + hiss, RATE)
    for method in (EMD(), EMD(3)):
        kept = np.asarray(method.denoise(noisy, String(3)).signals)
        assert relative_error(kept, np.tile(tone, (3, 1))) < 0.4 * relative_error(
            noisy.signals, np.tile(tone, (3, 1))
        )
    all_kept = np.asarray(EMD(0).denoise(noisy, String(3)).signals)
    np.testing.assert_allclose(all_kept, noisy.signals, atol=1e-10)  # IMFs add up to the channel


def test_white_noise_is_below_the_limit_of_emd() -> None:
    need(EMD)
    noise = Recording(np.random.default_rng(8).standard_normal((40, 512)), RATE)
    kept = np.asarray(EMD().denoise(noise, String(40)).signals)
    assert np.linalg.norm(kept) < 0.25 * np.linalg.norm(np.asarray(noise.signals))


def test_the_limit_of_emd_is_the_published_one() -> None:
    """Of the first IMF of energy 0.719, W_k = 2.01⁻ᵏ; log₂(T_2/W_2) = 2^(0.474 · 2 − 2.449) = 0.353."""
    limit = 2.01**-2 * 2**0.35331
    first = np.array([np.sqrt(0.719), 0.0])
    assert above_noise(np.stack([first, [0.0, np.sqrt(limit * 1.001)]])).tolist() == [False, True]
    assert above_noise(np.stack([first, [0.0, np.sqrt(limit * 0.999)]])).tolist() == [False, False]


def test_poles_become_modes_and_what_does_not_swing_is_left_out() -> None:
    recording = Recording(np.random.default_rng(0).standard_normal((2, 50)), RATE)
    strong, weak, other = -0.4 + 20j, -0.9 + 21j, -0.1 + 40j
    poles = np.array([strong, strong.conjugate(), weak, other, -5.0, 8 + 30j, -30 + 30j, np.nan])
    shapes = np.ones((2, 8), complex)
    shapes[1, 3] = -1
    energies = np.array([4.0, 4.0, 1.0, 2.0, 9.0, 9.0, 9.0, 9.0])
    model = modes_of_poles(poles, shapes, energies, recording)
    np.testing.assert_allclose(model.frequencies, np.abs([strong, other]) / (2 * np.pi))
    np.testing.assert_allclose(model.damping_ratios, [0.4 / abs(strong), 0.1 / abs(other)])
    np.testing.assert_array_equal(model.mode_shapes, [[1, 1], [1, -1]])


def test_an_eigenvalue_of_zero_is_no_pole() -> None:
    poles = continuous_poles(np.array([np.exp((-1 + 30j) / RATE), 0.0]), RATE)
    np.testing.assert_allclose(poles[0], -1 + 30j)
    assert np.isnan(poles[1])
