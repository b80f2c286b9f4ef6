"""`factorize` with `missing` and `sensors`."""

import numpy as np
import pytest
from independent import objective_of

import wavefact as wf
from wavefact.simulate import Structure, scenario_s2, simulate

POINTS = np.array([1, 4, 6, 9, 13, 14, 18, 22])


def string_signals(n_samples=200, noise=0.05, seed=0):
    """Return two waves on a string of 24 points, with noise, and without."""
    rng, x, t = np.random.default_rng(seed), np.arange(1, 25) / 25, np.arange(n_samples)
    clean = np.outer(np.sin(np.pi * x), np.sin(0.2 * t)) + np.outer(np.sin(3 * np.pi * x), np.cos(0.47 * t))
    return clean + noise * rng.standard_normal(clean.shape), clean


def seen_objective(fit, signals, matrix, kept):
    """Return ½‖M ∘ (Y − H D Xᵀ)‖² + (λ/2) Σ (‖x‖² + ‖d‖² + γ ‖(A − κ) d‖²) from public fields."""
    left = kept * (signals - matrix @ fit.reconstruct())
    shapes = fit.spatial_factors
    helmholtz = fit.operator.matrix() @ shapes - shapes * fit.eigenvalues
    norms = np.sum(shapes**2) + np.sum(fit.time_courses**2) + fit.wave_weight * np.sum(helmholtz**2)
    return 0.5 * np.sum(left**2) + 0.5 * fit.regularization * norms


@pytest.mark.parametrize("has_gaps", [False, True])
@pytest.mark.parametrize("is_interpolating", [False, True])
def test_the_certificate_is_of_the_objective_at_all_samples(rng, has_gaps, is_interpolating):
    signals, string = string_signals()[0], wf.String(24)
    matrix = np.eye(24)[POINTS]
    if is_interpolating:
        matrix = 0.5 * (matrix + np.eye(24)[POINTS - 1])
    signals = matrix @ signals
    missing = rng.uniform(size=signals.shape) < 0.3 if has_gaps else None
    sensors = matrix if is_interpolating else POINTS
    fit = wf.factorize(
        signals, string, wave_weight=1e3, regularization=3.0, missing=missing, sensors=sensors
    ).require_certified()
    assert fit.spatial_factors.shape[0] == 24
    assert fit.time_courses.shape[0] == 200
    kept = np.ones(signals.shape) if missing is None else ~missing
    value = seen_objective(fit, signals, matrix, kept)
    assert value == pytest.approx(fit.certificate.primal, rel=1e-6)


def test_nothing_missing_is_the_plain_fit():
    signals = string_signals()[0]
    settings = {"wave_weight": 1e3, "regularization": 4.0, "time_weight": 0.0}
    plain = wf.factorize(signals, wf.String(24), **settings)
    for extra in ({"missing": "nan"}, {"sensors": np.arange(24)}, {"missing": np.zeros((24, 200), bool)}):
        fit = wf.factorize(signals, wf.String(24), **settings, **extra)
        np.testing.assert_array_equal(fit.spatial_factors, plain.spatial_factors)
    turned = np.arange(24)[::-1]
    mirrored = wf.factorize(signals[::-1], wf.String(24), **settings, sensors=turned)
    assert mirrored.certificate.primal == pytest.approx(plain.certificate.primal, rel=1e-6)
    assert objective_of(mirrored, signals) == pytest.approx(plain.certificate.primal, rel=1e-6)


def test_dead_channels_come_back_from_the_wave_equation():
    signals, clean = string_signals()
    signals[[3, 4, 17]] = np.nan
    fit = wf.factorize(signals, wf.String(24), wave_weight=1e3, missing="nan", debias=True)
    assert fit.n_components == 2
    assert wf.relative_error(fit.reconstruct()[[3, 4, 17]], clean[[3, 4, 17]]) < 0.05


def test_gaps_come_back_and_regularization_is_automatic(rng):
    signals, clean = string_signals(noise=0.2)
    signals[rng.uniform(size=signals.shape) < 0.6] = np.nan
    fit = wf.factorize(signals, wf.String(24), missing="nan", debias=True)
    assert fit.n_components == 2
    assert fit.noise == pytest.approx(0.2, rel=0.1)
    gaps = np.isnan(signals)
    assert wf.relative_error(fit.reconstruct()[gaps], clean[gaps]) < 0.2


def test_weight_and_noise_of_few_sensors_are_found():
    signals, clean = string_signals(n_samples=600)
    fit = wf.factorize(signals[POINTS], wf.String(24), sensors=POINTS, rtol=1e-4)
    assert fit.noise == pytest.approx(0.05, rel=0.15)
    assert wf.relative_error(fit.reconstruct(), clean) < 0.15


def test_noise_alone_gives_nothing(rng):
    signals = rng.standard_normal((8, 300))
    assert wf.factorize(signals, wf.String(24), wave_weight=1e3, sensors=POINTS).n_components == 0
    signals[rng.uniform(size=signals.shape) < 0.4] = np.nan
    assert (
        wf.factorize(signals, wf.String(24), wave_weight=1e3, sensors=POINTS, missing="nan").n_components == 0
    )


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
def test_as_many_waves_as_sensors_are_found_among_gaps(share, rng):
    """All that moves is in every singular value, so that only the quiet frequencies tell the noise."""
    shapes, t = np.sin(np.pi * np.outer(np.arange(1, 5), np.arange(1, 5)) / 5), np.arange(3000)
    clean = shapes @ np.sin(np.outer([0.2, 0.5, 0.9, 1.4], t))
    signals = clean + np.sqrt(np.mean(clean**2) / 10) * rng.standard_normal(clean.shape)
    signals[rng.uniform(size=signals.shape) < share] = np.nan
    signals[0, np.isnan(signals).all(axis=0)] = 0.0
    fit = wf.factorize(signals, wf.String(4), missing="nan")
    assert fit.n_components == 4
    assert np.sort(wf.mac(fit.spatial_factors, shapes).max(axis=0))[0] > 0.99


def test_what_one_sensor_sees_is_found_though_it_has_gaps(rng):
    signals = rng.standard_normal((4, 5000))
    signals[0] += 0.85 * np.sin(2 * np.pi * 0.03 * np.arange(5000))
    signals[2, 100:200] = np.nan
    assert wf.factorize(signals, missing="nan").n_components > 0


def test_coloured_noise_among_gaps_gives_nothing(rng):
    noise = rng.standard_normal((8, 2001))
    signals = noise[:, 1:] + 0.8 * noise[:, :-1]
    signals[rng.uniform(size=signals.shape) < 0.05] = np.nan
    assert wf.factorize(signals, wf.String(8), missing="nan").n_components == 0


def test_magnitude_and_order_of_sensors_and_samples_do_not_matter(rng):
    signals = string_signals()[0][POINTS]
    missing = rng.uniform(size=signals.shape) < 0.3
    settings = {"wave_weight": 1e3, "rtol": 1e-8}
    plain = wf.factorize(
        signals, wf.String(24), sensors=POINTS, missing=missing, regularization=3.0, **settings
    )
    rows, columns = rng.permutation(8), rng.permutation(200)
    other = wf.factorize(
        1e-9 * signals[rows][:, columns],
        wf.String(24),
        sensors=POINTS[rows],
        missing=missing[rows][:, columns],
        regularization=3e-9,
        **settings,
    )
    assert other.certificate.primal == pytest.approx(1e-18 * plain.certificate.primal, rel=1e-7)


def test_a_weight_of_time_finds_shapes_between_evenly_spaced_sensors():
    """Eight sensors cannot tell shapes from their aliases; frequencies can."""
    beam = wf.Beam(64, spacing=1 / 65, ends="clamped-free")
    structure = Structure.of(beam, 3, bending_speed=20.0, damping_ratios=0.01)
    points = np.arange(3, 64, 8)
    noisy = simulate(structure, sampling_rate=600.0, duration=2.0, quantity="velocity", snr_db=20.0)
    fit = wf.factorize(
        noisy.recording.select(points),
        beam,
        sensors=points,
        wave_weight=1e-6,
        time_weight="20 Hz",
        dispersion=20.0,
    )
    assert fit.require_certified().n_components >= 3
    likeness = wf.mac(noisy.truth.mode_shapes, fit.spatial_factors)
    assert np.all(likeness.max(axis=1) > 0.99)


def test_start_callback_and_device_are_taken():
    pytest.importorskip("torch", reason="torch is not installed")
    signals, steps = string_signals()[0][POINTS], []
    settings = {"wave_weight": 1e3, "sensors": POINTS, "regularization": 3.0}
    first = wf.factorize(signals, wf.String(24), callback=steps.append, **settings)
    assert steps[-1].proven
    assert steps[-1].primal == pytest.approx(first.certificate.primal)
    again = wf.factorize(signals, wf.String(24), start=first, device="cpu", **settings)
    assert again.history[0].n_components == first.n_components
    assert again.certificate.primal == pytest.approx(first.certificate.primal, rel=1e-6)


@pytest.mark.parametrize("missing_share", [0.0, 0.4])
def test_five_modes_of_a_string_with_half_of_it(rng, missing_share):
    noisy = scenario_s2(10.0)
    points = np.sort(rng.permutation(100)[:50])
    signals = noisy.recording.signals[points]
    missing = rng.uniform(size=signals.shape) < missing_share if missing_share else None
    fit = wf.factorize(signals, wf.String(100), wave_weight=2e4, missing=missing, sensors=points, rtol=1e-4)
    assert fit.n_components == 5
    assert np.all(wf.mac(noisy.truth.mode_shapes, fit.spatial_factors).max(axis=1) > 0.98)
