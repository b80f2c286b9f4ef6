"""A beam hit by a hammer, seen by a high-speed camera: 15 points, 15,000 frames per second.

python examples/beam_camera.py displacements_lk.npy [--picture beam.png]

The file is data/displacements_lk.npy of github.com/ladisk/ImageBasedModalAnalysisTutorial (K. Zaletelj,
D. Gorjup and J. Slavič, IMAC XXXVIII, 2020; MIT licence).  There an accelerometer on the same beam gave
695.0 Hz with 0.47 % and 1897.6 Hz with 0.31 % of critical damping.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import wavefact as wf
from wavefact import plots

FRAMES_PER_SECOND = 15_000.0
PIXEL = 8e-5  # m
POINTS = 20 + 37 * np.arange(15)  # pixels from the left, about; the beam fills the width of 640
REFERENCE = ((695.0, 0.47), (1897.6, 0.31))  # frequency [Hz], damping [%]


def main() -> None:
    parser = argparse.ArgumentParser(description="Name the modes of a beam from camera displacements.")
    parser.add_argument(
        "displacements", type=Path, help="displacements_lk.npy: 15 points, frames, 2 directions"
    )
    parser.add_argument("--picture", default="beam.png", help="where to save the picture")
    arguments = parser.parse_args()
    if not arguments.displacements.is_file():
        sys.exit(f"{parser.prog}: there is no file {arguments.displacements}; see the head of {__file__}.")

    positions = POINTS * PIXEL
    recording = wf.read(
        arguments.displacements,
        component=0,  # the first direction holds the motion
        sampling_rate=FRAMES_PER_SECOND,
        positions=positions,
        unit="m",
        quantity="displacement",
    )
    print(recording)

    beam = wf.Beam(positions=positions, ends="free", span=(0.0, 640 * PIXEL))
    weight = wf.wave_weight_from_bandwidth(beam, bandwidth=60.0, wavenumber=120.0)  # about one mode apart
    fit = wf.factorize(recording, beam, wave_weight=weight)
    print(fit)
    model = wf.identify(fit)
    print(f"\n{model}\n")

    found = set()
    for frequency, damping in REFERENCE:
        shifts = model.frequencies / frequency - 1
        near = np.flatnonzero(np.abs(shifts) < 0.02)
        found.update(near.tolist())
        camera = ", ".join(
            f"{model.frequencies[i]:.1f} Hz, {100 * model.damping_ratios[i]:.2f} % ({100 * shifts[i]:+.2f} %)"
            for i in near
        )
        print(f"accelerometer {frequency:6.1f} Hz, {damping:.2f} %; camera {camera or 'found none'}")
    print(f"other modes named: {model.n_modes - len(found)}")

    plots.save(plots.summary(recording, fit, model), arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
