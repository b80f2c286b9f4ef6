"""What all pictures share: colours, type sizes, new Axes, and how quantities and units are written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from wavefact._words import SUPERSCRIPTS, number_text, power_of_ten
from wavefact.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

P = ParamSpec("P")
T = TypeVar("T")

# Okabe and Ito's colours, which readers with any colour vision tell apart.
BLUE, VERMILLION, GREEN, SKY = "#0072B2", "#D55E00", "#009E73", "#56B4E9"
DARK, GREY, PALE = "#222222", "#707070", "#d0d0d0"
DEEP_SKY = "#2f7fb5"  # for text beside what is drawn in SKY
DIVERGING = "RdBu_r"
AMPLITUDES = ("#bccad3", "#ebb25e", "#D55E00", "#7a1f1f")  # from rest to the largest motion; ever darker
SMALL = 8.0  # type size [pt] of ticks, legends and notes

SETTINGS: Any = {
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.edgecolor": GREY,
    "axes.labelcolor": DARK,
    "axes.labelsize": 9.0,
    "axes.titlesize": 9.5,
    "axes.titlecolor": DARK,
    "axes.formatter.use_mathtext": True,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "figure.titlesize": 11.0,
    "font.size": 9.0,
    "text.color": DARK,
    "savefig.facecolor": "white",
}


def style() -> AbstractContextManager[None]:
    """Return a context in which new figures look like wavefact's; settings outside stay as they are."""
    import matplotlib

    return matplotlib.rc_context(SETTINGS)


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Let a function draw in wavefact's style."""

    @wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> T:
        with style():
            return draw(*args, **kwargs)

    return inside


def panels(axes: Any, shape: tuple[int, int], size: tuple[float, float]) -> np.ndarray:
    """Return `axes` as an array of the given shape, or that many Axes in a new figure of `size` [inch]."""
    if axes is None:
        import matplotlib.pyplot as plt

        return dressed(plt.subplots(*shape, figsize=size, squeeze=False, layout="constrained")[1])
    given = np.asarray(axes, dtype=object)
    if given.size != shape[0] * shape[1]:
        raise InputError(
            f"{given.size} axes came; this picture has {shape[0] * shape[1]} panels "
            f"({shape[0]} × {shape[1]}). Pass that many, or none."
        )
    return given.reshape(shape)


def single(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Return `ax`, or the Axes of a new figure of `size` [inch]."""
    return panels(ax, (1, 1), size)[0, 0]


def dressed(axes: np.ndarray) -> np.ndarray:
    """Give new Axes small ticks and no frame at the top and right."""
    for ax in axes.flat:
        ax.tick_params(which="both", labelsize=SMALL, color=GREY, labelcolor=DARK)
        ax.spines[["top", "right"]].set_visible(False)
    return axes


def note(ax: Axes, text: str) -> None:
    """Write a sentence in the middle of an empty panel."""
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center", color=GREY)
    ax.set_axis_off()


def unit_text(unit: str, power: int = 1, per: str = "") -> str:
    """Write a unit for a label: "m/s^2" to the power 2 per "Hz" becomes "(m/s²)²/Hz"."""
    pretty = re.sub(r"(?:\^|\*\*)(-?\d+)", lambda match: match[1].translate(SUPERSCRIPTS), unit) or "a.u."
    if power != 1:
        pretty = (f"({pretty})" if len(pretty) > 1 else pretty) + str(power).translate(SUPERSCRIPTS)
    return f"{pretty}/{per}" if per else pretty


def quantity_text(quantity: str, unit: str, *, is_complex: bool = False) -> str:
    """Write what was measured and its unit, such as "acceleration [m/s²]"."""
    name = quantity or "signal"
    return f"{f'real part of {name}' if is_complex else name} [{unit_text(unit)}]"


def time_text(sampling_rate: float | None) -> str:
    """Write the label of a time axis."""
    return "time [samples]" if sampling_rate is None else "time [s]"


def frequency_text(sampling_rate: float | None) -> str:
    """Write the label of a frequency axis."""
    return "frequency [cycles/sample]" if sampling_rate is None else "frequency [Hz]"


def density_text(unit: str, sampling_rate: float | None) -> str:
    """Write the unit of a power spectral density."""
    return f"{unit_text(unit, 2)}·sample" if sampling_rate is None else unit_text(unit, 2, "Hz")


def scaled(axis: Axis, largest: float) -> str:
    """Let an axis count in a power of ten, and return it for the axis' label: "10⁻⁶ ", or nothing.

    matplotlib writes it at the end of the axis, where it meets titles and legends.
    """
    if not largest > 0 or 1e-3 <= largest < 1e6:
        return ""
    exponent = 3 * math.floor(math.log10(largest) / 3)
    axis.set_major_formatter(lambda value, _: f"{value / 10.0**exponent:.10g}")
    return f"{power_of_ten(exponent)}\u00a0"


def count_text(number: int, noun: str) -> str:
    """Write "no modes", "1 mode" or "3 modes"."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def gap_text(gap: float) -> str:
    """Write a relative gap as 5 × 10⁻⁷; one within rounding of zero as 10⁻¹⁶."""
    return number_text(max(gap, 1e-16), 1)
