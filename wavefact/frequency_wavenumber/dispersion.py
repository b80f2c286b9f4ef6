"""Dispersion curves from a frequency–wavenumber map: the wavenumber of the ridge at each frequency."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from wavefact.errors import InputError
from wavefact.frequency_wavenumber.spectra import FrequencyWavenumberMap

__all__ = ["DispersionPoints", "dispersion_points"]

SHUT = -50.0  # log value of what is not admissible: passable, at a price


@dataclass(frozen=True, eq=False)
class DispersionPoints:
    """Hold points of a dispersion curve.

    Parameters
    ----------
    frequencies : numpy.ndarray, shape (n_points,)
        Rising [Hz].
    wavenumbers : numpy.ndarray, shape (n_points,)
        Of the largest value at that frequency, refined by a parabola [rad/m].
    values : numpy.ndarray, shape (n_points,)
        Of the map there, in its unit.
    qualities : numpy.ndarray, shape (n_points,)
        Largest value over the median of that frequency, ≥ 1 [–].

    Examples
    --------
    >>> from wavefact.frequency_wavenumber import DispersionPoints
    >>> points = DispersionPoints(np.array([20.0]), np.array([0.785]), np.ones(1), np.ones(1))
    >>> points.phase_speeds.round(), points.wavelengths.round()
    (array([160.]), array([8.]))
    """

    frequencies: np.ndarray
    wavenumbers: np.ndarray
    values: np.ndarray
    qualities: np.ndarray

    @property
    def phase_speeds(self) -> np.ndarray:
        """Phase speeds c = 2πf/k [m/s], (n_points,), negative towards smaller coordinates."""
        return np.asarray(2 * np.pi * self.frequencies / self.wavenumbers)

    @property
    def wavelengths(self) -> np.ndarray:
        """Wavelengths 2π/|k| [m], (n_points,)."""
        return np.asarray(2 * np.pi / np.abs(self.wavenumbers))

    def speeds_at(self, wavelengths: np.ndarray) -> np.ndarray:
        """Return the median phase speed of the points around each wavelength.

        Parameters
        ----------
        wavelengths : (n,) array
            Rising, at least two [m]; a point belongs to the one that is nearest on a logarithmic scale.

        Returns
        -------
        numpy.ndarray, shape (n,)
            [m/s]; NaN where there is no point.

        Raises
        ------
        InputError
            If `wavelengths` are not at least two positive numbers that rise.
        """
        logs = np.log(np.asarray(wavelengths, dtype=float))
        if logs.ndim != 1 or len(logs) < 2 or not np.all(np.diff(logs) > 0):
            raise InputError("wavelengths must be at least two positive numbers that rise [m].")
        middles = (logs[1:] + logs[:-1]) / 2
        ends = 2 * logs[[0, -1]] - middles[[0, -1]]
        bins = np.digitize(np.log(self.wavelengths), [ends[0], *middles, ends[1]]) - 1
        speeds = [self.phase_speeds[bins == i] for i in range(len(logs))]
        return np.asarray([np.median(some) if len(some) else np.nan for some in speeds])


def dispersion_points(
    picture: FrequencyWavenumberMap,
    *,
    speeds: tuple[float, float] | None = None,
    slowest_group: float | None = None,
) -> DispersionPoints:
    """Pick the wavenumber of the largest value at each frequency, or follow one ridge through all of them.

    Parameters
    ----------
    picture : FrequencyWavenumberMap
    speeds : (low, high), optional
        Phase speeds to look at [m/s]; both negative for waves towards smaller coordinates.
    slowest_group : float, optional
        Follow one ridge: along it the magnitude of the wavenumber never falls, and rises by no more than a
        group speed of this many m/s allows.  By default each frequency stands for itself, and may pick
        another mode.

    Returns
    -------
    DispersionPoints
        Frequencies without a peak within the limits are left out.

    Raises
    ------
    InputError
        If an argument is out of its range, or wavenumbers are not even where a ridge is to be followed.

    Notes
    -----
    The ridge is the path of the largest sum of log values with 0 ≤ Δ|k| ≤ 2πΔf/c_g, found by dynamic
    programming: a mode's group speed dω/dk is positive and never below c_g.

    Examples
    --------
    >>> from wavefact.frequency_wavenumber import FrequencyWavenumberMap, dispersion_points
    >>> f, k = np.arange(10.0, 60.0), np.linspace(0.0, 3.0, 301)
    >>> values = 1 / (1 + (20 * (k - 2 * np.pi * f[:, None] / 150.0)) ** 2)
    >>> points = dispersion_points(FrequencyWavenumberMap(f, k, values))
    >>> bool(np.allclose(points.phase_speeds, 150.0, rtol=1e-3))
    True
    """
    f, k = picture.frequencies, picture.wavenumbers
    admissible = _admissible(f, k, speeds, slowest_group)
    open_values = np.where(admissible, picture.values, 0.0)
    if slowest_group is None:
        picks = np.argmax(open_values, axis=1)
    else:
        picks = _ridge(open_values, f, k, slowest_group)
    rows = np.arange(len(f))
    inner = (picks > 0) & (picks < len(k) - 1) & admissible[rows, picks]
    left, right = np.clip(picks - 1, 0, None), np.clip(picks + 1, None, len(k) - 1)
    middle = picture.values[rows, picks]
    low, high = picture.values[rows, left], picture.values[rows, right]
    kept = np.flatnonzero(inner & (middle >= low) & (middle >= high) & (2 * middle > low + high))
    ascent, descent = (middle - low)[kept], (middle - high)[kept]
    before, after = (k[picks] - k[left])[kept], (k[right] - k[picks])[kept]
    shift = 0.5 * (after**2 * ascent - before**2 * descent) / (after * ascent + before * descent)
    qualities = middle[kept] / np.maximum(np.median(picture.values[kept], axis=1), np.finfo(float).tiny)
    return DispersionPoints(f[kept], k[picks[kept]] + shift, middle[kept], qualities)


def _admissible(
    f: np.ndarray, k: np.ndarray, speeds: tuple[float, float] | None, slowest_group: float | None
) -> np.ndarray:
    """Return where the phase speed is within the limits, (n_frequencies, n_wavenumbers)."""
    if slowest_group is not None and not 0 < slowest_group < float("inf"):
        raise InputError(f"slowest_group is {slowest_group!r}; give a speed > 0 [m/s].")
    if speeds is None:
        return np.broadcast_to(k != 0 if slowest_group is None else k > 0, (len(f), len(k)))
    low, high = sorted(speeds)
    if not (low > 0 or high < 0):
        raise InputError(f"speeds is {speeds}; give two of one sign, such as (80.0, 400.0) m/s.")
    slownesses = k / np.where(f > 0, 2 * np.pi * f, np.nan)[:, None]
    return np.asarray((slownesses >= 1 / high) & (slownesses <= 1 / low))


def _ridge(values: np.ndarray, f: np.ndarray, k: np.ndarray, slowest_group: float) -> np.ndarray:
    """Return the column of the ridge in each row."""
    if len(k) < 2 or not np.allclose(np.diff(k), k[1] - k[0], rtol=1e-6):
        raise InputError(
            "To follow a ridge the map needs even wavenumbers; give their number, or a linspace."
        )
    if np.any(values[:, k < 0]):  # waves towards smaller coordinates: look at them in a mirror
        return len(k) - 1 - _ridge(values[:, ::-1], f, -k[::-1], slowest_group)
    peaks = np.max(values, axis=1, keepdims=True)
    floor = np.exp(SHUT)
    logs = np.log(np.maximum(values / np.where(peaks > 0, peaks, 1.0), floor))
    columns, total, backwards = np.arange(len(k)), logs[0], []
    for row, step in zip(logs[1:], np.diff(f), strict=True):
        reach = ceil(2 * np.pi * step / slowest_group / (k[1] - k[0]))
        window = sliding_window_view(np.concatenate([np.full(reach, -np.inf), total]), reach + 1)
        best = np.argmax(window, axis=1)
        backwards.append(columns - reach + best)
        total = window[columns, best] + row
    path = [int(np.argmax(total))]
    for back in reversed(backwards):
        path.append(int(back[path[-1]]))
    return np.asarray(path[::-1])
