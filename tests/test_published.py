"""The comparison with published values: how it scores, and that its classical transforms are right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.published.modal import score
from benchmarks.published.recordings import (
    FRAME,
    GEOPHONES,
    MissingRecordingError,
    Published,
    frame,
)
from benchmarks.published.waves import MAPS, READINGS, rows

import wavefact as wf


def shot(speed: float, first: float) -> wf.Recording:
    """Return a pulse that runs along the geophones and fades, from a source this far before them."""
    distances = first + GEOPHONES
    late = np.arange(2201) / 1000.0 - 0.3 - distances[:, None] / speed
    return wf.Recording(np.exp(-((late / 0.008) ** 2)) / np.sqrt(distances)[:, None], 1000.0, GEOPHONES)


@pytest.mark.parametrize("name", list(MAPS))
def test_each_map_tells_the_speed_of_a_known_pulse(name: str) -> None:
    picture = MAPS[name]([shot(150.0, 10.0), shot(150.0, 20.0)])
    for reading in READINGS.values():
        points = wf.dispersion_points(picture, **reading)
        inner = (points.frequencies > 8) & (points.frequencies < 50)
        assert np.count_nonzero(inner) > 100
        np.testing.assert_allclose(points.phase_speeds[inner], 150.0, rtol=0.02)


def test_all_maps_of_the_measured_shots_follow_the_published_curve(shared_data: Path) -> None:
    if not (shared_data / "oysand_masw").is_dir():
        pytest.skip("the Øysand shots are absent")
    for row in rows(shared_data):
        assert row["within"] >= 0.8
        assert row["median_deviation"] < 1.0


def test_a_published_mode_is_found_once() -> None:
    published = Published(np.array([10.0, 20.0, 30.0]), np.array([0.01, 0.02, 0.03]))
    named = np.array([2.0, 9.97, 10.02, 20.5, 30.06, 90.0])
    model = wf.ModalModel(named, np.array([0.1, 0.1, 0.02, 0.1, 0.015, 0.1]), np.ones((2, 6)))
    found = score(model, published)
    assert (found["found"], found["of"], found["missing"]) == (2, 3, [20.0])
    assert found["others"] == 2  # 9.97 and 20.5 Hz; 2 and 90 are beyond the band
    assert found["deviation"] == pytest.approx(0.2)
    assert (found["least_damping"], found["largest_damping"]) == pytest.approx((0.5, 2.0))


def test_nothing_found_is_said_so() -> None:
    nothing = wf.ModalModel(np.array([]), np.array([]), np.ones((2, 0)))
    found = score(nothing, FRAME)
    assert (found["found"], found["deviation"], found["damping"]) == (0, None, None)


def test_absent_recordings_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingRecordingError, match=r"measurement_2\.npy; say with --data"):
        frame(tmp_path, 2)
