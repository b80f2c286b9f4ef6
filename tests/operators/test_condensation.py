"""Static condensation: the uneven string, stiffness of what is kept, and Guyan's frequencies from above."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.operators import Beam, FiniteElement, Membrane, String, condensed


def test_a_string_without_some_points_is_the_string_of_uneven_gaps():
    whole, kept = String(9, 0.5), np.array([0, 1, 3, 6, 8])
    part = condensed(whole, kept)
    assert isinstance(part, FiniteElement)
    gaps = np.diff([0.0, *(kept + 1.0), 10.0])
    springs = 1 / gaps
    expected = np.diag(springs[:-1] + springs[1:]) - np.diag(springs[1:-1], 1) - np.diag(springs[1:-1], -1)
    np.testing.assert_allclose(part.stiffness / part.stiffness[0, 0], expected / expected[0, 0], atol=1e-9)


@pytest.mark.parametrize(
    "operator", [String(9, ends="free"), Beam(12, ends="clamped-free"), Membrane((4, 5), 0.2, "fixed")]
)
def test_low_eigenvalues_stay_and_never_fall_below(operator):
    kept = np.setdiff1d(np.arange(operator.n_points), [2, 5])
    low = np.sort(operator.eigenvalues)[:3]
    part = np.sort(condensed(operator, kept).eigenvalues)[:3] * operator.n_points / kept.size
    assert part == pytest.approx(low, rel=0.3, abs=1e-6 * np.max(operator.eigenvalues))


def test_all_points_are_the_operator_itself():
    operator = String(5)
    assert condensed(operator, np.arange(5)) is operator
