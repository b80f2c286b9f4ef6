"""What a section of a report is."""

from __future__ import annotations

from dataclasses import dataclass

from wavefact.report._html import Html

__all__ = ["Section"]


@dataclass(frozen=True)
class Section:
    """Hold a section: the anchor that leads to it, its title, its content."""

    anchor: str
    title: str
    content: Html
