"""How the automatic weights were chosen: the score of every candidate."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.plots._style import BLUE, GREY, VERMILLION, panels, styled

__all__ = ["weight_choice"]


@styled
def weight_choice(fit: Factorization, axes: Any = None) -> np.ndarray:
    """Show how well each candidate for the bandwidth and the wave weight predicted what was held out.

    Parameters
    ----------
    fit : Factorization
        With weights chosen automatically, where time has a weight.
    axes : array of Axes, shape (2,), optional

    Returns
    -------
    numpy.ndarray of Axes, shape (1, 2)

    Raises
    ------
    InputError
        If the weights were given, or only space has one.

    Notes
    -----
    Scores are squared errors of prediction over the least one, in variances of the noise.  A flat valley says
    that the choice matters little; a valley at the edge, that the best weight may lie beyond the candidates.

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
    _draw(grid[0, 0], choice.bandwidths, choice.bandwidth_scores, choice.bandwidth)
    grid[0, 0].set_xlabel("bandwidth over time [Hz]")
    _draw(grid[0, 1], choice.wave_weights, choice.wave_weight_scores, choice.wave_weight)
    grid[0, 1].set_xlabel("wave weight γ")
    grid[0, 0].set_ylabel("held-out error [noise variances]")
    return grid


def _draw(ax: Any, candidates: np.ndarray, scores: np.ndarray, chosen: float) -> None:
    # Zero is the least score, so a logarithmic axis needs a floor; one noise variance is nothing.
    ax.plot(candidates, scores + 1.0, "o-", color=BLUE, ms=4.0, lw=1.2)
    ax.axvline(chosen, color=VERMILLION, lw=1.1, ls=(0, (5, 2)))
    ax.axhline(1.0, color=GREY, lw=0.6)
    if np.all(candidates > 0):
        ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_title(f"chosen: {chosen:.3g}")
