"""The healthy state as a whole: what is learned, what is said of new records, what is kept."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

import wavefact as wf
from wavefact.storage import load_fields, save_fields

SHAPES = np.array([[0.5, 1.0, 0.3], [1.0, -0.5, 0.7], [0.6, 0.2, -1.0]])
FREQUENCIES = np.array([2.0, 5.0, 9.0])
HOUR = 3600.0


def record(rng, change=0.0, warmth=15.0, missing=()):
    found = FREQUENCIES * np.exp(change - 1e-3 * (warmth - 15.0) + 5e-4 * rng.standard_normal(3))
    model = wf.ModalModel(found, np.full(3, 0.01), SHAPES, frequency_errors=5e-4 * found)
    return model.select([i for i in range(3) if i not in missing])


@pytest.fixture(scope="module")
def healthy():
    rng = np.random.default_rng(0)
    hours = np.arange(240)
    warmth = 15 + 8 * np.sin(2 * np.pi * hours / 24) + np.cumsum(rng.standard_normal(240)) / 5
    models = [record(rng, warmth=w, missing=(2,) if i % 17 == 0 else ()) for i, w in enumerate(warmth)]
    return wf.track_modes(models, HOUR * hours), warmth


@pytest.fixture(scope="module")
def baseline(healthy):
    return wf.learn_baseline(*healthy)


def later(baseline, count, seed, change=0.0):
    rng, tracks, found = np.random.default_rng(seed), None, []
    for i in range(count):
        warmth = float(rng.uniform(5, 25))
        model = record(rng, change, warmth)
        found.append(baseline.assess(model, HOUR * (240 + i), [warmth], tracks=tracks))
        tracks = found[-1].tracks
    return found


def test_healthy_records_raise_few_alarms_and_damage_raises_them(baseline):
    healthy = later(baseline, 50, 1)
    assert sum(each.is_alarm for each in healthy) <= 3
    assert np.mean([each.p_value for each in healthy]) == pytest.approx(0.5, abs=0.15)
    damaged = later(baseline, 20, 2, np.array([0.0, -0.008, 0.0]))
    assert sum(each.is_alarm for each in damaged) >= 19
    assert np.mean([each.shifts for each in damaged], axis=0) == pytest.approx([0, -0.008, 0], abs=1e-3)
    assert all(int(np.argmax(each.contributions)) == 1 for each in damaged)
    assert "mode 2" in damaged[0].sentence
    assert "No change" in healthy[0].sentence


def test_no_more_is_claimed_than_the_healthy_records_can_tell(baseline):
    found = later(baseline, 1, 2, np.array([0.0, -0.05, 0.0]))[0]
    least = baseline.detector.supported_rate
    assert found.p_value < least == found.supported_rate
    words = re.search(r"less than once in ([\d,]+) records", found.sentence)
    assert words is not None
    assert 0.5 / least < int(words[1].replace(",", "")) <= 1 / least
    seen = dataclasses.replace(found, p_value=2 * least)
    assert "record once in " in seen.sentence


def test_warmth_alone_is_no_damage_but_is_without_conditions_removed(baseline, healthy):
    rng = np.random.default_rng(3)
    models = [record(rng, warmth=22.0) for _ in range(20)]

    def alarms(state, *conditions):
        return sum(state.assess(model, HOUR * 240, *conditions).is_alarm for model in models)

    assert alarms(baseline, [22.0]) <= 2
    assert alarms(wf.learn_baseline(healthy[0])) <= 2  # all modes move alike
    cold = healthy[0].select(np.abs(healthy[1] - 15) < 3)
    assert alarms(wf.learn_baseline(cold, remove_environment=False)) >= 18


def test_modes_may_be_missing(baseline):
    rng = np.random.default_rng(4)
    some = baseline.assess(record(rng, missing=(1,)), HOUR * 240, [15.0])
    assert np.isnan(some.corrected[1])
    assert np.isfinite(some.score)
    nothing = baseline.assess(record(rng, missing=(0, 1, 2)), HOUR * 240, [15.0])
    assert not nothing.is_alarm
    assert np.isnan(nothing.score)
    assert "is unknown: no mode of the healthy state was found" in nothing.sentence
    assert some.sentence.endswith("farther off). Mode 2 was not found.")
    assert wf.HealthState.of_assessment(nothing).verdict == "unknown"
    assert wf.HealthState.of_assessment(some).verdict == "no change"


def test_a_baseline_comes_back_from_its_file(baseline, tmp_path):
    baseline.save(tmp_path / "baseline.h5")
    again = wf.Baseline.load(tmp_path / "baseline.h5")
    model = record(np.random.default_rng(5))
    expected, found = (each.assess(model, HOUR * 240, [15.0]) for each in (baseline, again))
    assert (found.score, found.threshold, found.p_value) == (
        expected.score,
        expected.threshold,
        expected.p_value,
    )
    assert "3 modes in 240" in repr(again)
    (tmp_path / "other.h5").write_bytes(b"no baseline")
    with pytest.raises(wf.UnknownFormatError):
        wf.Baseline.load(tmp_path / "other.h5")


def test_names_of_conditions_are_kept_and_older_files_do_without(healthy, baseline, tmp_path):
    tracks, warmth = healthy
    both = np.column_stack([warmth, np.cos(warmth)])
    named = wf.learn_baseline(tracks, both, condition_names=["temperature", "wind"])
    named.save(tmp_path / "named.h5")
    assert wf.Baseline.load(tmp_path / "named.h5").condition_names == ("temperature", "wind")
    arrays, attributes = load_fields(tmp_path / "named.h5", "wavefact-baseline")
    del attributes["condition_names"]
    save_fields(tmp_path / "older.h5", "wavefact-baseline", arrays, attributes)
    assert wf.Baseline.load(tmp_path / "older.h5").condition_names is None
    assert baseline.condition_names is None
    for names in (["temperature"], ["wind", "wind"]):
        with pytest.raises(wf.InputError, match="expected 2, all different"):
            wf.learn_baseline(tracks, both, condition_names=names)


def test_what_does_not_fit_is_refused(baseline, healthy):
    model = record(np.random.default_rng(6))
    with pytest.raises(wf.InputError, match="came with conditions"):
        baseline.assess(model, HOUR * 240)
    with pytest.raises(wf.InputError, match="without conditions"):
        wf.learn_baseline(healthy[0]).assess(model, HOUR * 240, [15.0])
    with pytest.raises(wf.InputError, match="points"):
        baseline.assess(wf.ModalModel(FREQUENCIES, np.full(3, 0.01), SHAPES[:2]), HOUR * 240, [15.0])
    with pytest.raises(wf.InputError):
        wf.learn_baseline(healthy[0].select(slice(10)), healthy[1][:10])
    with pytest.raises(wf.InputError):
        wf.learn_baseline(*healthy, false_alarm_rate=1.5)


def test_records_of_the_past_are_judged_too(baseline):
    model = record(np.random.default_rng(7))
    past, later = (baseline.assess(model, time, [15.0]) for time in (HOUR * 100.5, HOUR * 240))
    assert past.time == HOUR * 100.5
    assert (past.is_alarm, later.is_alarm) == (False, False)
    assert past.shifts == pytest.approx(later.shifts, abs=2e-3)  # thermal lags differ


def measured(rng, change=0.0, kink=0.0, scatter=1e-3):
    """Return modes with scattered shapes, the second with one point off."""
    found = FREQUENCIES * np.exp(change + 5e-4 * rng.standard_normal(3))
    shapes = SHAPES + scatter * rng.standard_normal(SHAPES.shape)
    shapes[1, 1] += kink
    signs = rng.choice([-1.0, 2.0], 3)
    errors = np.abs(signs) * np.full(SHAPES.shape, scatter)
    return wf.ModalModel(found, np.full(3, 0.01), shapes * signs, shape_errors=errors)


@pytest.fixture(scope="module")
def with_shapes():
    rng = np.random.default_rng(8)
    return wf.learn_baseline(wf.track_modes([measured(rng) for _ in range(200)]), remove_environment=False)


def test_a_changed_shape_raises_an_alarm_though_no_frequency_moves(with_shapes):
    rng = np.random.default_rng(9)
    found = [with_shapes.assess(measured(rng, kink=0.02), 200.0) for _ in range(20)]
    assert sum(each.is_alarm for each in found) >= 19
    assert all(int(np.nanargmax(each.contributions)) == 1 for each in found)
    assert all(int(np.nanargmax(each.shape_contributions)) == 1 for each in found)
    assert "mode 2, in shape (1 − MAC " in found[0].sentence
    moved = with_shapes.assess(measured(rng, change=np.array([0.0, 0.0, -0.01])), 200.0)
    assert "mode 3, by -1." in moved.sentence


def test_healthy_shapes_raise_alarms_at_the_stated_rate_and_better_ones_none(with_shapes):
    rng = np.random.default_rng(10)
    alarms = [with_shapes.assess(measured(rng), 200.0).is_alarm for _ in range(200)]
    assert 0 <= np.mean(alarms) <= 0.03
    better = [with_shapes.assess(measured(rng, scatter=1e-4), 200.0).is_alarm for _ in range(100)]
    assert np.mean(better) <= 0.03
    poorer = [with_shapes.assess(measured(rng, scatter=4e-3), 200.0).is_alarm for _ in range(100)]
    assert np.mean(poorer) <= 0.03  # for their errors say so


@pytest.fixture(scope="module")
def with_warmth():
    """Return a baseline whose modes 1 and 2 follow the temperature, and mode 3 does not."""
    rng = np.random.default_rng(11)
    warmth = rng.uniform(0, 10, 100)
    follows = np.array([-1e-3, -1e-3, 0.0])
    tracks = wf.track_modes([measured(rng, change=follows * each) for each in warmth])
    return wf.learn_baseline(tracks, warmth, condition_names=["temperature"])


def test_without_conditions_shapes_may_raise_an_alarm_but_not_call_it_healthy(with_warmth):
    rng = np.random.default_rng(13)
    slowed = np.array([-0.05, -0.05, 0.0])
    assert with_warmth.assess(measured(rng, slowed), 100.0, [5.0]).is_alarm
    blind, changed = (
        with_warmth.assess(measured(rng, change, kink), 100.0, [np.nan])
        for change, kink in ((slowed, 0.0), (0.0, 0.05))
    )
    assert np.isfinite(blind.corrected).tolist() == [False, False, True]
    assert (blind.is_alarm, blind.has_verdict) == (False, False)
    assert np.isnan([blind.score, blind.p_value]).all()
    assert blind.unknown_conditions == changed.unknown_conditions == ("temperature",)
    why = "no temperature is known at that time, so the frequency of modes 1 and 2 could not be judged"
    assert blind.sentence == (
        f"Whether the structure has changed is unknown: {why}; nothing else shows a change."
    )
    assert wf.HealthState.of_assessment(blind).verdict == "unknown"
    assert (changed.is_alarm, changed.has_verdict) == (True, True)
    assert "mode 2, in shape" in changed.sentence
    assert changed.sentence.endswith(f". N{why[1:]}.")


def test_what_needs_no_condition_is_judged_without(with_warmth, baseline):
    rng = np.random.default_rng(14)
    only_third = measured(rng).select([2])
    found = with_warmth.assess(only_third, 100.0, [np.nan])
    assert (found.is_alarm, found.has_verdict, found.unknown_conditions) == (False, True, ())
    assert found.sentence.endswith("Modes 1 and 2 were not found.")
    unknown = baseline.assess(record(rng), HOUR * 240, [np.nan])  # of conditions without names
    assert "no condition 1 is known at that time, so no frequency could be judged" in unknown.sentence


def test_modes_of_a_close_pair_may_mix_their_shapes():
    rng = np.random.default_rng(12)

    def pair(kink=0.0):
        angle = rng.normal(0.0, 0.3) + (1.5 if rng.random() < 0.05 else 0.0)
        shapes = np.linalg.qr(SHAPES)[0][:, :2] @ [
            [np.cos(angle), -np.sin(angle)],
            [np.sin(angle), np.cos(angle)],
        ]
        shapes = shapes + 1e-3 * rng.standard_normal(shapes.shape) + kink * np.linalg.qr(SHAPES)[0][:, 2:]
        return wf.ModalModel(
            np.array([2.0, 2.02]) * np.exp(2e-4 * rng.standard_normal(2)), np.full(2, 0.01), shapes
        )

    state = wf.learn_baseline(wf.track_modes([pair() for _ in range(100)]), remove_environment=False)
    assert np.mean([state.assess(pair(), 100.0).is_alarm for _ in range(100)]) <= 0.04
    assert np.mean([state.assess(pair(0.02), 100.0).is_alarm for _ in range(20)]) >= 0.9
