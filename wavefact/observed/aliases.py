"""Shapes that the sensors cannot tell apart, and what tells whether the slowest of them is the right one.

An alias of a component is an eigenvector of another wavenumber that looks the same at the sensors.  The slowest
shape is right as long as the frequencies agree: all waves of a structure share the speed ω / √κ, which an alias
in the place of one of them would contradict.
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
CURE = "give dispersion and a time_weight where the wave speed is known, or add sensors (sensor_positions)"


def warn_of_aliases(fit: Factorization, observation: Observation, *, is_tied: bool) -> None:
    """Warn of components that the sensors cannot tell from other shapes, or from each other.

    `observation` is of the whole operator; `is_tied` says whether a dispersion relation was given.
    """
    if not fit.n_components or len(observation.weights) >= fit.operator.n_points:
        return
    coefficients = _unit(fit.operator.analyze(fit.spatial_factors))
    waves = _distinct(fit.eigenvalues, coefficients)
    if np.linalg.norm(np.linalg.pinv(_unit(observation.sensing @ coefficients[:, waves])), 2) > 1 / DEPENDENT:
        logger.warning(
            "The %d sensors hardly tell the %d shapes found apart, so that any may hold some of the others; "
            "add sensors where they do (sensor_positions), or compare expand_shapes of identify(recording).",
            len(observation.weights),
            len(waves),
        )
    if is_tied:
        return
    aliases = _aliases(observation, coefficients)
    speeds = 2 * np.pi * _frequencies(fit) / np.sqrt(np.maximum(fit.eigenvalues, 1e-300))
    for i in [i for i in waves if len(aliases[i])]:
        others = [j for j in waves if j != i]
        if not _is_settled(fit.eigenvalues[i], speeds[i], aliases[i], speeds[others]):
            logger.warning(
                "The sensors cannot tell component %d, of wavenumber %.3g rad/m, from shapes of %s rad/m, and "
                "its frequency fits no wave speed that it shares with others: %s.",
                i,
                fit.wavenumbers[i],
                ", ".join(f"{k:.3g}" for k in np.unique(fit.operator.wavenumber(aliases[i]))[:4]),
                CURE,
            )


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


def _distinct(eigenvalues: np.ndarray, coefficients: np.ndarray) -> list[int]:
    """Return one component of each shape, the first; rigid motion is no wave."""
    likeness, found = np.abs(coefficients.conj().T @ coefficients) ** 2, []
    for i in np.flatnonzero(eigenvalues > 0).tolist():
        if not found or likeness[i, found].max() < UNLIKE:
            found.append(i)
    return found


def _unit(shapes: np.ndarray) -> np.ndarray:
    return np.asarray(shapes / np.maximum(np.linalg.norm(shapes, axis=0), 1e-300))
