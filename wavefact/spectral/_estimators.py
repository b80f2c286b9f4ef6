"""From spectral matrices of inputs and outputs to frequency response functions, coherence and errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError

__all__ = ["ESTIMATORS", "SpectralMatrices"]

COHERENT = 1e-9  # least eigenvalue of the inputs' coherence matrix: below, they cannot be told apart


@dataclass(frozen=True, eq=False)
class SpectralMatrices:
    """Hold sums over segments of products of transforms of inputs x and outputs y.

    Attributes
    ----------
    inputs : (n_lines, n_inputs, n_inputs) complex array
        Σ x xᴴ.
    mixed : (n_lines, n_outputs, n_inputs) complex array
        Σ y xᴴ.
    outputs : (n_lines, n_outputs) array
        Σ |y|².
    """

    inputs: np.ndarray
    mixed: np.ndarray
    outputs: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray) -> SpectralMatrices:
        """Multiply transforms (n_channels, n_segments, n_lines) out."""
        first, second = x.transpose(2, 0, 1), y.transpose(2, 0, 1)
        adjoint = first.conj().transpose(0, 2, 1)
        return cls(first @ adjoint, second @ adjoint, np.sum(np.abs(second) ** 2, axis=2))

    def __add__(self, other: SpectralMatrices) -> SpectralMatrices:
        return SpectralMatrices(
            self.inputs + other.inputs, self.mixed + other.mixed, self.outputs + other.outputs
        )

    def normalized(self) -> tuple[SpectralMatrices, np.ndarray]:
        """Return the matrices of channels of unit power at each line, and the units of H that they leave.

        Lines at which inputs are silent or depend on each other are NaN.
        """
        power = np.einsum("lii->li", self.inputs).real
        out = np.sqrt(np.where(self.outputs > 0, self.outputs, 1.0))
        root = np.sqrt(np.where(power > 0, power, 1.0))
        inputs = self.inputs / (root[:, :, None] * root[:, None, :])
        told_apart = np.linalg.eigvalsh(inputs)[:, 0] > COHERENT
        if not np.any(told_apart):
            raise InputError(
                "The inputs are silent, or depend on each other at all frequencies; "
                "leave out silent ones, and shake with independent forces or with one at a time."
            )
        inputs = np.where(told_apart[:, None, None], inputs, np.nan)
        mixed = self.mixed / (out[:, :, None] * root[:, None, :])
        alive = (self.outputs > 0).astype(float)
        return SpectralMatrices(inputs, mixed, alive), out[:, :, None] / root[:, None, :]


def h1(matrices: SpectralMatrices) -> np.ndarray:
    """Return G_yx G_xx⁻¹: all noise is in the outputs."""
    solved = _inverse(matrices.inputs)
    return np.asarray(matrices.mixed @ solved)


def h2(matrices: SpectralMatrices) -> np.ndarray:
    """Return G_yy / G_xy: all noise is in the input, of which there is one."""
    if matrices.inputs.shape[1] > 1:
        raise InputError("H2 is for one input; take H1 or Hv for several.")
    with np.errstate(divide="ignore", invalid="ignore"):
        found = matrices.outputs[:, :, None] / matrices.mixed.conj()
    known = np.isfinite(matrices.inputs) & (np.abs(matrices.mixed) > 0)
    return np.where(known, found, np.nan)


def hv(matrices: SpectralMatrices) -> np.ndarray:
    """Return the total least squares: noise is an equal share of all inputs and the output."""
    n_lines, n_outputs, n_inputs = matrices.mixed.shape
    joint = np.zeros((n_lines, n_outputs, n_inputs + 1, n_inputs + 1), dtype=complex)
    joint[..., :-1, :-1] = np.nan_to_num(matrices.inputs)[:, None]
    joint[..., -1, :-1] = matrices.mixed
    joint[..., :-1, -1] = matrices.mixed.conj()
    joint[..., -1, -1] = matrices.outputs
    vectors = np.linalg.eigh(joint)[1][..., 0].conj()
    last = vectors[..., -1:]
    found = -vectors[..., :-1] / np.where(np.abs(last) > 0, last, np.nan)
    return np.where(np.isfinite(matrices.inputs[:, None, 0, :1]), found, np.nan)


def coherences(matrices: SpectralMatrices) -> tuple[np.ndarray, np.ndarray]:
    """Return multiple (n_lines, n_outputs) and ordinary (n_lines, n_outputs, n_inputs) coherence."""
    multiple = np.sum(h1(matrices) * matrices.mixed.conj(), axis=2).real
    return np.clip(multiple, 0.0, 1.0), np.clip(np.abs(matrices.mixed) ** 2, 0.0, 1.0)


def relative_errors(matrices: SpectralMatrices, n_averages: float) -> np.ndarray:
    """Return standard errors of |H| of channels of unit power, (n_lines, n_outputs, n_inputs).

    Notes
    -----
    √((1 − γ²) G_yy [G_xx⁻¹]_ii / (2 n)); of one input |H| √((1 − γ²)/(2 n γ²)), as Bendat & Piersol have it.
    """
    unexplained = (1.0 - coherences(matrices)[0]) * matrices.outputs
    inverse = np.einsum("lii->li", _inverse(matrices.inputs)).real
    return np.sqrt(unexplained[:, :, None] * inverse[:, None, :] / (2 * n_averages))


def _inverse(inputs: np.ndarray) -> np.ndarray:
    known = np.isfinite(inputs)
    identity = np.eye(inputs.shape[1])
    inverse = np.linalg.inv(np.where(known, inputs, identity))
    return np.where(known, inverse, np.nan)


ESTIMATORS = {"H1": h1, "H2": h2, "Hv": hv}
