"""Modes of a line of segments: the best cuts by dynamic programming, then all parameters by least squares.

In a segment of wave speed c a mode of angular frequency ω obeys u″ + k² u = 0 with k = ω/c.  Where segments
meet, u is continuous and u′ jumps by the ratio of tensions.  Every mode has its own scale κ of k = κ s, the
segments share their slownesses s between all modes, with s = 1 in the first: the ratios need no frequencies.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

__all__ = ["Piecewise", "PiecewiseFit", "best_cuts"]

_RATIOS = np.geomspace(0.25, 4.0, 113)  # of slowness to the first guess: 2.5 % apart
_SHORTEST, _MOST_NODES = 5, 128  # points of a segment; places where a first guess may cut
_FEWEST = 3  # points that a fitted segment keeps
_RIDGE = 1e-9  # of a stretch much shorter than a wavelength
_FAR = 2.5  # logarithm of the largest ratio of speeds, and of tensions


@dataclass(frozen=True, eq=False)
class PiecewiseFit:
    """Segments fitted to modes.

    Attributes
    ----------
    boundaries : (n_segments - 1,) array [m]
    slownesses : (n_segments,) array [-]
        Relative to the first.
    scales : (n_modes,) array [rad/m]
        Wavenumber of each mode in the first segment.
    left : float
        Sum of the squared residuals.
    information : (n_parameters, n_parameters) array
        JᵀJ of boundaries, logarithms of the other slownesses, those of tension ratios, those of scales.
    """

    boundaries: np.ndarray
    slownesses: np.ndarray
    scales: np.ndarray
    left: float
    information: np.ndarray

    def is_proper(self, positions: np.ndarray) -> bool:
        """Say whether boundaries rise and every segment has points enough to tell its speed."""
        ends = [-np.inf, *self.boundaries, np.inf]
        return all(np.sum((positions > low) & (positions <= high)) >= _FEWEST for low, high in pairwise(ends))


@dataclass(frozen=True, eq=False)
class Piecewise:
    """Hold real shapes of modes at points of a line.

    Attributes
    ----------
    positions : (n_points,) array [m]
        Rising.
    shapes : (n_points, n_modes) array
    whitening : (n_modes, n_points, n_points) array
        Makes the errors of each shape independent, of variance 1.
    """

    positions: np.ndarray
    shapes: np.ndarray
    whitening: np.ndarray

    def fitted(self, boundaries: np.ndarray, slownesses: np.ndarray, scales: np.ndarray) -> PiecewiseFit:
        """Fit all parameters from a first guess by separable least squares."""
        from scipy.optimize import least_squares

        n, ends = boundaries.size, self.positions[[0, -1]]
        ratios = np.log(slownesses[1:] / slownesses[0])
        start = np.concatenate([boundaries, ratios, np.zeros(n), np.log(scales * slownesses[0])])
        reach = np.concatenate([np.full(2 * n, _FAR), np.full(scales.size, np.inf)])
        limits = [np.concatenate([np.full(n, end), s * reach]) for end, s in zip(ends, (-1, 1), strict=True)]
        number = float(np.max(scales))  # whose phase is what moves most
        turn = 1 / (number * np.ptp(ends))
        steps = np.concatenate(
            [np.full(n, 1 / number), np.full(n, turn), np.ones(n), np.full(scales.size, turn)]
        )
        start = np.clip(start, *limits)
        found = least_squares(
            self._rest, start, bounds=limits, x_scale=steps, xtol=1e-8, ftol=1e-8, args=(n,)
        )
        return PiecewiseFit(
            found.x[:n],
            np.exp(np.concatenate([[0.0], found.x[n : 2 * n]])),
            np.exp(found.x[3 * n :]),
            2 * float(found.cost),
            found.jac.T @ found.jac,
        )

    def _rest(self, p: np.ndarray, n: int) -> np.ndarray:
        """Return what the best two solutions of each mode leave of its shape, (n_modes · n_points,)."""
        slownesses, tensions, scales = (
            np.exp([0.0, *p[n : 2 * n]]),
            np.exp(p[2 * n : 3 * n]),
            np.exp(p[3 * n :]),
        )
        designs = self._solutions(np.sort(p[:n]), slownesses, tensions, scales)
        basis, _ = np.linalg.qr(self.whitening @ designs)
        targets = self.whitening @ self.shapes.T[:, :, None]
        return np.asarray(targets - basis @ (basis.transpose(0, 2, 1) @ targets)).ravel()

    def _solutions(
        self, boundaries: np.ndarray, slownesses: np.ndarray, tensions: np.ndarray, scales: np.ndarray
    ) -> np.ndarray:
        """Return two independent solutions u of each mode, (n_modes, n_points, 2)."""
        x, begin = self.positions, float(self.positions[0])
        segment = np.searchsorted(boundaries, x, side="right")
        state = np.broadcast_to(np.eye(2), (scales.size, 2, 2))  # rows u, u′/κ; columns solutions
        values = np.empty((scales.size, x.size, 2))
        for s, slowness in enumerate(slownesses):
            here = segment == s
            turns = np.outer(scales * slowness, x[here] - begin)
            values[:, here] = (
                np.cos(turns)[..., None] * state[:, None, 0]
                + np.sin(turns)[..., None] / slowness * state[:, None, 1]
            )
            if s < boundaries.size:
                turn = (scales * slowness * (boundaries[s] - begin))[:, None]
                cos, sin = np.cos(turn), np.sin(turn)
                state = np.stack(
                    [
                        cos * state[:, 0] + sin / slowness * state[:, 1],
                        (cos * state[:, 1] - sin * slowness * state[:, 0]) / tensions[s],
                    ],
                    axis=1,
                )
                begin = float(boundaries[s])
        return values


def best_cuts(
    positions: np.ndarray, shapes: np.ndarray, scales: np.ndarray, most: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the optimal boundaries [m] and slownesses relative to `scales` of 1, 2, … `most` segments.

    Notes
    -----
    Continuity is left out here, so the cost is a sum over segments and dynamic programming is exact.
    """
    nodes = np.unique(
        np.linspace(0, positions.size, min(positions.size, _MOST_NODES) + 1).round().astype(int)
    )
    least, best = _costs(positions, shapes, scales, nodes)
    total, found = least[0], []
    backs: list[np.ndarray] = []
    for _ in range(most):
        if not np.isfinite(total[-1]):
            break
        path = [nodes.size - 1]
        for back in reversed(backs):
            path.append(int(back[path[-1]]))
        path = [0, *path[::-1]]
        cuts = nodes[path[1:-1]]
        ratios = np.array([best[i, j] for i, j in pairwise(path)])
        found.append(((positions[cuts - 1] + positions[cuts]) / 2, ratios))
        through = total[:, None] + least
        backs.append(np.argmin(through, axis=0))
        total = np.min(through, axis=0)
    return found


def _costs(
    positions: np.ndarray, shapes: np.ndarray, scales: np.ndarray, nodes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what waves of the best slowness leave, and that slowness, of points nodes[i] … nodes[j] − 1."""
    least, best = np.full((2, nodes.size, nodes.size), np.inf)
    for ratio in _RATIOS:
        cost = sum(
            _left(number * ratio * positions, shape, nodes)
            for number, shape in zip(scales, shapes.T, strict=True)
        )
        better = cost < least
        least, best = np.where(better, cost, least), np.where(better, ratio, best)
    least[nodes[None, :] - nodes[:, None] < _SHORTEST] = np.inf
    return least, best


def _left(turns: np.ndarray, shape: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Return what a cos + b sin leave of one shape on every stretch from node to node."""
    cos, sin = np.cos(turns), np.sin(turns)
    products = np.stack([cos * cos, cos * sin, sin * sin, cos * shape, sin * shape, shape * shape])
    sums = np.concatenate([np.zeros((6, 1)), np.cumsum(products, axis=1)], axis=1)[:, nodes]
    cc, cs, ss, cy, sy, yy = sums[:, None, :] - sums[:, :, None]
    ridge = _RIDGE * (cc + ss)
    cc, ss = cc + ridge, ss + ridge
    determinant = cc * ss - cs**2
    determinant = np.where(determinant > 0, determinant, 1.0)
    return np.asarray(yy - (ss * cy**2 - 2 * cs * cy * sy + cc * sy**2) / determinant)
