"""From numbers of channels to displacements of points, and from points to those that follow them.

At a point with directions D (one row a channel) the displacement is u = D⁺ v, of minimum norm where the
directions leave some open.  Slaves of that point add what no channel sees: with the projector P on the
directions measured, and directions S of its slaves, u = D⁺ v + G z where G = (S (I − P))⁺.  What all slaves
add, z, is one linear system, so that two points may follow each other in different directions.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.geometry.slave import Slave

__all__ = ["PointSolver", "SlaveSolver", "known_points", "point_solvers"]

SAME = 0.02
"""Below this share of the largest, a singular value of the directions at a point is taken for zero."""
NEARLY_SAME = 0.1
"""Below this share noise is amplified tenfold, and a warning is logged."""


@dataclass(frozen=True)
class PointSolver:
    """The channels at one point and how they give its displacement."""

    point: int
    channels: np.ndarray  # (k,)
    inverse: np.ndarray  # (3, k)
    open: np.ndarray  # (3, 3): the projector on what no channel sees


def point_solvers(channel_points: np.ndarray, directions: np.ndarray) -> dict[int, PointSolver]:
    """Return the solver of each point that has channels; warn where directions nearly coincide."""
    solvers = {}
    order = np.argsort(channel_points, kind="stable")
    points, starts = np.unique(channel_points[order], return_index=True)
    for point, channels in zip(points.tolist(), np.split(order, starts[1:]), strict=True):
        rows = directions[channels]
        left, values, right = np.linalg.svd(rows, full_matrices=False)
        kept = values > SAME * values[0]
        _warn_if_nearly_same(point, values[kept])
        inverse = (right[kept].T / values[kept]) @ left[:, kept].T
        solvers[point] = PointSolver(point, channels, inverse, np.eye(3) - right[kept].T @ right[kept])
    return solvers


def _warn_if_nearly_same(point: int, values: np.ndarray) -> None:
    if values[-1] < NEARLY_SAME * values[0]:
        logging.getLogger("wavefact").warning(
            "The directions at point %d nearly lie in a %s: errors across it are amplified %.0f times.",
            point,
            "plane" if values.size == 3 else "line",
            values[0] / values[-1],
        )


def known_points(solvers: dict[int, PointSolver], slaves: Sequence[Slave], n_points: int) -> np.ndarray:
    """Return a mask (n_points,) of the points that have a channel, or follow points that have."""
    known = np.zeros(n_points, dtype=bool)
    known[list(solvers)] = True
    for _ in slaves:
        before = known.copy()
        for slave in slaves:
            known[slave.point] |= all(known[parent] for parent, _ in slave.parents)
        if np.array_equal(before, known):
            break
    return known


class SlaveSolver:
    """Add to the displacements measured what slaves follow.

    Raises
    ------
    InputError
        If slaves follow each other in a circle.
    """

    def __init__(self, slaves: Sequence[Slave], solvers: dict[int, PointSolver]) -> None:
        self._slaves = slaves
        self._rows: dict[int, list[int]] = {}
        for row, slave in enumerate(slaves):
            self._rows.setdefault(slave.point, []).append(row)
        self._gains = {point: self._gain(point, solvers) for point in self._rows}
        system = np.eye(len(slaves))
        for row, slave in enumerate(slaves):
            for parent, vector in slave.parents:
                if parent in self._gains:
                    system[row, self._rows[parent]] -= vector @ self._gains[parent]
        self._check(system)
        self._system = system

    def _gain(self, point: int, solvers: dict[int, PointSolver]) -> np.ndarray:
        directions = np.array([self._slaves[row].direction for row in self._rows[point]])
        free = directions @ solvers[point].open if point in solvers else directions
        left, values, right = np.linalg.svd(free, full_matrices=False)
        kept = values > SAME  # of unit vectors: what is less was measured already
        return (right[kept].T / values[kept]) @ left[:, kept].T

    def _check(self, system: np.ndarray) -> None:
        if not self._slaves:
            return
        _, values, right = np.linalg.svd(system)
        if values[-1] > 1e-9 * values[0]:
            return
        involved = {self._slaves[row].point for row in np.flatnonzero(np.abs(right[-1]) > 1e-6).tolist()}
        raise InputError(
            f"Slaves follow each other in a circle at points {', '.join(map(str, sorted(involved)))}; "
            "let one of them follow a point that is measured."
        )

    def apply(self, displacements: np.ndarray) -> None:
        """Add to the measured `displacements` (n_points, 3, n_modes), in place."""
        if not self._slaves:
            return
        wanted = []
        for slave in self._slaves:
            followed = sum(vector @ displacements[parent] for parent, vector in slave.parents)
            wanted.append(followed - slave.direction @ displacements[slave.point])
        added = np.linalg.solve(self._system, np.array(wanted))
        for point, rows in self._rows.items():
            displacements[point] += self._gains[point] @ added[rows]
