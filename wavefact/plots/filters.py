"""The filter of a component between its two limits, and what either end of the wave weight costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.filters import FilterBank, FilterErrors
from wavefact.plots._style import BLUE, DARK, GREY, SKY, SMALL, VERMILLION, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["filters"]

WIDER = 30  # times the wave weight: the narrower of the filters beside, and its inverse the wider
N_POINTS = 1500
WHITE: Any = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85}
DASHED, DOTTED, CHAIN = (0, (5, 2)), (0, (1.2, 1.5)), (0, (6, 1.5, 1.2, 1.5))
NUCLEAR, LASSO, BAND_PASS = "nuclear norm (γ = 0)", "group lasso (γ → ∞)", "classical band-pass"


@styled
def filters(
    fit: Factorization, errors: FilterErrors | None = None, axes: Any = None, *, component: int | None = None
) -> np.ndarray:
    """Show the filter of one component between its limits and beside a classical Butterworth band-pass.

    Parameters
    ----------
    fit : Factorization
        With a wave weight and a component.
    errors : FilterErrors, optional
        Errors over the wave weight, for a second panel.
    axes : array of Axes, shape (1,) or (2,), optional
        One, or two with `errors`.
    component : int, optional
        By default the strongest.

    Returns
    -------
    numpy.ndarray of Axes, shape (1, 1) or (1, 2)

    Raises
    ------
    InputError
        If there is no such component, or the wave weight is 0.

    Notes
    -----
    Without a wave weight every wavenumber passes, which leaves the nuclear norm; with an infinite one a
    single eigenvector of the operator passes, which leaves a group lasso over eigenvectors.  Pale lines are
    the filters at a 30th and at 30 times the wave weight.  The classical band-pass has the same half-power
    points.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> signals = np.outer(np.sin(0.3 * np.arange(1, 21)), np.sin(0.2 * np.arange(100)))
    >>> fit = wf.factorize(signals, wf.String(20), wave_weight=100.0, regularization=1.0)
    >>> filters(fit, axes=Figure().subplots())[0, 0].get_xlabel()
    'wavenumber [rad/sensor]'
    """
    bank = _bank_of_one(fit, component)
    grid = panels(axes, (1, 1 if errors is None else 2), (4.6 if errors is None else 9.2, 3.6))
    _draw_gains(grid[0, 0], bank, f"rad/{fit.length_unit}")
    if errors is not None:
        _draw_errors(grid[0, 1], errors, fit.wave_weight)
    return grid


def _bank_of_one(fit: Factorization, component: int | None) -> FilterBank:
    if fit.n_components == 0 or fit.wave_weight == 0:
        raise InputError(
            f"The factorization has {fit.n_components} components and wave weight {fit.wave_weight:g}; "
            "a filter needs one of each."
        )
    if component is None:
        strengths = np.linalg.norm(fit.spatial_factors, axis=0) * np.linalg.norm(fit.time_courses, axis=0)
        component = int(np.argmax(strengths))
    if not 0 <= component < fit.n_components:
        raise InputError(f"component is {component}; expected 0 to {fit.n_components - 1}.")
    return FilterBank(fit.operator, fit.wave_weight, fit.filters.eigenvalues[[component]])


def _draw_gains(ax: Axes, bank: FilterBank, unit: str) -> None:
    bands = bank.bands()
    centre, low, high = (float(values[0]) for values in (bands.centres, bands.low, bands.high))
    right = max(2.2 * centre, centre + 2.0 * (high - low))
    at = np.unique(np.append(np.linspace(0.0, right, N_POINTS), [low, centre, high]))
    gain, half = bank.gains(at)[0], 0.5**0.5
    ax.fill_between(at, gain, color=SKY, alpha=0.18, lw=0.0)
    ax.plot(at, gain, color=BLUE, lw=2.0, label=f"wave-informed (γ = {bank.weight:.3g})", zorder=3)
    for factor, label in ((1.0 / WIDER, f"γ/{WIDER:g}, {WIDER:g} γ"), (WIDER, None)):
        other = FilterBank(bank.operator, factor * bank.weight, bank.eigenvalues)
        ax.plot(at, other.gains(at)[0], color=SKY, lw=0.9, label=label)
    ax.plot(at, bank.butterworth(at)[0], color=DARK, lw=1.1, ls=CHAIN, label=BAND_PASS, zorder=3)
    ax.axhline(1.0, color=GREY, lw=1.4, ls=DASHED, label=NUCLEAR)
    spectrum = np.asarray(bank.operator.wavenumber(bank.operator.eigenvalues))
    nearest = float(spectrum[np.argmin(np.abs(spectrum - centre))])
    ax.vlines(nearest, 0.0, 1.0, color=VERMILLION, lw=1.6, ls=DOTTED, label=LASSO, zorder=4)
    ax.plot(nearest, 1.0, "o", color=VERMILLION, ms=4.5, zorder=5)
    ax.annotate("", (low, half), (high, half), arrowprops={"arrowstyle": "<->", "color": DARK, "lw": 0.9})
    ax.text(high + 0.02 * right, half, f"{high - low:.3g} {unit}", fontsize=SMALL, va="center", bbox=WHITE)
    ax.set_xlim(0.0, right)
    ax.set_ylim(0.0, 1.45)
    ax.set_yticks([0.0, half, 1.0], ["0", "1/√2", "1"])
    ax.set_xlabel(f"wavenumber [{unit}]")
    ax.set_ylabel("gain [–]")
    ax.set_title("one component's filter, between its limits")
    ax.legend(ncols=2, loc="upper center", columnspacing=1.2, handlelength=2.6)


def _draw_errors(ax: Axes, errors: FilterErrors, chosen: float) -> None:
    weights = errors.wave_weights
    nuclear, lasso = errors.nuclear_norm, errors.group_lasso
    ax.axhline(nuclear, color=GREY, lw=1.4, ls=DASHED)
    ax.axhline(lasso, color=VERMILLION, lw=1.6, ls=DOTTED)
    # Each limit is named where the curve has left it, and on the side away from the other.
    beside: Any = {"fontsize": SMALL, "xycoords": ax.get_yaxis_transform(), "textcoords": "offset points"}
    for value, label, x, side in ((nuclear, NUCLEAR, 1.0, "right"), (lasso, LASSO, 0.0, "left")):
        above = value == max(nuclear, lasso)
        offset = (-3 if x else 3, 4 if above else -4)
        ax.annotate(label, (x, value), offset, ha=side, va="bottom" if above else "top", **beside)
    ax.plot(weights, errors.factorization, color=BLUE, lw=2.0, label="wave-informed", zorder=3)
    ax.plot(weights, errors.bandpass, color=DARK, lw=1.1, ls=CHAIN, label=f"{BAND_PASS}, same bands")
    error = float(np.interp(np.log(chosen), np.log(weights), errors.factorization))
    ax.plot(
        chosen, error, "o", color=BLUE, mec="white", mew=1.0, ms=7.5, zorder=4, label="the factorization's γ"
    )
    ax.set_xscale("log")
    ax.set_xlim(float(weights[0]), float(weights[-1]))
    ax.set_ylim(0.0, 1.3 * max(errors.nuclear_norm, errors.group_lasso, float(errors.factorization.max())))
    ax.legend(loc="lower left")
    ax.set_xlabel("wave weight γ")
    ax.set_ylabel("relative error [–]")
    ax.set_title("error of the reconstruction")
