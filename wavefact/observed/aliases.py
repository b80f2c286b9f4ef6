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

__all__ = ["warn_of_aliases"]

logger = logging.getLogger("wavefact")

ALIKE = 0.9  # MAC at the sensors of shapes that these cannot tell apart
UNLIKE = 0.5  # MAC at all points of shapes that differ
AGREEING = 1.25  # ratio of speeds that may be one: ends and supports are never quite those of the operator
DEPENDENT = 0.1  # least singular value of unit shapes at the sensors that are told apart
WEAK = 0.05  # of the energy of the strongest tone of a shape
MOST_LISTED = 6


def warn_of_aliases(fit: Factorization, observation: Observation, *, is_tied: bool) -> None:
    """Warn of components that the sensors cannot tell from other shapes, or from each other.

    `observation` is of the whole operator; `is_tied` says whether a dispersion relation was given.
    """
    if not fit.n_components or len(observation.weights) >= fit.operator.n_points:
        return
    coefficients = _unit(fit.operator.analyze(fit.spatial_factors))
    waves = _distinct(fit, coefficients)
    if np.linalg.norm(np.linalg.pinv(_unit(observation.sensing @ coefficients[:, waves])), 2) > 1 / DEPENDENT:
        logger.warning(
            "The %d sensors hardly tell the %d shapes found apart, so that any may hold some of the others; "
            "add sensors where they do (sensor_positions), or compare expand_shapes of identify(recording).",
            len(observation.weights),
            len(waves),
        )
    if is_tied:
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


def _unsettled(
    fit: Factorization, coefficients: np.ndarray, waves: list[int], aliases: list[np.ndarray]
) -> tuple[list[int], np.ndarray]:
    """Return the components that may be aliases, and the eigenvalues that they may have instead.

    Tones beside a far stronger one of the same shape say nothing.
    """
    speeds = 2 * np.pi * _frequencies(fit) / np.sqrt(np.maximum(fit.eigenvalues, 1e-300))
    likeness, sizes = np.abs(coefficients.conj().T @ coefficients[:, waves]) ** 2, _sizes(fit)
    found: list[int] = []
    for i in np.flatnonzero(fit.eigenvalues > 0).tolist():
        wave = int(np.argmax(likeness[i]))
        others = speeds[np.delete(waves, wave)]
        counts = len(aliases[i]) and sizes[i] ** 2 >= WEAK * sizes[waves[wave]] ** 2
        if counts and not _is_settled(fit.eigenvalues[i], speeds[i], aliases[i], others):
            found.append(i)
    return found, np.concatenate([np.zeros(0), *(aliases[i] for i in found)])


def _is_settled(eigenvalue: float, speed: float, aliases: np.ndarray, others: np.ndarray) -> bool:
    """Tell whether most other components have the speed of this one, and not that of an alias of it."""
    if not len(others):
        return False
    candidates = np.log(speed * np.sqrt(eigenvalue / np.concatenate([[eigenvalue], aliases])))
    apart = np.abs(candidates[:, None] - np.log(others))
    agreeing = (np.argmin(apart, axis=0) == 0) & (apart[0] < np.log(AGREEING))
    return bool(np.mean(agreeing) >= 0.5)


def _aliases(observation: Observation, coefficients: np.ndarray) -> list[np.ndarray]:
    """Return eigenvalues > 0 of the eigenvectors that look like each component at the sensors only."""
    eigenvalues, seen = observation.operator.eigenvalues, _unit(observation.sensing)
    alike = np.abs(_unit(observation.sensing @ coefficients).conj().T @ seen) ** 2 >= ALIKE
    alias = alike & (np.abs(coefficients.T) ** 2 < UNLIKE) & (eigenvalues > 0)
    return [eigenvalues[row] for row in alias]


def _frequencies(fit: Factorization) -> np.ndarray:
    """Return the frequency of each component: its tone, or the peak of its course [Hz]."""
    if fit.frequencies is not None:
        return fit.frequencies
    courses = np.asarray(fit.time_courses - fit.time_courses.mean(axis=0))
    spectrum = np.abs(np.fft.fft(courses, axis=0))
    places = np.abs(np.fft.fftfreq(len(courses)))[np.argmax(spectrum, axis=0)]
    return np.maximum(places, 1.0 / len(courses)) * (fit.sampling_rate or 1.0)


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
