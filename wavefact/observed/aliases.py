"""Shapes that the sensors cannot tell apart, and what tells whether the slowest of them is the right one.

An alias of a component is an eigenvector of another wavenumber that looks the same at the sensors.  The
slowest shape is right as long as the frequencies agree: all waves of a structure share the speed ω / √κ,
which an alias in the place of one of them would contradict.
"""

from __future__ import annotations

import logging

import numpy as np

from wavefact.factorization import Factorization
from wavefact.observed.observation import Observation

__all__ = ["least_told", "warn_of_aliases"]

logger = logging.getLogger("wavefact")

ALIKE = 0.9  # MAC at the sensors of shapes that these cannot tell apart
UNLIKE = 0.5  # MAC at all points of shapes that differ
AGREEING = 1.25  # ratio of speeds that may be one: ends and supports are never quite those of the operator
DEPENDENT = 0.1  # least singular value of unit shapes at the sensors that are told apart
WEAK = 0.005  # of a highest power: what is not looked at
DOUBTFUL = 0.05  # of the power that is looked at: what may be that of an alias
MOST_LISTED = 6


def warn_of_aliases(fit: Factorization, observation: Observation, *, is_tied: bool) -> None:
    """Warn of components that the sensors cannot tell from other shapes, or from each other.

    `observation` is of the whole operator; `is_tied` says whether a dispersion relation was given.
    """
    if not fit.n_components or len(observation.weights) >= fit.operator.n_points:
        return
    coefficients = _unit(fit.operator.analyze(fit.spatial_factors))
    waves = _distinct(fit, coefficients)
    if least_told(fit, observation) < DEPENDENT:
        logger.warning(
            "The %d sensors hardly tell the %d shapes found apart, so that any may hold some of the others; "
            "add sensors where they do (sensor_positions), or compare expand_shapes of identify(recording).",
            len(observation.weights),
            len(waves),
        )
    if is_tied or not waves:
        return
    open_ones, aliases = _unsettled(fit, coefficients, waves, _aliases(observation, coefficients))
    if open_ones:
        logger.warning(
            "The sensors cannot tell shapes of wavenumbers %s rad/m from others, of %s rad/m, and their "
            "frequencies fit no wave speed that most components share: give dispersion and a time_weight if "
            "the wave speed is known, or add sensors (sensor_positions).",
            _listed(fit.wavenumbers[open_ones]),
            _listed(fit.operator.wavenumber(aliases)),
        )


def least_told(fit: Factorization, observation: Observation) -> float:
    """Return the least singular value of the unit shapes found at the sensors; 1 is orthogonal."""
    coefficients = observation.operator.analyze(fit.spatial_factors)
    waves = _distinct(fit, _unit(coefficients))
    if len(waves) > len(observation.weights):
        return 0.0
    seen = _unit(observation.sensing @ coefficients[:, waves])
    return float(np.linalg.svd(seen, compute_uv=False).min(initial=1.0))


def _unsettled(
    fit: Factorization, coefficients: np.ndarray, waves: list[int], aliases: list[np.ndarray]
) -> tuple[list[int], np.ndarray]:
    """Return the components that may hold aliases, and the eigenvalues that these may have.

    A component answers for the frequencies at which it is the strongest.
    """
    frequencies, power = _spectra(fit, coefficients, waves)
    speeds = 2 * np.pi * frequencies[np.argmax(power, axis=0)] / np.sqrt(fit.eigenvalues[waves])
    found: list[int] = []
    for place, i in enumerate(waves):
        own = power[:, place] * (power[:, place] >= power.max(axis=1))
        bins = np.flatnonzero(own >= WEAK * own.max())
        at_bins = 2 * np.pi * frequencies[bins] / np.sqrt(fit.eigenvalues[i])
        settled = _settled(fit.eigenvalues[i], at_bins, aliases[i], np.delete(speeds, place))
        if len(aliases[i]) and np.sum(own[bins[~settled]]) > DOUBTFUL * np.sum(own[bins]):
            found.append(i)
    return found, np.concatenate([np.zeros(0), *(aliases[i] for i in found)])


def _settled(eigenvalue: float, speeds: np.ndarray, aliases: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Tell at which speeds of a component most others have the same, and not that of an alias of it."""
    if not len(others):
        return np.zeros(len(speeds), dtype=bool)
    candidates = np.sqrt(eigenvalue / np.concatenate([[eigenvalue], aliases]))
    apart = np.abs(np.log(speeds[:, None, None] * candidates[:, None] / others))
    agreeing = (np.argmin(apart, axis=1) == 0) & (apart[:, 0] < np.log(AGREEING))
    return np.asarray(np.mean(agreeing, axis=1) >= 0.5)


def _spectra(fit: Factorization, coefficients: np.ndarray, waves: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies above zero [Hz], and the power of all components of each wave there."""
    courses = np.asarray(fit.time_courses) * np.linalg.norm(fit.spatial_factors, axis=0)
    frequencies = np.abs(np.fft.fftfreq(len(courses))) * (fit.sampling_rate or 1.0)
    power = np.abs(np.fft.fft(courses, axis=0)) ** 2
    nearest = np.argmax(np.abs(coefficients.conj().T @ coefficients[:, waves]), axis=1)
    summed = np.stack([power[:, nearest == place].sum(axis=1) for place in range(len(waves))], axis=1)
    return frequencies[1:], summed[1:]


def _aliases(observation: Observation, coefficients: np.ndarray) -> list[np.ndarray]:
    """Return eigenvalues > 0 of the eigenvectors that look like each component at the sensors only."""
    eigenvalues, seen = observation.operator.eigenvalues, _unit(observation.sensing)
    alike = np.abs(_unit(observation.sensing @ coefficients).conj().T @ seen) ** 2 >= ALIKE
    alias = alike & (np.abs(coefficients.T) ** 2 < UNLIKE) & (eigenvalues > 0)
    return [eigenvalues[row] for row in alias]


def _distinct(fit: Factorization, coefficients: np.ndarray) -> list[int]:
    """Return the strongest component of each shape; rigid motion is no wave."""
    likeness = np.abs(coefficients.conj().T @ coefficients) ** 2
    found: list[int] = []
    for i in np.argsort(-_sizes(fit), kind="stable").tolist():
        if fit.eigenvalues[i] > 0 and (not found or likeness[i, found].max() < UNLIKE):
            found.append(i)
    return sorted(found)


def _sizes(fit: Factorization) -> np.ndarray:
    return np.asarray(np.linalg.norm(fit.spatial_factors, axis=0) * np.linalg.norm(fit.time_courses, axis=0))


def _listed(wavenumbers: np.ndarray) -> str:
    values = [f"{k:.3g}" for k in np.unique(wavenumbers)]
    return ", ".join([*values[:MOST_LISTED], "…"] if len(values) > MOST_LISTED else values)


def _unit(shapes: np.ndarray) -> np.ndarray:
    return np.asarray(shapes / np.maximum(np.linalg.norm(shapes, axis=0), 1e-300))
