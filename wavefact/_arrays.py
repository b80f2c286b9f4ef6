"""The only module that names array libraries.

Functions elsewhere take arrays, ask `array_namespace` for their library and return the
same kind on the same device.  What the array standard lacks, and what must not cost a
synchronisation per matrix on a GPU, lives here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device, is_numpy_namespace, is_torch_namespace

from wavefact.errors import InputError, MissingPackageError

Array = Any
"""An array of any library that follows the Python array standard."""

ON_CARD = 2**26  # entries in one operation, which keep a graphics card busy without filling it
SMALL = 64  # rows of matrices that are decomposed on the host, as that is faster, transfers included
COPIES = 5  # of a recording that a card holds at once: signals, spectrum, residual, work

__all__ = ["Array", "array_namespace", "as_array", "complex_of", "device", "like", "to_numpy"]


def as_array(values: Any) -> Array:
    """Return `values` unchanged if it is an array, else as a NumPy array of floats."""
    if hasattr(values, "__array_namespace__") or "torch" in type(values).__module__:
        return values
    return np.asarray(values)


def to_numpy(values: Array) -> np.ndarray:
    """Copy `values` to host memory as a NumPy array."""
    if "torch" in sys.modules and is_torch_namespace(array_namespace(values)):
        return np.asarray(values.detach().cpu().numpy())
    return np.asarray(values)


def complex_of(real: np.ndarray, imaginary: np.ndarray) -> np.ndarray:
    """Return complex numbers of the same precision; unlike a + 1j b, infinite ones stay what they are."""
    values = np.empty(real.shape, np.result_type(real, imaginary, np.complex64))
    values.real, values.imag = real, imaginary
    return values


def is_dask(values: Any) -> bool:
    """Tell whether `values` are a dask array, which is read block by block where its blocks are."""
    return type(values).__module__.partition(".")[0] == "dask" and hasattr(values, "rechunk")


def like(values: Any, reference: Array) -> Array:
    """Return `values` in the library and on the device of `reference`."""
    xp = array_namespace(reference)
    if is_numpy_namespace(xp):
        return np.asarray(values)
    return xp.asarray(values, device=device(reference))


def is_on_host(values: Array) -> bool:
    """Tell whether `values` are in the memory of the processor."""
    return str(getattr(device(values), "type", "cpu")) == "cpu"


def at_once(reference: Array, on_host: int) -> int:
    """Return how many entries belong into one operation where `reference` is, given those on a host."""
    return on_host if is_on_host(reference) else ON_CARD


def eigh(matrix: Array) -> tuple[Array, Array]:
    """Return ascending eigenvalues and eigenvectors of a Hermitian matrix."""
    if is_on_host(matrix) or matrix.shape[0] > SMALL:
        found = array_namespace(matrix).linalg.eigh(matrix)
        return found.eigenvalues, found.eigenvectors
    values, vectors = np.linalg.eigh(to_numpy(matrix))
    return like(values, matrix), like(vectors, matrix)


def pinv(matrix: Array, rtol: float) -> Array:
    """Return the pseudoinverse of a small matrix, where singular values below `rtol` of the largest are 0."""
    if is_on_host(matrix):
        return array_namespace(matrix).linalg.pinv(matrix, rtol=rtol)
    return like(np.linalg.pinv(to_numpy(matrix), rtol=rtol), matrix)


def self_products(rows: Array) -> Array:
    """Return A Aᴴ of each matrix of (n_matrices, n, n_columns)."""
    if rows.shape[0] == 1:  # libraries know that the product of one matrix with itself takes half the work
        return (rows[0, ...] @ adjoint(rows[0, ...]))[None, ...]
    return rows @ adjoint(rows)


def is_complex(values: Array) -> bool:
    """Tell whether the elements of `values` are complex numbers."""
    return bool(array_namespace(values).isdtype(values.dtype, "complex floating"))


def adjoint(matrix: Array) -> Array:
    """Return the conjugate transpose of the last two axes (a view for real arrays)."""
    xp = array_namespace(matrix)
    return xp.matrix_transpose(xp.conj(matrix) if is_complex(matrix) else matrix)


def real(values: Array) -> Array:
    """Return the real part; real arrays come back unchanged."""
    return array_namespace(values).real(values) if is_complex(values) else values


def squared(values: Array) -> Array:
    """Return |values|² elementwise, real."""
    return real(values * array_namespace(values).conj(values)) if is_complex(values) else values * values


def positive_definite(diagonals: Array, matrix: Array) -> np.ndarray:
    """Tell for each b whether diag(diagonals[b]) − matrix is positive definite.

    Parameters
    ----------
    diagonals : array, shape (n_tests, n), real
    matrix : array, shape (n, n), symmetric or Hermitian

    Returns
    -------
    numpy.ndarray of bool, shape (n_tests,)
        Decided by Cholesky factorizations, whose success is a proof up to a relative
        rounding of about n·eps in each diagonal entry (Demmel 1989).
    """
    xp = array_namespace(matrix)
    if is_torch_namespace(xp):
        return _positive_definite_torch(diagonals, matrix)
    if not is_numpy_namespace(xp):
        eye = xp.eye(matrix.shape[0], dtype=diagonals.dtype, device=device(matrix))
        tests = (eye * diagonals[b, :] - matrix for b in range(diagonals.shape[0]))
        return np.asarray([_factorizes(xp, test) for test in tests], dtype=bool)
    work, passed = np.empty_like(matrix, order="C"), np.empty(len(diagonals), dtype=bool)
    for b, diagonal in enumerate(diagonals):
        np.negative(matrix, out=work)
        work.reshape(-1)[:: matrix.shape[0] + 1] += diagonal
        passed[b] = _factorizes(np, work)
    return passed


def _factorizes(xp: ModuleType, matrix: Array) -> bool:
    try:
        xp.linalg.cholesky(matrix)
    except Exception as error:  # NumPy raises LinAlgError; other libraries raise what they wrap
        if "positive definite" not in str(error).lower():
            raise
        return False
    return True


def _positive_definite_torch(diagonals: Array, matrix: Array) -> np.ndarray:
    import torch

    passed = []
    # Batches of at most 256 MB keep the card busy without filling it.
    size = max(1, 2**28 // (matrix.element_size() * matrix.shape[0] ** 2))
    for block in torch.split(diagonals, size):
        tests = torch.diag_embed(block.to(matrix.dtype)) - matrix
        passed.append(torch.linalg.cholesky_ex(tests, check_errors=False).info == 0)
    return np.asarray(torch.cat(passed).cpu().numpy())


def to_device(values: Array, name: str | None) -> Array:
    """Move `values` to a torch device such as ``"cpu"`` or ``"cuda"``; None leaves them as they are.

    Raises
    ------
    MissingPackageError
        If torch is not installed.
    InputError
        If there is no such device, or too little memory on it.
    """
    if name is None:
        return values
    try:
        import torch
    except ImportError as error:
        raise MissingPackageError(
            f"device={name!r} needs torch, which is not installed; run: pip install 'wavefact[torch]'."
        ) from error
    try:
        _check_room(values, torch.device(name))
        return torch.as_tensor(values, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"device={name!r} cannot be used ({reason}); leave device out to run on NumPy."
        ) from error


@contextmanager
def memory_said_clearly() -> Iterator[None]:
    """Say what to do where the memory of a graphics card ends; as a decorator, of a whole function."""
    try:
        yield
    except RuntimeError as error:  # as torch's OutOfMemoryError is
        if "out of memory" not in str(error).lower():
            raise
        raise InputError(
            f"The memory of the device ended while it computed ({str(error).splitlines()[0]}) "
            "Give fewer samples or points, end what else is using the device, or leave device out to run on "
            "NumPy."
        ) from error


def _check_room(values: Array, target: Any) -> None:
    """Raise InputError where a graphics card has not the memory that values of this size need."""
    import torch

    if target.type != "cuda" or not torch.cuda.is_available():
        return
    free, _ = torch.cuda.mem_get_info(target)
    n_points, n_samples = int(values.shape[0]), int(values.shape[-1])
    sample = COPIES * n_points * (16 if is_complex(values) else 8)  # bytes, in double precision
    fitting = int(free // sample)
    if fitting < n_samples:
        raise InputError(
            f"A recording of {n_points} × {n_samples} needs about {sample * n_samples / 1e9:.1f} GB on "
            f"device={str(target)!r}, where {free / 1e9:.1f} GB are free: {fitting} samples would fit; "
            "give fewer, or leave device out to run on NumPy."
        )
