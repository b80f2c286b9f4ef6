"""What the words of a report mean, and what it cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wavefact.report._html import Html, element, joined
from wavefact.report.sections._section import Section

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["reading"]

_TERMS: tuple[tuple[str, str, str], ...] = (
    (
        "modes",
        "Mode",
        "a way in which the structure likes to vibrate, with a frequency, a damping and a shape",
    ),
    (
        "modes",
        "Damping",
        "how fast a vibration dies away, in percent of the damping at which it would not swing",
    ),
    (
        "modes",
        "Standard error (± s)",
        "how much a number would scatter if the same structure were recorded again and again; it holds for "
        "vibration that does not change its character during the recording",
    ),
    (
        "fit",
        "Component",
        "a shape times a time course; a mode of the structure shows as one or a few of them",
    ),
    (
        "fit",
        "Certificate",
        "a proof that the decomposition is the best one, by its own measure; it says nothing of whether the "
        "wave equation is the right one, or the sensors were",
    ),
    ("modes", "Wavenumber", "how quickly a shape varies along the structure: 2π over the wavelength"),
    (
        "diagram",
        "Pole",
        "frequency and damping in one fitted model; stable where the model of the next order has it too",
    ),
    ("comparison", "MAC", "likeness of two shapes, from 0 (nothing in common) to 1 (the same)"),
    (
        "health",
        "Alarm",
        "the recording is farther from healthy ones than chance makes credible; it does not say that "
        "anything is in danger, and no alarm does not say that nothing is wrong",
    ),
    (
        "health",
        "Conditions",
        "temperature and the like move frequencies; what they explain is taken off first",
    ),
)
_LIMITS: tuple[tuple[str, str], ...] = (
    ("modes", "Modes that were not excited, or whose shapes vanish at all sensors, cannot be seen."),
    ("modes", "Shapes are known at the sensors; the lines drawn between these are for the eye."),
    ("modes", "Damping needs long recordings: some hundred periods for ± 10 %."),
    (
        "recording",
        "What is above half the sampling rate shows at a wrong frequency unless it was filtered off.",
    ),
    ("health", "Frequencies alone do not tell left from right of a symmetric structure."),
)


def reading(report: Report) -> Section | None:
    """Return a glossary of what is in the report, and its limits."""
    terms = [
        element("div", element("dt", term), element("dd", f"{meaning}."))
        for part, term, meaning in _TERMS
        if _is_told(report, part)
    ]
    limits = [element("li", text) for part, text in _LIMITS if _is_told(report, part)]
    parts: list[Html] = [element("dl", *terms, class_="terms")] if terms else []
    if limits:
        parts += [element("h3", "Limits"), element("ul", *limits)]
    return Section("reading", "How to read this", joined(parts)) if parts else None


def _is_told(report: Report, part: str) -> bool:
    found = getattr(report, part)
    return found is not None and (part != "modes" or found.n_modes > 0)
