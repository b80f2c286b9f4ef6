"""Strings of several media: closed forms, simulated media, what `segments` finds, bad input."""

import numpy as np
import pytest
from scipy.optimize import brentq

import wavefact as wf
from wavefact.errors import InputError
from wavefact.operators import Media, String
from wavefact.simulate import multi_segment

THREE = {"boundaries": (0.3, 0.7), "speeds": (3000.0, 1500.0, 2600.0)}


def two_segment_frequencies(speeds, tensions, boundary, n_modes):
    """Return ω of a fixed string of length 1 from T₁k₁ cos k₁a sin k₂b + T₂k₂ sin k₁a cos k₂b = 0."""
    (c1, c2), (t1, t2), rest = speeds, tensions, 1 - boundary

    def characteristic(w):
        first, second = w * boundary / c1, w * rest / c2
        return t1 / c1 * np.cos(first) * np.sin(second) + t2 / c2 * np.sin(first) * np.cos(second)

    grid = np.linspace(1e-3, 80.0, 40_001)
    signs = np.sign(characteristic(grid))
    changes = np.flatnonzero(signs[1:] != signs[:-1])[:n_modes]
    return np.array([brentq(characteristic, grid[i], grid[i + 1]) for i in changes])


def modes_of(operator, n_modes):
    """Return ω [rad/s] and the shapes of the lowest modes."""
    order = np.argsort(operator.eigenvalues)[:n_modes]
    shapes = operator.synthesize(np.eye(operator.n_points))[:, order]
    return operator.reference_speed * operator.wavenumber(operator.eigenvalues[order]), shapes


@pytest.mark.parametrize("tensions", [(1.0, 1.0), (1.0, 3.0), (5.0, 0.5)])
def test_modes_of_two_segments_tend_to_the_closed_form_with_the_square_of_the_spacing(tensions):
    expected = two_segment_frequencies((2.0, 3.0), tensions, 0.3, 6)
    errors = []
    for n in (99, 399):
        operator = Media(n, 1 / (n + 1), speeds=[2.0, 3.0], boundaries=[0.3], tensions=tensions)
        errors.append(np.abs(modes_of(operator, 6)[0] / expected - 1))
    assert errors[0].max() < 3e-3
    assert np.all(errors[1] < errors[0] / 12)


def test_a_boundary_between_points_is_kept_where_it_is():
    boundary = 0.4137  # of cells of 1/60
    expected = two_segment_frequencies((1.0, 2.0), (1.0, 1.0), boundary, 3)
    found, _ = modes_of(Media(59, 1 / 60, speeds=[1.0, 2.0], boundaries=[boundary]), 3)
    np.testing.assert_allclose(found, expected, rtol=3e-3)


def test_uneven_points_see_the_same_medium(rng):
    x = np.sort(rng.uniform(0.0, 1.0, 300))
    operator = Media(positions=x, span=(0.0, 1.0), speeds=[2.0, 3.0], boundaries=[0.3])
    expected = two_segment_frequencies((2.0, 3.0), (1.0, 1.0), 0.3, 4)
    np.testing.assert_allclose(modes_of(operator, 4)[0], expected, rtol=2e-3)


def test_modes_are_those_of_the_simulated_medium():
    truth = multi_segment(None, **THREE).truth
    operator = Media(100, speeds=THREE["speeds"], boundaries=101 * np.array(THREE["boundaries"]))
    angular, shapes = modes_of(operator, 8)
    np.testing.assert_allclose(angular / (2 * np.pi), truth.frequencies, rtol=5e-3)
    assert np.diag(wf.mac(shapes, truth.mode_shapes)).min() > 0.9999
    uniform = String(100).synthesize(np.eye(100))[:, :8]
    assert np.diag(wf.mac(uniform, truth.mode_shapes)).min() < 0.5


@pytest.mark.parametrize("ends", ["fixed", "free", "fixed-free", "periodic"])
def test_one_segment_is_a_uniform_string(ends):
    one, other = Media(12, 0.3, ends, speeds=[7.0], tensions=[3.0]), String(12, 0.3, ends)
    np.testing.assert_allclose(one.matrix(), other.matrix(), atol=1e-12 * other.eigenvalues.max())
    assert one.reference_speed == pytest.approx(7.0, rel=1e-14)


def test_only_ratios_of_speeds_and_tensions_count():
    one = Media(12, speeds=[2.0, 3.0], boundaries=[4.2], tensions=[1.0, 2.0])
    other = Media(12, speeds=[2e3, 3e3], boundaries=[4.2], tensions=[5.0, 10.0])
    np.testing.assert_allclose(one.matrix(), other.matrix(), atol=1e-12)
    assert other.reference_speed == pytest.approx(1e3 * one.reference_speed)


def test_the_reference_speed_takes_as_long_and_the_wavenumber_is_the_mean():
    operator = Media(199, 0.005, speeds=[1.0, 4.0], boundaries=[0.25])
    assert operator.reference_speed == pytest.approx(1 / (0.25 / 1 + 0.75 / 4))
    m = np.arange(20, 23)  # WKB: the phase over the whole line is close to mπ
    wavenumbers = np.sort(operator.wavenumber(operator.eigenvalues))[m - 1]
    np.testing.assert_allclose(wavenumbers, m * np.pi, rtol=0.03)


def test_a_speed_for_each_point_belongs_to_the_point():
    x, speeds = np.array([0.31, 0.0, 0.12, 0.55]), np.array([3.0, 1.0, 2.0, 4.0])
    by_point = Media(positions=x, speeds=speeds, ends="free")
    by_segment = Media(positions=x, speeds=[1.0, 2.0, 3.0, 4.0], boundaries=[0.06, 0.215, 0.43], ends="free")
    np.testing.assert_allclose(by_point.matrix(), by_segment.matrix(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(by_point.shares[1] / by_point.shares[3], (0.12 / 1) / (0.24 / 16), rtol=1e-12)


def test_found_segments_make_better_components_than_a_uniform_string():
    simulation = multi_segment(-10.0, rng=0)
    recording, truth = simulation.recording, simulation.truth
    uniform = String(positions=recording.positions)
    fit = wf.factorize(recording, uniform)
    found = wf.segments(fit, recording)
    media = Media(positions=recording.positions, speeds=found.speeds, boundaries=found.boundaries)
    likeness, errors = [], []
    for operator, components in ((uniform, fit), (media, wf.factorize(recording, media))):
        modes = wf.identify(components)
        likeness.append(wf.mac(truth.mode_shapes, modes.mode_shapes).max(axis=1).min())
        errors.append(wf.relative_error(wf.denoise(recording, operator).signals, simulation.clean))
    assert likeness[1] > 0.999 > 0.98 > likeness[0]
    assert errors[1] < 0.98 * errors[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"speeds": [1.0, 2.0]}, "2 speeds and 2 tensions came with 0 boundaries and 5 points"),
        ({"speeds": [1.0], "boundaries": [2.0]}, "1 speeds"),
        ({"speeds": [1.0, 2.0], "boundaries": [2.0], "tensions": [1.0]}, "1 tensions"),
        ({"speeds": [1.0, 2.0, 3.0], "boundaries": [4.0, 2.0]}, "must rise between the ends at 0 and 6 m"),
        ({"speeds": [1.0, 2.0], "boundaries": [6.0]}, "must rise between"),
        ({"speeds": [1.0, 0.0], "boundaries": [2.0]}, "positive finite"),
        ({"speeds": [1.0, np.nan], "boundaries": [2.0]}, "positive finite"),
        ({"speeds": [1.0, 2.0], "boundaries": [np.inf]}, "boundaries are"),
        ({"speeds": "fast"}, "give a list"),
        ({"speeds": 3.0}, "give a list"),
    ],
)
def test_bad_media_are_refused(arguments, words):
    with pytest.raises(InputError, match=words):
        Media(5, **arguments)
