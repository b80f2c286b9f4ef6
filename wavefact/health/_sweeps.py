"""Sweeps of what is expected through all records, to and fro, and what they teach of the scatter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from typing import Any

import numpy as np

from wavefact.health._followers import Expectation, Scatter, assigned, close_groups, shares
from wavefact.health._poles import Poles
from wavefact.health.levels import local_levels

_ROUNDS = 2  # each with the scatter that the one before found
_MIXING = (
    0.15,
    0.5,
)  # mean shares of a shape that is of other close modes, presumed: they keep shapes, or mix them
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
    """Return the pole of each mode in each record, (n_records, n_modes); −1 where it was not found.

    Close modes may keep their shapes or mix them; each presumption feeds itself, so both are tried, and each
    group of close modes goes on with that which made its poles likelier.
    """
    groups = close_groups(start)
    presumed = [_presumed(times, start, tolerance, mixing) for mixing in _MIXING]
    if groups.max(initial=-1) + 1 == groups.size:
        presumed = presumed[:1]  # no mode has a close one
    runs = [_run(poles, times, (start, each), tolerance) for each in presumed]
    costs = np.array([[np.sum(run.costs[groups == group]) for group in groups] for run in runs])
    best = np.argmin(costs, axis=0)
    scatter = _chosen([run.scatter for run in runs], best)
    return _run(
        poles, times, (_chosen([run.start for run in runs], best), scatter), tolerance, rounds=1
    ).owners


@dataclass(frozen=True, eq=False)
class _Run:
    """Hold what some rounds found: owners, cost of each mode, and what the next round begins with."""

    owners: np.ndarray
    costs: np.ndarray
    start: Expectation
    scatter: Scatter


def _run(
    poles: Poles,
    times: np.ndarray,
    model: tuple[Expectation, Scatter],
    tolerance: float,
    rounds: int = _ROUNDS,
) -> _Run:
    start, scatter = model
    presumed = scatter
    owners = np.full((times.size, start.level.size), -1)
    for _ in range(rounds):
        expected, start = _expected(poles, times, (start, scatter), tolerance)
        costs = np.zeros(start.level.size)
        for i, each in enumerate(expected):
            modes, indices, cost = assigned(each, scatter, poles.seen(i), tolerance)
            owners[i] = -1
            owners[i, modes] = poles.starts[i] + indices
            costs[modes] += cost
        scatter = _scatter(poles, times, expected, owners, presumed)
    return _Run(owners, costs, start, scatter)


def _chosen(options: list[Any], best: np.ndarray) -> Any:
    """Return an object whose fields are, mode by mode, those of the option of that index."""
    modes = np.arange(best.size)
    fields = {
        each.name: np.stack([getattr(option, each.name) for option in options])[best, modes]
        for each in dataclass_fields(options[0])
    }
    return type(options[0])(**fields)


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
            modes, indices, _ = assigned(state, scatter, seen, tolerance)
        else:
            modes = np.flatnonzero(owners[i] >= 0)
            indices = owners[i, modes] - poles.starts[i]
        state = state.learned(modes, logarithms[indices], shapes[indices], scatter)
    return expected, state


def _expected(
    poles: Poles, times: np.ndarray, model: tuple[Expectation, Scatter], tolerance: float
) -> tuple[list[Expectation], Expectation]:
    """Return what records before and after tell of each record, and of the time before the first."""
    _, scatter = model
    ahead, last = swept(poles, times, model, tolerance)
    back, first = swept(poles.reversed(), -times[::-1], (_loosened(last, scatter), scatter), tolerance)
    joined = [one.joined(other) for one, other in zip(ahead, back[::-1], strict=True)]
    return joined, _loosened(first, scatter)


def _loosened(end: Expectation, scatter: Scatter) -> Expectation:
    """Return where to turn round: at the level reached, but as of one pole, lest the past be heard twice."""
    return replace(end, variance=end.variance + scatter.noise)


def _presumed(times: np.ndarray, start: Expectation, tolerance: float, mixing: float = _MIXING[0]) -> Scatter:
    """Return the scatter to begin with."""
    step = float(np.median(np.diff(times))) if times.size > 1 else 1.0
    noise = np.full(start.level.size, (tolerance / 6) ** 2)
    return Scatter(noise, 0.01 * noise / step, np.full(noise.size, 0.1), np.full(noise.size, mixing))


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
