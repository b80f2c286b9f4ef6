"""A stay cable in wind: its tension, with an interval, from a few accelerometers.

python examples/cable.py [cable.h5] [--mass 62] [--picture cable.png]

The file is any recording with positions along the cable [m], 0 at the lower anchorage; without one a cable
of 120 m under 3.0 MN is simulated.  A cable is a string: all its modes share one wave speed c, and the
tension is m c².  Its bending stiffness shows as frequencies that rise above the straight line.
"""

import argparse
from pathlib import Path

import numpy as np

import wavefact as wf
from wavefact import plots
from wavefact.simulate import Structure, simulate

LENGTH, POINTS = 120.0, 39
SENSORS = [1, 3, 6, 10, 15]  # near the deck, where one can reach


def simulated(mass: float) -> wf.Recording:
    """Return ten minutes of acceleration at five places of a cable under 3.0 MN."""
    cable = wf.String(n_points=POINTS, spacing=LENGTH / (POINTS + 1), ends="fixed")
    structure = Structure.of(cable, 6, wave_speed=(3.0e6 / mass) ** 0.5, damping_ratios=0.003)
    motion = simulate(structure, "random", sampling_rate=50.0, duration=600.0, snr_db=10.0, rng=3)
    return motion.recording.select(SENSORS)


def main() -> None:
    parser = argparse.ArgumentParser(description="Estimate the tension of a cable.")
    parser.add_argument("recording", type=Path, nargs="?", help="by default one is simulated")
    parser.add_argument("--mass", type=float, default=62.0, help="kg/m")
    parser.add_argument("--length", type=float, default=LENGTH, help="m, between the anchorages")
    parser.add_argument("--picture", default="cable.png", help="where to save the picture")
    arguments = parser.parse_args()
    if arguments.recording is None:
        print("no recording given: a cable under 3.00 MN is simulated")
        recording = simulated(arguments.mass)
    else:
        recording = wf.read(arguments.recording)

    modes = wf.identify(wf.detrend(recording))
    modes = modes.select(range(min(modes.n_modes, recording.n_sensors)))  # sensors tell so many shapes apart
    print(modes)

    # Shapes at all points of a string of this length; positions of sensors become points of it.
    cable = wf.String(n_points=POINTS, spacing=arguments.length / (POINTS + 1), ends="fixed")
    points = np.rint(np.asarray(recording.positions) / arguments.length * (POINTS + 1)).astype(int) - 1
    full = wf.expand_shapes(modes, cable, points=points.tolist())
    speed = wf.fit_speed(full, cable)
    print(f"\n{speed}")
    low, high = speed.interval(0.95)
    tension, ends = (arguments.mass * np.square(value) / 1e6 for value in (speed.value, (low, high)))
    print(f"\ntension {tension:.3f} MN, 95 % between {ends[0]:.3f} and {ends[1]:.3f} MN")

    plots.save(plots.modes(full).flat[0].figure, arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
