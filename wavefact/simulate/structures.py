"""Ready-made structures beside the reference scenarios: a cantilever, a burst in a plate, a storey frame."""

from __future__ import annotations

import dataclasses

import numpy as np

from wavefact.operators import Beam, FiniteElement, Plate
from wavefact.simulate.excitation import Burst, Impact, RandomForce
from wavefact.simulate.simulation import Simulation, simulate
from wavefact.simulate.structure import Structure

__all__ = [
    "cantilever",
    "cantilever_operator",
    "frame_operator",
    "plate_burst",
    "plate_operator",
    "shear_frame",
]


def cantilever_operator() -> Beam:
    """Return the beam of `cantilever`: 60 points over 1 m, clamped and free.

    Returns
    -------
    Beam

    Examples
    --------
    >>> from wavefact.simulate import cantilever_operator
    >>> cantilever_operator().n_points
    60
    """
    return Beam(60, spacing=1 / 60, ends="clamped-free")


def cantilever(snr_db: float | None = 0.0, *, rng: np.random.Generator | int = 0) -> Simulation:
    """Simulate the velocity of a cantilever beam hit by a hammer: 60 points, five modes, 2 s at 500 Hz.

    Parameters
    ----------
    snr_db : float or None
        10 log10(mean(clean²)/σ²) [dB]; None for no noise.
    rng : numpy.random.Generator or int
        Draws the noise.

    Returns
    -------
    Simulation

    Examples
    --------
    >>> from wavefact.simulate import cantilever
    >>> cantilever().truth.frequencies.round()
    array([  4.,  25.,  70., 136., 225.])
    """
    damping = [0.02, 0.01, 0.008, 0.006, 0.005]
    structure = Structure.of(cantilever_operator(), 5, bending_speed=7.2, damping_ratios=damping)
    hammer = Impact(position=0.37, time=0.01)
    return simulate(
        structure, hammer, sampling_rate=500.0, duration=2.0, quantity="velocity", snr_db=snr_db, rng=rng
    )


def plate_operator() -> Plate:
    """Return the plate of `plate_burst`: 24 × 20 points 2 cm apart, pinned edges.

    Returns
    -------
    Plate

    Examples
    --------
    >>> from wavefact.simulate import plate_operator
    >>> plate_operator().n_points
    480
    """
    return Plate((24, 20), 0.02, "pinned")


def plate_burst(snr_db: float | None = 0.0, *, rng: np.random.Generator | int = 0) -> Simulation:
    """Simulate a guided wave in a plate: a burst of five cycles at 20 kHz, 0.6 ms at 400 kHz, 480 points.

    The bending wave spreads with dispersion and comes back from the edges. It is made of 150 modes, but has
    none to identify: the truth's model is empty.

    Parameters
    ----------
    snr_db : float or None
        10 log10(mean(clean²)/σ²) [dB]; None for no noise.
    rng : numpy.random.Generator or int
        Draws the noise.

    Returns
    -------
    Simulation

    Examples
    --------
    >>> from wavefact.simulate import plate_burst
    >>> plate_burst().recording.n_samples
    240
    """
    structure = Structure.of(plate_operator(), 150, bending_speed=46.0, damping_ratios=0.005)
    burst = Burst(20e3, position=(0.17, 0.13))
    result = simulate(
        structure, burst, sampling_rate=400e3, duration=0.6e-3, quantity="velocity", snr_db=snr_db, rng=rng
    )
    return dataclasses.replace(result, truth=result.truth.select([]))


def frame_operator() -> FiniteElement:
    """Return the masses and springs of `shear_frame`: six equal storeys on the ground.

    Returns
    -------
    FiniteElement

    Examples
    --------
    >>> from wavefact.simulate import frame_operator
    >>> frame_operator().n_points
    6
    """
    stiffness = 2 * np.eye(6) - np.eye(6, k=1) - np.eye(6, k=-1)
    stiffness[-1, -1] = 1.0
    return FiniteElement(stiffness)


def shear_frame(snr_db: float | None = 0.0, *, rng: np.random.Generator | int = 0) -> Simulation:
    """Simulate a frame of six storeys in wind: six modes of 1.0 to 8.0 Hz, 10 minutes at 25 Hz.

    Parameters
    ----------
    snr_db : float or None
        10 log10(mean(clean²)/σ²) [dB]; None for no noise.
    rng : numpy.random.Generator or int
        Draws the wind forces, white and independent on all floors, then the noise.

    Returns
    -------
    Simulation

    Examples
    --------
    >>> from wavefact.simulate import shear_frame
    >>> shear_frame().truth.frequencies.round(1)
    array([1. , 2.9, 4.7, 6.2, 7.3, 8.1])
    """
    operator = frame_operator()
    speed = 2 * np.pi / float(np.sqrt(operator.eigenvalues.min()))
    damping = [0.012, 0.01, 0.01, 0.008, 0.015, 0.01]
    structure = Structure.of(operator, 6, wave_speed=speed, damping_ratios=damping)
    return simulate(
        structure,
        RandomForce(),
        sampling_rate=25.0,
        duration=600.0,
        quantity="velocity",
        snr_db=snr_db,
        rng=rng,
    )
