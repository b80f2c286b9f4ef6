"""Modes from poles: what a method that finds eigenvalues says, as a modal model."""

from __future__ import annotations

import numpy as np

from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import mac, normalized_shapes
from wavefact.recording import Recording, rate_of

__all__ = ["continuous_poles", "distinct", "modes_of_poles", "references", "sorted_model"]

_NEAR, _ALIKE, _WEAK = 0.1, 0.9, 1e-4
_DAMPING = (-0.02, 0.2)  # a little below 0: noise does that to an undamped tone


def continuous_poles(eigenvalues: np.ndarray, sampling_rate: float) -> np.ndarray:
    """Return s = log(μ) · rate [rad/s] of eigenvalues μ from one sample to the next; NaN for μ = 0."""
    eigenvalues = np.asarray(eigenvalues, dtype=complex)
    logarithms = np.log(eigenvalues, out=np.full(eigenvalues.shape, complex(np.nan)), where=eigenvalues != 0)
    return np.asarray(logarithms * sampling_rate)


def modes_of_poles(
    poles: np.ndarray, shapes: np.ndarray, energies: np.ndarray, recording: Recording
) -> ModalModel:
    """Return the poles that swing, one of each conjugate pair, as modes, each once.

    Parameters
    ----------
    poles : (n_poles,) complex array [rad/s]
    shapes : (n_sensors, n_poles) complex array
    energies : (n_poles,) array, any unit
        How much of the signals each pole accounts for.
    recording : Recording
        For rate, positions and names.

    Returns
    -------
    ModalModel
        Poles on the real axis, and those damped by less than −2 % or more than 20 % of critical, are no
        modes of a structure and left out; so are poles of less than 1/10,000 of the energy of the strongest,
        and those of a stronger one's shape (MAC > 0.9) within 10 % of its frequency: noise splits poles.

    Notes
    -----
    f = |s|/2π and ζ = −Re s/|s|.
    """
    nyquist = rate_of(recording) / 2
    known = np.isfinite(poles) & np.all(np.isfinite(shapes), axis=0) & np.any(shapes, axis=0)
    sizes = np.where(known, np.abs(poles), np.inf)
    damping = np.where(known, -poles.real / np.maximum(sizes, np.finfo(float).tiny), np.inf)
    low, high = _DAMPING
    swings = known & (poles.imag > 0) & (damping > low) & (damping < high)
    swings &= sizes / (2 * np.pi) <= nyquist
    frequencies = sizes / (2 * np.pi)
    strong = energies > _WEAK * np.max(energies[swings], initial=0.0)
    kept = distinct(np.flatnonzero(swings & strong), frequencies, shapes, energies)
    return sorted_model(frequencies[kept], damping[kept], shapes[:, kept], recording)


def distinct(
    among: np.ndarray, frequencies: np.ndarray, shapes: np.ndarray, energies: np.ndarray
) -> list[int]:
    """Return the indices, of some modes, of those that are no part of a stronger one."""
    kept: list[int] = []
    for mode in among[np.argsort(-energies[among], kind="stable")]:
        near = [other for other in kept if abs(frequencies[other] / frequencies[mode] - 1) < _NEAR]
        if not (near and np.any(mac(shapes[:, near], shapes[:, mode]) > _ALIKE)):
            kept.append(int(mode))
    return kept


def sorted_model(
    frequencies: np.ndarray, damping_ratios: np.ndarray, shapes: np.ndarray, recording: Recording
) -> ModalModel:
    """Return the modal model by rising frequency, with what the recording says of its sensors."""
    order = np.argsort(frequencies, kind="stable")
    return ModalModel(
        frequencies=frequencies[order],
        damping_ratios=damping_ratios[order],
        mode_shapes=normalized_shapes(shapes[:, order]),
        positions=recording.positions,
        quantity=recording.quantity,
        unit=recording.unit,
        names=recording.names,
    )


def references(n_sensors: int, n_references: int) -> list[int]:
    """Return channels spread evenly, one in each of equal parts of the array, a little off its middle.

    The middles themselves are nodes of several modes of a string.
    """
    count = min(n_references, n_sensors)
    return [int((part + 0.4) * n_sensors / count) for part in range(count)]
