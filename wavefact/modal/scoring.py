"""Maximum likelihood of resonances in a band by Fisher's scoring."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wavefact.modal.bins import Bins, Resonances
from wavefact.modal.information import derivatives
from wavefact.modal.whittle import Evaluation, evaluate

__all__ = ["maximize", "turning"]

_STEPS, _TRIALS = 40, 8
_TOLERANCE = 1e-3  # of the logarithm of the likelihood, in which 1 is what chance does
_DAMPING_BOUNDS = 1e-6, 0.7
_INCOHERENT = 1e-3  # least eigenvalue of correlations of excitations
_PRIOR = 1e-2  # information on logarithms that data say nothing of


def maximize(
    start: Resonances, band: Bins, subspaces: list[np.ndarray] | None = None
) -> tuple[Resonances, Evaluation]:
    """Improve resonances until the likelihood is greatest.

    Parameters
    ----------
    start : Resonances
    band : Bins
    subspaces : list of (n_channels, n_directions) arrays, optional
        For each mode, orthonormal columns within which its shape may turn; by default shapes stay.

    Notes
    -----
    Newton's method with Fisher's information for the second derivatives, damped by Levenberg and Marquardt;
    amplitudes of free decays are eliminated in each step (variable projection).  Where the start has
    correlations of the excitations, these are estimated too.
    """
    modes, at, caution = start, evaluate(start, band), 1e-3
    floor = 1e-13 * max(float(np.max(np.abs(band.values) ** 2)), np.finfo(float).tiny)
    for _ in range(_STEPS):
        directions = turning(modes, subspaces)
        gradient, information = derivatives(modes, band, at, directions)
        for _ in range(_TRIALS):
            damped = information + np.diag(caution * np.diag(information) + _PRIOR)
            step = np.linalg.solve(damped, -gradient)
            trial = _moved(modes, step, directions, floor, band.sampling_rate / 2)
            seen = evaluate(trial, band)
            if seen.cost < at.cost:
                break
            caution = max(10 * caution, 1e-3)
        gained = at.cost - seen.cost
        if gained > 0:
            modes, at, caution = trial, seen, caution / 10
        if gained < _TOLERANCE:
            break
    return replace(modes, amplitudes=at.amplitudes), at


def _moved(
    modes: Resonances, step: np.ndarray, tangents: list[np.ndarray], floor: float, nyquist: float
) -> Resonances:
    n_modes = modes.frequencies.size
    n_pairs = 0 if modes.correlation is None else n_modes * (n_modes - 1)
    width = 3.0 * np.maximum(modes.damping_ratios, 1e-4)
    frequency, damping, excitation, slope = step[: 4 * n_modes].reshape(4, n_modes)
    ends = np.cumsum([0] + [tangent.shape[1] for tangent in tangents])
    correlation = _correlation(modes.correlation, step[step.size - 1 - n_pairs : -1])
    turns = [
        tangent @ step[4 * n_modes :][low:high]
        for tangent, low, high in zip(tangents, ends, ends[1:], strict=False)
    ]
    shapes = modes.shapes + (np.stack(turns, axis=1) if turns else 0.0)
    return replace(
        modes,
        frequencies=np.minimum(modes.frequencies * np.exp(np.clip(frequency, -width, width)), nyquist),
        damping_ratios=np.clip(modes.damping_ratios * np.exp(np.clip(damping, -1, 1)), *_DAMPING_BOUNDS),
        excitation=modes.excitation * np.exp(np.clip(excitation, -3, 3)),
        slopes=modes.slopes + np.clip(slope, -1, 1),
        shapes=shapes / np.linalg.norm(shapes, axis=0),
        correlation=correlation,
        noise=max(modes.noise * float(np.exp(np.clip(step[-1], -3, 3))), floor),
    )


def _correlation(before: np.ndarray | None, step: np.ndarray) -> np.ndarray | None:
    """Return the correlations after a step, at most almost complete: a positive definite matrix."""
    if before is None:
        return None
    real, imaginary = step.reshape(2, -1)
    upper = np.zeros(before.shape, dtype=complex)
    upper[np.triu_indices(len(before), 1)] = real + 1j * imaginary
    values, vectors = np.linalg.eigh(before + upper + upper.conj().T)
    kept = (vectors * np.maximum(values, _INCOHERENT)) @ vectors.conj().T
    scale = np.sqrt(np.diag(kept).real)
    return np.asarray(kept / np.outer(scale, scale))


def turning(modes: Resonances, subspaces: list[np.ndarray] | None) -> list[np.ndarray]:
    """Return, for each mode, the directions of its subspace that are orthogonal to its shape."""
    if subspaces is None:
        return [modes.shapes[:, :0]] * modes.frequencies.size
    found = []
    phases = [1, 1j] if np.iscomplexobj(modes.shapes) else [1]
    for shape, subspace in zip(modes.shapes.T, subspaces, strict=True):
        without = subspace - np.outer(shape, shape.conj() @ subspace)
        vectors, values, _ = np.linalg.svd(without, full_matrices=False)
        found.append(np.concatenate([phase * vectors[:, values > 0.5] for phase in phases], axis=1))
    return found
