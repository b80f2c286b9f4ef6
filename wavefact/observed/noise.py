"""Noise among what has been observed, and the λ at which it gives no component.

Without gaps the noise is read from the singular values.  Where sensors are so few that all of these hold
waves, or gaps spread them, λ and the noise that is left by the components above it are found together, from
what the quiet frequencies say on.

References
----------
Sun & Zhang, "Scaled sparse linear regression", Biometrika 2012 (noise and regularization found together).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import sqrt

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, is_complex, like, squared, to_numpy
from wavefact.noise import FEWEST_FOR_BULK, FLOOR, NoiseFloor, noise_floor, quiet_deviation
from wavefact.noise_polar import noise_threshold, polar_quantile
from wavefact.observed.observation import Observation
from wavefact.observed.reduction import ObservedData
from wavefact.observed.rough import rough_factors
from wavefact.observed_problem import ObservedProblem
from wavefact.problem import Axis
from wavefact.solvers.descent import fit_courses

__all__ = ["observed_floor", "observed_threshold", "settled_level"]

LONG = 2**15  # samples that tell the quiet part of the spectrum
N_BANDS = 64  # of the spectrum, which coloured noise fills unevenly, but resonances only in part
DRAWN = 2**22  # entries of noise that are drawn at once
N_ROUNDS, SETTLED = 8, 0.02  # of λ and noise in turn, until the noise falls by no more than this share
FEWEST_LEFT = 0.2  # of the samples: what least squares leaves of fewer says little
RIDGE = 1e-9  # of λ


def observed_floor(observation: Observation, data: ObservedData) -> NoiseFloor:
    """Return the noise floor of the scaled recording, or an upper bound where it is not visible."""
    xp, n_samples = array_namespace(data.data), observation.recording.n_samples
    if data.mask is not None:
        loudest = sqrt(float(xp.sum(squared(data.data))) / observation.n_observed)
        quiet = _quiet_level(observation, N_BANDS) / data.scale
        return NoiseFloor(min(loudest, quiet), float(n_samples), is_visible=False)
    plain = data.data / like(observation.weights[:, None], data.data)
    floor = noise_floor(plain @ adjoint(plain), n_samples)
    if floor.is_visible and observation.recording.n_sensors >= FEWEST_FOR_BULK:
        return floor
    quiet = _quiet_level(observation) / data.scale
    return NoiseFloor(min(floor.deviation, quiet), float(n_samples), is_visible=False)


def _quiet_level(observation: Observation, n_bands: int = 1) -> float:
    """Return the deviation of the noise if most frequencies of each band hold nothing else.

    It is in the recording's unit, and too high where what moves leaks through gaps into all frequencies.
    """
    from scipy.fft import dct

    n_samples = min(LONG, observation.recording.n_samples)
    signals = to_numpy(observation.recording.window(0, n_samples).load().signals)
    largest = float(np.max(np.abs(signals))) or 1.0
    sizes = np.abs(dct(signals / largest, axis=1, norm="ortho"))
    if observation.mask is not None:
        seen = np.mean(observation.mask[:, :n_samples], axis=1)
        sizes = sizes[seen > 0] / np.sqrt(seen[seen > 0, None])
    bands = np.array_split(sizes, min(n_bands, n_samples), axis=1)
    levels = [quiet_deviation(band, np.iscomplexobj(signals)) for band in bands]
    return largest * float(np.sqrt(np.mean(np.square(levels))))


def observed_threshold(
    observation: Observation,
    axis: Axis,
    n_effective: float,
    rng: np.random.Generator,
    n_draws: int | None = None,
) -> float:
    """Return a high quantile of the polar of standard normal noise, seen as the recording is."""
    complex_noise = is_complex(observation.recording.signals)
    if observation.mask is None:
        return noise_threshold(axis, n_effective, complex_noise, rng, n_draws, observation.mixing)
    mask, mixing = observation.mask, observation.mixing
    width = max(1, DRAWN // len(mask))

    def draw() -> np.ndarray:
        total = np.zeros((len(mask), len(mask)), complex if complex_noise else float)
        for start in range(0, mask.shape[1], width):
            part = mask[:, start : start + width]
            noise = rng.standard_normal(part.shape)
            if complex_noise:
                noise = (noise + 1j * rng.standard_normal(part.shape)) * sqrt(0.5)
            noise = noise * part
            total += noise @ noise.conj().T
        return np.asarray(mixing @ total @ mixing.T)

    return polar_quantile(axis, draw, n_draws)


def settled_level(
    observation: Observation,
    problem_at: Callable[[float], ObservedProblem],
    threshold: float,
    most: float,
) -> float:
    """Return the deviation of the noise that components above it leave, at most `most`, of the scaled
    recording.

    It falls as components are found, and settles where a λ that keeps this noise out finds no more.
    """
    level, shapes = most, None
    for _ in range(N_ROUNDS):
        problem = problem_at(level * threshold)
        shapes = rough_factors(problem, shapes).shapes
        before, level = level, min(level, max(_left_over(observation, problem, shapes), FLOOR * most))
        if level >= (1.0 - SETTLED) * before:
            break
    return level


def _left_over(observation: Observation, problem: ObservedProblem, shapes: Array) -> float:
    """Return the deviation of what least squares leaves, or ridge regression where that fits all."""
    n, n_sensors = int(shapes.shape[1]), len(observation.weights)
    n_seen = np.full(observation.recording.n_samples, n_sensors)
    if observation.mask is not None:
        n_seen = np.sum(observation.mask, axis=0)
    n_left = observation.n_observed - float(np.sum(np.minimum(n_seen, n))) - n * max(n_sensors - n, 0)
    is_enough = n_left >= FEWEST_LEFT * observation.n_observed
    fitted = replace(problem, regularization=problem.regularization * (RIDGE if is_enough else 1.0))
    left = problem.residual(shapes, fit_courses(fitted, shapes))
    energy = float(array_namespace(left).sum(squared(left)))
    return sqrt(energy / (n_left if is_enough else observation.n_observed))
