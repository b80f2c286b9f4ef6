"""What a monitor has found, record by record: frequencies and the distance from the healthy state."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact._words import number_text
from wavefact.health.monitor import MonitorHistory
from wavefact.plots._style import BLUE, DARK, GREEN, GREY, SKY, VERMILLION, note, panels, styled

__all__ = ["monitoring"]

_COLOURS = (BLUE, GREEN, SKY, DARK, GREY)
_MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
_REFERENCE = 10  # first records without an alarm, whose median frequency is the zero of the shifts


@styled
def monitoring(history: MonitorHistory, axes: Any = None) -> np.ndarray:
    """Draw the shift of each frequency over time, and below it how far each record is from healthy ones.

    Parameters
    ----------
    history : MonitorHistory
    axes : two Axes, optional
        One below the other; by default in a new figure.

    Returns
    -------
    numpy.ndarray of Axes, shape (2,)

    Raises
    ------
    InputError
        If another number of axes came.

    Notes
    -----
    Frequencies are freed from temperature and the like; shifts are from the median of the first ten records
    without an alarm.  Scores are over the threshold of their record, so the alarm begins at 1.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from wavefact.health.monitor import MonitorHistory
    >>> history = MonitorHistory(
    ...     [0.0, 3600.0], [[2.0], [1.9]], [1.0, 9.0], [4.0, 4.0], [False, True], ("No.", "Yes.")
    ... )
    >>> axes = monitoring(history, Figure().subplots(2, 1))
    >>> axes[1].get_ylabel()
    'score / threshold'
    """
    upper, lower = grid = panels(axes, (2, 1), (7.6, 5.0))[:, 0]
    if history.n_records == 0:
        note(upper, "no recording has been assessed yet")
        note(lower, "")
        return grid
    days = (history.times - history.times[0]) / 86_400.0
    _shifts(upper, days, history)
    _scores(lower, days, history)
    span = float(np.ptp(days)) or 1.0
    for ax in grid:
        ax.set_xlim(days[0] - 0.02 * span, days[-1] + 0.02 * span)
        ax.grid(axis="y", color=GREY, alpha=0.15)
    upper.tick_params(labelbottom=False)
    lower.set_xlabel("time since the first recording [days]")
    return grid


def _shifts(ax: Any, days: np.ndarray, history: MonitorHistory) -> None:
    healthy = np.flatnonzero(~history.alarms)[:_REFERENCE]
    for mode, frequencies in enumerate(history.frequencies.T):
        seen = frequencies[healthy][np.isfinite(frequencies[healthy])]
        seen = seen if seen.size else frequencies[np.isfinite(frequencies)]
        if seen.size == 0:
            continue
        middle = float(np.median(seen))
        look = {"color": _COLOURS[mode % len(_COLOURS)], "marker": _MARKS[mode % len(_MARKS)]}
        shift = 100 * (frequencies / middle - 1)
        ax.plot(
            days, shift, ls="", ms=3.0, alpha=0.75, label=f"mode {mode + 1}: {number_text(middle)} Hz", **look
        )
    ax.axhline(0.0, color=GREY, lw=0.8, zorder=0)
    ax.set_ylabel("shift of frequency [%]")
    ax.legend(loc="lower left", ncols=3, bbox_to_anchor=(0.0, 1.0), handletextpad=0.2, borderaxespad=0.1)


def _scores(ax: Any, days: np.ndarray, history: MonitorHistory) -> None:
    shares, alarms = history.scores / history.thresholds, history.alarms
    ax.plot(days, shares, color=GREY, lw=0.8, alpha=0.6, zorder=1)
    ax.plot(days[~alarms], shares[~alarms], "o", color=BLUE, ms=3.0, label="no alarm", zorder=2)
    ax.plot(days[alarms], shares[alarms], "D", color=VERMILLION, ms=3.6, label="alarm", zorder=3)
    ax.axhline(1.0, color=DARK, lw=0.9, ls="--", label="alarm limit")
    low = min(0.0, 1.15 * float(np.nanmin(shares, initial=0.0)))
    ax.set_ylim(low, 1.1 * max(1.2, float(np.nanmax(shares, initial=1.0))))
    ax.set_ylabel("score / threshold")
    ax.legend(loc="upper left", ncols=3)
