"""Finite-element pairs: forms of K and M, bad input."""

import numpy as np
import pytest
from cases import CHAIN
from scipy import sparse

from wavefact.errors import InputError
from wavefact.operators import FiniteElement, operator_from_dict

MASS = [1.0, 2.0, 0.5, 0.1]


def test_eigenvalues_are_squared_angular_frequencies():
    operator = FiniteElement([[300.0, -100.0], [-100.0, 100.0]], mass=[2.0, 1.0])
    # det(K − ω²M) = 2ω⁴ − 500ω² + 20000 = 0
    np.testing.assert_allclose(operator.eigenvalues, [50.0, 200.0], rtol=1e-12)
    assert operator.wavenumber(operator.eigenvalues[1]) == pytest.approx(np.sqrt(200.0))


def test_forms_of_the_matrices_are_equivalent():
    dense = FiniteElement(CHAIN, MASS)
    assert FiniteElement(sparse.csr_matrix(CHAIN), sparse.diags(MASS)) == dense
    assert FiniteElement(sparse.coo_array(CHAIN), np.diag(MASS)) == dense
    assert FiniteElement(CHAIN.tolist(), MASS) == dense


def test_unit_mass_is_the_default():
    np.testing.assert_array_equal(FiniteElement(CHAIN).matrix(), CHAIN)
    np.testing.assert_array_equal(FiniteElement(CHAIN).shares, 1.0)


def test_round_off_is_forgiven():
    skewed = CHAIN + 1e-12 * np.triu(CHAIN)
    free = np.array([[1.0, -1.0], [-1.0, 1.0 - 1e-12]])
    assert np.array_equal(FiniteElement(skewed).stiffness, FiniteElement(skewed).stiffness.T)
    assert np.all(FiniteElement(free).eigenvalues >= 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"stiffness": np.ones((2, 3))}, "shape \\(2, 3\\)"),
        ({"stiffness": [[1.0]]}, "number of rows of stiffness is 1"),
        ({"stiffness": [[1.0, 0.0], [0.0, float("nan")]]}, r"stiffness\[1, 1\] is nan"),
        ({"stiffness": [[2.0, -1.0], [-1.5, 2.0]]}, "not symmetric"),
        ({"stiffness": [[1.0, 2.0], [2.0, 1.0]]}, "indefinite"),
        ({"stiffness": [["a", "b"], ["c", "d"]]}, "real numbers"),
        ({"stiffness": np.eye(2) * (1 + 1j)}, "real numbers"),
        ({"stiffness": CHAIN, "mass": [1.0, 1.0]}, "mass has shape \\(2,\\)"),
        ({"stiffness": CHAIN, "mass": [1.0, 0.0, 1.0, 1.0]}, "mass 1 is 0.0"),
        ({"stiffness": CHAIN, "mass": [1.0, 1.0, 1.0, float("inf")]}, "mass 3 is inf"),
        ({"stiffness": CHAIN, "mass": np.eye(4) + 0.1}, "lump it first"),
        ({"stiffness": CHAIN, "positions": [1.0, 2.0]}, "positions have shape"),
    ],
)
def test_bad_input_is_named(arguments, words):
    with pytest.raises(InputError, match=words):
        FiniteElement(**arguments)


def test_damaged_description_is_refused():
    fields = FiniteElement(CHAIN, MASS).to_dict()
    fields["stiffness"]["rows"][0] = 99
    with pytest.raises(InputError, match="does not fit"):
        operator_from_dict(fields)
