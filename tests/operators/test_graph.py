"""Graphs: what counts as an edge."""

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.operators import Graph


def test_parts_and_lonely_points_have_a_zero_eigenvalue_each():
    operator = Graph([(0, 1), (2, 3)], n_points=5)
    np.testing.assert_allclose(operator.eigenvalues, [0, 0, 0, 2, 2], atol=1e-12)


def test_edge_given_twice_adds_up():
    twice = Graph([(0, 1), (1, 0), (1, 2)], weights=[1.0, 2.0, 1.0])
    np.testing.assert_array_equal(twice.matrix(), Graph([(0, 1), (1, 2)], weights=[3.0, 1.0]).matrix())


def test_positions_may_have_dimensions():
    assert Graph([(0, 1)], positions=[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]).positions.shape == (2, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"edges": []}, "shape \\(0,\\)"),
        ({"edges": [(0, 1, 2)]}, "shape \\(1, 3\\)"),
        ({"edges": [("a", "b")]}, "not pairs of numbers"),
        ({"edges": [(0, 1), (2,)]}, "not pairs of numbers"),
        ({"edges": [(0, 0.5)]}, "whole numbers"),
        ({"edges": [(0, float("inf"))]}, "whole numbers"),
        ({"edges": [(-1, 1)]}, "whole numbers from 0"),
        ({"edges": [(0, 1), (2, 2)]}, "edge 1 joins point 2 to itself"),
        ({"edges": [(0, 4)], "n_points": 4}, "names point 4, but n_points is 4"),
        ({"edges": [(0, 1)], "weights": [1.0, 2.0]}, "shape \\(2,\\) for 1 edges"),
        ({"edges": [(0, 1), (1, 2)], "weights": [1.0, -2.0]}, "weight 1 is -2.0"),
        ({"edges": [(0, 1)], "weights": [float("nan")]}, "weight 0 is nan"),
        ({"edges": [(0, 1)], "weights": ["x"]}, "weights are not numbers"),
        ({"edges": [(0, 1)], "positions": [0.0]}, "positions have shape"),
        ({"edges": [(0, 1)], "positions": [0.0, float("inf")]}, "position 1 is inf"),
    ],
)
def test_bad_input_is_named(arguments, words):
    with pytest.raises(InputError, match=words):
        Graph(**arguments)
