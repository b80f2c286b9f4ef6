"""Sweeps of what is expected through all records, to and fro, and what they teach of the scatter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from typing import Any

import numpy as np

from wavefact.health._followers import Expectation, Scatter, assigned, close_groups
from wavefact.health._known import known_levels, known_shapes, known_shares
from wavefact.health._local_level import local_variances, typical_squares
from wavefact.health._poles import Poles
from wavefact.health._wavenumbers import middle, wave_variances

_ROUNDS = 2  # each with the scatter that the one before found
_MIXING = (
    0.15,
    0.5,
)  # mean shares of a shape that is of other close modes, presumed: they keep shapes, or mix them
_LEAST_NOISE = 1e-8  # variance of the logarithm of a frequency: 0.01 %
_SHARES = (0.01, 0.5)  # least and largest mean of the shares of a shape that are not its mode's
_WEIGHT = 10.0  # poles that what is presumed of scatter counts for


def starting(
    frequencies: np.ndarray, shapes: np.ndarray, wavenumbers: np.ndarray, tolerance: float
) -> Expectation:
    """Return what is expected before the first record."""
    variance = np.full(frequencies.size, (tolerance / 2) ** 2)
    return Expectation(np.log(frequencies), variance, shapes, wavenumbers)


def tracked(poles: Poles, times: np.ndarray, start: Expectation, tolerance: float) -> np.ndarray:
    """Return the pole of each mode in each record, (n_records, n_modes); −1 where it was not found.

    Close modes may keep their shapes or mix them; each presumption feeds itself, so both are tried, and each
    group of close modes goes on with that which made its poles likelier.
    """
    groups = close_groups(start)
    presumed = [_presumed(poles, times, start, tolerance, mixing) for mixing in _MIXING]
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
    presumed, wavenumbers = scatter, start.wavenumbers
    owners = np.full((times.size, start.level.size), -1)
    for _ in range(rounds):
        expected, start = _expected(poles, times, (start, scatter), tolerance)
        costs = np.zeros(start.level.size)
        for i, each in enumerate(expected):
            modes, indices, cost = assigned(each, scatter, poles.seen(i), tolerance)
            owners[i] = -1
            owners[i, modes] = poles.starts[i] + indices
            costs[modes] += cost
        found = (poles.placed(name, owners, np.nan) for name in ("logarithms", "squares"))
        scatter = _varied(presumed, times, *found)
        levels, shapes = (
            np.stack([getattr(each, name) for each in expected]) for name in ("level", "shapes")
        )
        scatter = _shared(scatter, poles, owners, (levels, shapes))
        waves = poles.placed("wavenumbers", owners, np.nan)
        start = replace(start, wavenumbers=np.where(np.isnan(wavenumbers), middle(waves), wavenumbers))
        scatter = replace(scatter, waves=wave_variances(waves, start.wavenumbers))
    return _Run(owners, costs, start, scatter)


def _chosen(options: list[Any], best: np.ndarray) -> Any:
    """Return an object whose fields are, mode by mode, those of the option of that index."""
    modes = np.arange(best.size)
    fields = {
        each.name: np.stack([getattr(option, each.name) for option in options])[best, modes]
        for each in dataclass_fields(options[0])
    }
    return type(options[0])(**fields)


def followed(
    poles: Poles, times: np.ndarray, start: Expectation, owners: np.ndarray, tolerance: float
) -> tuple[Expectation, Scatter]:
    """Return what tracks whose poles are known let expect after the last record, and how poles scatter."""
    presumed = _presumed(poles, times, start, tolerance)
    found = poles.placed("logarithms", owners, np.nan), poles.placed("squares", owners, np.nan)
    better = _varied(presumed, times, *found)
    before, _ = known_levels(times, found, start, presumed)
    levels, variances = known_levels(times, found, start, better)
    shapes = known_shapes(poles, owners, np.stack([before, levels], axis=1), start.shapes)
    scatter = _shared(better, poles, owners, (before[:-1], shapes[:-1, 0]))
    waves = wave_variances(poles.placed("wavenumbers", owners, np.nan), start.wavenumbers)
    scatter = replace(scatter, waves=waves)
    return replace(start, level=levels[-1], variance=variances[-1], shapes=shapes[-1, 1]), scatter


def swept(
    poles: Poles,
    times: np.ndarray,
    model: tuple[Expectation, Scatter],
    tolerance: float,
) -> tuple[list[Expectation], Expectation]:
    """Return what is expected in each record of those before it, and after the last, deciding on the way."""
    state, scatter = model
    expected = []
    for i, elapsed in enumerate(np.diff(times, prepend=times[:1])):
        state = state.later(float(elapsed), scatter)
        expected.append(state)
        seen = poles.seen(i)
        modes, indices, _ = assigned(state, scatter, seen, tolerance)
        state = state.learned(modes, seen, indices, scatter)
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
    return replace(end, variance=end.variance + scatter.usual)


def _presumed(
    poles: Poles, times: np.ndarray, start: Expectation, tolerance: float, mixing: float = _MIXING[0]
) -> Scatter:
    """Return the scatter to begin with; standard errors are believed where most are within it."""
    step = float(np.median(np.diff(times))) if times.size > 1 else 1.0
    noise = np.full(start.level.size, (tolerance / 6) ** 2)
    near = np.abs(poles.logarithms[:, None] - start.level) < tolerance
    typical = typical_squares(np.where(near, poles.squares[:, None], np.nan))
    trust = np.where(typical <= noise, 1.0, 0.0)
    drift, outside = 0.01 * noise / step, np.full(noise.size, 0.1)
    waves = wave_variances(np.full((1, noise.size), np.nan), start.wavenumbers)
    return Scatter(noise, trust, typical, drift, outside, np.full(noise.size, mixing), waves)


def _varied(presumed: Scatter, times: np.ndarray, logarithms: np.ndarray, squares: np.ndarray) -> Scatter:
    """Estimate the variances of each mode from its poles, a few of which count as presumed."""
    noise, trust, drift = local_variances(times, logarithms, squares)
    count, typical = np.sum(np.isfinite(logarithms), axis=0), typical_squares(squares)
    return replace(
        presumed,
        noise=np.maximum(_mean(count * noise, count, presumed.noise), _LEAST_NOISE),
        trust=np.where(count > 1, trust, presumed.trust),
        typical=np.where(typical > 0.0, typical, presumed.typical),
        drift=_mean(count * drift, count, presumed.drift),
    )


def _shared(
    presumed: Scatter, poles: Poles, owners: np.ndarray, expected: tuple[np.ndarray, np.ndarray]
) -> Scatter:
    """Estimate both mean shares from the levels (n_records, n_modes) and shapes that were expected."""
    outside, mixing = known_shares(poles, owners, *expected)
    count = np.sum(owners >= 0, axis=0)
    return replace(
        presumed,
        outside=np.clip(_mean(outside, count, presumed.outside), *_SHARES),
        mixing=np.clip(_mean(mixing, count, presumed.mixing), *_SHARES),
    )


def _mean(total: np.ndarray, count: np.ndarray, presumed: np.ndarray) -> np.ndarray:
    return (total + _WEIGHT * presumed) / (count + _WEIGHT)
