"""Lossless reduction of time: as long as time is unpenalised, X lives in the row space of Y.

Replacing Y (n_sensors × n_samples) by any S with S Sᴴ = Y Yᴴ leaves the objective as it is,
so after one pass over the samples the cost no longer depends on their number, and a second
pass gives the time courses.  S comes from the Gram matrix (fast; Grams of blocks add up), or
from blockwise QR where λ is so small that squaring the signals would cost accuracy.

References
----------
Golub & Van Loan, "Matrix Computations", 4th ed., §5.3 (accuracy of normal equations).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import frexp, ldexp, sqrt

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, is_complex, real, to_numpy
from wavefact.operators import WaveOperator
from wavefact.recording import Recording

__all__ = ["Reduction", "gram_root", "power_of_two", "project", "to_eigenbasis"]

BLOCK_BYTES = 2**25  # of double precision, so that conversions need little memory
SAFE = 1e100  # magnitudes beyond this, or below its inverse, are rescaled before squaring


class Reduction:
    """Gram matrix of a recording, and from it the reduced data in the operator's eigenbasis.

    Parameters
    ----------
    recording : Recording
    operator : WaveOperator
        Of as many points as the recording has sensors.

    Attributes
    ----------
    scale : float
        Power of two by which the recording is divided inside, close to its root mean square.
    gram : array, shape (n_points, n_points)
        Ŷ Ŷᴴ of the scaled recording, Ŷ its coefficients in the eigenbasis.
    mean_share : float
        Share of the sensors' mean values in the energy, between 0 and 1.
    n_samples : int
    """

    def __init__(self, recording: Recording, operator: WaveOperator) -> None:
        self._recording, self._operator = recording, operator
        self.n_samples = recording.n_samples
        (gram, sums), peak = _moments(recording, 1.0), 1.0
        energy = _trace(gram)
        if not SAFE**-2 < energy < SAFE**2:
            peak = power_of_two(_peak(recording))
            gram, sums = _moments(recording, peak)
            energy = _trace(gram)
        constant = float(np.sum(np.abs(to_numpy(sums)) ** 2)) / recording.n_samples
        self.mean_share = constant / energy if energy > 0 else 0.0
        root_mean_square = power_of_two(sqrt(energy / (recording.n_sensors * recording.n_samples)))
        self.scale = peak * root_mean_square
        self.gram = to_eigenbasis(operator, gram / root_mean_square**2)

    def data(self, smallest: float) -> Array:
        """Return S (n_points, n_reduced) with S Sᴴ = Ŷ Ŷᴴ.

        Parameters
        ----------
        smallest : float
            Smallest singular value of the scaled recording that matters, such as λ times the
            square root of the accuracy asked for.
        """
        exact = self.n_samples <= self._recording.n_sensors
        lost = np.finfo(np.float64).eps * self.gram.shape[0] * _trace(self.gram)
        if exact or sqrt(lost) > smallest:
            factor = None if exact else adjoint(_triangle(self._recording, self.scale))
            columns = _whole(self._recording, self.scale) if factor is None else factor
            return self._operator.analyze(columns)
        return gram_root(self.gram)


def gram_root(gram: Array) -> Array:
    """Return S of full column rank with S Sᴴ = `gram`, up to rounding."""
    xp = array_namespace(gram)
    energies, vectors = xp.linalg.eigh(gram)
    on_host = to_numpy(energies)
    rank = int(np.sum(on_host > np.finfo(np.float64).eps * len(on_host) * max(on_host[-1], 0.0)))
    kept = slice(len(on_host) - max(rank, 1), None)
    return vectors[:, kept] * xp.maximum(energies[kept], xp.zeros_like(energies[kept])) ** 0.5


def to_eigenbasis(operator: WaveOperator, gram: Array) -> Array:
    """Return Γᵀ M^{1/2} G M^{1/2} Γ of a Gram matrix over the sensors."""
    return adjoint(operator.analyze(adjoint(operator.analyze(gram))))


def project(recording: Recording, weights: Array) -> np.ndarray:
    """Return (weightsᴴ Y)ᵀ, shape (n_samples, n_components), on the host, in one pass over the samples."""
    dtype = np.complex128 if is_complex(weights) else np.float64
    courses, start = np.empty((recording.n_samples, int(weights.shape[1])), dtype), 0
    for block in _blocks(recording, 1.0):
        stop = start + int(block.shape[1])
        courses[start:stop] = to_numpy(adjoint(weights) @ block).T
        start = stop
    return courses


def _moments(recording: Recording, scale: float) -> tuple[Array, Array]:
    """Return Y Yᴴ and the sum of each row of the scaled recording."""
    total = sums = None
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for block in _blocks(recording, scale):
            xp = array_namespace(block)
            gram, row_sums = block @ adjoint(block), xp.sum(block, axis=1)
            total = gram if total is None else total + gram
            sums = row_sums if sums is None else sums + row_sums
    return total, sums


def _triangle(recording: Recording, scale: float) -> Array:
    """Return R of the QR factorization of Yᴴ, block by block (tall and skinny)."""
    triangle = None
    for block in _blocks(recording, scale):
        xp = array_namespace(block)
        rows = adjoint(block) if triangle is None else xp.concat([triangle, adjoint(block)], axis=0)
        triangle = xp.linalg.qr(rows, mode="reduced").R
    return triangle


def _whole(recording: Recording, scale: float) -> Array:
    blocks = list(_blocks(recording, scale))
    return array_namespace(blocks[0]).concat(blocks, axis=1)


def _blocks(recording: Recording, scale: float) -> Iterator[Array]:
    """Yield the scaled samples in double precision, in blocks of bounded memory."""
    width = max(recording.n_sensors, BLOCK_BYTES // (8 * recording.n_sensors))
    for block in recording.iter_blocks(width):
        xp = array_namespace(block)
        double = xp.complex128 if is_complex(block) else xp.float64
        block = xp.astype(block, double, copy=False)
        yield block if scale == 1.0 else block / scale


def _peak(recording: Recording) -> float:
    return max(float(array_namespace(b).max(array_namespace(b).abs(b))) for b in _blocks(recording, 1.0))


def _trace(gram: Array) -> float:
    return float(np.sum(to_numpy(real(array_namespace(gram).linalg.diagonal(gram)))))


def power_of_two(value: float) -> float:
    """Return the power of two just above `value`, so that scaling by it rounds nothing."""
    return ldexp(1.0, max(frexp(value)[1], -1021)) if value > 0 else 1.0
