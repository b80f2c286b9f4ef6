"""Components of a fit whose time is penalised too, grouped into what may be one mode.

Each component is a tone: a shape, and a course filtered around a frequency.  Filters narrow resonances and λ
shrinks amplitudes, so only shapes and frequencies are taken from the components; what modes do is read from
the projected courses, which are neither filtered nor shrunk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.modal.channels import TimedComponents, checked_rate
from wavefact.modal.grouping import group_components

__all__ = ["Candidate", "candidates_of"]

_NEIGHBOURS = 2.5  # bandwidths between tones of one decay
_WAVENUMBER_TOLERANCE = 0.25  # the filter in space pulls weak tones of a mode less than strong ones
_PEAK = 0.01  # of the energy of a group's strongest tone
_SECOND_SHAPE = 0.01  # of the amplitude of a group's first


@dataclass(frozen=True)
class Candidate:
    """What may be a mode.

    Attributes
    ----------
    shape : (n_points,) array
    others : (n_points, n_directions) array
        What else the group's shapes are made of; orthonormal, and orthogonal to `shape`.
    low, high : float [Hz]
        Where its frequency is to be sought.
    energy : float
    """

    shape: np.ndarray
    others: np.ndarray
    low: float
    high: float
    energy: float


def candidates_of(fit: TimedComponents) -> list[Candidate]:
    """Group the components of a fit into candidates for modes, strongest first.

    Notes
    -----
    Tones of one shape (MAC ≥ 0.9) and wavenumber whose frequencies form a chain are a group.  Its strongest
    tone is a candidate, and so is every other that is the strongest within one bandwidth.
    """
    factors, courses = to_numpy(fit.spatial_factors), to_numpy(fit.time_courses)
    every = (factors, courses, to_numpy(fit.projected_courses))
    if not all(np.all(np.isfinite(values)) for values in every):
        raise InputError("The components hold NaN or Inf; factorize a recording without them.")
    courses = courses / np.max(np.abs(courses), initial=np.finfo(float).tiny)
    energies = np.sum(np.abs(factors) ** 2, axis=0) * np.sum(np.abs(courses) ** 2, axis=0)
    alive = np.flatnonzero(energies > 0)
    factors, courses, energies = factors[:, alive], courses[:, alive], energies[alive]
    frequencies = to_numpy(fit.frequencies)[alive]
    bandwidths = _bandwidths(courses, checked_rate(fit.sampling_rate), fit.time_bandwidth)
    labels = group_components(
        factors,
        to_numpy(fit.wavenumbers)[alive],
        wavenumber_tolerance=_WAVENUMBER_TOLERANCE,
        frequencies=frequencies,
        frequency_gap=_NEIGHBOURS * np.maximum(bandwidths[:, None], bandwidths),
    )
    found: list[Candidate] = []
    for group in np.unique(labels):
        members = np.flatnonzero(labels == group)
        shape, others = _shapes(factors[:, members], courses[:, members])
        for low, high, energy in _ranges(frequencies[members], energies[members], bandwidths[members]):
            found.append(Candidate(shape, others, low, high, energy))
    return sorted(found, key=lambda candidate: -candidate.energy)


def _shapes(factors: np.ndarray, courses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the leading left singular vector of D Xᵀ, and others that are not negligible."""
    basis, triangular = np.linalg.qr(factors)
    gram = triangular @ (courses.T @ courses.conj()) @ triangular.conj().T
    squares, vectors = np.linalg.eigh(gram)
    kept = np.flatnonzero(squares > _SECOND_SHAPE**2 * squares[-1])[::-1]
    shapes = basis @ vectors[:, kept]
    return shapes[:, 0], shapes[:, 1:]


def _bandwidths(courses: np.ndarray, sampling_rate: float, bandwidth: float | None) -> np.ndarray:
    """Return the bandwidth of each component [Hz]; where filters have none in common, that of its course.

    (Σ|x|²)² / Σ|x|⁴ over the spectrum, 1.26 half-power bandwidths for what a filter passes of white noise.
    """
    if bandwidth is not None:
        return np.full(courses.shape[1], float(bandwidth))
    powers = np.abs(np.fft.fft(courses, axis=0)) ** 2
    powers = powers[: len(powers) // 2 + 1] + powers[-np.arange(len(powers) // 2 + 1)]
    width = np.sum(powers, axis=0) ** 2 / np.sum(powers**2, axis=0) * sampling_rate / len(courses)
    return np.asarray(width / 1.26)


def _ranges(
    frequencies: np.ndarray, energies: np.ndarray, bandwidths: np.ndarray
) -> list[tuple[float, float, float]]:
    """Return (low, high, energy) around each tone of a chain that is the strongest within a bandwidth."""
    found: list[tuple[float, float, float]] = []
    for tone in np.argsort(-energies):
        centre, energy, bandwidth = frequencies[tone], energies[tone], bandwidths[tone]
        near = np.abs(frequencies - centre) <= bandwidth
        if energy >= _PEAK * energies.max() and energy >= energies[near].max():
            found.append((float(centre - bandwidth), float(centre + bandwidth), float(energy)))
    return found
