"""The stabilisation diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact._words import number_text
from wavefact.modal.model import ModalModel
from wavefact.modal.stabilization import Stabilization
from wavefact.plots._style import BLUE, DARK, GREY, PALE, SKY, SMALL, VERMILLION, single, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["stabilization"]

MARGIN = 0.05  # of the range of frequencies, on either side of what stays


@styled
def stabilization(diagram: Stabilization, ax: Axes | None = None, *, model: ModalModel | None = None) -> Axes:
    """Draw the poles of all model orders over frequency, those that stay, and the modes.

    Parameters
    ----------
    diagram : Stabilization
    ax : Axes, optional
        By default in a new figure.
    model : ModalModel, optional
        Whose modes are marked; by default those of the diagram.

    Returns
    -------
    Axes
        The power density of all channels together is on a twin axis behind it.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> course = np.exp(-0.3 * np.arange(800) / 50) * np.sin(2 * np.pi * 5 * np.arange(800) / 50)
    >>> signals = np.outer([1.0, 0.6], course) + 0.01 * np.random.default_rng(0).normal(size=(2, 800))
    >>> diagram = wf.stabilization(wf.Recording(signals, sampling_rate=50.0))
    >>> stabilization(diagram, ax=Figure().subplots()).get_ylabel()
    'model order'
    """
    ax = single(ax, (8.0, 4.2))
    stable = diagram.stable
    loose = diagram.frequencies[~stable], diagram.orders[~stable]
    ax.plot(*loose, ".", color=PALE, ms=4.0, label="pole", zorder=2)
    ax.plot(
        diagram.frequencies[stable],
        diagram.orders[stable],
        ".",
        color=BLUE,
        ms=5.0,
        label="stable pole",
        zorder=3,
    )
    marked = diagram.model if model is None else model
    for mode, frequency in enumerate(marked.frequencies):
        ax.axvline(frequency, color=VERMILLION, lw=0.8, zorder=1, label="mode" if mode == 0 else None)
    low, high = _range(diagram, marked)
    top = float(np.max(diagram.orders, initial=1))
    ax.set_xlim(low, high)
    ax.set_ylim(0.0, 1.04 * top)
    ax.set_xlabel("frequency [Hz]")
    ax.set_ylabel("model order")
    _draw_labels(ax, marked.frequencies, (low, high))
    _draw_spectrum(ax, diagram, (low, high))
    ax.legend(loc="upper left", bbox_to_anchor=(0.0, -0.14), ncols=3, borderaxespad=0.0)
    return ax


def _range(diagram: Stabilization, marked: ModalModel) -> tuple[float, float]:
    """Return what to show: everything between the lowest and the highest group, and a little more."""
    shown = np.array([group.frequency for group in diagram.groups if group.verdict.startswith("mode")])
    shown = np.concatenate([shown, marked.frequencies])
    shown = shown if shown.size else diagram.frequencies
    if shown.size == 0:
        return 0.0, float(diagram.spectrum_frequencies[-1])
    room = max(MARGIN * np.ptp(shown), 0.1 * float(np.max(shown)))
    return max(float(np.min(shown)) - room, 0.0), float(np.max(shown)) + room


def _draw_labels(ax: Axes, frequencies: np.ndarray, limits: tuple[float, float]) -> None:
    """Write the frequencies above the diagram, apart from each other."""
    width = (limits[1] - limits[0]) / 34
    places = np.array(frequencies, dtype=float)
    for _ in range(200):
        gaps = np.diff(places)
        close = gaps < width
        if not np.any(close):
            break
        push = np.where(close, (width - gaps) / 2, 0.0)
        places[:-1] -= push
        places[1:] += push
    for frequency, place in zip(frequencies, places, strict=True):
        ax.annotate(
            f"{number_text(frequency)}",
            (frequency, 1.0),
            xytext=(place, 1.035),
            xycoords=("data", "axes fraction"),
            textcoords=("data", "axes fraction"),
            rotation=90.0,
            ha="center",
            va="bottom",
            fontsize=SMALL,
            color=DARK,
            arrowprops={"arrowstyle": "-", "color": VERMILLION, "lw": 0.6, "shrinkA": 0.0, "shrinkB": 0.0},
        )


def _draw_spectrum(ax: Axes, diagram: Stabilization, limits: tuple[float, float]) -> None:
    twin = ax.twinx()
    inside = (diagram.spectrum_frequencies >= limits[0]) & (diagram.spectrum_frequencies <= limits[1])
    power = np.maximum(diagram.spectrum[inside], np.finfo(float).tiny)
    if power.size:
        decibels = 10 * np.log10(power / np.max(power))
        twin.plot(diagram.spectrum_frequencies[inside], decibels, color=SKY, lw=0.9, alpha=0.8)
        twin.set_ylim(max(float(decibels.min()), -120.0), 3.0)
    twin.set_ylabel("power of all channels, each at unit variance [dB]", color=GREY)
    twin.tick_params(labelsize=SMALL, colors=GREY)
    twin.spines[["top", "left"]].set_visible(False)
    ax.set_zorder(twin.get_zorder() + 1)
    ax.patch.set_visible(False)
