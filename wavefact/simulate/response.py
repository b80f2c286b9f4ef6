"""Exact response of modes, sample by sample: no step-size error.

Each mode is one complex first-order equation ż = s z + f with pole s; its displacement is Im(z)/Im(s).
Between samples it has a closed form for impulses, for free motion and for forces that are constant.
"""

from __future__ import annotations

import numpy as np

from wavefact.errors import InputError
from wavefact.simulate.excitation import (
    Burst,
    Excitation,
    Impact,
    InitialDisplacement,
    RandomForce,
    nearest_points,
)
from wavefact.simulate.structure import Structure

__all__ = ["modal_response"]

_MAX_WARM_UP = 200_000


def modal_response(
    structure: Structure,
    excitation: Excitation,
    sampling_rate: float,
    n_samples: int,
    *,
    derivative: int = 0,
    rng: np.random.Generator,
) -> np.ndarray:
    """Compute modal displacements, velocities or accelerations.

    Parameters
    ----------
    structure : Structure
    excitation : Excitation
    sampling_rate : float [Hz]
    n_samples : int
    derivative : int
        0 displacement, 1 velocity, 2 acceleration.
    rng : numpy.random.Generator
        For random forces.

    Returns
    -------
    (n_modes, n_samples) array

    Notes
    -----
    For ω² q + 2ζω q̇ + q̈ = f and s = −ζω + iω√(1−ζ²): q = Im(z)/Im(s), q̇ = Im(s z)/Im(s),
    q̈ = Im(s² z + s f)/Im(s) with ż = s z + f.
    """
    if isinstance(excitation, Impact):
        states, forces = _impact(structure, excitation, sampling_rate, n_samples)
    elif isinstance(excitation, InitialDisplacement):
        states, forces = _released(structure, excitation, sampling_rate, n_samples)
    elif isinstance(excitation, Burst):
        states, forces = _driven(structure, excitation, sampling_rate, n_samples)
    else:
        states, forces = _shaken(structure, excitation, sampling_rate, n_samples, rng)
    poles = structure.poles[:, None]
    motion = states * poles**derivative + (poles * forces if derivative == 2 else 0.0)
    return np.asarray(motion.imag / poles.imag)


def _impact(
    structure: Structure, impact: Impact, sampling_rate: float, n_samples: int
) -> tuple[np.ndarray, np.ndarray]:
    if not 0 <= impact.time < n_samples / sampling_rate:
        raise InputError(
            f"The impact at {impact.time:g} s is not within the {n_samples / sampling_rate:g} s recorded."
        )
    point = _points(structure, impact.position)[0]
    since = np.arange(n_samples) / sampling_rate - impact.time
    grown = np.exp(structure.poles[:, None] * np.maximum(since, 0.0)) * (since >= 0)
    return impact.impulse * structure.mode_shapes[point][:, None] * grown, np.zeros((1, 1))


def _released(
    structure: Structure, initial: InitialDisplacement, sampling_rate: float, n_samples: int
) -> tuple[np.ndarray, np.ndarray]:
    if initial.shape is None:
        point = _points(structure, None)[0]
        start = structure.mode_shapes[point] / (2 * np.pi * structure.frequencies) ** 2
    else:
        shape = np.asarray(initial.shape, dtype=float)
        if shape.shape != (structure.operator.n_points,) or not np.all(np.isfinite(shape)):
            raise InputError(
                f"The initial shape must be {structure.operator.n_points} finite numbers, one for each point."
            )
        start = structure.mode_shapes.T @ (structure.point_masses * shape)
    poles = structure.poles
    # q(0) = start and q̇(0) = 0: Im(z) = start Im(s) and Im(s z) = 0 at time zero
    states = -start * poles.conj()
    times = np.arange(n_samples) / sampling_rate
    return states[:, None] * np.exp(poles[:, None] * times), np.zeros((1, 1))


def _driven(
    structure: Structure, burst: Burst, sampling_rate: float, n_samples: int
) -> tuple[np.ndarray, np.ndarray]:
    point = _points(structure, burst.position)[0]
    force = burst.force(np.arange(n_samples) / sampling_rate)
    forces = np.outer(structure.mode_shapes[point], force)
    return _filtered(structure, forces, sampling_rate), forces


def _shaken(
    structure: Structure, force: RandomForce, sampling_rate: float, n_samples: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    slowest = float(np.min(-structure.poles.real))
    warm_up = min(int(5 * sampling_rate / slowest) if slowest > 0 else 0, _MAX_WARM_UP)
    everywhere = np.arange(structure.operator.n_points)
    points = everywhere if force.positions is None else _points(structure, force.positions)
    forces = force.level * rng.standard_normal((points.size, warm_up + n_samples))
    forces = structure.mode_shapes[points].T @ _band_limited(forces, force.band, sampling_rate)
    return _filtered(structure, forces, sampling_rate)[:, warm_up:], forces[:, warm_up:]


def _filtered(structure: Structure, forces: np.ndarray, sampling_rate: float) -> np.ndarray:
    """Return the states under modal forces (n_modes, n_samples), each constant until the next sample."""
    from scipy.signal import lfilter

    step = np.exp(structure.poles / sampling_rate)
    gains = (step - 1) / structure.poles
    # the state at a sample holds the forces before it
    return np.stack([lfilter([0, g], [1, -p], f) for g, p, f in zip(gains, step, forces, strict=True)])


def _band_limited(forces: np.ndarray, band: tuple[float, float] | None, sampling_rate: float) -> np.ndarray:
    if band is None:
        return forces
    from scipy.signal import butter, sosfilt

    low, high = band
    if not 0 <= low < high <= sampling_rate / 2:
        raise InputError(
            f"The force's band {low:g} to {high:g} Hz must rise within 0 to {sampling_rate / 2:g} Hz."
        )
    for kind, corner in (("highpass", low), ("lowpass", high)):
        if 0 < corner < sampling_rate / 2:
            forces = sosfilt(butter(2, corner, kind, fs=sampling_rate, output="sos"), forces, axis=1)
    return forces


def _points(structure: Structure, position: object) -> np.ndarray:
    if position is None:
        return np.array([structure.operator.n_points // 3])
    return nearest_points(structure.operator.positions, position)  # type: ignore[arg-type]
