"""Lossless reduction in time where samples have gaps: samples seen by the same sensors fold together.

As long as time has no weight, samples that the same sensors have seen may be replaced by any others with the
same Gram matrix, here by those of a QR factorization.  Without gaps, or with channels missing altogether,
that is all samples; where every sample has gaps of its own, none.

References
----------
Golub & Van Loan, "Matrix Computations", 4th ed., §5.2 (QR factorization).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, like, squared
from wavefact.observed.observation import Observation
from wavefact.survey import power_of_two

__all__ = ["ObservedData", "reduced"]


@dataclass(frozen=True, eq=False)
class ObservedData:
    """Hold the weighted signals, divided by `scale`, after the reduction, and their mask (of ones, zeros)."""

    scale: float
    data: Array  # (n_sensors, n_reduced)
    mask: Array | None


def reduced(observation: Observation) -> ObservedData:
    """Return the reduced data; `scale` is a power of two close to the signals' root mean square."""
    peak = power_of_two(_peak(observation))
    data, mask = _folded(observation, peak)
    xp = array_namespace(data)
    size = power_of_two(sqrt(float(xp.sum(squared(data))) / observation.n_observed))
    return ObservedData(peak * size, data / size, None if mask is None else like(mask.astype(float), data))


def _peak(observation: Observation) -> float:
    return max(float(array_namespace(b).max(array_namespace(b).abs(b))) for _, b in observation.blocks())


def _folded(observation: Observation, scale: float) -> tuple[Array, np.ndarray | None]:
    if observation.mask is None:
        triangle = None
        for _, block in observation.blocks(scale):
            xp = array_namespace(block)
            rows = adjoint(block) if triangle is None else xp.concat([triangle, adjoint(block)], axis=0)
            triangle = xp.linalg.qr(rows, mode="reduced").R if rows.shape[0] > rows.shape[1] else rows
        return adjoint(triangle), None
    blocks = [block for _, block in observation.blocks(scale)]
    signals = array_namespace(blocks[0]).concat(blocks, axis=1)
    return _folded_by_pattern(signals, observation.mask)


def _folded_by_pattern(signals: Array, mask: np.ndarray) -> tuple[Array, np.ndarray]:
    """Fold the samples of every pattern of gaps that has more samples than sensors."""
    xp = array_namespace(signals)
    patterns, which, counts = np.unique(
        np.packbits(mask, axis=0), axis=1, return_inverse=True, return_counts=True
    )
    first = np.zeros(patterns.shape[1], dtype=int)
    first[which.ravel()[::-1]] = np.arange(mask.shape[1])[::-1]
    long = counts > mask[:, first].sum(axis=0)
    alone = np.flatnonzero(~long[which.ravel()])
    parts, masks = [xp.take(signals, like(alone, signals), axis=1)], [mask[:, alone]]
    for pattern in np.flatnonzero(long).tolist():
        samples, there = np.flatnonzero(which.ravel() == pattern), mask[:, first[pattern]]
        place = xp.astype(like(np.eye(len(there))[:, there], signals), signals.dtype)
        rows = xp.matrix_transpose(place) @ xp.take(signals, like(samples, signals), axis=1)
        parts.append(place @ adjoint(xp.linalg.qr(adjoint(rows), mode="reduced").R))
        masks.append(np.repeat(there[:, None], int(there.sum()), axis=1))
    return xp.concat(parts, axis=1), np.concatenate(masks, axis=1)
