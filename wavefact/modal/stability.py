"""Stable poles: those that stay when the model order grows, gathered into candidates for modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wavefact.modal.similarity import mac
from wavefact.modal.subspace import Poles

__all__ = ["StabilityLimits", "candidates"]


@dataclass(frozen=True)
class StabilityLimits:
    """Say when a pole counts as the same at the next model order.

    Attributes
    ----------
    frequency : float
        Largest relative change of frequency.
    damping : float
        Largest relative change of damping ratio.
    shape : float
        Largest 1 − MAC.
    share : float
        Share of the orders at which a mode must be there.
    """

    frequency: float = 0.01
    damping: float = 0.3
    shape: float = 0.1
    share: float = 0.3


def candidates(
    poles: Sequence[Poles], damping_range: tuple[float, float], limits: StabilityLimits
) -> tuple[np.ndarray, np.ndarray]:
    """Gather stable poles of all orders into candidates for modes.

    Parameters
    ----------
    poles : sequence of Poles, by rising order
    damping_range : (lowest, highest) damping ratio [-]
        Poles on or outside these bounds are left out.
    limits : StabilityLimits

    Returns
    -------
    frequencies, damping_ratios : (n_candidates,) arrays [Hz], [-]
        Medians over the orders, by rising frequency.

    Notes
    -----
    Average linkage on max(|Δf|/f / frequency limit, (1 − MAC) / shape limit), cut at 1.

    References
    ----------
    F. Magalhães, A. Cunha and E. Caetano, "Online automatic identification of the modal parameters of a long
    span arch bridge", Mech. Syst. Signal Process. 23, 2009.
    """
    orders, frequencies, damping, shapes = _stable(poles, damping_range, limits)
    labels = _clusters(frequencies, shapes, limits)
    needed = max(3.0, limits.share * len(poles))
    groups = [labels == label for label in np.unique(labels)]
    kept = [group for group in groups if np.unique(orders[group]).size >= needed]
    found = sorted((float(np.median(frequencies[g])), float(np.median(damping[g]))) for g in kept)
    table = np.array(found, dtype=float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _stable(
    poles: Sequence[Poles], damping_range: tuple[float, float], limits: StabilityLimits
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n_channels = poles[0].shapes.shape[0] if poles else 1
    orders, frequencies, damping, shapes = [], [], [], [np.zeros((n_channels, 0), dtype=complex)]
    for before, now in pairwise(poles):
        kept = np.flatnonzero(
            (now.damping_ratios > damping_range[0])
            & (now.damping_ratios < damping_range[1])
            & _continued(before, now, limits)
        )
        orders.append(np.full(kept.size, now.order))
        frequencies.append(now.frequencies[kept])
        damping.append(now.damping_ratios[kept])
        shapes.append(now.shapes[:, kept])
    if not orders:
        return np.zeros(0), np.zeros(0), np.zeros(0), shapes[0]
    return (
        np.concatenate(orders),
        np.concatenate(frequencies),
        np.concatenate(damping),
        np.concatenate(shapes, axis=1),
    )


def _continued(before: Poles, now: Poles, limits: StabilityLimits) -> np.ndarray:
    if before.frequencies.size == 0 or now.frequencies.size == 0:
        return np.zeros(now.frequencies.size, dtype=bool)
    shift = np.abs(before.frequencies[None, :] - now.frequencies[:, None])
    change = np.abs(before.damping_ratios[None, :] - now.damping_ratios[:, None])
    same = (
        (shift <= limits.frequency * now.frequencies[:, None])
        & (change <= limits.damping * np.maximum(now.damping_ratios[:, None], 0.003))
        & (mac(now.shapes, before.shapes) >= 1 - limits.shape)
    )
    return np.any(same, axis=1)


def _clusters(frequencies: np.ndarray, shapes: np.ndarray, limits: StabilityLimits) -> np.ndarray:
    if frequencies.size < 2:
        return np.zeros(frequencies.size, dtype=int)
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    shift = np.abs(frequencies[:, None] - frequencies) / np.maximum(frequencies[:, None], frequencies)
    distance = np.maximum(shift / limits.frequency, (1 - mac(shapes, shapes)) / limits.shape)
    distance = (distance + distance.T) / 2
    np.fill_diagonal(distance, 0.0)
    labels: np.ndarray = fcluster(linkage(squareform(distance, checks=False), "average"), 1.0, "distance")
    return labels
