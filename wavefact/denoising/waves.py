"""Travelling waves in a factorization, for which standing shapes are many and plane waves few."""

from __future__ import annotations

import numpy as np

from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.modal import DirectedWaves, directed_waves
from wavefact.recording import Recording

__all__ = ["plane_shapes", "travelling_part"]

STANDING = 5.0  # standing-wave ratio from which on a wave stands rather than travels


def travelling_part(fit: Factorization, recording: Recording) -> DirectedWaves | None:
    """Return the waves along a line of sensors; None where there are none, or as much of them stands.

    Parameters
    ----------
    fit, recording : Factorization, Recording
        Real, as for `directed_waves`.
    """
    if fit.n_components == 0 or np.iscomplexobj(fit.time_courses):
        return None
    try:
        waves = directed_waves(fit, recording)
    except InputError:  # no line, no sampling rate, or no tone that is clear of the noise
        return None
    powers = waves.forward_powers + waves.backward_powers
    travels = (waves.directions != 0) & (waves.standing_wave_ratios < STANDING)
    return waves if np.sum(powers[travels]) > 0.5 * np.sum(powers) else None


def plane_shapes(waves: DirectedWaves, positions: np.ndarray) -> list[np.ndarray]:
    """Return sets of real shapes, each (n_points, n_shapes): cos kx and sin kx of every wave.

    The second set has both also times the place along the line, for waves whose amplitude changes slowly.
    """
    along = (positions - np.mean(positions)) / np.ptp(positions)
    phases = np.outer(positions - np.mean(positions), np.abs(waves.wavenumbers))
    even = np.concatenate([np.cos(phases), np.sin(phases)], axis=1)
    return [even, np.concatenate([even, even * along[:, None]], axis=1)]
