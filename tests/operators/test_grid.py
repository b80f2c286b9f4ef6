"""Membranes and plates: shapes, per-axis arguments, bad input."""

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.operators import Membrane, Plate, String


def test_points_are_in_c_order():
    operator = Membrane((2, 3), (1.0, 0.1), ("free", "fixed"))
    expected = [[0.5, 0.1], [0.5, 0.2], [0.5, 0.3], [1.5, 0.1], [1.5, 0.2], [1.5, 0.3]]
    np.testing.assert_allclose(operator.positions, expected)


def test_scalar_arguments_serve_every_axis():
    assert Membrane((4, 3, 2), 0.5, "free") == Membrane([4, 3, 2], [0.5] * 3, ["free"] * 3)


def test_eigenvalues_are_sums_in_c_order():
    one, two = String(4, 0.5, "free-fixed").eigenvalues, String(3, 0.2).eigenvalues
    operator = Membrane((4, 3), (0.5, 0.2), ("free-fixed", "fixed"))
    np.testing.assert_allclose(operator.eigenvalues.reshape(4, 3), one[:, None] + two)


def test_large_grid_stays_cheap():
    operator = Membrane((400, 250), 0.01)
    values = np.random.default_rng(0).standard_normal(100_000)
    np.testing.assert_allclose(operator.synthesize(operator.analyze(values)), values, atol=1e-11)
    assert "basis" not in vars(operator)


@pytest.mark.parametrize("kind", [Membrane, Plate])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"shape": (5,)}, "1 axes"),
        ({"shape": (5, 4, 3, 2)}, "4 axes"),
        ({"shape": 5}, "points per axis"),
        ({"shape": "ab"}, "points per axis"),
        ({"shape": (5, 1)}, r"shape\[1\] is 1"),
        ({"shape": (5, 4), "spacing": (1.0, 0.0)}, "spacing of axis 1 is 0.0"),
        ({"shape": (5, 4), "spacing": (1.0, 1.0, 1.0)}, "spacing has 3 items for 2 axes"),
        ({"shape": (5, 4), "ends": ("free",)}, "ends has 1 items for 2 axes"),
        ({"shape": (5, 4), "ends": "clamped"}, "'clamped' is unknown"),
        ({"shape": (5, 4), "ends": ("periodic", None)}, "None is unknown"),
    ],
)
def test_bad_input_is_named(kind, arguments, words):
    with pytest.raises(InputError, match=words):
        kind(**arguments)


def test_plate_has_two_axes():
    with pytest.raises(InputError, match="a plate has two"):
        Plate((3, 3, 3))
