"""Øysand's surface waves: three maps, each read in the same two ways, beside the published dispersion curve.

pyOMA-2 and PyDMD have no part here: they name frequencies and shapes, and no wavenumbers of travelling waves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import wavefact as wf
from wavefact.frequency_wavenumber import FrequencyWavenumberMap

from .recordings import Curve, published_curve, shots

__all__ = ["MAPS", "deviations", "phase_shift", "rows"]

FREQUENCIES = 0.4 * np.arange(12, 156)  # Hz; from the geophones' 4.5 Hz to above the published curve
WAVENUMBERS = 2 * np.pi * np.arange(1, 280) / (2.0 * 250)  # rad/m; waves go one way, so to twice Nyquist's
READINGS: dict[str, dict[str, Any]] = {
    "largest, 50 to 400 m/s": {"speeds": (50.0, 400.0)},
    "ridge, group speed ≥ 60 m/s": {"slowest_group": 60.0},
}
"""How a curve is read off a map, the same for all: settings of `wf.dispersion_points`."""


def travelling(recordings: list[wf.Recording]) -> FrequencyWavenumberMap:
    """Return wavefact's map; of less than 1/2.2 s, as its docstring asks of single shots."""
    return wf.travelling_waves(
        recordings, bandwidth=0.25, frequencies=FREQUENCIES, wavenumbers=WAVENUMBERS, equalized=True
    )


def phase_shift(recordings: list[wf.Recording]) -> FrequencyWavenumberMap:
    """Return the phase-shift transform of the shots, stacked.

    E(ω, c) = |Σ_x e^{iωx/c} U(x, ω)/|U(x, ω)||, here over k = ω/c: C. B. Park, R. D. Miller and J. Xia,
    "Imaging dispersion curves of surface waves on multi-channel record", SEG Expanded Abstracts, 1998.
    """
    stacked = np.zeros((len(FREQUENCIES), len(WAVENUMBERS)))
    for recording in recordings:
        times = np.arange(recording.n_samples) / recording.sampling_rate
        spectra = np.asarray(recording.signals) @ np.exp(-2j * np.pi * np.outer(times, FREQUENCIES))
        phases = (spectra / np.abs(spectra)).T
        stacked += np.abs(phases @ np.exp(1j * np.outer(recording.positions, WAVENUMBERS)))
    return FrequencyWavenumberMap(FREQUENCIES, WAVENUMBERS, stacked / stacked.max(), "–")


def plain(recordings: list[wf.Recording]) -> FrequencyWavenumberMap:
    """Return the root of the mean power of 2-D Fourier transforms, zero padded to 2500 × 250.

    Bins are 0.4 Hz and 2π/500 rad/m apart; e^{i(ωt − kx)} is at minus its wavenumber.
    """
    power = np.zeros((len(FREQUENCIES), len(WAVENUMBERS)))
    at = -np.arange(1, len(WAVENUMBERS) + 1) % 250
    for recording in recordings:
        spectrum = np.fft.fft(np.fft.rfft(np.asarray(recording.signals), 2500, axis=1), 250, axis=0)
        power += np.abs(spectrum[at][:, 12:156].T) ** 2
    return FrequencyWavenumberMap(FREQUENCIES, WAVENUMBERS, np.sqrt(power / power.max()), "–")


MAPS: dict[str, Callable[[list[wf.Recording]], FrequencyWavenumberMap]] = {
    "wavefact, travelling_waves": travelling,
    "phase-shift transform": phase_shift,
    "f–k transform": plain,
}


def deviations(picture: FrequencyWavenumberMap, curve: Curve, **reading: Any) -> np.ndarray:
    """Return how far the speeds at the published wavelengths are off, NaN where none is read [-]."""
    speeds = wf.dispersion_points(picture, **reading).speeds_at(curve.wavelengths)
    return np.asarray(speeds / curve.mean - 1)


def rows(data: Path) -> list[dict[str, Any]]:
    """Return a row for each map and reading.

    ``within`` is the share of all published wavelengths at which the speed is within the published bounds;
    one that is not read is not.  Deviations [%] are over those that are read.
    """
    recordings, curve, made = shots(data), published_curve(data), []
    for name, transform in MAPS.items():
        start = time.process_time()
        picture = transform(recordings)
        seconds = time.process_time() - start
        for reading, settings in READINGS.items():
            off = deviations(picture, curve, **settings)
            speeds, sizes = curve.mean * (1 + off), 100 * np.abs(off[np.isfinite(off)])
            within = (speeds >= curve.low) & (speeds <= curve.high)
            made.append({
                "method": name,
                "reading": reading,
                "wavelengths": len(off),
                "read": len(sizes),
                "within": float(np.mean(within)),
                "mean_deviation": float(np.mean(sizes)),
                "median_deviation": float(np.median(sizes)),
                "largest_deviation": float(np.max(sizes)),
                "outside": curve.wavelengths[~within].tolist(),
                "seconds": seconds,
            })  # fmt: skip
    return made
