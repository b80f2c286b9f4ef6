"""What an engineer should know of a mode before using it, in a few words each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact._tables import aligned, card, frame

if TYPE_CHECKING:
    from pandas import DataFrame

    from wavefact.modal.model import ModalModel

__all__ = ["TITLES", "card_of", "columns_of", "frame_of", "notes_of", "table_of", "titles_of"]

TITLES = {
    "frequency [Hz]": "frequencies",
    "frequency error [Hz]": "frequency_errors",
    "damping ratio": "damping_ratios",
    "damping ratio error": "damping_errors",
    "wavenumber [rad/m]": "wavenumbers",
    "fit quality": "fit_quality",
    "contribution": "contributions",
    "phase collinearity": "phase_collinearity",
}
"""Of each field of a model in tables that are exchanged, its title."""


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


def titles_of(length_unit: str) -> dict[str, str]:
    """Return `TITLES` with wavenumbers in a unit of length."""
    return {title.replace("rad/m", f"rad/{length_unit}"): name for title, name in TITLES.items()}


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


def columns_of(model: ModalModel) -> list[list[str]]:
    """Return the modes as columns of text, their titles first; a dash where something is unknown."""
    columns = [["mode", *(str(mode + 1) for mode in range(model.n_modes))]]
    for title, name, factor, digits in _COLUMNS:
        values = factor * np.asarray(getattr(model, name))
        if np.any(np.isfinite(values)):
            title = title.replace("rad/m", f"rad/{model.length_unit}")
            columns.append([title, *(_cell(value, digits) for value in values)])
    return columns


def table_of(model: ModalModel) -> str:
    """Return the modes as a table of text."""
    return aligned(columns_of(model), notes_of(model)) if model.n_modes else "no modes"


def card_of(model: ModalModel) -> str:
    """Return the modes as HTML for a notebook."""
    measured = f"{model.quantity} [{model.unit}]" if model.unit else model.quantity
    title = f"Modal model: {model.n_modes or 'no'} mode{'' if model.n_modes == 1 else 's'}"
    return card(title, [f"{model.n_points} points", measured], columns_of(model), notes_of(model))


def frame_of(model: ModalModel) -> DataFrame:
    """Return the modes as a pandas table; what is known of none is left out."""
    titles = titles_of(model.length_unit)
    columns: dict[str, Any] = {title: getattr(model, name) for title, name in titles.items()}
    columns = {title: values for title, values in columns.items() if np.any(np.isfinite(values))}
    said = {"note": list(notes_of(model))} if any(notes_of(model)) else {}
    return frame(columns | said, range(1, model.n_modes + 1), "mode")


def _cell(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "–"
