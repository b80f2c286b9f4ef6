"""The polar against wavenumber: what the certificate is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact.factorization import Factorization
from wavefact.filters import gains
from wavefact.plots._polar_curve import polar_curves
from wavefact.plots._style import (
    BLUE,
    DARK,
    DEEP_SKY,
    GREY,
    SKY,
    SMALL,
    VERMILLION,
    count_text,
    single,
    styled,
    unit_text,
)
from wavefact.recording import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["polar"]

N_FILTERS = 5


@styled
def polar(fit: Factorization, recording: Recording, ax: Axes | None = None) -> Axes:
    """Show the polar of recording and residual against wavenumber, with the threshold λ.

    Parameters
    ----------
    fit : Factorization
    recording : Recording
        That was factorized.
    ax : Axes, optional
        By default in a new figure.

    Returns
    -------
    Axes
        Filters of the Butterworth bank are on a twin axis behind it.

    Notes
    -----
    At each wavenumber stands the largest singular value of what passes the Butterworth filter centred there.
    The components are globally optimal if and only if the residual's curve is nowhere above λ; it touches λ
    where there are components.

    Where time was penalised too, each value is the largest over tones as well: the components' own and up
    to 160 evenly between, fewer in long recordings.  Both curves are then lower estimates; the proof is the
    certificate's.  It holds within the gap, so the residual may pass λ as far as `polar_upper` does.
    After debiasing, the residual drawn is that of the components before, which the certificate is about.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> recording = wf.Recording(np.random.default_rng(0).normal(size=(8, 60)))
    >>> fit = wf.factorize(recording, wave_weight=1.0, regularization=8.0)
    >>> polar(fit, recording, ax=Figure().subplots()).get_xlabel()
    'wavenumber [rad/sensor]'
    """
    curves = polar_curves(recording, fit)
    ax = single(ax, (7.0, 3.2))
    threshold = fit.regularization
    ax.plot(curves.wavenumbers, curves.recording, color=GREY, lw=2.2, alpha=0.7, label="recording")
    ax.plot(curves.wavenumbers, curves.residual, color=BLUE, lw=1.3, label="residual")
    ax.axhline(threshold, color=VERMILLION, lw=1.1, ls=(0, (5, 2)), label="threshold λ")
    if fit.n_components:
        label = count_text(fit.n_components, "component")
        ticks = np.full(fit.n_components, threshold)
        ax.plot(fit.wavenumbers, ticks, "|", color=DARK, ms=11.0, mew=1.2, label=label, zorder=4)
    _scale(ax, float(curves.residual.min()), threshold, float(curves.recording.max()))
    ax.set_xlim(0.0, float(curves.wavenumbers[-1]) or 1.0)
    ax.set_xlabel(f"wavenumber [rad/{fit.length_unit}]")
    ax.set_ylabel(f"largest singular value [{unit_text(fit.unit)}]")
    ax.set_title("polar: optimal where the residual stays below λ")
    _draw_filters(ax, fit)
    ax.legend(ncols=2, loc="upper right")
    return ax


def _scale(ax: Axes, low: float, threshold: float, top: float) -> None:
    """Show all from zero where the recording is not far above λ, else on a logarithmic axis."""
    if top <= 10.0 * threshold:
        ax.set_ylim(0.0, 1.35 * max(top, threshold))
    else:
        ax.set_yscale("log")
        ax.set_ylim(0.5 * min(max(low, 1e-2 * threshold), threshold), 6.0 * top)
    ax.yaxis.get_offset_text().set_fontsize(SMALL)


def _draw_filters(ax: Axes, fit: Factorization) -> None:
    """Shade a few filters of the bank on a twin axis behind `ax`."""
    twin = ax.twinx()
    wavenumbers = np.linspace(*ax.get_xlim(), 1500)
    for centre in np.linspace(*ax.get_xlim(), N_FILTERS + 2)[1:-1].tolist():
        at = np.sort(np.append(wavenumbers, centre))
        gain = gains(fit.operator, fit.wave_weight, centre, at)
        twin.fill_between(at, gain, color=SKY, alpha=0.13, lw=0.0)
        twin.plot(at, gain, color=SKY, alpha=0.5, lw=0.6)
    twin.set_ylim(0.0, 1.3)
    twin.set_yticks([0, 0.5, 1])
    twin.set_ylabel("filter gain [–]", color=DEEP_SKY)
    twin.tick_params(labelsize=SMALL, colors=DEEP_SKY)
    twin.spines[["top", "left", "right"]].set_visible(False)
    ax.set_zorder(twin.get_zorder() + 1)
    ax.patch.set_visible(False)
