"""What is added, dropped and merged between two descents."""

import numpy as np
import pytest
from independent import line_eigenvalues, noise, objective, problem_of, singular_values

from wavefact.solvers.base import Factors
from wavefact.solvers.growth import MOST_PEAKS, grow, prune
from wavefact.spectral_windows import WindowedResidual


@pytest.fixture
def problem(rng):
    return problem_of(noise(rng, 14, 9), line_eigenvalues(14), 20.0, 1.5)


def grown(problem, centres):
    return grow(problem, WindowedResidual(problem.data, problem.space), centres)


def value(problem, factors):
    axis = problem.space
    return objective(problem.data, *factors, axis.eigenvalues, axis.weight, problem.regularization)


def test_highest_peak_is_reported_and_grown(problem):
    centres = problem.space.eigenvalues
    shapes, highest = grown(problem, centres)
    values = singular_values(problem.data, centres, 20.0, centres)
    assert highest == pytest.approx(values.max(), rel=1e-12)
    first = np.abs(shapes[:, 0]) ** 2
    assert first @ centres / first.sum() == pytest.approx(centres[values.argmax()], abs=0.1)


def test_each_new_component_minimises_the_objective_along_its_atom(problem):
    centre = problem.space.eigenvalues[[4]]
    shapes, _ = grown(problem, centre)
    weights = problem.space.weights(centre)[:, 0]
    d = shapes[:, 0] / np.sqrt(weights @ np.abs(shapes[:, 0]) ** 2)
    x = d @ problem.data / np.linalg.norm(d @ problem.data)

    def along(amplitude):
        half = np.sqrt(amplitude)
        return value(problem, (half * d[:, None], half * x[None, :], centre))

    amplitude = weights @ np.abs(shapes[:, 0]) ** 2
    assert amplitude > 0
    assert along(amplitude) < min(along(0.99 * amplitude), along(1.01 * amplitude), along(0.0))


def test_one_component_for_every_singular_value_above_the_regularization(problem):
    centre = problem.space.eigenvalues[[4]]
    gains = problem.space.weights(centre)[:, 0] ** -0.5
    values = np.linalg.svd(gains[:, None] * problem.data, compute_uv=False)
    count = int(np.sum(values > problem.regularization))
    assert count > 1
    assert grown(problem, centre)[0].shape == (14, count)


@pytest.mark.parametrize(("weight", "all_are_peaks"), [(100.0, False), (1e6, True)])
def test_neighbours_within_a_filter_are_one_peak_and_others_are_not(rng, weight, all_are_peaks):
    data = np.diag(1.0 + 0.1 * rng.random(20))
    problem = problem_of(data, np.linspace(0, 2.6, 20), weight, 0.95)
    shapes, _ = grown(problem, problem.space.eigenvalues)
    peaks = np.arange(20) if all_are_peaks else np.flatnonzero(_is_peak(np.diag(data)))
    assert len(peaks) > 3
    assert sorted(np.argmax(np.abs(shapes), axis=0)) == peaks.tolist()


def test_not_too_many_peaks_grow_at_once(rng):
    problem = problem_of(np.diag(1.0 + 0.1 * rng.random(60)), np.linspace(0, 4, 60), 1e6, 0.9)
    shapes, _ = grown(problem, problem.space.eigenvalues)
    loudest = np.argsort(-np.diag(problem.data))[:MOST_PEAKS]
    assert sorted(np.argmax(np.abs(shapes), axis=0)) == sorted(loudest)


def _is_peak(values):
    return (values >= np.append(values[1:], -np.inf)) & (values >= np.append(-np.inf, values[:-1]))


def test_components_that_vanish_are_dropped(rng):
    shapes, courses = noise(rng, 6, 3), noise(rng, 3, 8)
    shapes[:, 1] *= 1e-9
    kept = prune(Factors(shapes, courses, np.array([0.1, 1.0, 2.0])), 1e-6, 0.5)
    assert np.array_equal(kept.shapes, shapes[:, [0, 2]])
    assert np.array_equal(kept.courses, courses[[0, 2]])
    assert kept.centres.tolist() == [0.1, 2.0]


@pytest.mark.parametrize("is_complex", [False, True])
def test_duplicates_are_merged_without_changing_the_product(rng, is_complex):
    shapes, courses = noise(rng, 6, 4, is_complex), noise(rng, 4, 8, is_complex)
    shapes[:, 2] = (0.3 + 0.4j if is_complex else -0.5) * shapes[:, 0]
    shapes[:, 3] = 3.0 * shapes[:, 0]
    merged = prune(Factors(shapes, courses, np.array([1.0, 1.0, 1.0, 1.0])), 0.0, 1.0)
    assert merged.shapes.shape == (6, 2)
    np.testing.assert_allclose(merged.shapes @ merged.courses, shapes @ courses, atol=1e-12)


def test_like_shapes_of_other_centres_and_other_shapes_of_like_centres_stay(rng):
    shapes, courses = noise(rng, 6, 3), noise(rng, 3, 8)
    shapes[:, 1] = shapes[:, 0]
    factors = Factors(shapes, courses, np.array([1.0, 1.5, 1.0]))
    assert prune(factors, 0.0, 1.0).shapes.shape == (6, 3)
