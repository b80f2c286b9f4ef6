"""The table of operators, and what saving makes of it."""

import pytest
from cases import OPERATORS as INSTANCES

import wavefact.operators
from wavefact.errors import InputError
from wavefact.operators import OPERATORS, String, WaveOperator, operator_from_dict


def test_names_in_the_table_are_those_of_the_classes():
    assert {name: kind.__name__ for name, kind in OPERATORS.items()} == {name: name for name in OPERATORS}
    assert all(issubclass(kind, WaveOperator) for kind in OPERATORS.values())
    assert set(OPERATORS) <= set(wavefact.operators.__all__)


def test_the_laws_see_every_operator():
    assert {type(param.values[0]).__name__ for param in INSTANCES} == set(OPERATORS)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"type": "Trampoline"}, "'Trampoline' is unknown; expected one of Beam"),
        ({}, "None is unknown"),
        ({"type": "String", "n_points": 5, "colour": "red"}, "does not fit.*colour"),
        ({"type": "FiniteElement", "mass": [1.0]}, "does not fit"),
        ({"type": "String", "n_points": 1}, "at least 2 points"),
    ],
)
def test_foreign_descriptions_are_refused(fields, words):
    with pytest.raises(InputError, match=words):
        operator_from_dict(fields)


def test_operators_cannot_be_changed():
    operator = String(5)
    with pytest.raises(AttributeError):
        operator.ends = "free"
