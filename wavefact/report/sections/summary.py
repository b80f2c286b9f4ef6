"""What was found, for who has twenty seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact.report._html import Html, element, joined
from wavefact.report._words import counted, duration_text, gap_words, range_text, sure_text
from wavefact.report.sections._section import Section
from wavefact.solution import Status

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["summary"]


def summary(report: Report) -> Section | None:
    """Return a sentence for each result, and the few numbers that matter."""
    sentences = [text for text in (_modes(report), _proof(report), _health(report)) if text]
    lead = element("p", " ".join(sentences), class_="lead") if sentences else None
    tiles = [
        tile
        for tile in (_mode_tile(report), _sure_tile(report), _proof_tile(report), _health_tile(report))
        if tile is not None
    ]
    if lead is None and not tiles:
        return None
    parts = [element("div", *tiles, class_="tiles") if tiles else None, lead, _minded(report)]
    return Section("summary", "Summary", joined(parts))


def _modes(report: Report) -> str:
    model = report.modes
    if model is None:
        return ""
    if model.n_modes == 0:
        return "No mode stands out of the noise in this recording."
    found = counted(model.n_modes, "mode").capitalize()
    sure = sure_text(model.frequency_errors, model.frequencies)
    known = f", every frequency known to {sure} or better (one standard error)" if sure else ""
    verb, where = ("was", "at") if model.n_modes == 1 else ("were", "from")
    return f"{found} of vibration {verb} found, {where} {range_text(model)}{known}."


def _proof(report: Report) -> str:
    if report.fit is None:
        return ""
    if report.fit.status is Status.CERTIFIED:
        gap = gap_words(report.fit.certificate.gap)
        return f"The decomposition behind it is proven to be the best possible to within {gap}."
    return "The decomposition behind it is not certified to be the best possible; see Components."


def _health(report: Report) -> str:
    return "" if report.health is None else report.health.sentence


def _tile(name: str, value: str, about: str, look: str = "") -> Html:
    return element(
        "div",
        element("p", name, class_="name"),
        element("p", value, class_="value"),
        element("p", about, class_="about"),
        class_=f"tile {look}".strip(),
    )


def _mode_tile(report: Report) -> Html | None:
    if report.modes is None:
        if report.recording is None:
            return None
        duration = report.recording.duration
        span = f"{report.recording.n_samples:,}" if duration is None else duration_text(duration)
        return _tile("Recording", span, counted(report.recording.n_sensors, "channel"))
    about = range_text(report.modes) if report.modes.n_modes else "nothing stands out of the noise"
    return _tile("Modes found", str(report.modes.n_modes), about)


def _sure_tile(report: Report) -> Html | None:
    model = report.modes
    if model is None:
        return None
    frequency, damping = (
        sure_text(model.frequency_errors, model.frequencies),
        sure_text(model.damping_errors, model.damping_ratios),
    )
    if not frequency:
        return None
    about = f"of a frequency; damping {damping}" if damping else "of a frequency"
    return _tile("Largest standard error", frequency, about)


def _proof_tile(report: Report) -> Html | None:
    if report.fit is None:
        return None
    gap = f"within {gap_words(report.fit.certificate.gap)} of the best possible"
    if report.fit.status is Status.CERTIFIED:
        return _tile("Decomposition", "✓ Certified", gap, "good")
    return _tile("Decomposition", "Not certified", gap, "warn")


def _health_tile(report: Report) -> Html | None:
    if report.health is None:
        return None
    words, look = {
        "changed": ("▲ Changed", "bad"),
        "no change": ("✓ No change", "good"),
        "unknown": ("? Unknown", "warn"),
    }[report.health.verdict]
    known = report.health.summary
    about = f"of {counted(known.n_records, 'recording')}, {counted(known.n_alarms, 'alarm')}" if known else ""
    if report.health.verdict == "unknown":
        about = (
            "the last recording allows no verdict"
            if known is None or known.n_records
            else "nothing assessed yet"
        )
    return _tile("Structure", words, about or "against its healthy state", look)


def _minded(report: Report) -> Html | None:
    """List what the modes ask to be careful about."""
    if report.modes is None:
        return None
    notes = [
        element("li", f"Mode {mode + 1} ({report.modes.frequencies[mode]:.4g} Hz): {note}.")
        for mode, note in enumerate(report.modes.notes)
        if note
    ]
    if not notes or not np.any(np.isfinite(report.modes.frequency_errors)):
        return None
    return joined([element("p", "To be minded:", class_="before-list"), element("ul", *notes)])
