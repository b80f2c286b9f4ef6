"""A steel frame in moving air: three setups of a scanning laser vibrometer become one set of modes.

python examples/steel_frame.py steel_frame_3dsldv [--picture steel_frame.png]

The folder is tests/files of github.com/pyOMA-dev/pyOMA (Marwitz, Zabel et al., Experimental Mechanics 57(8),
2017; GPL-3.0): 240 s a setup, three oblique laser beams that move from node to node, two accelerometers that
stay.  Published are eight modes from 1.229 to 9.664 Hz.  Without it a frame of six storeys is simulated.
"""

import argparse
from pathlib import Path

import numpy as np

import wavefact as wf
from wavefact import plots
from wavefact.simulate import shear_frame

PUBLISHED = np.array([1.229, 1.436, 2.100, 4.017, 4.769, 6.683, 7.616, 9.664])  # Hz
NODES = {2: "6", 8: "14", 14: "22"}  # which the lasers look at, setup by setup


def measured(folder: Path, setup: int) -> wf.Recording:
    """Return a setup, accelerations integrated so that all channels are velocities."""
    signals = np.load(folder / f"measurement_{setup}/measurement_{setup}.npy").T
    lasers = wf.Recording(
        signals[:3],
        256.0,
        names=[f"node{NODES[setup]}_{beam}" for beam in "lrt"],
        unit="m/s",
        quantity="velocity",
    )
    rest = wf.Recording(signals[3:5], 256.0, names=("ref_x", "ref_y"), unit="m/s^2", quantity="acceleration")
    return wf.stack([wf.detrend(lasers), wf.to_quantity(wf.detrend(rest), "velocity", low=0.3)])


def simulated() -> tuple[list[wf.Recording], np.ndarray]:
    """Return three setups of a frame of six storeys, two of which stay, and its frequencies."""
    setups = []
    for setup, roving in enumerate([(0, 1), (2, 3), (4,)]):
        motion = shear_frame(20.0, rng=setup)
        names = tuple(f"storey {i + 1}" for i in range(motion.recording.n_sensors))
        setups.append(motion.recording.replace(names=names).select([2, 5, *(i for i in roving if i != 2)]))
    return setups, motion.truth.frequencies


def main() -> None:
    parser = argparse.ArgumentParser(description="Merge three setups of a frame.")
    parser.add_argument("folder", type=Path, nargs="?", help="steel_frame_3dsldv; by default simulated")
    parser.add_argument("--picture", default="steel_frame.png", help="where to save the picture")
    arguments = parser.parse_args()
    if arguments.folder is None:
        print("no folder given: a frame of six storeys is simulated")
        recordings, expected = simulated()
    else:
        recordings, expected = [measured(arguments.folder, setup) for setup in NODES], PUBLISHED

    top = 1.15 * float(expected.max())
    models = [wf.identify(recording, (0.4 * float(expected.min()), top)) for recording in recordings]
    modes = wf.merge_setups(models)
    print(modes)
    print(f"\n{'expected':>9} {'merged':>9} {'off [%]':>8} {'± s [%]':>8}")
    for frequency in expected:
        near = int(np.argmin(np.abs(modes.frequencies - frequency)))
        found, error = modes.frequencies[near], modes.frequency_errors[near]
        print(
            f"{frequency:9.3f} {found:9.3f} {100 * (found / frequency - 1):+8.2f} {100 * error / found:8.2f}"
        )

    diagram = wf.stabilization(recordings[1], (0.4 * float(expected.min()), top))
    plots.save(plots.stabilization(diagram).figure, arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
