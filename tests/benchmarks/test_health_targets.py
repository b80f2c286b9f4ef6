"""Targets of structural health: modes tracked, freed from temperature, judged, and damage placed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from health.tower import PAIRS, tower
from scipy.stats import chi2

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
        p_values = false_alarm_probabilities(free, training)
        threshold = np.nanquantile(p_values[training], 0.01)
        share = alarmed(p_values[later], threshold)
        figure = f"{100 * share:.1f} %  ({np.isfinite(p_values[later]).sum()} records)"
        report(
            "the same: false alarms there at a stated 1 %",
            "≤ 2 %",
            figure,
            share <= 0.02,
            is_stretch=name != "temperatures",
        )
        softer = replace(
            free, frequencies=free.frequencies * np.where(np.arange(tracks.n_modes) < 4, 0.98, 1)
        )
        share = alarmed(false_alarm_probabilities(softer, training, free)[later], threshold)
        what = "the same: detected when the lower four modes are 2 % down"
        report(what, "–", f"{100 * share:.0f} %", True)


def alarmed(p_values: np.ndarray, threshold: float) -> float:
    """Return the share of the records that can be judged in which there is an alarm."""
    return float(np.mean(p_values[np.isfinite(p_values)] <= threshold))


def false_alarm_probabilities(
    tracks: wf.ModeTracks, training: slice, healthy: wf.ModeTracks | None = None
) -> np.ndarray:
    """Return the probability of so large a Mahalanobis distance of the modes found in each record."""
    learned = (healthy or tracks).frequencies[training]
    middle = np.nanmedian(learned, axis=0)
    values, known = np.log(tracks.frequencies / middle), np.log(learned / middle)
    scale = 1.4826 * np.nanmedian(np.abs(known), axis=0)
    covariance = np.ma.cov(np.ma.masked_invalid(np.clip(known / scale, -3, 3)), rowvar=False).filled(0.0)
    covariance = np.outer(scale, scale) * (0.8 * covariance + 0.2 * np.diag(np.diag(covariance)))
    own = (tracks.frequency_errors / tracks.frequencies) ** 2
    p_values = np.full(tracks.n_records, np.nan)
    for i, row in enumerate(values):
        there = np.flatnonzero(np.isfinite(row))
        if there.size:
            spread = covariance[np.ix_(there, there)] + np.diag(own[i, there])
            p_values[i] = chi2.sf(row[there] @ np.linalg.solve(spread, row[there]), there.size)
    return p_values
