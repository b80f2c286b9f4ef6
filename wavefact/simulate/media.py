"""Media that are not uniform, and waves that pass by: strings of several segments, and travelling waves.

A line of 100 points at spacing 1 m, sampled at 1 kHz for 2 s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.operators import String
from wavefact.recording import Recording
from wavefact.simulate.excitation import RandomForce
from wavefact.simulate.response import modal_response
from wavefact.simulate.simulation import Simulation, with_noise
from wavefact.simulate.structure import Structure

__all__ = ["inhomogeneous", "multi_segment", "travelling"]

_N_POINTS, _RATE, _N_SAMPLES = 100, 1000.0, 2000
_N_MODES, _DAMPING = 8, 0.01
_FINE = 20  # finite differences from point to point: frequencies err by less than 1e-5
_FREQUENCIES = np.array([9.3, 17.7, 26.1, 38.9, 53.3])
_AMPLITUDES = np.array([1.0, 0.8, 0.9, 0.6, 0.7])
_DEPTH, _PACE = 0.3, 0.45  # of the slow change of amplitudes: share, and frequency [Hz]


def multi_segment(
    snr_db: float | None = 0.0,
    *,
    rng: np.random.Generator | int = 0,
    boundaries: Sequence[float] = (0.4,),
    speeds: Sequence[float] = (2000.0, 3000.0),
) -> Simulation:
    """Simulate a string of segments, each with its wave speed, under random forces.

    The string has fixed ends one spacing beyond the outer points, one tension, and the density that a wave
    speed asks for.  Its lowest eight modes have 1 % damping; velocities are recorded.

    Parameters
    ----------
    snr_db : float or None
        10 log10(mean(clean²)/σ²) [dB]; None: no noise.
    rng : numpy.random.Generator or int
        Draws the forces, then the noise.
    boundaries : sequence of float
        Where segments meet, rising shares of the length in (0, 1) [-]; anywhere, also between two points.
    speeds : sequence of float
        Of the segments, one more than boundaries [m/s].

    Returns
    -------
    Simulation
        No one wavenumber is that of a mode: those of the truth are NaN.

    Raises
    ------
    InputError
        If boundaries do not rise within (0, 1), numbers of speeds and boundaries do not match, or a mode
        reaches half the sampling rate.

    Notes
    -----
    Modes solve the Sturm–Liouville problem u″ + (ω/c(x))² u = 0, u = 0 at the ends, by finite differences
    of spacing 1/20 m.

    Examples
    --------
    >>> multi_segment().truth.frequencies[:3].round(1)
    array([12.4, 24.8, 37.1])
    """
    cuts, values = np.asarray(boundaries, dtype=float), np.asarray(speeds, dtype=float)
    if cuts.ndim != 1 or values.shape != (cuts.size + 1,):
        raise InputError(
            f"{values.size} speeds came for {cuts.size} boundaries; give one more than boundaries."
        )
    if not np.all(np.diff([0.0, *cuts, 1.0]) > 0):
        raise InputError(f"boundaries must rise within (0, 1) as shares of the length, not {cuts.tolist()}.")
    return _shaken("multi-segment", lambda x: values[np.searchsorted(cuts, x)], snr_db, rng)


def inhomogeneous(
    snr_db: float | None = 0.0,
    *,
    rng: np.random.Generator | int = 0,
    speeds: tuple[float, float] = (2000.0, 3000.0),
) -> Simulation:
    """Simulate a string whose wave speed changes smoothly from one end to the other, under random forces.

    Parameters
    ----------
    snr_db, rng
        As for `multi_segment`.
    speeds : (float, float)
        At the ends [m/s]; half a cosine leads from one to the other.

    Returns
    -------
    Simulation
        Else like `multi_segment`.

    Raises
    ------
    InputError
        If a speed is not positive, or a mode reaches half the sampling rate.

    Examples
    --------
    >>> inhomogeneous().truth.frequencies[:3].round(1)
    array([12.1, 24.3, 36.4])
    """
    first, last = speeds
    return _shaken(
        "inhomogeneous", lambda x: first + (last - first) * (1 - np.cos(np.pi * x)) / 2, snr_db, rng
    )


def travelling(
    snr_db: float | None = 0.0,
    *,
    rng: np.random.Generator | int = 0,
    speeds: Sequence[float] = (300.0, -340.0, 320.0, -360.0, 280.0),
) -> Simulation:
    """Simulate five waves that pass a line of sensors on a long medium, in both directions.

    Parameters
    ----------
    snr_db : float or None
        10 log10(mean(clean²)/σ²) [dB]; None: no noise.
    rng : numpy.random.Generator or int
        Draws the phases, then the noise.
    speeds : sequence of 5 float
        Of each wave, negative towards smaller coordinates [m/s].

    Returns
    -------
    Simulation
        The truth's shapes are e^(−ikx) and its wavenumbers k have a sign: the motion is Re(shape e^(iωt)), so
        positive k travels towards larger coordinates.

    Raises
    ------
    InputError
        If there are not five speeds, or a wave has fewer than two sensors per wavelength.

    Notes
    -----
    Wave m is a_m (1 + 0.3 cos(2π·0.45 s + φ′)) cos(2πf s + φ) of retarded time s = t − x/c, with f = 9.3,
    17.7, 26.1, 38.9, 53.3 Hz and a = 1, 0.8, 0.9, 0.6, 0.7.  No wavelength fits the array.

    Examples
    --------
    >>> travelling().truth.phase_velocities.round()
    array([ 300., -340.,  320., -360.,  280.])
    """
    values = np.asarray(speeds, dtype=float)
    if values.shape != _FREQUENCIES.shape:
        raise InputError(f"{values.size} speeds came for five waves; give five.")
    generator = np.random.default_rng(rng)
    positions, angular = _positions(), 2 * np.pi * _FREQUENCIES
    if not np.all(np.abs(values) > angular / np.pi):
        raise InputError(
            f"The slowest wave of {values.tolist()} m/s has fewer than two sensors a wavelength."
        )
    phases, slow = generator.uniform(0, 2 * np.pi, (2, values.size))
    clean = np.zeros((_N_POINTS, _N_SAMPLES))
    for m, amplitude in enumerate(_AMPLITUDES):
        retarded = np.arange(_N_SAMPLES) / _RATE - (positions / values[m])[:, None]
        envelope = 1 + _DEPTH * np.cos(2 * np.pi * _PACE * retarded + slow[m])
        clean += amplitude * envelope * np.cos(angular[m] * retarded + phases[m])
    wavenumbers = angular / values
    truth = ModalModel(
        frequencies=_FREQUENCIES,
        damping_ratios=np.zeros(values.size),
        mode_shapes=np.exp(-1j * np.outer(positions, wavenumbers)),
        wavenumbers=wavenumbers,
        fit_quality=np.ones(values.size),
        positions=positions,
    )
    recording = Recording(
        clean, sampling_rate=_RATE, positions=positions, metadata={"scenario": "travelling"}
    )
    return with_noise(recording, truth, snr_db, generator)


def _positions() -> np.ndarray:
    return np.arange(1.0, _N_POINTS + 1)


def _shaken(
    name: str,
    speed: Callable[[np.ndarray], np.ndarray],
    snr_db: float | None,
    rng: np.random.Generator | int,
) -> Simulation:
    """Record the velocities of a string whose wave speed is a function of the share of its length."""
    generator = np.random.default_rng(rng)
    frequencies, shapes = _modes(speed)
    structure = Structure(
        String(_N_POINTS), frequencies, np.full(_N_MODES, _DAMPING), shapes, np.full(_N_MODES, np.nan)
    )
    if frequencies[-1] >= _RATE / 2:
        raise InputError(
            f"Mode {_N_MODES}, {frequencies[-1]:.4g} Hz, reaches half the sampling rate of {_RATE:g} Hz; "
            "lower the speeds."
        )
    response = modal_response(structure, RandomForce(), _RATE, _N_SAMPLES, derivative=1, rng=generator)
    recording = Recording(
        shapes @ response,
        sampling_rate=_RATE,
        positions=_positions(),
        unit="m/s",
        quantity="velocity",
        metadata={"scenario": name},
    )
    return with_noise(recording, structure.truth("velocity", "m/s"), snr_db, generator)


def _modes(speed: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the frequencies [Hz] of the lowest modes, and their shapes of unit modal mass."""
    from scipy.linalg import eigh_tridiagonal

    length, n = _N_POINTS + 1, (_N_POINTS + 1) * _FINE
    step = length / n
    cells = speed((np.arange(n) + 0.5) / n)  # between nodes: a boundary there is in one cell
    if not np.all(np.isfinite(cells) & (cells > 0)):
        raise InputError("Wave speeds must be positive and finite.")
    density = (cells[1:] ** -2.0 + cells[:-1] ** -2.0) / 2  # of a tension of 1
    roots = np.sqrt(density)
    squares, vectors = eigh_tridiagonal(
        2 / (step**2 * density),
        -1 / (step**2 * roots[1:] * roots[:-1]),
        select="i",
        select_range=(0, _N_MODES - 1),
    )
    shapes = vectors / roots[:, None]
    mass = float(np.mean(density))
    return np.sqrt(squares) / (2 * np.pi), shapes[_FINE - 1 :: _FINE] * np.sqrt(n * mass)
