"""Recordings that do not fit into memory where time has a weight: refused, or done without it, unread."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from independent import noise

import wavefact as wf
from wavefact import _fit_checks, memory

N_SENSORS, N_SAMPLES = 12, 3000
SIZE = 8 * N_SENSORS * N_SAMPLES  # of one copy


class Counted:
    """Signals that count what is read of them."""

    def __init__(self, signals):
        self.signals, self.shape, self.ndim, self.dtype = signals, signals.shape, 2, signals.dtype
        self.n_read = 0

    def __getitem__(self, key):
        self.n_read += self.signals[key].size
        return self.signals[key]


@pytest.fixture
def signals(rng):
    points, times = np.arange(1, N_SENSORS + 1) / (N_SENSORS + 1), np.arange(N_SAMPLES) / 100
    clean = np.outer(np.sin(np.pi * points), np.cos(2 * np.pi * 3 * times))
    return clean + 0.3 * noise(rng, N_SENSORS, N_SAMPLES, False)


def free(monkeypatch, n_bytes):
    monkeypatch.setattr(_fit_checks, "free_memory", lambda: n_bytes)


@pytest.mark.parametrize("settings", [{"time_weight": "1 Hz"}, {"time_weight": 1e-3}, {"dispersion": 2.0}])
def test_a_time_weight_that_does_not_fit_is_refused_before_anything_is_read(signals, monkeypatch, settings):
    free(monkeypatch, 2 * SIZE)
    counted = Counted(signals.astype(np.float32))
    with pytest.raises(wf.InputError, match=r"need about 0\.00144 GB.*1200 samples would fit.*time_weight=0"):
        wf.factorize(wf.Recording(counted, sampling_rate=100.0), wf.String(N_SENSORS), **settings)
    assert counted.n_read == 0


def test_complex_samples_need_twice_as_much(signals, monkeypatch):
    free(monkeypatch, 6 * SIZE)
    with pytest.raises(wf.InputError, match=r"1800 samples would fit"):
        wf.factorize(wf.Recording(Counted(signals + 1j)), wf.String(N_SENSORS), time_weight=1e-3)


def test_automatic_weights_do_without_it_and_say_so(signals, monkeypatch, caplog):
    free(monkeypatch, 2 * SIZE)
    found = wf.factorize(wf.Recording(Counted(signals), sampling_rate=100.0), wf.String(N_SENSORS))
    assert "Time gets no weight: with a time weight, 12 × 3000 samples are loaded" in caplog.text
    expected = wf.factorize(signals, wf.String(N_SENSORS), time_weight=0.0)
    assert found.wave_weight == expected.wave_weight
    np.testing.assert_allclose(found.time_courses, expected.time_courses, atol=1e-10)


@pytest.mark.parametrize("n_bytes", [6 * SIZE, None])
def test_what_fits_or_cannot_be_told_goes_on(signals, monkeypatch, n_bytes, caplog):
    free(monkeypatch, n_bytes)
    caplog.set_level(logging.WARNING, "wavefact")
    recording = wf.Recording(Counted(signals), sampling_rate=100.0)
    fit = wf.factorize(recording, wf.String(N_SENSORS), wave_weight=10.0, time_weight="1 Hz")
    assert fit.time_weight > 0
    assert not caplog.records


def test_signals_in_memory_and_fits_without_a_time_weight_are_not_asked_about(signals, monkeypatch):
    free(monkeypatch, 1)
    settings = {"wave_weight": 10.0, "time_weight": 0.0}
    assert wf.factorize(wf.Recording(Counted(signals)), wf.String(N_SENSORS), **settings).n_components
    settings["time_weight"] = 1e-3
    assert wf.factorize(signals, wf.String(N_SENSORS), **settings).n_components


def test_free_memory_is_read_from_the_system(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "GROUPS", tmp_path)
    (tmp_path / "meminfo").write_text("MemTotal: 900 kB\nMemAvailable:   300 kB\nSwapFree: 5 kB\n")
    assert memory.free_memory() == 305 * 1024
    (tmp_path / "meminfo").write_text("MemTotal: 900 kB\n")
    monkeypatch.setattr(memory.os, "sysconf", {"SC_PHYS_PAGES": 10, "SC_PAGE_SIZE": 4096}.get, raising=False)
    assert memory.free_memory() == 40960
    monkeypatch.delattr(memory.os, "sysconf")
    assert memory.free_memory() is None


@pytest.mark.parametrize("names", memory._LIMITS)
def test_the_limit_of_a_container_counts(tmp_path, monkeypatch, names):
    monkeypatch.setattr(memory, "GROUPS", tmp_path)
    unlimited = memory.free_memory()
    (tmp_path / "memory").mkdir()
    for name, text in zip(names, ("1000000", "700000"), strict=True):
        (tmp_path / name).write_text(text + "\n")
    (tmp_path / names[0]).with_name("memory.stat").write_text("anon 500000\ninactive_file 50000\n")
    assert memory.free_memory() == 350_000
    (tmp_path / names[0]).write_text("max\n")
    assert memory.free_memory() == pytest.approx(unlimited, rel=0.2)
