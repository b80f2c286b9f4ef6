"""What holds where both axes have a weight: bounds are bounds, special cases agree, symmetries hold."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from independent import line_eigenvalues, noise

from wavefact.joint import Curve, Plane, ResidualMap, peaks, prove
from wavefact.joint.cells import box_weights
from wavefact.joint.proof import _by_chord, _by_distance, _definite
from wavefact.problem import Axis, Problem, unweighted
from wavefact.solution import Status
from wavefact.solvers.base import Seed
from wavefact.solvers.certified import CertifiedGrowth


def tones_of(n_samples):
    """Return eigenvalues of a time axis of order 1 at unit rate."""
    return np.pi * np.arange(n_samples) / n_samples


def dense_values(residual, space, time, centres, tones):
    """Return σ_max of the filtered residual at every pair, by full singular value decompositions."""
    left = 1.0 / np.sqrt(space.weights(np.asarray(centres, dtype=float)))
    right = 1.0 / np.sqrt(time.weights(np.asarray(tones, dtype=float)))
    rows = [left[:, i, None] * residual * right.T[:, None, :] for i in range(left.shape[1])]
    grams = [row @ row.conj().swapaxes(1, 2) for row in rows]
    return np.sqrt(np.maximum([np.linalg.eigvalsh(gram)[:, -1] for gram in grams], 0.0))


def make_problem(seed, n, n_samples, weights, fraction, is_complex=False):
    data = noise(np.random.default_rng(seed), n, n_samples, is_complex)
    data[n // 3] += 4.0 * np.cos(0.7 * np.arange(n_samples))
    space, time = Axis(line_eigenvalues(n), weights[0]), Axis(tones_of(n_samples), weights[1])
    grid = np.linspace(*space.bounds, 41), np.linspace(*time.bounds, 81)
    largest = float(dense_values(data, space, time, *grid).max())
    return Problem(data, space, time, fraction * largest)


CASES = {
    "narrow": (1, 9, 40, (30.0, 200.0), 0.5),
    "broad in space": (2, 8, 60, (0.3, 300.0), 0.4),
    "broad in time": (3, 10, 30, (100.0, 1.0), 0.5),
    "small λ": (4, 7, 25, (10.0, 50.0), 0.15),
    "more points than samples": (5, 20, 11, (50.0, 30.0), 0.4),
    "complex": (6, 8, 30, (20.0, 100.0), 0.5, True),
    "space only": (7, 9, 16, (30.0, 0.0), 0.3),
    "time only": (8, 9, 30, (0.0, 100.0), 0.4),
}
every_case = pytest.mark.parametrize("case", CASES)


def solved(problem, rtol=1e-6, domain=None):
    domain = Plane(problem.space, problem.time) if domain is None else domain
    return CertifiedGrowth(rtol, domain=domain).solve(problem)


@lru_cache
def certified(case):
    """Return a case and its solution, which takes seconds, to 1e-6."""
    problem = make_problem(*CASES[case])
    return problem, solved(problem)


def objective(problem, solution):
    """Return the objective from its definition, component by component."""
    value = 0.5 * np.linalg.norm(problem.data - solution.shapes @ solution.courses) ** 2
    for i in range(solution.shapes.shape[1]):
        d, x = np.abs(solution.shapes[:, i]) ** 2, np.abs(solution.courses[i]) ** 2
        w = 1 + problem.space.weight * (problem.space.eigenvalues - solution.centres[i]) ** 2
        v = 1 + problem.time.weight * (problem.time.eigenvalues - solution.tones[i]) ** 2
        value += 0.5 * problem.regularization * (w @ d + v @ x)
    return float(value)


@every_case
def test_random_problems_are_certified(case):
    problem, solution = certified(case)
    certificate = solution.certificate
    assert solution.status is Status.CERTIFIED
    assert -1e-12 <= certificate.gap <= 1e-6
    assert certificate.polar <= certificate.polar_upper
    assert objective(problem, solution) == pytest.approx(certificate.primal, rel=1e-10)
    residual = problem.data - solution.shapes @ solution.courses
    grid = np.linspace(*problem.space.bounds, 101), np.linspace(*problem.time.bounds, 201)
    centres, tones = np.append(grid[0], solution.centres), np.append(grid[1], solution.tones)
    found = dense_values(residual, problem.space, problem.time, centres, tones).max()
    assert found <= certificate.polar_upper * (1 + 1e-12)


@every_case
def test_two_accuracies_agree_within_their_gaps(case):
    problem, solution = certified(case)
    loose, tight = solved(problem, 1e-2).certificate, solution.certificate
    assert loose.dual <= tight.primal * (1 + 1e-12)
    assert tight.dual <= loose.primal * (1 + 1e-12)


def test_without_a_time_weight_it_is_the_solver_of_the_space_axis():
    problem = make_problem(*CASES["space only"])
    alone = CertifiedGrowth(1e-9).solve(problem)
    joint = solved(problem, 1e-9)
    assert joint.status is alone.status is Status.CERTIFIED
    assert joint.certificate.primal == pytest.approx(alone.certificate.primal, rel=1e-8)


def test_without_a_space_weight_it_is_its_mirror_image():
    problem = make_problem(*CASES["time only"])
    n = problem.data.shape[0]
    mirrored = Problem(problem.data.T, problem.time, unweighted(n, problem.data), problem.regularization)
    alone = CertifiedGrowth(1e-9).solve(mirrored)
    joint = solved(problem, 1e-9)
    assert joint.status is alone.status is Status.CERTIFIED
    assert joint.certificate.primal == pytest.approx(alone.certificate.primal, rel=1e-8)


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.floats(-1, 3), st.floats(-1, 3), st.booleans())
def test_weak_duality(seed, log_space, log_time, is_complex):
    problem = make_problem(seed, 6, 14, (10.0**log_space, 10.0**log_time), 0.4, is_complex)
    solution = CertifiedGrowth(1e-3, max_rounds=2, domain=Plane(problem.space, problem.time)).solve(problem)
    assert solution.certificate.dual <= solution.certificate.primal * (1 + 1e-12)
    assert (solution.certificate.gap <= 1e-3) == (solution.status is Status.CERTIFIED)


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.booleans())
def test_optimum_scales_and_ignores_signs_units_and_order_of_points(seed, is_complex):
    problem = make_problem(seed, 6, 14, (20.0, 40.0), 0.45, is_complex)
    rng, expected = np.random.default_rng(seed), solved(problem).certificate.primal
    order, signs = rng.permutation(6), np.where(rng.random((6, 1)) < 0.5, -1.0, 1.0)
    alternating = (-1.0) ** np.arange(14)  # time run backwards
    space = Axis(problem.space.eigenvalues[order] * 0.1, problem.space.weight * 100.0)
    time = Axis(problem.time.eigenvalues * 7.0, problem.time.weight / 49.0)
    data = (3.0 * signs * problem.data * alternating)[order]
    other = Problem(data, space, time, 3.0 * problem.regularization)
    assert solved(other).certificate.primal == pytest.approx(9.0 * expected, rel=2e-6)


@settings(max_examples=12)
@given(st.integers(0, 10**6))
def test_optimum_is_the_same_with_axes_exchanged(seed):
    problem = make_problem(seed, 7, 9, (20.0, 5.0), 0.4)
    order = np.argsort(problem.space.eigenvalues)
    mirrored = Problem(
        problem.data[order].T,
        problem.time,
        Axis(problem.space.eigenvalues[order], problem.space.weight),
        problem.regularization,
    )
    assert solved(mirrored).certificate.primal == pytest.approx(solved(problem).certificate.primal, rel=2e-6)


@st.composite
def residuals(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, n_samples = draw(st.integers(2, 7)), draw(st.integers(2, 90))
    space = Axis(line_eigenvalues(n), 10.0 ** draw(st.floats(-2, 4)))
    time = Axis(tones_of(n_samples), 10.0 ** draw(st.floats(-2, 5)))
    return noise(rng, n, n_samples, draw(st.booleans())), space, time, rng


@settings(max_examples=60)
@given(residuals())
def test_bounds_of_boxes_are_never_below_what_is_attained_inside(case):
    residual, space, time, rng = case
    mapped, plane = ResidualMap(residual, space, time), Plane(space, time)
    boxes = np.concatenate([np.sort(rng.uniform(*axis.bounds, (20, 2))) for axis in (space, time)], axis=1)
    small = rng.random(20) < 0.5
    for column, axis in ((0, space), (2, time)):
        width = np.minimum(boxes[:, column + 1] - boxes[:, column], 1.5 * axis.bandwidth * rng.random(20))
        boxes[small, column + 1] = boxes[small, column] + width[small]
    centres, tones = boxes[:, :2], boxes[:, 2:]
    weights = 1.0 / box_weights(space, centres)
    energies = mapped.row_energies(tones[:, 0], tones[:, 1], 8.0)
    top = dense_values(residual, space, time, space.eigenvalues, time.eigenvalues).max()
    for i, box in enumerate(boxes):
        inside = rng.uniform(*centres[i], 3), rng.uniform(*tones[i], 3)
        found = dense_values(residual, space, time, [*inside[0], *centres[i]], [*inside[1], *tones[i]]).max()
        assert found**2 <= float(weights[i] @ energies[:, i]) * (1 + 1e-9)
        for level in (0.9 * found, 0.999 * found, 1.05 * found, 0.8 * top):
            passed = _by_distance(mapped, level, box[None]) | _by_chord(mapped, plane, level, box[None])
            assert not passed[0] or found <= level * (1 + 1e-9)


@given(residuals(), st.floats(0.5, 1.5), st.sampled_from([0.3, 0.02, 0.0]))
def test_the_reduced_test_of_definiteness_never_passes_what_is_indefinite(case, factor, rest):
    residual, space, time, rng = case
    gains = 1.0 / time.weights(np.array([rng.uniform(*time.bounds)]))[:, 0]
    diagonals = space.weights(rng.uniform(*space.bounds, 5)).T
    gram = (residual * gains) @ residual.conj().T
    top = np.array([np.linalg.eigvalsh(gram / np.sqrt(np.outer(d, d)))[-1] for d in diagonals])
    passed = _definite(residual, gains, None, diagonals * top.max() * factor, rest)
    assert np.all(top[passed] <= top.max() * factor * (1 + 1e-9))
    if factor > 1.2:
        assert np.all(passed)


@settings(max_examples=40)
@given(residuals())
def test_a_level_just_above_is_proven_and_one_below_is_violated(case):
    residual, space, time, _ = case
    mapped, plane = ResidualMap(residual, space, time), Plane(space, time)
    grid = dense_values(residual, space, time, space.eigenvalues, time.eigenvalues)
    attained = max([peak.value for peak in peaks(mapped, plane, 0.0)] + [grid.max()])
    below = prove(mapped, plane, 0.99 * attained)
    assert len(below) > 0
    points = prove(mapped, plane, attained * 1.02)
    for centre, tone in points:  # the grid may have missed the top
        assert dense_values(residual, space, time, [centre], [tone])[0, 0] > attained


def test_peaks_are_attained_and_their_atoms_have_unit_norm(rng):
    residual = noise(rng, 8, 120)
    residual[3] += 3 * np.cos(np.pi * (np.arange(120) + 0.5) * 0.3)
    space, time = Axis(line_eigenvalues(8), 40.0), Axis(tones_of(120), 500.0)
    found = peaks(ResidualMap(residual, space, time), Plane(space, time), 0.0)
    assert found == sorted(found, key=lambda peak: -peak.value)
    for peak in found[:5]:
        value = dense_values(residual, space, time, [peak.centre], [peak.tone])[0, 0]
        assert 0.99 * value <= peak.value <= value * (1 + 1e-9)
        weights = space.weights(np.array([peak.centre]))[:, 0]
        assert weights @ peak.shape**2 == pytest.approx(1.0, rel=2e-2)


def make_curve(problem, slope=None):
    low, high = problem.space.bounds
    slope = (high - low) / np.ptp(problem.time.bounds) if slope is None else slope
    tones = np.linspace(problem.time.bounds[0], min(problem.time.bounds[1], (high - low) / slope), 7)
    return Curve(problem.space, problem.time, low + slope * tones**1.0, tones)


@pytest.mark.parametrize("name", ["narrow", "complex"])
def test_on_a_curve_the_optimum_is_certified_and_no_better_than_on_the_plane(name):
    problem, on_the_plane = certified(name)
    curve = make_curve(problem)
    solution = solved(problem, 1e-5, curve)
    assert solution.status is Status.CERTIFIED
    np.testing.assert_allclose(curve.at(solution.tones), solution.centres, rtol=1e-9, atol=1e-12)
    assert solution.certificate.primal >= on_the_plane.certificate.dual
    residual = problem.data - solution.shapes @ solution.courses
    tones = np.linspace(curve.tones[0], curve.tones[-1], 400)
    left = 1.0 / np.sqrt(problem.space.weights(curve.at(tones)))
    right = 1.0 / np.sqrt(problem.time.weights(tones))
    values = [np.linalg.norm(left[:, i : i + 1] * residual * right[:, i], 2) for i in range(len(tones))]
    assert max(values) <= solution.certificate.polar_upper * (1 + 1e-12)


@given(st.integers(0, 10**6))
def test_the_nearest_pair_of_a_curve_is_the_best_of_many(seed):
    rng = np.random.default_rng(seed)
    space, time = Axis(np.linspace(0, 4, 9), 3.0), Axis(np.linspace(0, 3, 20), 2.0)
    curve = Curve(space, time, np.cumsum(rng.random(6)), np.cumsum(rng.random(6)))
    centre, tone, masses = rng.uniform(0, 4), rng.uniform(0, 3), rng.random((1, 2))
    found = curve.nearest(np.array([centre]), np.array([tone]), masses)[0]
    tones = np.linspace(curve.tones[0], curve.tones[-1], 4001)
    costs = masses[0, 0] * (curve.at(tones) - centre) ** 2 + masses[0, 1] * (tones - tone) ** 2
    cost = masses[0, 0] * (found[0] - centre) ** 2 + masses[0, 1] * (found[1] - tone) ** 2
    assert curve.at(found[1:])[0] == pytest.approx(found[0], abs=1e-9)
    assert cost <= costs.min() + 1e-9


@pytest.mark.parametrize("name", ["narrow", "complex"])
def test_every_library_finds_the_same_optimum(xp, name):
    problem = make_problem(*CASES[name])
    expected = solved(problem, 1e-3)
    axes = [Axis(xp.asarray(a.eigenvalues), a.weight) for a in (problem.space, problem.time)]
    there = Problem(xp.asarray(problem.data), *axes, problem.regularization)
    found = CertifiedGrowth(1e-3).solve(there)
    assert found.status is Status.CERTIFIED
    assert found.certificate.primal == pytest.approx(expected.certificate.primal, rel=1e-6)
    assert xp.to_numpy(found.tones).shape == xp.to_numpy(found.centres).shape


def test_repeats_are_bitwise_equal():
    problem, first = certified("narrow")
    second = solved(problem)
    assert np.array_equal(first.shapes, second.shapes)
    assert first.history == second.history


def test_warm_starts_reach_the_same_optimum():
    problem, cold = certified("narrow")
    warm = CertifiedGrowth(1e-6).solve(problem, start=Seed(cold.shapes, cold.tones))
    assert warm.certificate.primal == pytest.approx(cold.certificate.primal, rel=2e-6)
    assert len(warm.history) <= len(cold.history)
