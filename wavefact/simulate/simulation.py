"""Recordings with known truth: `simulate` superposes modes and adds sensor noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.recording import Recording
from wavefact.simulate.excitation import Excitation, named_excitation
from wavefact.simulate.response import modal_response
from wavefact.simulate.structure import Structure

__all__ = ["Simulation", "simulate"]

_UNITS = {"displacement": "m", "velocity": "m/s", "acceleration": "m/s^2"}


@dataclass(frozen=True, eq=False)
class Simulation:
    """A simulated recording beside what is true of it.

    Attributes
    ----------
    recording : Recording
        With sensor noise.
    clean : (n_sensors, n_samples) array, in the recording's unit
        Without.
    truth : ModalModel
        The modes that were superposed.
    noise : float, in the recording's unit
        Standard deviation of the noise.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2
    >>> simulation = scenario_s2(0.0)
    >>> simulation.recording.n_sensors, simulation.truth.n_modes
    (100, 5)
    """

    recording: Recording
    clean: np.ndarray
    truth: ModalModel
    noise: float

    def __repr__(self) -> str:
        return f"Simulation({self.recording!r}, {self.truth.n_modes} modes, noise {self.noise:.3g})"


def simulate(
    structure: Structure,
    excitation: Excitation | str = "random",
    *,
    sampling_rate: float,
    duration: float,
    quantity: str = "acceleration",
    snr_db: float | None = None,
    rng: np.random.Generator | int = 0,
) -> Simulation:
    """Record a vibrating structure at all points of its operator.

    Parameters
    ----------
    structure : Structure
    excitation : Impact, RandomForce, InitialDisplacement, or "impact", "random", "initial"
    sampling_rate : float [Hz]
    duration : float [s]
    quantity : "displacement", "velocity" or "acceleration"
    snr_db : float, optional
        Signal-to-noise ratio 10 log10(mean(clean²)/σ²) of white Gaussian sensor noise [dB]; None: no noise.
    rng : numpy.random.Generator or int
        Source of randomness, or its seed.

    Returns
    -------
    Simulation

    Raises
    ------
    InputError
        If rate or duration is not positive, a mode is not below the Nyquist frequency, or the quantity or the
        excitation is unknown.

    Examples
    --------
    >>> from wavefact.operators import String
    >>> cable = Structure.of(String(n_points=20, spacing=1.0, ends="fixed"), 3, wave_speed=60.0)
    >>> simulate(cable, "impact", sampling_rate=50.0, duration=10.0, snr_db=10.0).recording
    Recording(20 sensors × 500 samples, float64, 50 Hz, 10 s, acceleration [m/s^2], 1-D positions)
    """
    excitation = named_excitation(excitation)
    n_samples = _n_samples(structure, sampling_rate, duration)
    if quantity not in _UNITS:
        raise InputError(f"Unknown quantity {quantity!r}; expected one of {', '.join(map(repr, _UNITS))}.")
    generator = np.random.default_rng(rng)
    derivative = list(_UNITS).index(quantity)
    response = modal_response(
        structure, excitation, sampling_rate, n_samples, derivative=derivative, rng=generator
    )
    unit = _UNITS[quantity]
    silent = Recording(
        structure.mode_shapes @ response,
        sampling_rate=sampling_rate,
        positions=structure.operator.positions,
        unit=unit,
        quantity=quantity,
    )
    return with_noise(silent, structure.truth(quantity, unit), snr_db, generator)


def with_noise(
    recording: Recording, truth: ModalModel, snr_db: float | None, rng: np.random.Generator
) -> Simulation:
    """Add white Gaussian noise at a signal-to-noise ratio [dB] to a clean recording."""
    clean = np.asarray(recording.signals)
    if snr_db is None:
        return Simulation(recording, clean, truth, 0.0)
    if not np.isfinite(snr_db):
        raise InputError(f"snr_db must be a finite number of decibels, or None for no noise; not {snr_db}.")
    sigma = float(np.sqrt(np.mean(clean**2) / 10 ** (snr_db / 10)))
    noisy = clean + sigma * rng.standard_normal(clean.shape)
    return Simulation(recording.replace(signals=noisy), clean, truth, sigma)


def _n_samples(structure: Structure, sampling_rate: float, duration: float) -> int:
    for name, value, unit in (("sampling rate", sampling_rate, "Hz"), ("duration", duration, "s")):
        if not (np.isfinite(value) and value > 0):
            raise InputError(f"The {name} must be positive, not {value:g} {unit}.")
    fastest = float(structure.frequencies.max())
    if fastest >= sampling_rate / 2:
        raise InputError(
            f"The fastest mode, {fastest:.4g} Hz, reaches half the sampling rate of {sampling_rate:g} Hz; "
            "sample faster or take fewer modes."
        )
    n_samples = round(duration * sampling_rate)
    if n_samples < 2:
        raise InputError(f"{duration:g} s at {sampling_rate:g} Hz are fewer than 2 samples.")
    return n_samples
