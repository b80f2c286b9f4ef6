"""The modes, and how sure they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact.modal import ModalModel
from wavefact.report._html import Column, element, joined, table
from wavefact.report._words import decimals
from wavefact.report.sections._section import Section

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["modes"]

_ABOUT = {
    "±\u00a0s": "standard error: with a probability of 95 % the truth is within 1.96 of them",
    "MPC": "modal phase collinearity: 1 where all points move in phase",
    "quality": "share of what happens at this frequency that the mode explains, 0 to 1",
    "energy [%]": "share of the energy of the signals, of modes set in motion by an impact since it",
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
    hertz = _form(model)
    columns = [Column("mode", [float(mode) for mode in range(1, model.n_modes + 1)], ".0f")]
    for title, values, factor, form in (
        ("frequency [Hz]", model.frequencies, 1.0, hertz),
        ("±\u00a0s", model.frequency_errors, 1.0, hertz),
        ("damping [%]", model.damping_ratios, 100.0, ".3f"),
        ("±\u00a0s", model.damping_errors, 100.0, ".3f"),
        (f"wavenumber [rad/{model.length_unit}]", model.wavenumbers, 1.0, decimals(model.wavenumbers, 4)),
        ("MPC", model.phase_collinearity, 1.0, ".3f"),
        ("quality", model.fit_quality, 1.0, ".3f"),
        ("energy [%]", model.contributions, 100.0, ".2f"),
    ):
        if np.any(np.isfinite(values)):
            columns.append(Column(title, values.tolist(), form, factor, _ABOUT.get(title, "")))
    if any(model.notes):
        columns.append(Column("to be minded", list(model.notes)))
    return columns


def _form(model: ModalModel) -> str:
    """Return how frequencies are written: to two digits of the smallest standard error, where it is known."""
    errors = model.frequency_errors[np.isfinite(model.frequency_errors) & (model.frequency_errors > 0)]
    smallest = errors[[np.argmin(errors)]] if errors.size else 1e-3 * model.frequencies[-1:]
    return decimals(smallest, 2)
