"""Detectors: stated rates, what they detect and why, missing values and errors, refusals, files."""

from __future__ import annotations

import logging

import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.storage import save_fields

P = 4
MIX = np.linalg.cholesky(0.6 ** np.abs(np.subtract.outer(np.arange(P), np.arange(P))))


def draw(rng, n, shift=0.0):
    features = rng.normal(size=(n, P)) @ MIX.T + 10.0
    features[:, 1] += shift
    return features


@pytest.mark.parametrize("kind", ["gaussian", "robust"])
def test_the_stated_rate_holds_on_average_over_training_sets(rng, kind):
    observed = []
    for _ in range(30):
        detector = wf.fit_detector(draw(rng, 100), false_alarm_rate=0.03, kind=kind)
        observed.append(np.mean(detector.alarms(draw(rng, 2000))))
    assert 0.03 / 1.4 < np.mean(observed) < 0.03 * 1.4


def test_scores_alarms_and_probabilities_agree(rng):
    detector = wf.fit_detector(draw(rng, 300), false_alarm_rate=0.02)
    records = draw(rng, 500, shift=2.0)
    alarms = detector.alarms(records)
    assert 0.1 < alarms.mean() < 0.95
    np.testing.assert_array_equal(alarms, detector.scores(records) > detector.threshold)
    np.testing.assert_array_equal(alarms, detector.p_values(records) < 0.02)
    low, high = detector.rate_interval()
    assert 0.005 < low < 0.02 < high < 0.05


def test_normal_scores_of_healthy_records_are_standard_normal(rng):
    scores = wf.fit_detector(draw(rng, 2000)).normal_scores(draw(rng, 5000))
    assert scores.mean() == pytest.approx(0.0, abs=0.1)
    assert scores.std() == pytest.approx(1.0, abs=0.1)


def test_scores_do_not_depend_on_units(rng):
    healthy, records = draw(rng, 150), draw(rng, 20, shift=1.0)
    units = np.array([1.0, 1e-6, 1e6, -3.0])
    one, other = wf.fit_detector(healthy), wf.fit_detector(healthy * units)
    np.testing.assert_allclose(one.scores(records), other.scores(records * units), atol=2e-3)


def test_the_feature_that_changed_contributes_most(rng):
    detector = wf.fit_detector(draw(rng, 300))
    shares = detector.contributions(draw(rng, 40, shift=6.0))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert np.mean(np.argmax(shares, axis=1) == 1) > 0.9


def test_missing_features_keep_the_rate_and_the_detection(rng):
    def thinned(features):
        return np.where(rng.random(features.shape) < 0.2, np.nan, features)

    observed, found = [], []
    for _ in range(15):
        detector = wf.fit_detector(thinned(draw(rng, 200)), false_alarm_rate=0.03)
        observed.append(np.mean(detector.alarms(thinned(draw(rng, 2000)))))
        found.append(np.mean(detector.alarms(thinned(draw(rng, 500, shift=6.0)))))
    assert 0.02 < np.mean(observed) < 0.045
    assert np.mean(found) > 0.6
    nothing = np.full((1, P), np.nan)
    assert np.isnan(detector.scores(nothing)[0])
    assert np.isnan(detector.p_values(nothing)[0])
    assert not detector.alarms(nothing)[0]


def test_records_that_are_less_sure_are_judged_more_leniently(rng):
    healthy, usual = draw(rng, 200), np.full((200, P), 0.1)
    usual[3] = np.nan
    detector = wf.fit_detector(healthy, usual)
    record = draw(rng, 1, shift=5.0)
    sure, unsure = detector.scores(record, usual[:1]), detector.scores(record, np.full((1, P), 3.0))
    np.testing.assert_allclose(sure, detector.scores(record))
    assert unsure[0] < sure[0] - 1


def test_contamination_leaves_bad_records_out_of_the_tail(rng):
    healthy = draw(rng, 200)
    healthy[:8, 2] += 12.0
    blind = wf.fit_detector(healthy)
    aware = wf.fit_detector(healthy, contamination=0.04)
    assert aware.threshold < blind.threshold / 1.5
    assert np.mean(aware.alarms(draw(rng, 5000))) == pytest.approx(0.01, abs=0.01)


def test_few_records_of_many_features(rng):
    observed, found = [], []
    for _ in range(8):
        detector = wf.fit_detector(rng.normal(size=(30, 36)), false_alarm_rate=0.05)
        observed.append(np.mean(detector.alarms(rng.normal(size=(1000, 36)))))
        found.append(np.mean(detector.alarms(rng.normal(size=(100, 36)) + 1.5)))
    assert 0.05 / 1.5 < np.mean(observed) < 0.05 * 1.5
    assert np.mean(found) > 0.9


def test_a_rate_that_so_few_records_do_not_support_is_named(rng, caplog):
    with caplog.at_level(logging.WARNING, logger="wavefact"):
        detector = wf.fit_detector(draw(rng, 50), false_alarm_rate=1e-4)
    assert "50 records support a false-alarm rate of 0.4 % or more" in caplog.text
    assert "support 0.4 % or more" in str(detector)
    caplog.clear()
    assert "support" not in str(wf.fit_detector(draw(rng, 50), false_alarm_rate=0.01))
    assert caplog.text == ""


def test_files_hold_detectors(rng, tmp_path):
    detector = wf.fit_detector(draw(rng, 100), np.full((100, P), 0.2), false_alarm_rate=0.02)
    detector.save(tmp_path / "detector.h5")
    loaded = wf.Detector.load(tmp_path / "detector.h5")
    records = draw(rng, 10)
    np.testing.assert_array_equal(loaded.scores(records), detector.scores(records))
    assert (loaded.threshold, loaded.kind) == (detector.threshold, "robust")
    save_fields(tmp_path / "half.h5", "wavefact-detector", {"center": np.zeros(2)}, {"kind": "robust"})
    with pytest.raises(CorruptFileError, match="incomplete"):
        wf.Detector.load(tmp_path / "half.h5")
    save_fields(tmp_path / "other.h5", "other", {}, {})
    with pytest.raises(UnknownFormatError):
        wf.Detector.load(tmp_path / "other.h5")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"false_alarm_rate": 0.0}, "false_alarm_rate is 0"),
        ({"kind": "magic"}, "choose from 'gaussian', 'robust'"),
        ({"contamination": 0.7}, "contamination is 0.7"),
        ({"contamination": 0.1, "kind": "gaussian"}, "use kind='robust'"),
        ({"errors": np.ones((3, P))}, "errors are"),
    ],
)
def test_settings_that_cannot_be_are_refused(rng, settings, message):
    with pytest.raises(InputError, match=message):
        wf.fit_detector(draw(rng, 50), **settings)


def test_features_that_cannot_be_used_are_refused(rng):
    with pytest.raises(InputError, match="one row for each record"):
        wf.fit_detector(np.zeros(30))
    with pytest.raises(InputError, match="infinite"):
        wf.fit_detector(np.full((30, 2), np.inf))
    with pytest.raises(InputError, match="in 10 of 10 records"):
        wf.fit_detector(draw(rng, 10))
    with pytest.raises(InputError, match="have no covariance"):
        wf.fit_detector(rng.normal(size=(25, 24)), kind="gaussian")
    detector = wf.fit_detector(draw(rng, 50), kind="gaussian")
    with pytest.raises(InputError, match="fitted to 4"):
        detector.scores(np.zeros((3, 5)))
    with pytest.raises(InputError, match="average rate only"):
        detector.rate_interval()
    with pytest.raises(InputError, match="confidence"):
        detector.rate_interval(1.0)
