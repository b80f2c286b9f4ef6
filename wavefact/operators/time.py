"""The time axis: the samples of a recording as the points of an oscillator.

A component that obeys the wave equation has a time course that obeys x″ + ω² x = 0, so time has an
operator like every other axis, A = −d²/dt² with free ends, diagonalised by the discrete cosine transform.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact._arrays import Array, array_namespace, like
from wavefact.errors import InputError
from wavefact.operators._checks import checked_count
from wavefact.operators._transforms import dense, transform
from wavefact.operators.base import WaveOperator

__all__ = ["Time"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Time(WaveOperator):
    """Describe the samples of a recording: A = −d²/dt², κ = ω², or its root, κ = ω.

    Parameters
    ----------
    n_samples : int
        Number of samples.
    sampling_rate : float
        Samples per second [Hz]; by default 1, so that ω is in radians per sample.
    order : int
        2 for the wave equation as it stands, whose filters narrow as 1/ω; 1 for its one-way factor
        √(−d²/dt²), whose filters have the same bandwidth at every frequency.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Notes
    -----
    The eigenvectors are those of the second difference with free ends (DCT-II); the eigenvalues are those
    of the derivative itself, ω_k = π k f_s / n_samples, so that frequencies are true up to Nyquist.
    −d²/dt² − ω² = (√(−d²/dt²) − ω)(√(−d²/dt²) + ω), and the second factor is positive: both orders vanish
    for the same time courses, and weigh deviations differently.

    References
    ----------
    G. Strang, "The Discrete Cosine Transform", SIAM Review 41 (1999) 135–147.

    Examples
    --------
    >>> from wavefact.operators import Time
    >>> samples = Time(n_samples=1000, sampling_rate=500.0)
    >>> [float(f) for f in samples.frequency(samples.eigenvalues[[0, 1, 999]])]
    [0.0, 0.25, 249.75]
    """

    n_points: int
    positions: np.ndarray
    sampling_rate: float
    order: int

    def __init__(self, n_samples: int, sampling_rate: float = 1.0, order: int = 2) -> None:
        count = checked_count(n_samples)
        if not (isinstance(sampling_rate, int | float | np.number) and 0 < sampling_rate < float("inf")):
            raise InputError(f"sampling_rate is {sampling_rate!r}; give the samples per second, > 0.")
        if order not in (1, 2):
            raise InputError(f"order is {order!r}; give 2 for −d²/dt², or 1 for its root.")
        rate = float(sampling_rate)
        self._set(n_points=count, positions=np.arange(count) / rate, sampling_rate=rate, order=int(order))

    @property
    def dispersion_power(self) -> int:  # type: ignore[override]
        """The power p of κ = ω^p: the order."""
        return self.order

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return self.n_points

    def frequency(self, eigenvalue: Any) -> Any:
        """Return the frequency [Hz] of an eigenvalue, or of an array.

        Parameters
        ----------
        eigenvalue : array, shape (n,)
            μ.

        Returns
        -------
        numpy.ndarray, shape (n,)
            [Hz].
        """
        return self.wavenumber(eigenvalue) / (2.0 * np.pi)

    def weight(self, bandwidth: float) -> float:
        """Return the time weight whose filter has this half-power bandwidth [Hz]; for order 1.

        Parameters
        ----------
        bandwidth : float
            Between half-power points [Hz].

        Returns
        -------
        float
            γ of this axis.

        Raises
        ------
        InputError
            If the bandwidth is not positive.
        """
        if self.order != 1:
            raise InputError("Filters of order 2 have another bandwidth at every frequency; take order=1.")
        if not 0 < bandwidth < float("inf"):
            raise InputError(f"bandwidth is {bandwidth!r}; give the distance of half-power points [Hz], > 0.")
        return float((np.pi * bandwidth) ** -2)

    def bandwidth(self, weight: float) -> float:
        """Return the half-power bandwidth [Hz] of a time weight: the inverse of `weight`.

        Parameters
        ----------
        weight : float
            γ of this axis.

        Returns
        -------
        float
            Between half-power points [Hz].

        Raises
        ------
        InputError
            If the weight is not positive.
        """
        if self.order != 1:
            raise InputError("Filters of order 2 have another bandwidth at every frequency; take order=1.")
        return float(1.0 / (np.pi * weight**0.5)) if weight > 0 else float("inf")

    def _eigenvalues(self) -> np.ndarray:
        return (np.pi * self.sampling_rate * np.arange(self.n_points) / self.n_points) ** self.order

    def _basis(self) -> np.ndarray:
        return dense("free", self.n_points)

    def _forward(self, values: Array) -> Array:
        return transform("free", values) if isinstance(values, np.ndarray) else _cosines(values)

    def _backward(self, coefficients: Array) -> Array:
        if isinstance(coefficients, np.ndarray):
            return transform("free", coefficients, inverse=True)
        return _inverse_cosines(coefficients)

    def _arguments(self) -> dict[str, Any]:
        return {"n_samples": self.n_points, "sampling_rate": self.sampling_rate, "order": self.order}

    def description(self) -> str:
        """Say in a few words what this operator is, for a log line."""
        return f"{self.n_points} samples at {self.sampling_rate:g} Hz, order {self.order}"


def _cosines(values: Array) -> Array:
    """Return the DCT-II along axis 0 by one FFT of the same length (Makhoul 1980), in any array library."""
    xp, n = array_namespace(values), int(values.shape[0])
    if xp.isdtype(values.dtype, "complex floating"):
        return _cosines(xp.real(values)) + 1j * _cosines(xp.imag(values))
    order = like(np.concatenate([np.arange(0, n, 2), np.arange(1, n, 2)[::-1]]), values)
    flat = xp.reshape(values, (n, -1))
    spectrum = xp.fft.fft(_complex(xp.take(flat, order, axis=0)), axis=0)
    return xp.reshape(xp.real(spectrum * _phases(values, -1.0)), values.shape)


def _inverse_cosines(coefficients: Array) -> Array:
    xp, n = array_namespace(coefficients), int(coefficients.shape[0])
    if xp.isdtype(coefficients.dtype, "complex floating"):
        parts = _inverse_cosines(xp.real(coefficients)), _inverse_cosines(xp.imag(coefficients))
        return parts[0] + 1j * parts[1]
    flat = xp.reshape(coefficients, (n, -1))
    mirrored = xp.concat([xp.zeros_like(flat[:1, :]), xp.flip(flat[1:, :], axis=0)], axis=0)
    spectrum = (flat - 1j * mirrored) * _phases(coefficients, 1.0) * (n / 2.0)
    first = like(np.arange(n) == 0, coefficients)[:, None]  # its phase is 1/√n, not √(2/n)
    spectrum = xp.where(first, spectrum * 2.0, spectrum)
    shuffled = xp.real(xp.fft.ifft(spectrum, axis=0))
    order = np.concatenate([np.arange(0, n, 2), np.arange(1, n, 2)[::-1]])
    return xp.reshape(xp.take(shuffled, like(np.argsort(order), coefficients), axis=0), coefficients.shape)


def _complex(values: Array) -> Array:
    xp = array_namespace(values)
    return xp.astype(values, xp.complex128 if values.dtype == xp.float64 else xp.complex64)


def _phases(values: Array, sign: float) -> Array:
    """Return the orthonormal twiddles √(2/n) exp(± iπk/2n), and √(1/n) for k = 0, as a column."""
    n, xp = int(values.shape[0]), array_namespace(values)
    twiddles = np.sqrt(2.0 / n) * np.exp(sign * 0.5j * np.pi * np.arange(n) / n)
    twiddles[0] = np.sqrt(1.0 / n)
    return _complex_like(twiddles[:, None], values, xp)


def _complex_like(twiddles: np.ndarray, values: Array, xp: Any) -> Array:
    kind = np.complex128 if values.dtype == xp.float64 else np.complex64
    return like(twiddles.astype(kind), values)
