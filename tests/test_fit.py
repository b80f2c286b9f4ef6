"""`factorize` and `regularization_path`, from the signals to the certified result."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from independent import noise, objective_of

import wavefact as wf
from wavefact.errors import InputError

OPERATORS = {
    "string": wf.String(9),
    "uneven string": wf.String(positions=[0.31, 0.0, 0.12, 0.55, 0.91, 0.66, 1.2, 0.75, 1.5]),
    "beam": wf.Beam(9, 0.4, ends="clamped-free"),
    "plate": wf.Plate((3, 3), (0.4, 0.3)),
    "graph": wf.Graph([(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (6, 7)], n_points=9),
    "finite element": wf.FiniteElement(np.diag(np.arange(9.0) + 1), mass=np.linspace(0.5, 2, 9)),
}
every_operator = pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)


def waves(rng, n=9, n_samples=120, size=0.05):
    """Return two standing waves of a fixed string in noise."""
    points, times = np.arange(1, n + 1) / (n + 1), np.arange(n_samples)
    first = np.outer(np.sin(2 * np.pi * points), 1.3 * np.cos(0.31 * times))
    second = np.outer(np.sin(5 * np.pi * points), np.sin(0.83 * times + 1))
    return first + second + size * noise(rng, n, n_samples)


def weight_of(operator):
    return 30.0 / operator.eigenvalues.max() ** 2


def solved(signals, operator=None, **settings):
    settings = {"wave_weight": 20.0, "regularization": 1.5} | settings
    return wf.factorize(signals, operator or wf.String(len(signals)), **settings)


# The result against the model -------------------------------------------------------------------------


@every_operator
@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("n_samples", [5, 60])
def test_objective_of_the_result_is_the_primal(rng, operator, is_complex, n_samples):
    """Computed from the public fields; unequal shares weight the fit by each point's mass."""
    signals = noise(rng, 9, n_samples, is_complex)
    fit = solved(signals, operator, wave_weight=weight_of(operator))
    assert fit.status is wf.Status.CERTIFIED
    assert fit.n_components > 0
    assert objective_of(fit, signals) == pytest.approx(fit.certificate.primal, rel=1e-9)
    assert fit.certificate.dual <= fit.certificate.primal
    assert np.all(np.diff(fit.eigenvalues) >= 0)


@pytest.mark.parametrize("regularization", [1e-2, 1e-4, 1e-5])
@pytest.mark.parametrize("n_samples", [7, 80])
def test_a_range_of_a_hundred_decibels_is_solved(rng, regularization, n_samples):
    signals = noise(rng, 9, n_samples)
    size = regularization * np.linalg.norm(signals, 2)
    fit = solved(signals, regularization=size)
    assert fit.status is wf.Status.CERTIFIED
    assert objective_of(fit, signals) == pytest.approx(fit.certificate.primal, rel=1e-9)


def test_courses_begin_with_a_sign_of_their_own(rng):
    for is_complex in (False, True):
        fit = solved(noise(rng, 9, 30, is_complex))
        largest = np.argmax(np.abs(fit.time_courses), axis=0)
        peaks = fit.time_courses[largest, np.arange(fit.n_components)]
        np.testing.assert_allclose(peaks, np.abs(peaks), rtol=1e-12)


@given(st.integers(0, 10**6), st.sampled_from([1e300, 1e-300, 1e-30, 7.0]), st.booleans())
def test_magnitude_is_only_a_unit(seed, size, is_complex):
    signals = noise(np.random.default_rng(seed), 6, 12, is_complex)
    expected = solved(signals, rtol=1e-9)
    found = solved(size * signals, regularization=1.5 * size, rtol=1e-9)
    np.testing.assert_allclose(found.reconstruct() / size, expected.reconstruct(), atol=2e-4)
    assert found.certificate.gap <= 1e-9
    assert found.certificate.polar / size == pytest.approx(expected.certificate.polar, rel=1e-5)
    with np.errstate(over="ignore", under="ignore"):
        primal = expected.certificate.primal * np.float64(size) ** 2
    assert found.certificate.primal == pytest.approx(primal, rel=2e-9)


def test_a_mirrored_string_gives_the_mirrored_result(rng):
    signals = noise(rng, 9, 30)
    fit, mirrored = solved(signals, rtol=1e-10), solved(signals[::-1], rtol=1e-10)
    assert mirrored.certificate.primal == pytest.approx(fit.certificate.primal, rel=1e-9)
    np.testing.assert_allclose(mirrored.reconstruct(), fit.reconstruct()[::-1], atol=1e-3)


def test_reversed_time_gives_the_reversed_result(rng):
    signals = noise(rng, 9, 30)
    fit, turned = solved(signals, rtol=1e-10), solved(signals[:, ::-1], rtol=1e-10)
    np.testing.assert_allclose(turned.reconstruct(), fit.reconstruct()[:, ::-1], atol=1e-3)


def test_repeats_are_bitwise_equal(rng):
    signals = waves(rng)
    first, second = (wf.factorize(signals, wf.String(9)) for _ in range(2))
    assert first.wave_weight == second.wave_weight
    assert first.regularization == second.regularization
    assert np.array_equal(first.spatial_factors, second.spatial_factors)
    assert np.array_equal(first.time_courses, second.time_courses)
    assert first.history == second.history


def test_the_signals_are_left_alone(rng):
    signals = waves(rng)
    before = signals.copy()
    wf.factorize(signals, wf.String(9), debias=True)
    assert np.array_equal(signals, before)


def test_what_the_recording_knows_is_passed_on(rng):
    recording = wf.Recording(waves(rng), sampling_rate=50.0, unit="m/s", quantity="velocity")
    fit = solved(recording, wf.String(9))
    assert (fit.sampling_rate, fit.unit, fit.quantity) == (50.0, "m/s", "velocity")
    assert (fit.wave_weight, fit.time_weight, fit.regularization) == (20.0, 0.0, 1.5)
    assert fit.noise is None


# Array libraries and devices --------------------------------------------------------------------------


@pytest.mark.parametrize("is_complex", [False, True])
def test_every_library_gives_the_same_factorization(xp, rng, is_complex):
    signals = waves(rng) * (1 + 0.2j if is_complex else 1) + (0.05j if is_complex else 0) * noise(rng, 9, 120)
    settings = {"wave_weight": 20.0, "regularization": 2.0, "rtol": 1e-11}
    expected = wf.factorize(signals, wf.String(9), **settings)
    found = wf.factorize(xp.asarray(signals), wf.String(9), **settings)
    assert isinstance(found.spatial_factors, np.ndarray)
    assert found.n_components == expected.n_components
    assert found.certificate.primal == pytest.approx(expected.certificate.primal, rel=1e-8)
    np.testing.assert_allclose(found.reconstruct(), expected.reconstruct(), atol=1e-4)


@pytest.mark.parametrize("is_complex", [False, True])
def test_every_library_chooses_the_same_weights(xp, rng, is_complex):
    signals = waves(rng) + (0.05j * noise(rng, 9, 120) if is_complex else 0)
    expected = wf.factorize(signals, wf.String(9), debias=True)
    found = wf.factorize(xp.asarray(signals), wf.String(9), debias=True)
    assert found.wave_weight == expected.wave_weight
    assert found.regularization == pytest.approx(expected.regularization, rel=1e-8)
    assert found.noise == pytest.approx(expected.noise, rel=1e-8)
    np.testing.assert_allclose(found.reconstruct(), expected.reconstruct(), atol=1e-3)


def test_every_library_may_find_nothing(xp, rng):
    fit = wf.factorize(xp.asarray(waves(rng)), wf.String(9), wave_weight=20.0, regularization=1e4)
    assert fit.n_components == 0
    assert np.array_equal(fit.reconstruct(), np.zeros((9, 120)))


def test_device_takes_the_signals_to_torch(rng):
    pytest.importorskip("torch", reason="torch is not installed")
    signals = waves(rng)
    expected, found = solved(signals), solved(signals, device="cpu")
    assert found.certificate.primal == pytest.approx(expected.certificate.primal, rel=1e-8)


@pytest.mark.parametrize("name", ["no-such-device", "cuda:99"])
def test_an_absent_device_is_an_input_error(rng, name):
    pytest.importorskip("torch", reason="torch is not installed")
    with pytest.raises(InputError, match=f"device='{name}' cannot be used .*; leave device out"):
        solved(waves(rng), device=name)


# Automatic weights ------------------------------------------------------------------------------------


def test_waves_in_noise_are_found_without_any_setting(rng):
    fit = wf.factorize(waves(rng, 20, 400, 0.3), wf.String(20))
    assert fit.status is wf.Status.CERTIFIED
    assert fit.n_components == 2
    expected = wf.String(20).eigenvalues[[1, 4]]
    np.testing.assert_allclose(fit.eigenvalues, expected, atol=0.02)
    assert fit.noise == pytest.approx(0.3, rel=0.1)
    assert fit.wave_weight > 1.0


@pytest.mark.parametrize("shape", [(15, 400), (15, 15), (20, 8)])
def test_noise_alone_gives_nothing(rng, shape):
    assert wf.factorize(noise(rng, *shape), wf.String(shape[0])).n_components == 0


def test_signals_without_noise_are_solved(rng):
    """λ then has to stay above rounding, or nothing can be proven."""
    fit = wf.factorize(waves(rng, size=0.0), wf.String(9))
    assert fit.n_components == 2
    assert fit.status is wf.Status.CERTIFIED
    np.testing.assert_allclose(fit.reconstruct(), waves(rng, size=0.0), atol=1e-3)


def test_a_recording_that_is_silent_in_its_first_half_is_solved(rng):
    signals = waves(rng)
    signals[:, :60] = 0
    fit = wf.factorize(signals, wf.String(9))
    assert fit.status is wf.Status.CERTIFIED
    assert fit.n_components >= 1


def test_the_default_operator_is_a_free_line_at_the_positions(rng, caplog):
    with caplog.at_level(logging.INFO, logger="wavefact"):
        fit = wf.factorize(waves(rng), wave_weight=20.0, regularization=2.0)
    assert fit.operator == wf.String(9, ends="free")
    assert "no operator given" in caplog.text
    positions = np.cumsum(rng.uniform(0.5, 1.5, 9))
    placed = wf.Recording(waves(rng), positions=positions)
    fit = wf.factorize(placed, wave_weight=20.0, regularization=2.0)
    assert fit.operator == wf.String(positions=positions, ends="free")


# Debias, warm starts, paths, limits -------------------------------------------------------------------


def test_debias_raises_amplitudes_to_least_squares(rng):
    signals = waves(rng)
    fit, refit = (solved(signals, regularization=8.0, debias=debias) for debias in (False, True))
    assert np.array_equal(refit.spatial_factors, fit.spatial_factors)
    assert refit.certificate == fit.certificate
    least = np.linalg.lstsq(fit.spatial_factors, signals, rcond=None)[0]
    np.testing.assert_allclose(refit.time_courses, least.T, atol=1e-9)
    sizes = np.linalg.norm(fit.time_courses, axis=0)
    assert np.all(np.linalg.norm(refit.time_courses, axis=0) > sizes)
    assert wf.relative_error(refit.reconstruct(), signals) < wf.relative_error(fit.reconstruct(), signals)


def test_debias_is_weighted_by_shares(rng):
    operator = OPERATORS["uneven string"]
    signals = noise(rng, 9, 40)
    refit = solved(signals, operator, wave_weight=weight_of(operator), regularization=6.0, debias=True)
    root = np.sqrt(operator.shares)[:, None]
    error = root * (signals - refit.reconstruct())
    np.testing.assert_allclose((root * refit.spatial_factors).T @ error, 0, atol=1e-8)


def test_warm_starts_reach_the_same_objective(rng):
    signals = noise(rng, 9, 50)
    near, target = solved(signals, regularization=1.8, rtol=1e-9), solved(signals, rtol=1e-9)
    nothing, other = solved(signals, regularization=1e4), solved(signals[::-1] * 1e3, regularization=1500.0)
    for start in (near, target, nothing, other):
        found = solved(signals, rtol=1e-9, start=start)
        assert found.status is wf.Status.CERTIFIED
        assert found.certificate.primal == pytest.approx(target.certificate.primal, rel=2e-9)
    assert solved(signals, regularization=1e4, start=target).n_components == 0
    assert len(solved(signals, rtol=1e-9, start=target).history) < len(target.history)


def test_a_start_of_another_operator_is_refused(rng):
    start = solved(noise(rng, 9, 20))
    with pytest.raises(InputError, match="start belongs to"):
        solved(noise(rng, 9, 20), wf.Beam(9), start=start)


@pytest.mark.parametrize("penalties", [[9.0, 5.0, 2.0, 1.0], [1.0, 6.0, 3.0]])
def test_a_path_is_as_good_as_separate_solves(rng, penalties):
    signals, operator = noise(rng, 9, 40), OPERATORS["uneven string"]
    weight = weight_of(operator)
    path = wf.regularization_path(signals, operator, penalties, wave_weight=weight, rtol=1e-9)
    assert [fit.regularization for fit in path] == pytest.approx(penalties, rel=1e-12)
    for fit, penalty in zip(path, penalties, strict=True):
        alone = solved(signals, operator, wave_weight=weight, regularization=penalty, rtol=1e-9)
        assert fit.status is wf.Status.CERTIFIED
        assert fit.certificate.primal == pytest.approx(alone.certificate.primal, rel=2e-9)


def test_an_empty_path_is_empty(rng):
    assert wf.regularization_path(noise(rng, 4, 9), wf.String(4), [], wave_weight=1.0) == ()


def test_limits_and_callbacks_are_passed_on(rng, caplog):
    signals, seen = noise(rng, 9, 30) * 1e6, []
    stopped = solved(signals, regularization=1e6, callback=lambda step: seen.append(step) or True)
    assert stopped.status is wf.Status.STOPPED
    assert seen == list(stopped.history)
    assert seen[0].primal == pytest.approx(0.5 * np.linalg.norm(signals) ** 2, rel=1e-9)
    limited = solved(signals, regularization=1e6, max_components=2)
    assert limited.status is wf.Status.COMPONENT_LIMIT
    assert limited.n_components == 2
    assert objective_of(limited, signals) == pytest.approx(limited.certificate.primal, rel=1e-9)
    assert "Raise max_components" in caplog.text


# Bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"wave_weight": -1.0}, "wave_weight is -1.0"),
        ({"wave_weight": float("nan")}, "wave_weight is nan"),
        ({"wave_weight": "Auto"}, "wave_weight is 'Auto'"),
        ({"time_weight": float("inf")}, "time_weight is inf"),
        ({"regularization": 0.0}, "regularization is 0.0"),
        ({"regularization": float("inf")}, "regularization is inf"),
        ({"regularization": "none"}, "regularization is 'none'"),
        ({"regularization": 1e-320}, "beyond the range"),
        ({"rtol": 0.0}, "rtol is 0.0"),
        ({"rtol": 1.0}, "rtol is 1.0"),
        ({"max_components": 0}, "max_components is 0"),
        ({"max_components": 2.5}, "max_components is 2.5"),
    ],
)
def test_settings_out_of_range_are_refused(rng, settings, message):
    signals = noise(rng, 4, 9) * (1e300 if settings.get("regularization") == 1e-320 else 1.0)
    with pytest.raises(InputError, match=message):
        solved(signals, **settings)


def test_signals_that_cannot_be_used_are_refused(rng):
    for value, message in ((np.nan, "NaN"), (np.inf, "[Ii]nf")):
        signals = noise(rng, 4, 9)
        signals[2, 5] = value
        with pytest.raises(InputError, match=message):
            solved(signals)
    with pytest.raises(InputError, match=r"5 points .* 4 sensors"):
        solved(noise(rng, 4, 9), wf.String(5))
    with pytest.raises(InputError, match="3 samples are too few to choose wave_weight and regularization"):
        wf.factorize(noise(rng, 4, 3), wf.String(4))
    assert solved(noise(rng, 4, 3)).certificate is not None  # with both given, two samples are enough
    flat = wf.Recording(noise(rng, 4, 9), positions=noise(rng, 4, 2))
    with pytest.raises(InputError, match="2-dimensional positions"):
        wf.factorize(flat, wave_weight=1.0)


def test_a_path_chooses_its_own_wave_weight(rng):
    signals = rng.normal(size=(10, 60))
    (fit,) = wf.regularization_path(signals, wf.String(10), [7.0])
    assert fit.wave_weight == wf.factorize(signals, wf.String(10), regularization=7.0).wave_weight


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"operator": "beam"}, "operator is 'beam'"),
        ({"callback": 3}, "callback is 3"),
        ({"start": 1}, "start is 1"),
    ],
)
def test_what_is_no_operator_callback_or_start_is_refused(rng, arguments, text):
    with pytest.raises(InputError, match=text):
        wf.factorize(rng.normal(size=(5, 30)), **({"operator": wf.String(5)} | arguments))
