"""Where the polar over both axes is large: local maxima, each with its atom.

Lower estimates, from the columns near each tone: they show where to grow, and never prove.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.joint.cells import NEAR, Domain
from wavefact.joint.residual_map import ResidualMap

__all__ = ["Peak", "climb", "climb_exactly", "peaks"]

# Bandwidths of columns taken, and accuracy: on the way up, and at the top.
ROUGH = ((2 * NEAR, 1e-3),)
EXACT = ((np.inf, 1e-9),)
FINE = ((0.5 * NEAR, 1e-3), (4 * NEAR, 1e-6))
MOST_HILLS = 60  # that are climbed at once
N_POWER = 30  # power iterations at each pair, at the most
N_CLIMBS = 30
FAINT = 1e-3  # gain over space of rows that are left out of power iterations
SAME = 0.5  # bandwidths: peaks closer than this are one


@dataclass(frozen=True)
class Peak:
    """A local maximum of the polar: where, how high, and the atom's shape, ‖d‖_κ = 1."""

    centre: float
    tone: float
    value: float
    shape: np.ndarray


def peaks(
    residual: ResidualMap, domain: Domain, level: float, most: int = MOST_HILLS, *, rough: bool = False
) -> list[Peak]:
    """Return distinct local maxima of the polar above `level`, highest first, from at most `most` hills."""
    return climb(residual, domain, level, domain.hills(residual, level)[:most], rough=rough)


def climb(
    residual: ResidualMap, domain: Domain, level: float, points: np.ndarray, *, rough: bool = False
) -> list[Peak]:
    """Climb from each point (κ, μ) to a local maximum; return the distinct ones above `level`, highest first.

    A rough climb takes fewer columns and is content with a few permille.
    """
    found = [_climbed(residual, domain, point, ROUGH if rough else FINE) for point in points]
    return _distinct(domain, found, level)


def climb_exactly(residual: ResidualMap, domain: Domain, points: np.ndarray) -> list[Peak]:
    """Climb from each point (κ, μ) with all columns; return the distinct local maxima, highest first."""
    near = climb(residual, domain, 0.0, points)
    places = np.asarray([(peak.centre, peak.tone) for peak in near]).reshape(-1, 2)
    return _distinct(domain, [_climbed(residual, domain, place, EXACT) for place in places], 0.0)


def _distinct(domain: Domain, found: list[Peak], level: float) -> list[Peak]:
    found = sorted((peak for peak in found if peak.value > level), key=lambda peak: -peak.value)
    kept: list[Peak] = []
    for peak in found:
        if not any(_is_same(domain, peak, other) for other in kept):
            kept.append(peak)
    return kept


def _is_same(domain: Domain, peak: Peak, other: Peak) -> bool:
    near = abs(peak.centre - other.centre) <= SAME * domain.space.bandwidth
    return near and abs(peak.tone - other.tone) <= SAME * domain.time.bandwidth


def _climbed(
    residual: ResidualMap, domain: Domain, point: np.ndarray, stages: tuple[tuple[float, float], ...]
) -> Peak:
    """Alternate between the top atom of a pair (κ, μ) and the best pair for that atom."""
    centre, tone = point.tolist()
    best = Peak(centre, tone, 0.0, np.zeros(len(residual.alphas)))
    guess = None
    for reach, rtol in stages:
        for _ in range(N_CLIMBS):
            value, shape, masses, pair = _top_atom(residual, (centre, tone), reach, 0.1 * rtol, guess)
            gained = value > best.value * (1.0 + rtol)
            best = Peak(centre, tone, value, shape) if value > best.value else best
            if not gained:
                break
            moved = domain.nearest(pair[:1], pair[1:], masses[None, :])[0]
            guess, (centre, tone) = shape, moved.tolist()
    return best


def _top_atom(
    residual: ResidualMap, point: tuple[float, float], reach: float, rtol: float, guess: np.ndarray | None
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Return σ_max at (κ, μ), its shape, and the curvatures and Rayleigh quotients of both penalties."""
    centre, tone = point
    first, last = residual.near(tone, tone, reach)
    span = residual.span(first, last)
    betas, alphas = residual.betas[span], residual.alphas
    space = (1.0 + residual.space.weight * (alphas - centre) ** 2) ** -0.5
    time = (1.0 + residual.time.weight * (betas - tone) ** 2) ** -0.5
    rows = np.flatnonzero(space >= FAINT)
    gains = space[rows]
    matrix = (gains[:, None] * residual.columns(first, last)[rows]) * time
    loudest = int(np.argmax(np.sum(np.abs(matrix) ** 2, axis=0)))
    vector = matrix[:, loudest] if guess is None else guess[rows] / gains
    value, across = 0.0, matrix[0]
    for _ in range(N_POWER):
        across = matrix.conj().T @ vector
        across = across / max(float(np.linalg.norm(across)), 1e-300)
        vector, before = matrix @ across, value
        value = float(np.linalg.norm(vector))
        vector = vector / max(value, 1e-300)
        if value <= before * (1.0 + rtol):
            break
    course = time * across
    # All rows, also those too faint to matter for the value.
    shape = space**2 * (residual.columns(first, last) @ course.conj()) / max(value, 1e-300)
    energies = np.abs(shape) ** 2, np.abs(course) ** 2
    totals = np.asarray([float(np.sum(part)) for part in energies])
    pair = np.asarray([energies[0] @ alphas, energies[1] @ betas]) / np.maximum(totals, 1e-300)
    # With ‖d‖_κ = ‖x‖_μ = 1 both penalties are quadratic in their centre, of these curvatures.
    return value, shape, totals * [residual.space.weight, residual.time.weight], pair
