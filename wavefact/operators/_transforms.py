"""Trigonometric transforms that diagonalise the uniform line, for each kind of ends.

With θ from `angles`, the second difference −u[p−1] + 2u[p] − u[p+1] on n points p = 1…n with the given
ends has the eigenvalues 2 − 2cos θ and the orthonormal eigenvectors `dense`; `transform` multiplies by them
through scipy.fft.  The ends (u: displacement):

* ``fixed``: u = 0 one spacing outside either outermost point (DST-I);
* ``free``: u' = 0 half a spacing outside them (DCT-II);
* ``fixed-free``, ``free-fixed``: one of each;
* ``periodic``: point n + 1 is point 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["angles", "dense", "differences", "prefer_dense", "transform"]

_DENSE_UP_TO = 512


def angles(ends: str, n_points: int) -> np.ndarray:
    """Return θ [rad per point], (n_points,), in the order of the eigenvectors."""
    j = np.arange(n_points)
    if ends == "fixed":
        return np.pi * (j + 1) / (n_points + 1)
    if ends == "free":
        return np.pi * j / n_points
    if ends == "periodic":
        return 2 * np.pi * ((j + 1) // 2) / n_points
    return np.pi * (2 * j + 1) / (2 * n_points + 1)


def differences(ends: str, n_points: int) -> np.ndarray:
    """Return the eigenvalues 2 − 2cos θ of the second difference, without cancellation at small θ."""
    return 4 * np.sin(angles(ends, n_points) / 2) ** 2


def dense(ends: str, n_points: int) -> np.ndarray:
    """Return the orthonormal eigenvectors as the columns of an (n_points, n_points) array.

    The arguments of sine and cosine are reduced in integers first: p θ loses digits as it grows.
    """
    n = n_points
    p = np.arange(1, n + 1)[:, None]
    j = np.arange(n)[None, :]
    if ends == "fixed":
        return np.sqrt(2 / (n + 1)) * np.sin(np.pi * (p * (j + 1) % (2 * n + 2)) / (n + 1))
    if ends == "free":
        basis = np.sqrt(2 / n) * np.cos(np.pi * ((2 * p - 1) * j % (4 * n)) / (2 * n))
        basis[:, 0] = np.sqrt(1 / n)
        return basis
    if ends == "periodic":
        return _dense_periodic(n)
    basis = 2 / np.sqrt(2 * n + 1) * np.sin(np.pi * (p * (2 * j + 1) % (4 * n + 2)) / (2 * n + 1))
    return basis if ends == "fixed-free" else basis[::-1].copy()


def _dense_periodic(n: int) -> np.ndarray:
    """Return 1, cos, sin, cos, sin, …, and the alternating vector if n is even."""
    p = np.arange(n)[:, None]
    phase = 2 * np.pi * (p * np.arange(n // 2 + 1)[None, :] % n) / n
    basis = np.empty((n, n))
    basis[:, 0] = np.sqrt(1 / n)
    basis[:, 1::2] = np.sqrt(2 / n) * np.cos(phase[:, 1:])
    basis[:, 2::2] = np.sqrt(2 / n) * np.sin(phase[:, 1 : (n + 1) // 2])
    if n % 2 == 0:
        basis[:, -1] = np.sqrt(1 / n) * (-1.0) ** np.arange(n)
    return basis


def prefer_dense(ends: str, n_points: int) -> bool:
    """Say whether a matrix product beats the fast transform.

    A transform whose inner FFT length has a large prime factor (DST-I of 100 points: 202 = 2·101) is several
    times slower than BLAS up to some hundred points.
    """
    from scipy.fft import next_fast_len

    length = {"fixed": 2 * n_points + 2, "free": n_points, "periodic": n_points}.get(ends, 4 * n_points + 2)
    return n_points <= _DENSE_UP_TO and int(next_fast_len(length)) != length


def transform(ends: str, values: np.ndarray, *, inverse: bool = False) -> np.ndarray:
    """Multiply `values` (n_points, ...) along axis 0 by `dense` transposed, or by `dense` if `inverse`."""
    import scipy.fft

    if ends == "fixed":
        return scipy.fft.dst(values, type=1, axis=0, norm="ortho")
    if ends == "free":
        discrete_cosine = scipy.fft.idct if inverse else scipy.fft.dct
        return discrete_cosine(values, type=2, axis=0, norm="ortho")
    if ends == "periodic":
        return _by_parts(_periodic_inverse if inverse else _periodic_forward, values)
    if ends == "fixed-free":
        return _mixed_inverse(values) if inverse else _mixed_forward(values)
    return _mixed_inverse(values)[::-1] if inverse else _mixed_forward(values[::-1])


def _mixed_forward(values: np.ndarray) -> np.ndarray:
    """Unfold at the free end to 2 n points, fixed at both ends; only odd sines remain."""
    import scipy.fft

    unfolded = np.concatenate([values, values[::-1]])
    return scipy.fft.dst(unfolded, type=1, axis=0, norm="ortho")[::2] * math.sqrt(0.5)


def _mixed_inverse(coefficients: np.ndarray) -> np.ndarray:
    import scipy.fft

    n = coefficients.shape[0]
    unfolded = np.zeros((2 * n, *coefficients.shape[1:]), dtype=coefficients.dtype)
    unfolded[::2] = coefficients
    return scipy.fft.dst(unfolded, type=1, axis=0, norm="ortho")[:n] * math.sqrt(2.0)


def _by_parts(real_transform: Any, values: np.ndarray) -> np.ndarray:
    if np.iscomplexobj(values):
        return real_transform(values.real) + 1j * real_transform(values.imag)
    return real_transform(values)


def _periodic_forward(values: np.ndarray) -> np.ndarray:
    import scipy.fft

    n = values.shape[0]
    spectrum = scipy.fft.rfft(values, axis=0, norm="ortho")
    coefficients = np.empty_like(values)
    coefficients[0] = spectrum[0].real
    coefficients[1::2] = math.sqrt(2.0) * spectrum[1:].real
    coefficients[2::2] = -math.sqrt(2.0) * spectrum[1 : (n + 1) // 2].imag
    if n % 2 == 0:
        coefficients[-1] = spectrum[-1].real
    return coefficients


def _periodic_inverse(coefficients: np.ndarray) -> np.ndarray:
    import scipy.fft

    n = coefficients.shape[0]
    spectrum = np.zeros(
        (n // 2 + 1, *coefficients.shape[1:]), dtype=np.result_type(coefficients, np.complex64)
    )
    spectrum[1:] = math.sqrt(0.5) * coefficients[1::2]
    spectrum[1 : (n + 1) // 2] -= 1j * math.sqrt(0.5) * coefficients[2::2]
    spectrum[0] = coefficients[0]
    if n % 2 == 0:
        spectrum[-1] = coefficients[-1]
    return scipy.fft.irfft(spectrum, n=n, axis=0, norm="ortho")
