"""Which modes of several setups are the same: by frequency and by the shapes of the shared channels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from wavefact.modal.similarity import mac, pair_modes

__all__ = ["group_modes"]

_Mode = tuple[int, int]  # of which setup, and which one


def group_modes(
    frequencies: Sequence[np.ndarray], shapes: Sequence[np.ndarray], *, max_shift: float, min_mac: float
) -> list[dict[int, int]]:
    """Group the modes of several setups, at most one of each setup in a group.

    Parameters
    ----------
    frequencies : sequence of (n_modes,) arrays [Hz], one a setup
    shapes : sequence of (n_references, n_modes) arrays
    max_shift : float
        Largest relative difference in frequency of two that are linked [-].
    min_mac : float
        Smallest MAC of two that are linked [-].

    Returns
    -------
    list of dict
        Each from setups to the mode that belongs to the group, counted from 0.

    Notes
    -----
    Every two setups are paired by optimal assignment, see `pair_modes`.  Pairs then join groups, the most
    alike first, unless both groups have a mode of one setup: the order of the setups does not matter, and a
    mode that drifts is followed through those between.
    """
    links: list[tuple[float, _Mode, _Mode]] = []
    for a, b in combinations(range(len(shapes)), 2):
        first, second = pair_modes(
            (frequencies[a], frequencies[b]), (shapes[a], shapes[b]), max_shift=max_shift, min_mac=min_mac
        )
        for i, j in zip(first.tolist(), second.tolist(), strict=True):
            unlike = 1.0 - float(mac(shapes[a][:, i], shapes[b][:, j])[0, 0])
            shift = abs(frequencies[a][i] - frequencies[b][j]) / max(frequencies[a][i], frequencies[b][j])
            links.append((unlike + float(shift), (a, i), (b, j)))
    groups = {(s, m): {s: m} for s, found in enumerate(frequencies) for m in range(len(found))}
    for _, one, other in sorted(links):
        if groups[one].keys() & groups[other].keys():
            continue  # the same group, or two modes of one setup
        joined = groups[one] | groups[other]
        groups |= dict.fromkeys(joined.items(), joined)
    return list({id(group): group for group in groups.values()}.values())
