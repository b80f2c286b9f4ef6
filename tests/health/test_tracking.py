"""Tracking: each pole goes to the mode it came from, through all that recordings do to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import InputError
from wavefact.health._followers import Expectation, shares

N_POINTS = 8


def shapes_of(n_modes: int) -> np.ndarray:
    points = np.arange(1, N_POINTS + 1) / (N_POINTS + 1)
    return np.sin(np.pi * np.outer(points, np.arange(1, n_modes + 1)))


def record(
    rng: np.random.Generator,
    frequencies: np.ndarray,
    shapes: np.ndarray,
    *,
    missed: float = 0.2,
    spurious: int = 2,
    scatter: float = 0.002,
) -> tuple[wf.ModalModel, np.ndarray]:
    """Return the poles of one recording, and of which mode each is; −1 for a spurious one."""
    kept = np.flatnonzero(rng.random(frequencies.size) >= missed)
    found = frequencies[kept] * (1 + scatter * rng.standard_normal(kept.size))
    columns = shapes[:, kept] + 0.05 * rng.standard_normal((N_POINTS, kept.size))
    columns = columns * np.exp(2j * np.pi * rng.random(kept.size))
    everywhere = rng.uniform(0.5, 8.0, spurious)
    found, labels = np.append(found, everywhere), np.append(kept, np.full(spurious, -1))
    columns = np.column_stack([columns, rng.standard_normal((N_POINTS, spurious))])
    order = np.argsort(found)
    return wf.ModalModel(found[order], np.full(found.size, 0.01), columns[:, order]), labels[order]


def right_and_wrong(tracks: wf.ModeTracks, models: list, labels: list) -> tuple[float, float]:
    """Return the share of all poles of modes that are in their tracks, and of what is tracked that is not."""
    right = wrong = total = 0
    for row, model, label in zip(tracks.frequencies, models, labels, strict=True):
        total += np.count_nonzero(label >= 0)
        for mode, frequency in enumerate(row):
            if np.isfinite(frequency):
                hit = label[np.argmin(np.abs(model.frequencies - frequency))] == mode
                right, wrong = right + hit, wrong + (not hit)
    return right / total, wrong / max(right + wrong, 1)


def test_modes_are_found_and_followed_through_drift_gaps_and_spurious_poles(rng: np.random.Generator) -> None:
    days = np.sort(rng.uniform(0, 200, 180))
    days = days[(days < 80) | (days > 100)]  # 20 days without recordings
    season = 1 - 0.03 * np.sin(2 * np.pi * days / 365)  # more than the tolerance in all
    base = np.array([1.0, 2.5, 2.55, 5.0])
    models, labels = zip(*(record(rng, base * s, shapes_of(4)) for s in season), strict=True)
    tracks = wf.track_modes(models, 86_400 * days)
    assert tracks.n_modes == 4
    right, wrong = right_and_wrong(tracks, models, labels)
    assert right > 0.97
    assert wrong < 0.01
    levels = wf.mode_levels(tracks)
    truth = base * season[:, None]
    inside = np.abs(levels.frequencies - truth) < 1.96 * levels.errors
    assert 0.88 < inside.mean() <= 1.0
    np.testing.assert_allclose(levels.noise, 0.002, rtol=0.25)


def test_a_pair_that_mixes_its_shapes_is_told_apart_by_frequency(rng: np.random.Generator) -> None:
    models, labels = [], []
    for _ in range(200):
        angle = rng.uniform(0, 2 * np.pi)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        other = np.concatenate([shapes_of(2) @ turn, shapes_of(3)[:, 2:]], axis=1)
        model, label = record(rng, np.array([2.0, 2.02, 2.03]), other, scatter=0.001)
        models.append(model)
        labels.append(label)
    reference = wf.ModalModel(np.array([2.0, 2.02, 2.03]), np.full(3, 0.01), shapes_of(3))
    right, wrong = right_and_wrong(wf.track_modes(models, reference=reference), models, labels)
    assert right > 0.95
    assert wrong < 0.03


def test_modes_that_veer_keep_their_order_and_turn_their_shapes(rng: np.random.Generator) -> None:
    models, labels = [], []
    for position in np.linspace(-6, 6, 200):
        stiffness = np.array([[4.0 + 0.02 * position, 0.04], [0.04, 4.0 - 0.02 * position]])
        squares, mixing = np.linalg.eigh(stiffness)
        model, label = record(rng, np.sqrt(squares), shapes_of(2) @ mixing, scatter=0.0015)
        models.append(model)
        labels.append(label)
    tracks = wf.track_modes(models)
    right, wrong = right_and_wrong(tracks, models, labels)
    assert (tracks.n_modes, right > 0.95, wrong < 0.02) == (2, True, True)
    first, last = (np.nanmean(tracks.mode_shapes[part], axis=0) for part in (slice(20), slice(-20, None)))
    assert wf.mac(first, last)[0, 0] < 0.3


@pytest.mark.parametrize("off", [-0.01, 0.01, 0.03])
def test_poles_found_twice_now_and_then_do_not_split_a_mode(off: float, rng: np.random.Generator) -> None:
    twice = rng.choice(200, 10, replace=False)
    models = []
    for hour in range(200):
        warmth = 1 + 0.02 * np.sin(2 * np.pi * hour / 24) + 0.01 * np.sin(2 * np.pi * hour / 110)
        frequencies, shapes = warmth * np.array([2.0, 5.0]), shapes_of(2)
        if hour in twice:
            frequencies, shapes = np.append(frequencies, 2.0 * warmth * (1 + off)), shapes[:, [0, 1, 0]]
        models.append(record(rng, frequencies, shapes, missed=0.02, spurious=0)[0])
    tracks = wf.track_modes(models)
    assert tracks.reference_frequencies == pytest.approx([2.0, 5.0], rel=0.01)
    assert np.all(tracks.detection_rates > 0.95)


def test_modes_that_cross_keep_their_shapes(rng: np.random.Generator) -> None:
    models, labels = [], []
    for position in np.linspace(-1, 1, 200):
        base = np.array([2.0 + 0.05 * position, 2.0 - 0.05 * position])
        model, label = record(rng, base, shapes_of(2))
        models.append(model)
        labels.append(label)
    reference = wf.ModalModel(np.array([1.95, 2.05]), np.full(2, 0.01), shapes_of(2))
    right, wrong = right_and_wrong(wf.track_modes(models, reference=reference), models, labels)
    assert right > 0.97
    assert wrong < 0.01


def test_what_a_shape_has_outside_the_span_of_close_modes_is_what_projection_leaves(
    rng: np.random.Generator,
) -> None:
    def unit(n_shapes: int) -> np.ndarray:
        shapes = rng.standard_normal((n_shapes, 8)) + 1j * rng.standard_normal((n_shapes, 8))
        return shapes / np.linalg.norm(shapes, axis=1, keepdims=True)

    levels = np.log([1.0, 1.01, 1.025, 2.0, 2.01, 3.0])
    expected, poles = Expectation(levels, np.ones(6), unit(6), np.ones(6)), unit(5)
    outside, mixing = shares(expected, poles)
    for mode, members in enumerate(([0, 1], [0, 1, 2], [1, 2], [3, 4], [3, 4], [5])):
        basis = np.linalg.qr(expected.shapes[members].T)[0]
        inside = np.sum(np.abs(poles @ basis.conj()) ** 2, axis=1)
        np.testing.assert_allclose(outside[:, mode], 1 - inside, atol=1e-7)
        own = np.abs(poles @ expected.shapes[mode].conj()) ** 2
        np.testing.assert_allclose(outside[:, mode] + mixing[:, mode], 1 - own)


def test_wavenumbers_tell_modes_apart_that_sensors_do_not() -> None:
    aliases = np.ones((N_POINTS, 2))
    model = wf.ModalModel(np.array([2.0, 2.002]), np.full(2, 0.01), aliases, np.array([6.0, 3.0]))
    reference = wf.ModalModel(np.array([2.0, 2.002]), np.full(2, 0.01), aliases, np.array([3.0, 6.0]))
    tracks = wf.track_modes([model] * 5, reference=reference)
    np.testing.assert_array_equal(tracks.frequencies, [[2.002, 2.0]] * 5)


def test_standard_errors_tell_which_poles_to_believe(rng: np.random.Generator) -> None:
    base, truth = np.array([1.0, 2.5, 2.56, 5.0]), 1 - 0.01 * np.sin(np.arange(150) / 30)
    models, labels = [], []
    for factor in truth:
        model, label = record(rng, base * factor, shapes_of(4), scatter=0.0)
        errors = model.frequencies * rng.choice([0.0007, 0.03], model.n_modes, p=[0.7, 0.3])
        moved = model.frequencies + errors * rng.standard_normal(model.n_modes)
        order = np.argsort(moved)
        models.append(replace(model.select(order), frequencies=moved[order], frequency_errors=errors[order]))
        labels.append(label[order])
    reference = wf.ModalModel(base, np.full(4, 0.01), shapes_of(4))
    blind = [replace(model, frequency_errors=np.full(model.n_modes, np.nan)) for model in models]
    shares, errors = [], []
    for given in (models, blind):
        tracks = wf.track_modes(given, reference=reference)
        right, wrong = right_and_wrong(tracks, models, labels)
        assert wrong < 0.01
        shares.append(right)
        errors.append(np.std(wf.mode_levels(tracks).frequencies / (base * truth[:, None])))
    assert shares[0] > 0.98 > 0.9 > shares[1]
    assert errors[0] < 0.6 * errors[1]
    assert wf.track_modes(models).n_modes == 4


def test_standard_errors_that_tell_nothing_are_not_believed(rng: np.random.Generator) -> None:
    models = [record(rng, np.array([1.0, 2.5, 2.55]), shapes_of(3))[0] for _ in range(100)]
    for size in (1e-4, 0.1):  # far too small, and far too large
        wrong = [
            replace(each, frequency_errors=each.frequencies * size * rng.lognormal(0, 1.5, each.n_modes))
            for each in models
        ]
        plain, misled = wf.track_modes(models), wf.track_modes(wrong)
        assert np.mean(plain.is_found == misled.is_found) > 0.99
        levels = wf.mode_levels(misled)
        np.testing.assert_allclose(levels.frequencies / [1.0, 2.5, 2.55], 1.0, atol=1.5e-3)
        np.testing.assert_allclose(levels.noise, 0.002, rtol=0.3)


def test_shapes_are_turned_and_scaled_to_the_reference(rng: np.random.Generator) -> None:
    models = [record(rng, np.array([1.0, 3.0]), shapes_of(2), spurious=0)[0] for _ in range(30)]
    tracks = wf.track_modes(models)
    aligned = np.einsum("rpm,pm->rm", tracks.mode_shapes, tracks.reference_shapes.conj())
    found = tracks.is_found
    assert np.all(np.isnan(aligned[~found]))
    np.testing.assert_allclose(aligned[found].imag, 0.0, atol=1e-12)
    assert np.all(aligned[found].real > 0.95)
    np.testing.assert_allclose(np.linalg.norm(tracks.reference_shapes, axis=0), 1.0)


def test_following_gives_what_tracking_gives(rng: np.random.Generator) -> None:
    models, labels = zip(
        *(record(rng, np.array([1.0, 2.5, 2.55]), shapes_of(3)) for _ in range(90)), strict=True
    )
    tracks = wf.track_modes(models[:60])
    for i in range(60, 90):
        tracks = wf.follow(tracks, models[i], float(i))
    right, wrong = right_and_wrong(tracks, models, labels)
    assert right > 0.97
    assert wrong < 0.01
    nothing = wf.follow(tracks, models[0].select([]), 90.0)
    assert not np.any(nothing.is_found[-1])
    again = wf.follow(nothing.select(slice(-1, None)), models[0], 91.0)  # after nothing but silence
    np.testing.assert_array_equal(again.frequencies[-1], tracks.frequencies[0])


def test_tables_become_models_without_what_is_padding() -> None:
    frequencies = np.array([[3.0, np.nan, 1.0], [np.nan, np.nan, np.nan]])
    shapes = np.arange(1.0, 13.0).reshape(2, 3, 2)
    shapes[0, 0, 1] = np.nan
    first, second = wf.models_of_poles(
        frequencies, frequencies / 100, shapes, frequency_errors=frequencies / 10
    )
    np.testing.assert_array_equal(first.mode_shapes, [[5.0], [6.0]])
    assert (first.frequencies, first.damping_ratios, first.frequency_errors) == (1.0, 0.01, 0.1)
    assert second.n_modes == 0
    with pytest.raises(InputError, match="damping_ratios are"):
        wf.models_of_poles(frequencies, frequencies[:1], shapes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"times": [0.0]}, "1 times came for 2"),
        ({"times": [1.0, 1.0]}, "times must rise"),
        ({"tolerance": 0.0}, "tolerance is 0"),
        ({"min_detection_rate": 2.0}, "min_detection_rate is 2"),
    ],
)
def test_what_cannot_be_tracked_is_refused(change: dict, message: str) -> None:
    model = wf.ModalModel(np.array([1.0]), np.array([0.01]), np.ones((3, 1)))
    with pytest.raises(InputError, match=message):
        wf.track_modes([model, model], **change)


def test_models_of_other_points_or_without_modes_are_refused() -> None:
    model = wf.ModalModel(np.array([1.0]), np.array([0.01]), np.ones((3, 1)))
    other = wf.ModalModel(np.array([1.0]), np.array([0.01]), np.ones((4, 1)))
    with pytest.raises(InputError, match=r"\[3, 4\] points"):
        wf.track_modes([model, other])
    with pytest.raises(InputError, match="None of the 2 models"):
        wf.track_modes([model.select([]), model.select([])])
    with pytest.raises(InputError, match="No mode recurs"):
        wf.track_modes([model, wf.ModalModel(np.array([2.0]), np.array([0.01]), np.ones((3, 1)))])
    with pytest.raises(InputError, match="frequency is -1"):
        wf.track_modes([wf.ModalModel(np.array([-1.0]), np.array([0.01]), np.ones((3, 1)))] * 2)
    with pytest.raises(InputError, match="4 points, the tracks 3"):
        wf.follow(wf.track_modes([model, model]), other, 2.0)
    with pytest.raises(InputError, match="times must rise"):
        wf.follow(wf.track_modes([model, model]), model, 1.0)


def aliased(
    rng: np.random.Generator, known: float = 1.0, wild: float = 0.0
) -> tuple[wf.ModalModel, np.ndarray]:
    """Return modes that sensors show alike and frequencies hardly tell apart, but wavenumbers do."""
    shapes = np.tile(shapes_of(1), 2)
    model, labels = record(rng, np.array([2.0, 2.004]), shapes, scatter=0.0015)
    waves = np.choose(labels, [3.0, 6.0], mode="clip") * (1 + 0.05 * rng.standard_normal(labels.size))
    waves[labels < 0] = rng.uniform(1, 10, np.sum(labels < 0))
    waves = np.where(rng.random(labels.size) < wild, rng.uniform(1, 10, labels.size), waves)
    waves[rng.random(labels.size) > known] = np.nan
    return replace(model, wavenumbers=waves), labels


@pytest.mark.parametrize("is_given", [True, False])
def test_modes_that_only_wavenumbers_tell_apart_are_followed(
    rng: np.random.Generator, is_given: bool
) -> None:
    models, labels = zip(*(aliased(rng) for _ in range(120)), strict=True)
    reference = wf.ModalModel(
        np.array([2.0, 2.004]), np.full(2, 0.01), np.tile(shapes_of(1), 2), np.array([3.0, 6.0])
    )
    tracks = wf.track_modes(models[:90], reference=reference if is_given else None)
    for i in range(90, 120):
        tracks = wf.follow(tracks, models[i], float(i))
    right, wrong = right_and_wrong(tracks, models, labels)
    assert (tracks.n_modes, right > 0.97, wrong < 0.01) == (2, True, True)
    np.testing.assert_allclose(np.nanmedian(tracks.wavenumbers, axis=0), [3.0, 6.0], rtol=0.02)
    np.testing.assert_array_equal(np.isfinite(tracks.wavenumbers), tracks.is_found)
    blind = [replace(model, wavenumbers=np.full(model.n_modes, np.nan)) for model in models]
    _, wrong = right_and_wrong(wf.track_modes(blind, reference=reference), models, labels)
    assert wrong > 0.1


def test_wavenumbers_that_are_wild_or_missing_reject_no_pole(rng: np.random.Generator) -> None:
    models, labels = zip(*(aliased(rng, known=0.8, wild=0.1) for _ in range(120)), strict=True)
    right, wrong = right_and_wrong(wf.track_modes(models), models, labels)
    assert right > 0.85
    assert wrong < 0.1


def test_modes_that_jump_are_told_apart_by_their_wavenumbers(rng: np.random.Generator) -> None:
    models = [aliased(rng)[0] for _ in range(60)]
    tracks = wf.track_modes(models)
    jumped = wf.ModalModel(
        np.array([1.9, 1.91]), np.full(2, 0.01), np.tile(shapes_of(1), 2), np.array([6.1, 2.9])
    )
    np.testing.assert_array_equal(wf.follow(tracks, jumped, 60.0).frequencies[-1], [1.91, 1.9])


def test_wavenumbers_are_kept_in_files_and_unknown_in_old_ones(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    tracks = wf.track_modes([aliased(rng)[0] for _ in range(20)])
    tracks.save(tmp_path / "tracks.h5")
    again = wf.ModeTracks.load(tmp_path / "tracks.h5")
    np.testing.assert_array_equal(again.wavenumbers, tracks.wavenumbers)
    np.testing.assert_array_equal(again.select(slice(-3, None)).wavenumbers, tracks.wavenumbers[-3:])
    with h5py.File(tmp_path / "tracks.h5", "r+") as file:
        del file["wavenumbers"]
    old = wf.ModeTracks.load(tmp_path / "tracks.h5")
    np.testing.assert_array_equal(old.frequencies, tracks.frequencies)
    assert np.all(np.isnan(old.wavenumbers))


def test_shape_errors_are_carried_as_angles(tmp_path):
    shapes = np.array([[3.0, 1.0], [4.0, -1.0]])
    model = wf.ModalModel(
        np.array([2.0, 5.0]),
        np.full(2, 0.01),
        shapes,
        shape_errors=np.array([[0.03, np.nan], [0.04, np.nan]]),
    )
    tracks = wf.track_modes([model, model])
    assert tracks.shape_errors[:, 0] == pytest.approx(0.01)
    assert np.all(np.isnan(tracks.shape_errors[:, 1]))
    tracks.save(tmp_path / "tracks.h5")
    again = wf.follow(wf.ModeTracks.load(tmp_path / "tracks.h5"), model, 2.0)
    assert again.shape_errors[:, 0] == pytest.approx(0.01)


def test_modes_that_moved_together_are_found_where_one_alone_might_be_spurious(rng):
    shapes = np.linalg.qr(rng.standard_normal((6, 3)))[0]
    frequencies = np.array([2.0, 5.0, 9.0])

    def record(change, chosen=(0, 1, 2)):
        mixed = shapes + 0.2 * rng.standard_normal(shapes.shape)  # MAC about 0.8: too little to tell alone
        scattered = frequencies * np.exp(np.asarray(change) + 5e-4 * rng.standard_normal(3))
        return wf.ModalModel(scattered, np.full(3, 0.01), mixed).select(list(chosen))

    tracks = wf.track_modes([record(0.0) for _ in range(80)])
    moved = [wf.follow(tracks, record([-0.05, -0.045, 0.0]), 80.0).is_found[-1] for _ in range(20)]
    assert np.mean(moved, axis=0) == pytest.approx([0.9, 0.9, 1.0], abs=0.15)
    # one that seems to have moved, and poles with shapes of nothing
    alone = [wf.follow(tracks, record([-0.05, 0.0, 0.0]), 80.0).is_found[-1, 0] for _ in range(20)]
    assert np.mean(alone) < 0.5
    noise = np.array([1.9, 4.7, 8.5])
    spurious = [
        wf.follow(tracks, wf.ModalModel(noise, np.full(3, 0.01), rng.standard_normal((6, 3))), 80.0)
        for _ in range(20)
    ]
    assert np.mean([each.is_found[-1] for each in spurious]) < 0.1
