"""Systems of one matrix and many diagonals."""

import numpy as np
import pytest
from independent import noise

from wavefact.solvers.row_systems import FEW, solve_rows


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("largest", [1.0, 30.0, 1e3, 1e9])
@pytest.mark.parametrize("n", [5, 3 * FEW])
def test_every_row_solves_its_system(rng, is_complex, largest, n):
    factor = noise(rng, 7, 12, is_complex)
    matrix, targets = factor @ factor.conj().T, noise(rng, n, 7, is_complex)
    diagonals = np.geomspace(0.1, largest * 100.0, n)[:, None] * rng.uniform(0.5, 2.0, (n, 7))
    found = solve_rows(matrix, diagonals, targets)
    expected = np.stack(
        [np.linalg.solve(matrix + np.diag(d), t) for d, t in zip(diagonals, targets, strict=True)]
    )
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-14 * np.abs(expected).max(axis=1).min())


def test_every_library_solves_the_same(xp, rng):
    factor, n = noise(rng, 4, 9), 2 * FEW
    matrix, targets = factor @ factor.T, noise(rng, n, 4)
    diagonals = np.geomspace(0.1, 1e6, n)[:, None] * np.ones((1, 4))
    found = solve_rows(xp.asarray(matrix), xp.asarray(diagonals), xp.asarray(targets))
    np.testing.assert_allclose(xp.to_numpy(found), solve_rows(matrix, diagonals, targets), rtol=1e-12)
