"""Where a structure lost stiffness: the profile, and the probability of each place below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact.health import StiffnessProfile
from wavefact.plots._style import BLUE, DARK, GREY, PALE, SMALL, VERMILLION, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["stiffness"]


@styled
def stiffness(profile: StiffnessProfile, axes: Any = None, *, confidence: float = 0.9) -> np.ndarray:
    """Show the stiffness of each segment with its interval, and where one damaged place is probable.

    Parameters
    ----------
    profile : StiffnessProfile
    axes : two Axes, optional
        One below the other; by default in a new figure.
    confidence : float
        Of intervals and regions.

    Returns
    -------
    numpy.ndarray of Axes, shape (2,)

    Raises
    ------
    InputError
        If another number of axes came.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> beam = wf.Beam(19, 0.05)
    >>> f, shapes = np.sqrt(beam.eigenvalues[:3]), beam.basis[:, :3]
    >>> model = wf.ModalModel(f, np.full(3, 0.01), shapes, frequency_errors=0.001 * f)
    >>> axes = stiffness(wf.fit_stiffness(model, model, beam), Figure().subplots(2, 1))
    >>> axes[1].get_xlabel()
    'position [m]'
    """
    upper, lower = grid = panels(axes, (2, 1), (7.2, 5.0))[:, 0]
    _profile(upper, profile, confidence)
    _places(lower, profile, confidence)
    for ax in grid:
        ax.set_xlim(profile.edges[0], profile.edges[-1])
    upper.tick_params(labelbottom=False)
    lower.set_xlabel("position [m]")
    return grid


def _profile(ax: Axes, profile: StiffnessProfile, confidence: float) -> None:
    low, high = profile.stiffness_interval(confidence)
    ax.stairs(100 * high, profile.edges, baseline=100 * low, fill=True, color=BLUE, alpha=0.2, lw=0)
    ax.stairs(100 * profile.stiffness, profile.edges, baseline=None, color=BLUE, lw=1.6)
    margin = 5 * float(high.max() - low.min())
    ax.set_ylim(100 * low.min() - margin, 100 * high.max() + margin)
    ax.axhline(100.0, color=GREY, lw=0.8, ls=":")
    ax.set_ylabel("stiffness [% of reference]")
    ax.set_title(f"each segment by itself, with {100 * confidence:g} % intervals", loc="left")


def _places(ax: Axes, profile: StiffnessProfile, confidence: float) -> None:
    spacing = profile.places[1] - profile.places[0] if profile.places.size > 1 else 1.0
    ax.fill_between(
        profile.places, profile.place_probabilities / spacing, step="mid", color=PALE, lw=0, zorder=1
    )
    top = float(profile.place_probabilities.max() / spacing)
    for region in profile.regions(confidence):
        ax.axvspan(region.low, region.high, color=VERMILLION, alpha=0.15, lw=0, zorder=0)
        ax.axvline(region.location, color=VERMILLION, lw=1.2)
        low, high = (100 * limit for limit in region.loss_interval)
        right = region.location < profile.edges.mean()
        ax.annotate(
            f"P = {region.probability:.2f}\nloss {100 * region.loss:.0f} % ({low:.0f} to {high:.0f})",
            (region.location, 1.04 * top),
            (5 if right else -5, 0),
            textcoords="offset points",
            size=SMALL,
            color=DARK,
            va="bottom",
            ha="left" if right else "right",
        )
    ax.set_ylim(0.0, 1.45 * top)
    ax.set_ylabel("density of place [1/m]")
    ax.set_title(
        f"if one place lost stiffness; that it did: P = {profile.damage_probability:.3g}", loc="left"
    )
