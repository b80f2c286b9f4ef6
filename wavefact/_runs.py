"""Runs of True in a row of booleans."""

from __future__ import annotations

import numpy as np

__all__ = ["runs"]


def runs(inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where runs of True begin, and their lengths."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], inside, [False])).astype(np.int8)))
    return edges[::2], edges[1::2] - edges[::2]
