"""Removing offsets and drifts, and being told of them."""

import logging

import numpy as np
import pytest

import wavefact as wf


@pytest.fixture
def recording():
    points, times = np.arange(1, 15) / 15, np.arange(800) / 100
    waves = np.outer(np.sin(np.pi * points), np.sin(2 * np.pi * 3.1 * times))
    noise = 0.05 * np.random.default_rng(0).normal(size=waves.shape)
    return wf.Recording(waves + noise, sampling_rate=100.0, names=[f"A{i}" for i in range(14)])


def test_offsets_and_drifts_are_removed(recording):
    drifts = np.linspace(-1, 2, 14)[:, None] * np.arange(800) / 100
    spoilt = recording.replace(signals=recording.signals + 100 + drifts)
    expected = wf.detrend(recording).signals
    np.testing.assert_allclose(wf.detrend(spoilt).signals, expected, atol=1e-9)
    assert np.abs(wf.detrend(spoilt, "constant").signals.mean(axis=1)).max() < 1e-9
    assert np.abs(wf.detrend(spoilt, "constant").signals - expected).max() > 1
    assert wf.detrend(spoilt).names == recording.names


@pytest.mark.parametrize("kind", ["constant", "linear"])
def test_a_sensor_that_is_only_trend_becomes_silent(recording, kind):
    trend = {"constant": np.full(800, 0.1), "linear": 1e9 + np.arange(800) / 100}[kind]
    clean = wf.detrend(wf.Recording(np.vstack([recording.signals, trend]), sampling_rate=100.0), kind).signals
    assert not np.any(clean[-1])
    assert np.all(np.any(clean[:-1], axis=1))


def test_single_precision_becomes_double(recording):
    single = recording.replace(signals=recording.signals.astype(np.float32) + np.float32(1e4))
    assert wf.detrend(single).signals.dtype == float


def test_an_unknown_kind_is_refused(recording):
    with pytest.raises(wf.InputError, match="'constant', 'linear'"):
        wf.detrend(recording, "cubic")


def test_an_offset_is_noticed_and_bends_the_wavenumber_until_it_is_removed(recording, caplog):
    offset = recording.replace(signals=recording.signals + 100)
    operator = wf.String(14)
    true = np.pi / 15
    with caplog.at_level(logging.WARNING, logger="wavefact"):
        spoilt = wf.factorize(offset, operator, wave_weight=100.0)
    assert "constant offsets" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="wavefact"):
        clean = wf.factorize(wf.detrend(offset), operator, wave_weight=100.0)
    assert caplog.text == ""
    assert clean.wavenumbers == pytest.approx([true], rel=0.01)
    assert spoilt.n_components != 1 or abs(spoilt.wavenumbers[0] / true - 1) > 0.05
