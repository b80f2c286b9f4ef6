"""The common movement of all frequencies, without measured conditions: factor analysis with gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.health.environment._blocks import blocks, robust_scale

_MOST = 4  # factors
_ROUNDS, _SETTLED = 200, 1e-4
_LEAST_NOISE = 1e-3  # variance that is a mode's own, over the variance of its frequency
_CLIPPED = 5.0  # robust standard deviations beyond which values teach no more


@dataclass(frozen=True, eq=False)
class Factors:
    """Hold x = means + scales (loadings z + own) of log frequency, z ~ N(0, 1), own ~ N(0, noise)."""

    means: np.ndarray
    scales: np.ndarray
    loadings: np.ndarray
    noise: np.ndarray
    explained: np.ndarray


def factored(logarithms: np.ndarray) -> Factors:
    """Fit factors to logarithms (n_records, n_modes), NaN where missing; their number by left-out blocks."""
    means, scales = np.nanmedian(logarithms, axis=0), robust_scale(logarithms)
    values = np.clip((logarithms - means) / scales, -_CLIPPED, _CLIPPED)
    folds = blocks(len(values))
    most = min(_MOST, values.shape[1] - 1)
    errors = np.array([_held_out_errors(values, folds, number) for number in range(most + 1)])
    total = np.sum(errors, axis=1)
    number = int(np.argmin(total))
    loadings, noise = analysed(values, number)
    explained = 1.0 - errors[number] / np.maximum(errors[0], np.finfo(float).tiny)
    return Factors(means, scales, loadings, noise, explained)


def common_effect(factors: Factors, logarithms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the other modes of a record tell of each mode's change, and the variance of that."""
    values = (logarithms - factors.means) / factors.scales
    told, variance = _of_others(values, factors.loadings, factors.noise)
    return told * factors.scales, variance * factors.scales**2


def analysed(values: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return loadings (n_modes, n_factors) and own variances (n_modes,) of greatest likelihood, by EM."""
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    own = np.maximum(np.sum(filled**2, axis=0) / np.maximum(np.sum(known, axis=0), 1), 1e-12)
    if number == 0:
        return np.zeros((own.size, 0)), own
    _, _, rows = np.linalg.svd(filled, full_matrices=False)
    loadings, noise = 0.7 * rows[:number].T * np.sqrt(own.size), 0.5 * own
    for _ in range(_ROUNDS):
        mean, covariance = _posterior(filled, known, loadings, noise)
        second = covariance + mean[:, :, None] * mean[:, None, :]
        gram = np.einsum("im,ikl->mkl", known, second) + 1e-9 * np.eye(number)
        cross = np.einsum("im,ik->mk", filled, mean)
        updated = np.linalg.solve(gram, cross[:, :, None])[:, :, 0]
        left = np.sum(filled**2, axis=0) - np.sum(updated * cross, axis=1)
        noise = np.maximum(left / np.maximum(np.sum(known, axis=0), 1), _LEAST_NOISE * own)
        change, loadings = np.max(np.abs(updated - loadings)), updated
        if change < _SETTLED:
            break
    return loadings, noise


def _posterior(
    filled: np.ndarray, known: np.ndarray, loadings: np.ndarray, noise: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return means (n_records, n_factors) and covariances of the factors of each record."""
    scaled = loadings / noise[:, None]
    precision = np.eye(loadings.shape[1]) + np.einsum("im,mk,ml->ikl", known, scaled, loadings)
    covariance = np.linalg.inv(precision)
    return np.einsum("ikl,il->ik", covariance, filled @ scaled), covariance


def _of_others(values: np.ndarray, loadings: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what each entry should be by the others of its record, and the variance of that."""
    told, variance = np.zeros((2, *values.shape))
    for mode, weights in enumerate(loadings):
        known = np.isfinite(values)
        known[:, mode] = False
        mean, covariance = _posterior(np.where(known, values, 0.0), known, loadings, noise)
        told[:, mode] = mean @ weights
        variance[:, mode] = np.einsum("k,ikl,l->i", weights, covariance, weights)
    return told, variance


def _held_out_errors(values: np.ndarray, folds: np.ndarray, number: int) -> np.ndarray:
    """Return the squared error of each mode in left-out blocks, as the other modes predict it."""
    errors = np.zeros(values.shape[1])
    for fold in np.unique(folds):
        out = folds == fold
        told, _ = _of_others(values[out], *analysed(values[~out], number))
        errors += np.nansum((values[out] - told) ** 2, axis=0)
    return errors
