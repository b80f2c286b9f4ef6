"""Published modes of measured structures: a beam under a hammer, a steel frame in moving air."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wavefact.fit import factorize
from wavefact.modal import identify
from wavefact.operators import Beam
from wavefact.recording import Recording

DATA = Path(__file__).resolve().parents[2] / "../shared/data"

# Zaletelj, Gorjup & Slavic, IMAC XXXVIII (2020): accelerometer
BEAM = np.array([695.0, 1897.6]), np.array([0.0047, 0.0031])
# Marwitz et al., Experimental Mechanics 57 (2017): 15 setups together
FRAME = np.array([1.229, 1.436, 2.100, 4.017, 4.769, 6.683, 7.616, 9.664])


def measured(path: str) -> np.ndarray:
    file = DATA / path
    if not file.exists():
        pytest.skip(f"measured data not there: {path}")
    return np.load(file)


@pytest.fixture(scope="module")
def camera() -> Recording:
    """The direction that moves; two of the fifteen points are the same pixel."""
    signals = measured("beam_highspeed_camera/displacements_lk.npy")[:, :, 0]
    return Recording(np.delete(signals, 8, axis=0), sampling_rate=15_000.0, unit="m", quantity="displacement")


def test_beam_from_its_factorization(camera: Recording) -> None:
    modes = identify(factorize(camera, Beam(n_points=14, spacing=0.04, ends="free")))
    within = (modes.frequencies > 300) & (modes.frequencies < 3000)
    assert np.count_nonzero(within) == 2  # and no false one
    assert np.allclose(modes.frequencies[within], BEAM[0], rtol=0.003)
    assert np.allclose(modes.damping_ratios[within], BEAM[1], rtol=0.1)
    assert np.all(modes.phase_collinearity[within] > 0.95)


def test_beam_from_raw_channels(camera: Recording) -> None:
    # the camera's own tones move the picture as a whole: rigid motion for a free beam
    modes = identify(camera, (300.0, 3000.0), operator=Beam(n_points=14, spacing=0.04, ends="free"))
    assert np.allclose(modes.frequencies, BEAM[0], rtol=0.003)
    assert np.allclose(modes.damping_ratios, BEAM[1], rtol=0.1)


@pytest.mark.parametrize("setup", [2, 8, 14])
def test_steel_frame_from_six_channels(setup: int) -> None:
    signals = measured(f"steel_frame_3dsldv/measurement_{setup}/measurement_{setup}.npy").T
    modes = identify(Recording(signals, sampling_rate=256.0), (0.5, 11.0))
    assert modes.n_modes == 8
    assert np.allclose(modes.frequencies, FRAME, rtol=0.005)
    assert np.all((modes.damping_ratios > 0.0008) & (modes.damping_ratios < 0.006))


def test_steel_frame_without_a_range() -> None:
    signals = measured("steel_frame_3dsldv/measurement_8/measurement_8.npy").T
    modes = identify(Recording(signals, sampling_rate=256.0))
    assert np.allclose(modes.frequencies[:8], FRAME, rtol=0.005)
