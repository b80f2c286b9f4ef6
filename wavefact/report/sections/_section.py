"""What a section of a report is."""

from __future__ import annotations

from dataclasses import dataclass

from wavefact.report._html import Html

__all__ = ["Section"]


@dataclass(frozen=True)
class Section:
    """Hold a section of a report.

    Attributes
    ----------
    anchor : str
        What leads to it within the page.
    title : str
    content : Html
        Escaped already.

    Examples
    --------
    >>> from wavefact.report._html import Html
    >>> Section("modes", "Modes", Html("<p>Six.</p>")).title
    'Modes'
    """

    anchor: str
    title: str
    content: Html
