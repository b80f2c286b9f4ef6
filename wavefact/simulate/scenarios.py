"""Recordings that others refer to: the reference scenarios S1 and S2, and the demonstration.

Points of S1 and S2 have spacing 1 m and fixed ends: the mode sin(mπp/(n+1)) has wavenumber about mπ/(n+1).
"""

from __future__ import annotations

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import normalized_shapes
from wavefact.operators import String
from wavefact.recording import Recording
from wavefact.simulate.excitation import RandomForce
from wavefact.simulate.simulation import Simulation, simulate, with_noise
from wavefact.simulate.structure import Structure

__all__ = ["make_demo", "scenario_s1", "scenario_s2"]

_N_POINTS = 100


def scenario_s1(n_samples: int = 20_000, *, rng: np.random.Generator | int = 0) -> Simulation:
    """Simulate S1, for speed: 100 points at 2000 Hz, ten modes, noise of standard deviation 0.3.

    The recording's metadata holds ``wave_weight`` 1e4 and ``regularization`` σ (√n/2 + √n_samples), to be
    factorized with ``String(n_points=100, spacing=1.0, ends="fixed")``.

    Parameters
    ----------
    n_samples : int
        20,000 or 200,000 in the benchmarks.
    rng : numpy.random.Generator or int
        Draws the ten amplitudes (standard normal), then the noise.

    Returns
    -------
    Simulation

    Raises
    ------
    InputError
        If there are fewer than 2 samples.

    Notes
    -----
    Mode m = 1 … 10 has f = 12 m Hz and time course a_m exp(−0.02·2πf t/m) sin(2πf t + m).

    Examples
    --------
    >>> scenario_s1(500).truth.frequencies[:3].round(1)
    array([12., 24., 36.])
    """
    generator = np.random.default_rng(rng)
    modes = np.arange(1, 11)
    frequencies = 12.0 * modes
    amplitudes = generator.standard_normal(10)
    decay = 0.02 * 2 * np.pi * frequencies / modes
    sigma = 0.3
    recording, truth = _decaying(modes, frequencies, amplitudes, decay, (2000.0, n_samples))
    clean = np.asarray(recording.signals)
    threshold = sigma * (np.sqrt(_N_POINTS) / 2 + np.sqrt(n_samples))
    noisy = recording.replace(
        signals=clean + sigma * generator.standard_normal(clean.shape),
        metadata={"scenario": "S1", "wave_weight": 1e4, "regularization": float(threshold)},
    )
    return Simulation(noisy, clean, truth, sigma)


def scenario_s2(snr_db: float = -5.0, *, rng: np.random.Generator | int = 0) -> Simulation:
    """Simulate S2, for noise: 100 points, 1000 samples at 1 kHz, five modes at a given signal-to-noise ratio.

    The recording's metadata holds ``wave_weight`` 1e5, to be factorized with
    ``String(n_points=100, spacing=1.0, ends="fixed")``.

    Parameters
    ----------
    snr_db : float
        10 log10(mean(clean²)/σ²) [dB].
    rng : numpy.random.Generator or int
        Draws the noise.

    Returns
    -------
    Simulation

    Notes
    -----
    Modes m = 1, 2, 3, 5, 8 at 12, 25, 37, 61, 96 Hz with amplitudes 1, 0.7, 0.8, 0.5, 0.4 and time course
    a exp(−0.01·2πf t) sin(2πf t + m).

    Examples
    --------
    >>> scenario_s2(0.0).recording.n_samples
    1000
    """
    modes = np.array([1, 2, 3, 5, 8])
    frequencies = np.array([12.0, 25.0, 37.0, 61.0, 96.0])
    amplitudes = np.array([1.0, 0.7, 0.8, 0.5, 0.4])
    recording, truth = _decaying(
        modes, frequencies, amplitudes, 0.01 * 2 * np.pi * frequencies, (1000.0, 1000)
    )
    recording = recording.replace(metadata={"scenario": "S2", "wave_weight": 1e5})
    return with_noise(recording, truth, snr_db, np.random.default_rng(rng))


def make_demo(*, rng: np.random.Generator | int = 2024) -> Simulation:
    """Simulate the demonstration: a footbridge in wind, 40 accelerometers, noise above the motion.

    A stress-ribbon bridge, which moves as a string: span 82 m, six modes at about 0.8, 1.6 … 4.8 Hz with
    1.5 to 0.8 % damping, 10,000 samples at 12.5 Hz, signal-to-noise ratio −3 dB; in single precision it
    is below 2 MB.

    Parameters
    ----------
    rng : numpy.random.Generator or int
        Draws the wind forces, then the noise.

    Returns
    -------
    Simulation

    Examples
    --------
    >>> make_demo().recording
    Recording(40 sensors × 10000 samples, float32, 12.5 Hz, 800 s, acceleration [m/s^2], 1-D positions, named)
    """
    bridge = demo_operator()
    structure = Structure.of(
        bridge, 6, wave_speed=131.2, damping_ratios=[0.015, 0.012, 0.01, 0.01, 0.008, 0.008]
    )
    wind = RandomForce(band=(0.2, 3.0), level=0.1)
    result = simulate(structure, wind, sampling_rate=12.5, duration=800.0, snr_db=-3.0, rng=rng)
    recording = result.recording.replace(
        signals=np.asarray(result.recording.signals, dtype=np.float32),
        names=tuple(f"A{point + 1:02d}" for point in range(bridge.n_points)),
        metadata={"scenario": "demo", "snr_db": -3.0, "noise": result.noise},
    )
    return Simulation(recording, result.clean, result.truth, result.noise)


def demo_operator() -> String:
    """Return the operator of the demonstration: a string fixed at both ends, 40 inner points, 2 m apart.

    Returns
    -------
    String

    Examples
    --------
    >>> from wavefact.simulate import demo_operator
    >>> demo_operator().n_points
    40
    """
    return String(n_points=40, spacing=2.0, ends="fixed")


def _decaying(
    modes: np.ndarray,
    frequencies: np.ndarray,
    amplitudes: np.ndarray,
    decay: np.ndarray,
    sampling: tuple[float, int],
) -> tuple[Recording, ModalModel]:
    """Superpose a exp(−decay t) sin(2πf t + m) on sin(mπx), and say which modes these are."""
    sampling_rate, n_samples = sampling
    if n_samples < 2:
        raise InputError(f"A scenario needs at least 2 samples, not {n_samples}.")
    operator = String(n_points=_N_POINTS, spacing=1.0, ends="fixed")
    points = np.arange(1, _N_POINTS + 1)
    shapes = np.sin(np.pi * np.outer(points, modes) / (_N_POINTS + 1))
    times = np.arange(n_samples) / sampling_rate
    angular = 2 * np.pi * frequencies
    courses = amplitudes * np.exp(-np.outer(times, decay)) * np.sin(np.outer(times, angular) + modes)
    undamped = np.hypot(angular, decay)
    truth = ModalModel(
        frequencies=undamped / (2 * np.pi),
        damping_ratios=decay / undamped,
        mode_shapes=normalized_shapes(shapes),
        wavenumbers=np.asarray(operator.wavenumber(2 - 2 * np.cos(np.pi * modes / (_N_POINTS + 1)))),
        fit_quality=np.ones(modes.size),
        positions=operator.positions,
    )
    recording = Recording(shapes @ courses.T, sampling_rate=sampling_rate, positions=operator.positions)
    return recording, truth
