"""Blocks of time, for cross-validation of series that hang together over hours and days."""

from __future__ import annotations

import numpy as np

N_BLOCKS = 10
_HUBER = 1.345  # 95 % efficient for normal errors


def blocks(n_records: int, n_blocks: int = N_BLOCKS) -> np.ndarray:
    """Return the number of the block of each record: contiguous, as equal in size as can be."""
    return np.arange(n_records) * min(n_blocks, n_records) // max(n_records, 1)


def robust_scale(values: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each column as the median deviation tells it, gaps left out."""
    deviations = np.abs(values - np.nanmedian(values, axis=0))
    return np.maximum(1.4826 * np.nanmedian(deviations, axis=0), np.finfo(float).tiny)


def huber_weights(residuals: np.ndarray) -> np.ndarray:
    """Return the weights of residuals, 1 for most and less for outliers."""
    scale = max(1.4826 * float(np.median(np.abs(residuals))), np.finfo(float).tiny)
    return np.minimum(1.0, _HUBER * scale / np.maximum(np.abs(residuals), np.finfo(float).tiny))
