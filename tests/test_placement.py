"""Sensors go where the determinant of the information is largest."""

from itertools import combinations

import numpy as np
import pytest

import wavefact as wf


def information(shapes, points):
    shapes = shapes / np.linalg.norm(shapes, axis=0)
    chosen = shapes[list(points)]
    return np.linalg.slogdet(chosen.conj().T @ chosen)[1]


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_no_choice_of_all_is_much_better(seed, is_complex):
    rng = np.random.default_rng(seed)
    shapes = rng.standard_normal((12, 3)) + (1j * rng.standard_normal((12, 3)) if is_complex else 0)
    found = information(shapes, wf.sensor_positions(shapes, 4))
    best = max(information(shapes, points) for points in combinations(range(12), 4))
    assert found >= best - 0.2
    assert found <= best + 1e-12


def test_given_sensors_are_counted_and_kept():
    shapes = np.sin(np.pi * np.outer(np.arange(1, 40) / 40, [1, 2, 3]))
    given = [9, 19]
    found = wf.sensor_positions(shapes, 3, given=given)
    assert len(set(found.tolist()) | set(given)) == 5
    best = max(
        information(shapes, [*given, *more]) for more in combinations(range(39), 3) if not {*more} & {9, 19}
    )
    assert information(shapes, [*given, *found]) == pytest.approx(best, abs=0.05)


def test_scale_and_sign_of_shapes_do_not_matter_and_models_are_taken(rng):
    shapes = rng.standard_normal((30, 4))
    model = wf.ModalModel([1.0, 2.0, 3.0, 4.0], [0.01] * 4, shapes * [1.0, -20.0, 1e-3, 4.0])
    np.testing.assert_array_equal(wf.sensor_positions(shapes, 6), wf.sensor_positions(model, 6))


def test_fewer_sensors_than_modes_are_placed_at_different_points(rng):
    assert len(np.unique(wf.sensor_positions(rng.standard_normal((30, 6)), 4))) == 4


@pytest.mark.parametrize(
    ("shapes", "n_sensors", "given", "text"),
    [
        (np.ones((5, 1)), 6, (), "from 1 to 5"),
        (np.ones((5, 1)), 4, [0, 2], "from 1 to 3"),
        (np.ones((5, 1)), 0, (), "from 1 to 5"),
        (np.ones(5), 2, (), r"of shape \(5,\)"),
        (np.full((5, 1), np.nan), 2, (), "finite"),
        (np.zeros((5, 2)), 2, (), "Mode shape 0 is zero"),
        (np.ones((5, 1)), 2, [7], "from 0 to 4"),
        (np.ones((5, 1)), 2, [0.5], "numbers of points"),
    ],
)
def test_bad_input(shapes, n_sensors, given, text):
    with pytest.raises(wf.InputError, match=text):
        wf.sensor_positions(shapes, n_sensors, given=given)
