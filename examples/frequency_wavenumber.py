"""A recording over frequency and wavenumber, and its components on the line of one wave speed.

Run it anywhere: it reads the demonstration's recording beside it and writes one picture to the folder
it is run in.
"""

from pathlib import Path

import numpy as np

import wavefact as wf
from wavefact import plots

SPEED = 131.2  # [m/s], of the simulated footbridge


def main() -> None:
    """Draw the map with components and dispersion relation."""
    recording = wf.read(Path(__file__).resolve().parents[1] / "data" / "demo.h5")
    bridge = wf.String(positions=recording.positions, ends="fixed")
    fit = wf.factorize(recording, bridge, time_weight="0.3 Hz")
    picture = wf.frequency_wavenumber(
        recording,
        bridge,
        bandwidth=0.05,
        wave_weight=fit.wave_weight / 10,
        frequencies=np.linspace(0.2, 6.0, 400),
        wavenumbers=np.linspace(0.0, 0.3, 240),
    )
    ax = plots.frequency_wavenumber(picture, fit=fit, dispersion=SPEED, dynamic_range=25.0)
    plots.save(ax.figure, "frequency_wavenumber.png")
    for frequency, wavenumber in zip(fit.frequencies, fit.wavenumbers, strict=True):
        print(f"{frequency:6.3f} Hz  {wavenumber:6.4f} rad/m  {2 * np.pi * frequency / wavenumber:6.1f} m/s")


if __name__ == "__main__":
    main()
