"""Detection against false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from wavefact.errors import InputError
from wavefact.health.decision.curve import OperatingCurve
from wavefact.plots._style import BLUE, GREEN, GREY, PALE, SKY, VERMILLION, single, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["operating_curve"]

_COLOURS = (BLUE, VERMILLION, GREEN, SKY)
_LINES = ("-", "--", ":")


@styled
def operating_curve(curves: OperatingCurve | Mapping[str, OperatingCurve], ax: Axes | None = None) -> Axes:
    """Draw the rate of detection over the rate of false alarms, which is logarithmic.

    Parameters
    ----------
    curves : OperatingCurve, or mapping of name to OperatingCurve
    ax : Axes, optional
        By default in a new figure.

    Returns
    -------
    Axes
        The grey line is a score that knows nothing.

    Raises
    ------
    InputError
        If there is no curve.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> rng = np.random.default_rng(0)
    >>> curve = wf.operating_curve(rng.normal(size=500), rng.normal(2.0, size=200))
    >>> operating_curve(curve, ax=Figure().subplots()).get_xlabel()
    'rate of false alarms'
    """
    named = {"": curves} if isinstance(curves, OperatingCurve) else dict(curves)
    if not named:
        raise InputError("There is no curve to draw; give an OperatingCurve or a mapping of names to them.")
    ax = single(ax, (5.0, 4.2))
    least = min(0.5 / curve.n_healthy for curve in named.values())
    for i, (name, curve) in enumerate(named.items()):
        ax.step(
            np.maximum(curve.false_alarm_rates, least),
            curve.detection_rates,
            where="post",
            color=_COLOURS[i % len(_COLOURS)],
            ls=_LINES[i // len(_COLOURS) % len(_LINES)],
            lw=1.4,
            label=f"{name} (area {curve.area:.3f})" if name else f"area {curve.area:.3f}",
            zorder=2,
        )
    chance = np.geomspace(least, 1.0, 100)
    ax.plot(chance, chance, color=PALE, lw=1.0, zorder=1, label="chance")
    ax.set_xscale("log")
    ax.set_xlim(least, 1.0)
    ax.set_ylim(0.0, 1.02)
    ax.set_xlabel("rate of false alarms")
    ax.set_ylabel("rate of detection")
    ax.grid(color=GREY, alpha=0.15)
    ax.legend(loc="upper left")
    return ax
