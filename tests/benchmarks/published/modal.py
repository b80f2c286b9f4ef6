"""Modes of measured structures by wavefact, pyOMA-2 and PyDMD, beside published ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import wavefact as wf
from wavefact.baselines import BASELINES, Denoiser, Identifier
from wavefact.baselines._packages import imported, quiet

from .recordings import (
    BEAM,
    FRAME,
    SETUPS,
    Published,
    beam_hammer,
    beam_of,
    camera,
    frame,
)

__all__ = ["beam_rows", "frame_rows", "held_out_rows", "load_packages", "score"]

NEAR = 0.005  # relative difference within which a published mode counts as found
OTHERS = ("ssi", "fsdd", "correlation-dmd", "hankel-dmd", "bopdmd")
SLOW = ("hankel-dmd", "bopdmd")  # 10 to 20 s each for 61,440 samples
PACKAGES = {"pyoma2.setup": "pyOMA-2", "pyoma2.algorithms": "pyOMA-2", "pydmd": "PyDMD"}
Identify = Callable[[wf.Recording], wf.ModalModel]


def score(model: wf.ModalModel, published: Published) -> dict[str, Any]:
    """Return what a model has of the published modes.

    Each published mode is paired with at most one named mode within 0.5 %, the nearest pairs first.
    ``deviation`` [%] is the largest of the pairs, ``damping`` the median of damping over published, with its
    extremes beside it, and ``others`` how many more modes are named in the published band.
    """
    shifts = np.abs(model.frequencies[:, None] / published.frequencies - 1)
    pairs: list[tuple[int, int]] = []
    for mode, target in zip(*np.unravel_index(np.argsort(shifts, axis=None), shifts.shape), strict=True):
        free = all(mode != a and target != b for a, b in pairs)
        if free and shifts[mode, target] <= NEAR:
            pairs.append((int(mode), int(target)))
    modes, targets = [a for a, _ in pairs], [b for _, b in pairs]
    ratios = model.damping_ratios[modes] / published.damping_ratios[targets]
    ratios = ratios[np.isfinite(ratios)]
    low, high = published.band
    inside = np.flatnonzero((model.frequencies > low) & (model.frequencies < high))
    missing = [float(f) for i, f in enumerate(published.frequencies) if i not in targets]
    return {
        "of": len(published.frequencies),
        "found": len(pairs),
        "missing": missing,
        "deviation": 100 * float(np.max(shifts[modes, targets])) if pairs else None,
        "damping": float(np.median(ratios)) if ratios.size else None,
        "least_damping": float(np.min(ratios)) if ratios.size else None,
        "largest_damping": float(np.max(ratios)) if ratios.size else None,
        "others": len(set(inside.tolist()) - set(modes)),
        "frequencies": [round(float(f), 4) for f in model.frequencies],
    }


def load_packages() -> None:
    """Import the other packages before anything is timed.

    Raises
    ------
    MissingPackageError
        If one is not installed.
    """
    with quiet():
        for module, distribution in PACKAGES.items():
            imported(module, distribution)


def others(names: tuple[str, ...] = OTHERS) -> Iterator[tuple[str, Identify]]:
    """Yield title and call of the baselines, with the settings that they choose themselves."""
    for name in names:
        baseline = BASELINES[name]()
        assert isinstance(baseline, Identifier)
        title = f"{baseline.title} ({baseline.package})"
        yield title, lambda recording, own=baseline: own.identify(recording, wf.String(recording.n_sensors))


def timed(what: str, method: tuple[str, Identify], recording: wf.Recording, published: Published) -> dict:
    """Return a row: what was measured, the method, its score and its processor time [s]."""
    title, identify = method
    start = time.process_time()
    model = identify(recording)
    seconds = time.process_time() - start
    return {"recording": what, "method": title, **score(model, published), "seconds": seconds}


def frame_rows(data: Path) -> Iterator[dict[str, Any]]:
    """Yield the steel frame, at the authors' rate of 28.4 Hz and as it was recorded, at 256 Hz."""
    for factor, left_out in ((9, ()), (1, SLOW)):
        names = tuple(name for name in OTHERS if name not in left_out)
        methods = [("wavefact", wf.identify), *others(names)]
        for setup in SETUPS:
            recording = frame(data, setup, factor)
            what = f"setup {setup}, {recording.sampling_rate:.3g} Hz"
            for method in methods:
                yield timed(what, method, recording, FRAME)


def beam_rows(data: Path) -> Iterator[dict[str, Any]]:
    """Yield the beam by the camera, whole and from the impact on, and by its accelerometer and the force.

    The others know no force: the last row is wavefact's alone.
    """
    for from_impact in (False, True):
        recording = camera(data, from_impact)
        what = "camera, from the impact on" if from_impact else "camera"
        ours = [("wavefact, factorize", _as_beam), ("wavefact, identify", wf.identify)]
        for method in [*ours, *others()]:
            yield timed(what, method, recording, BEAM)
    response = ("wavefact, frequency response", _of_response)
    yield timed("accelerometer and force", response, beam_hammer(data), BEAM)


def _as_beam(recording: wf.Recording) -> wf.ModalModel:
    return wf.identify(wf.factorize(recording, beam_of(recording)))


def _of_response(recording: wf.Recording) -> wf.ModalModel:
    response = wf.frequency_response(
        recording, "force", window="impact", force_duration=0.002, decay_time=0.1, input_unit="N"
    )
    return wf.modes_of_response(response, (400.0, 4000.0))


def held_out_rows(data: Path) -> Iterator[dict[str, Any]]:
    """Yield the error of predicting hidden points of the beam in the second half, for all that clean.

    Once as recorded, where the camera's own motion near 40 Hz is nearly all there is, and once the first 0.1
    s above 200 Hz: there the beam moves, two decay times of its first mode.  BOP-DMD, which needs more than
    20 s a trial, is left out.
    """
    names = [name for name, kind in BASELINES.items() if issubclass(kind, Denoiser) and name != "bopdmd"]
    recording = camera(data)
    beam = wf.bandpass(recording, low=200.0).window(0, 1500)
    for what, given in (("as recorded", recording), ("0.1 s above 200 Hz", beam)):
        comparison = wf.compare_methods(given, beam_of(given), methods=names, time_limit=40.0)
        for row in comparison.rows:
            error = row.scores.held_out_error
            yield {
                "recording": what,
                "method": row.method,
                "held_out_error": None if error != error else error,
                "modes": row.n_modes,
                "seconds": None if row.seconds != row.seconds else row.seconds,
                "note": row.failure,
            }
