"""How an indicator goes on: values, level to come with its interval, and the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact.health import Forecast
from wavefact.plots._style import BLUE, GREY, VERMILLION, single, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["forecast"]


@styled
def forecast(
    found: Forecast,
    ax: Axes | None = None,
    *,
    label: str = "indicator",
    time_unit: tuple[str, float] = ("s", 1.0),
) -> Axes:
    """Show values, how their level goes on, and when it may pass the limit.

    Parameters
    ----------
    found : Forecast
    ax : Axes, optional
        By default in a new figure.
    label : str
        What the values are.
    time_unit : (name, seconds)
        Such as ("days", 86400).

    Returns
    -------
    Axes

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> values = 1 - 0.01 * np.arange(20.0) + 0.01 * np.sin(np.arange(20.0) ** 2)
    >>> found = wf.forecast(np.arange(20.0), values, limit=0.7)
    >>> forecast(found, Figure().subplots(), time_unit=("days", 1.0)).get_xlabel()
    'time since the last value [days]'
    """
    ax = single(ax, (7.2, 3.4))
    name, seconds = time_unit
    past, future = ((t - found.times[-1]) / seconds for t in (found.times, found.future_times))
    if np.all(np.isfinite(found.errors)):
        ax.errorbar(past, found.values, found.errors, fmt="none", ecolor=GREY, elinewidth=0.6, zorder=1)
    ax.plot(past, found.values, ".", color=BLUE, ms=4, label="values")
    share = f"{100 * found.confidence:g} %"
    ax.fill_between(future, found.low, found.high, color=BLUE, alpha=0.2, lw=0, label=f"level, {share}")
    ax.plot(future, found.level, color=BLUE, lw=1.4)
    ax.axhline(found.limit, color=VERMILLION, lw=1.2, label="limit")
    early, late = (t / seconds for t in found.remaining_interval)
    if np.isfinite(early):
        ax.axvspan(early, min(late, float(future[-1])), color=VERMILLION, alpha=0.12, lw=0)
    passed = found.remaining / seconds
    if np.isfinite(passed):
        ax.axvline(passed, color=VERMILLION, lw=0.9, ls="--")
    ax.set_title(_verdict(found, (early, passed, late), name, future[-1]), loc="left")
    ax.set_xlabel(f"time since the last value [{name}]")
    ax.set_ylabel(label)
    ax.legend(loc="best")
    return ax


def _verdict(found: Forecast, times: tuple[float, float, float], name: str, shown: float) -> str:
    share = f"{100 * found.confidence:g} %"
    if not np.any(np.isfinite(times)):
        return f"the limit is not passed within the {shown:.3g} {name} shown ({share})"
    early, passed, late = (f"{t:.3g}" if np.isfinite(t) else "later than shown" for t in times)
    unit = f" {name}" if np.isfinite(times[1]) else ""
    return f"limit passed {'in ' if unit else ''}{passed}{unit} ({share}: {early} to {late})"
