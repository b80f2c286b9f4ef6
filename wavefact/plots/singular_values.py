"""Singular values against frequency, as frequency domain decomposition shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact.errors import InputError
from wavefact.frequency_wavenumber import SingularValues
from wavefact.plots._style import BLUE, GREY, PALE, SMALL, VERMILLION, single, styled, unit_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["singular_values"]

SECOND = "#7fb3d5"


@styled
def singular_values(curves: SingularValues, ax: Axes | None = None, *, fit: Any = None) -> Axes:
    """Show the leading singular values against frequency in decibels, the first one in front.

    Parameters
    ----------
    curves : SingularValues
    ax : Axes, optional
        By default in a new figure.
    fit : object, optional
        With `frequencies` [Hz], such as a ModalModel: lines where its modes are.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If `fit` has no frequencies.

    Notes
    -----
    The first line rises at each mode.  Where the second rises with it, two modes share the frequency or the
    waves travel; where all of them run together there is only noise.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from wavefact.frequency_wavenumber import singular_values as decompose
    >>> recording = wf.Recording(np.random.default_rng(0).normal(size=(3, 200)), sampling_rate=50.0)
    >>> singular_values(decompose(recording, bandwidth=1.0), Figure().subplots()).get_ylabel()
    'singular values [dB re 1 (a.u.)²/Hz]'
    """
    ax = single(ax, (7.0, 3.2))
    levels = 10 * np.log10(np.maximum(curves.densities, np.finfo(float).tiny))
    count = levels.shape[1]
    for index in range(count - 1, -1, -1):
        colour = (BLUE, SECOND, GREY)[index] if index < 3 else PALE
        width = 1.4 if index == 0 else 1.0
        ax.plot(curves.frequencies, levels[:, index], color=colour, lw=width, label=f"{index + 1}")
    for frequency in mode_frequencies(fit):
        ax.axvline(frequency, color=VERMILLION, lw=0.9, ls=(0, (4, 2)), alpha=0.8, zorder=0)
    top = float(np.max(levels))
    ax.set_ylim(max(float(np.min(levels)), top - 140.0) - 3.0, top + 5.0)
    ax.set_xlim(curves.frequencies[0], curves.frequencies[-1])
    ax.set_xlabel("frequency [Hz]")
    ax.set_ylabel(f"singular values [dB re 1 {unit_text(curves.unit, 2, 'Hz')}]")
    ax.grid(axis="y", color=PALE, lw=0.5)
    handles, names = ax.get_legend_handles_labels()
    heading = {"title": "singular value", "title_fontsize": SMALL}
    ax.legend(handles[::-1], names[::-1], ncols=count, loc="upper right", **heading)
    return ax


def mode_frequencies(fit: Any) -> np.ndarray:
    """Return the frequencies of modes [Hz], none for None; refuse what has no frequencies."""
    if fit is None:
        return np.zeros(0)
    frequencies = getattr(fit, "frequencies", None)
    if frequencies is None:
        raise InputError("fit has no frequencies; identify its modes, and draw those.")
    return np.asarray(frequencies, dtype=float)
