"""One mode's shapes from several setups, brought to one scale by the channels that all setups share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Patches", "join", "raw_variances"]

_SWEEPS, _TOLERANCE = 200, 1e-12
_FLOOR = 1e-9  # least standard error, relative to the largest entry: weights stay finite


@dataclass(frozen=True)
class Patches:
    """What each setup knows of one mode's shape.

    Attributes
    ----------
    shapes : (n_setups, n_channels) array, real or complex
        Zero where a setup did not measure a channel.
    variances : (n_setups, n_channels) array
        Of the real part of each entry, independent of each other; infinite where it was not measured.
    n_references : int
        The first so many channels are measured in all setups and set the scale.
    """

    shapes: np.ndarray
    variances: np.ndarray
    n_references: int


def raw_variances(shape: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Return independent variances for the entries of a shape from its standard errors.

    Parameters
    ----------
    shape, errors : (n_channels,) arrays

    Notes
    -----
    A shape s = z / z_p has no error at its largest entry p; that of z_p is in all others,
    e_i² = σ_i² + |s_i|² σ_p².  The channel p is taken to be as sure as the surest of the others,
    σ_p² = min e_i² / (1 + |s_i|²), for whoever normalised the shape did not tell.
    """
    floor = (_FLOOR * np.max(np.abs(shape))) ** 2
    squares = errors**2
    peak = int(np.argmax(np.abs(shape)))
    others = errors > 0
    if others[peak] or not np.any(others):
        return np.maximum(squares, floor)
    share = np.abs(shape / shape[peak]) ** 2
    own = np.min(squares[others] / (1 + share[others]))
    return np.maximum(np.where(others, squares - share * own, own), floor)


def join(patches: Patches) -> tuple[np.ndarray, np.ndarray]:
    """Join one mode's shapes from several setups; the largest entry becomes 1.

    Returns
    -------
    shape, errors : (n_channels,) arrays
        Standard errors of the real parts.

    Notes
    -----
    The references of setup s are c_s φ_i with independent errors; factors and entries are those of least
    squares, found by turns.  Every entry then is the weighted mean of z_si / c_s over the setups that
    measured it.  Errors are propagated to first order from all entries, through the factors, to φ / φ_p;
    where references disagree by more than their errors, all are enlarged by the square root of χ² over its
    degrees of freedom.
    """
    count, weights = patches.n_references, 1 / patches.variances
    factors = _factors(patches.shapes[:, :count], weights[:, :count])
    power = weights * np.abs(factors[:, None]) ** 2
    own = 1 / np.sum(power, axis=0)
    shares = power * own
    shape = np.sum(shares * patches.shapes / factors[:, None], axis=0)
    peak = int(np.argmax(np.abs(shape)))
    factors, own, shape = factors * shape[peak], own / np.abs(shape[peak]) ** 2, shape / shape[peak]
    covariance = _covariance(factors, shape[:count], weights[:, :count])
    reach = np.concatenate([-(shares * shape / factors[:, None]).T, np.zeros((len(shape), count))], axis=1)
    reach[:count] = np.eye(count, reach.shape[1], len(factors))
    own[:count] = 0.0  # within the covariance
    reach = reach - shape[:, None] * reach[peak]
    variances = (
        own + np.abs(shape) ** 2 * own[peak] + np.sum((reach @ covariance) * reach.conj(), axis=1).real
    )
    variances[peak] = 0.0
    scatter = _scatter(patches.shapes[:, :count] - np.outer(factors, shape[:count]), weights[:, :count])
    return shape, scatter * np.sqrt(np.maximum(variances, 0.0))


def _factors(data: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the factors of the rows with which one row, times them, is nearest to all: least squares."""
    rows = np.linalg.svd(data)[0][:, 0]
    for _ in range(_SWEEPS):
        columns = (weights * data).T @ rows.conj() / (weights.T @ np.abs(rows) ** 2)
        before, rows = rows, (weights * data) @ columns.conj() / (weights @ np.abs(columns) ** 2)
        if np.linalg.norm(rows - before) <= _TOLERANCE * np.linalg.norm(rows):
            break
    return np.asarray(rows)


def _covariance(factors: np.ndarray, entries: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the covariance of factors, then entries, with the first factor held: the scale is free."""
    cross = weights * np.outer(factors, entries.conj())
    information = np.block(
        [
            [np.diag(weights @ np.abs(entries) ** 2), cross],
            [cross.conj().T, np.diag(np.abs(factors) ** 2 @ weights)],
        ]
    )
    covariance = np.zeros_like(information)
    covariance[1:, 1:] = np.linalg.inv(information[1:, 1:])
    return covariance


def _scatter(rest: np.ndarray, weights: np.ndarray) -> float:
    """Return by how much references scatter over what their errors make expect, at least 1."""
    freedom = (rest.shape[0] - 1) * (rest.shape[1] - 1) * (2 if np.iscomplexobj(rest) else 1)
    squares = float(np.sum(weights * np.abs(rest) ** 2))
    return float(np.sqrt(max(squares / freedom, 1.0))) if freedom else 1.0
