"""Waves that travel are told from those that stand, and cleaned as plane waves."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.denoising import denoise
from wavefact.denoising.waves import plane_shapes, travelling_part
from wavefact.fit import factorize
from wavefact.metrics import relative_error
from wavefact.operators import String
from wavefact.simulate import scenario_s2, travelling


def test_waves_that_travel_are_found_and_waves_that_stand_are_not():
    moving, standing = travelling(0.0), scenario_s2(0.0)
    free, fixed = String(100, ends="free"), String(100)
    waves = travelling_part(factorize(moving.recording, free), moving.recording)
    assert waves is not None
    np.testing.assert_allclose(waves.wavenumbers, moving.truth.wavenumbers, rtol=0.01)
    assert travelling_part(factorize(standing.recording, fixed), standing.recording) is None


@pytest.mark.parametrize("snr_db", [0.0, -10.0])
def test_plane_waves_clean_better_than_the_true_rank_of_a_singular_value_decomposition(snr_db):
    noisy = travelling(snr_db, rng=1)
    cleaned = denoise(noisy.recording, String(100, ends="free"))
    left, sizes, right = np.linalg.svd(np.asarray(noisy.recording.signals), full_matrices=False)
    truncated = (left[:, :10] * sizes[:10]) @ right[:10]
    assert relative_error(cleaned.signals, noisy.clean) < 0.4 * relative_error(truncated, noisy.clean)


def test_plane_shapes_hold_a_wave_and_one_whose_amplitude_rises():
    moving = travelling(10.0)
    waves = travelling_part(factorize(moving.recording, String(100, ends="free")), moving.recording)
    assert waves is not None
    positions = moving.recording.positions
    even, changing = plane_shapes(waves, positions)
    wave = np.cos(waves.wavenumbers[0] * positions + 0.3)
    for shapes, target in ((even, wave), (changing, wave * (1 + 0.01 * positions))):
        rest = target - shapes @ np.linalg.lstsq(shapes, target, rcond=None)[0]
        assert np.linalg.norm(rest) < 1e-9 * np.linalg.norm(target)
