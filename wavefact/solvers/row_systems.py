"""Many small systems that differ in their diagonals: one for each row of the shapes.

Most rows are solved all at once, by a few steps of an iteration whose error falls to rounding: where the
diagonal is far above the rest of the matrix, as on rows far from every centre, the rest is the correction
(Jacobi); where the entries of the diagonal are nearly equal, as on rows far from all centres beside the
distance of the centres, so are their differences, in the eigenbasis of the matrix.  The other rows are solved
one by one, in batches.

References
----------
Golub & Van Loan, "Matrix Computations", 4th ed., §11.2 (splittings of a matrix).
"""

from __future__ import annotations

import numpy as np

from wavefact._arrays import (
    Array,
    adjoint,
    array_namespace,
    at_once,
    device,
    eigh,
    is_on_host,
    like,
    to_numpy,
)

__all__ = ["solve_rows"]

BLOCK = 2**20  # entries of matrices that are solved in one batch
FEW, FEW_ON_CARD = 64, 2**14  # rows, up to which all are solved one by one
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
    if int(targets.shape[0]) <= (FEW if is_on_host(matrix) else FEW_ON_CARD):
        return _one_by_one(matrix, diagonals, targets)
    xp = array_namespace(matrix)
    high, low = xp.max(diagonals, axis=1), xp.min(diagonals, axis=1)
    is_dominant = to_numpy(float(xp.max(xp.sum(xp.abs(matrix), axis=1))) <= CONTRACTION * low)
    is_even = to_numpy(high - low <= CONTRACTION * (high + low)) & ~is_dominant
    parts = (is_dominant, is_even, ~(is_dominant | is_even))
    places, solved = [np.flatnonzero(part) for part in parts], []
    for place, solve in zip(places, (_dominant, _even, _one_by_one), strict=True):
        if len(place):
            rows = like(place, matrix)
            solved.append(solve(matrix, xp.take(diagonals, rows, axis=0), xp.take(targets, rows, axis=0)))
    order = np.argsort(np.concatenate(places), kind="stable")
    return xp.take(xp.concat(solved, axis=0), like(order, matrix), axis=0)


def _dominant(matrix: Array, diagonals: Array, targets: Array) -> Array:
    xp, found = array_namespace(matrix), targets / diagonals
    for _ in range(N_STEPS):
        found = (targets - found @ xp.matrix_transpose(matrix)) / diagonals
    return found


def _even(matrix: Array, diagonals: Array, targets: Array) -> Array:
    xp = array_namespace(matrix)
    energies, basis = eigh(xp.matrix_transpose(matrix))
    middles = 0.5 * (xp.max(diagonals, axis=1) + xp.min(diagonals, axis=1))[:, None]
    inverses, differences = 1.0 / (middles + energies[None, :]), diagonals - middles
    found = xp.zeros_like(targets)
    for _ in range(N_STEPS):
        found = ((targets - differences * found) @ basis * inverses) @ adjoint(basis)
    return found


def _one_by_one(matrix: Array, diagonals: Array, targets: Array) -> Array:
    xp, n = array_namespace(matrix), int(targets.shape[0])
    eye = xp.eye(int(matrix.shape[0]), dtype=matrix.dtype, device=device(matrix))
    size = max(1, at_once(matrix, BLOCK) // max(1, int(matrix.shape[0])) ** 2)
    parts = [slice(i, min(i + size, n)) for i in range(0, n, size)]
    solved = [
        xp.linalg.solve(matrix + eye * diagonals[part, None, :], targets[part, :, None]) for part in parts
    ]
    return xp.concat(solved, axis=0)[:, :, 0]
