"""What an engineer should know of a mode before using it, in a few words each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from wavefact.modal.model import ModalModel

__all__ = ["aligned", "notes_of", "table_of"]

_UNSURE, _SHARED, _COMPLEX = 0.4, 0.7, 0.9  # relative error of damping; fit quality; phase collinearity
_OVERLAP = 3.0  # half widths, closer than which modes are hard to tell apart

_COLUMNS = (  # title, field, factor, digits; fields of which nothing is known are left out
    ("frequency [Hz]", "frequencies", 1.0, 4),
    ("± s", "frequency_errors", 1.0, 4),
    ("damping [%]", "damping_ratios", 100.0, 3),
    ("± s", "damping_errors", 100.0, 3),
    ("wavenumber [rad/m]", "wavenumbers", 1.0, 4),
    ("MPC", "phase_collinearity", 1.0, 3),
    ("quality", "fit_quality", 1.0, 3),
    ("energy [%]", "contributions", 100.0, 2),
)


def notes_of(model: ModalModel) -> tuple[str, ...]:
    """Return a note for each mode, empty where there is nothing to mind.

    Notes
    -----
    Noted are damping ratios with a standard error above 40 %, shapes of a phase collinearity below 0.9, modes
    that explain less than 70 % of what happens at their frequency, and neighbours closer than three half
    widths of the resonances together.
    """
    widths = model.damping_ratios * model.frequencies
    gaps = np.abs(model.frequencies[:, None] - model.frequencies)
    close = (gaps < _OVERLAP * (widths[:, None] + widths)) & ~np.eye(model.n_modes, dtype=bool)
    every = []
    for mode, collinearity in enumerate(model.phase_collinearity):
        said = []
        if model.damping_errors[mode] > _UNSURE * model.damping_ratios[mode]:
            said.append("damping unsure: record longer")
        if collinearity < _COMPLEX:
            said.append("complex shape")
        if model.fit_quality[mode] < _SHARED:
            said.append("not alone at its frequency")
        if np.any(close[mode]):
            said.append("overlaps mode " + ", ".join(str(other + 1) for other in np.flatnonzero(close[mode])))
        every.append("; ".join(said))
    return tuple(every)


def table_of(model: ModalModel) -> str:
    """Return the modes as a table; a dash where something is unknown."""
    if model.n_modes == 0:
        return "no modes"
    columns = [["mode", *(str(mode + 1) for mode in range(model.n_modes))]]
    for title, name, factor, digits in _COLUMNS:
        values = factor * np.asarray(getattr(model, name))
        if np.any(np.isfinite(values)):
            columns.append([title, *(_cell(value, digits) for value in values)])
    return aligned(columns, notes_of(model))


def aligned(columns: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    """Return columns, each with its title first, as lines; behind each line but the first its note."""
    widths = [max(map(len, column)) for column in columns]
    rows = zip(*columns, strict=True)
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    said = ["note" if any(notes) else "", *notes]
    return "\n".join(f"{line}  {note}".rstrip() for line, note in zip(lines, said, strict=True))


def _cell(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "–"
