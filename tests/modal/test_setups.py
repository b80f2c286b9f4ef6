"""merge_setups and identify_setups: one model of setups that share references, with honest errors."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from benchmarks.scenes import shaken, string_shapes
from hypothesis import given, settings
from hypothesis import strategies as st

import wavefact as wf
from wavefact.errors import InputError
from wavefact.modal.setup_groups import group_modes

RATE = 20.0
FREQUENCIES, DAMPING = np.array([1.1, 2.3, 3.9, 6.2]), np.array([0.01, 0.008, 0.012, 0.006])
SHAPES = string_shapes(12, np.arange(1, 5))
ROWS = [[0, 4, 8, 1, 2, 3], [5, 4, 8, 6, 7], [4, 8, 9, 10, 11]]  # of each setup; 4 and 8 stay
LEVELS = np.array([[1.0, 1.0, 1.0, 1.0], [0.2, 0.3, 0.2, 0.2], [4.0, 3.0, 5.0, 4.0]])  # of each mode
NAMES = tuple(f"p{point}" for point in range(12))


def measured(seed: int, levels: np.ndarray = LEVELS) -> list[wf.Recording]:
    """Simulate three setups of different excitation and length at 20 dB."""
    recordings = []
    for s, rows in enumerate(ROWS):
        n_samples = (4000, 3500, 4500)[s]
        scene = shaken(SHAPES[rows] * levels[s], FREQUENCIES, DAMPING, RATE, n_samples, 10 * seed + s, 20.0)
        names = tuple(NAMES[row] for row in rows)
        recordings.append(wf.Recording(scene.signals, RATE, names=names, quantity="velocity", unit="m/s"))
    return recordings


def truth(model: wf.ModalModel) -> wf.ModalModel:
    """Return the true modes on the channels of a model, scaled by the entry that is 1 there."""
    shapes = SHAPES[[NAMES.index(name) for name in model.names or ()]]
    scaled = shapes / shapes[np.argmax(np.abs(model.mode_shapes), axis=0), np.arange(4)]
    return wf.ModalModel(FREQUENCIES, DAMPING, scaled)


def drawn(
    generator: np.random.Generator, sigma: float | np.ndarray, whole: np.ndarray = SHAPES
) -> list[wf.ModalModel]:
    """Draw models of the setups whose errors are known: independent for each channel, then scaled."""
    models, by_channel = [], np.broadcast_to(sigma, len(whole))
    for rows in ROWS:
        noise = by_channel[rows, None] * generator.standard_normal((2, len(rows), whole.shape[1]))
        raw = whole[rows] + (noise[0] + 1j * noise[1] if np.iscomplexobj(whole) else noise[0])
        raw = raw * generator.uniform(0.2, 3.0, whole.shape[1])
        peak = np.argmax(np.abs(raw), axis=0), np.arange(whole.shape[1])
        scale = np.abs(raw[peak]) / np.abs(whole[rows][peak])
        shapes = raw / raw[peak]
        errors = np.hypot(by_channel[rows, None], np.abs(shapes) * by_channel[rows][peak[0]])
        errors = errors * scale / np.abs(raw[peak])
        errors[peak] = 0.0
        models.append(
            wf.ModalModel(
                FREQUENCIES + 0.002 * generator.standard_normal(4),
                DAMPING + 0.001 * generator.standard_normal(4),
                shapes,
                fit_quality=np.full(4, 0.9),
                contributions=np.full(4, 0.25),
                frequency_errors=np.full(4, 0.002),
                damping_errors=np.full(4, 0.001),
                shape_errors=errors,
                names=tuple(NAMES[row] for row in rows),
            )
        )
    return models


def same(one: wf.ModalModel, other: wf.ModalModel) -> None:
    order = [(other.names or ()).index(name) for name in one.names or ()]
    assert np.allclose(one.frequencies, other.frequencies)
    assert np.allclose(one.mode_shapes, other.mode_shapes[order], atol=1e-8)
    for name in ("frequency_errors", "damping_errors"):
        assert np.allclose(getattr(one, name), getattr(other, name))
    assert np.allclose(one.shape_errors, other.shape_errors[order], atol=1e-8)


def deviations(model: wf.ModalModel) -> np.ndarray:
    """Return the errors of all entries but the largest, over their standard errors."""
    sure = model.shape_errors > 0
    assert np.all(np.count_nonzero(~sure, axis=0) == 1)
    return np.real(model.mode_shapes - truth(model).mode_shapes)[sure] / model.shape_errors[sure]


@pytest.fixture(scope="module")
def models() -> list[wf.ModalModel]:
    return [wf.identify(recording) for recording in measured(0)]


def test_setups_of_different_excitation_become_one_shape(models: list[wf.ModalModel]) -> None:
    merged = wf.merge_setups(models)
    assert merged.names == ("p4", "p8", "p0", "p1", "p2", "p3", "p5", "p6", "p7", "p9", "p10", "p11")
    assert (merged.quantity, merged.unit, merged.positions) == ("velocity", "m/s", None)
    assert np.all(np.diag(merged.mac(truth(merged))) > 0.99)
    assert np.allclose(np.max(np.abs(merged.mode_shapes), axis=0), 1.0)
    assert np.all(np.abs(merged.frequencies - FREQUENCIES) < 4 * merged.frequency_errors)
    assert np.all(np.abs(merged.damping_ratios - DAMPING) < 4 * merged.damping_errors)
    assert np.sqrt(np.mean(deviations(merged) ** 2)) == pytest.approx(1.0, abs=0.5)
    assert np.allclose(merged.fit_quality, np.mean([model.fit_quality for model in models], axis=0))
    assert np.allclose(merged.contributions, np.mean([model.contributions for model in models], axis=0))
    assert np.all(np.isnan(merged.wavenumbers))


def test_the_order_of_setups_does_not_matter(models: list[wf.ModalModel]) -> None:
    first, *others = [wf.merge_setups(order) for order in permutations(models)]
    for other in others:
        same(first, other)


def test_all_setups_at_once_agree_with_one_by_one(models: list[wf.ModalModel]) -> None:
    merged, together = wf.merge_setups(models), wf.identify_setups(measured(0))
    assert together.names == merged.names
    apart = np.abs(together.frequencies - merged.frequencies)
    assert np.all(apart < 0.5 * merged.frequency_errors)
    assert np.all(np.diag(together.mac(merged)) > 0.9999)


def test_a_mode_too_faint_for_one_setup_is_found_with_the_others() -> None:
    levels = LEVELS.copy()
    levels[1] = (1.0, 1.0, 0.12, 1.0)
    recordings = measured(2, levels)
    alone = wf.identify(recordings[1])
    assert alone.n_modes == 3
    assert np.min(np.abs(alone.frequencies - FREQUENCIES[2])) > 1.0
    together = wf.identify_setups(recordings)
    assert np.allclose(together.frequencies, FREQUENCIES, rtol=0.01)
    assert np.diag(together.mac(truth(together)))[2] > 0.95
    assert np.max(np.abs(deviations(together))) < 4


@pytest.mark.parametrize("turn", [1.0, np.exp(0.4j * np.arange(12))[:, None]])
def test_standard_errors_cover_the_truth(turn: np.ndarray | float) -> None:
    generator, whole = np.random.default_rng(5), SHAPES * turn
    sigma = 0.01 * np.where(np.arange(12) % 3, 1.0, 0.6)
    found = []
    for _ in range(60):
        merged = wf.merge_setups(drawn(generator, sigma, whole))
        true = whole[[NAMES.index(name) for name in merged.names or ()]]
        true = true / true[np.argmax(np.abs(merged.mode_shapes), axis=0), np.arange(4)]
        sure = merged.shape_errors > 0
        found.append(np.real(merged.mode_shapes - true)[sure] / merged.shape_errors[sure])
    scores = np.concatenate(found)
    assert 0.8 < np.sqrt(np.mean(scores**2)) < 1.15
    assert 0.92 < np.mean(np.abs(scores) < 1.96) < 0.99


def test_roving_channels_carry_the_error_of_their_scale() -> None:
    # closed form: one reference a = c, known to 1 %, and exact rovers
    parts = [
        wf.ModalModel(
            np.ones(1),
            np.ones(1),
            np.array([[0.5], [1.0]]),
            shape_errors=np.array([[0.005], [1e-9]]),
            names=n,
        )
        for n in (("a", "b"), ("a", "c"))
    ]
    merged = wf.merge_setups(parts)
    assert np.allclose(merged.mode_shapes[:, 0], [0.5, 1.0, 1.0])
    scale = 0.01 * np.sqrt(2)  # of c over b: both have the error of a
    assert merged.shape_errors[2, 0] == pytest.approx(scale, rel=1e-3)
    assert merged.shape_errors[0, 0] == pytest.approx(0.005, rel=1e-3)  # a over b, both in the first setup


@settings(max_examples=20)
@given(factors=st.lists(st.floats(0.01, 100.0), min_size=3, max_size=3), signs=st.integers(0, 7))
def test_the_scale_and_sign_of_each_setup_do_not_matter(factors: list[float], signs: int) -> None:
    models = drawn(np.random.default_rng(1), 0.01)
    scaled = []
    for s, (model, factor) in enumerate(zip(models, factors, strict=True)):
        by = -factor if signs >> s & 1 else factor
        scaled.append(
            replace(model, mode_shapes=by * model.mode_shapes, shape_errors=factor * model.shape_errors)
        )
    same(wf.merge_setups(models), wf.merge_setups(scaled))


def test_drifting_frequencies_enlarge_the_error() -> None:
    models = drawn(np.random.default_rng(0), 0.01)
    offsets = np.array([-0.05, 0.0, 0.05])
    moved = [
        replace(model, frequencies=FREQUENCIES + offset)
        for model, offset in zip(models, offsets, strict=True)
    ]
    merged = wf.merge_setups(moved)
    assert np.allclose(merged.frequencies, FREQUENCIES)
    assert np.allclose(merged.frequency_errors, 0.05 / np.sqrt(3))
    calm = wf.merge_setups([replace(model, frequencies=FREQUENCIES) for model in models])
    assert np.allclose(calm.frequency_errors, 0.002 / np.sqrt(3))


def test_the_surer_setup_weighs_more() -> None:
    models = drawn(np.random.default_rng(0), 0.01)[:2]
    pair = [
        replace(models[0], frequencies=FREQUENCIES, frequency_errors=np.full(4, 0.01)),
        replace(models[1], frequencies=FREQUENCIES + 0.01, frequency_errors=np.full(4, 0.02)),
    ]
    assert np.allclose(wf.merge_setups(pair).frequencies, FREQUENCIES + 0.002)


def test_without_errors_all_setups_weigh_alike() -> None:
    models = drawn(np.random.default_rng(2), 0.001)[:2]
    none = np.zeros(0)
    unknown = [
        replace(m, frequency_errors=none, damping_errors=none, shape_errors=np.zeros((0, 0))) for m in models
    ]
    merged = wf.merge_setups(unknown)
    assert np.allclose(merged.frequencies, (models[0].frequencies + models[1].frequencies) / 2)
    assert np.all(np.isnan(merged.shape_errors))
    assert np.all(np.isnan(merged.frequency_errors))
    whole = SHAPES[[NAMES.index(name) for name in merged.names or ()]]
    assert np.all(np.diag(wf.mac(merged.mode_shapes, whole)) > 0.9999)


def test_channels_that_some_setups_share_are_averaged() -> None:
    models = drawn(np.random.default_rng(3), 0.01)
    merged = wf.merge_setups(models, references=["p4"])
    assert merged.names is not None
    assert merged.names[0] == "p4"
    assert merged.n_points == 12
    assert np.all(np.diag(merged.mac(truth(merged))) > 0.99)
    alone = wf.merge_setups([m.select([0]) for m in models], references="p4")
    p8 = alone.names.index("p8")  # type: ignore[union-attr]
    ratios = [m.mode_shapes[m.names.index("p8"), 0] / m.mode_shapes[m.names.index("p4"), 0] for m in models]  # type: ignore[union-attr]
    assert min(ratios) < alone.mode_shapes[p8, 0] / alone.mode_shapes[0, 0] < max(ratios)


def test_a_mode_that_a_setup_lacks_is_named(caplog: pytest.LogCaptureFixture) -> None:
    models = drawn(np.random.default_rng(0), 0.01)
    models[1] = models[1].select([0, 1, 3])
    with caplog.at_level(logging.INFO, logger="wavefact"):
        merged = wf.merge_setups(models)
    assert np.allclose(merged.frequencies, FREQUENCIES[[0, 1, 3]], rtol=0.01)
    assert "left out modes that not all setups have: 3.898 Hz (not in setup 2)" in caplog.text


def test_a_mode_at_a_node_of_the_references_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    shapes = SHAPES.copy()
    shapes[[4, 8], 1] = 0.0
    with caplog.at_level(logging.WARNING, logger="wavefact"):
        merged = wf.merge_setups(drawn(np.random.default_rng(0), 0.01, shapes))
    assert np.allclose(merged.frequencies, FREQUENCIES[[0, 2, 3]], rtol=0.01)
    assert "at a node of the references" in caplog.text
    assert "2.3" in caplog.text


def test_nothing_in_common_is_an_empty_model() -> None:
    models = drawn(np.random.default_rng(0), 0.01)
    models[0] = models[0].select([])
    merged = wf.merge_setups(models)
    assert (merged.n_modes, merged.n_points) == (0, 12)


def test_close_modes_are_paired_by_their_shapes() -> None:
    shapes = [np.array([[1.0, 1.0], [1.0, -0.8]]), np.array([[-0.7, 1.0], [1.0, 0.9]])]
    groups = group_modes([np.array([5.0, 5.1]), np.array([5.02, 5.03])], shapes, max_shift=0.05, min_mac=0.5)
    assert sorted(tuple(sorted(group.items())) for group in groups) == [((0, 0), (1, 1)), ((0, 1), (1, 0))]


def test_a_drifting_mode_is_followed_through_the_setups_between() -> None:
    one = np.ones((2, 1))
    frequencies = [np.array([5.0]), np.array([5.4]), np.array([5.2])]
    assert group_modes(frequencies, [one] * 3, max_shift=0.05, min_mac=0.5) == [{0: 0, 2: 0, 1: 0}]


def test_positions_go_with_their_channels() -> None:
    models = drawn(np.random.default_rng(0), 0.01)
    placed = [replace(m, positions=np.array([float(name[1:]) for name in m.names or ()])) for m in models]
    merged = wf.merge_setups(placed)
    assert merged.positions is not None
    assert merged.names == tuple(f"p{place:g}" for place in merged.positions)
    assert wf.merge_setups([*placed[:2], models[2]]).positions is None
    moved = replace(placed[2], positions=np.asarray(placed[2].positions) + 1)
    with pytest.raises(InputError, match="Channel 'p4' is at 5"):
        wf.merge_setups([*placed[:2], moved])


def test_bad_setups_are_refused_in_words() -> None:
    one, two, three = drawn(np.random.default_rng(0), 0.01)

    def renamed(*names: str) -> wf.ModalModel:
        return replace(two, names=names)

    cases = {
        "At least 2 setups": [one],
        "Expected a list of ModalModel": [one, "two"],
        "Setup 2 has no names": [one, replace(two, names=None)],
        "several channels named 'a'": [one, renamed("a", "a", "b", "c", "d")],
        "share no channel name": [one, renamed(*"abcde")],
        "to_quantity": [one, two, replace(three, quantity="velocity", unit="m/s")],
        "different dimensions": [
            replace(one, positions=np.arange(6.0)),
            replace(two, positions=np.zeros((5, 2))),
        ],
        "NaN or Inf": [one, replace(two, mode_shapes=np.full(two.mode_shapes.shape, np.nan))],
        "'p4' moves in no mode of setup 2": [
            one,
            replace(two, mode_shapes=two.mode_shapes * np.array([1.0, 0, 1, 1, 1])[:, None]),
        ],
    }
    for words, setups in cases.items():
        with pytest.raises(InputError, match=words):
            wf.merge_setups(setups)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no channel 'p0' in setup 2, 3"):
        wf.merge_setups([one, two, three], references=["p4", "p0"])
    with pytest.raises(InputError, match="No reference"):
        wf.merge_setups([one, two], references=[])
    with pytest.raises(InputError, match="Expected a list"):
        wf.merge_setups(one)  # type: ignore[arg-type]


def test_bad_recordings_are_refused_in_words() -> None:
    recordings = measured(0)
    slow = recordings[1].replace(sampling_rate=10.0)
    still = np.array([[1], [0], [1], [1], [1]])
    dead = recordings[1].replace(signals=np.asarray(recordings[1].signals) * still)
    cases = {
        "decimate": [recordings[0], slow],
        "sampling rate": [recordings[0], recordings[1].replace(sampling_rate=None)],
        "'p4'.*zero throughout": [recordings[0], dead],
        "to_quantity": [recordings[0], recordings[1].replace(quantity="acceleration", unit="m/s^2")],
        "no names": [recordings[0], recordings[1].replace(names=None)],
        "too few": [recordings[0], recordings[1].window(0, 50)],
    }
    for words, setups in cases.items():
        with pytest.raises(InputError, match=words):
            wf.identify_setups(setups)
    with pytest.raises(InputError, match="no channel 'p0' in setup 2"):
        wf.identify_setups(recordings, references=["p0"])


def test_noise_has_no_modes() -> None:
    generator = np.random.default_rng(0)
    noise = [
        wf.Recording(generator.standard_normal((3, 2000)), RATE, names=("a", "b", name)) for name in "cd"
    ]
    assert wf.identify_setups(noise).n_modes == 0


def test_complex_signals_are_two_real_ones() -> None:
    recordings = measured(0)
    turned = [r.replace(signals=np.asarray(r.signals) * (0.6 + 0.8j)) for r in recordings]
    merged = wf.identify_setups(turned, (0.5, 8.0))
    assert np.allclose(merged.frequencies, FREQUENCIES, rtol=0.01)
    assert np.all(np.diag(merged.mac(truth(merged))) > 0.99)


def test_the_same_scales_as_another_library() -> None:
    gen = pytest.importorskip("pyoma2.functions.gen", reason="pyOMA-2 is not installed")
    models = drawn(np.random.default_rng(4), 1e-6)
    rows = [[model.names.index(name) for name in ("p4", "p8")] for model in models]  # type: ignore[union-attr]
    theirs = gen.merge_mode_shapes([model.mode_shapes for model in models], rows)
    assert np.allclose(np.diag(wf.mac(wf.merge_setups(models).mode_shapes, theirs)), 1.0, atol=1e-6)
