"""Channels of several recordings become one recording, or it is said why not."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wavefact as wf

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
FRAME = np.array([1.229, 1.436, 2.100, 4.017, 4.769, 6.683, 7.616, 9.664])  # Marwitz et al. 2017


def part(n_sensors: int = 2, **changes: object) -> wf.Recording:
    signals = np.random.default_rng(n_sensors).normal(size=(n_sensors, 50))
    names = tuple(f"A{i}" for i in range(n_sensors))
    positions = np.arange(n_sensors, dtype=float)
    recording = wf.Recording(signals, 100.0, positions, names, "m/s^2", "acceleration", {"day": 3})
    return recording.replace(**changes)


@given(counts=st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_all_channels_are_there_in_order(counts: list[int]) -> None:
    parts = [part(n) for n in counts]
    whole = wf.stack(parts)
    np.testing.assert_array_equal(whole.signals, np.concatenate([p.signals for p in parts]))
    np.testing.assert_array_equal(whole.positions, np.concatenate([p.positions for p in parts]))
    assert (whole.sampling_rate, whole.unit, whole.quantity) == (100.0, "m/s^2", "acceleration")
    assert len(set(whole.names)) == whole.n_sensors
    assert whole.signals.dtype == np.float64


def test_names_say_where_they_come_from_when_they_repeat() -> None:
    whole = wf.stack([part(1), part(2), part(2)])
    assert whole.names == ("A0", "A0 (recording 1)", "A1", "A0 (recording 2)", "A1 (recording 2)")


def test_what_not_all_have_is_left_out_and_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="wavefact"):
        whole = wf.stack([part(), part(positions=None, names=None, metadata={"day": 4, "logger": "b"})])
    assert whole.positions is None
    assert whole.names is None
    assert whole.metadata == {"logger": "b"}
    assert "positions are left out" in caplog.text
    assert "names are left out" in caplog.text


def test_spellings_of_one_unit_are_one_unit() -> None:
    assert wf.stack([part(), part(unit="m/s²")]).unit == "m/s^2"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sampling_rate": 200.0}, "has 100 Hz, recording 1 has 200 Hz; .*decimate"),
        ({"sampling_rate": None}, "has no sampling rate"),
        ({"signals": np.ones((2, 49))}, "50 samples, recording 1 has 49 samples; .*window"),
        ({"quantity": "velocity", "unit": "m/s"}, r"velocity; .*to_quantity\(recording, 'acceleration'\)"),
        ({"quantity": "strain"}, "strain; do not mix"),
        ({"quantity": ""}, "an unknown quantity; .*replace"),
        ({"unit": "mm/s^2"}, "unit 'm/s.2', recording 1 has unit 'mm/s.2'; scale"),
        ({"unit": "g"}, "unit 'g'; scale"),
        ({"unit": ""}, "an unknown unit"),
        ({"positions": np.ones((2, 3))}, "numbers of coordinates"),
        ({"signals": np.ones((2, 50)) * 1j}, "complex"),
    ],
)
def test_what_does_not_go_together_is_refused(changes: dict, words: str) -> None:
    with pytest.raises(wf.InputError, match=words):
        wf.stack([part(), part(**changes)])


def test_at_least_one_recording_is_needed() -> None:
    for wrong in ([], [np.ones((2, 3))]):
        with pytest.raises(wf.InputError, match="at least one Recording"):
            wf.stack(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("setup", [8, 14])
def test_a_steel_frame_by_laser_and_accelerometers(setup: int) -> None:
    file = DATA / f"steel_frame_3dsldv/measurement_{setup}/measurement_{setup}.npy"
    if not file.exists():
        pytest.skip("measured data not there: steel_frame_3dsldv")
    signals = np.load(file).T
    laser = wf.Recording(signals[:3], 256.0, unit="m/s", quantity="velocity")
    fixed = wf.Recording(signals[3:], 256.0, unit="m/s^2", quantity="acceleration")
    with pytest.raises(wf.InputError, match="to_quantity"):
        wf.stack([laser, fixed])
    velocities = wf.stack([laser, wf.to_quantity(fixed, "velocity", low=0.2)])
    modes = wf.identify(velocities, (0.5, 11.0))
    assert modes.n_modes == 8
    assert np.allclose(modes.frequencies, FRAME, rtol=0.005)
