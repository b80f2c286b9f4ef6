"""The results as a picture: errors over the signal-to-noise ratio, a panel for each scenario."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.scenarios.table import Cell
from wavefact.plots import save
from wavefact.plots._style import BLUE, DARK, GREY, SMALL, VERMILLION, panels, styled

__all__ = ["figure"]

N_COLUMNS, N_NAMED = 4, 3
STYLES = ("-", "--", ":")


def figure(found: Iterable[Cell], path: Path) -> None:
    """Write a picture of the relative errors."""
    save(_drawn([cell for cell in found if cell.score == "relative_error"]), str(path))


@styled
def _drawn(found: list[Cell]) -> Any:
    scenarios = list(dict.fromkeys(cell.scenario for cell in found))
    n_rows = -(-(len(scenarios) + 1) // N_COLUMNS)
    grid = panels(None, (n_rows, N_COLUMNS), (2.6 * N_COLUMNS, 2.3 * n_rows + 0.4))
    named = [name for name, _ in Counter(cell.rival("automatic")[0] for cell in found).most_common(N_NAMED)]
    for ax, scenario in zip(grid.flat, scenarios, strict=False):
        _draw(ax, sorted((c for c in found if c.scenario == scenario), key=lambda c: c.snr_db), named)
        ax.set_title(scenario)
    for ax in grid.flat[len(scenarios) :]:
        ax.set_axis_off()
    grid.flat[-1].legend(*grid.flat[0].get_legend_handles_labels(), loc="center left", frameon=False)
    for ax in grid[:, 0]:
        ax.set_ylabel("relative error")
    for ax in grid.flat[max(0, len(scenarios) - N_COLUMNS) : len(scenarios)]:
        ax.set_xlabel("SNR [dB]")
    return grid[0, 0].figure


def _draw(ax: Any, own: Sequence[Cell], named: Sequence[str]) -> None:
    snrs = [cell.snr_db for cell in own]

    def line(name: str, **style: Any) -> None:
        ax.plot(snrs, [cell.automatic.get(name, math.nan) for cell in own], **style)

    others = sorted({name for cell in own for name in cell.automatic} - {"wavefact", *named})
    for number, name in enumerate(others):
        line(name, color=GREY, lw=0.6, zorder=1, label=None if number else "others, automatic")
    for name, style in zip(named, STYLES, strict=False):
        line(name, color=DARK, lw=1.2, ls=style, zorder=2, label=name)
    oracles = [cell.rival("oracle")[1] for cell in own]
    ax.plot(
        snrs, oracles, "D", ms=5.0, mfc="white", mec=BLUE, zorder=3, label="best of all tuned on the truth"
    )
    line("wavefact", color=VERMILLION, lw=2.2, marker="o", ms=4.0, zorder=4, label="wavefact, defaults")
    ax.set_yscale("log")
    ax.set_ylim(max(min(cell.ours for cell in own) / 2, 1e-3), 2.0)
    ax.set_xticks(snrs)
    ax.tick_params(labelsize=SMALL)
