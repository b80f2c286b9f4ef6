"""What of long signals and scattered points fits on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact._arrays import array_namespace, like, to_numpy
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.recording import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_COLUMNS = 800  # about the pixels of a panel


def strength(fit: Factorization, start: int, stop: int) -> np.ndarray:
    """Return the sum of the components' energies at each sample, shape (stop − start,)."""
    shares = np.sum(np.abs(fit.spatial_factors) ** 2, axis=0)
    return np.abs(fit.time_courses[start:stop]) ** 2 @ shares


def shown_samples(fit: Factorization, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the samples to show and the edges of their columns, in samples.

    Of each column that stands for many samples it is the one at which the reconstruction is
    strongest: that keeps the envelope, and unlike a fixed stride makes no false slow waves.
    """
    if stop - start <= N_COLUMNS:
        return np.arange(start, stop), np.arange(start, stop + 1) - 0.5
    edges = np.linspace(start, stop, N_COLUMNS + 1).round().astype(int)
    energy = strength(fit, start, stop)
    bounds = zip(edges[:-1] - start, edges[1:] - start, strict=True)
    picked = np.asarray([low + int(np.argmax(energy[low:high])) for low, high in bounds])
    return start + picked, edges - 0.5


def strongest_window(fit: Factorization, n_periods: int = 20) -> tuple[int, int]:
    """Return the start and stop [samples] of some periods of the motion where it is strongest."""
    n_samples = len(fit.time_courses)
    if fit.n_components == 0 or n_samples <= N_COLUMNS // 2:
        return 0, min(n_samples, N_COLUMNS)
    shares = np.sum(np.abs(fit.spatial_factors) ** 2, axis=0) * np.sum(np.abs(fit.time_courses) ** 2, axis=0)
    course = fit.time_courses[:, int(np.argmax(shares))].real
    crossings = int(np.count_nonzero(np.diff(np.signbit(course - course.mean()))))
    length = int(np.clip(2 * n_periods * n_samples / max(crossings, 1), 100, N_COLUMNS))
    energy = np.concatenate([[0.0], np.cumsum(strength(fit, 0, n_samples))])
    start = int(np.argmax(energy[length:] - energy[:-length])) if length < n_samples else 0
    return start, min(start + length, n_samples)


def check_sizes(recording: Recording, fit: Factorization, *, may_be_part: bool = False) -> None:
    """Refuse a recording that cannot be the one that was factorized.

    Where it `may_be_part`, sensors may be fewer than points, if it is a fit of sensors that saw only a part.
    """
    expected = (len(fit.spatial_factors), len(fit.time_courses))
    is_part = may_be_part and fit.projected_courses is not None and recording.n_sensors < expected[0]
    if (expected[0] if is_part else recording.n_sensors, recording.n_samples) != expected:
        raise InputError(
            f"The recording has {recording.n_sensors} sensors × {recording.n_samples} samples, the "
            f"factorization {expected[0]} × {expected[1]}; pass the recording that was factorized."
        )


def signals_at(recording: Recording, samples: np.ndarray) -> np.ndarray:
    """Return the signals at rising `samples`, shape (n_sensors, len(samples)), reading no others."""
    first, last = int(samples[0]), int(samples[-1])
    if last - first + 1 == len(samples):
        return to_numpy(recording.signals[:, first : last + 1])
    if recording.is_lazy:
        return np.asarray(recording.signals[:, samples.tolist()])
    xp = array_namespace(recording.signals)
    return to_numpy(xp.take(recording.signals, like(samples, recording.signals), axis=1))


def draw_course(ax: Axes, times: np.ndarray, values: np.ndarray, colour: str) -> None:
    """Draw a time course as a line, or as the band between its extremes where samples are too many."""
    if len(values) <= 4 * N_COLUMNS:
        ax.plot(times, values, color=colour, lw=0.6)
    else:
        starts = np.linspace(0, len(values), N_COLUMNS + 1).round().astype(int)[:-1]
        low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        ax.fill_between(times[starts], low, high, color=colour, lw=0.2)
    ax.set_xlim(times[0], times[-1])


def coordinates(
    positions: np.ndarray | None, n_points: int, length_unit: str = "m"
) -> tuple[np.ndarray, list[str]]:
    """Return one or two coordinates of each point, shape (n_points, 1 or 2), and their labels.

    Coordinates that are the same for all points are left out, and of three the two widest are
    kept; without positions the points are counted from 0, and so are those on a line of which nobody
    said where.
    """
    if positions is None:
        return np.arange(float(n_points))[:, None], ["sensor"]
    table = np.asarray(positions, dtype=float).reshape(n_points, -1)
    if table.shape[1] == 1:
        return (table, ["position [m]"]) if length_unit == "m" else (_counted(table), [length_unit])
    widths = np.ptp(table, axis=0)
    kept = np.sort(np.argsort(-widths, kind="stable")[:2])
    kept = kept[widths[kept] > 0] if np.any(widths > 0) else kept[:1]
    names = "xyz" if table.shape[1] <= 3 else [f"x{i}" for i in range(table.shape[1])]
    return table[:, kept], [f"{names[i]} [{length_unit}]" for i in kept]


def _counted(table: np.ndarray) -> np.ndarray:
    """Return the numbers, from 0 as everywhere, of points one apart."""
    return np.asarray(table - table.min())


def draw_shape(
    ax: Axes, positions: np.ndarray | None, shape: np.ndarray, colour: str, length_unit: str = "m"
) -> None:
    """Draw a shape of largest magnitude 1 over its points: a line over one coordinate, colours over two."""
    points, labels = coordinates(positions, len(shape), length_unit)
    if points.shape[1] == 2:
        _draw_surface(ax, points, shape.real)
        ax.set_ylabel(labels[1])
    else:
        _draw_line(ax, points[:, 0], shape, colour)
        ax.set_ylabel("shape [–]")
    ax.set_xlabel(labels[0])


def _draw_line(ax: Axes, points: np.ndarray, shape: np.ndarray, colour: str) -> None:
    order = np.argsort(points, kind="stable")
    marker = "o" if len(points) <= 60 else ""
    ax.axhline(0.0, color="#b0b0b0", lw=0.8, zorder=1)
    ax.plot(points[order], shape.real[order], color=colour, lw=1.3, marker=marker, ms=2.5)
    if np.max(np.abs(shape.imag), initial=0.0) > 0.02:
        ax.plot(points[order], shape.imag[order], color=colour, lw=1.0, ls=(0, (3, 2)))
    ax.set_ylim(-1.15, 1.15)
    ax.set_yticks([-1, 0, 1])


def _draw_surface(ax: Axes, points: np.ndarray, values: np.ndarray) -> None:
    from wavefact.plots._style import DIVERGING

    x, y = points.T
    if _triangulates(points):
        levels = np.linspace(-1.0, 1.0, 21)
        ax.tricontourf(x, y, np.clip(values, -1.0, 1.0), levels=levels, cmap=DIVERGING)
        ax.plot(x, y, ".", color="#303030", ms=max(0.5, 2.5 - len(x) / 200), alpha=0.5)
    else:
        ax.scatter(x, y, c=values, cmap=DIVERGING, vmin=-1.0, vmax=1.0, s=18, edgecolors="#707070", lw=0.4)
    ax.set_aspect("equal", adjustable="box")


def _triangulates(points: np.ndarray) -> bool:
    """Tell whether at least three different points span an area."""
    centred = points - points.mean(axis=0)
    values = np.linalg.svd(centred / np.max(np.abs(centred)), compute_uv=False)
    return len(np.unique(points, axis=0)) >= 3 and bool(values[1] > 1e-6 * values[0])
