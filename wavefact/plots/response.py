"""Frequency response functions: magnitude, phase and coherence, one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wavefact.errors import InputError
from wavefact.plots._style import (
    BLUE,
    DARK,
    DEEP_SKY,
    GREEN,
    GREY,
    PALE,
    SKY,
    VERMILLION,
    panels,
    styled,
    unit_text,
)
from wavefact.plots.singular_values import mode_frequencies
from wavefact.spectral.response import FrequencyResponse

if TYPE_CHECKING:
    pass

__all__ = ["response"]

COLOURS = (BLUE, VERMILLION, GREEN, SKY, DARK, GREY)  # more curves than these are drawn alike


@styled
def response(
    curves: FrequencyResponse,
    axes: Any = None,
    *,
    outputs: Sequence[int] | None = None,
    inputs: Sequence[int] | None = None,
    fit: Any = None,
) -> np.ndarray:
    """Show magnitude, phase and multiple coherence of frequency response functions.

    Parameters
    ----------
    curves : FrequencyResponse
    axes : three Axes, optional
        By default in a new figure.
    outputs, inputs : sequences of int, optional
        Which to draw; by default all.
    fit : object, optional
        With `frequencies` [Hz], such as a ModalModel: lines where its modes are.

    Returns
    -------
    numpy.ndarray of Axes, shape (3,)

    Raises
    ------
    InputError
        If there is no such output or input, or `fit` has no frequencies.

    Notes
    -----
    The band around a magnitude is one standard error wide to each side.  More than six curves are drawn in
    one colour, with the root mean square of their magnitudes in front.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> f = np.linspace(0.1, 10.0, 100)
    >>> mass = wf.FrequencyResponse(f, np.full((1, 1, 100), 0.5), unit="m/s^2", input_unit="N")
    >>> response(mass, Figure().subplots(3))[0].get_ylabel()
    'magnitude [(m/s²)/N]'
    """
    pairs = _pairs(curves, outputs, inputs)
    grid = panels(axes, (3, 1), (7.0, 5.4))[:, 0]
    many = len(pairs) > len(COLOURS)
    for index, (output, force) in enumerate(pairs):
        colour = DEEP_SKY if many else COLOURS[index]
        style = {"color": colour, "lw": 0.5 if many else 1.2, "alpha": 0.35 if many else 1.0}
        _draw(grid, curves, (output, force), style)
    if many:
        shown = [np.abs(curves.values[pair]) ** 2 for pair in pairs]
        label = f"root mean square of {len(pairs)}"
        grid[0].plot(curves.frequencies, np.sqrt(np.mean(shown, axis=0)), color=BLUE, lw=1.4, label=label)
    for frequency in mode_frequencies(fit):
        for ax in grid:
            ax.axvline(frequency, color=VERMILLION, lw=0.9, ls=(0, (4, 2)), alpha=0.8, zorder=0)
    _label(grid, curves, len(pairs))
    return grid


def _pairs(
    curves: FrequencyResponse, outputs: Sequence[int] | None, inputs: Sequence[int] | None
) -> list[tuple[int, int]]:
    """Return the outputs and inputs to draw, by index."""
    chosen = []
    sides = (("output", outputs, curves.n_outputs), ("input", inputs, curves.n_inputs))
    for name, given, count in sides:
        indices = list(range(count)) if given is None else list(given)
        if not indices or not all(0 <= index < count for index in indices):
            raise InputError(f"{name}s {given!r} cannot be drawn; the response has {count}, from 0.")
        chosen.append(indices)
    return [(output, force) for output in chosen[0] for force in chosen[1]]


def _draw(grid: np.ndarray, curves: FrequencyResponse, pair: tuple[int, int], style: dict[str, Any]) -> None:
    f, values, errors = curves.frequencies, curves.values[pair], curves.standard_errors[pair]
    size = np.where(values == 0, np.nan, np.abs(values))
    several = style["alpha"] < 1
    if not several:
        low, high = np.maximum(size - errors, 0.05 * size), size + errors
        grid[0].fill_between(f, low, high, color=style["color"], alpha=0.2, lw=0)
    grid[0].plot(f, size, label=None if several else _name(curves, pair), **style)
    phase = np.degrees(np.angle(values))
    breaks = np.abs(np.diff(phase, append=phase[-1])) > 180.0  # from −180° to 180° without a stroke across
    grid[1].plot(f, np.where(breaks, np.nan, phase), **style)
    grid[2].plot(f, curves.coherence[pair[0]], **style)


def _name(curves: FrequencyResponse, pair: tuple[int, int]) -> str:
    output, force = pair
    left = f"output {output}" if curves.output_names is None else curves.output_names[output]
    right = f"input {force}" if curves.input_names is None else curves.input_names[force]
    return f"{left} / {right}"


def _label(grid: np.ndarray, curves: FrequencyResponse, n_pairs: int) -> None:
    magnitude, phase, coherence = grid
    magnitude.set_yscale("log")
    per = curves.input_unit or "a.u."
    top = unit_text(curves.unit)
    magnitude.set_ylabel(f"magnitude [{f'({top})' if '/' in top else top}/{unit_text(per)}]")
    phase.set_ylabel("phase [°]")
    phase.set_ylim(-190, 190)
    phase.set_yticks([-180, -90, 0, 90, 180])
    coherence.set_ylabel("coherence [–]")
    coherence.set_ylim(-0.03, 1.03)
    coherence.set_xlabel("frequency [Hz]")
    if not np.any(np.isfinite(curves.coherence)):
        coherence.text(0.5, 0.5, "unknown", transform=coherence.transAxes, ha="center", color=GREY)
    for ax in grid:
        ax.set_xlim(curves.frequencies[0], curves.frequencies[-1])
        ax.grid(axis="y", color=PALE, lw=0.5)
    for ax in grid[:-1]:
        ax.tick_params(labelbottom=False)
    if n_pairs > 1:
        magnitude.legend(loc="upper right", ncols=3)
