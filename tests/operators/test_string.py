"""Strings: positions, spans, closed form or not, bad input."""

import sys

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.operators import String


def test_default_positions_leave_room_for_the_ends():
    np.testing.assert_allclose(String(3, 0.5).positions, [0.5, 1.0, 1.5])
    np.testing.assert_allclose(String(3, 0.5, "free").positions, [0.25, 0.75, 1.25])
    np.testing.assert_allclose(String(3, 0.5, "free-fixed").positions, [0.25, 0.75, 1.25])


def test_span_alone_is_filled_evenly():
    operator = String(4, ends="fixed-free", span=(1.0, 2.8))
    assert operator.spacing == pytest.approx(0.4)
    np.testing.assert_allclose(operator.positions, [1.4, 1.8, 2.2, 2.6])
    np.testing.assert_allclose(operator.eigenvalues, String(4, 0.4, "fixed-free").eigenvalues, rtol=1e-13)


@pytest.mark.parametrize("ends", ["fixed", "free", "fixed-free", "periodic"])
def test_even_positions_use_the_closed_form(ends):
    even = 7.0 + 0.2 * np.arange(9)
    operator = String(ends=ends, positions=even)
    assert "_modes" not in vars(operator)
    np.testing.assert_allclose(operator.eigenvalues, String(9, 0.2, ends).eigenvalues, rtol=1e-12)
    np.testing.assert_array_equal(operator.shares, 1.0)
    assert "_modes" not in vars(operator)
    np.testing.assert_array_equal(operator.positions, even)


def test_rounded_coordinates_count_as_even():
    operator = String(positions=np.float32(0.1) * np.arange(1, 40, dtype=np.float32))
    np.testing.assert_array_equal(operator.shares, 1.0)


def test_slightly_uneven_positions_change_little():
    even = 0.2 * np.arange(1, 10)
    uneven = even.copy()
    uneven[4] += 1e-4
    operator = String(positions=uneven)
    assert np.any(operator.shares != 1.0)
    np.testing.assert_allclose(operator.eigenvalues, String(positions=even).eigenvalues, rtol=1e-3)


def test_ends_with_the_same_word_twice_are_one_word():
    assert String(5, ends="free-free") == String(5, ends="free")


def test_large_even_grid_stays_cheap():
    operator = String(100_000, 1e-3)
    values = np.zeros((100_000, 2))
    values[5, 1] = 1.0
    np.testing.assert_allclose(operator.synthesize(operator.analyze(values)), values, atol=1e-12)
    assert operator.eigenvalues[-1] == pytest.approx(4e6, rel=1e-6)
    assert "basis" not in vars(operator)
    assert max(sys.getsizeof(v) for v in vars(operator).values()) < 2_000_000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "n_points is None"),
        ({"n_points": 1}, "n_points is 1"),
        ({"n_points": 2.5}, "n_points is 2.5"),
        ({"n_points": True}, "n_points is True"),
        ({"n_points": 5, "spacing": 0}, "spacing is 0.0"),
        ({"n_points": 5, "spacing": -1.0}, "spacing is -1.0"),
        ({"n_points": 5, "spacing": float("nan")}, "spacing is nan"),
        ({"n_points": 5, "spacing": float("inf")}, "spacing is inf"),
        ({"n_points": 5, "spacing": "wide"}, "spacing is 'wide'"),
        ({"n_points": 5, "spacing": 1e-200}, "another unit"),
        ({"n_points": 5, "ends": "clamped"}, "choose among fixed, free, periodic"),
        ({"n_points": 5, "ends": "fixed-periodic"}, "choose among fixed, free, periodic"),
        ({"n_points": 5, "ends": "fixed-free-fixed"}, "choose among fixed, free, periodic"),
        ({"n_points": 5, "ends": None}, "choose among fixed, free, periodic"),
        ({"positions": [0.0, 1.0, 0.5, 1.0]}, "points 1 and 3"),
        ({"positions": [0.0, 1.0, float("nan")]}, "position 2 is nan"),
        ({"positions": [float("-inf"), 1.0]}, "position 0 is -inf"),
        ({"positions": np.zeros((2, 2, 2))}, "shape \\(2, 2, 2\\)"),
        ({"positions": [[0.0, 1.0], [2.0, 3.0], [3.0, 0.0]]}, "do not lie on a straight line"),
        ({"positions": [1.0]}, "number of positions is 1"),
        ({"positions": ["a", "b"]}, "positions are not numbers"),
        ({"n_points": 4, "positions": [0.0, 1.0, 3.0]}, "3 positions for n_points=4"),
        ({"n_points": 4, "span": (1.0, 0.0)}, "start below stop"),
        ({"n_points": 4, "span": (0.0, float("inf"))}, "two finite numbers"),
        ({"n_points": 4, "span": 3.0}, "span is 3.0"),
        ({"positions": [0.0, 1.0, 3.0], "span": (0.5, 4.0)}, "do not fit in the span"),
        ({"positions": [0.0, 1.0, 3.0], "span": (0.0, 4.0)}, "lies on the fixed end at 0 m"),
        ({"positions": [0.0, 1.0, 3.0], "span": (-1.0, 3.0)}, "lies on the fixed end at 3 m"),
        ({"positions": [0.0, 1.0, 3.0], "span": (0.0, 3.0), "ends": "periodic"}, "same on a circle"),
    ],
)
def test_bad_input_is_named(arguments, words):
    with pytest.raises(InputError, match=words) as caught:
        String(**arguments)
    assert len(str(caught.value)) < 220


def test_positions_as_a_column_are_a_line():
    assert String(positions=[[0.0], [1.0], [3.0]]) == String(positions=[0.0, 1.0, 3.0])


def test_point_may_lie_on_a_free_end():
    operator = String(positions=[0.0, 1.0, 2.0], ends="free", span=(0.0, 2.0))
    np.testing.assert_allclose(operator.shares, [0.75, 1.5, 0.75])
