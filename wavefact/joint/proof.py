"""Proof that the polar over both axes is nowhere above a level.

With R the residual, ``Ω°(R) ≤ τ`` if and only if for every κ and μ in the domain

    P(κ, μ) = [[τ W(κ), R], [Rᴴ, τ V(μ)]] ⪰ 0,

whose blocks W and V are diagonal and quadratic in κ and in μ.  Over a box two bounds serve:

* *distance*: replacing |α_j − κ| and |β_t − μ| by distances to the box only lowers P (first order);
* *chord*: κ² ≥ 2mκ − m² + …, so P is above the P that is linear between the corners, less γh²/4 on
  the diagonals; it is PSD in the box if it is at the corners (second order in the sides h).

Each is decided for the Schur complement over time, n_points wide, in three steps: a trace (most boxes),
then a Cholesky factorization of the few rows that the filter over space passes, the rest bounded through
their own Schur complement, and so that far columns enter by their energy only where that suffices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.joint.cells import NEAR, Domain, box_weights
from wavefact.joint.residual_map import ResidualMap

__all__ = ["prove"]

# Bandwidths of columns taken exactly, and trace of the rows that are bounded rather than factorized: from
# cheap to exact, as far as needed.
STAGES = ((2.0, 0.02), (8.0, 0.005), (64.0, 0.001), (np.inf, 0.0))
WITHOUT_GRAMS = 8.0  # times wider: far columns are then bounded by their energy, which is less sharp
MINOR = 1e-3  # trace of the rows that a violation is looked for without
WORTH = (
    0.15,
    0.03,
    0.008,
)  # bandwidths: boxes narrower than these are worth the second, third and last stage
NARROWEST = 1e-9  # bandwidths: what is not proven for a box so small cannot be told from a violation
ENOUGH = 24  # violations that end a proof


@dataclass(frozen=True)
class _Question:
    """Ask whether level² w ⪰ R V⁻¹ Rᴴ, V of tones in [low, high] less `cut`, for each row w of `weights`."""

    low: float
    high: float
    cut: float
    weights: np.ndarray


def prove(residual: ResidualMap, domain: Domain, level: float) -> np.ndarray:
    """Prove that the polar is at most `level` on a domain, or return points (n, 2) that violate it.

    Parameters
    ----------
    residual : ResidualMap
    domain : Domain
        Where κ and μ may lie.
    level : float
        τ > 0.

    Returns
    -------
    numpy.ndarray, shape (n_violations, 2)
        (κ, μ) of each, none if the level is proven.  A point may be one that only escapes proof, where
        rounding leaves no room.
    """
    boxes = domain.open_boxes(residual, level)
    while len(boxes):
        boxes = boxes[~_by_distance(residual, level, boxes)]
        boxes = boxes[~_by_chord(residual, domain, level, boxes)]
        if len(boxes) == 0:
            break
        middles = np.stack([boxes[:, :2].mean(axis=1), boxes[:, 2:].mean(axis=1)], axis=1)
        sides = _sides(domain, boxes).max(axis=1)
        wrong = (sides <= 0.5) & _violated(residual, level, middles, NEAR)
        small = np.flatnonzero((sides <= 1 / 16) & ~wrong)
        wrong[small] = _violated(residual, level, middles[small], np.inf) | (sides[small] <= NARROWEST)
        if np.any(wrong):
            return _deepest(middles[wrong])
        boxes = domain.halves(boxes)
    return np.zeros((0, 2))


def _deepest(points: np.ndarray) -> np.ndarray:
    """Return at most a few of the points, spread over all."""
    return points[:: max(1, len(points) // ENOUGH)]


def _sides(domain: Domain, boxes: np.ndarray) -> np.ndarray:
    """Return the sides of boxes in bandwidths, shape (n_boxes, 2)."""
    widths = np.stack([boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 2]], axis=1)
    return np.asarray(widths / [domain.space.bandwidth, domain.time.bandwidth])


def _by_distance(residual: ResidualMap, level: float, boxes: np.ndarray) -> np.ndarray:
    passed = np.zeros(len(boxes), dtype=bool)
    for (low, high), here in _grouped(boxes[:, 2:]):
        weights = box_weights(residual.space, boxes[here, :2])
        passed[here] = _holds(residual, level, _Question(low, high, 0.0, weights), 1)
    return passed


def _by_chord(residual: ResidualMap, domain: Domain, level: float, boxes: np.ndarray) -> np.ndarray:
    sides = _sides(domain, boxes)
    passed = np.all(sides < 1.0, axis=1)
    small = np.flatnonzero(passed)
    if len(small) == 0:
        return passed
    corners = domain.corners(boxes[small])
    cuts = np.broadcast_to(sides[small, None, :] ** 2 / 4.0, corners.shape)
    tests, where = np.unique(
        np.concatenate([corners, cuts], axis=2).reshape(-1, 4), axis=0, return_inverse=True
    )
    held = np.zeros(len(tests), dtype=bool)
    for (tone, cut), here in _grouped(tests[:, [1, 3]]):
        weights = box_weights(residual.space, tests[here][:, [0, 0]]) - tests[here, 2:3]
        # Wide boxes fail by their width, narrow ones are worth exact answers.
        n_stages = 1 + int(np.sum(2.0 * max(cut, float(tests[here, 2].max())) ** 0.5 < np.asarray(WORTH)))
        held[here] = _holds(residual, level, _Question(tone, tone, cut, weights), n_stages)
    passed[small] = np.all(held[where.reshape(corners.shape[:2])], axis=1)
    return passed


def _violated(residual: ResidualMap, level: float, points: np.ndarray, reach: float) -> np.ndarray:
    """Tell where the columns within reach alone exceed the level; of all columns, by however little."""
    wrong, ignored = np.zeros(len(points), dtype=bool), MINOR if np.isfinite(reach) else 0.0
    for (tone,), here in _grouped(points[:, 1:]):
        diagonals = level**2 * box_weights(residual.space, points[here][:, [0, 0]])
        first, last = residual.near(tone, tone, reach)
        columns, gains = residual.columns(first, last), residual.gains(tone, tone, first, last)
        wrong[here] = _indefinite(columns, gains, diagonals, ignored)
    return wrong


def _grouped(keys: np.ndarray) -> list[tuple[tuple[float, ...], np.ndarray]]:
    """Return the distinct rows of `keys` and where each stands."""
    if len(keys) == 0:
        return []
    distinct, where = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(where.ravel(), kind="stable")
    bounds = np.cumsum(np.bincount(where.ravel(), minlength=len(distinct)))[:-1]
    return list(zip(map(tuple, distinct.tolist()), np.split(order, bounds), strict=True))


def _holds(residual: ResidualMap, level: float, question: _Question, n_stages: int) -> np.ndarray:
    """Answer a question for each of its rows of weights, as exactly as the given number of stages."""
    diagonals = level**2 * question.weights
    low, high, cut = question.low, question.high, question.cut
    passed = np.zeros(len(diagonals), dtype=bool)
    for reach, rest in STAGES[:n_stages]:
        open_ = np.flatnonzero(~passed)
        if len(open_) == 0:
            break
        first, last = residual.near(low, high, reach * (1.0 if residual.has_grams else WITHOUT_GRAMS))
        columns, gains = residual.columns(first, last), residual.gains(low, high, first, last, cut)
        far = residual.far_gram(low, high, first, last, cut)
        reduced = diagonals[open_]
        if far is None:  # only the energy of the far rows is known: it may all be in one direction
            shares = np.sum(residual.far_energies(low, high, first, last, cut) / reduced, axis=1)
            open_, reduced = open_[shares < 1.0], (reduced * (1.0 - shares)[:, None])[shares < 1.0]
        passed[open_] = _definite(columns, gains, far, reduced, rest)
    return passed


def _definite(
    columns: np.ndarray, gains: np.ndarray, far: np.ndarray | None, diagonals: np.ndarray, rest: float
) -> np.ndarray:
    """Tell for each row D of `diagonals` whether D − G ⪰ 0, G = R P Rᴴ + far, P the near columns' gains.

    Rows of a trace below `rest` go into a Schur complement, where (D − G)⁻¹ ⪯ D⁻¹/(1 − tr(D⁻¹G)).
    """
    energies = (np.abs(columns) ** 2) @ gains
    if far is not None:
        energies = energies + np.real(np.diagonal(far))
    traces = energies / diagonals
    passed = np.sum(traces, axis=1) < 1.0
    open_ = np.flatnonzero(~passed)
    if len(open_) == 0:
        return passed
    orders, sums, n_rest = _split(traces[open_], rest)
    needed = np.unique(np.concatenate([order[n:] for order, n in zip(orders, n_rest, strict=True)]))
    gram = (columns[needed] * gains) @ columns.conj().T
    if far is not None:
        gram = gram + far[needed]
    for i, order, n, total in zip(open_.tolist(), orders, n_rest, sums, strict=True):
        kept, left = np.sort(order[n:]), order[:n]
        rows = gram[np.searchsorted(needed, kept)]
        matrix = np.diag(diagonals[i, kept]) - rows[:, kept]
        if n:
            beside = rows[:, left] * ((1.0 - total[n - 1]) * diagonals[i, left]) ** -0.5
            matrix = matrix - beside @ beside.conj().T
        passed[i] = _is_positive(matrix)
    return passed


def _indefinite(columns: np.ndarray, gains: np.ndarray, diagonals: np.ndarray, ignored: float) -> np.ndarray:
    """Tell for each row D of `diagonals` whether D − R P Rᴴ is indefinite without rows of a small trace."""
    traces = ((np.abs(columns) ** 2) @ gains) / diagonals
    found = np.zeros(len(diagonals), dtype=bool)
    open_ = np.flatnonzero(np.sum(traces, axis=1) >= 1.0)
    if len(open_) == 0:
        return found
    orders, _, n_rest = _split(traces[open_], ignored)
    needed = np.unique(np.concatenate([order[n:] for order, n in zip(orders, n_rest, strict=True)]))
    gram = (columns[needed] * gains) @ columns[needed].conj().T
    for i, order, n in zip(open_.tolist(), orders, n_rest, strict=True):
        where = np.searchsorted(needed, np.sort(order[n:]))
        found[i] = not _is_positive(np.diag(diagonals[i, needed[where]]) - gram[np.ix_(where, where)])
    return found


def _split(traces: np.ndarray, rest: float) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Sort each row of traces; return order, cumulative sums, and how many of the least stay below `rest`."""
    orders = np.argsort(traces, axis=1)
    sums = np.cumsum(np.take_along_axis(traces, orders, axis=1), axis=1)
    return orders, sums, np.sum(sums < rest, axis=1).tolist()


def _is_positive(matrix: np.ndarray) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True
