"""Residues of known poles in frequency response functions (LSFD), and poles made better by them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["PoleFit", "fit_poles"]

MOST_STEPS = 12
MOST_LAGS = 10
ENOUGH = 1e-8  # relative decrease of the misfit


@dataclass(frozen=True, eq=False)
class PoleFit:
    """Hold poles with their residues, and what they leave.

    Attributes
    ----------
    poles : (n_modes,) complex array [1/s]
        With positive imaginary parts.
    residues : (n_modes, n_outputs, n_inputs) complex array
    misfit : (n_outputs, n_inputs, n_lines) complex array
    errors : (2, n_modes) array [1/s]
        Standard errors of real and imaginary parts of the poles.
    """

    poles: np.ndarray
    residues: np.ndarray
    misfit: np.ndarray
    errors: np.ndarray


def fit_poles(
    values: np.ndarray, s: np.ndarray, poles: np.ndarray, noise: np.ndarray | None = None
) -> PoleFit:
    """Find residues by linear least squares, and move the poles to where the misfit is least.

    Parameters
    ----------
    values : (n_outputs, n_inputs, n_lines) complex array
    s : (n_lines,) complex array [1/s]
    poles : (n_modes,) complex array [1/s]
        Where to begin.
    noise : (n_lines,) array, optional
        How strong it is in each line, beside others; by default alike.

    Notes
    -----
    H(s) = Σ R_k/(s − λ_k) + R_k*/(s − λ_k*) + c₋₂/s² + c₀ + c₂ s²; the last three stand for modes beyond the
    lines, of displacements as of accelerations.  Each function is weighed by one over its misfit.  Poles move
    by Gauss–Newton steps with the residues eliminated (Kaufman 1975), as long as the misfit falls.
    """
    trust = np.ones(s.size) if noise is None else noise.min() / noise
    table = values.reshape(-1, values.shape[2]) * trust
    weights = 1.0 / np.maximum(np.linalg.norm(table, axis=1), np.finfo(float).tiny)
    data = _stacked((table * weights[:, None]).T)
    fit = _Projection(data, s, poles, trust)
    level = np.maximum(np.linalg.norm(fit.misfit, axis=0), 1e-12)
    weights, data = weights / level, data / level
    fit = _Projection(data, s, poles, trust)
    for _ in range(MOST_STEPS):
        step = np.linalg.lstsq(*fit.normal(), rcond=None)[0].reshape(2, -1)
        moved = fit.poles + step[0] + 1j * step[1]
        if np.any(moved.imag <= 0):
            break
        before, after = fit, _Projection(data, s, moved, trust)
        if after.cost >= before.cost:
            break
        fit = after
        if after.cost > before.cost * (1 - ENOUGH):
            break
    freedom = max(data.size - data.shape[1] * fit.n_columns - 2 * poles.size, 1)
    half = data.shape[0] // 2
    misfit = (fit.misfit[:half] + 1j * fit.misfit[half:]).T
    variance = np.diag(np.linalg.pinv(fit.normal()[0])) * fit.cost / freedom * _repetition(misfit)
    misfit = misfit / weights[:, None] / trust
    residues = fit.residues() / weights
    return PoleFit(
        fit.poles,
        residues.reshape(-1, *values.shape[:2]),
        misfit.reshape(values.shape),
        np.sqrt(np.maximum(variance, 0.0)).reshape(2, -1),
    )


class _Projection:
    """The least squares of the residues at given poles, of lines that are trusted more or less."""

    def __init__(self, data: np.ndarray, s: np.ndarray, poles: np.ndarray, trust: np.ndarray) -> None:
        self.s, self.poles, self.trust = s, poles, trust[:, None]
        near, far = 1 / (s[:, None] - poles), 1 / (s[:, None] - poles.conj())
        scale = np.max(np.abs(s))
        rest = np.stack([(scale / s) ** 2, np.ones_like(s), (s / scale) ** 2], axis=1)
        basis = _stacked(
            self.trust * np.concatenate([near + far, 1j * (near - far), rest, 1j * rest], axis=1)
        )
        self.sizes = np.linalg.norm(basis, axis=0)
        self.vectors, values, turn = np.linalg.svd(basis / self.sizes, full_matrices=False)
        known = values > 1e-10 * values[0]
        self.vectors = self.vectors[:, known]
        self.n_columns = int(np.count_nonzero(known))
        shares = self.vectors.T @ data
        self.coefficients = (turn[known].T @ (shares / values[known, None])) / self.sizes[:, None]
        self.misfit = data - self.vectors @ shares
        self.cost = float(np.sum(self.misfit**2))

    def residues(self) -> np.ndarray:
        """Return residues (n_modes, n_functions)."""
        n = self.poles.size
        return np.asarray(self.coefficients[:n] + 1j * self.coefficients[n : 2 * n])

    def normal(self) -> tuple[np.ndarray, np.ndarray]:
        """Return JᵀJ and Jᵀ·misfit of the slopes J with real, then imaginary parts of the poles.

        A slope is U_k Re(r)ᵀ + V_k Im(r)ᵀ, with residues r, or i·r, and what U and V have beside the basis.
        """
        n, residues = self.poles.size, self.residues()
        near = 1 / (self.s[:, None] - self.poles) ** 2
        far = 1 / (self.s[:, None] - self.poles.conj()) ** 2
        sides = _stacked(self.trust * np.concatenate([near + far, 1j * (near - far)], axis=1))
        sides = sides - self.vectors @ (self.vectors.T @ sides)
        turned = np.concatenate([residues, 1j * residues])
        parts = turned.real, turned.imag
        gram, against = sides.T @ sides, sides.T @ self.misfit
        normal, falls = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
        for i, first in enumerate(parts):
            rows = slice(i * n, (i + 1) * n)
            falls += np.sum(np.tile(against[rows], (2, 1)) * first, axis=1)
            for j, second in enumerate(parts):
                normal += np.tile(gram[rows, j * n : (j + 1) * n], (2, 2)) * (first @ second.T)
        return normal, falls


def _repetition(misfit: np.ndarray) -> float:
    """Return on how many neighbouring lines the same error stands, 1 + 2 Σ ρ_j: windows smooth a response."""
    power = max(float(np.sum(np.abs(misfit) ** 2)), np.finfo(float).tiny)
    lags = range(1, min(MOST_LAGS, misfit.shape[1]))
    shared = [np.sum(misfit[:, lag:] * misfit[:, :-lag].conj()).real / power for lag in lags]
    return 1.0 + 2.0 * float(sum(max(share, 0.0) for share in shared))


def _stacked(values: np.ndarray) -> np.ndarray:
    return np.concatenate([values.real, values.imag])
