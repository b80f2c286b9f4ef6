"""The page around the sections: one HTML document that needs no network and no other file."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING

from wavefact._words import number_text
from wavefact.plots._animation_page import part
from wavefact.plots._style import quantity_text
from wavefact.report._html import Html, element, joined
from wavefact.report._words import duration_text

if TYPE_CHECKING:
    from wavefact.report.report import Report
    from wavefact.report.sections import Section

__all__ = ["page"]


def page(report: Report, sections: Sequence[Section]) -> str:
    """Return the document; the only scripts that its policy lets run are its own."""
    parts = {
        "TITLE": joined([report.heading]),
        "STYLE": part("_player.css") + _part("page.css"),
        "SCRIPT": _part("page.js"),
        "HEADER": _header(report),
        "CONTENTS": joined(_links(sections)),
        "SECTIONS": joined(_section(section) for section in sections),
    }
    # each part is put in once: text of a file that looks like a mark of the template stays text
    whole = re.sub(r"\{\{([A-Z]+)\}\}", lambda mark: parts.get(mark[1], mark[0]), _part("page.html"))
    return whole.replace("script-src 'none'", f"script-src {_hashes(parts['SCRIPT'])}", 1)


def _part(name: str) -> str:
    return resources.files("wavefact.report").joinpath(name).read_text(encoding="utf-8")


def _hashes(script: str) -> str:
    """Return what a policy calls the page's script, and that of the player within it."""
    found = script, part("_player.js")
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in found]
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def _header(report: Report) -> Html:
    lines = [text for text in (report.date, *_measured(report)) if text]
    return joined(
        [element("h1", report.heading), element("p", " · ".join(lines), class_="about") if lines else None]
    )


def _measured(report: Report) -> list[str]:
    """Say in a few words what was measured."""
    recording = report.recording
    if recording is None:
        return []
    span = f"{recording.n_samples:,} samples"
    if recording.sampling_rate is not None and recording.duration is not None:
        span = f"{duration_text(recording.duration)} at {number_text(recording.sampling_rate, 6)} Hz"
    what = quantity_text(recording.quantity, recording.unit) if recording.quantity or recording.unit else ""
    return [f"{recording.n_sensors:,} channels", span, what]


def _links(sections: Sequence[Section]) -> list[Html]:
    return [element("li", element("a", section.title, href=f"#{section.anchor}")) for section in sections]


def _section(section: Section) -> Html:
    head = f"{section.anchor}-title"
    return element(
        "section",
        element("h2", section.title, id=head),
        section.content,
        id=section.anchor,
        aria_labelledby=head,
    )
