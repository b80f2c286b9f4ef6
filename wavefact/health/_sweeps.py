"""Sweeps of the expectation of each mode through all records, to and fro, and what they teach of its scatter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wavefact.health._followers import Expectation, Scatter, assigned, shares
from wavefact.health._poles import Poles
from wavefact.health.levels import local_levels

_ROUNDS = 3  # each with the scatter that the one before found
_LEAST_NOISE = 1e-8  # variance of the logarithm of a frequency: 0.01 %
_SHARES = (0.01, 0.5)  # least and largest mean of the shares of a shape that are not its mode's
_WEIGHT = 10.0  # poles that what is presumed of scatter counts for


def starting(
    frequencies: np.ndarray, shapes: np.ndarray, tolerance: float, wavenumbers: np.ndarray | None = None
) -> Expectation:
    """Return what is expected before the first record."""
    unknown = np.full(frequencies.size, np.nan)
    return Expectation(
        np.log(frequencies),
        np.full(frequencies.size, (tolerance / 2) ** 2),
        shapes,
        unknown if wavenumbers is None else wavenumbers,
    )


def tracked(poles: Poles, times: np.ndarray, start: Expectation, tolerance: float) -> np.ndarray:
    """Return the pole of each mode in each record, (n_records, n_modes); −1 where it was not found."""
    scatter = _presumed(times, start, tolerance)
    owners = np.full((times.size, start.level.size), -1)
    for _ in range(_ROUNDS):
        expected, start = _expected(poles, times, (start, scatter), tolerance)
        for i, each in enumerate(expected):
            modes, indices = assigned(each, scatter, poles.seen(i), tolerance)
            owners[i] = -1
            owners[i, modes] = poles.starts[i] + indices
        scatter = _scatter(poles, times, expected, owners, _presumed(times, start, tolerance))
    return owners


def learned_scatter(
    poles: Poles, times: np.ndarray, start: Expectation, owners: np.ndarray, tolerance: float
) -> Scatter:
    """Return the scatter of tracks whose poles are known."""
    presumed = _presumed(times, start, tolerance)
    expected, _ = swept(poles, times, (start, presumed), tolerance, owners)
    return _scatter(poles, times, expected, owners, presumed)


def swept(
    poles: Poles,
    times: np.ndarray,
    model: tuple[Expectation, Scatter],
    tolerance: float,
    owners: np.ndarray | None = None,
) -> tuple[list[Expectation], Expectation]:
    """Return what is expected in each record of those before it, and after the last.

    Which pole is whose is given by `owners`, or is decided on the way.
    """
    state, scatter = model
    expected = []
    for i, elapsed in enumerate(np.diff(times, prepend=times[:1])):
        state = state.later(float(elapsed), scatter)
        expected.append(state)
        logarithms, shapes, _ = seen = poles.seen(i)
        if owners is None:
            modes, indices = assigned(state, scatter, seen, tolerance)
        else:
            modes = np.flatnonzero(owners[i] >= 0)
            indices = owners[i, modes] - poles.starts[i]
        state = state.learned(modes, logarithms[indices], shapes[indices], scatter)
    return expected, state


def _expected(
    poles: Poles, times: np.ndarray, model: tuple[Expectation, Scatter], tolerance: float
) -> tuple[list[Expectation], Expectation]:
    """Return what records before and after tell of each record, and of the time before the first."""
    start, scatter = model
    ahead, last = swept(poles, times, model, tolerance)
    turned_round = replace(last, variance=start.variance)  # else the past would be heard twice
    back, first = swept(poles.reversed(), -times[::-1], (turned_round, scatter), tolerance)
    joined = [one.joined(other) for one, other in zip(ahead, back[::-1], strict=True)]
    return joined, replace(first, variance=start.variance)


def _presumed(times: np.ndarray, start: Expectation, tolerance: float) -> Scatter:
    """Return the scatter to begin with."""
    step = float(np.median(np.diff(times))) if times.size > 1 else 1.0
    noise = np.full(start.level.size, (tolerance / 6) ** 2)
    return Scatter(noise, 0.01 * noise / step, np.full(noise.size, 0.1), np.full(noise.size, 0.15))


def _scatter(
    poles: Poles, times: np.ndarray, expected: list[Expectation], owners: np.ndarray, presumed: Scatter
) -> Scatter:
    """Estimate the scatter of each mode from its poles, a few of which count as presumed."""
    found = owners >= 0
    logarithms = np.where(found, np.log(poles.frequencies)[owners], np.nan)
    _, _, noise, drift = local_levels(times, logarithms)
    sums = np.zeros((2, owners.shape[1]))
    for each, row in zip(expected, owners, strict=True):
        modes = np.flatnonzero(row >= 0)
        parts = shares(each, poles.shapes[row[modes]])
        sums[:, modes] += [part[np.arange(modes.size), modes] for part in parts]
    count = np.sum(found, axis=0)

    def mean(total: np.ndarray, before: np.ndarray) -> np.ndarray:
        return (total + _WEIGHT * before) / (count + _WEIGHT)

    return Scatter(
        np.maximum(mean(count * noise, presumed.noise), _LEAST_NOISE),
        mean(count * drift, presumed.drift),
        np.clip(mean(sums[0], presumed.outside), *_SHARES),
        np.clip(mean(sums[1], presumed.mixing), *_SHARES),
    )
