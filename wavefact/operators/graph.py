"""The graph: points joined by springs, where no geometry is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.operators._checks import checked_coordinates, checked_count
from wavefact.operators.base import WaveOperator, without_round_off

__all__ = ["Graph"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Graph(WaveOperator):
    """Describe neighbouring points by edges: A = the graph Laplacian, κ = k².

    Parameters
    ----------
    edges : (n_edges, 2) array of int
        Pairs of points, counted from 0; a pair given twice adds its weights.
    weights : (n_edges,) array of float, optional
        Strength of each edge, ≥ 0; by default 1.  For points a distance h apart 1/h² [m⁻²] makes
        wavenumbers come out in rad/m.
    n_points : int, optional
        Number of points; by default up to the largest one that has an edge.
    positions : (n_points,) or (n_points, n_dims) array of float, optional
        Where the points are [m], for plots; by default their numbers.

    Raises
    ------
    InputError
        If an edge names no point or joins a point to itself, or a weight is negative or not finite.

    Notes
    -----
    uᵀAu = Σ_edges weight (u_p − u_q)²; each connected part has one zero eigenvalue.  The eigenbasis is dense.

    References
    ----------
    D. I. Shuman et al., "The Emerging Field of Signal Processing on Graphs", IEEE Signal Processing
    Magazine 30 (2013) 83–98.

    Examples
    --------
    >>> from wavefact.operators import Graph
    >>> star = Graph(edges=[(0, 1), (0, 2), (0, 3)])
    >>> print(abs(star.eigenvalues.round(6)))
    [0. 1. 1. 4.]
    """

    n_points: int
    positions: np.ndarray
    edges: np.ndarray
    weights: np.ndarray

    def __init__(
        self,
        edges: Sequence[tuple[int, int]] | np.ndarray,
        weights: Sequence[float] | np.ndarray | None = None,
        n_points: int | None = None,
        positions: Sequence[Any] | np.ndarray | None = None,
    ) -> None:
        pairs = _checked_edges(edges)
        count = checked_count(int(pairs.max(initial=-1)) + 1 if n_points is None else n_points)
        if pairs.max(initial=-1) >= count:
            raise InputError(
                f"an edge names point {pairs.max()}, but n_points is {count}; points count from 0."
            )
        self._set(
            n_points=count,
            positions=checked_coordinates(positions, count),
            edges=pairs,
            weights=_checked_weights(weights, len(pairs)),
        )

    def matrix(self) -> np.ndarray:
        """Return the Laplacian, (n_points, n_points), as assembled from the edges."""
        laplacian = np.zeros((self.n_points, self.n_points))
        first, second = self.edges.T
        for row, column, sign in (
            (first, first, 1),
            (second, second, 1),
            (first, second, -1),
            (second, first, -1),
        ):
            np.add.at(laplacian, (row, column), sign * self.weights)
        return laplacian

    @cached_property
    def _modes(self) -> tuple[np.ndarray, np.ndarray]:
        eigenvalues, vectors = np.linalg.eigh(self.matrix())
        return without_round_off(eigenvalues), vectors

    def _eigenvalues(self) -> np.ndarray:
        return self._modes[0]

    def _basis(self) -> np.ndarray:
        return self._modes[1]

    def _arguments(self) -> dict[str, Any]:
        return {
            "edges": self.edges.tolist(),
            "weights": self.weights.tolist(),
            "n_points": self.n_points,
            "positions": self.positions.tolist(),
        }

    def description(self) -> str:
        """Say in a few words what this operator is, for a log line."""
        return f"{self.n_points} points, {len(self.edges)} edges"


def _checked_edges(edges: Any) -> np.ndarray:
    try:
        pairs = np.asarray(edges, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("edges are not pairs of numbers; give an (n_edges, 2) list of points.") from None
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise InputError(f"edges have shape {pairs.shape}; give pairs of points, shape (n_edges, 2).")
    if not np.all((pairs >= 0) & (pairs < 2**53) & (pairs == np.trunc(pairs))):
        raise InputError("edges name points by whole numbers from 0; round them, or count from 0.")
    pairs = pairs.astype(np.int64)
    loops = np.flatnonzero(pairs[:, 0] == pairs[:, 1])
    if loops.size:
        raise InputError(f"edge {loops[0]} joins point {pairs[loops[0], 0]} to itself; drop it.")
    return pairs


def _checked_weights(weights: Any, n_edges: int) -> np.ndarray:
    if weights is None:
        return np.ones(n_edges)
    try:
        values = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("weights are not numbers; give one per edge.") from None
    if values.shape != (n_edges,):
        raise InputError(f"weights have shape {values.shape} for {n_edges} edges; give one per edge.")
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if bad.size:
        raise InputError(f"weight {bad[0]} is {values[bad[0]]}; give finite weights of at least 0.")
    return values
