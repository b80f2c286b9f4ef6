"""The stabilisation diagram, and why each group of poles is or is no mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact import plots
from wavefact._words import number_text
from wavefact.modal import ModalModel, PoleGroup, Stabilization
from wavefact.modal.claims import nearest_groups
from wavefact.report._figures import Readout, blank, figure, panels
from wavefact.report._html import Column, Html, element, joined, table
from wavefact.report._words import counted
from wavefact.report.sections._section import Section

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from wavefact.report.report import Report

__all__ = ["stability"]

_OTHER = "a mode of the poles, none of the table"


def stability(report: Report) -> Section | None:
    """Return the diagram and the groups of poles."""
    diagram = report.diagram
    if diagram is None or diagram.orders.size == 0:
        return None
    drawn = blank(7.6, 4.6)
    ax = panels(drawn)[0, 0]
    model = diagram.model if report.modes is None else report.modes
    plots.stabilization(diagram, ax, model=model)
    verdicts = _verdicts(diagram, model)
    n_stable = int(diagram.stable.sum())
    alt = (
        f"Poles of {counted(len(set(diagram.orders.tolist())), 'model order')} over frequency; {n_stable} of "
        f"{diagram.orders.size} are stable, and {counted(model.n_modes, 'mode')} are marked."
    )
    text = element(
        "p",
        "Models of rising order are fitted to the signals. What belongs to the structure stays at its "
        "frequency from order to order; what only noise makes comes and goes.",
    )
    caption = (
        "Stabilisation diagram, with the spectrum of all channels, each at unit variance, behind it. "
        "Lines and numbers above them: "
    )
    if model is diagram.model:
        caption += "the modes of the table, fitted to the spectra; poles of each order scatter about them."
    else:
        caption += (
            "the modes of the table, which come from the components. Poles are fitted to the signals before "
            f"decomposition, order by order{_difference(diagram, model)}."
        )
    parts = [text, figure("stability", drawn, alt, caption, readout=_readout(ax, diagram.groups, verdicts))]
    if diagram.groups:
        groups = element(
            "details",
            element("summary", "Every group of poles, with its criteria"),
            _groups(diagram, verdicts),
        )
        parts.append(groups)
    return Section("stability", "Stabilisation diagram", joined(parts))


def _difference(diagram: Stabilization, model: ModalModel) -> str:
    """Say how far the frequencies of the groups are from those of the modes."""
    found, partners = model.match(diagram.model) if model.n_points == diagram.model.n_points else ((), ())
    if not len(found):
        return ""
    other, own = diagram.model.frequencies[partners], model.frequencies[found]
    largest = float(np.max(np.abs(other / own - 1.0)))
    return f", so their frequencies may differ, here by up to {number_text(100 * largest, 2)}\u00a0%"


def _verdicts(diagram: Stabilization, model: ModalModel) -> list[str]:
    """Return what became of each group of poles, in the numbers of the table's modes.

    The verdicts of a diagram are those of its own model; a mode of another takes the nearest group.
    """
    groups = diagram.groups
    if model is diagram.model:
        return [group.verdict for group in groups]
    verdicts = [_OTHER if group.verdict.startswith("mode") else group.verdict for group in groups]
    frequencies = np.array([group.frequency for group in groups])
    spreads = np.array([group.frequency_spread for group in groups])
    for mode, group in nearest_groups(model, frequencies, spreads):
        verdicts[group] = f"mode {mode + 1} of the table"
    return verdicts


def _readout(ax: Axes, every: tuple[PoleGroup, ...], verdicts: list[str]) -> Readout | None:
    """Let the groups within the picture be read one by one."""
    low, high = ax.get_xlim()
    shown = [number for number, group in enumerate(every) if low <= group.frequency <= high]
    if not shown:
        return None
    texts = [
        f"at {number_text(group.frequency, 5)} Hz, damping {number_text(100 * group.damping_ratio, 3)} %, "
        f"in {group.n_orders} orders: {verdicts[number]}"
        for number in shown
        for group in [every[number]]
    ]
    return Readout(ax, np.array([every[number].frequency for number in shown]), (), "Group", texts=texts)


def _groups(diagram: Stabilization, verdicts: list[str]) -> Html:
    groups = diagram.groups
    columns = [
        Column("frequency [Hz]", [group.frequency for group in groups], ".4f"),
        Column("spread [Hz]", [group.frequency_spread for group in groups], ".2g"),
        Column("damping [%]", [group.damping_ratio for group in groups], ".3f", 100.0),
        Column("orders", [float(group.n_orders) for group in groups], ".0f", 1.0, "at which it is there"),
        Column("MAC", [group.mac for group in groups], ".3f", 1.0, "likeness of its shapes"),
        Column("MPC", [group.mpc for group in groups], ".3f", 1.0, "modal phase collinearity"),
        Column(
            "prominence", [group.prominence for group in groups], ".3g", 1.0, "power over what is around it"
        ),
        Column(
            "purity", [group.purity for group in groups], ".3f", 1.0, "share of its correlations in one shape"
        ),
        Column("verdict", verdicts),
    ]
    return table("Groups of poles, by rising frequency", columns)
