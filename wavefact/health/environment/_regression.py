"""Frequencies against measured conditions: robust ridge regression, chosen by leaving out blocks of time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from wavefact.health.environment._blocks import blocks, huber_weights
from wavefact.health.environment._lags import lagged

_PENALTIES = (1.0, 0.3, 0.1, 0.03, 1e-2, 1e-3, 1e-4)  # ridge, over the number of records
_DEGREES = (1, 2)
_BEND = 2.0  # standard deviations
_PER_COLUMN = 10  # records that each column of a regression beyond the simplest needs
FEWEST = 20  # records of a mode that a regression needs

Readings = tuple[np.ndarray, np.ndarray]
"""Times (n,) [s] and conditions (n, n_conditions) then."""


@dataclass(frozen=True, eq=False)
class Terms:
    """Hold what a regression is made of: conditions through the first lags, to a degree; and its penalty."""

    n_lags: int
    degree: int
    penalty: float


@dataclass(frozen=True, eq=False)
class ModeRegression:
    """Hold the regression of one mode: its terms, coefficients, and those without each block."""

    terms: Terms | None
    coefficients: np.ndarray
    replicates: np.ndarray
    explained: float


@dataclass(frozen=True, eq=False)
class Conditions:
    """Hold how the conditions of records become features; the lags go on from the records of `times`."""

    times: np.ndarray
    values: np.ndarray
    lags: tuple[float, ...]
    reference: np.ndarray
    scales: np.ndarray

    def features(self, times: np.ndarray, values: np.ndarray, earlier: Readings | None = None) -> np.ndarray:
        """Return conditions about the reference, over their scales: (n_lags, n_records, n_conditions)."""
        past_times, past_values = self.times, self.values
        if earlier is not None:
            past_times = np.concatenate([past_times, earlier[0]])
            past_values = np.concatenate([past_values, earlier[1]])
        order = np.argsort(past_times, kind="stable")
        order = order[past_times[order] < times[0]]
        all_times = np.concatenate([past_times[order], times])
        all_values = np.concatenate([past_values[order], values])
        felt = [lagged(all_times, all_values, lag, times.size) for lag in self.lags]
        return (np.stack(felt) - self.reference) / self.scales


def design(features: np.ndarray, terms: Terms) -> np.ndarray:
    """Return the columns of a regression, (n_records, n_columns), all zero at the reference condition.

    Squares stay as they are beyond two standard deviations: there may be no data there to tell them from.
    """
    bent = np.clip(features, -_BEND, _BEND) ** 2
    parts = [
        features[i] if power == 1 else bent[i]
        for i in range(terms.n_lags)
        for power in range(1, terms.degree + 1)
    ]
    return np.concatenate(parts, axis=1)


def regressed(features: np.ndarray, logarithms: np.ndarray) -> ModeRegression:
    """Fit one mode: logarithms of its frequency (n_records,), and features; NaN where either is missing.

    Of all lags and degrees, each with its best penalty, the simplest is taken whose error in left-out blocks
    is within one standard error of the least; that may be none, of a mode that conditions do not move.
    """
    whole = np.isfinite(logarithms) & np.all(np.isfinite(features), axis=(0, 2))
    none = ModeRegression(None, np.zeros(0), np.zeros((0, 0)), 0.0)
    if np.count_nonzero(whole) < FEWEST:
        return none
    features, values = features[:, whole], logarithms[whole]
    folds = blocks(values.size)
    first = Terms(1, 1, 1e-3)
    weights = _robust_weights(design(features, first), values, first.penalty)
    errors = [_constant_errors(values, weights, folds)]
    options: list[Terms] = []
    for degree, n_lags in itertools.product(_DEGREES, range(1, features.shape[0] + 1)):
        n_columns = degree * n_lags * features.shape[2]
        if options and n_columns > values.size / _PER_COLUMN:
            continue
        terms, error = _best_penalty(features, values, weights, folds, Terms(n_lags, degree, 0.0))
        options.append(terms)
        errors.append(error)
    chosen = _simplest(np.array(errors))
    if chosen == 0:
        return none
    terms = options[chosen - 1]
    columns = design(features, terms)
    weights = _robust_weights(columns, values, terms.penalty)
    fitted = ridge(columns, values, weights, terms.penalty)
    replicates = [
        ridge(columns[folds != fold], values[folds != fold], weights[folds != fold], terms.penalty)
        for fold in np.unique(folds)
    ]
    explained = 1.0 - np.sum(errors[chosen]) / np.sum(errors[0])
    return ModeRegression(terms, fitted[1:], np.array(replicates)[:, 1:], float(explained))


def effect(fit: ModeRegression, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the change of the logarithm of frequency from the reference condition, and its variance.

    The variance is the jackknife's over blocks of time, so that it allows for errors that last.
    """
    if fit.terms is None:
        return np.zeros(features.shape[1]), np.zeros(features.shape[1])
    columns = design(features, fit.terms)
    spread = columns @ (fit.replicates - fit.replicates.mean(axis=0)).T
    n_blocks = len(fit.replicates)
    return columns @ fit.coefficients, (n_blocks - 1) / n_blocks * np.sum(spread**2, axis=1)


def ridge(columns: np.ndarray, values: np.ndarray, weights: np.ndarray, penalty: float) -> np.ndarray:
    """Return the constant and the coefficients of weighted ridge regression; the constant has no penalty."""
    total = np.sum(weights)
    means, mean = weights @ columns / total, weights @ values / total
    centred = columns - means
    gram = (centred.T * weights) @ centred + penalty * total * np.eye(columns.shape[1])
    coefficients = np.linalg.solve(gram, (centred.T * weights) @ (values - mean))
    return np.concatenate([[mean - means @ coefficients], coefficients])


def _best_penalty(
    features: np.ndarray, values: np.ndarray, weights: np.ndarray, folds: np.ndarray, terms: Terms
) -> tuple[Terms, np.ndarray]:
    """Return terms with the penalty that predicts left-out blocks best, and its errors there."""
    columns = design(features, terms)
    options = [replace(terms, penalty=penalty) for penalty in _PENALTIES]
    errors = np.array([_held_out_errors(columns, values, weights, folds, option) for option in options])
    best = int(np.argmin(np.sum(errors, axis=1)))
    return options[best], errors[best]


def _robust_weights(columns: np.ndarray, values: np.ndarray, penalty: float) -> np.ndarray:
    weights = np.ones(values.size)
    for _ in range(20):
        fitted = ridge(columns, values, weights, penalty)
        weights = huber_weights(values - fitted[0] - columns @ fitted[1:])
    return weights


def _constant_errors(values: np.ndarray, weights: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return the squared error of each left-out block about the mean of the others."""
    kept = [folds != fold for fold in np.unique(folds)]
    means = [np.average(values[others], weights=weights[others]) for others in kept]
    return np.array(
        [np.sum(weights[~k] * (values[~k] - mean) ** 2) for k, mean in zip(kept, means, strict=True)]
    )


def _held_out_errors(
    columns: np.ndarray, values: np.ndarray, weights: np.ndarray, folds: np.ndarray, terms: Terms
) -> np.ndarray:
    """Return the squared error of each left-out block as the others predict it."""
    errors = []
    for fold in np.unique(folds):
        out = folds == fold
        fitted = ridge(columns[~out], values[~out], weights[~out], terms.penalty)
        errors.append(np.sum(weights[out] * (values[out] - fitted[0] - columns[out] @ fitted[1:]) ** 2))
    return np.array(errors)


def _simplest(errors: np.ndarray) -> int:
    """Return the first option, (n_options, n_blocks), within a standard error of the best."""
    best = int(np.argmin(np.sum(errors, axis=1)))
    excess = errors - errors[best]
    spread = np.std(excess, axis=1, ddof=1) * np.sqrt(errors.shape[1])
    return int(np.argmax(np.sum(excess, axis=1) <= spread))
