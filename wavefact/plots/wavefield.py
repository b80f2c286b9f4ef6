"""The wavefield: recording, reconstruction and residual over position and time."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.plots._display import check_sizes, shown_samples, signals_at
from wavefact.plots._style import (
    DIVERGING,
    SMALL,
    count_text,
    panels,
    quantity_text,
    scaled,
    styled,
    time_text,
)
from wavefact.recording import Recording

__all__ = ["wavefield"]


@styled
def wavefield(
    recording: Recording,
    fit: Factorization,
    axes: Any = None,
    *,
    window: tuple[float, float] | None = None,
) -> np.ndarray:
    """Show recording, reconstruction and residual as images with one colour scale.

    Parameters
    ----------
    recording : Recording
    fit : Factorization
        Of that recording.
    axes : three Axes, optional
        For recording, reconstruction and residual; by default in a new figure.
    window : (start, stop) [s], optional
        What to show, in samples where the sampling rate is unknown; by default all of it.

    Returns
    -------
    numpy.ndarray of Axes, shape (3,)

    Raises
    ------
    InputError
        If the fit is of another size than the recording, or the window is not within it.

    Notes
    -----
    The real part is shown.  Where there are more samples than columns, each column shows the sample of
    its interval at which the reconstruction is strongest; only the samples shown are read.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> recording = wf.Recording(np.random.default_rng(0).normal(size=(8, 200)), sampling_rate=50.0)
    >>> fit = wf.factorize(recording, wave_weight=1.0)
    >>> axes = wavefield(recording, fit, axes=Figure().subplots(1, 3))
    >>> [ax.get_title() for ax in axes]
    ['recording', 'reconstruction: no components', 'residual']
    """
    check_sizes(recording, fit)
    start, stop = _samples(recording, window)
    samples, edges = shown_samples(fit, start, stop)
    signals = signals_at(recording, samples)
    reconstruction = fit.spatial_factors @ fit.time_courses[samples].T
    order, rows, label = _rows(recording, fit)
    limit = _limit(signals.real, reconstruction.real)
    grid = panels(axes, (1, 3), (11.0, 3.2))[0]
    titles = (
        _title(recording, start, stop),
        f"reconstruction: {count_text(fit.n_components, 'component')}",
        "residual",
    )
    image = None
    for ax, values, title in zip(
        grid, (signals, reconstruction, signals - reconstruction), titles, strict=True
    ):
        image = ax.pcolorfast(
            edges / (recording.sampling_rate or 1.0),
            rows,
            values.real[order],
            cmap=DIVERGING,
            vmin=-limit,
            vmax=limit,
        )
        ax.set_title(title)
        ax.set_xlabel(time_text(recording.sampling_rate))
    grid[0].set_ylabel(label)
    for ax in grid[1:]:
        ax.tick_params(labelleft=False)
    bar = grid[0].figure.colorbar(image, ax=list(grid), pad=0.01, aspect=25, extend="both")
    is_complex = np.iscomplexobj(signals)
    label = quantity_text(recording.quantity, recording.unit, is_complex=is_complex)
    bar.set_label(label.replace("[", f"[{scaled(bar.ax.yaxis, limit)}"))
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_visible(False)
    return grid


def _samples(recording: Recording, window: tuple[float, float] | None) -> tuple[int, int]:
    if window is None:
        return 0, recording.n_samples
    rate = recording.sampling_rate or 1.0
    start, stop = round(window[0] * rate), round(window[1] * rate)
    if not 0 <= start < stop <= recording.n_samples:
        raise InputError(f"The window {window} is not within the {recording.n_samples / rate:g} recorded.")
    return start, stop


def _title(recording: Recording, start: int, stop: int) -> str:
    if stop - start == recording.n_samples:
        return "recording"
    rate, unit = (1.0, "samples") if recording.sampling_rate is None else (recording.sampling_rate, "s")
    return f"recording: {(stop - start) / rate:.3g} of {recording.n_samples / rate:.5g} {unit}"


def _limit(signals: np.ndarray, reconstruction: np.ndarray) -> float:
    """Return the end of the colour scale: nearly all of the waves, and most of the noise."""
    waves, recorded = np.percentile(np.abs(reconstruction), 99.8), np.percentile(np.abs(signals), 90.0)
    return float(max(waves, recorded)) or 1.0


def _rows(recording: Recording, fit: Factorization) -> tuple[np.ndarray, np.ndarray, str]:
    """Return the order of the sensors from the bottom up, the edges of their rows, and the label."""
    if recording.positions is None and fit.length_unit != "m":
        return _counted(recording)
    positions = fit.operator.positions if recording.positions is None else recording.positions
    line = np.asarray(positions, dtype=float).reshape(recording.n_sensors, -1)
    order = np.argsort(line[:, 0], kind="stable")
    sorted_line = line[order, 0]
    if line.shape[1] > 1 or np.any(np.diff(sorted_line) <= 0):
        return _counted(recording)
    middles = (sorted_line[1:] + sorted_line[:-1]) / 2
    ends = 2 * sorted_line[[0, -1]] - middles[[0, -1]]
    return order, np.concatenate([ends[:1], middles, ends[1:]]), "position [m]"


def _counted(recording: Recording) -> tuple[np.ndarray, np.ndarray, str]:
    """Return rows of sensors by their numbers, from 0."""
    return np.arange(recording.n_sensors), np.arange(recording.n_sensors + 1) - 0.5, "sensor"
