"""Components, and what is proven of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wavefact import plots
from wavefact._words import number_text
from wavefact.factorization import Factorization
from wavefact.plots._display import strongest_window
from wavefact.plots._style import gap_text, unit_text
from wavefact.report._figures import blank, figure, panels
from wavefact.report._html import Column, Html, element, facts, joined, table
from wavefact.report._words import (
    FAINT,
    certificate_text,
    counted,
    decimals,
    energy_shares,
    measure_text,
)
from wavefact.report.sections._section import Section
from wavefact.solution import Status

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["components"]

MOST_SHOWN = 6
TALL = 3  # rows that a figure of usual height can hold


def components(report: Report) -> Section | None:
    """Return the certificate in a sentence, the components in a table and in pictures."""
    fit = report.fit
    if fit is None:
        return None
    is_certified = fit.status is Status.CERTIFIED
    look = "proof warn" if not is_certified else "proof" if report._minded else "proof good"
    parts: list[Html | None] = [element("p", certificate_text(fit), class_=look), facts(_facts(fit))]
    if fit.n_components:
        parts += [_table(fit), _wavefield(report, fit), _pictures(fit)]
    parts.append(_certificate(fit))
    return Section("components", "Components", joined(parts))


def _facts(fit: Factorization) -> list[tuple[str, str]]:
    bandwidth = fit.time_bandwidth
    return [
        ("Components", str(fit.n_components)),
        ("Wave equation", _equation(fit)),
        ("Weight of the wave equation γ", number_text(fit.wave_weight) if fit.wave_weight else ""),
        (
            "Bandwidth in time",
            f"{number_text(bandwidth)} {fit.frequency_unit}" if bandwidth and fit.time_weight else "",
        ),
        ("Regularization λ", measure_text(fit.regularization, fit.unit)),
        ("Noise, standard deviation", measure_text(fit.noise, fit.unit)),
        ("Relative gap, proven", gap_text(fit.certificate.gap)),
    ]


def _equation(fit: Factorization) -> str:
    if fit.wave_weight == 0:
        return "none: shapes may be any"
    return f"{type(fit.operator).__name__}: {fit.operator.description()}"


def _table(fit: Factorization) -> Html:
    about = "share of the energy of all components"
    columns = [
        Column("component", [float(number) for number in range(1, fit.n_components + 1)], ".0f"),
        Column("energy [%]", energy_shares(fit).tolist(), ".2f", 100.0, about, least=100 * FAINT),
    ]
    if fit.frequencies is not None:
        found, title = fit.frequencies, f"frequency [{fit.frequency_unit}]"
        columns.insert(1, Column(title, found.tolist(), decimals(found, 4)))
    if fit.wave_weight:
        found, title = fit.wavenumbers, f"wavenumber [rad/{fit.length_unit}]"
        columns.insert(1, Column(title, found.tolist(), decimals(found, 4)))
    return table("Components, by rising wavenumber" if fit.wave_weight else "Components", columns)


def _wavefield(report: Report, fit: Factorization) -> Html | None:
    recording = report.recording
    if recording is None or recording.n_sensors < len(fit.spatial_factors):  # which of the points it is of
        return None
    rate = recording.sampling_rate or 1.0
    start, stop = strongest_window(fit)
    drawn = blank(7.6, 3.1)
    plots.wavefield(recording, fit, panels(drawn, 1, 3)[0], window=(start / rate, stop / rate))
    alt = (
        "Three images over position and time: the recording, its reconstruction from the components, and the "
        "residual."
    )
    caption = (
        "Where the motion is strongest: what was measured, what the components explain, and what is left."
    )
    return figure("wavefield", drawn, alt, caption)


def _pictures(fit: Factorization) -> Html:
    n_shown = min(fit.n_components, MOST_SHOWN)
    drawn = blank(7.6, 1.1 * n_shown + 0.8)
    plots.components(fit, panels(drawn, n_shown, 3), max_components=MOST_SHOWN)
    which = f"The {counted(n_shown, 'strongest component')}" if n_shown > 1 else "The component"
    alt = f"{which}, one a row: shape over position, time course, spectrum."
    caption = f"{which}: shape, time course at the point that moves most, spectrum."
    return figure("components", drawn, alt, caption, class_="tall" if n_shown > TALL else "")


def _certificate(fit: Factorization) -> Html:
    drawn = blank(5.6, 3.2)
    plots.certificate(fit, panels(drawn)[0, 0])
    final = fit.certificate
    alt = (
        f"Objective and its proven lower bound over the rounds of the solver; at the end they are "
        f"{number_text(final.primal, 6)} and {number_text(final.dual, 6)} {unit_text(fit.unit, 2)}."
    )
    caption = "How the proof closed: no result can lie below the lower bound, so the gap is all that is open."
    shown = figure("certificate", drawn, alt, caption)
    return element("details", element("summary", "The certificate, round by round"), shown)
