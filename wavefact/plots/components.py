"""Components one by one: shape, time course, spectrum."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact._words import number_text
from wavefact.factorization import Factorization
from wavefact.plots._display import draw_course, draw_shape
from wavefact.plots._style import (
    BLUE,
    GREEN,
    VERMILLION,
    density_text,
    frequency_text,
    note,
    panels,
    quantity_text,
    styled,
    time_text,
)

__all__ = ["components"]


@styled
def components(fit: Factorization, axes: Any = None, *, max_components: int = 6) -> np.ndarray:
    """Show the strongest components, one a row: shape over position, time course, spectrum.

    Parameters
    ----------
    fit : Factorization
    axes : array of Axes, shape (n_rows, 3), optional
        As many rows as there are components to show, at least one.
    max_components : int
        Most rows; the strongest components are shown, by rising wavenumber.

    Returns
    -------
    numpy.ndarray of Axes, shape (n_rows, 3)

    Notes
    -----
    Shapes have the largest magnitude 1, so the time course is that of the point which moves most.  The
    spectrum is Welch's estimate of the power spectral density.  Of complex components the real part is
    drawn, of their shapes the imaginary part too (dashed).

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> signals = np.outer(np.sin(np.arange(1, 13)), np.cos(0.3 * np.arange(300)))
    >>> fit = wf.factorize(signals, wf.String(12), wave_weight=1.0, regularization=1.0)
    >>> axes = components(fit, axes=Figure().subplots(1, 3), max_components=1)
    >>> axes[0, 1].get_xlabel()
    'time [samples]'
    """
    chosen = _strongest(fit, max_components)
    n_rows = max(len(chosen), 1)
    grid = panels(axes, (n_rows, 3), (10.0, 1.25 * n_rows + 0.9))
    if len(chosen) == 0:
        return _empty(grid)
    for row, index in zip(grid, chosen.tolist(), strict=False):
        _draw(row, fit, index)
    is_complex = np.iscomplexobj(fit.time_courses)
    for ax in grid[:-1].flat:
        ax.set_xlabel("")
        ax.tick_params(labelbottom=False)
    quantity = quantity_text(fit.quantity, fit.unit, is_complex=is_complex)
    titles = ("shape [–]", quantity, f"spectrum [{density_text(fit.unit, fit.sampling_rate)}]")
    for ax, title in zip(grid[0], titles, strict=True):
        ax.set_title(title)
    return grid


def _empty(grid: np.ndarray) -> np.ndarray:
    for ax, text in zip(
        grid.flat, ("", "no components: noise alone explains the recording", ""), strict=False
    ):
        note(ax, text)
    return grid


def _strongest(fit: Factorization, max_components: int) -> np.ndarray:
    energies = np.linalg.norm(fit.spatial_factors, axis=0) * np.linalg.norm(fit.time_courses, axis=0)
    return np.sort(np.argsort(-energies, kind="stable")[: max(max_components, 1)])


def _draw(row: np.ndarray, fit: Factorization, index: int) -> None:
    from matplotlib.ticker import NullFormatter

    shape, course = fit.spatial_factors[:, index], fit.time_courses[:, index]
    largest = shape[int(np.argmax(np.abs(shape)))]
    course = course * largest
    rate = fit.sampling_rate or 1.0
    draw_shape(row[0], fit.operator.positions, shape / largest, BLUE, fit.length_unit)
    row[0].set_ylabel(f"k = {number_text(fit.wavenumbers[index], 3)}\nrad/{fit.length_unit}")
    draw_course(row[1], np.arange(len(course)) / rate, course.real, GREEN)
    row[1].set_xlabel(time_text(fit.sampling_rate))
    frequencies, density = _welch(course, rate)
    row[2].semilogy(frequencies, density, color=VERMILLION, lw=0.9)
    row[2].yaxis.set_minor_formatter(NullFormatter())
    row[2].set_xlim(min(frequencies[0], 0.0), frequencies[-1])
    row[2].set_xlabel(frequency_text(fit.sampling_rate))


def _welch(course: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
    from scipy.signal import welch

    length = min(len(course), max(256, min(4096, len(course) // 8)))
    one_sided = not np.iscomplexobj(course)
    frequencies, density = welch(course, rate, nperseg=length, return_onesided=one_sided)
    order = np.argsort(frequencies)
    # the mean is taken off, so the density at frequency zero says nothing
    kept = order[frequencies[order] != 0] if len(order) > 1 else order
    return frequencies[kept], np.maximum(density[kept], np.finfo(float).tiny)
