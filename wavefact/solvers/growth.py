"""Which components to add and which to let go, between two descents."""

from __future__ import annotations

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, like, squared, to_numpy
from wavefact.problem import Problem
from wavefact.solvers.base import Factors
from wavefact.spectral_windows import WindowedResidual

__all__ = ["grow", "prune"]

MOST_PEAKS = 20  # per round
SAME_PEAK = 2.0  # bandwidths: the distance of neighbours that may belong to one peak
SAME_CENTRE = 1e-3  # of the bandwidth: components closer than this may be one
SAME_SHAPE = 1e-8  # 1 − MAC
SAME_WAVE = 0.9  # MAC of new components


def grow(problem: Problem, image: WindowedResidual, above: np.ndarray) -> tuple[Array, float]:
    """Return new shapes for the polar's peaks among the violating centres, and the highest peak.

    At every peak each singular value σ > λ gives one component, of the amplitude
    (σ − λ)/‖d‖² that minimises the objective along that atom.
    """
    xp = array_namespace(problem.data)
    centres = np.sort(above)
    values = image.estimates(centres)
    # Centres between two violating ones may be below λ: far neighbours are not of the same peak.
    is_same = np.diff(centres) <= SAME_PEAK * problem.space.bandwidth
    ahead = np.append(np.where(is_same, values[1:], -np.inf), -np.inf)
    behind = np.append(-np.inf, np.where(is_same, values[:-1], -np.inf))
    peaks = np.flatnonzero((values >= ahead) & (values >= behind))
    loudest = peaks[np.argsort(-values[peaks], kind="stable")][:MOST_PEAKS]
    added, heights = [], []
    for found in image.atoms(centres[loudest]):
        count = max(1, int(np.sum(found.values > problem.regularization)))
        heights.append(found.values[:count])
        shapes = found.shapes[:, :count]
        excess = np.maximum(found.values[:count] / problem.regularization - 1.0, 1e-12)
        energy = xp.sum(squared(shapes), axis=0)
        amplitudes = problem.regularization * like(excess, energy) / energy
        added.append(shapes * amplitudes**0.5)
    order = np.argsort(-np.concatenate(heights), kind="stable")
    shapes = xp.take(xp.concat(added, axis=1), like(order, problem.data), axis=1)
    kept = like(_first_of_their_kind(shapes), shapes)
    return xp.take(shapes, kept, axis=1), float(np.concatenate(heights).max())


def _first_of_their_kind(shapes: Array) -> np.ndarray:
    """Return the shapes that no earlier one resembles: filters beside a loud wave's own pass it too."""
    sizes = array_namespace(shapes).sum(squared(shapes), axis=0) ** 0.5
    unit = shapes / sizes[None, :]
    alike = np.abs(to_numpy(adjoint(unit) @ unit)) ** 2 > SAME_WAVE
    kept: list[int] = []
    for i in range(len(alike)):
        if not np.any(alike[i, kept]):
            kept.append(i)
    return np.asarray(kept)


def prune(factors: Factors, vanishing: float, bandwidth: float) -> Factors:
    """Drop components of amplitude ‖d‖‖x‖ ≤ `vanishing` and merge duplicates."""
    sizes = _norms(factors.shapes, 0) * _norms(factors.courses, 1)
    kept = np.flatnonzero(sizes > vanishing)
    factors = _take(factors, kept) if len(kept) < len(sizes) else factors
    pair = _duplicate(factors, bandwidth)
    while pair is not None:
        factors = _merge(factors, *pair)
        pair = _duplicate(factors, bandwidth)
    return factors


def _norms(values: Array, axis: int) -> np.ndarray:
    return np.sqrt(to_numpy(array_namespace(values).sum(squared(values), axis=axis)))


def _take(factors: Factors, kept: np.ndarray) -> Factors:
    xp, index = array_namespace(factors.shapes), like(kept, factors.shapes)
    return Factors(
        xp.take(factors.shapes, index, axis=1),
        xp.take(factors.courses, index, axis=0),
        xp.take(factors.centres, index, axis=0),
    )


def _duplicate(factors: Factors, bandwidth: float) -> tuple[int, int] | None:
    """Return two components of the same centre and shape, if there are any."""
    centres = to_numpy(factors.centres)
    near = np.triu(np.abs(centres[:, None] - centres[None, :]) <= SAME_CENTRE * bandwidth, k=1)
    if not near.any():
        return None
    shapes = to_numpy(factors.shapes)
    shapes = shapes / np.linalg.norm(shapes, axis=0)
    similarity = np.where(near, np.abs(shapes.conj().T @ shapes) ** 2, 0.0)
    first, second = divmod(int(np.argmax(similarity)), len(centres))
    return (first, second) if similarity[first, second] >= 1.0 - SAME_SHAPE else None


def _merge(factors: Factors, first: int, second: int) -> Factors:
    """Put the second component's course onto the first one's shape and rebalance."""
    xp = array_namespace(factors.shapes)
    a, b = factors.shapes[:, first], factors.shapes[:, second]
    conjugate = xp.conj(a) if xp.isdtype(a.dtype, "complex floating") else a
    share = xp.sum(conjugate * b) / xp.sum(conjugate * a)
    course = factors.courses[first, :] + share * factors.courses[second, :]
    balance = (xp.sum(squared(course)) / xp.sum(squared(a))) ** 0.25
    rest = np.delete(np.arange(factors.shapes.shape[1]), [first, second])
    others = _take(factors, rest)
    return Factors(
        xp.concat([others.shapes, (a * balance)[:, None]], axis=1),
        xp.concat([others.courses, (course / balance)[None, :]], axis=0),
        xp.concat([others.centres, factors.centres[first : first + 1]], axis=0),
    )
