"""A mast under wind, in three setups with two sensors that stay: stabilisation, merged modes, animation.

Run it in any folder: ``python examples/setups.py``.  It leaves stabilization.png and mast.html there.
"""

from __future__ import annotations

import numpy as np

import wavefact as wf
from wavefact import plots
from wavefact.simulate import RandomForce, Structure, simulate

MAST = wf.Beam(n_points=24, spacing=1.0, ends="clamped-free")
WIND = 1.0, 3.0, 2.0  # [N]
STAYING = ["A12", "A19"]
ROVING = [["A2", "A5", "A8"], ["A10", "A14", "A16"], ["A21", "A23", "A24"]]


def measure(roving: list[str], wind: float, rng: int) -> wf.Recording:
    """Record ten minutes of acceleration at the sensors of one setup, with sensor noise and an offset."""
    structure = Structure.of(MAST, 4, bending_speed=300.0, damping_ratios=[0.01, 0.008, 0.006, 0.006])
    motion = simulate(
        structure, RandomForce(level=wind), sampling_rate=50.0, duration=600.0, snr_db=20.0, rng=rng
    )
    named = motion.recording.replace(names=tuple(f"A{point}" for point in range(1, 25)))
    chosen = named.select(STAYING + roving)
    return chosen.replace(signals=chosen.signals + 0.3)


def main() -> None:
    """Prepare, identify, merge, show."""
    recordings = [wf.detrend(measure(ROVING[setup], WIND[setup], rng=setup)) for setup in range(3)]
    for recording in recordings:
        print(wf.channel_faults(recording))

    diagram = wf.stabilization(recordings[0])
    plots.save(plots.stabilization(diagram).figure, "stabilization.png")
    print(f"\nThe first setup by itself:\n{diagram.model}\n")

    modes = wf.merge_setups([wf.identify(recording) for recording in recordings])
    print(f"Three setups, {modes.n_points} sensors:\n{modes}\n")

    truth = Structure.of(MAST, 4, bending_speed=300.0).truth()
    points = [int(name[1:]) - 1 for name in modes.names or ()]
    likeness = np.diag(wf.mac(modes.mode_shapes, truth.mode_shapes[points]))
    print("MAC with the truth:", ", ".join(f"{value:.4f}" for value in likeness))

    full = wf.expand_shapes(modes, MAST, points=points)  # to the points between the sensors, with errors
    print(wf.fit_speed(full, MAST))
    plots.animate(full, 0, "mast.html", geometry=wf.Geometry.of(MAST))


if __name__ == "__main__":
    main()
