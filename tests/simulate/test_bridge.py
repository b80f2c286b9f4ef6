"""The bridge that is recorded hour by hour."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.simulate import bridge_hour, bridge_operator, hourly_temperatures


def test_warmth_moves_all_frequencies_alike_and_damage_does_not() -> None:
    usual = bridge_hour().truth
    assert usual.frequencies == pytest.approx([2.0, 8.0, 18.0], rel=1e-3)
    warm = bridge_hour(25.0).truth
    np.testing.assert_allclose(warm.frequencies / usual.frequencies, 0.98)
    np.testing.assert_allclose(warm.mode_shapes, usual.mode_shapes)
    damaged = bridge_hour(loss=0.2).truth.frequencies / usual.frequencies
    assert damaged.max() < 1
    assert np.ptp(damaged) > 0.005
    assert np.abs(bridge_operator(0.2).matrix() - bridge_operator().matrix()).argmax() % 9 in (5, 6)


def test_the_seed_decides() -> None:
    first, again, other = (np.asarray(bridge_hour(rng=seed).recording.signals) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    assert first.shape == (9, 6000)
    assert bridge_hour(snr_db=None, duration=10.0).noise == 0


def test_days_are_warmer_than_nights_and_weather_lasts() -> None:
    hours = hourly_temperatures(24 * 400, rng=3).reshape(400, 24)
    assert hours.mean(axis=0).argmax() in (14, 15, 16)
    assert np.ptp(hours.mean(axis=0)) == pytest.approx(12, abs=1)
    days = hours.mean(axis=1)
    assert np.corrcoef(days[1:], days[:-1])[0, 1] == pytest.approx(np.exp(-0.5), abs=0.15)
    assert hours.mean() == pytest.approx(15, abs=1)


@pytest.mark.parametrize("loss", [-0.1, 1.0, np.nan])
def test_losses_are_shares(loss: float) -> None:
    with pytest.raises(InputError, match="expected a share"):
        bridge_operator(loss)
