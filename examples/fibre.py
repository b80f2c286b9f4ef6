"""A fibre along a tunnel: how fast, and which way, the waves of an event pass by.

python examples/fibre.py deformation_rate_event_1.hdf5 [--picture fibre.png]

The file is in das/ of github.com/DASDAE/test_data (MIT licence): an event in a mine, 225 channels 5.7 m
apart, 0.45 s at 2 kHz.  Without it a pulse of 3000 m/s is simulated.  What the optics add is common to all
channels: differences over a gauge length take it away, and turn the rate of deformation into that of strain.
"""

import argparse
from pathlib import Path

import h5py
import numpy as np

import wavefact as wf
from wavefact import plots

GAUGE, FARTHEST = 3, 140  # channels; beyond, the fibre lies where the event was
FREQUENCIES = np.arange(20.0, 81.0, 1.0)  # Hz
SPEEDS = np.concatenate([np.arange(-8000.0, -1400.0, 50.0), np.arange(1500.0, 8001.0, 50.0)])  # m/s


def measured(path: Path) -> wf.Recording:
    """Return the event: rate of deformation over the fibre."""
    with h5py.File(path) as file:
        event = next(iter(file["waveforms"].values()))
        signals, times = event["data"][()].T.astype(float), event["_coord_time"][()]
        positions = event["_coord_distance"][()]
    rate = 1e9 * (len(times) - 1) / (times[-1] - times[0])
    return wf.Recording(signals, rate, positions, unit="m/s", quantity="velocity")


def simulated() -> wf.Recording:
    """Return a pulse of 3000 m/s towards smaller coordinates under noise that all channels share."""
    positions, times = 5.717 * np.arange(225), np.arange(900) / 2000.0
    late = times - 0.1 - (positions[-1] - positions[:, None]) / 3000.0
    pulse = np.sin(2 * np.pi * 60.0 * late) * np.exp(-((late / 0.02) ** 2))
    rng = np.random.default_rng(0)
    noise = 2.0 * rng.standard_normal(900) + 0.1 * rng.standard_normal((225, 900))
    return wf.Recording(pulse + noise, 2000.0, positions, unit="m/s", quantity="velocity")


def strain_rate(recording: wf.Recording) -> wf.Recording:
    """Return differences over the gauge length, at its middle."""
    positions, signals = np.asarray(recording.positions), np.asarray(recording.signals)
    length = positions[GAUGE] - positions[0]
    return wf.Recording(
        ((signals[GAUGE:] - signals[:-GAUGE]) / length)[:FARTHEST],
        recording.sampling_rate,
        ((positions[GAUGE:] + positions[:-GAUGE]) / 2)[:FARTHEST],
        unit="1/s",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Read the speed of waves along a fibre.")
    parser.add_argument("event", type=Path, nargs="?", help="HDF5 file; by default a pulse is simulated")
    parser.add_argument("--picture", default="fibre.png", help="where to save the picture")
    arguments = parser.parse_args()
    if arguments.event is None:
        print("no file given: a pulse of -3000 m/s is simulated")
    recording = strain_rate(simulated() if arguments.event is None else measured(arguments.event))
    print(recording)

    wavenumbers = np.linspace(-0.5, 0.5, 401)
    picture = wf.travelling_waves(
        wf.detrend(recording), bandwidth=5.0, frequencies=FREQUENCIES, wavenumbers=wavenumbers, equalized=True
    )
    on_line = np.zeros(len(SPEEDS))  # mean power over all frequencies where ω = c k
    for frequency, row in zip(FREQUENCIES, picture.values, strict=True):
        on_line += np.interp(2 * np.pi * frequency / SPEEDS, wavenumbers, row**2) / len(FREQUENCIES)
    best = SPEEDS[np.argmax(on_line)]
    print(f"waves travel at {abs(best):.0f} m/s towards {'larger' if best > 0 else 'smaller'} coordinates")
    opposite = on_line[np.argmin(np.abs(SPEEDS + best))]
    print(f"on that line {on_line.max() / opposite:.1f} times what is on the line of the opposite direction")

    ax = plots.frequency_wavenumber(picture, dynamic_range=15.0)
    ax.plot(2 * np.pi * FREQUENCIES / best, FREQUENCIES, "w--", linewidth=1.0)
    plots.save(ax.figure, arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
