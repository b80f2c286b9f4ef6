"""The sections of a report, in their order: one file each.

Each function takes a `Report` and returns a `Section`, or None where the report holds nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wavefact.plots._style import style
from wavefact.report.sections._section import Section
from wavefact.report.sections.comparison import comparison
from wavefact.report.sections.components import components
from wavefact.report.sections.health import health
from wavefact.report.sections.modes import modes
from wavefact.report.sections.reading import reading
from wavefact.report.sections.recording import recording
from wavefact.report.sections.shapes import shapes
from wavefact.report.sections.stability import stability
from wavefact.report.sections.summary import summary
from wavefact.report.sections.wavenumbers import wavenumbers

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["SECTIONS", "Section", "sections_of"]

SECTIONS: tuple[Callable[[Report], Section | None], ...] = (
    summary,
    health,
    recording,
    components,
    modes,
    shapes,
    wavenumbers,
    stability,
    comparison,
    reading,
)
"""What makes each section."""


def sections_of(report: Report) -> tuple[Section, ...]:
    """Return the sections for which a report has results.

    Parameters
    ----------
    report : Report

    Returns
    -------
    tuple of Section

    Examples
    --------
    >>> modes = wf.ModalModel(np.array([2.0]), np.array([0.01]), np.ones((3, 1)))
    >>> [section.title for section in sections_of(wf.Report(modes=modes))][0]
    'Summary'
    """
    with style():
        made = [make(report) for make in SECTIONS]
    return tuple(section for section in made if section is not None)
