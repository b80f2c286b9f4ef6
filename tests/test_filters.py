"""The wave weight as a filter in wavenumber, and axes as banks of such filters."""

import numpy as np
import pytest
from cases import OPERATORS as EVERY_AXIS
from hypothesis import given
from hypothesis import strategies as st
from independent import noise

import wavefact as wf
from wavefact.errors import InputError
from wavefact.operators._lengths import unit_along
from wavefact.polar import polar
from wavefact.problem import Axis

OPERATORS = [wf.String(30, 0.2), wf.Beam(25, 0.5), wf.Membrane((5, 6), 0.3)]
every_operator = pytest.mark.parametrize("operator", OPERATORS, ids=["string", "beam", "membrane"])


@every_operator
def test_gain_is_one_at_the_centre_and_half_power_at_the_edges(operator):
    low, high = wf.passband(operator, 40.0, 1.3)
    assert 0 < low < 1.3 < high
    found = wf.gains(operator, 40.0, 1.3, at=[low, 1.3, high])
    np.testing.assert_allclose(found, [2**-0.5, 1.0, 2**-0.5], rtol=1e-9)


@every_operator
def test_gain_falls_on_both_sides(operator):
    found = wf.gains(operator, 100.0, 1.0, at=np.linspace(0, 1, 20))
    assert np.all(np.diff(found) > 0)
    assert np.all(np.diff(wf.gains(operator, 100.0, 1.0, at=np.linspace(1, 3, 20))) < 0)
    assert np.array_equal(wf.gains(operator, 0.0, 1.0, at=[0.0, 5.0]), [1.0, 1.0])


@every_operator
def test_gains_are_the_weights_of_the_model(operator):
    at = operator.wavenumber(operator.eigenvalues[1:6])
    weights = 1 + 7.0 * (operator.eigenvalues[1:6] - operator.eigenvalue(0.8)) ** 2
    np.testing.assert_allclose(wf.gains(operator, 7.0, 0.8, at=at), weights**-0.5, rtol=1e-9)


@given(st.sampled_from(OPERATORS), st.floats(0.01, 5.0), st.floats(1e-3, 0.3))
def test_bandwidth_and_weight_are_inverse(operator, wavenumber, relative):
    weight = wf.wave_weight_from_bandwidth(operator, relative * wavenumber, wavenumber)
    low, high = wf.passband(operator, weight, wavenumber)
    assert high - low == pytest.approx(relative * wavenumber, rel=max(1e-6, 4 * relative**2))


def test_band_below_wavenumber_zero_is_cut():
    low, high = wf.passband(wf.String(10), 0.01, 1.0)
    assert low == 0.0 < 1.0 < high


@pytest.mark.parametrize(
    ("bandwidth", "wavenumber"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (1.0, float("inf")), (float("nan"), 1)]
)
def test_impossible_bands_are_refused(bandwidth, wavenumber):
    with pytest.raises(InputError, match="rad/m"):
        wf.wave_weight_from_bandwidth(wf.String(10), bandwidth, wavenumber)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan")])
def test_a_passband_needs_a_positive_weight(weight):
    with pytest.raises(InputError, match="positive"):
        wf.passband(wf.String(10), weight, 1.0)


AXES = [case.values[0] for case in EVERY_AXIS]
every_axis = pytest.mark.parametrize("operator", EVERY_AXIS)
weights = st.sampled_from([0.3, 30.0, 1e4, 1e7])  # over the square of the largest eigenvalue
seeds = st.integers(0, 10**6)


def recording_of(operator, seed, is_complex, n_others=7):
    """Return noise louder at some points, and its form in the eigenbasis, this axis along the rows."""
    rng = np.random.default_rng(seed)
    values = noise(rng, operator.n_points, n_others, is_complex)
    values *= 10.0 ** rng.uniform(-2, 1, (operator.n_points, 1))
    return (values.T if isinstance(operator, wf.Time) else values), operator.analyze(values)


def weighted(operator, signals):
    """Return signals times the roots of the points' shares of the mass, in which the norm is the model's."""
    return signals if isinstance(operator, wf.Time) else np.sqrt(operator.shares)[:, None] * signals


@given(st.sampled_from(AXES), seeds, st.booleans(), weights, st.integers(1, 40))
def test_the_bank_by_hand_reproduces_the_polar(operator, seed, is_complex, relative, n_others):
    signals, coefficients = recording_of(operator, seed, is_complex, n_others)
    axis = Axis(operator.eigenvalues, relative / operator.eigenvalues.max() ** 2)
    found = polar(coefficients @ coefficients.conj().T, axis, 1e-9)
    centres = np.append(np.linspace(*axis.bounds, 50), found.centre)
    bank = wf.FilterBank(operator, axis.weight, centres)
    largest = bank.largest_singular_values(signals)
    assert largest.max() == pytest.approx(found.attained, rel=1e-9)
    by_hand = np.linalg.norm(weighted(operator, bank.apply(signals, 50)), 2)
    assert by_hand == pytest.approx(found.attained, rel=1e-9)


@every_axis
@pytest.mark.parametrize("is_complex", [False, True])
def test_every_filter_passes_what_the_weights_of_the_model_leave(operator, is_complex):
    signals, coefficients = recording_of(operator, 3, is_complex)
    bank = wf.FilterBank(operator, 2.0, operator.eigenvalues[::2])
    largest = bank.largest_singular_values(signals)
    for i, centre in enumerate(operator.eigenvalues[::2]):
        left = coefficients / np.sqrt(1 + 2.0 * (operator.eigenvalues - centre) ** 2)[:, None]
        passed = bank.apply(signals, i)
        assert passed.shape == signals.shape
        assert np.linalg.norm(weighted(operator, passed)) == pytest.approx(np.linalg.norm(left), rel=1e-9)
        assert largest[i] == pytest.approx(np.linalg.norm(left, 2), rel=1e-9)


def test_without_a_weight_everything_passes():
    signals, _ = recording_of(OPERATORS[0], 0, False)
    bank = wf.FilterBank.around(OPERATORS[0], 0.0, [0.3, 2.0])
    np.testing.assert_allclose(bank.apply(signals, 1), signals, atol=1e-12)
    assert np.all(bank.gains([0.0, 9.0]) == 1.0)
    assert np.all(bank.butterworth([0.0, 9.0]) == 1.0)
    assert np.all(bank.bands().low == 0.0)
    assert np.all(np.isinf(bank.bands(2.0).bandwidth))


@every_axis
@pytest.mark.parametrize("relative", [0.1, 30.0, 1e5])
def test_half_of_the_power_passes_at_the_half_power_points(operator, relative):
    bank = wf.FilterBank.around(operator, relative / operator.eigenvalues.max() ** 2)
    assert len(bank) == len(np.unique(operator.eigenvalues))
    bands = bank.bands()
    assert bands.unit == ("Hz" if isinstance(operator, wf.Time) else f"rad/{unit_along(operator)}")
    np.testing.assert_allclose(np.diag(bank.gains(bands.centres)), 1.0, rtol=1e-9)
    np.testing.assert_allclose(np.diag(bank.gains(bands.high)), 2**-0.5, rtol=1e-8)
    inside = bands.low > 0
    np.testing.assert_allclose(np.diag(bank.gains(bands.low))[inside], 2**-0.5, rtol=1e-8)
    assert np.all(np.diag(bank.gains(bands.low)) >= 2**-0.5 - 1e-9)
    np.testing.assert_array_equal(bands.bandwidth, bands.high - bands.low)


def test_the_bank_of_one_filter_is_the_single_filter():
    beam, at = wf.Beam(25, 0.5), np.linspace(0, 3, 11)
    bank = wf.FilterBank.around(beam, 40.0, [1.3])
    np.testing.assert_allclose(bank.gains(at)[0], wf.gains(beam, 40.0, 1.3, at=at), rtol=1e-12)
    low, high = wf.passband(beam, 40.0, 1.3)
    assert (bank.bands().low[0], bank.bands().high[0]) == pytest.approx((low, high), rel=1e-12)


def test_filters_over_time_have_bands_in_hertz():
    one_way, wave = wf.Time(400, 50.0, order=1), wf.Time(400, 50.0)
    same = wf.FilterBank.around(one_way, one_way.weight(0.6), [2.0, 7.0]).bands()
    np.testing.assert_allclose([same.low, same.high], [[1.7, 6.7], [2.3, 7.3]])
    half = (2 * np.pi) ** 2 * 0.8  # [(rad/s)²]
    narrowing = wf.FilterBank.around(wave, half**-2, [2.0, 7.0]).bands()
    np.testing.assert_allclose(narrowing.low**2, [4.0 - 0.8, 49.0 - 0.8])
    np.testing.assert_allclose(narrowing.high**2, [4.0 + 0.8, 49.0 + 0.8])


@pytest.mark.parametrize("order", [1, 2])
def test_a_filter_over_time_keeps_its_tone_and_halves_the_power_at_its_edges(order):
    time = wf.Time(1000, 50.0, order)
    tones = time.basis[:, [80, 88, 240]].T  # 2, 2.2 and 6 Hz
    weight = (time.eigenvalues[88] - time.eigenvalues[80]) ** -2
    passed = wf.FilterBank.around(time, weight, [2.0]).apply(tones, 0)
    powers = np.linalg.norm(passed, axis=1) ** 2
    np.testing.assert_allclose(powers[:2], [1.0, 0.5], rtol=1e-9)
    assert powers[2] < 0.01


def test_a_dispersion_tells_bands_in_hertz():
    string = wf.FilterBank.around(wf.String(30, 0.2), 40.0, [1.3, 0.9, 1.3])
    band, hertz = string.bands(), string.bands(dispersion=90.0)
    assert hertz.unit == "Hz"
    for name in ("centres", "low", "high", "bandwidth"):
        np.testing.assert_allclose(getattr(hertz, name), 90.0 * getattr(band, name) / (2 * np.pi))
    beam = wf.FilterBank.around(wf.Beam(25, 0.5), 40.0, [1.3])
    np.testing.assert_allclose(beam.bands(5.0).high, 5.0 * beam.bands().high ** 2 / (2 * np.pi))
    k = np.linspace(0.1, 4.0, 2001)
    table = np.column_stack([5.0 * k**2 / (2 * np.pi), k])
    for relation in (table, lambda k: 5.0 * k**2):
        np.testing.assert_allclose(beam.bands(relation).low, beam.bands(5.0).low, rtol=1e-5)
    with pytest.raises(InputError, match=r"covers 0\.1 to 1\.301 rad/m, the bands"):
        beam.bands(table[:617])


@pytest.mark.parametrize("order", [1, 3])
def test_the_classical_band_pass_is_that_of_scipy(order):
    from scipy.signal import butter, freqs

    bank = wf.FilterBank.around(wf.String(30, 0.2), 40.0, [0.7, 1.3])
    bands, at = bank.bands(), np.linspace(0.0, 5.0, 40)
    for found, low, high in zip(bank.butterworth(at, order), bands.low, bands.high, strict=True):
        _, expected = freqs(*butter(order, [low, high], "bandpass", analog=True), worN=at)
        np.testing.assert_allclose(found, np.abs(expected), atol=1e-12)
    np.testing.assert_allclose(np.diag(bank.butterworth(bands.low, order)), 2**-0.5)
    np.testing.assert_allclose(np.diag(bank.butterworth(bands.high, order)), 2**-0.5)


def test_a_classical_band_down_to_zero_is_a_low_pass():
    bank = wf.FilterBank.around(wf.String(10), 0.01, [1.0])
    high = bank.bands().high[0]
    found = bank.butterworth([0.0, high, 3 * high])[0]
    np.testing.assert_allclose(found, [1.0, 2**-0.5, 10**-0.5])


LINES = [
    wf.String(9, 0.5),
    wf.String(positions=[0.31, 0.0, 0.12, 0.55, 0.91, 0.66, 1.2]),
    wf.Beam(8, 0.1, ends="clamped-free"),
    wf.String(8, 1.0, ends="periodic"),
    wf.Membrane((3, 4), 0.5, ("fixed", "free")),
]


@given(st.sampled_from(LINES), seeds, st.floats(0.1, 0.9), st.booleans())
def test_the_limits_of_the_factorization_have_closed_forms(operator, seed, fraction, is_complex):
    """½‖Z − Z*‖² is at most the gap, in the norm of the model, which is strongly convex in Z."""
    signals, coefficients = recording_of(operator, seed, is_complex)
    norms = {0.0: np.linalg.norm(coefficients, 2), 1e12: np.linalg.norm(coefficients, axis=1).max()}
    closed = {0.0: wf.filters.nuclear_norm, 1e12: wf.filters.group_lasso}
    for relative, largest in norms.items():
        weight = relative / np.diff(np.unique(operator.eigenvalues.round(9))).min() ** 2
        settings = {"wave_weight": weight, "time_weight": 0, "regularization": fraction * largest}
        fit = wf.factorize(signals, operator, rtol=1e-9, **settings).require_certified()
        expected = closed[relative](signals, operator, fraction * largest)
        error = np.linalg.norm(operator.analyze(fit.reconstruct() - expected))
        assert 0.5 * error**2 <= 3e-9 * fit.certificate.primal


@given(st.sampled_from(LINES), seeds, st.booleans(), st.sampled_from([0.3, 10.0]))
def test_a_solved_shape_is_the_rest_behind_its_filter(operator, seed, is_complex, relative):
    """d = (‖x‖² + λ w(κ))⁻¹ R x̄, the rest R being the recording without the other components."""
    signals, coefficients = recording_of(operator, seed, is_complex)
    weight = relative / operator.eigenvalues.max() ** 2
    penalty = 0.4 * polar(coefficients @ coefficients.conj().T, Axis(operator.eigenvalues, weight)).attained
    fit = wf.factorize(
        signals, operator, wave_weight=weight, time_weight=0, regularization=penalty, rtol=1e-11
    )
    assert fit.n_components > 0
    shapes, courses = operator.analyze(fit.spatial_factors), fit.time_courses
    power = fit.filters.gains(operator.wavenumber(operator.eigenvalues)) ** 2
    for i in range(fit.n_components):
        rest = coefficients - np.delete(shapes, i, 1) @ np.delete(courses, i, 1).T
        heard = power[i] * (rest @ courses[:, i].conj())
        found = heard / (power[i] * np.linalg.norm(courses[:, i]) ** 2 + penalty)
        assert np.linalg.norm(found - shapes[:, i]) < 1e-7 * np.linalg.norm(shapes[:, i])


def test_the_components_of_a_fit_over_both_axes_pass_their_filters_at_the_threshold():
    """The residual is nowhere above λ behind both banks, and touches it at the components."""
    line, times = wf.String(12), np.arange(240) / 40.0
    shapes = np.sin(np.pi * np.outer(np.arange(1, 13), [1, 3]) / 13)
    signals = shapes @ [np.cos(2 * np.pi * 3 * times), 0.7 * np.sin(2 * np.pi * 9 * times)]
    signals += 0.3 * np.random.default_rng(2).normal(size=signals.shape)
    settings = {"wave_weight": 50.0, "time_weight": "0.5 Hz", "regularization": 4.0}
    fit = wf.factorize(wf.Recording(signals, 40.0), line, rtol=1e-7, **settings).require_certified()
    assert fit.n_components >= 2
    assert fit.time_filters is not None
    assert (fit.filters.bands().unit, fit.time_filters.bands().unit) == ("rad/sensor", "Hz")
    np.testing.assert_allclose(fit.filters.bands().centres, fit.wavenumbers)
    np.testing.assert_allclose(fit.time_filters.bands().centres, fit.frequencies)
    np.testing.assert_allclose(fit.time_filters.bands().bandwidth[fit.frequencies > 0.25], 0.5)
    residual = signals - fit.reconstruct()
    for i in range(fit.n_components):
        passed = fit.time_filters.apply(fit.filters.apply(residual, i), i)
        assert np.linalg.norm(passed, 2) == pytest.approx(4.0, rel=1e-3)
        assert np.linalg.norm(passed, 2) <= fit.certificate.polar_upper * (1 + 1e-9)


def test_a_fit_without_weight_over_time_has_no_filters_there():
    fit = wf.factorize(
        noise(np.random.default_rng(0), 9, 30), wf.String(9), wave_weight=1.0, regularization=3
    )
    assert fit.time_filters is None
    assert len(fit.filters) == fit.n_components


def test_no_components_have_no_filters():
    bank = wf.FilterBank(wf.String(9), 1.0, np.zeros(0))
    assert bank.bands(3.0).bandwidth.shape == (0,)
    assert bank.largest_singular_values(np.ones((9, 3))).shape == (0,)
    assert str(bank).count("\n") == 1


def test_the_table_of_a_bank_shows_its_bands_and_ends():
    bank = wf.FilterBank.around(wf.String(40, 2.0), 6e4)
    lines = str(bank).splitlines()
    assert lines[0] == "40 points, spacing 2 m, fixed ends; γ = 6e+04"
    assert lines[1].split() == ["centre", "from", "to", "bandwidth", "[rad/m]"]
    assert [float(v) for v in lines[3].split()] == pytest.approx([0.07655, 0.0422, 0.0997, 0.0575], abs=1e-3)
    assert lines[-1].split() == ["…", "and", "16", "more"]
    assert repr(bank).startswith("<FilterBank: 40 filters, γ = 6e+04, of <String")


def test_signals_of_any_library_pass_and_stay_there(xp):
    signals, _ = recording_of(OPERATORS[0], 1, True)
    bank = wf.FilterBank.around(OPERATORS[0], 5.0, [0.4, 2.0])
    there = xp.asarray(signals)
    np.testing.assert_allclose(xp.to_numpy(bank.apply(there, 1)), bank.apply(signals, 1), atol=1e-12)
    expected = bank.largest_singular_values(signals)
    np.testing.assert_allclose(bank.largest_singular_values(there), expected, rtol=1e-12)


@pytest.mark.parametrize("factor", [1e-250, 1e250])
def test_signals_of_absurd_magnitude_have_singular_values(factor):
    signals, _ = recording_of(OPERATORS[0], 1, False)
    bank = wf.FilterBank.around(OPERATORS[0], 5.0, [0.4])
    expected = factor * bank.largest_singular_values(signals)
    np.testing.assert_allclose(bank.largest_singular_values(factor * signals), expected, rtol=1e-12)
    assert bank.largest_singular_values(0 * signals).tolist() == [0.0]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ((-1.0, [1.0]), "weight is -1.0; expected a finite"),
        ((float("nan"), [1.0]), "weight is nan"),
        ((1.0, [-1.0]), "one finite number ≥ 0 for each filter"),
        ((1.0, [float("inf")]), "one finite number"),
        ((1.0, 3.0), "one finite number"),
    ],
)
def test_impossible_banks_are_refused(settings, complaint):
    with pytest.raises(InputError, match=complaint):
        wf.FilterBank.around(wf.String(10), *settings)


def test_what_a_bank_cannot_answer_is_refused():
    bank = wf.FilterBank.around(wf.String(10), 1.0)
    with pytest.raises(InputError, match=r"shape \(10,\)"):
        bank.apply(np.ones(10), 0)
    with pytest.raises(InputError, match="for an operator of 10 points"):
        bank.largest_singular_values(np.ones((9, 4)))
    with pytest.raises(InputError, match=r"dispersion is -3\.0"):
        bank.bands(-3.0)
    with pytest.raises(InputError, match="in hertz already"):
        wf.FilterBank.around(wf.Time(10), 1.0).bands(2.0)
    for closed in (wf.filters.nuclear_norm, wf.filters.group_lasso):
        with pytest.raises(InputError, match="regularization is 0"):
            closed(np.ones((10, 3)), wf.String(10), 0)
