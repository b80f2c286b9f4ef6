"""Stable poles: those that stay when the model order grows, gathered into candidates for modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wavefact.modal.similarity import mac
from wavefact.modal.subspace import Poles

__all__ = ["Groups", "StabilityLimits", "group_poles"]


@dataclass(frozen=True)
class StabilityLimits:
    """Say when a pole counts as the same at the next model order.

    Attributes
    ----------
    frequency : float
        Largest relative change of frequency [-].
    damping : float
        Largest relative change of damping ratio.
    shape : float
        Largest 1 − MAC.
    share : float
        Share of the orders at which a mode must be there.

    Examples
    --------
    >>> from wavefact.modal import StabilityLimits
    >>> StabilityLimits(frequency=0.01).frequency
    0.01
    """

    frequency: float = 0.01
    damping: float = 0.3
    shape: float = 0.1
    share: float = 0.3


@dataclass(frozen=True)
class Groups:
    """Poles of many orders that are one.

    Attributes
    ----------
    frequencies, damping_ratios : (n_groups,) arrays [Hz], [-]
        Medians over the orders, by rising frequency.
    frequency_spreads, damping_spreads : (n_groups,) arrays [Hz], [-]
        Standard deviations over the orders.
    similarities : (n_groups,) array [-]
        Mean MAC of the poles' shapes with that of the group's middle order.
    counts : (n_groups,) integer array
        Of orders at which the group is there.
    members : tuple of (n_poles,) boolean arrays, one an order
        Whether each pole is stable.
    """

    frequencies: np.ndarray
    damping_ratios: np.ndarray
    frequency_spreads: np.ndarray
    damping_spreads: np.ndarray
    similarities: np.ndarray
    counts: np.ndarray
    members: tuple[np.ndarray, ...]

    def select(self, groups: np.ndarray) -> Groups:
        """Return some groups, by mask."""
        names = ("frequencies", "damping_ratios", "frequency_spreads", "damping_spreads", "similarities")
        fields = {name: getattr(self, name)[groups] for name in (*names, "counts")}
        return Groups(**fields, members=self.members)


def group_poles(
    poles: Sequence[Poles], damping_range: tuple[float, float], limits: StabilityLimits
) -> Groups:
    """Gather stable poles of all orders into candidates for modes.

    Parameters
    ----------
    poles : sequence of Poles, by rising order
    damping_range : (lowest, highest) damping ratio [-]
        Poles on or outside these bounds are left out.
    limits : StabilityLimits

    Notes
    -----
    Average linkage on max(|Δf|/f / frequency limit, (1 − MAC) / shape limit), cut at 1.

    References
    ----------
    F. Magalhães, A. Cunha and E. Caetano, "Online automatic identification of the modal parameters of a long
    span arch bridge", Mech. Syst. Signal Process. 23, 2009.
    """
    members = _stable(poles, damping_range, limits)
    stable = [(now, kept) for now, kept in zip(poles, members, strict=True)]
    none = np.zeros(0)
    orders = np.concatenate([none, *(np.full(np.sum(kept), now.order) for now, kept in stable)])
    frequencies = np.concatenate([none, *(now.frequencies[kept] for now, kept in stable)])
    damping = np.concatenate([none, *(now.damping_ratios[kept] for now, kept in stable)])
    n_channels = poles[0].shapes.shape[0] if poles else 1
    shapes = np.concatenate(
        [np.zeros((n_channels, 0)), *(now.shapes[:, kept] for now, kept in stable)], axis=1
    )
    labels = _clusters(frequencies, shapes, limits)
    needed = max(3.0, limits.share * len(poles))
    found = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    kept = [group for group in found if np.unique(orders[group]).size >= needed]
    kept = sorted(kept, key=lambda group: float(np.median(frequencies[group])))
    rows = [
        (
            np.median(frequencies[group]),
            np.median(damping[group]),
            np.std(frequencies[group]),
            np.std(damping[group]),
            np.mean(mac(shapes[:, group], shapes[:, group[len(group) // 2]])),
            np.unique(orders[group]).size,
        )
        for group in kept
    ]
    medians, dampings, spreads, damping_spreads, similarities, counts = np.array(rows).reshape(-1, 6).T
    return Groups(
        frequencies=medians,
        damping_ratios=dampings,
        frequency_spreads=spreads,
        damping_spreads=damping_spreads,
        similarities=similarities,
        counts=counts.astype(int),
        members=members,
    )


def _stable(
    poles: Sequence[Poles], damping_range: tuple[float, float], limits: StabilityLimits
) -> tuple[np.ndarray, ...]:
    """Say which poles of each order were there at the order before; none of the first."""
    first = [np.zeros(now.frequencies.size, dtype=bool) for now in poles[:1]]
    later = [
        (now.damping_ratios > damping_range[0])
        & (now.damping_ratios < damping_range[1])
        & _continued(before, now, limits)
        for before, now in pairwise(poles)
    ]
    return (*first, *later)


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
