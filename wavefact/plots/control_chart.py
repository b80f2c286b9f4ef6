"""A control chart with its limit and alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact.errors import InputError
from wavefact.health.decision.charts import ControlChart
from wavefact.plots._style import BLUE, DARK, GREY, SMALL, VERMILLION, single, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["control_chart"]


@styled
def control_chart(chart: ControlChart, ax: Axes | None = None, *, times: np.ndarray | None = None) -> Axes:
    """Draw a control chart over the records, its limit, and the records that exceed it.

    Parameters
    ----------
    chart : ControlChart
    ax : Axes, optional
        By default in a new figure.
    times : (n_records,) array, optional
        Of the records, such as [days] or datetime64; by default their numbers.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is not one time for each record.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> chart = wf.cusum_chart(np.r_[np.zeros(20), 2.0 * np.ones(20)])
    >>> control_chart(chart, ax=Figure().subplots()).get_ylabel()
    'CUSUM of scores'
    """
    n_records = chart.values.size
    at = np.arange(n_records) if times is None else np.asarray(times)
    if at.shape != (n_records,):
        raise InputError(f"times are {at.shape}; give one for each of {n_records} records.")
    ax = single(ax, (8.0, 3.4))
    ax.plot(at, chart.values, ".", color=GREY, alpha=0.6, ms=4.0, label="score of a record", zorder=1)
    ax.plot(at, chart.statistic, color=BLUE, lw=1.2, label=chart.name, zorder=3)
    alarms = chart.alarms
    ax.axhline(chart.limit, color=DARK, lw=0.9, ls="--", zorder=2, label="limit")
    first = chart.first_alarm
    if first is not None:
        ax.plot(at[alarms], chart.statistic[alarms], ".", color=VERMILLION, ms=5.0, label="alarm", zorder=4)
        ax.axvline(at[first], color=VERMILLION, lw=0.8, zorder=0)
    ax.set_xlabel("record" if times is None else "time")
    ax.set_ylabel(f"{chart.name} of scores")
    found = "no alarm" if first is None else f"first alarm at record {first}"
    ax.set_title(f"{found}; a false one in {1 / chart.false_alarm_rate:.4g} records on average", loc="left")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=SMALL)
    ax.grid(axis="y", color=GREY, alpha=0.15)
    return ax
