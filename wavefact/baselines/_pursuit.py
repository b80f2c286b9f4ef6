"""Orthogonal matching pursuit of all instants at a time."""

from __future__ import annotations

import numpy as np

__all__ = ["pursued"]

_RIDGE = 1e-12  # so that atoms that are alike do not stop the solver


def pursued(signals: np.ndarray, atoms: np.ndarray, most: int, least: float) -> np.ndarray:
    """Return sparse amplitudes of the atoms at every instant.

    Parameters
    ----------
    signals : (n_points, n_samples) array
    atoms : (n_points, n_atoms) array
        Of unit norm.
    most : int
        Atoms at an instant.
    least : float, in units of the signals
        An atom is added while its product with what is left is larger.

    Returns
    -------
    (n_atoms, n_samples) array

    Notes
    -----
    Each round adds the atom most like what is left, and fits the amplitudes of those chosen by least squares.

    References
    ----------
    Rubinstein, Zibulevsky & Elad, "Efficient implementation of the K-SVD algorithm using batch orthogonal
    matching pursuit", Technion CS-2008-08 (2008).
    """
    products, gram = atoms.T @ signals, atoms.T @ atoms + _RIDGE * np.eye(atoms.shape[1])
    amplitudes = np.zeros(products.shape)
    chosen = np.zeros((products.shape[1], 0), dtype=int)
    active = np.arange(products.shape[1])
    for _ in range(min(most, atoms.shape[1])):
        left = np.abs(products[:, active] - gram @ amplitudes[:, active])
        np.put_along_axis(left, chosen.T, 0.0, axis=0)
        best = np.argmax(left, axis=0)
        going = left[best, np.arange(active.size)] > least
        active = active[going]
        if active.size == 0:
            break
        chosen = np.column_stack([chosen[going], best[going]])
        matrices = gram[chosen[:, :, None], chosen[:, None, :]]
        fitted = np.linalg.solve(matrices, products[chosen, active[:, None]][:, :, None])
        amplitudes[chosen, active[:, None]] = fitted[:, :, 0]
    return amplitudes
