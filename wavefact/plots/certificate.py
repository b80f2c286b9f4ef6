"""The certificate: how the bounds on the global optimum close round by round."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact.factorization import Factorization
from wavefact.plots._style import BLUE, PALE, SMALL, VERMILLION, gap_text, scaled, single, styled, unit_text
from wavefact.solution import Status, Step

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["certificate"]


@styled
def certificate(fit: Factorization, ax: Axes | None = None) -> Axes:
    """Show the objective and its lower bound over the rounds, with the gap between them shaded.

    Parameters
    ----------
    fit : Factorization
    ax : Axes, optional
        By default in a new figure.

    Returns
    -------
    Axes

    Notes
    -----
    The lower bound is hollow where it rests on a search for the polar that was not yet proven.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> fit = wf.factorize(np.random.default_rng(0).normal(size=(8, 60)), wave_weight=1.0, regularization=4.0)
    >>> certificate(fit, ax=Figure().subplots()).get_xlabel()
    'round (numbers: components)'
    """
    from matplotlib.ticker import MaxNLocator

    ax = single(ax, (5.0, 3.2))
    steps = fit.history or (_last_step(fit),)
    rounds = np.asarray([step.round for step in steps])
    primal, dual = (np.asarray([getattr(step, name) for step in steps]) for name in ("primal", "dual"))
    proven = np.asarray([step.proven for step in steps])
    ax.fill_between(rounds, dual, primal, color=PALE, alpha=0.6, lw=0.0, label="gap")
    ax.plot(rounds, primal, "o-", color=BLUE, lw=1.4, ms=7.0, label="objective (primal)")
    ax.plot(rounds, dual, "-", color=VERMILLION, lw=1.4)
    for mask, face, label in (
        (proven, VERMILLION, "lower bound (dual), proven"),
        (~proven, "white", "lower bound, not yet proven"),
    ):
        if mask.any():
            ax.plot(
                rounds[mask],
                dual[mask],
                "o",
                color=VERMILLION,
                mfc=face,
                mew=1.4,
                ms=4.5,
                label=label,
                zorder=3,
            )
    for step in (*steps[:-1][:: 1 + len(steps) // 12], steps[-1]):
        ax.annotate(
            f"{step.n_components}",
            (step.round, step.primal),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            color=BLUE,
            fontsize=SMALL,
        )
    _frame(ax, float(primal.max()), float(dual.min()), float(primal[-1]))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.set_xlabel("round (numbers: components)")
    scale = scaled(ax.yaxis, float(np.max(np.abs(primal))))
    ax.set_ylabel(f"objective [{scale}{unit_text(fit.unit, 2)}]")
    ax.set_title(_title(fit))
    return ax


def _frame(ax: Axes, top: float, bottom: float, optimum: float) -> None:
    """Set the limits, and the legend at the right where the funnel leaves room: above or below its end."""
    ax.margins(x=0.08, y=0.14)
    is_closed = top - bottom <= 1e-3 * abs(top)
    if is_closed:  # from the first round on: nothing to see but that they agree
        ax.set_ylim(0.0, 1.4 * top if top > 0 else 1.0)
    is_high = is_closed or optimum - bottom > 0.5 * (top - bottom)
    ax.legend(loc="lower right" if is_high else "upper right")


def _last_step(fit: Factorization) -> Step:
    last = fit.certificate
    return Step(0, fit.n_components, last.primal, last.dual, last.gap, last.polar, True)


def _title(fit: Factorization) -> str:
    within = f"within {gap_text(fit.certificate.gap)} of the global optimum"
    return f"proven {within}" if fit.status is Status.CERTIFIED else f"stopped early, {within}"
