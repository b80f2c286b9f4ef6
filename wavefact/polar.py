"""The certified polar: the largest singular value over a continuum of wave filters.

The polar of a residual R is ``Ω°(R) = max_κ σ_max(W(κ)^{-1/2} R)`` with
``W(κ) = I + γ (Λ − κ)²``.  A grid of centres alone gives false certificates, so a level τ
is *proven* on whole intervals.  Everything rests on the matrix quadratic in κ

    P(κ) = τ² W(κ) − R Rᴴ,          Ω°(R) ≤ τ  ⇔  P(κ) ⪰ 0 for every κ,

and on two bounds of it over an interval [a, b], h = b − a:

* *box* (wide intervals): replacing |α_j − κ| by the distance of α_j to [a, b] only lowers P;
* *chord* (narrow intervals): κ² ≥ 2mκ − m² with m the midpoint makes P linear in κ, so
  ``P(a) ⪰ τ²γh²/4`` and ``P(b) ⪰ τ²γh²/4`` suffice.  The bound is of second order in h, so
  around a touching point the intervals grow geometrically: their number rises with the
  logarithm of the accuracy only.

Either is decided by Cholesky factorizations.  Centres outside the spectrum of the axis
only raise every weight, so the spectrum's range is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wavefact._arrays import Array, array_namespace, like, positive_definite, real, to_numpy
from wavefact.far_rows import Rows
from wavefact.problem import Axis

__all__ = ["Atoms", "Image", "Polar", "atoms", "bracket", "polar", "prove", "rounding", "spectrum"]

N_INTERVALS = 64  # at the start of a proof; each is halved as needed
NARROWEST = 1e-13  # of the spectrum's range: narrower intervals are not halved any further


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

    def atoms(self, centre: float) -> Atoms:
        """Return the largest singular values and atoms at one centre."""

    def prove(self, level: float, start: np.ndarray) -> np.ndarray:
        """Prove Ω° ≤ `level` over the continuum of centres, or return centres that violate it."""


def rounding(n: int) -> float:
    """Return the relative error that rounding can cause in a level proven at size `n`.

    Cholesky's success proves λ_min ≥ −n(n + 1)u relative to the diagonal (Demmel 1989), the
    products of a Gram matrix of rank n err by n²u at most, u = eps/2; a level is a square root.
    """
    return 0.5 * (n + 2) ** 2 * float(np.finfo(np.float64).eps)


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

    def atoms(self, centre: float) -> Atoms:
        return atoms(self.gram, self.axis, centre)

    def prove(self, level: float, start: np.ndarray) -> np.ndarray:
        return prove(self.gram, self.axis, level, start)


def prove(
    gram: Array | Rows,
    axis: Axis,
    level: float,
    start: np.ndarray,
    bounds: tuple[float, float] | None = None,
    n_intervals: int = N_INTERVALS,
) -> np.ndarray:
    """Prove Ω° ≤ `level` over the continuum of centres, or return centres that violate it.

    Parameters
    ----------
    gram : array, shape (n, n), or Rows
        R Rᴴ of the residual, or its rows where they are longer than wide.
    axis : Axis
        Of the same n rows.
    level : float
        τ to prove.
    start : numpy.ndarray
        Centres to begin with; touching points belong here.
    bounds : pair of float, optional
        First and last centre; by default those of the axis.
    n_intervals : int
        To begin with.

    Returns
    -------
    numpy.ndarray
        Violating centres; empty when the level is proven.  Where the filters are so narrow that
        floating-point centres do not resolve them, a centre may be one that only escapes proof.
    """
    low, high = axis.bounds if bounds is None else bounds
    nodes = np.unique(np.clip(np.concatenate([np.linspace(low, high, n_intervals + 1), start]), low, high))
    chords = _Chords(gram, axis, level)
    narrowest = max(NARROWEST * (high - low), 4.0 * float(np.finfo(np.float64).eps) * high)
    wide = np.stack([nodes[:-1], nodes[1:]], axis=1) if high > low else np.zeros((0, 2))
    narrow = np.zeros((0, 2)) if high > low else np.asarray([[low, high]])
    while len(wide) + len(narrow):
        wide = wide[~_boxed(gram, axis, level, wide)]
        narrow = narrow[~chords.prove(narrow)]
        is_last = _widths(narrow) <= narrowest
        last = narrow[is_last][~_boxed(gram, axis, level, narrow[is_last])]
        narrow = narrow[~is_last]
        violated = [*last, *wide[_widths(wide) <= narrowest], *narrow[~chords.hold(narrow.mean(axis=1), 0.0)]]
        if violated:
            return np.asarray(violated).mean(axis=1)
        halves = _halve(wide)
        is_narrow = _widths(halves) <= axis.bandwidth
        wide, narrow = halves[~is_narrow], np.concatenate([halves[is_narrow], _halve(narrow)])
    return np.zeros(0)


class _Chords:
    """Chord tests at nodes, remembering the widest interval each node has passed."""

    def __init__(self, gram: Array | Rows, axis: Axis, level: float) -> None:
        self._gram, self._axis, self._level = gram, axis, level
        self._widest: dict[float, float] = {}

    def prove(self, intervals: np.ndarray) -> np.ndarray:
        widths = _widths(intervals)
        return self.hold(intervals[:, 0], widths) & self.hold(intervals[:, 1], widths)

    def hold(self, nodes: np.ndarray, widths: np.ndarray | float) -> np.ndarray:
        widths = np.broadcast_to(np.asarray(widths, dtype=float), nodes.shape)
        known = np.asarray([self._widest.get(node, -1.0) for node in nodes.tolist()])
        passed = known >= widths
        open_ = np.flatnonzero(~passed)
        if len(open_):
            curvature = self._axis.weight * widths[open_] ** 2 / 4.0
            weights = self._axis.weights(like(nodes[open_], self._axis.eigenvalues))
            weights = weights - like(curvature, self._axis.eigenvalues)[None, :]
            passed[open_] = _bounded(self._gram, self._level**2 * weights)
        for i in open_[passed[open_]].tolist():
            self._widest[float(nodes[i])] = max(float(widths[i]), self._widest.get(float(nodes[i]), -1.0))
        return passed


def _bounded(gram: Array | Rows, diagonals: Array) -> np.ndarray:
    """Tell for each column whether diag(column) − R Rᴴ ⪰ 0: diagonal dominance first, else Cholesky."""
    if isinstance(gram, Rows):
        return gram.bounded(diagonals)
    xp = array_namespace(gram)
    gains = xp.where(diagonals > 0, diagonals, xp.ones_like(diagonals)) ** -0.5
    rows = gains * (xp.abs(gram) @ gains)
    positive = to_numpy(xp.min(diagonals, axis=0)) > 0
    passed = positive & (to_numpy(xp.max(rows, axis=0)) < 1.0)
    open_ = np.flatnonzero(positive & ~passed)
    if len(open_):
        tests = xp.take(diagonals.T, like(open_, gram), axis=0)
        passed[open_] = positive_definite(tests, gram)
    return passed


def _boxed(gram: Array | Rows, axis: Axis, level: float, intervals: np.ndarray) -> np.ndarray:
    """Tell for each interval whether its box bound proves `level`."""
    if len(intervals) == 0:
        return np.zeros(0, dtype=bool)
    return _bounded(gram, level**2 * _box_weights(axis, intervals))


def _box_weights(axis: Axis, intervals: np.ndarray) -> Array:
    """Return 1 + γ dist(α, [a, b])² for each interval, shape (n, n_intervals)."""
    values = to_numpy(axis.eigenvalues)[:, None]
    distance = np.maximum(np.maximum(intervals[:, 0] - values, values - intervals[:, 1]), 0.0)
    return like(1.0 + axis.weight * distance**2, axis.eigenvalues)


def _widths(intervals: np.ndarray) -> np.ndarray:
    return np.asarray(intervals[:, 1] - intervals[:, 0])


def _halve(intervals: np.ndarray) -> np.ndarray:
    middles = intervals.mean(axis=1)
    left, right = (intervals[:, 0], middles), (middles, intervals[:, 1])
    return np.concatenate([np.stack(left, axis=1), np.stack(right, axis=1)])


def _best(image: Image, centres: np.ndarray) -> tuple[float, float]:
    values = image.spectrum(centres)
    best = int(np.argmax(values))
    return float(values[best]), float(centres[best])


def _climb(image: Image, axis: Axis, centre: float, rtol: float) -> tuple[float, float]:
    """Alternate between the top atom at a centre and the best centre for that atom until neither gains."""
    value = 0.0
    for _ in range(50):
        found = image.atoms(centre)
        if found.values[0] <= value * (1.0 + rtol):
            break
        value, best = float(found.values[0]), centre
        energy = np.abs(to_numpy(found.shapes[:, 0])) ** 2
        centre = float(energy @ to_numpy(axis.eigenvalues) / energy.sum())
    return value, best
