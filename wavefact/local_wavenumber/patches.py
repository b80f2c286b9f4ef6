"""The waves of one wavenumber in a round patch of a field, and how much of it they leave.

A patch is cut from a larger plate, so nothing is known at its edge: its waves of wavenumber k are all
Σ a_m J_m(kr) e^{imθ}, whatever surrounds it.  Orders m beyond about kR do not reach into the patch, which
makes their number, and so the noise that they take in, the same for all wavenumbers.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from wavefact._arrays import adjoint
from wavefact.errors import InputError

__all__ = ["Patch"]

_PER_RADIUS = 0.15  # wavenumbers looked at: this over the radius apart; a peak is about π/R wide
_MISSED = 1e-4  # share of a plane wave's energy that the orders left out may hold
_FASTER, _SLOWER = 1.5, 0.5  # times the ends of the band: what is noise beyond, and what is another mode
_SPARE = 1.5  # independent values per wave, for some to be left over
_LEAST = 0.03  # singular values of waves, relative to the largest, from which they are told apart: −30 dB


class Patch:
    """The waves in a round patch on a grid, of all wavenumbers in a band.

    Waves of up to half its lower end are projected out, and nothing is looked at that varies faster than
    1.5 of its upper end: the noise is that within reach of the waves.

    Parameters
    ----------
    radius : float [m]
    spacing : (float, float) [m]
    band : (float, float) [rad/m]

    Attributes
    ----------
    wavenumbers : (n_wavenumbers,) array [rad/m]
    rows, columns : (n,) integer arrays
        Points of the patch from its middle.
    """

    def __init__(self, radius: float, spacing: tuple[float, float], band: tuple[float, float]) -> None:
        n = int(np.ceil((band[1] - band[0]) * radius / _PER_RADIUS)) + 3
        self.wavenumbers = np.linspace(*band, n)
        self.rows, self.columns = _points(radius, spacing)
        disc = _Disc(self.rows * spacing[0], self.columns * spacing[1], radius)
        waves = disc.waves(self.wavenumbers, band[1])
        fastest, slowest = _FASTER * band[1], _SLOWER * band[0]
        basis = _span(disc.waves(np.linspace(0, fastest, int(fastest * radius) + 2), fastest))
        slower = _span(disc.waves(np.linspace(0, slowest, int(slowest * radius) + 2), slowest))
        n_values = min(basis.shape[1], len(self.rows)) - slower.shape[1]
        if n_values < _SPARE * waves.shape[2]:
            raise InputError(
                f"A patch of {2 * radius:g} m holds {n_values} independent values for {waves.shape[2]} waves "
                f"of up to {band[1]:g} rad/m; give a larger patch."
            )
        complete, _ = np.linalg.qr(adjoint(basis) @ slower, mode="complete")
        basis = basis @ complete[:, slower.shape[1] :]
        self._weighted = disc.roots[:, None] * basis.conj()
        self._waves, _ = np.linalg.qr(adjoint(basis) @ waves)
        self._noise = self._weighted.T @ self._weighted.conj()  # its covariance, at variance 1 of each point
        taken = np.einsum("kim,ij,kjm->k", self._waves.conj(), self._noise, self._waves, optimize=True)
        self._traces = np.trace(self._noise).real - taken.real

    def coordinates(self, values: np.ndarray) -> np.ndarray:
        """Return patches (n_patches, n_columns, n) in a basis of all waves, (…, n_basis)."""
        flat = values.reshape(-1, len(self.rows)) @ self._weighted
        return flat.reshape(*values.shape[:2], -1)

    def explained(self, coordinates: np.ndarray) -> np.ndarray:
        """Return the energy that the waves of each wavenumber hold, (n_wavenumbers, n_patches)."""
        flat = coordinates.reshape(-1, coordinates.shape[2])
        powers = np.stack([np.sum(np.abs(flat @ waves.conj()) ** 2, axis=1) for waves in self._waves])
        return np.sum(powers.reshape(len(powers), *coordinates.shape[:2]), axis=2)

    def noise_levels(self, energies: np.ndarray, explained: np.ndarray, n_columns: int) -> np.ndarray:
        """Return the variance per point of the noise that would leave as much, (n_wavenumbers, n_patches)."""
        return np.maximum(energies - explained, 0.0) / (n_columns * self._traces[:, None])

    def variances(self, coordinates: np.ndarray, index: int, *, is_complex: bool) -> np.ndarray:
        """Return the variance of the wavenumber at noise of variance 1, (n_patches,).

        With v = ∂P/∂k R the energy bends by −2‖v‖², and noise tilts it by 2 Re⟨v, noise⟩.
        """
        ends = self._waves[index - 1], self._waves[index + 1]
        lower, upper = (coordinates @ waves.conj() @ waves.T for waves in ends)
        slopes = (upper - lower) / (self.wavenumbers[index + 1] - self.wavenumbers[index - 1])
        bends = np.sum(np.abs(slopes) ** 2, axis=(1, 2))
        tilts = np.einsum("pci,ij,pcj->p", slopes.conj(), self._noise, slopes, optimize=True).real
        return np.asarray((0.5 if is_complex else 1.0) * tilts / np.maximum(bends, 1e-300) ** 2)


class _Disc:
    """Points within a radius, under a taper that fades to its edge as cos²."""

    def __init__(self, x: np.ndarray, y: np.ndarray, radius: float) -> None:
        self._angles = np.arctan2(y, x)
        self._radii, self._which = np.unique(np.round(np.hypot(x, y) / radius, 12), return_inverse=True)
        self.roots = np.cos(np.pi / 2 * self._radii)[self._which]
        self._radii *= radius

    def waves(self, wavenumbers: np.ndarray, most: float) -> np.ndarray:
        """Return J_m(kr) e^{imθ} of all orders that reach in at `most`, (n_wavenumbers, n, n_orders)."""
        from scipy.special import jv

        reach = self._n_orders(most)
        orders = np.arange(-reach, reach + 1)
        turns = self.roots[:, None] * np.exp(1j * self._angles[:, None] * orders)
        return np.stack([turns * jv(orders, k * self._radii[:, None])[self._which] for k in wavenumbers])

    def _n_orders(self, wavenumber: float) -> int:
        """Return the order beyond which Bessel functions hold a negligible share: Σ_m J_m² = 1."""
        from scipy.special import jv

        weights, arguments = self.roots**2, wavenumber * self._radii[self._which]
        left, order = weights @ (1 - jv(0, arguments) ** 2), 0
        while left > _MISSED * weights.sum():
            order += 1
            left -= 2 * weights @ jv(order, arguments) ** 2
        return order


def _points(radius: float, spacing: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns within the radius, from the middle."""
    axes = [np.arange(-int(radius / h), int(radius / h) + 1) for h in spacing]
    rows, columns = (grid.ravel() for grid in np.meshgrid(*axes, indexing="ij"))
    inside = np.hypot(rows * spacing[0], columns * spacing[1]) < radius
    return rows[inside], columns[inside]


def _span(waves: Iterable[np.ndarray]) -> np.ndarray:
    """Return an orthonormal basis of waves of many wavenumbers, (n, n_basis)."""
    everything = np.concatenate(list(waves), axis=1)
    squares, vectors = np.linalg.eigh(adjoint(everything) @ everything)
    kept = squares > _LEAST**2 * squares[-1]
    return np.asarray(everything @ (vectors[:, kept] / np.sqrt(squares[kept])))
