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

import logging
from collections.abc import Iterator
from functools import cached_property, partial
from math import sqrt
from typing import Protocol

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, is_complex, real, to_numpy
from wavefact.blocks import in_double, mapped, tiles_in_double
from wavefact.operators import WaveOperator
from wavefact.recording import Recording
from wavefact.survey import Survey, power_of_two, survey

__all__ = ["Reduction", "gram_root", "project", "projections", "to_eigenbasis"]

TILE = 2**13  # samples that are converted and multiplied at once, so that they stay in the cache

logger = logging.getLogger("wavefact")


class Sink(Protocol):
    """A file that parts of time courses can be written to."""

    @property
    def is_here(self) -> bool: ...

    def write(self, start: int, columns: np.ndarray) -> None: ...


class Reduction:
    """Gram matrix of a recording, and from it the reduced data in the operator's eigenbasis.

    Parameters
    ----------
    recording : Recording
    operator : WaveOperator
        Of as many points as the recording has sensors.
    seen : Survey, optional
        Of the recording, where it has been made; or of more, of which the recording is the end.

    Attributes
    ----------
    scale : float
        Power of two by which the recording is divided inside, close to its root mean square.
    is_short : bool
        Whether there are fewer samples than sensors.
    smaller_gram : array, shape (n_points, n_points) or, of short recordings, (n_samples, n_samples)
        Ŷ Ŷᴴ of the scaled recording, Ŷ its coefficients in the eigenbasis; of short ones Yᴴ Y.
    mean_share : float
        Share of the sensors' mean values in the energy, between 0 and 1.
    n_samples : int
    """

    def __init__(self, recording: Recording, operator: WaveOperator, seen: Survey | None = None) -> None:
        self._recording, self._operator = recording, operator
        self._seen = seen = survey(recording) if seen is None else seen
        self.n_samples, gram = round(seen.n_samples), seen.gram
        self.is_short = gram is None
        energy = sum(seen.energies.values()) if gram is None else _trace(gram)
        constant = float(np.sum(np.abs(to_numpy(seen.sums)) ** 2)) / self.n_samples
        self.mean_share = constant / energy if energy > 0 else 0.0
        self._size = power_of_two(sqrt(energy / (recording.n_sensors * self.n_samples)))
        self.scale = (seen.scale or 1.0) * self._size
        if gram is None:
            signals = self._whole()
            self.smaller_gram = adjoint(signals) @ signals
        else:
            self.smaller_gram = to_eigenbasis(operator, gram / self._size**2)

    @cached_property
    def gram(self) -> Array:
        """Ŷ Ŷᴴ of the scaled recording, (n_points, n_points), Ŷ its coefficients in the eigenbasis."""
        if not self.is_short:
            return self.smaller_gram
        data = self.data(0.0)
        return data @ adjoint(data)

    @property
    def halves(self) -> tuple[Array, Array]:
        """S as of `data` for the samples before the middle of the recording, and for those from there."""
        if self.is_short:
            data, middle = self.data(0.0), self.n_samples // 2
            return data[:, :middle], data[:, middle:]
        first, second = (
            gram_root(to_eigenbasis(self._operator, half / self._size**2))
            for half in self._seen.halves
            if half is not None
        )
        return first, second

    def data(self, smallest: float) -> Array:
        """Return S (n_points, n_reduced) with S Sᴴ = Ŷ Ŷᴴ.

        Parameters
        ----------
        smallest : float
            Smallest singular value of the scaled recording that matters, such as λ times the
            square root of the accuracy asked for.
        """
        if self._seen.n_samples != self._recording.n_samples:  # more has been seen than there is to read
            return gram_root(self.gram)
        exact = self.n_samples <= self._recording.n_sensors
        lost = np.finfo(np.float64).eps * self._recording.n_sensors * _trace(self.smaller_gram)
        if exact or sqrt(lost) > smallest:
            columns = self._whole() if exact else self._triangle()
            return self._operator.analyze(columns)
        return gram_root(self.smaller_gram)

    def _whole(self) -> Array:
        return in_double(self._recording.load().signals) / self.scale

    def _triangle(self) -> Array:
        """Return Rᴴ of the QR factorization of Yᴴ, block by block (tall and skinny)."""
        logger.info("the recording is read once more: λ is so small that its Gram matrix is too coarse")
        total = None
        for _, triangle in mapped(partial(_triangle, scale=self.scale), self._recording):
            xp = array_namespace(triangle)
            rows = triangle if total is None else xp.concat([total, triangle], axis=0)
            total = xp.linalg.qr(rows, mode="reduced").R
        return adjoint(total)


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
    courses = np.empty((recording.n_samples, int(weights.shape[1])), dtype)
    if courses.size:
        for start, (columns, _) in projections(recording, weights):
            courses[start : start + columns.shape[1]] = columns.T
    return courses


def projections(
    recording: Recording, weights: Array, begin: int = 0, into: Sink | None = None
) -> Iterator[tuple[int, tuple[np.ndarray, np.ndarray]]]:
    """Yield weightsᴴ Y from sample `begin` on: first sample, then columns and the largest entry of each row.

    Where whoever computes a block sees the file of `into`, it is written there, and no columns come back.
    """
    weights = to_numpy(weights) if recording.is_lazy else weights
    yield from mapped(partial(_projected, weights=weights, into=into), recording, begin)


def _projected(
    block: Array, start: int, weights: Array, into: Sink | None = None
) -> tuple[np.ndarray, np.ndarray]:
    xp, n_samples = array_namespace(weights), int(block.shape[1])
    conjugate = xp.conj(weights) if is_complex(weights) else weights
    is_real = not is_complex(weights) and not is_complex(block)
    columns = np.empty((int(weights.shape[1]), n_samples), np.float64 if is_real else np.complex128)
    spans = [(i, min(i + TILE, n_samples)) for i in range(0, n_samples, TILE)]
    for span, tile in zip(spans, tiles_in_double(block, spans), strict=True):
        # Few columns beside a long matrix: a quarter faster than few rows before it.
        columns[:, slice(*span)] = to_numpy(xp.matrix_transpose(tile) @ conjugate).T
    largest = _largest(columns)
    if into is not None and into.is_here:
        into.write(start, columns)
        columns = columns[:, :0]
    return columns, largest


def _largest(rows: np.ndarray) -> np.ndarray:
    """Return the entry of largest magnitude of each row."""
    if np.iscomplexobj(rows):
        return rows[np.arange(len(rows)), np.argmax(np.abs(rows), axis=1)]
    high, low = rows.max(axis=1), rows.min(axis=1)
    return np.where(high >= -low, high, low)


def _triangle(block: Array, start: int, scale: float) -> Array:
    return array_namespace(block).linalg.qr(adjoint(in_double(block) / scale), mode="reduced").R


def _trace(gram: Array) -> float:
    return float(np.sum(to_numpy(real(array_namespace(gram).linalg.diagonal(gram)))))
