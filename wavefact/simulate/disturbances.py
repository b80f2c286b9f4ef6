"""What goes wrong with sensors: dropped channels, coloured and impulsive noise, clipping.

Each takes a `Simulation` and returns another; the truth stays, or loses
the points that are dropped.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from wavefact.errors import InputError
from wavefact.simulate.simulation import Simulation

__all__ = ["with_clipping", "with_coloured_noise", "with_impulsive_noise", "without_sensors"]


def with_coloured_noise(
    simulation: Simulation, snr_db: float, *, correlation: float = 0.9, rng: np.random.Generator | int = 0
) -> Simulation:
    """Replace the noise by red noise: of first order in time, independent from sensor to sensor.

    Parameters
    ----------
    simulation : Simulation
    snr_db : float
        10 log10(mean(clean²)/σ²) [dB].
    correlation : float
        Of one sample with the next, in [0, 1).
    rng : numpy.random.Generator or int

    Returns
    -------
    Simulation
        Of the same truth.

    Raises
    ------
    InputError
        If the correlation is out of its range.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2, with_coloured_noise
    >>> with_coloured_noise(scenario_s2(), 0.0).recording.n_sensors
    100
    """
    from scipy.signal import lfilter

    if not 0 <= correlation < 1:
        raise InputError(f"correlation is {correlation:g}; noise of first order needs one in [0, 1).")
    generator = np.random.default_rng(rng)
    white = generator.standard_normal(simulation.clean.shape)
    start = correlation * generator.standard_normal((len(white), 1))  # stationary from the first sample on
    noise = lfilter([np.sqrt(1 - correlation**2)], [1.0, -correlation], white, axis=1, zi=start)[0]
    return _noisy(simulation, noise, _deviation(simulation.clean, snr_db))


def with_impulsive_noise(
    simulation: Simulation,
    snr_db: float,
    *,
    share: float = 0.01,
    ratio: float = 10.0,
    rng: np.random.Generator | int = 0,
) -> Simulation:
    """Replace the noise by white noise in which a few samples are hit by spikes.

    Parameters
    ----------
    simulation : Simulation
    snr_db : float
        10 log10(mean(clean²)/σ²) [dB], with σ² the power of all noise, spikes included.
    share : float
        Of the samples that are hit, in [0, 1].
    ratio : float
        Standard deviation of a spike over that of the white noise.
    rng : numpy.random.Generator or int

    Returns
    -------
    Simulation
        Of the same truth.

    Raises
    ------
    InputError
        If the share of samples is not between 0 and 1.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2, with_impulsive_noise
    >>> with_impulsive_noise(scenario_s2(), 0.0).recording.n_sensors
    100
    """
    if not 0 <= share <= 1:
        raise InputError(f"share is {share:g}; give the fraction of samples that are hit, in [0, 1].")
    generator = np.random.default_rng(rng)
    shape = simulation.clean.shape
    hit = generator.random(shape) < share
    noise = generator.standard_normal(shape) + hit * ratio * generator.standard_normal(shape)
    return _noisy(simulation, noise / np.sqrt(1 + share * ratio**2), _deviation(simulation.clean, snr_db))


def with_clipping(
    simulation: Simulation,
    *,
    share: float = 0.2,
    level: float = 1.0,
    rng: np.random.Generator | int = 0,
) -> Simulation:
    """Clip some channels, noise included, as an amplifier does whose range is too small.

    Parameters
    ----------
    simulation : Simulation
    share : float
        Of the channels that are clipped, in [0, 1].
    level : float
        Where, over the channel's root mean square.
    rng : numpy.random.Generator or int
        Draws the channels.

    Returns
    -------
    Simulation
        Of the same truth.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2, with_clipping
    >>> with_clipping(scenario_s2()).recording.n_sensors
    100
    """
    signals = np.array(simulation.recording.signals)
    chosen = _some(len(signals), share, rng)
    limits = level * np.sqrt(np.mean(signals[chosen] ** 2, axis=1, keepdims=True))
    signals[chosen] = np.clip(signals[chosen], -limits, limits)
    return dataclasses.replace(simulation, recording=simulation.recording.replace(signals=signals))


def without_sensors(
    simulation: Simulation, *, share: float = 0.25, rng: np.random.Generator | int = 0
) -> Simulation:
    """Drop some channels: what is left stands at uneven positions.

    Parameters
    ----------
    simulation : Simulation
    share : float
        Of the channels that are lost, in [0, 1).
    rng : numpy.random.Generator or int
        Draws the channels.

    Returns
    -------
    Simulation
        Of the same truth.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2, without_sensors
    >>> without_sensors(scenario_s2()).recording.n_sensors
    75
    """
    lost = _some(len(simulation.clean), share, rng)
    kept = np.setdiff1d(np.arange(len(simulation.clean)), lost)
    truth = simulation.truth
    positions = None if truth.positions is None else truth.positions[kept]
    return dataclasses.replace(
        simulation,
        recording=simulation.recording.select(kept),
        clean=simulation.clean[kept],
        truth=dataclasses.replace(
            truth,
            mode_shapes=truth.mode_shapes[kept],
            shape_errors=truth.shape_errors[kept],
            positions=positions,
            names=None if truth.names is None else tuple(truth.names[sensor] for sensor in kept),
        ),
    )


def _some(n_sensors: int, share: float, rng: np.random.Generator | int) -> np.ndarray:
    if not 0 <= share < 1:
        raise InputError(f"share is {share:g}; give the fraction of channels, in [0, 1).")
    return np.random.default_rng(rng).choice(n_sensors, round(share * n_sensors), replace=False)


def _deviation(clean: np.ndarray, snr_db: float) -> float:
    if not np.isfinite(snr_db):
        raise InputError(f"snr_db must be a finite number of decibels, not {snr_db}.")
    return float(np.sqrt(np.mean(clean**2) / 10 ** (snr_db / 10)))


def _noisy(simulation: Simulation, noise: np.ndarray, deviation: float) -> Simulation:
    recording = simulation.recording.replace(signals=simulation.clean + deviation * noise)
    return dataclasses.replace(simulation, recording=recording, noise=deviation)
