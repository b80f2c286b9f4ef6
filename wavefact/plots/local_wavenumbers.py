"""The map of local wavenumbers, and beside it where no one wavenumber holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact.errors import InputError
from wavefact.local_wavenumber import LocalWavenumbers
from wavefact.plots._style import GREY, PALE, SMALL, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["local_wavenumbers"]

WAVENUMBERS, UNEXPLAINED = "viridis", "magma"
_DEEPEST = -30.0  # dB, of the colours for what is not explained


@styled
def local_wavenumbers(
    found: LocalWavenumbers, axes: Any = None, *, limits: tuple[float, float] | None = None
) -> np.ndarray:
    """Show the local wavenumber of a plate, and the share of the field that waves of it leave.

    Parameters
    ----------
    found : LocalWavenumbers
    axes : two Axes, optional
        By default in a new figure.
    limits : (low, high), optional
        Ends of the colour scale [rad/m]; by default 1 and 99 % of the places lie below.

    Returns
    -------
    numpy.ndarray of Axes, shape (2,)

    Raises
    ------
    InputError
        If another number of axes came, or there are neither limits nor any wavenumber.

    Notes
    -----
    Grey is a place without a wavenumber in the band.  Light lines in the right panel are edges, where two
    media meet in one patch.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from wavefact.local_wavenumber import LocalWavenumbers
    >>> x, one = np.linspace(0, 0.2, 5), np.ones((5, 5))
    >>> found = LocalWavenumbers(x, x, 430 * one, one, 0.99 * one, 0.03)
    >>> axes = local_wavenumbers(found, Figure().subplots(1, 2))
    >>> [ax.get_title() for ax in axes]
    ['local wavenumber', 'left by waves of it']
    """
    known = found.wavenumbers[np.isfinite(found.wavenumbers)]
    if known.size == 0 and limits is None:
        raise InputError(
            "No place has a wavenumber in the band; give limits of the colours, or another band."
        )
    low, high = np.percentile(known, [1, 99]) if limits is None else limits
    grid = panels(axes, (1, 2), (9.6, 3.9))[0]
    left = 10 * np.log10(np.maximum(1 - found.explained, 1e-15))
    _draw(grid[0], found, found.wavenumbers, WAVENUMBERS, (float(low), float(high)), "wavenumber [rad/m]")
    _draw(grid[1], found, left, UNEXPLAINED, (_DEEPEST, 0.0), "share of the energy [dB]")
    grid[0].set_title("local wavenumber")
    grid[1].set_title("left by waves of it")
    grid[0].set_ylabel("y [m]")
    grid[1].tick_params(labelleft=False)
    return grid


def _draw(
    ax: Axes, found: LocalWavenumbers, values: np.ndarray, colours: str, ends: tuple[float, float], label: str
) -> None:
    import matplotlib

    shown = matplotlib.colormaps[colours].with_extremes(bad=PALE)
    edges = _edges(found.x, found.patch), _edges(found.y, found.patch)
    image = ax.pcolorfast(*edges, np.ma.masked_invalid(values.T), cmap=shown, vmin=ends[0], vmax=ends[1])
    ax.set_aspect("equal", adjustable="box")
    ax.set_xlabel("x [m]")
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=30, extend="both")
    bar.set_label(label)
    bar.ax.tick_params(labelsize=SMALL, color=GREY)
    bar.outline.set_visible(False)


def _edges(middles: np.ndarray, patch: float) -> tuple[float, float]:
    """Return the outer edges of the cells around even middles; of one alone, those of its patch."""
    half = float(middles[1] - middles[0]) / 2 if middles.size > 1 else patch / 2
    return float(middles[0]) - half, float(middles[-1]) + half
