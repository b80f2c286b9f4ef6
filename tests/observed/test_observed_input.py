"""What cannot be observed is refused, and the text says what to do."""

import numpy as np
import pytest

import wavefact as wf

STRING = wf.String(8, ends="fixed-free")
SIGNALS = np.random.default_rng(0).standard_normal((4, 30))
POINTS = [0, 2, 5, 7]
GAPS = np.zeros((4, 30), dtype=bool)


def gaps(*where):
    mask = GAPS.copy()
    for place in where:
        mask[place] = True
    return mask


BAD_MASKS = {
    "hides all sensors at 1 samples, the first 7": gaps((slice(None), 7)),
    "hides every sample": gaps(slice(None)),
    r"of shape \(4, 29\)": GAPS[:, 1:],
    "an array of int64": GAPS.astype(np.int64),
    "expected None, 'nan'": "NaN",
    "sensor 1 is constant": gaps((1, slice(1, 20)), (1, slice(21, 30))),
}
BAD_SENSORS = {
    "names 3 points for 4 sensors": [0, 2, 5],
    "points 0 to 7": [0, 2, 5, 8],
    "are at points -1": [-1, 2, 5, 7],
    "Several sensors are at point 2": [2, 2, 5, 7],
    r"of shape \(4, 7\)": np.eye(8)[POINTS, :7],
    r"real matrix of shape \(4, 8\)": np.eye(8)[POINTS] * 1j,
    "Row 2 .* zero or not finite": np.eye(8)[POINTS] * np.array([[1], [1], [0], [1]]),
    "Row 0 .* zero or not finite": np.eye(8)[POINTS] * np.array([[np.nan], [1], [1], [1]]),
}


@pytest.mark.parametrize("text", BAD_MASKS)
def test_masks_that_cannot_be_used(text):
    signals = SIGNALS.copy()
    signals[1, [0, 20]] = 3.0
    with pytest.raises(wf.InputError, match=text):
        wf.factorize(signals, STRING, wave_weight=1.0, missing=BAD_MASKS[text], sensors=POINTS)


@pytest.mark.parametrize("text", BAD_SENSORS)
def test_sensors_that_cannot_be_used(text):
    with pytest.raises(wf.InputError, match=text):
        wf.factorize(SIGNALS, STRING, wave_weight=1.0, sensors=BAD_SENSORS[text])


def test_points_that_nothing_couples_to_sensors():
    with pytest.raises(wf.InputError, match="4 sensors see 8 points, which wave_weight=0"):
        wf.factorize(SIGNALS, STRING, wave_weight=0.0, sensors=POINTS)
    dead = gaps(2)
    with pytest.raises(wf.InputError, match="3 sensors see 4 points, which wave_weight=0"):
        wf.factorize(SIGNALS, wf.String(4), wave_weight=0.0, missing=dead)


def test_sensors_need_an_operator_and_an_operator_its_sensors():
    with pytest.raises(wf.InputError, match="give the operator"):
        wf.factorize(SIGNALS, sensors=POINTS)
    with pytest.raises(wf.InputError, match="say with sensors="):
        wf.factorize(SIGNALS, STRING, missing=gaps((0, 3)))


def test_values_that_are_not_numbers_are_refused_where_they_are_not_missing():
    signals = SIGNALS.copy()
    signals[2, 5], signals[1, 4] = np.nan, np.inf
    with pytest.raises(wf.InputError, match="sensor 1 has inf at sample 4"):
        wf.factorize(signals, STRING, missing="nan", sensors=POINTS)
    with pytest.raises(wf.InputError, match="sensor 2 has nan at sample 5"):
        wf.factorize(signals, STRING, missing=gaps((1, 4)), sensors=POINTS)
    with pytest.raises(wf.InputError, match="NaN at sample 5"):
        wf.factorize(signals[2:], sensors=None)


def test_gaps_exclude_a_weight_of_time():
    with pytest.raises(wf.InputError, match="time_weight cannot be combined with gaps"):
        wf.factorize(
            SIGNALS, STRING, time_weight="2 Hz", missing=gaps((0, 3)), sensors=POINTS, wave_weight=1.0
        )
    with pytest.raises(wf.InputError, match="needs a time_weight"):
        wf.factorize(SIGNALS, STRING, dispersion=1.0, sensors=POINTS, wave_weight=1.0)


def test_points_that_an_operator_couples_to_no_sensor():
    pair = wf.FiniteElement(np.eye(8), np.eye(8))
    with pytest.raises(wf.InputError, match="couples 4 of its 8 points to no sensor, the first 1"):
        wf.factorize(SIGNALS, pair, sensors=POINTS)
    halves = wf.Graph([(0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7)], n_points=8)
    with pytest.raises(wf.InputError, match="couples 4 of its 8 points to no sensor, the first 4"):
        wf.factorize(SIGNALS[:3], halves, sensors=[0, 1, 3], wave_weight=1.0)
    wf.factorize(SIGNALS, halves, sensors=[0, 3, 4, 7], wave_weight=1.0)


def test_recordings_of_which_nothing_is_left():
    column = SIGNALS.copy()
    column[:, 5] = np.nan
    for call in (wf.factorize, wf.complete):
        with pytest.raises(wf.InputError, match=r"all sensors at 1 samples, the first 5.*cut these"):
            call(column, STRING, missing="nan", sensors=POINTS)
        with pytest.raises(wf.InputError, match="missing hides every sample"):
            call(np.full_like(SIGNALS, np.nan), STRING, missing="nan", sensors=POINTS)
