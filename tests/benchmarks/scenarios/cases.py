"""The scenarios that methods are compared on: after the kinds of data of the wave-informed papers, and more.

The papers' kinds are named in their abstract: a homogeneous string, an inhomogeneous medium, travelling waves
and a material of several segments; the recordings here are our own, and the papers' figures are not claimed.
"""

from __future__ import annotations

from collections.abc import Callable

from wavefact.compare.trial import Case
from wavefact.operators import String, WaveOperator
from wavefact.simulate import (
    Simulation,
    cantilever,
    cantilever_operator,
    frame_operator,
    inhomogeneous,
    multi_segment,
    plate_burst,
    plate_operator,
    scenario_s2,
    shear_frame,
    travelling,
    with_clipping,
    with_coloured_noise,
    with_impulsive_noise,
    without_sensors,
)

__all__ = ["SCENARIOS", "SNRS", "case_of"]

SNRS = (20, 10, 0, -5, -10, -15)
"""Signal-to-noise ratios [dB]."""


def _dropped(snr_db: float, rng: int) -> Simulation:
    return without_sensors(scenario_s2(snr_db, rng=rng), share=0.25, rng=rng + 1)


def _dropped_operator(simulation: Simulation) -> WaveOperator:
    return String(positions=simulation.recording.positions, ends="fixed", span=(0.0, 101.0))


def _fixed(simulation: Simulation) -> WaveOperator:
    return String(100, ends="fixed")


def _free(simulation: Simulation) -> WaveOperator:
    return String(100, ends="free")


SCENARIOS: dict[str, tuple[Callable[[float, int], Simulation], Callable[[Simulation], WaveOperator]]] = {
    "string": (lambda snr_db, rng: scenario_s2(snr_db, rng=rng), _fixed),
    "inhomogeneous": (lambda snr_db, rng: inhomogeneous(snr_db, rng=rng), _fixed),
    "travelling": (lambda snr_db, rng: travelling(snr_db, rng=rng), _free),
    "multi-segment": (lambda snr_db, rng: multi_segment(snr_db, rng=rng), _fixed),
    "beam": (lambda snr_db, rng: cantilever(snr_db, rng=rng), lambda simulation: cantilever_operator()),
    "plate burst": (lambda snr_db, rng: plate_burst(snr_db, rng=rng), lambda simulation: plate_operator()),
    "frame": (lambda snr_db, rng: shear_frame(snr_db, rng=rng), lambda simulation: frame_operator()),
    "dropped sensors": (_dropped, _dropped_operator),
    "coloured noise": (lambda snr_db, rng: with_coloured_noise(scenario_s2(), snr_db, rng=rng), _fixed),
    "impulsive noise": (lambda snr_db, rng: with_impulsive_noise(scenario_s2(), snr_db, rng=rng), _fixed),
    "clipped": (lambda snr_db, rng: with_clipping(scenario_s2(snr_db, rng=rng), rng=rng), _fixed),
}
"""Each scenario: how it is simulated, and the wave equation that somebody who recorded it would give.

Media that are not uniform are given the uniform string's.
"""


def case_of(scenario: str, snr_db: float, seed: int) -> Case:
    """Return a recording with its truth, and the operator to be told."""
    make, operator_of = SCENARIOS[scenario]
    simulation = make(float(snr_db), seed)
    return Case(
        simulation.recording, operator_of(simulation), simulation.clean, simulation.truth, predicts=False
    )
