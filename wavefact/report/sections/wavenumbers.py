"""The recording over frequency and wavenumber."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact import plots
from wavefact.errors import InputError
from wavefact.frequency_wavenumber import FrequencyWavenumberMap, frequency_wavenumber
from wavefact.report._figures import blank, figure, panels
from wavefact.report._html import element, joined
from wavefact.report.sections._section import Section
from wavefact.report.sections.recording import excerpt

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["wavenumbers"]

N_FREQUENCIES, N_WAVENUMBERS = 240, 200
ROOM = 1.3  # of what is shown, over the highest mode or component
WIDER = 2.0  # the filters of the map than those of the factorization, so that their tails meet


def wavenumbers(report: Report) -> Section | None:
    """Return the map over frequency and wavenumber, with the modes on it."""
    picture = _map(report)
    if picture is None:
        return None
    drawn = blank(6.4, 4.4)
    model = report.modes
    marked = model if model is not None and np.any(np.isfinite(model.wavenumbers)) else None
    ax = panels(drawn)[0, 0]
    plots.frequency_wavenumber(picture, ax, fit=marked, dynamic_range=30.0)
    for text in () if ax.get_legend() is None else ax.get_legend().get_texts():
        text.set_text("modes")
    frequency, wavenumber = picture.peak
    alt = (
        f"Map of the recording over wavenumber and frequency; it is strongest at {frequency:.4g} Hz and "
        f"{wavenumber:.4g} rad/m."
    )
    text = element(
        "p",
        "Motion that obeys the wave equation lies on one curve, the dispersion relation; a wave of constant "
        "speed on a straight line through the origin. What is off the curve is noise or something else.",
    )
    caption = "Recording over frequency and wavenumber" + (", with the modes as circles." if marked else ".")
    shown = joined([text, figure("wavenumbers", drawn, alt, caption)])
    return Section("wavenumbers", "Frequency and wavenumber", shown)


def _map(report: Report) -> FrequencyWavenumberMap | None:
    fit, recording = report.fit, report.recording
    if fit is None or recording is None or recording.sampling_rate is None or fit.wave_weight <= 0:
        return None
    if recording.n_sensors != fit.operator.n_points or fit.n_components == 0:
        return None
    seen, _ = excerpt(recording)
    nyquist, top = recording.sampling_rate / 2, float(np.max(fit.wavenumbers, initial=0.0))
    highest, width = nyquist, nyquist / N_FREQUENCIES
    model = report.modes
    if model is not None and model.n_modes:
        highest = min(nyquist, ROOM * float(model.frequencies[-1]))
        widths = 2 * model.damping_ratios * model.frequencies
        width = max(float(np.nanmedian(widths)), highest / N_FREQUENCIES)
        top = max(top, float(np.nanmax(np.abs(model.wavenumbers), initial=0.0)))
    largest = float(fit.operator.wavenumber(float(np.max(fit.operator.eigenvalues))))
    try:
        return frequency_wavenumber(
            seen,
            fit.operator,
            bandwidth=width,
            wave_weight=fit.wave_weight / WIDER,
            frequencies=np.linspace(0.0, highest, N_FREQUENCIES),
            wavenumbers=np.linspace(0.0, min(ROOM * top, largest) or largest, N_WAVENUMBERS),
        )
    except InputError:  # a gap or a dead channel, which the section on the recording tells of
        return None
