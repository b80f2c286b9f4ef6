"""The certified polar: the largest singular value over a continuum of wave filters.

The polar of a residual R is ``Ω°(R) = max_κ σ_max(W(κ)^{-1/2} R)`` with
``W(κ) = I + γ (Λ − κ)²``.  A grid of centres alone gives false certificates, so a level is proven over all
of them (`wavefact.polar_proof`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wavefact._arrays import Array, array_namespace, like, real, to_numpy
from wavefact.polar_proof import prove, rounding
from wavefact.problem import Axis

__all__ = ["Atoms", "Image", "Polar", "atoms", "bracket", "polar", "spectrum"]


@dataclass(frozen=True)
class Polar:
    """Value of the polar that was attained, where, and the proven upper bound."""

    attained: float
    upper: float
    centre: float


@dataclass(frozen=True)
class Atoms:
    """Singular values at one centre and their atoms d = W^{-1/2} v with ‖d‖_κ = 1, descending."""

    centre: float
    values: np.ndarray
    shapes: Array


class Image(Protocol):
    """What `bracket` needs of a residual."""

    @property
    def rounding(self) -> float:
        """Relative error that rounding can cause in a level proven."""

    def spectrum(self, centres: np.ndarray) -> np.ndarray:
        """Return σ_max at each centre, or a value just below it."""

    def atoms(self, centres: np.ndarray) -> list[Atoms]:
        """Return the largest singular values and atoms at each centre."""

    def prove(self, level: float, start: np.ndarray) -> np.ndarray:
        """Prove Ω° ≤ `level` over the continuum of centres, or return centres that violate it."""


def filtered(gram: Array, axis: Axis, centres: np.ndarray) -> Array:
    """Return W(κ)^{-1/2} R Rᴴ W(κ)^{-1/2} for each centre, shape (n_centres, n, n)."""
    gains = (1.0 / axis.weights(like(centres, axis.eigenvalues)) ** 0.5).T
    return gains[:, :, None] * gram * gains[:, None, :]


def spectrum(gram: Array, axis: Axis, centres: np.ndarray) -> np.ndarray:
    """Return σ_max at each centre, shape (n_centres,)."""
    xp = array_namespace(gram)
    size = max(1, 2**22 // len(axis) ** 2)
    blocks = [centres[i : i + size] for i in range(0, len(centres), size)]
    tops = [to_numpy(xp.linalg.eigvalsh(filtered(gram, axis, block))[:, -1]) for block in blocks]
    return np.sqrt(np.maximum(np.concatenate([*tops, np.zeros(0)]), 0.0))


def atoms(gram: Array, axis: Axis, centre: float) -> Atoms:
    """Return all singular values and atoms at one centre, largest first."""
    xp = array_namespace(gram)
    values, vectors = xp.linalg.eigh(filtered(gram, axis, np.asarray([centre]))[0, ...])
    gains = 1.0 / axis.weights(like([centre], axis.eigenvalues)) ** 0.5
    descending = np.sqrt(np.maximum(to_numpy(values)[::-1], 0.0))
    return Atoms(centre, descending, xp.flip(gains * vectors, axis=1))


def polar(gram: Array, axis: Axis, rtol: float = 1e-6, start: Sequence[float] = ()) -> Polar:
    """Return the polar of a residual with an upper bound proven to `rtol`.

    Parameters
    ----------
    gram : array, shape (n, n)
        R Rᴴ of the residual.
    axis : Axis
        Spectrum and wave weight.
    rtol : float
        Relative distance of the proven upper bound to the attained value.
    start : sequence of float
        Centres where a large value is expected.

    """
    loudest = int(np.argmax(np.abs(to_numpy(real(array_namespace(gram).linalg.diagonal(gram))))))
    centres = np.asarray([*start, float(to_numpy(axis.eigenvalues)[loudest])])
    return bracket(_Whole(gram, axis), axis, rtol, centres)


def bracket(image: Image, axis: Axis, rtol: float, centres: np.ndarray) -> Polar:
    """Return the polar of an image with an upper bound proven to `rtol`, searched from some centres."""
    best, centre = _best(image, centres)
    while best > 0:
        level = best * (1.0 + rtol)
        above = image.prove(level, np.asarray([*centres, centre]))
        if len(above) == 0:
            return Polar(best, level * (1.0 + image.rounding), centre)
        best, centre = max(_best(image, above), (best, centre))
        best, centre = max(_climb(image, axis, centre, 0.1 * rtol), (best, centre))
        if best <= level:  # nothing above it was found, so rounding hides the rest: ask for less
            rtol = max(2.0 * rtol, image.rounding)
    return Polar(0.0, 0.0, centre)


@dataclass(frozen=True)
class _Whole:
    """A residual as its whole Gram matrix."""

    gram: Array
    axis: Axis

    @property
    def rounding(self) -> float:
        return rounding(len(self.axis))

    def spectrum(self, centres: np.ndarray) -> np.ndarray:
        return spectrum(self.gram, self.axis, centres)

    def atoms(self, centres: np.ndarray) -> list[Atoms]:
        return [atoms(self.gram, self.axis, centre) for centre in centres.tolist()]

    def prove(self, level: float, start: np.ndarray) -> np.ndarray:
        return prove(self.gram, self.axis, level, start)


def _best(image: Image, centres: np.ndarray) -> tuple[float, float]:
    values = image.spectrum(centres)
    best = int(np.argmax(values))
    return float(values[best]), float(centres[best])


def _climb(image: Image, axis: Axis, centre: float, rtol: float) -> tuple[float, float]:
    """Alternate between the top atom at a centre and the best centre for that atom until neither gains."""
    value = 0.0
    for _ in range(50):
        found = image.atoms(np.asarray([centre]))[0]
        if found.values[0] <= value * (1.0 + rtol):
            break
        value, best = float(found.values[0]), centre
        energy = np.abs(to_numpy(found.shapes[:, 0])) ** 2
        centre = float(energy @ to_numpy(axis.eigenvalues) / energy.sum())
    return value, best
