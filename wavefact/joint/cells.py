"""Where centres κ and tones μ may lie, cut into boxes: the whole plane, or a dispersion relation.

A box is a row (κ low, κ high, μ low, μ high).  A domain says which boxes cover it, how a box is halved,
at which corners a bound has to be tested, and which pair is best for given deviations.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.joint.residual_map import ResidualMap
from wavefact.problem import Axis

__all__ = ["NEAR", "Curve", "Domain", "Plane", "box_weights", "cell_edges"]

NEAR = 8.0  # bandwidths within which columns are taken one by one
CROWDED = 0.1  # of all cells: where the Frobenius bound of more is above the level, it does not tell hills


@dataclass(frozen=True, eq=False)
class Domain(ABC):
    """Where (κ, μ) may lie.

    Parameters
    ----------
    space, time : Axis
    """

    space: Axis
    time: Axis

    @abstractmethod
    def within(self, time: Axis) -> Domain:
        """Return the part of the domain over some of the samples' eigenvalues."""

    @abstractmethod
    def open_boxes(self, residual: ResidualMap, level: float) -> np.ndarray:
        """Return boxes of about one bandwidth that hold all places where the polar may exceed `level`."""

    @abstractmethod
    def hills(self, residual: ResidualMap, level: float) -> np.ndarray:
        """Return points (n, 2) where the bound of the polar peaks above `level`, highest first."""

    @abstractmethod
    def halves(self, boxes: np.ndarray) -> np.ndarray:
        """Return boxes half as wide that cover the same part of the domain."""

    @abstractmethod
    def corners(self, boxes: np.ndarray) -> np.ndarray:
        """Return points (n_boxes, n_corners, 2) between which the domain inside each box runs straight."""

    @abstractmethod
    def nearest(self, centres: np.ndarray, tones: np.ndarray, masses: np.ndarray) -> np.ndarray:
        """Return the pairs (n, 2) that minimise m₁(κ − centre)² + m₂(μ − tone)², masses (n, 2)."""


def cell_edges(axis: Axis) -> np.ndarray:
    """Return edges of intervals that each hold eigenvalues within one bandwidth, or just one eigenvalue."""
    values = np.unique(to_numpy(axis.eigenvalues))
    edges, start = [values[0]], 0
    while np.isfinite(axis.bandwidth):
        stop = int(np.searchsorted(values, values[start] + axis.bandwidth, side="right"))
        if stop >= len(values):
            break
        edges.append(0.5 * (values[stop - 1] + values[stop]))
        start = stop
    return np.asarray([*edges, values[-1]])


@dataclass(frozen=True, eq=False)
class Plane(Domain):
    """All pairs of κ and μ within the spectra of both axes."""

    def within(self, time: Axis) -> Plane:
        """Return all pairs over some of the samples' eigenvalues."""
        return Plane(self.space, time)

    def open_boxes(self, residual: ResidualMap, level: float) -> np.ndarray:
        """Return the cells whose Frobenius bound is above `level`."""
        centres, tones = _intervals(cell_edges(self.space)), _intervals(cell_edges(self.time))
        gains = 1.0 / box_weights(self.space, centres)
        energies = residual.row_energies(tones[:, 0], tones[:, 1], NEAR)
        i, j = np.nonzero(gains @ energies > level**2)
        return np.concatenate([centres[i], tones[j]], axis=1)

    def hills(self, residual: ResidualMap, level: float) -> np.ndarray:
        """Return the middles of cells that no neighbour exceeds."""
        centres, tones = (_intervals(cell_edges(axis)).mean(axis=1) for axis in (self.space, self.time))
        gains = 1.0 / box_weights(self.space, np.stack([centres, centres], axis=1))
        heights = gains @ residual.row_energies(tones, tones, NEAR)
        if np.mean(heights > level**2) > CROWDED:  # the trace of noise hides the hills
            heights = residual.heights(gains, tones, 0.5 * NEAR)
        padded = np.pad(heights, 1, constant_values=-1.0)
        (n, m), top = heights.shape, heights > level**2
        for a, b in ((a, b) for a in range(3) for b in range(3)):
            top &= heights >= padded[a : a + n, b : b + m]
        i, j = np.nonzero(top)
        order = np.argsort(-heights[i, j], kind="stable")
        return np.stack([centres[i], tones[j]], axis=1)[order]

    def halves(self, boxes: np.ndarray) -> np.ndarray:
        """Halve each box across its longer side, in bandwidths."""
        widths = (boxes[:, 1] - boxes[:, 0]) / self.space.bandwidth
        across = widths >= (boxes[:, 3] - boxes[:, 2]) / self.time.bandwidth
        return np.concatenate([_halved(boxes[across], 0), _halved(boxes[~across], 2)])

    def corners(self, boxes: np.ndarray) -> np.ndarray:
        """Return the four corners."""
        return np.stack([boxes[:, [k, m]] for k in (0, 1) for m in (2, 3)], axis=1)

    def nearest(self, centres: np.ndarray, tones: np.ndarray, masses: np.ndarray) -> np.ndarray:
        """Return the pairs themselves, clipped to the spectra."""
        return np.stack([np.clip(centres, *self.space.bounds), np.clip(tones, *self.time.bounds)], axis=1)


@dataclass(frozen=True, eq=False)
class Curve(Domain):
    """Pairs on a dispersion relation: κ a piecewise linear, rising function of μ.

    Parameters
    ----------
    space, time : Axis
    centres, tones : numpy.ndarray, shape (n_nodes,)
        Nodes of the relation, both ascending, within the spectra of the axes.
    """

    centres: np.ndarray
    tones: np.ndarray

    def within(self, time: Axis) -> Curve:
        """Return the part of the curve over some of the samples' eigenvalues, or its nearest end."""
        low, high = np.clip(time.bounds, self.tones[0], self.tones[-1])
        inside = self.tones[(self.tones > low) & (self.tones < high)]
        tones = np.asarray([low, *inside, high]) if high > low else np.asarray([low])
        return Curve(self.space, time, self.at(tones), tones)

    def at(self, tones: np.ndarray) -> np.ndarray:
        """Return κ(μ)."""
        return np.asarray(np.interp(tones, self.tones, self.centres))

    @cached_property
    def _pieces(self) -> np.ndarray:
        """Intervals of μ on which the relation is straight and neither coordinate moves by a bandwidth."""
        if len(self.tones) == 1:
            return np.asarray([[self.tones[0], self.tones[0]]])
        cuts = [self.tones]
        for axis, values in ((self.space, self.centres), (self.time, self.tones)):
            steps = np.ceil(np.diff(values) / axis.bandwidth).astype(int) if axis.weight > 0 else None
            if steps is None:
                continue
            for i in np.flatnonzero(steps > 1).tolist():
                cuts.append(np.linspace(self.tones[i], self.tones[i + 1], int(steps[i]) + 1))
        nodes = np.unique(np.concatenate(cuts))
        return np.stack([nodes[:-1], nodes[1:]], axis=1)

    def open_boxes(self, residual: ResidualMap, level: float) -> np.ndarray:
        """Return the boxes around the pieces whose Frobenius bound is above `level`."""
        boxes = self._around(self._pieces)
        energies = residual.row_energies(boxes[:, 2], boxes[:, 3], NEAR)
        return boxes[np.sum(energies.T / box_weights(self.space, boxes[:, :2]), axis=1) > level**2]

    def hills(self, residual: ResidualMap, level: float) -> np.ndarray:
        """Return the middles of pieces that neither neighbour exceeds."""
        tones = self._pieces.mean(axis=1)
        centres = self.at(tones)
        weights = box_weights(self.space, np.stack([centres, centres], axis=1))
        heights = np.sum(residual.row_energies(tones, tones, NEAR).T / weights, axis=1)
        padded = np.pad(heights, 1, constant_values=-1.0)
        top = (heights > level**2) & (heights >= padded[:-2]) & (heights >= padded[2:])
        order = np.flatnonzero(top)[np.argsort(-heights[top], kind="stable")]
        return np.stack([centres, tones], axis=1)[order]

    def halves(self, boxes: np.ndarray) -> np.ndarray:
        """Halve the tones."""
        return self._around(_halved(boxes, 2)[:, 2:])

    def _around(self, tones: np.ndarray) -> np.ndarray:
        return np.concatenate([self.at(tones), tones], axis=1)

    def corners(self, boxes: np.ndarray) -> np.ndarray:
        """Return both ends: between them the curve is straight."""
        return np.stack([boxes[:, [0, 2]], boxes[:, [1, 3]]], axis=1)

    def nearest(self, centres: np.ndarray, tones: np.ndarray, masses: np.ndarray) -> np.ndarray:
        """Return the best point of the curve: the best of every straight piece, then the best of all."""
        low, high = self.tones[:-1], self.tones[1:]
        slopes = np.diff(self.centres) / np.maximum(high - low, 1e-300)
        offsets = self.centres[:-1] - slopes * low
        first, second = masses[:, :1], masses[:, 1:]
        best = first * slopes * (centres[:, None] - offsets) + second * tones[:, None]
        at = np.clip(best / np.maximum(first * slopes**2 + second, 1e-300), low, high)
        kappas = offsets + slopes * at
        cost = first * (kappas - centres[:, None]) ** 2 + second * (at - tones[:, None]) ** 2
        piece = np.argmin(cost, axis=1)[:, None]
        return np.concatenate(
            [np.take_along_axis(kappas, piece, axis=1), np.take_along_axis(at, piece, axis=1)], axis=1
        )


def box_weights(axis: Axis, intervals: np.ndarray) -> np.ndarray:
    """Return 1 + γ dist(α, [a, b])² for each interval, shape (n_intervals, n)."""
    values = to_numpy(axis.eigenvalues)
    distance = np.maximum(np.maximum(intervals[:, :1] - values, values - intervals[:, 1:]), 0.0)
    return np.asarray(1.0 + axis.weight * distance**2)


def _intervals(edges: np.ndarray) -> np.ndarray:
    if len(edges) == 1:
        return np.asarray([[edges[0], edges[0]]])
    return np.stack([edges[:-1], edges[1:]], axis=1)


def _halved(boxes: np.ndarray, column: int) -> np.ndarray:
    middles = 0.5 * (boxes[:, column] + boxes[:, column + 1])
    left, right = boxes.copy(), boxes.copy()
    left[:, column + 1] = right[:, column] = middles
    return np.concatenate([left, right])
