import pickle

import array_api_strict
import h5py
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wavefact.errors import InputError
from wavefact.recording import QUANTITIES, Recording, check_signals

LIBRARIES = [np.asarray, torch.asarray, array_api_strict.asarray]


@pytest.fixture
def signals():
    return np.random.default_rng(5).standard_normal((4, 300))


@pytest.fixture
def lazy(signals, tmp_path):
    with h5py.File(tmp_path / "signals.h5", "w") as file:
        yield file.create_dataset("signals", data=signals)


def test_the_sizes_and_times_follow_from_the_signals(signals):
    recording = Recording(signals, sampling_rate=50)
    assert (recording.n_sensors, recording.n_samples, recording.duration) == (4, 300, 6.0)
    np.testing.assert_allclose(recording.times[[0, 1, -1]], [0.0, 0.02, 5.98])
    assert isinstance(recording.sampling_rate, float)
    assert recording.signals is signals


def test_without_a_sampling_rate_there_are_no_times(signals):
    assert Recording(signals).duration is None
    with pytest.raises(InputError, match="no sampling rate"):
        _ = Recording(signals).times


def test_the_fields_are_normalised(signals):
    positions = [3, 1, 2, 0]
    recording = Recording(signals, positions=positions, names=list("abcd"), metadata={"n": np.int64(3)})
    assert recording.positions.dtype == np.float64
    assert not recording.positions.flags.writeable
    assert recording.names == ("a", "b", "c", "d")
    assert type(recording.metadata["n"]) is int
    assert Recording([[1, 2], [3, 4]]).signals.shape == (2, 2)
    with pytest.raises(AttributeError):
        recording.unit = "m"


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"signals": np.zeros(3)}, r"shape \(3,\)"),
        ({"signals": np.zeros((2, 3, 4))}, r"shape \(2, 3, 4\)"),
        ({"signals": np.zeros((0, 3))}, "shape"),
        ({"signals": [[1.0, 2.0], [3.0]]}, "rows differ in length"),
        ({"signals": np.array([["1", "2"]])}, "type <U1"),
        ({"signals": np.ones((2, 3), dtype=bool)}, "type bool"),
        ({"signals": torch.ones((2, 3), dtype=torch.bool)}, "bool"),
        ({"signals": np.array([[None, 1.0]])}, "type object"),
        ({"signals": np.ma.masked_invalid([[1.0, np.nan]])}, "Masked"),
        ({"sampling_rate": 0}, "positive number of hertz"),
        ({"sampling_rate": -2.0}, "positive"),
        ({"sampling_rate": np.nan}, "positive"),
        ({"sampling_rate": np.inf}, "positive"),
        ({"sampling_rate": True}, "positive"),
        ({"sampling_rate": "50"}, "positive"),
        ({"positions": [1.0, 2.0, 3.0]}, r"shape \(3,\); expected \(4,\)"),
        ({"positions": np.zeros((4, 0))}, "shape"),
        ({"positions": np.zeros((4, 2, 2))}, "shape"),
        ({"positions": [[1.0], [2.0, 3.0], [1.0], [1.0]]}, "same number of coordinates"),
        ({"positions": [1.0, np.nan, 2.0, 3.0]}, "sensor 1 is not finite"),
        ({"positions": [1.0, 2.0, 3.0, 4j]}, "real numbers"),
        ({"positions": list("abcd")}, "real numbers"),
        ({"names": ("a", "b", "c")}, "4 names"),
        ({"names": (1, 2, 3, 4)}, "names"),
        ({"names": "abcd"}, "names"),
        ({"names": 4}, "names"),
        ({"names": ("a", "b\nc", "d", "e")}, "one line"),
        ({"unit": 3}, "unit must be text"),
        ({"unit": "m\x00"}, "unit must be text"),
        ({"quantity": "speed"}, "'velocity'"),
        ({"metadata": {"a": [1]}}, "'a'"),
        ({"metadata": {1: "a"}}, "text or numbers"),
        ({"metadata": None}, "mapping"),
    ],
)
def test_a_wrong_field_is_refused(signals, field, message):
    with pytest.raises(InputError, match=message):
        Recording(**({"signals": signals} | field))


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_known_quantity_is_accepted(signals, quantity):
    assert Recording(signals, quantity=quantity).quantity == quantity


@pytest.mark.parametrize("make", LIBRARIES)
def test_select_takes_indices_names_slices_and_masks(make, signals):
    full = Recording(make(signals), positions=[[0, 1], [2, 3], [4, 5], [6, 7]], names=tuple("abcd"))
    for sensors, rows in (
        ([2, 0], [2, 0]),
        (["d", 1, -2], [3, 1, 2]),
        ("c", [2]),
        (1, [1]),
        (slice(None, None, -2), [3, 1]),
        ([True, False, False, True], [0, 3]),
        (np.array([3, 3]), [3, 3]),
    ):
        part = full.select(sensors)
        np.testing.assert_array_equal(np.asarray(part.signals), signals[rows])
        np.testing.assert_array_equal(part.positions, full.positions[rows])
        assert part.names == tuple("abcd"[i] for i in rows)
        assert type(part.signals) is type(full.signals)


@pytest.mark.parametrize("sensors", [4, -5, [], "x", "a", [1.5], [True, False], slice(0, 0)])
def test_select_refuses_sensors_that_are_not_there(signals, sensors):
    recording = Recording(signals, names=("a", "b", "a", "c"))
    with pytest.raises(InputError):
        recording.select(sensors)


def test_window_takes_samples_and_refuses_what_is_outside(signals):
    recording = Recording(signals, sampling_rate=10.0)
    np.testing.assert_array_equal(recording.window(5, 9).signals, signals[:, 5:9])
    np.testing.assert_array_equal(recording.window(290).signals, signals[:, 290:])
    for start, stop in ((5, 5), (-1, 4), (0, 301), (6, 2)):
        with pytest.raises(InputError, match="window"):
            recording.window(start, stop)


def test_replace_validates_again(signals):
    recording = Recording(signals, names=tuple("abcd"))
    assert recording.replace(unit="m").unit == "m"
    with pytest.raises(InputError, match="3 names"):
        recording.replace(signals=signals[:3])


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize(
    ("stored", "loaded"),
    [("int16", "float64"), ("float32", "float32"), ("complex64", "complex64"), ("uint64", "float64")],
)
def test_load_turns_counts_into_floating_point_numbers(make, stored, loaded):
    counts = np.array([[1, 2, 30000], [4, 5, 6]]).astype(stored)
    recording = Recording(make(counts))
    result = recording.load()
    assert str(result.signals.dtype).endswith(loaded)
    assert type(result.signals) is type(recording.signals)
    np.testing.assert_array_equal(np.asarray(result.signals), counts)
    assert (result is recording) == (stored == loaded)


def test_half_precision_and_foreign_byte_order_become_native(signals):
    assert Recording(signals.astype(np.float16)).load().signals.dtype == np.float64
    assert Recording(signals.astype(">f8")).load().signals.dtype == np.dtype(np.float64)


def test_lazy_signals_are_read_by_slicing(lazy, signals):
    recording = Recording(lazy, names=tuple("abcd"))
    assert recording.is_lazy
    assert not recording.load().is_lazy
    np.testing.assert_array_equal(recording.load().signals, signals)
    np.testing.assert_array_equal(recording.select([2, 0, 2]).signals, signals[[2, 0, 2]])
    np.testing.assert_array_equal(recording.window(7, 11).signals, signals[:, 7:11])
    assert repr(recording).endswith("named, lazy)")


@pytest.mark.parametrize("size", [1, 7, 300, 1000, None])
def test_blocks_put_together_are_the_signals(lazy, signals, size):
    for source in (lazy, signals):
        blocks = list(Recording(source).iter_blocks(size))
        np.testing.assert_array_equal(np.concatenate(blocks, axis=1), signals)
        assert all(block.shape[1] <= (size or 300) for block in blocks)


def test_the_representation_is_one_line_that_tells_what_is_known(signals):
    text = repr(
        Recording(signals, sampling_rate=1500, positions=np.zeros((4, 3)), unit="m", quantity="displacement")
    )
    assert text == (
        "Recording(4 sensors × 300 samples, float64, 1500 Hz, 0.2 s, displacement [m], 3-D positions)"
    )


def test_a_recording_survives_pickling(signals):
    copy = pickle.loads(pickle.dumps(Recording(signals, sampling_rate=3.0, metadata={"a": 1})))
    np.testing.assert_array_equal(copy.signals, signals)
    assert (copy.sampling_rate, copy.metadata) == (3.0, {"a": 1})


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize(("bad", "word"), [(np.nan, "NaN"), (np.inf, "Inf"), (-np.inf, "Inf")])
def test_the_first_bad_sample_is_named(make, dtype, bad, word, signals):
    values = signals.astype(dtype)
    values[2, 99] = values[2, 200] = values[3, 5] = bad
    with pytest.raises(InputError, match=rf"sensor 2 \('c'\) has {word} at sample 99;"):
        check_signals(Recording(make(values), names=tuple("abcd")))


def test_infinities_that_cancel_are_found(signals):
    signals[1, 10], signals[1, 20] = np.inf, -np.inf
    with pytest.raises(InputError, match="sensor 1 has Inf at sample 10"):
        check_signals(Recording(signals))


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize("dtype", ["int16", "float64", "complex64"])
@pytest.mark.parametrize(
    ("value", "message"),
    [(0, r"sensor 1 is zero throughout;"), (3, r"sensor 1 is constant \(3\) throughout;")],
)
def test_dead_channels_are_named(make, dtype, value, message, signals):
    values = (100 * signals).astype(dtype)
    values[1] = value
    with pytest.raises(InputError, match=message):
        check_signals(Recording(make(values)))
    values[3] = -7
    with pytest.raises(InputError, match="1 more sensors"):
        check_signals(Recording(make(values)))


def test_a_channel_that_wakes_up_late_is_accepted(signals):
    signals[:, :299] = 0.0
    check_signals(Recording(signals))
    signals[2] = 0.0
    with pytest.raises(InputError, match="sensor 2 is zero"):
        check_signals(Recording(signals))


@pytest.mark.parametrize("shape", [(1, 9), (9, 1)])
def test_a_single_sensor_or_sample_is_refused(shape):
    with pytest.raises(InputError, match=r"has 1 (sensor|sample)"):
        check_signals(Recording(np.random.default_rng(0).standard_normal(shape)))


@pytest.mark.parametrize("make", LIBRARIES)
@settings(deadline=None, max_examples=10, derandomize=True)
@given(exponent=st.sampled_from([-320, -300, 0, 300, 307]), seed=st.integers(0, 99))
def test_any_finite_magnitude_is_accepted(make, exponent, seed):
    values = np.random.default_rng(seed).uniform(1.0, 9.0, (3, 80)) * 10.0**exponent
    check_signals(Recording(make(values)))
    values[1, 33] = np.nan
    with pytest.raises(InputError, match="sensor 1 has NaN at sample 33"):
        check_signals(Recording(make(values)))


def test_lazy_signals_are_checked_block_by_block(lazy, monkeypatch):
    monkeypatch.setattr("wavefact.recording._BLOCK_BYTES", 4 * 8 * 64)
    check_signals(Recording(lazy))
    lazy[3, 250] = np.nan
    with pytest.raises(InputError, match="sensor 3 has NaN at sample 250"):
        check_signals(Recording(lazy))
    lazy[3, :] = 2.0
    with pytest.raises(InputError, match=r"sensor 3 is constant \(2\)"):
        check_signals(Recording(lazy))
    lazy[3, 299] = 2.5
    check_signals(Recording(lazy))


def test_many_sensors_of_few_samples_are_asked_about_once(caplog, monkeypatch):
    monkeypatch.setattr("wavefact._recording_fields.hinted", set())
    wide = Recording(np.zeros((5000, 4)))
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "5000 sensors of 4 samples" in caplog.text
    assert "give x.T" in caplog.text
    wide.window(0, 2)
    Recording(np.zeros((5000, 3)))
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("shape", "told"),
    [((4, 5000), {}), ((20, 1), {}), ((900, 100), {}), ((5000, 4), {"positions": np.arange(5000.0)})],
)
def test_recordings_that_may_be_meant_are_not_asked_about(shape, told, caplog, monkeypatch):
    monkeypatch.setattr("wavefact._recording_fields.hinted", set())
    Recording(np.zeros(shape), **told)
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("north", "south"), "No sensor is named 'hammer'; there are 'north', 'south'."),
        (tuple(f"a{number}" for number in range(15)), "'a11' and 3 more."),
        (None, "No sensor is named 'hammer'; sensors have no names, so select by index, from 0."),
        (("hammer", "a", "hammer"), "belongs to 2 sensors; select one by its index: 0, 2."),
    ],
)
def test_a_name_that_is_not_one_sensors_is_answered_with_those_there_are(names, told: str) -> None:
    recording = Recording(np.ones((len(names or "ab"), 4)), names=names)
    with pytest.raises(InputError) as error:
        recording.select("hammer")
    assert told in str(error.value)
