"""The frequency–wavenumber map, with components and dispersion relations over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact._words import number_text
from wavefact.dispersion import Dispersion
from wavefact.errors import InputError
from wavefact.frequency_wavenumber import FrequencyWavenumberMap
from wavefact.plots._style import DARK, SMALL, VERMILLION, single, styled, unit_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["frequency_wavenumber"]

SEQUENTIAL = "viridis"
LIGHT = "#ffffff"


@styled
def frequency_wavenumber(
    picture: FrequencyWavenumberMap,
    ax: Axes | None = None,
    *,
    fit: Any = None,
    points: Any = None,
    dispersion: Dispersion | Mapping[str, Dispersion] | None = None,
    dynamic_range: float | None = 40.0,
    per_frequency: bool = False,
    reference: float | None = None,
) -> Axes:
    """Show a frequency–wavenumber map: wavenumber to the right, frequency upwards.

    Parameters
    ----------
    picture : FrequencyWavenumberMap
    ax : Axes, optional
        By default in a new figure.
    fit : object, optional
        With `frequencies` [Hz] and `wavenumbers` [rad/m], such as a Factorization or a ModalModel: circles.
    points : object, optional
        Picks along a ridge, such as DispersionPoints, with the same two attributes: dots.
    dispersion : number, table, function, or a mapping of labels to these, optional
        What to draw as lines, as for `factorize`: a phase speed [m/s], negative for waves towards smaller
        coordinates; rows of (frequency [Hz], wavenumber [rad/m]); or a function ω(k) [rad/s] of |k| [rad/m].
    dynamic_range : float or None
        Decibels from black to the largest value; None for a linear scale from zero.
    per_frequency : bool
        Divide by the largest value of each frequency, which shows ridges wherever the source was weak.
    reference : float, optional
        What is at 0 dB, in the unit of the map; by default the largest value.  What is above has the colour
        of 0 dB, so that drift or one loud tone does not leave all else dark.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If an overlay lacks frequencies or wavenumbers, or a dispersion relation cannot be read.

    Notes
    -----
    A wave of phase speed c = 2πf/k lies on a straight line through the origin; a stiffer, faster medium is
    steeper. Standing waves have two signs of the wavenumber, travelling ones the sign of their direction.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from wavefact.frequency_wavenumber import FrequencyWavenumberMap
    >>> f, k = np.linspace(0, 50, 60), np.linspace(0, 2, 40)
    >>> ridge = FrequencyWavenumberMap(f, k, 1 / (1 + (f[:, None] - 25 * k) ** 2))
    >>> ax = frequency_wavenumber(ridge, Figure().subplots(), dispersion=157.0)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('wavenumber [rad/m]', 'frequency [Hz]')
    """
    ax = single(ax, (5.6, 4.4))
    image = _draw_map(ax, picture, (dynamic_range, reference), per_frequency)
    ends = ("min" if reference is None else "both") if dynamic_range else "neither"
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02, aspect=30, extend=ends)
    bar.set_label(_value_text(picture, (dynamic_range, reference), per_frequency))
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_visible(False)
    for index, (label, relation) in enumerate(_relations(dispersion).items()):
        _draw_relation(ax, picture, relation, label, height=0.9 - 0.08 * (index % 4))
    if points is not None:
        at, heights = _pairs(points, "points")
        ax.plot(at, heights, ".", color=VERMILLION, ms=3.0, label="picks")
    if fit is not None:
        at, heights = _pairs(fit, "fit")
        if np.min(picture.wavenumbers) < 0:  # standing waves travel both ways
            at, heights = np.concatenate([at, -at]), np.concatenate([heights, heights])
        ax.plot(at, heights, "o", mfc="none", mec=VERMILLION, mew=1.3, ms=7.0, label="components")
    if fit is not None or points is not None:
        ax.legend(loc="lower right", frameon=True, facecolor="white", framealpha=0.8, edgecolor="none")
    ax.set_xlim(_limits(picture.wavenumbers))
    ax.set_ylim(_limits(picture.frequencies))
    ax.set_xlabel(f"wavenumber [rad/{picture.length_unit}]")
    ax.set_ylabel("frequency [Hz]")
    return ax


def _draw_map(
    ax: Axes,
    picture: FrequencyWavenumberMap,
    scale: tuple[float | None, float | None],
    per_frequency: bool,
) -> Any:
    dynamic_range, reference = scale
    values = picture.values / (reference or np.max(picture.values) or 1.0)
    if per_frequency:
        peaks = np.max(values, axis=1, keepdims=True)
        values = values / np.where(peaks > 0, peaks, 1.0)
    low, high = 0.0, 1.0
    if dynamic_range is not None:
        values, low, high = 20 * np.log10(np.maximum(values, 1e-15)), -float(dynamic_range), 0.0
    elif not per_frequency:
        values, high = picture.values, reference or float(np.max(picture.values)) or 1.0
    edges = _edges(picture.wavenumbers), _edges(picture.frequencies)
    return ax.pcolorfast(*edges, values, cmap=SEQUENTIAL, vmin=low, vmax=high)


def _edges(centres: np.ndarray) -> np.ndarray:
    """Return the edges of the cells around rising centres."""
    if len(centres) == 1:
        return np.asarray([centres[0] - 0.5, centres[0] + 0.5])
    middles = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([2 * centres[:1] - middles[:1], middles, 2 * centres[-1:] - middles[-1:]])


def _limits(centres: np.ndarray) -> tuple[float, float]:
    """Return the outermost centres, or the edges of the only cell."""
    ends = centres if len(centres) > 1 else _edges(centres)
    return float(ends[0]), float(ends[-1])


def _value_text(
    picture: FrequencyWavenumberMap, scale: tuple[float | None, float | None], per_frequency: bool
) -> str:
    dynamic_range, reference = scale
    highest = "each frequency's maximum" if per_frequency else "the maximum"
    if reference is not None and not per_frequency:
        highest = f"{number_text(reference, 2)} {unit_text(picture.unit)}"
    if dynamic_range is not None:
        return f"largest singular value [dB re {highest}]"
    return f"largest singular value [{'of ' + highest if per_frequency else unit_text(picture.unit)}]"


def _relations(dispersion: Any) -> Mapping[str, Any]:
    if dispersion is None:
        return {}
    return dispersion if isinstance(dispersion, Mapping) else {"": dispersion}


def _draw_relation(
    ax: Axes, picture: FrequencyWavenumberMap, relation: Any, label: str, height: float
) -> None:
    """Draw one dispersion relation, light on dark to show on any colour, and name it at some height."""
    wavenumbers, frequencies = _curve(picture.wavenumbers, relation)
    inside = (wavenumbers >= picture.wavenumbers[0]) & (wavenumbers <= picture.wavenumbers[-1])
    inside &= (frequencies >= picture.frequencies[0]) & (frequencies <= picture.frequencies[-1])
    ax.plot(wavenumbers, frequencies, color=DARK, lw=2.2, alpha=0.6)
    ax.plot(wavenumbers, frequencies, color=LIGHT, lw=1.1, ls=(0, (4, 2)))
    if isinstance(relation, int | float | np.number) and not label:
        label = f"{relation:g} {picture.length_unit}/s"
    if label and np.any(inside):
        seen = np.flatnonzero(inside)
        place = seen[np.argmin(np.abs(frequencies[seen] - height * np.max(frequencies[seen])))]
        spot = {"boxstyle": "round,pad=0.15", "facecolor": DARK, "alpha": 0.7, "lw": 0}
        at = wavenumbers[place], frequencies[place]
        ax.annotate(label, at, color=LIGHT, fontsize=SMALL, ha="center", va="center", bbox=spot)


def _curve(shown: np.ndarray, relation: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return wavenumbers [rad/m] and frequencies [Hz] along a dispersion relation."""
    even = np.linspace(shown[0], shown[-1], 401)
    if callable(relation):
        return even, np.asarray(relation(np.abs(even)), dtype=float) / (2 * np.pi)
    if isinstance(relation, int | float | np.number):
        return even, float(relation) * even / (2 * np.pi)
    table = np.asarray(relation)
    if table.dtype.kind not in "iuf" or table.ndim != 2 or table.shape[1] != 2:
        raise InputError(
            f"dispersion is {relation!r}; expected a wave speed [m/s], a function ω(k), or a table (n, 2) "
            "of frequencies [Hz] and wavenumbers [rad/m]."
        )
    return table[:, 1].astype(float), table[:, 0].astype(float)


def _pairs(things: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the wavenumbers and frequencies of components or picks."""
    frequencies, wavenumbers = getattr(things, "frequencies", None), getattr(things, "wavenumbers", None)
    if frequencies is None or wavenumbers is None:
        raise InputError(f"{name} has no frequencies or no wavenumbers; identify its modes, and draw those.")
    return np.asarray(wavenumbers, dtype=float), np.asarray(frequencies, dtype=float)
