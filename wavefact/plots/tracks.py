"""Frequencies of modes through many recordings, and the conditions beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact._words import number_text
from wavefact.errors import InputError
from wavefact.health import LocalLevels, ModeTracks
from wavefact.plots._style import BLUE, DARK, GREEN, GREY, SKY, VERMILLION, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["tracks"]

_COLOURS = (BLUE, VERMILLION, GREEN, SKY, DARK)
_TOGETHER = 0.05  # relative distance of neighbours that share a panel
_DAY = 86_400.0
_SHOWN = 99.0  # % of the frequencies of a panel that set its range


@styled
def tracks(
    found: ModeTracks,
    corrected: ModeTracks | None = None,
    axes: Any = None,
    *,
    levels: LocalLevels | None = None,
    conditions: np.ndarray | None = None,
    condition: str = "temperature [°C]",
) -> np.ndarray:
    """Draw the frequency of each mode over time, modes close to each other in one panel.

    Parameters
    ----------
    found : ModeTracks
        As tracked.
    corrected : ModeTracks, optional
        Freed from conditions, of the same modes; in a second column, to the same scale.
    axes : Axes, optional
        One for each group of modes, and for the conditions, times the columns; by default in a new figure.
    levels : LocalLevels, optional
        Of `found`: lines, with bands of 95 %.
    conditions : (n_records,) or (n_records, n_conditions) array, optional
        In a panel below.
    condition : str
        What they are, for the label.

    Returns
    -------
    numpy.ndarray of Axes, (n_rows, n_columns)

    Raises
    ------
    InputError
        If sizes do not match, or another number of axes came.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> one = np.array([[2.0], [np.nan], [2.01]])
    >>> shapes = np.ones((3, 4, 1)) / 2
    >>> found = wf.ModeTracks(np.arange(3.0), one, one, shapes, np.array([2.0]), np.ones((4, 1)) / 2)
    >>> axes = tracks(found, axes=Figure().subplots(2), conditions=np.array([10.0, 11.0, 12.0]))
    >>> axes[1, 0].get_ylabel()
    'temperature [°C]'
    """
    columns = [found] if corrected is None else [found, corrected]
    _check(found, corrected, conditions)
    groups = _groups(found.reference_frequencies)
    n_rows = len(groups) + (conditions is not None)
    grid = panels(axes, (n_rows, len(columns)), (5.0 + 3.4 * len(columns), 0.6 + 1.25 * n_rows))
    days = (found.times - found.times[0]) / _DAY
    for row, modes in enumerate(groups):
        for ax, shown in zip(grid[row], columns, strict=True):
            _draw(ax, days, shown, modes, levels if shown is found else None)
            ax.set_ylim(*_limits(found.frequencies[:, modes]))
        grid[row, 0].set_ylabel("f [Hz]")
    for ax in grid[-1] if conditions is not None else ():
        ax.plot(days, conditions, color=GREY, lw=0.9)
        ax.set_ylabel(condition)
    _finish(grid, days)
    if corrected is not None:
        grid[0, 0].set_title("as found")
        grid[0, 1].set_title("at the reference condition")
    return grid


def _check(found: ModeTracks, corrected: ModeTracks | None, conditions: np.ndarray | None) -> None:
    if corrected is not None and corrected.frequencies.shape != found.frequencies.shape:
        raise InputError(
            f"Corrected are {corrected.frequencies.shape}, those found {found.frequencies.shape}: "
            "give tracks of the same records and modes."
        )
    if conditions is not None and len(conditions) != found.n_records:
        raise InputError(
            f"{len(conditions)} conditions came for {found.n_records} records; give one for each."
        )


def _groups(frequencies: np.ndarray) -> list[np.ndarray]:
    """Return the modes of each panel, by rising frequency."""
    order = np.argsort(frequencies)
    apart = np.flatnonzero(np.diff(frequencies[order]) > _TOGETHER * frequencies[order][1:]) + 1
    return np.split(order, apart)


def _draw(
    ax: Axes, days: np.ndarray, shown: ModeTracks, modes: np.ndarray, levels: LocalLevels | None
) -> None:
    for number, mode in enumerate(modes):
        colour = _COLOURS[number % len(_COLOURS)]
        label = f"{number_text(shown.reference_frequencies[mode])} Hz"
        ax.plot(days, shown.frequencies[:, mode], ".", color=colour, ms=2.5, alpha=0.6, label=label)
        if levels is not None:
            middle, half = levels.frequencies[:, mode], 1.96 * levels.errors[:, mode]
            ax.fill_between(days, middle - half, middle + half, color=colour, alpha=0.25, lw=0.0)
            ax.plot(days, middle, color=colour, lw=0.9)


def _limits(frequencies: np.ndarray) -> tuple[float, float]:
    """Return what to show of a panel, apart from outliers."""
    seen = frequencies[np.isfinite(frequencies)]
    if seen.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(seen, [100 - _SHOWN, _SHOWN])
    room = 0.2 * (high - low) or 0.01 * high
    return float(low - room), float(high + room)


def _finish(grid: np.ndarray, days: np.ndarray) -> None:
    """Share the axis of time, and say which colour is which mode."""
    span = float(days[-1] - days[0]) or 1.0
    for ax in grid.flat:
        ax.set_xlim(days[0] - 0.01 * span, days[-1] + 0.01 * span)
        ax.tick_params(labelbottom=ax in grid[-1])
    for ax in grid[:, -1]:
        if ax.get_legend_handles_labels()[0]:
            ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), markerscale=3.0, handletextpad=0.1)
    for ax in grid[:, 1:].flat:
        ax.tick_params(labelleft=False)
        ax.set_ylabel("")
    for ax in grid[-1]:
        ax.set_xlabel("time [days]")
    grid[0, 0].figure.align_ylabels(grid[:, 0])
