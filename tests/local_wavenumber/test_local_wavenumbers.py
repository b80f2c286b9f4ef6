"""Local wavenumbers: plane waves, a plate with a thinned rectangle, noise, recordings, bad input."""

import numpy as np
import pytest
from local_wavenumber.plates import INTACT, THINNED, noisy, plate, true_wavenumbers, windowed_fourier

import wavefact as wf
from wavefact.errors import InputError
from wavefact.local_wavenumber import LocalWavenumbers
from wavefact.local_wavenumber.patches import Patch

BAND = (0.3, 0.65)


def waves(k, n_directions, shape=(100, 80), spacing=(1.0, 1.0), seed=0):
    """Return plane waves of wavenumber k from all sides, of mean power about 1."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(*(h * np.arange(n) for n, h in zip(shape, spacing, strict=True)), indexing="ij")
    angles, phases = rng.uniform(0, 2 * np.pi, (2, n_directions))
    parts = [
        np.exp(1j * (k * (np.cos(a) * x + np.sin(a) * y) + p)) for a, p in zip(angles, phases, strict=True)
    ]
    return sum(parts) / n_directions**0.5


def errors_of(found, truth):
    shifts = found.wavenumbers / truth - 1
    return shifts[np.isfinite(truth)]


@pytest.mark.parametrize("n_directions", [1, 2, 20])
@pytest.mark.parametrize("k", [0.37, 0.512])
def test_waves_from_any_directions_have_their_wavenumber_everywhere(k, n_directions):
    found = wf.local_wavenumbers(waves(k, n_directions), 1.0, wavenumbers=BAND, every=8.0)
    np.testing.assert_allclose(found.wavenumbers, k, rtol=2e-3)
    assert found.explained.min() > 0.9999


def test_the_unit_of_length_and_spacings_of_the_axes_are_those_given():
    field = waves(432.0, 5, (90, 140), (8e-4, 5e-4))
    found = wf.local_wavenumbers(field, (8e-4, 5e-4), wavenumbers=(300, 600), patch=0.03, every=0.01)
    np.testing.assert_allclose(found.wavenumbers, 432.0, rtol=2e-3)
    assert found.x[0] == pytest.approx(0.0144)
    assert found.y[0] == pytest.approx(0.015)
    assert found.x[-1] <= 89 * 8e-4 - 0.0144
    np.testing.assert_allclose(np.diff(found.y), 0.01)


def test_a_turned_field_has_a_turned_map(rng):
    field = waves(0.45, 3) + 0.3 * rng.standard_normal((100, 80))
    one = wf.local_wavenumbers(field, 1.0, wavenumbers=BAND, patch=30.0, every=7.0)
    other = wf.local_wavenumbers(3j * field.T, 1.0, wavenumbers=BAND, patch=30.0, every=7.0)
    np.testing.assert_allclose(other.wavenumbers, one.wavenumbers.T, rtol=1e-8)
    np.testing.assert_allclose(other.errors, one.errors.T, rtol=1e-6)


def test_slower_waves_of_another_mode_are_left_aside():
    field = waves(0.45, 3) + 2.0 * waves(0.12, 3, seed=1)
    found = wf.local_wavenumbers(field, 1.0, wavenumbers=BAND, every=8.0)
    np.testing.assert_allclose(found.wavenumbers, 0.45, rtol=0.02)


def test_waves_of_one_wavenumber_lie_in_the_span_of_a_patch():
    patch = Patch(16.0, (1.0, 1.0), BAND)
    index = 20
    k = patch.wavenumbers[index]
    values = np.stack([np.exp(1j * k * (0.6 * patch.rows + 0.8 * patch.columns)), np.cos(k * patch.columns)])
    coordinates = patch.coordinates(values[:, None, :])
    energies = np.sum(np.abs(coordinates) ** 2, axis=(1, 2))
    shares = patch.explained(coordinates) / energies
    assert np.array_equal(np.argmax(shares, axis=0), [index, index])
    assert shares[index].min() > 0.9999
    assert shares.max() <= 1 + 1e-12


def test_the_noise_level_of_a_patch_is_the_variance_of_its_points(rng):
    patch, n = Patch(12.0, (1.0, 1.0), BAND), 400
    noise = 2.0 * rng.standard_normal((n, 3, len(patch.rows)))
    coordinates = patch.coordinates(noise)
    energies = np.sum(np.abs(coordinates) ** 2, axis=(1, 2))
    levels = patch.noise_levels(energies, patch.explained(coordinates), 3)
    np.testing.assert_allclose(np.mean(levels, axis=1), 4.0, rtol=0.03)


@pytest.mark.parametrize(
    ("snr_db", "rms", "worst"), [(30.0, 0.005, 0.02), (10.0, 0.01, 0.04), (0.0, 0.03, 0.15)]
)
def test_a_thinned_rectangle_is_found_under_noise(snr_db, rms, worst):
    found = wf.local_wavenumbers(noisy(plate(), snr_db), 1.0, wavenumbers=BAND)
    shifts = errors_of(found, true_wavenumbers(found.x, found.y, found.patch / 2))
    assert np.mean(shifts**2) ** 0.5 < rms
    assert np.abs(shifts).max() < worst


def test_the_rectangle_is_outlined_by_what_is_not_explained():
    found = wf.local_wavenumbers(plate(), 1.0, wavenumbers=BAND, patch=24.0)
    truth = true_wavenumbers(found.x, found.y, 12.0)
    edges = np.isnan(true_wavenumbers(found.x, found.y, 2.0))
    left = 1 - found.explained
    assert np.median(left[edges]) > 20 * np.median(left[np.isfinite(truth)])


@pytest.mark.parametrize("n_columns", [1, 3])
@pytest.mark.parametrize("part", [np.asarray, np.real], ids=["complex", "real"])
def test_errors_cover_the_truth(part, n_columns):
    deviations = []
    for seed in range(12):
        clean = np.stack([waves(0.43, 6, seed=10 * seed + i) for i in range(n_columns)], axis=2)
        found = wf.local_wavenumbers(part(noisy(clean, 3.0, seed)), 1.0, wavenumbers=BAND, every=30.0)
        deviations.append((found.wavenumbers - 0.43) / found.errors)
    covered = np.mean(np.abs(np.concatenate(deviations)) < 1.96)
    assert 0.88 < covered < 0.99


def test_columns_share_what_they_know():
    one, two = (
        wf.local_wavenumbers(noisy(plate()[..., :n], 0.0), 1.0, wavenumbers=BAND, every=4.0) for n in (1, 2)
    )
    truth = true_wavenumbers(one.x, one.y, one.patch / 2)
    assert np.nanstd(errors_of(two, truth)) < 0.8 * np.nanstd(errors_of(one, truth))


def test_several_directions_err_less_than_the_peak_of_a_windowed_transform():
    ours, theirs = [], []
    for seed in range(4):
        field = noisy(waves(0.43, 6, seed=seed), 10.0, seed)
        found = wf.local_wavenumbers(field, 1.0, wavenumbers=BAND, every=17.0)
        rows, columns = found.x.astype(int), found.y.astype(int)
        ours.append(found.wavenumbers / 0.43 - 1)
        theirs.append(windowed_fourier(field, 1.0, rows, columns, int(found.patch / 2), BAND) / 0.43 - 1)
    assert np.mean(np.square(ours)) < np.mean(np.square(theirs)) / 4


def test_noise_alone_is_no_wave(rng):
    field = rng.standard_normal((90, 90)) + 1j * rng.standard_normal((90, 90))
    found = wf.local_wavenumbers(field, 1.0, wavenumbers=BAND)
    assert np.median(found.explained) < 0.6
    known = np.isfinite(found.wavenumbers)
    assert np.median(found.errors[known]) > 0.02
    assert np.all(np.isinf(found.errors[~known]))


def test_a_recording_of_a_grid_in_any_order(rng):
    shape, spacing = (60, 50), (0.02, 0.03)
    x, y = (
        grid.ravel() for grid in np.meshgrid(*(h * np.arange(n) for n, h in zip(shape, spacing, strict=True)))
    )
    order = rng.permutation(x.size)
    rate, frequency = 1000.0, 80.0
    phases = 12.0 * x[order] + 9.0 * y[order]
    times = np.arange(100) / rate
    signals = np.cos(2 * np.pi * frequency * times - phases[:, None])
    recording = wf.Recording(
        signals, sampling_rate=rate, positions=np.stack([3.0 + x[order], y[order] - 1.0], axis=1)
    )
    at_frequency = wf.local_wavenumbers(recording, wavenumbers=(9.0, 24.0), frequency=frequency, every=0.1)
    snapshots = wf.local_wavenumbers(recording.select(slice(None)), wavenumbers=(9.0, 24.0), every=0.1)
    for found in (at_frequency, snapshots):
        np.testing.assert_allclose(found.wavenumbers, 15.0, rtol=5e-3)
        assert found.x[0] > 3.0
        assert found.y[0] < 0.0
        assert found.wavenumbers.shape == (len(found.x), len(found.y))


def test_shapes_of_a_fit_are_fields():
    drum = wf.Membrane((60, 50), 1.0, "fixed")
    shape = drum.synthesize(np.eye(drum.n_points)[:, [350]]).reshape(drum.shape)
    k = drum.wavenumber(drum.eigenvalues[350])
    found = wf.local_wavenumbers(shape, 1.0, wavenumbers=(0.6 * k, 1.5 * k), every=6.0)
    assert np.median(found.wavenumbers) == pytest.approx(k, rel=0.03)


def map_of(k):
    k = np.array([k], dtype=float)
    return LocalWavenumbers(np.zeros(1), np.arange(k.size), k, np.ones_like(k), np.ones_like(k), 0.1)


def test_thickness_is_interpolated_in_a_table_of_any_order():
    found = map_of([432.0, 457.0, 482.0, 420.0, 500.0, np.nan])
    expected = [[6.0, 4.0, 2.0, 6.0, 2.0, np.nan]]
    for table in ([(2.0, 482.0), (6.0, 432.0)], [(6.0, 432.0), (2.0, 482.0)]):
        np.testing.assert_allclose(found.thickness(table), expected)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([(2.01, 482.2), (2.68, 489.0), (6.03, 432.0)], "neither rise nor fall"),
        ([(2.0, 480.0), (2.0, 470.0)], "neither rise nor fall"),
        ([(2.0, 480.0)], "at least two rows"),
        ([2.0, 480.0], "at least two rows"),
        ([(2.0, np.nan), (3.0, 400.0)], "at least two rows"),
    ],
)
def test_tables_that_do_not_tell_the_thickness_are_refused(table, words):
    with pytest.raises(InputError, match=words):
        map_of([450.0]).thickness(table)


def test_words():
    assert str(map_of([400.0, 450.0, 500.0])).startswith(
        "local wavenumbers at 1 × 3 places, patches of 0.1 m: 450"
    )
    assert repr(map_of([np.nan])).endswith("none found)")


FIELD = waves(0.45, 3, (60, 50))
GRID = np.stack([g.ravel() for g in np.meshgrid(np.arange(8.0), np.arange(6.0))], axis=1)


def changed(value):
    field = FIELD.copy()
    field[7, 9] = value
    return field


@pytest.mark.parametrize(
    ("field", "arguments", "words"),
    [
        (FIELD[0], {}, r"shape \(50,\)"),
        (FIELD[:0], {}, r"shape \(0, 50\)"),
        (FIELD.astype(str), {}, "type <U"),
        (changed(np.nan), {}, r"nan.* at \(7, 9, 0\)"),
        (changed(np.inf), {}, r"inf.* at \(7, 9, 0\)"),
        (0 * FIELD, {}, "zero everywhere"),
        (FIELD, {"spacing": None}, "no spacing"),
        (FIELD, {"spacing": 0.0}, "spacing is 0"),
        (FIELD, {"spacing": (1.0, 2.0, 3.0)}, "3 items for 2 axes"),
        (FIELD, {"patch": 55.0}, "49 m wide and a patch 55 m"),
        (FIELD, {"patch": 8.0}, "independent values for"),
        (FIELD, {"patch": -1.0}, "patch is -1"),
        (FIELD, {"every": 0.0}, "every is 0"),
        (FIELD, {"wavenumbers": (0.5, 0.4)}, "the lower first"),
        (FIELD, {"wavenumbers": (0.0, 0.4)}, "the lower first"),
        (FIELD, {"wavenumbers": 0.4}, "give .low, high."),
        (FIELD, {"wavenumbers": (0.4, 4.0)}, "lower the band"),
        (FIELD, {"frequency": 3.0}, "frequency belongs to a recording"),
        (wf.Recording(np.ones((48, 3)), positions=GRID), {}, "spacing belongs to an array"),
        (
            wf.Recording(np.ones((48, 3)), positions=GRID[:, 0] + 9 * GRID[:, 1]),
            {"spacing": None},
            "two coord",
        ),
        (
            wf.Recording(np.ones((47, 3)), positions=GRID[1:]),
            {"spacing": None},
            "do not fill a grid of 8 × 6",
        ),
        (wf.Recording(np.ones((48, 3)), positions=GRID * [1, 0]), {"spacing": None}, "the same for all"),
        (wf.Recording(np.ones((48, 3)), positions=GRID**2), {"spacing": None}, "not evenly spaced"),
        (
            wf.Recording(np.ones((48, 3)), positions=GRID, sampling_rate=10.0),
            {"spacing": None, "frequency": 6.0},
            "up to half the sampling rate",
        ),
    ],
)
def test_bad_input_is_named(field, arguments, words):
    with pytest.raises(InputError, match=words):
        wf.local_wavenumbers(field, **{"spacing": 1.0, "wavenumbers": BAND, **arguments})


def test_the_intact_plate_and_the_rectangle_differ_as_they_were_made():
    found = wf.local_wavenumbers(plate(), 1.0, wavenumbers=BAND)
    truth = true_wavenumbers(found.x, found.y, found.patch / 2)
    for k in (INTACT, THINNED):
        assert np.median(found.wavenumbers[truth == k]) == pytest.approx(k, rel=3e-3)
