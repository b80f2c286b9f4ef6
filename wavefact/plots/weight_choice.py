"""How the automatic weights were chosen: the score of every candidate."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.plots._style import BLUE, GREY, VERMILLION, panels, styled

__all__ = ["weight_choice"]

MOST_TICKS = 8


@styled
def weight_choice(fit: Factorization, axes: Any = None) -> np.ndarray:
    """Show how well each candidate for the bandwidth and the wave weight predicted what was held out.

    Parameters
    ----------
    fit : Factorization
        With weights chosen automatically, `time_weight` among them.
    axes : array of Axes, shape (2,), optional

    Returns
    -------
    numpy.ndarray of Axes, shape (1, 2)

    Raises
    ------
    InputError
        If the weights were given.

    Notes
    -----
    Scores are squared errors of prediction over the least one, in variances of the noise, plus one.  A flat
    valley says that the choice matters little; a valley at the edge, that the best weight may lie beyond the
    candidates.
    Where time has no weight in the end, the bandwidth was not used: what is found is seen without.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> times, rng = np.arange(400) / 100, np.random.default_rng(0)
    >>> signals = np.outer(np.sin(np.arange(1, 13) / 4), np.cos(2 * np.pi * 7 * times))
    >>> fit = wf.factorize(wf.Recording(signals + rng.normal(size=signals.shape), 100.0), wf.String(12))
    >>> weight_choice(fit, axes=Figure().subplots(1, 2))[0, 0].get_xlabel()
    'bandwidth over time [Hz]'
    """
    if fit.choice is None:
        raise InputError(
            "The weights of this factorization were given, or it was loaded from a file; nothing was chosen."
        )
    choice, grid = fit.choice, panels(axes, (1, 2), (8.0, 2.8))
    _draw(grid[0, 0], choice.bandwidths, choice.bandwidth_scores)
    _draw(grid[0, 1], choice.wave_weights, choice.wave_weight_scores)
    grid[0, 0].set_xlabel(f"bandwidth over time [{fit.frequency_unit}]")
    grid[0, 1].set_xlabel("wave weight γ")
    grid[0, 0].set_ylabel("held-out error [noise variances]")
    _tick(grid[0, 0], choice.bandwidths)
    if fit.time_weight > 0:
        _mark(grid[0, 0], choice.bandwidth, f"chosen: {choice.bandwidth:.3g} {fit.frequency_unit}")
    else:
        grid[0, 0].set_title("not used: all is seen without")
    _mark(grid[0, 1], choice.wave_weight, f"chosen: {choice.wave_weight:.3g}")
    return grid


def _draw(ax: Any, candidates: np.ndarray, scores: np.ndarray) -> None:
    # Zero is the least score, so a logarithmic axis needs a floor; one noise variance is nothing.
    ax.plot(candidates, scores + 1.0, "o-", color=BLUE, ms=4.0, lw=1.2)
    ax.axhline(1.0, color=GREY, lw=0.6)
    if np.all(candidates > 0):
        ax.set_xscale("log")
    ax.set_yscale("log")


def _tick(ax: Any, candidates: np.ndarray) -> None:
    """Label candidates that double from one to the next, every second or third where there are many."""
    shown = candidates[:: -(-len(candidates) // MOST_TICKS)]
    ax.set_xticks(shown, [f"{value:.3g}" for value in shown])
    ax.minorticks_off()


def _mark(ax: Any, chosen: float, title: str) -> None:
    ax.axvline(chosen, color=VERMILLION, lw=1.1, ls=(0, (5, 2)))
    ax.set_title(title)
