"""Many small systems that differ in their diagonals: one for each row of the shapes.

Where the entries of a diagonal are nearly equal, as on rows far from all centres beside the distance of the
centres, their middle is taken for all of them: in the eigenbasis of the common matrix all rows are then
solved at once, and a few steps of iterative refinement make up for the difference.  The other rows are solved
one by one, in batches.

References
----------
Golub & Van Loan, "Matrix Computations", 4th ed., §11.2 (splittings of a matrix).
"""

from __future__ import annotations

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, device, like, to_numpy

__all__ = ["solve_rows"]

BLOCK = 2**23  # entries of matrices that are solved in one batch
FEW = 64  # rows, up to which all are solved one by one
CONTRACTION = 0.004  # of the error in each step of the iteration, at most
N_STEPS = 7  # by which it falls to rounding


def solve_rows(matrix: Array, diagonals: Array, targets: Array) -> Array:
    """Solve (matrix + diag(diagonals[j])) x_j = targets[j] for every row j.

    Parameters
    ----------
    matrix : array, shape (k, k), positive semidefinite
    diagonals : array, shape (n, k), positive
    targets : array, shape (n, k)

    Returns
    -------
    array, shape (n, k)
    """
    if int(targets.shape[0]) <= FEW:
        return _one_by_one(matrix, diagonals, targets)
    xp = array_namespace(matrix)
    high, low = xp.max(diagonals, axis=1), xp.min(diagonals, axis=1)
    is_far = to_numpy((high - low) <= CONTRACTION * (high + low))
    places = [np.flatnonzero(part) for part in (is_far, ~is_far)]
    solved = []
    for place, solve in zip(places, (_by_iteration, _one_by_one), strict=True):
        if len(place):
            rows = like(place, matrix)
            solved.append(solve(matrix, xp.take(diagonals, rows, axis=0), xp.take(targets, rows, axis=0)))
    order = np.argsort(np.concatenate(places), kind="stable")
    return xp.take(xp.concat(solved, axis=0), like(order, matrix), axis=0)


def _by_iteration(matrix: Array, diagonals: Array, targets: Array) -> Array:
    xp = array_namespace(matrix)
    energies, basis = xp.linalg.eigh(xp.matrix_transpose(matrix))
    middles = 0.5 * (xp.max(diagonals, axis=1) + xp.min(diagonals, axis=1))[:, None]
    inverses, differences = 1.0 / (middles + energies[None, :]), diagonals - middles
    found = xp.zeros_like(targets)
    for _ in range(N_STEPS):
        found = ((targets - differences * found) @ basis * inverses) @ adjoint(basis)
    return found


def _one_by_one(matrix: Array, diagonals: Array, targets: Array) -> Array:
    xp, n = array_namespace(matrix), int(targets.shape[0])
    eye = xp.eye(int(matrix.shape[0]), dtype=matrix.dtype, device=device(matrix))
    size = max(1, BLOCK // max(1, int(matrix.shape[0])) ** 2)
    parts = [slice(i, min(i + size, n)) for i in range(0, n, size)]
    solved = [
        xp.linalg.solve(matrix + eye * diagonals[part, None, :], targets[part, :, None]) for part in parts
    ]
    return xp.concat(solved, axis=0)[:, :, 0]
