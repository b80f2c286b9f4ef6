"""Hammer shots on the ground: the dispersion curve of surface waves from 24 geophones.

python examples/geophones.py oysand_masw [--picture geophones.png]

The folder is examples/Data of github.com/Mazvel/maswavespy (E. A. Olafsdottir et al., Geotechnical Testing
Journal, 2024; GPL-3.0): two shots at Øysand, Norway, and a published curve with bounds, the mean of many
shots picked by hand.  Without it shots on soft ground over a stiffer one are simulated.
"""

import argparse
from pathlib import Path

import numpy as np

import wavefact as wf
from wavefact import plots

RATE, SPACING = 1000.0, 2.0  # Hz, m
OFFSETS = (10, 20)  # of the hammer from the first geophone [m]
GEOPHONES = SPACING * np.arange(24)
FREQUENCIES = 0.4 * np.arange(12, 156)  # Hz


def speed(frequencies: np.ndarray) -> np.ndarray:
    """Return the phase speed of the simulated ground [m/s]."""
    return 110.0 + 120.0 / (1.0 + (np.maximum(frequencies, 0.1) / 14.0) ** 2)


def simulated(offset: float, rng: int) -> wf.Recording:
    """Return a shot: a short pulse, each frequency of which travels at its own speed."""
    n_samples = 2200
    frequencies = np.fft.rfftfreq(n_samples, 1 / RATE)
    pulse = frequencies / 20.0 * np.exp(-((frequencies / 35.0) ** 2))
    distances = (offset + GEOPHONES)[:, None]
    delays = distances / speed(frequencies)
    spectra = pulse * np.exp(-2j * np.pi * frequencies * delays) / np.sqrt(distances)
    signals = np.fft.irfft(spectra, n_samples, axis=1)
    noise = np.random.default_rng(rng).standard_normal(signals.shape)
    return wf.Recording(signals + 0.02 * signals.std() * noise, RATE, GEOPHONES, quantity="velocity")


def measured(folder: Path, offset: int) -> wf.Recording:
    """Return a shot at Øysand without offsets."""
    file = folder / f"Oysand_dx_2m_x1_{offset}m_forward.dat"
    return wf.detrend(wf.read(file, positions=GEOPHONES, quantity="velocity"), "constant")


def main() -> None:
    parser = argparse.ArgumentParser(description="Read a dispersion curve from shots.")
    parser.add_argument("folder", type=Path, nargs="?", help="oysand_masw; by default shots are simulated")
    parser.add_argument("--picture", default="geophones.png", help="where to save the picture")
    arguments = parser.parse_args()
    if arguments.folder is None:
        print("no folder given: shots on a known ground are simulated")
        shots = [simulated(offset, rng) for rng, offset in enumerate(OFFSETS)]
        wavelengths = np.geomspace(3.0, 24.0, 12)
    else:
        shots = [measured(arguments.folder, offset) for offset in OFFSETS]
        wavelengths, mean, low, high = np.loadtxt(arguments.folder / "Oysand_dc.txt", skiprows=1).T

    wavenumbers = np.pi / 250 * np.arange(1, 280)  # waves go one way: up to twice the Nyquist wavenumber
    picture = wf.travelling_waves(
        shots, bandwidth=0.25, frequencies=FREQUENCIES, wavenumbers=wavenumbers, equalized=True
    )
    points = wf.dispersion_points(picture, slowest_group=60.0)
    found = points.speeds_at(wavelengths)
    if arguments.folder is None:
        frequencies = np.interp(-wavelengths, -speed(FREQUENCIES) / FREQUENCIES, FREQUENCIES)
        mean = speed(frequencies)
        low, high = 0.95 * mean, 1.05 * mean
    print("wavelength [m]   speed [m/s]   expected, with bounds")
    for row in zip(wavelengths, found, mean, low, high, strict=True):
        print("{:13.2f} {:13.1f} {:10.1f} ({:.1f} to {:.1f})".format(*row))
    inside = np.isfinite(found) & (found > low) & (found < high)
    print(f"within the bounds: {np.count_nonzero(inside)} of {len(inside)}; ", end="")
    print(f"mean deviation {100 * np.nanmean(np.abs(found / mean - 1)):.1f} %")

    ax = plots.frequency_wavenumber(picture, dynamic_range=20.0)
    ax.plot(points.wavenumbers, points.frequencies, "w.", markersize=3.0)
    plots.save(ax.figure, arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
