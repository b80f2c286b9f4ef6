"""What known tracks tell, against the step that a sweep takes record by record."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.health._followers import Expectation, Scatter, moved, shares
from wavefact.health._known import known_levels, known_shapes, known_shares
from wavefact.health._poles import Poles

N_MODES, N_RECORDS, N_POINTS = 4, 60, 5
LEVELS = np.log([1.0, 1.015, 1.03, 4.0])  # the first three are close, and pass the border as they wander


def unit(rng: np.random.Generator, n_shapes: int, is_complex: bool) -> np.ndarray:
    shapes = rng.standard_normal((n_shapes, N_POINTS)) + 1j * is_complex * rng.standard_normal(
        (n_shapes, N_POINTS)
    )
    shapes = shapes if is_complex else shapes.real
    return shapes / np.linalg.norm(shapes, axis=1, keepdims=True)


@pytest.mark.parametrize("is_complex", [False, True])
def test_all_records_at_once_are_as_one_after_the_other(rng: np.random.Generator, is_complex: bool) -> None:
    found = rng.random((N_RECORDS, N_MODES)) < 0.6
    found[:, 3] = np.arange(N_RECORDS) == 7
    found[:3] = False
    owners = np.where(found, np.cumsum(found).reshape(found.shape) - 1, -1)
    starts = np.concatenate([[0], np.cumsum(found.sum(axis=1))])
    walk = np.cumsum(0.003 * rng.standard_normal((N_RECORDS, N_MODES)), axis=0)
    frequencies = np.exp((LEVELS + walk)[found])
    none = np.full(frequencies.size, np.nan)
    errors = frequencies * rng.choice([1e-3, 1e-2, np.nan], frequencies.size)
    poles = Poles(
        starts, frequencies, none, errors, none, none, none, unit(rng, frequencies.size, is_complex)
    )
    times = np.cumsum(rng.uniform(0.1, 5.0, N_RECORDS))
    times[20] = np.nextafter(times[19], np.inf)
    noise, drift, typical = rng.uniform(1e-6, 1e-5, (3, N_MODES))
    scatter = Scatter(noise, np.full(N_MODES, 0.5), typical, drift, *np.full((3, N_MODES), 0.1))
    start = Expectation(
        LEVELS, np.full(N_MODES, 1e-4), unit(rng, N_MODES, is_complex), np.full(N_MODES, np.nan)
    )
    given = poles.placed("logarithms", owners, np.nan), poles.placed("squares", owners, np.nan)
    levels, variances = known_levels(times, given, start, scatter)
    shapes = known_shapes(poles, owners, levels, start.shapes)
    sums, state = np.zeros((2, N_MODES)), start
    for i, elapsed in enumerate(np.diff(times, prepend=times[:1])):
        state = state.later(float(elapsed), scatter)
        np.testing.assert_allclose(levels[i], state.level, rtol=0, atol=1e-13)
        np.testing.assert_allclose(variances[i], state.variance, rtol=1e-9)
        np.testing.assert_allclose(shapes[i], state.shapes, atol=1e-12)
        modes = np.flatnonzero(found[i])
        parts = shares(state, poles.shapes[owners[i, modes]])
        sums[:, modes] += [part[np.arange(modes.size), modes] for part in parts]
        state = state.learned(modes, poles.seen(i), owners[i, modes] - starts[i], scatter)
    np.testing.assert_allclose(levels[-1], state.level, rtol=0, atol=1e-13)
    np.testing.assert_allclose(variances[-1], state.variance, rtol=1e-9)
    np.testing.assert_allclose(shapes[-1], state.shapes, atol=1e-12)
    np.testing.assert_allclose(known_shares(poles, owners, levels[:-1], shapes[:-1]), sums, atol=1e-8)


def test_a_shape_moves_to_what_was_found_as_far_as_it_is_its_own(rng: np.random.Generator) -> None:
    forms, shapes = unit(rng, 3, True), unit(rng, 3, True)
    shapes[2] = 0.0  # not found
    close = np.array([[True, True, False], [True, True, False], [False, False, True]])
    after = moved(forms, close, shapes)
    for mode in (0, 1):
        own, other = (abs(np.vdot(shapes[mode], forms[j])) ** 2 for j in (mode, 1 - mode))
        weight = 0.05 * own / (own + other)
        phase = np.vdot(shapes[mode], forms[mode])
        expected = (1 - weight) * forms[mode] + weight * shapes[mode] * phase / abs(phase)
        np.testing.assert_allclose(after[mode], expected / np.linalg.norm(expected), atol=1e-14)
    np.testing.assert_allclose(after[2], forms[2], atol=1e-15)
