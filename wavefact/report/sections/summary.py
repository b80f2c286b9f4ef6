"""What was found, for who has twenty seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact._words import number_text
from wavefact.report._html import Html, element, joined
from wavefact.report._words import (
    FAINT,
    counted,
    duration_text,
    energy_shares,
    gap_words,
    range_text,
    sure_text,
)
from wavefact.report.sections._section import Section
from wavefact.solution import Status

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["summary"]


def summary(report: Report) -> Section | None:
    """Return a sentence for each result, the few numbers that matter, and what is to be minded."""
    minded = report._minded
    sentences = [text for text in (_modes(report), _proof(report), _parts(report), _health(report)) if text]
    lead = element("p", " ".join(sentences), class_="lead") if sentences else None
    tiles = [
        tile
        for tile in (
            _minded_tile(minded),
            _mode_tile(report),
            _sure_tile(report),
            _proof_tile(report, is_sound=not minded),
            _health_tile(report),
        )
        if tile is not None
    ]
    if lead is None and not tiles:
        return None
    parts = [element("div", *tiles, class_="tiles") if tiles else None, lead, _minded(report, minded)]
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
    which = "The decomposition" if report.modes is None else "The decomposition behind it"
    if report.fit.status is Status.CERTIFIED:
        gap = gap_words(report.fit.certificate.gap)
        return f"{which} is proven to be the best one of its problem, to within {gap}."
    return f"{which} is not certified to be the best possible; see Components."


def _parts(report: Report) -> str:
    """Say why there are not as many modes as components."""
    fit, model = report.fit, report.modes
    if fit is None or model is None or fit.n_components == model.n_modes:
        return ""
    faint = int(np.count_nonzero(energy_shares(fit) < FAINT))
    of_little = ""
    if faint:
        verb = "carries" if faint == 1 else "carry"
        of_little = f", of which {counted(faint, verb, verb)} less than 0.01\u00a0% of their energy"
    return (
        f"It has {counted(fit.n_components, 'component')}{of_little}: a mode may take several, and a "
        "component in which no resonance stands out is no mode."
    )


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


def _minded_tile(minded: tuple[str, ...]) -> Html | None:
    if not minded:
        return None
    bearing = "bears" if len(minded) == 1 else "bear"
    about = f"that {bearing} on every number: read below"
    return _tile("Input", f"! {counted(len(minded), 'warning')}", about, "warn")


def _mode_tile(report: Report) -> Html | None:
    if report.modes is None:
        if report.recording is None:
            return None
        duration = report.recording.duration
        span = f"{report.recording.n_samples:,} samples" if duration is None else duration_text(duration)
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


def _proof_tile(report: Report, *, is_sound: bool) -> Html | None:
    """Tell what is certified: an optimum; in green only where nothing is to be minded of its problem."""
    if report.fit is None:
        return None
    gap = gap_words(report.fit.certificate.gap)
    if report.fit.status is not Status.CERTIFIED:
        return _tile("Decomposition", "Not certified", f"within {gap} of the optimum", "warn")
    about = f"the optimum of the problem as stated, within {gap}"
    if not is_sound:
        about += "; not that its input is right"
    return _tile("Decomposition", "✓ Certified", about, "good" if is_sound else "")


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
        is_new = known is not None and known.n_records == 0
        about = "nothing assessed yet" if is_new else "the last recording allows no verdict"
    return _tile("Structure", words, about or "against its healthy state", look)


def _minded(report: Report, minded: tuple[str, ...]) -> Html | None:
    """List what is to be minded of the input, then of the modes."""
    notes = [element("li", text) for text in (*minded, *_notes(report))]
    if not notes:
        return None
    listed = joined([element("p", "To be minded:", class_="before-list"), element("ul", *notes)])
    return element("div", listed, class_="proof warn") if minded else listed


def _notes(report: Report) -> list[str]:
    model = report.modes
    if model is None or not np.any(np.isfinite(model.frequency_errors)):
        return []
    return [
        f"Mode {mode + 1} ({number_text(model.frequencies[mode])} Hz): {note}."
        for mode, note in enumerate(model.notes)
        if note
    ]
