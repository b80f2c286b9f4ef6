"""Targets of the report: how large it is, and how soon a browser has it open."""

from __future__ import annotations

import shutil

import pytest

import wavefact as wf
from tests.report.conftest import started
from wavefact.simulate import RandomForce, Structure, simulate

N_SENSORS, N_SAMPLES, RATE = 100, 100_000, 100.0
N_MODES = 10


def scene():
    """Return a recording of ten modes in wind and noise, and the operator."""
    operator = wf.String(N_SENSORS, spacing=1.0, ends="fixed")
    structure = Structure.of(operator, N_MODES, wave_speed=300.0)
    duration = N_SAMPLES / RATE
    motion = simulate(structure, RandomForce(), sampling_rate=RATE, duration=duration, snr_db=10.0, rng=0)
    return motion.recording, operator


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    recording, operator = scene()
    fit = wf.factorize(recording, operator, time_weight=0)
    diagram = wf.stabilization(fit)
    path = tmp_path_factory.mktemp("report") / "report.html"
    wf.Report(fit, recording, diagram=diagram, title="Ten modes").save(path)
    return path, diagram.model.n_modes


def test_size_of_a_report(report, page):
    path, n_modes = page
    assert n_modes == N_MODES
    size = path.stat().st_size / 1e6
    what = f"report of {N_SENSORS} × {N_SAMPLES}, {n_modes} modes: size"
    report(what, "< 5 MB", f"{size:.2f} MB", size < 5.0)


def test_a_report_opens_soon(report, page, tmp_path):
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    path, _ = page
    script = "const n = performance.getEntriesByType('navigation')[0]; return n.loadEventEnd - n.startTime"
    loaded = []
    with started(tmp_path / "profile") as browser:
        for _ in range(4):
            browser.open(path)
            loaded.append(browser.run(script) / 1000)
    report(
        "the same: until Chromium has loaded it; the first time",
        "< 2 s",
        f"{min(loaded):.2f} s; {loaded[0]:.2f} s",
        min(loaded) < 2.0,
    )
