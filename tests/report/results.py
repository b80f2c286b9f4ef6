"""A report of everything, quickly made, with texts that would break out of a page that lets them."""

from __future__ import annotations

import numpy as np

import wavefact as wf
from wavefact.compare import Row, Scores
from wavefact.health.monitor import HealthSummary, MonitorHistory

HOSTILE = "</script><img src=x onerror=\"document.title='broken'\">{{STYLE}}"
N_SENSORS, RATE = 12, 50.0


def recording() -> wf.Recording:
    """Return three standing waves in noise, one channel dead."""
    rng = np.random.default_rng(0)
    x, t = np.arange(1, N_SENSORS + 1), np.arange(3000) / RATE
    signals = 0.05 * rng.standard_normal((N_SENSORS, t.size))
    for order, frequency in ((1, 2.0), (2, 5.0), (3, 9.0)):
        decay = np.exp(-0.01 * 2 * np.pi * frequency * (t % 20.0))
        shape = np.sin(order * np.pi * x / (N_SENSORS + 1))
        signals += np.outer(shape, decay * np.sin(2 * np.pi * frequency * t))
    names = (HOSTILE, *(f"A{sensor}" for sensor in range(1, N_SENSORS)))
    return wf.Recording(
        signals,
        sampling_rate=RATE,
        positions=np.arange(1.0, N_SENSORS + 1),
        names=names,
        unit="m/s^2",
        quantity="acceleration",
        metadata={"operator": HOSTILE, "run": 3},
    )


def fit_of(measured: wf.Recording) -> wf.Factorization:
    """Return a factorization that takes no time."""
    return wf.factorize(measured, wf.String(N_SENSORS), wave_weight=10.0, regularization=10.0)


def history() -> MonitorHistory:
    """Return 40 records, the last ten with an alarm and one without a verdict."""
    rng = np.random.default_rng(1)
    times = 1_780_000_000.0 + 3600.0 * np.arange(40)
    scores = np.r_[rng.uniform(0.5, 2.0, 30), 9.0 + rng.uniform(0, 1, 10)]
    scores[5] = np.nan
    frequencies = np.array([2.0, 5.0]) * (1 + 1e-3 * rng.standard_normal((40, 2)))
    frequencies[30:, 1] *= 0.97
    frequencies[5] = np.nan
    verdicts = tuple("The structure has changed." if score > 4 else "No change." for score in scores)
    return MonitorHistory(times, frequencies, scores, np.full(40, 4.0), np.nan_to_num(scores) > 4, verdicts)


def health() -> wf.HealthState:
    """Return a state with all that there can be."""
    found = history()
    alarm = {
        "time": "2026-06-01T00:00:00Z",
        "file": HOSTILE,
        "score": 9.1,
        "threshold": 4.0,
        "sentence": "Changed.",
    }
    bad = {"since": "2026-06-01T00:00:00Z", "file": "bad.h5", "reason": "damaged"}
    summary = HealthSummary("bridge", "state", "base.h5", None, 40, 10, "a", "b", alarm, (alarm,), (bad,))
    one = np.array([[2.0], [2.01], [1.99]])
    tracks = wf.ModeTracks(
        np.arange(3.0), one, 0.01 * one, np.ones((3, 4, 1)) / 2, np.array([2.0]), np.ones((4, 1)) / 2
    )
    beam = wf.Beam(19, 0.05)
    f, shapes = np.sqrt(beam.eigenvalues[:3]), beam.basis[:, :3]
    modes = wf.ModalModel(f, np.full(3, 0.01), shapes, frequency_errors=0.001 * f)
    return wf.HealthState(
        "The structure has changed.",
        is_alarm=True,
        history=found,
        summary=summary,
        tracks=tracks,
        chart=wf.cusum_chart(np.r_[np.zeros(20), 2.0 * np.ones(20)]),
        times=np.arange(40) / 24,
        profile=wf.fit_stiffness(modes, modes, beam),
    )


def comparison() -> wf.Comparison:
    """Return three methods, one of which failed."""
    rows = (
        Row("wavefact", scores=Scores(relative_error=0.1, mac=0.99), seconds=2.0, n_modes=3),
        Row("svd", scores=Scores(relative_error=0.3, mac=0.8), seconds=0.1, n_modes=2),
        Row("ssi", failure=HOSTILE),
    )
    return wf.Comparison(rows)


def everything() -> wf.Report:
    """Return a report with every section."""
    measured = recording()
    fit = fit_of(measured)
    return wf.Report(
        fit,
        measured,
        diagram=wf.stabilization(fit),
        comparison=comparison(),
        health=health(),
        title=HOSTILE,
        date="26 November 2026",
    )
