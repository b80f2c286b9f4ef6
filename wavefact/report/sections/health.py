"""How the structure is, against its healthy state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact import plots
from wavefact._words import number_text
from wavefact.health import ControlChart, ModeTracks, StiffnessProfile
from wavefact.health.monitor import HealthSummary, MonitorHistory
from wavefact.health.monitor.start_times import iso
from wavefact.report._figures import Readout, blank, figure, panels
from wavefact.report._html import Column, Html, element, facts, joined, table
from wavefact.report._words import counted
from wavefact.report.health_state import HealthState
from wavefact.report.sections._section import Section

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["health"]


def health(report: Report) -> Section | None:
    """Return the verdict, what it rests on, and the place of the damage where that is known."""
    state = report.health
    if state is None:
        return None
    look = {"changed": "proof bad", "no change": "proof good", "unknown": "proof warn"}[state.verdict]
    parts: list[Html | None] = [element("p", state.sentence, class_=look)]
    if state.summary is not None:
        parts.append(facts(_facts(state.summary)))
    if state.history is not None and state.history.n_records:
        parts.append(_history(state.history))
    if state.chart is not None:
        parts.append(_chart(state.chart, state))
    if state.tracks is not None:
        parts.append(_tracks(state.tracks, state.corrected))
    if state.profile is not None:
        parts.append(_place(state.profile))
    if state.summary is not None:
        parts += [_alarms(state.summary), _quarantine(state.summary)]
    return Section("health", "Health", joined(parts))


def _facts(known: HealthSummary) -> list[tuple[str, str]]:
    span = f"{known.first} to {known.last}".replace("T", " ") if known.n_records else ""
    return [
        ("Recordings assessed", f"{known.n_records:,}"),
        ("Alarms", f"{known.n_alarms:,}"),
        ("Files in quarantine", f"{len(known.quarantine):,}"),
        ("Recorded", span),
        ("Baseline", known.baseline),
    ]


def _history(history: MonitorHistory) -> Html:
    drawn = blank(7.6, 3.7)
    axes = panels(drawn, 2, 1)[:, 0]
    plots.monitoring(history, axes)
    n_alarms = int(history.alarms.sum())
    days = (history.times - history.times[0]) / 86_400.0
    n_modes = history.frequencies.shape[1]
    alt = (
        f"Shifts of the frequencies of {counted(n_modes, 'mode')} and the score over the threshold in "
        f"{counted(history.n_records, 'recording')}; {n_alarms} of them are above the threshold."
    )
    shares = history.scores / history.thresholds
    texts = [iso(time).replace("T", " ") for time in history.times]
    readout = Readout(axes[1], days, [("score / threshold", shares)], "recording", texts=texts)
    caption = (
        "Above: how far each frequency has moved, freed from temperature and the like. Below: how far each "
        "recording is from healthy ones; the alarm begins at 1."
    )
    return figure("history", drawn, alt, caption, readout=readout)


def _chart(chart: ControlChart, state: HealthState) -> Html:
    drawn = blank(7.6, 3.2)
    ax = panels(drawn)[0, 0]
    plots.control_chart(chart, ax, times=state.times)
    if state.times is not None:
        ax.set_xlabel("time [days]")
    at = np.arange(chart.values.size) if state.times is None else np.asarray(state.times, dtype=float)
    series = [(chart.name, chart.statistic), ("limit", np.full(at.size, chart.limit))]
    readout = Readout(ax, at, series, "record" if state.times is None else "day")
    alt = f"Control chart: {chart}."
    return figure("chart", drawn, alt, f"{chart.name} chart with its limit.", readout=readout)


def _tracks(tracks: ModeTracks, corrected: ModeTracks | None) -> Html:
    drawn = plots.tracks(tracks, corrected)[0, 0].figure
    drawn.set_size_inches(7.6, drawn.get_figheight())
    alt = (
        f"Frequencies of {counted(tracks.n_modes, 'mode')} through {counted(tracks.n_records, 'recording')}."
    )
    return figure("tracks", drawn, alt, "Frequencies over time.")


def _place(profile: StiffnessProfile) -> Html:
    drawn = blank(7.6, 4.8)
    plots.stiffness(profile, panels(drawn, 2, 1)[:, 0])
    region, chance = profile.regions()[0], profile.damage_probability
    probability = "over 0.999" if chance > 0.999 else number_text(chance, 3)
    place, first, last = (number_text(x, 3) for x in (region.location, region.low, region.high))
    low, high = (100 * limit for limit in region.loss_interval)
    where = (
        f"If one place lost stiffness (probability {probability}), it is most probably at "
        f"{place} m ({first} to {last} m), and "
        "the loss there is "
        f"{low:.0f} to {high:.0f} %."
    )
    alt = f"Stiffness of each segment, and the probability of each place of damage. {where}"
    return joined([element("p", where), figure("place", drawn, alt, "Where stiffness was lost.")])


def _alarms(known: HealthSummary) -> Html | None:
    rows = known.alarms
    if not rows:
        return None
    columns = [
        Column("recorded", [str(row["time"]).replace("T", " ") for row in rows]),
        Column("file", [str(row["file"]) for row in rows]),
        Column("score", [row["score"] for row in rows], ".3g"),
        Column("threshold", [row["threshold"] for row in rows], ".3g"),
        Column("verdict", [str(row["sentence"]) for row in rows]),
    ]
    return table(f"The last {counted(len(rows), 'alarm')}", columns)


def _quarantine(known: HealthSummary) -> Html | None:
    rows = known.quarantine
    if not rows:
        return None
    columns = [Column(name, [str(row[name]) for row in rows]) for name in ("since", "file", "reason")]
    return table("Files that cannot be used", columns)
