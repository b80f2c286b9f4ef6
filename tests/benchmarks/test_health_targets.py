"""Targets of structural health: modes tracked, freed from temperature, judged, and damage placed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from health.tower import PAIRS, tower

import wavefact as wf

TOWER = Path(__file__).resolve().parents[2] / "../shared/data/tower_modal_eov"
TWO_DAYS = 2 * 86_400.0

needs_tower = pytest.mark.skipif(
    not TOWER.is_dir(), reason="the tower's features, ../shared/data, are absent"
)


@pytest.fixture(scope="module")
def tracks() -> wf.ModeTracks:
    times, models, _, _ = tower(TOWER)
    return wf.track_modes(models, times)


def correlations(tracks: wf.ModeTracks, temperature: np.ndarray, least: int = 50) -> np.ndarray:
    """Return the correlation of each frequency with temperature; NaN of modes in too few records to tell."""
    found = np.full(tracks.n_modes, np.nan)
    for mode, column in enumerate(tracks.frequencies.T):
        both = np.isfinite(column) & np.isfinite(temperature)
        if both.sum() >= least:
            found[mode] = np.corrcoef(column[both], temperature[both])[0, 1]
    return found


def written(values: np.ndarray) -> str:
    return " ".join("–" if np.isnan(value) else f"{value:+.2f}" for value in values)


@needs_tower
def test_tower_modes_are_tracked(report, tracks):
    counts = [
        np.count_nonzero((tracks.reference_frequencies > low) & (tracks.reference_frequencies < high))
        for low, high in PAIRS
    ]
    rates = " ".join(f"{100 * rate:.0f}" for rate in tracks.detection_rates)
    figure = f"{' '.join(map(str, counts))}  (each found in {rates} % of 494)"
    what = "tower, 494 half hours, no reference: modes tracked near 0.35, 0.62, 1.3, 2.0, 3.3 Hz"
    report(what, "2 of each", figure, min(counts) >= 2)


@needs_tower
def test_tower_temperature_on_days_left_out(report, tracks):
    times, _, temperatures, vibration = tower(TOWER)
    mean = np.mean(temperatures, axis=1)
    part = (times // TWO_DAYS).astype(int)
    raw = written(correlations(tracks, mean))
    report("the same: correlations of frequencies with temperature, as found", "–", raw, True)
    given = {
        "temperatures": temperatures,
        "temperatures and log RMS": np.column_stack([temperatures, vibration]),
        "nothing measured": None,
    }
    for name, conditions in given.items():
        frequencies = np.full(tracks.frequencies.shape, np.nan)
        for number in np.unique(part):
            out = part == number
            environment = wf.fit_environment(tracks, conditions, training=~out)
            frequencies[out] = environment.corrected(tracks, conditions).frequencies[out]
        found = correlations(replace(tracks, frequencies=frequencies), mean)
        what = f"the same, corrected by {name}, each two days by the others"
        worst = np.nanmax(np.abs(found))
        report(
            what,
            "≤ 0.15",
            f"{worst:.2f}  ({written(found)})",
            worst <= 0.15,
            is_stretch=name != "temperatures",
        )


@needs_tower
def test_tower_last_quarter(report, tracks):
    """It is 10 °C warmer than what was learned from, so the correction is extrapolated."""
    _, _, temperatures, vibration = tower(TOWER)
    given = {
        "temperatures": temperatures,
        "temperatures and log RMS": np.column_stack([temperatures, vibration]),
        "nothing measured": None,
    }
    training, later = slice(0, 370), slice(370, None)
    exact = replace(tracks, frequency_errors=0 * tracks.frequencies)  # what is left is the correction's own
    for name, conditions in given.items():
        free = wf.fit_environment(tracks, conditions, training=training).corrected(exact, conditions)
        found = correlations(free.select(later), np.mean(temperatures, axis=1)[later])
        what = f"the last 5 days by the 16 before, up to 10 °C warmer, by {name}"
        report(what, "≤ 0.15", written(found), np.nanmax(np.abs(found)) <= 0.15, is_stretch=True)
        baseline = wf.learn_baseline(
            exact.select(training), None if conditions is None else conditions[training]
        )
        share, judged = alarmed(baseline, conditions)
        what, figure = (
            "the same: false alarms there at a stated 1 %",
            f"{100 * share:.1f} %  ({judged} records)",
        )
        report(what, "≤ 2 %", figure, share <= 0.02, is_stretch=name != "temperatures")
        for change in (0.98, 0.95):
            share, _ = alarmed(baseline, conditions, change)
            what = f"the same: detected when modes below 1 Hz are {100 * (1 - change):.0f} % down"
            report(what, "–", f"{100 * share:.0f} %", True)


def alarmed(baseline: wf.Baseline, conditions: np.ndarray | None, change: float = 1.0) -> tuple[float, int]:
    """Return the share of the later records with any mode in which there is an alarm, and their number.

    Records are assessed one after the other, as they come; modes below 1 Hz have other frequencies.
    """
    times, models, _, _ = tower(TOWER)
    found: list[wf.Assessment] = []
    for i in range(370, len(models)):
        frequencies = models[i].frequencies * np.where(models[i].frequencies < 1.0, change, 1.0)
        model = replace(models[i], frequencies=frequencies, frequency_errors=0 * frequencies)
        before = found[-1].tracks if found else None
        given = None if conditions is None else conditions[i]
        found.append(baseline.assess(model, times[i], given, tracks=before))
    judged = [each for each in found if np.isfinite(each.score)]
    return float(np.mean([each.is_alarm for each in judged])), len(judged)
