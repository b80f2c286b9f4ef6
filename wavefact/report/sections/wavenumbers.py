"""The recording over frequency and wavenumber."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact import plots
from wavefact._words import number_text
from wavefact.errors import InputError
from wavefact.filters import wave_weight_from_bandwidth
from wavefact.frequency_wavenumber import FrequencyWavenumberMap, frequency_wavenumber
from wavefact.preparation import detrend
from wavefact.recording import Recording, rate_of
from wavefact.report._figures import blank, figure, panels
from wavefact.report._html import element, joined
from wavefact.report.sections._section import Section

if TYPE_CHECKING:
    from wavefact.modal import ModalModel
    from wavefact.report.report import Report

__all__ = ["wavenumbers"]

N_FREQUENCIES, N_WAVENUMBERS = 240, 200
ROOM = 1.3  # of what is shown, over the highest mode or component
SLOWEST = 8.0  # cycles in the recording; slower motion is drift
LOUDER = 10**0.5  # than the usual mode: 10 dB, beyond which colours are not worth having
RIDGE = 8.0  # of the range of wavenumbers over the width of a ridge, at most
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
    loud = _loud(picture, model)
    plots.frequency_wavenumber(picture, ax, fit=marked, dynamic_range=30.0, reference=loud)
    for text in () if ax.get_legend() is None else ax.get_legend().get_texts():
        text.set_text("modes")
    frequency, wavenumber = picture.peak
    alt = (
        "Map of the recording over wavenumber and frequency; it is strongest at "
        f"{number_text(frequency)} Hz and {number_text(wavenumber)} rad/{picture.length_unit}."
    )
    text = element(
        "p",
        "Motion that obeys the wave equation lies on one curve, the dispersion relation; a wave of constant "
        "speed on a straight line through the origin. What is off the curve is noise or something else.",
    )
    low = number_text(float(picture.frequencies[0]), 2)
    above = "" if loud is None else " What is louder than the modes has the lightest colour."
    caption = (
        f"Recording over frequency and wavenumber{', with the modes as circles' if marked else ''}. "
        f"Colours are for {low} Hz and above: mean and drift, which no wave explains, are taken off.{above}"
    )
    shown = joined([text, figure("wavenumbers", drawn, alt, caption)])
    return Section("wavenumbers", "Frequency and wavenumber", shown)


def _loud(picture: FrequencyWavenumberMap, model: ModalModel | None) -> float | None:
    """Return what is to have the lightest colour; None where that is the loudest, and hides no mode."""
    peaks = np.max(picture.values, axis=1)
    usual = peaks
    if model is not None and model.n_modes:
        usual = np.interp(model.frequencies, picture.frequencies, peaks)
    loud = LOUDER * float(np.median(usual))
    return loud if 0 < loud < float(np.max(peaks)) else None


def _map(report: Report) -> FrequencyWavenumberMap | None:
    fit, recording = report.fit, None if report._seen is None else report._seen.recording
    if fit is None or recording is None or recording.sampling_rate is None or fit.wave_weight <= 0:
        return None
    if recording.n_sensors != fit.operator.n_points or fit.n_components == 0:
        return None
    model, operator = report.modes, fit.operator
    known = np.concatenate([fit.wavenumbers, [] if model is None else np.abs(model.wavenumbers)])
    largest = float(operator.wavenumber(float(np.max(operator.eigenvalues))))
    top = min(ROOM * float(np.nanmax(known, initial=0.0)), largest) or largest
    narrow = wave_weight_from_bandwidth(operator, top / RIDGE, top / 2)
    try:
        seen = detrend(recording)
        frequencies, width = _frequencies(seen, model)
        return frequency_wavenumber(
            seen,
            operator,
            bandwidth=width,
            wave_weight=max(fit.wave_weight / WIDER, narrow),
            frequencies=frequencies,
            wavenumbers=np.linspace(0.0, top, N_WAVENUMBERS),
        )
    except InputError:  # a gap or a dead channel, which the section on the recording tells of
        return None


def _frequencies(seen: Recording, model: ModalModel | None) -> tuple[np.ndarray, float]:
    """Return the frequencies that are shown, above drift and up to the modes, and the width of filters."""
    rate = rate_of(seen)
    highest, drift = rate / 2, SLOWEST * rate / seen.n_samples
    width = highest / N_FREQUENCIES
    if model is not None and model.n_modes:
        highest = min(highest, ROOM * float(model.frequencies[-1]))
        drift = min(drift, float(model.frequencies[0]) / 2)
        widths = 2 * model.damping_ratios * model.frequencies
        width = max(float(np.nanmedian(widths)), highest / N_FREQUENCIES)
    return np.linspace(min(drift, highest / 2), highest, N_FREQUENCIES), width
