"""Targets of detecting damage: a beam of 40 points in wind, 10 dB, hourly records of one minute.

Temperature moves all frequencies by ±3 %; damage takes 2 to 20 % of the stiffness over a tenth of the length.
Every record goes through the whole chain: simulated, identified, tracked, judged.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import pytest
from benchmarks.test_decision_targets import frequency_shift, principal_novelty
from benchmarks.test_location_targets import beam, place

import wavefact as wf
from wavefact.simulate import simulate

N_TRAINING, N_HEALTHY = 200, 500
N_DAMAGED = {0.02: 100, 0.05: 150, 0.1: 150, 0.2: 100}
RATES = np.array([0.005, 0.01, 0.02, 0.05, 0.1])
HOUR = 3600.0


def warmth(hour: float) -> float:
    """Return temperature over its largest distance from the mean: days in a slower weather."""
    return 0.6 * np.sin(2 * np.pi * hour / 24) + 0.4 * np.sin(2 * np.pi * hour / 110)


def record(task: tuple[int, float]) -> wf.ModalModel:
    """Return the modes of the record of an hour, with a loss of stiffness at a random place."""
    hour, loss = task
    rng = np.random.default_rng([hour, round(1000 * loss)])
    middle = place(rng) if loss else None
    structure = beam(middle, loss, 1 - 0.03 * warmth(hour))
    made = simulate(structure, "random", sampling_rate=200.0, duration=60.0, snr_db=10.0, rng=rng)
    return wf.identify(made.recording)


def all_records(tasks: list[tuple[int, float]]) -> list[wf.ModalModel]:
    """Return the records of all tasks, one process a core."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        return list(pool.map(record, tasks, chunksize=10))


@dataclass(frozen=True)
class Judged:
    """Scores of records later than the training ones by a detector, and its alarms."""

    scores: np.ndarray
    alarms: np.ndarray


class Trial:
    """Healthy and damaged records, and what detectors say of them."""

    def __init__(self) -> None:
        healthy = [(hour, 0.0) for hour in range(N_TRAINING + N_HEALTHY)]
        starts = N_TRAINING + np.cumsum([0, *N_DAMAGED.values()])
        damaged = [
            (start + i, loss)
            for start, (loss, n) in zip(starts, N_DAMAGED.items(), strict=False)
            for i in range(n)
        ]
        models = all_records(healthy + damaged)
        rng = np.random.default_rng(0)
        self.hours = np.array([hour for hour, _ in healthy + damaged])
        temperatures = 15 * np.array([warmth(hour) for hour in self.hours])
        self.temperatures = temperatures + 0.3 * rng.standard_normal(temperatures.size)  # as a probe measures
        self.losses = np.array([loss for _, loss in healthy + damaged])[N_TRAINING:]
        self.models = models[N_TRAINING:]
        self.tracks = wf.track_modes(models[:N_TRAINING], HOUR * self.hours[:N_TRAINING])
        later = zip(self.models, HOUR * self.hours[N_TRAINING:], strict=True)
        self.later = [wf.follow(self.tracks, *each).select(slice(-1, None)) for each in later]

    def ours(self, measured: bool) -> Judged:
        """Judge by a baseline, with or without measured temperatures."""
        given = self.temperatures[:, None] if measured else None
        baseline = wf.learn_baseline(self.tracks, None if given is None else given[:N_TRAINING])
        found = [
            baseline.assess(model, HOUR * hour, None if given is None else given[N_TRAINING + i])
            for i, (model, hour) in enumerate(zip(self.models, self.hours[N_TRAINING:], strict=True))
        ]
        return Judged(np.array([each.score for each in found]), np.array([each.is_alarm for each in found]))

    def other(self, fit: Callable, with_shapes: bool) -> Judged:
        """Judge by another detector on raw features: frequencies, and shapes."""
        training = raw_features([self.tracks], with_shapes)
        scores, threshold = fit(training)
        found = scores(raw_features(self.later, with_shapes))
        return Judged(found, found > threshold(0.01))


def raw_features(tracks: list[wf.ModeTracks], with_shapes: bool) -> np.ndarray:
    """Return frequencies and, if asked for, entries of shapes, (n_records, n_features)."""
    parts = []
    for each in tracks:
        shapes = each.mode_shapes.real.reshape(each.n_records, -1)
        parts.append(np.hstack([each.frequencies, shapes] if with_shapes else [each.frequencies]))
    return np.vstack(parts)


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial()


@pytest.fixture(scope="module")
def judged(trial) -> dict[str, Judged]:
    found = {
        "wavefact": trial.ours(measured=False),
        "wavefact, temperature measured": trial.ours(measured=True),
    }
    for name, fit in {"shift": frequency_shift, "components": principal_novelty}.items():
        found[f"{name} of frequencies"] = trial.other(fit, with_shapes=False)
        found[f"{name} of frequencies and shapes"] = trial.other(fit, with_shapes=True)
    return found


def detected(judged: Judged, losses: np.ndarray, loss: float) -> np.ndarray:
    """Return the shares detected where so many healthy records raise an alarm, at all rates."""
    scores = np.nan_to_num(judged.scores, nan=-np.inf)
    curve = wf.operating_curve(scores[losses == 0], scores[losses == loss])
    return np.array([curve.detection(rate) for rate in RATES])


def test_at_a_stated_rate(report, trial, judged):
    healthy = trial.losses == 0
    for name in ("wavefact", "wavefact, temperature measured"):
        alarms = judged[name].alarms
        false = np.mean(alarms[healthy])
        report(
            f"{name}: false alarms of {N_HEALTHY} records, 1 % stated",
            "≤ 2 %",
            f"{100 * false:.1f} %",
            false <= 0.02,
        )
        for loss, target in {0.02: 0.0, 0.05: 0.6, 0.1: 0.95, 0.2: 0.95}.items():
            share = np.mean(alarms[trial.losses == loss])
            what = f"{name}: {100 * loss:.0f} % of the stiffness lost, {N_DAMAGED[loss]} records: alarms"
            report(what, f"≥ {100 * target:.0f} %", f"{100 * share:.1f} %", share >= target)


@pytest.mark.parametrize("loss", N_DAMAGED)
def test_beside_others(report, trial, judged, loss):
    rates = ", ".join(f"{100 * rate:g}" for rate in RATES)
    shares = {name: detected(each, trial.losses, loss) for name, each in judged.items()}
    for name, found in shares.items():
        better = bool(np.all((shares["wavefact"] > found) | (found == 1.0) & (shares["wavefact"] == 1.0)))
        report(
            f"{100 * loss:.0f} % lost: detected at {rates} % false alarms by {name}",
            "–" if "wavefact" in name else "less than wavefact",
            " ".join(f"{100 * share:.0f}" for share in found),
            "wavefact" in name or better,
        )
