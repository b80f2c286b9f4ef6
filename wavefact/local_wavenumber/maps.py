"""Maps of the local wavenumber of a wavefield."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.local_wavenumber.fields import field_of
from wavefact.local_wavenumber.patches import Patch

__all__ = ["LocalWavenumbers", "local_wavenumbers"]

_WAVELENGTHS = 2.5  # across a patch
_PLACES = 16  # from one side of a patch to the other
_AT_ONCE = 2**22  # numbers in a batch of patches


@dataclass(frozen=True, eq=False, repr=False)
class LocalWavenumbers:
    """Hold the local wavenumber at every place of a grid.

    Attributes
    ----------
    x, y : (n_x,) and (n_y,) arrays [m]
        Middles of the patches.
    wavenumbers : (n_x, n_y) array [rad/m]
        NaN where no wavenumber within the band stands out.
    errors : (n_x, n_y) array [rad/m]
        Standard errors; neighbours within a patch share most of their data.
    explained : (n_x, n_y) array in [0, 1]
        Share of the patch's energy that waves of that one wavenumber are.  It is low in noise, and where
        two media meet in a patch: it draws the outlines of damage.
    patch : float [m]
        Diameter.

    Examples
    --------
    >>> one = np.ones((1, 2))
    >>> found = LocalWavenumbers(np.zeros(1), np.arange(2.0), one * [[400, 500]], one, one, 0.04)
    >>> found.thickness([(2.0, 400.0), (1.0, 500.0)])
    array([[2., 1.]])
    """

    x: np.ndarray
    y: np.ndarray
    wavenumbers: np.ndarray
    errors: np.ndarray
    explained: np.ndarray
    patch: float

    def thickness(self, table: Any) -> np.ndarray:
        """Return the thickness that each wavenumber stands for, (n_x, n_y).

        Parameters
        ----------
        table : (n, 2) array
            Rows of a thickness, in any unit, and its wavenumber [rad/m], of which one must rise or fall with
            the other.  Between rows it is interpolated; beyond them the nearest row holds.

        Returns
        -------
        numpy.ndarray, shape (n_x, n_y)
            In the table's unit; NaN where the wavenumber is.

        Raises
        ------
        InputError
            If the table has another shape, or more than one thickness has the same wavenumber.
        """
        rows = np.asarray(table, dtype=float)
        if rows.ndim != 2 or rows.shape[1] != 2 or len(rows) < 2 or not np.all(np.isfinite(rows)):
            raise InputError(
                f"The table has shape {rows.shape}; give at least two rows of thickness and wavenumber."
            )
        thicknesses, wavenumbers = rows[np.argsort(rows[:, 0])].T
        rising = np.diff(wavenumbers) * np.sign(wavenumbers[-1] - wavenumbers[0])
        if not (np.all(np.diff(thicknesses) > 0) and np.all(rising > 0)):
            raise InputError(
                f"Wavenumbers {wavenumbers.tolist()} neither rise nor fall with the thickness, so that one "
                "may stand for several; keep rows between which it is monotone."
            )
        order = np.argsort(wavenumbers)
        return np.asarray(np.interp(self.wavenumbers, wavenumbers[order], thicknesses[order]))

    def __str__(self) -> str:
        known = np.isfinite(self.wavenumbers)
        places = " × ".join(str(n) for n in known.shape)
        head = f"local wavenumbers at {places} places, patches of {self.patch:.3g} m"
        if not np.any(known):
            return f"{head}: none found"
        low, middle, high = np.percentile(self.wavenumbers[known], [5, 50, 95])
        error = np.median(self.errors[known])
        return f"{head}: {middle:.4g} rad/m ({low:.4g} to {high:.4g}), standard error {error:.2g}"

    def __repr__(self) -> str:
        return f"LocalWavenumbers({self})"


def local_wavenumbers(
    field: Any,
    spacing: float | tuple[float, float] | None = None,
    *,
    wavenumbers: tuple[float, float],
    patch: float | None = None,
    every: float | None = None,
    frequency: float | None = None,
) -> LocalWavenumbers:
    """Map the local wavenumber of a wavefield on a grid.

    Parameters
    ----------
    field : (n_x, n_y) or (n_x, n_y, n_columns) array, or Recording
        Real or complex; columns are snapshots or sources of one frequency, which share the wavenumber at
        each place.  A recording has two coordinates for each sensor, which fill a grid in any order.  Shapes
        of a fit on a grid: ``fit.spatial_factors[:, i].reshape(fit.operator.shape)``.
    spacing : float or (float, float), optional
        Distance of the points of an array [m].
    wavenumbers : (low, high)
        Band to look in [rad/m]: around the mode of interest, without others; at most half the sampling.
    patch : float, optional
        Diameter of the round patches [m]: smaller ones see finer detail, larger ones less noise.  By
        default 2.5 wavelengths.
    every : float, optional
        Distance of the patches' middles [m]; by default 1/16 of a patch.
    frequency : float, optional
        Of a recording over time: what to map [Hz].  By default every sample is a snapshot of its own.

    Returns
    -------
    LocalWavenumbers

    Raises
    ------
    InputError
        If the field is no finite field on an even grid, has no spacing, is smaller than a patch or too coarse
        for the band, or another argument is out of its range.

    Notes
    -----
    The wavenumber of a patch R is the centre that its waves prefer: with A = −∇² on a patch whose
    surroundings are unknown, W(κ)^{-1/2} becomes for γ → ∞ the projection P(k) on all waves Σ a_m J_m(kr)
    e^{imθ}, κ = k², from whatever directions, and the polar ‖P(k) R‖² is the energy that they hold.  The
    patch fades to its edge as cos².  Of the wavenumbers the one is taken that leaves the least variance,
    ‖(1 − P(k)) R‖² over the trace that the noise itself would leave, refined by a parabola; so that white
    noise pulls to neither side.  The error follows from the curvature there and the variance left.  Waves
    of up to half the lower end of the band, such as those of another mode, are projected out of each patch.
    Waves of any number of directions do not disturb each other; where there is surely but one, the peak of a
    windowed Fourier transform, which knows that, errs half as much in noise.

    References
    ----------
    M. V. Berry, "Regular and irregular semiclassical wavefunctions", J. Phys. A 10 (1977) 2083.
    E. B. Flynn et al., "Structural imaging through local wavenumber estimation of guided waves", NDT & E
    International 59 (2013) 1–10.

    Examples
    --------
    >>> x, y = np.meshgrid(np.arange(80.0), np.arange(60.0), indexing="ij")
    >>> field = np.exp(1j * (0.5 * x + 0.2 * y)) + np.cos(0.5385 * y)
    >>> found = wf.local_wavenumbers(field, 1.0, wavenumbers=(0.3, 0.9), every=10.0)
    >>> found.wavenumbers.shape, round(float(np.median(found.wavenumbers)), 3)
    ((6, 4), 0.538)
    """
    given = field_of(field, spacing, frequency)
    band = _checked_band(wavenumbers, given.spacing)
    diameter = _positive(patch, "patch", 4 * np.pi * _WAVELENGTHS / sum(band))
    strides = [max(1, round(_positive(every, "every", diameter / _PLACES) / h)) for h in given.spacing]
    middles = [
        _middles(n, h, diameter / 2, s)
        for n, h, s in zip(given.values.shape[:2], given.spacing, strides, strict=True)
    ]
    waves = Patch(diameter / 2, given.spacing, band)
    found = _search(waves, given.values, *middles)
    x, y = (o + h * at for o, h, at in zip(given.origin, given.spacing, middles, strict=True))
    shape = len(x), len(y)
    k, errors, explained = (each.reshape(shape) for each in found)
    return LocalWavenumbers(x, y, k, errors, explained, diameter)


def _checked_band(band: Any, spacing: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = (float(k) for k in band)
    except (TypeError, ValueError):
        raise InputError(f"wavenumbers is {band!r}; give (low, high) [rad/m].") from None
    if not 0 < low < high < np.inf:
        raise InputError(f"wavenumbers is {band!r}; give two positive numbers, the lower first [rad/m].")
    if high > (most := np.pi / max(spacing)):
        raise InputError(
            f"wavenumbers reach {high:g} rad/m, and points {max(spacing):g} m apart hold {most:g} at most; "
            "lower the band."
        )
    return low, high


def _positive(value: float | None, name: str, default: float) -> float:
    if value is None:
        return default
    if not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
        raise InputError(f"{name} is {value!r}; give a positive length [m].")
    return float(value)


def _middles(n: int, h: float, radius: float, stride: int) -> np.ndarray:
    """Return the points of an axis around which a whole patch fits."""
    margin = int(radius / h)
    if n - 2 * margin < 1:
        raise InputError(
            f"The field is {(n - 1) * h:g} m wide and a patch {2 * radius:g} m; give a smaller patch."
        )
    return np.arange(margin, n - margin, stride)


def _search(
    waves: Patch, values: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return wavenumber, error and explained share of each patch, row by row."""
    places = np.stack([grid.ravel() for grid in np.meshgrid(rows, columns, indexing="ij")], axis=1)
    size = max(1, _AT_ONCE // (len(waves.rows) * values.shape[2]))
    batches = [places[i : i + size] for i in range(0, len(places), size)]
    found = [_solve(waves, _cut(waves, values, batch)) for batch in batches]
    k, errors, explained = (np.concatenate(each) for each in zip(*found, strict=True))
    return k, errors, explained


def _cut(waves: Patch, values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the patches around some places, (n_places, n_columns, n)."""
    cut = values[places[:, :1] + waves.rows, places[:, 1:] + waves.columns]
    return np.moveaxis(cut, 2, 1)


def _solve(waves: Patch, patches: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return wavenumber, error and explained share of each patch."""
    coordinates, k = waves.coordinates(patches), waves.wavenumbers
    energies = np.sum(np.abs(coordinates) ** 2, axis=(1, 2))
    explained = waves.explained(coordinates)
    noise = waves.noise_levels(energies, explained, patches.shape[1])
    best, every = np.argmin(noise, axis=0), np.arange(len(patches))
    inside = (best > 0) & (best < len(k) - 1)
    middle = np.clip(best, 1, len(k) - 2)
    low, least, high = (noise[middle + step, every] for step in (-1, 0, 1))
    bend = np.where(inside & (low + high > 2 * least), low - 2 * least + high, np.inf)
    shift = (low - high) / (2 * bend)
    variances = np.empty(len(patches))
    for index in np.unique(middle):
        here = middle == index
        variances[here] = waves.variances(coordinates[here], index, is_complex=np.iscomplexobj(patches))
    least = np.maximum(least - (low - high) * shift / 4, 0.0)
    wavenumbers = np.where(inside, k[middle] + shift * (k[1] - k[0]), np.nan)
    errors = np.where(inside, np.sqrt(least * variances), np.inf)
    return wavenumbers, errors, explained[best, every] / np.where(energies > 0, energies, 1.0)
