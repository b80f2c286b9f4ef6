"""Simulated recordings to compare methods on: a string with fixed ends, known modes, white sensor noise.

Points have spacing 1 and are at x = p/(n+1) of the length, p = 1 … n; mode m has the shape sin(mπx).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Scene(NamedTuple):
    """A recording and the truth about it.

    Attributes
    ----------
    signals : (n_points, n_samples) array
    sampling_rate : float [Hz]
    frequencies : (n_modes,) array [Hz]
        Natural frequencies |s|/2π; a free decay swings at f √(1−ζ²).
    damping_ratios : (n_modes,) array
    shapes : (n_points, n_modes) array
    """

    signals: np.ndarray
    sampling_rate: float
    frequencies: np.ndarray
    damping_ratios: np.ndarray
    shapes: np.ndarray


def scene_100x2000(rng: int = 0, snr_db: float = -5.0) -> Scene:
    """Simulate scenario S2 for twice as long: five decaying modes, 2 s at 1 kHz, −5 dB."""
    modes = np.array([1, 2, 3, 5, 8])
    angular = 2 * np.pi * np.array([12.0, 25.0, 37.0, 61.0, 96.0])
    amplitudes, decay = np.array([1.0, 0.7, 0.8, 0.5, 0.4]), 0.01 * angular
    times, shapes = np.arange(2000) / 1000, string_shapes(100, modes)
    courses = amplitudes * np.exp(-np.outer(times, decay)) * np.sin(np.outer(times, angular) + modes)
    natural = np.hypot(angular, decay)
    signals = _noisy(shapes @ courses.T, snr_db, np.random.default_rng(rng))
    return Scene(signals, 1000.0, natural / (2 * np.pi), decay / natural, shapes)


def scene_512x20000(rng: int = 0, snr_db: float = 0.0) -> Scene:
    """Simulate a dense array: 512 points, 12 modes at 7.3 to 88 Hz in ambient vibration, 20 s at 1 kHz."""
    return ambient(512, 20_000, 1000.0, 7.3 + np.pi / 400, np.linspace(0.01, 0.003, 12), rng, snr_db)


def scene_50x100000(rng: int = 0, snr_db: float = 0.0) -> Scene:
    """Simulate a long recording: 50 points, 6 modes at 9.1 to 55 Hz in ambient vibration, 200 s at 500 Hz."""
    return ambient(50, 100_000, 500.0, 9.1 + np.pi / 4000, np.linspace(0.01, 0.003, 6), rng, snr_db)


def ambient(
    n_points: int,
    n_samples: int,
    sampling_rate: float,
    fundamental: float,
    damping_ratios: np.ndarray,
    rng: int,
    snr_db: float,
) -> Scene:
    """Simulate the velocity of a string under independent white forces of equal strength on its modes.

    Mode m is at m times the fundamental [Hz]: the wave speed is constant, 2 (n+1) times the fundamental. The
    fundamentals of the scenes are irrational in steps of sampling_rate/(2 n_samples), so that no mode is at a
    frequency of the discrete cosine transform.
    """
    modes = np.arange(1, len(damping_ratios) + 1)
    shapes = string_shapes(n_points, modes)
    return shaken(shapes, fundamental * modes, damping_ratios, sampling_rate, n_samples, rng, snr_db)


def shaken(
    shapes: np.ndarray,
    frequencies: np.ndarray,
    damping_ratios: np.ndarray,
    sampling_rate: float,
    n_samples: int,
    rng: int,
    snr_db: float,
) -> Scene:
    """Simulate the velocity of modes under independent white forces of equal strength."""
    generator = np.random.default_rng(rng)
    angular = 2 * np.pi * frequencies
    poles = angular * (1j * np.sqrt(1 - damping_ratios**2) - damping_ratios)
    velocities = np.stack([_shaken(pole, 1 / sampling_rate, n_samples, generator) for pole in poles])
    velocities /= np.sqrt(np.mean(velocities[0] ** 2))  # the first mode has root mean square 1
    return Scene(
        _noisy(shapes @ velocities, snr_db, generator), sampling_rate, frequencies, damping_ratios, shapes
    )


def storey_frame(rng: int, duration: float = 1200.0, snr_db: float = 20.0) -> Scene:
    """Simulate a frame of five equal storeys under wind: 1.0 to 6.7 Hz, 20 minutes at 25 Hz, 20 dB.

    Equal masses and springs in a row: ω_m = 2 √(k/m) sin(π (2m − 1)/22), orthonormal shapes; white forces of
    equal strength on all floors excite the modes independently.  Damping ratios are 0.2 to 3 %.
    """
    stiffness = 2 * np.eye(5) - np.eye(5, k=1) - np.eye(5, k=-1)
    stiffness[-1, -1] = 1.0
    values, shapes = np.linalg.eigh(stiffness)
    frequencies = np.sqrt(values / values[0])
    damping = np.array([0.03, 0.01, 0.005, 0.002, 0.02])
    return shaken(shapes, frequencies, damping, 25.0, int(25 * duration), rng, snr_db)


def plate_1000(rng: int = 0, snr_db: float = 0.0) -> Scene:
    """Simulate a plate of 40 × 25 points: 12 modes at 31 to 288 Hz, two pairs 1 % apart, 10 s at 1 kHz.

    Shapes are those of a pinned plate, sin(mπx) sin(nπy).  Frequencies are a little off the theory, as of a
    real plate, such that (2, 2) and (4, 1), and (1, 3) and (5, 1), are pairs.
    """
    pairs = [(1, 1), (2, 1), (1, 2), (3, 1), (2, 2), (4, 1), (3, 2), (1, 3), (5, 1), (4, 2), (2, 3), (3, 3)]
    frequencies = np.array([31.2, 57.7, 89.3, 101.9, 124.6, 125.8, 160.1, 184.3, 186.1, 216.0, 243.9, 288.3])
    x, y = np.arange(1, 41) / 41, np.arange(1, 26) / 26
    shapes = [np.outer(np.sin(m * np.pi * x), np.sin(n * np.pi * y)).ravel() for m, n in pairs]
    damping = np.full(12, 0.003)
    return shaken(np.stack(shapes, axis=1), frequencies, damping, 1000.0, 10_000, rng, snr_db)


def close_pair(rng: int, snr_db: float = 20.0) -> Scene:
    """Simulate two modes at 1.23 and 1.28 Hz with 1.5 % of critical damping: 8 channels, 330 s at 20 Hz."""
    shapes = string_shapes(8, np.array([1, 2]))
    frequencies, damping = np.array([1.23, 1.28]), np.array([0.015, 0.015])
    return shaken(shapes, frequencies, damping, 20.0, 6600, rng, snr_db)


def string_shapes(n_points: int, modes: np.ndarray) -> np.ndarray:
    """Return sin(mπx), a column for each mode."""
    return np.sin(np.pi * np.outer(np.arange(1, n_points + 1), modes) / (n_points + 1))


def _shaken(pole: complex, step: float, n_samples: int, rng: np.random.Generator) -> np.ndarray:
    """Return q̇ of q̈ + 2ζω q̇ + ω² q = white noise, stationary and exact at the samples.

    z with ż = s z + white noise has q̇ = Im(s z)/Im(s). From sample to sample z grows by e^{s·step} and gains
    a complex normal w with E|w|² = (e^{2 Re(s) step} − 1)/(2 Re s) and E w² = (e^{2 s step} − 1)/(2 s).
    """
    from scipy.signal import lfilter

    growth = np.exp(pole * step)
    gains = _complex_normal(
        (abs(growth) ** 2 - 1) / (2 * pole.real), (growth**2 - 1) / (2 * pole), n_samples, rng
    )
    start = _complex_normal(-1 / (2 * pole.real), -1 / (2 * pole), 1, rng)
    states = lfilter([1.0], [1.0, -growth], gains, zi=growth * start)[0]
    return (pole * states).imag / pole.imag


def _complex_normal(power: float, pseudo: complex, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw complex normal numbers with E|w|² = power and E w² = pseudo."""
    covariance = 0.5 * np.array([[power + pseudo.real, pseudo.imag], [pseudo.imag, power - pseudo.real]])
    values, vectors = np.linalg.eigh(covariance)
    real, imag = (vectors * np.sqrt(np.maximum(values, 0.0))) @ rng.standard_normal((2, size))
    return real + 1j * imag


def _noisy(clean: np.ndarray, snr_db: float, rng: np.random.Generator) -> np.ndarray:
    sigma = np.sqrt(np.mean(clean**2) / 10 ** (snr_db / 10))
    return clean + sigma * rng.standard_normal(clean.shape)
