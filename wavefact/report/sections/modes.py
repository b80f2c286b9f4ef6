"""The modes, and how sure they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact.modal import ModalModel
from wavefact.report._html import Column, element, joined, table
from wavefact.report.sections._section import Section

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["modes"]

_ABOUT = {
    "± s": "standard error: with a probability of 95 % the truth is within 1.96 of them",
    "MPC": "modal phase collinearity: 1 where all points move in phase",
    "quality": "share of what happens at this frequency that the mode explains, 0 to 1",
    "energy [%]": "share of the energy of the signals",
}


def modes(report: Report) -> Section | None:
    """Return the table of modes."""
    model = report.modes
    if model is None:
        return None
    if model.n_modes == 0:
        advice = "No mode stands out of the noise. Record longer, or nearer to where the structure moves."
        return Section("modes", "Modes", element("p", advice))
    text = element(
        "p",
        "Each ±\u00a0s is one standard error; the interval of ±\u00a01.96\u00a0s holds the true value in "
        "95 of 100 recordings. Choose a column to sort by it.",
    )
    return Section("modes", "Modes", joined([text, table("Modes, by rising frequency", _columns(model))]))


def _columns(model: ModalModel) -> list[Column]:
    columns = [Column("mode", [float(mode) for mode in range(1, model.n_modes + 1)], ".0f")]
    for title, values, factor, form in (
        ("frequency [Hz]", model.frequencies, 1.0, ".4f" if model.frequencies[0] < 100 else ".6g"),
        ("± s", model.frequency_errors, 1.0, ".4f" if model.frequencies[0] < 100 else ".2g"),
        ("damping [%]", model.damping_ratios, 100.0, ".3f"),
        ("± s", model.damping_errors, 100.0, ".3f"),
        ("wavenumber [rad/m]", model.wavenumbers, 1.0, ".4g"),
        ("MPC", model.phase_collinearity, 1.0, ".3f"),
        ("quality", model.fit_quality, 1.0, ".3f"),
        ("energy [%]", model.contributions, 100.0, ".2f"),
    ):
        if np.any(np.isfinite(values)):
            columns.append(Column(title, values.tolist(), form, factor, _ABOUT.get(title, "")))
    if any(model.notes):
        columns.append(Column("to be minded", list(model.notes)))
    return columns
