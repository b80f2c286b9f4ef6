"""Lines and surfaces for sensors of which only the positions are known.

Points on a line are joined in order; points in a plane by the cells of their grid, or by the triangles of
Delaunay where there is no grid; points in space by the shortest tree that reaches all of them.
"""

from __future__ import annotations

import logging

import numpy as np

__all__ = ["laid_out"]

FLAT = 1e-3
"""Spread across a line or plane below this share of the spread along it is taken for none."""
LONG = 4.0
"""Triangles with an edge longer than this many median edges bridge a gap and are left out."""

Surfaces = list[list[int]]


def laid_out(points: np.ndarray) -> tuple[np.ndarray, Surfaces, np.ndarray]:
    """Return lines (n_lines, 2), surfaces, and the direction (3,) across, for points (n_points, 3)."""
    centred = points - points.mean(axis=0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=True)
    flat = np.append(spread, np.zeros(3))[:3] <= FLAT * (spread[0] or 1.0)
    if flat[1]:
        order = np.argsort(centred @ axes[0], kind="stable")
        return _joined(points, order), [], _across(axes[0])
    if flat[2]:
        surfaces = _cells(centred @ axes[:2].T, points)
        direction = np.cross(axes[0], axes[1])
        return _edges(surfaces), surfaces, direction * np.sign(direction[np.argmax(np.abs(direction))])
    logging.getLogger("wavefact").info(
        "The sensors lie neither on a line nor in a plane: taken to measure along z; "
        "a Geometry with channel_directions says otherwise."
    )
    return _tree(points), [], np.array([0.0, 0.0, 1.0])


def _joined(points: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Join points in order, but none to another at the same place."""
    pairs = np.stack([order[:-1], order[1:]], axis=1)
    return pairs[np.any(points[pairs[:, 0]] != points[pairs[:, 1]], axis=1)]


def _across(along: np.ndarray) -> np.ndarray:
    """Return the direction nearest to z at a right angle to a line; x where the line is vertical."""
    upright = abs(along[2]) > 0.999
    wanted = np.array([1.0, 0.0, 0.0] if upright else [0.0, 0.0, 1.0])
    across = wanted - (wanted @ along) * along
    return across / np.linalg.norm(across)


def _cells(flat: np.ndarray, points: np.ndarray) -> Surfaces:
    """Return the cells of a grid along two coordinate axes, or triangles."""
    steps = np.rint(points / (1e-6 * np.ptp(points, axis=0).max()))
    wide = np.argsort(-np.ptp(points, axis=0), kind="stable")[:2]
    columns, ranks = zip(*(np.unique(steps[:, i], return_inverse=True) for i in wide), strict=True)
    grid = np.full([len(column) for column in columns], -1)
    grid[ranks[0], ranks[1]] = np.arange(len(points))
    if grid.size == len(points) and np.all(grid >= 0):
        corners = (grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:])
        return np.stack(corners, axis=-1).reshape(-1, 4).tolist()
    return _triangles(flat)


def _triangles(flat: np.ndarray) -> Surfaces:
    from scipy.spatial import Delaunay

    corners = np.asarray(Delaunay(flat).simplices)
    lengths = np.linalg.norm(flat[corners] - flat[np.roll(corners, 1, axis=1)], axis=2).max(axis=1)
    return corners[lengths <= LONG * np.median(lengths)].tolist()


def _edges(surfaces: Surfaces) -> np.ndarray:
    pairs = [
        sorted(pair) for surface in surfaces for pair in zip(surface, surface[1:] + surface[:1], strict=True)
    ]
    return np.unique(pairs, axis=0)


def _tree(points: np.ndarray) -> np.ndarray:
    from scipy.sparse.csgraph import minimum_spanning_tree
    from scipy.spatial.distance import pdist, squareform

    found = minimum_spanning_tree(squareform(pdist(points))).tocoo()
    return np.stack([found.row, found.col], axis=1)
