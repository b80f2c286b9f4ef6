"""A plate of thousands of points, on the processor and on a graphics card.

python examples/gpu.py [--side 64] [--picture gpu.png]

Side × side points, 1000 samples, noise of the power of the motion.  Without a card (or without torch) it says
so and runs on the processor alone.
"""

import argparse
import time

import wavefact as wf
from wavefact import plots
from wavefact.simulate import Structure, simulate


def device() -> str | None:
    """Return "cuda" where torch sees a card."""
    try:
        import torch
    except ImportError:
        return None
    return "cuda" if torch.cuda.is_available() else None


def main() -> None:
    parser = argparse.ArgumentParser(description="Time a plate on processor and graphics card.")
    parser.add_argument("--side", type=int, default=64, help="points along each side")
    parser.add_argument("--picture", default="gpu.png", help="where to save the picture")
    arguments = parser.parse_args()

    plate = wf.Plate((arguments.side, arguments.side), spacing=1.0 / (arguments.side + 1))
    structure = Structure.of(plate, 8, bending_speed=3.0, damping_ratios=0.01)
    motion = simulate(structure, "random", sampling_rate=200.0, duration=5.0, snr_db=0.0)
    print(motion.recording)

    card = device()
    if card is None:
        print("torch sees no graphics card here: the processor alone")
    fits = {}
    for name in [None] if card is None else [None, card, card]:  # a card's first call loads its libraries
        start = time.perf_counter()
        fits[name] = wf.factorize(motion.recording, plate, time_weight=0, rtol=1e-4, device=name)
        print(f"{name or 'processor':9s} {time.perf_counter() - start:6.1f} s, {fits[name]}")
    first, last = fits[None], list(fits.values())[-1]
    difference = wf.relative_error(last.reconstruct(), first.reconstruct())
    if card is not None:
        print(f"relative difference {difference:.0e}")
    error, before = (
        wf.relative_error(signals, motion.clean) for signals in (last.reconstruct(), motion.recording.signals)
    )
    print(f"relative error {error:.3f}; of the recording {before:.3f}")

    plots.save(plots.components(last).flat[0].figure, arguments.picture)
    print(f"picture: {arguments.picture}")


if __name__ == "__main__":
    main()
