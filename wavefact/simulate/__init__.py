"""Recordings with known truth: strings, beams and plates that were hit, shaken or released.

Build a `Structure` from an operator, `simulate` it, and compare what is found with ``simulation.truth``.
`scenario_s1` and `scenario_s2` are the reference scenarios; `make_demo` is the demonstration.
`bridge_hour` is one of the many records that monitoring needs.
`multi_segment`, `inhomogeneous` and `travelling` are media that no uniform standing wave describes.
"""

from wavefact.simulate.bridge import bridge_hour, bridge_operator, hourly_temperatures
from wavefact.simulate.disturbances import (
    with_clipping,
    with_coloured_noise,
    with_impulsive_noise,
    without_sensors,
)
from wavefact.simulate.excitation import Burst, Excitation, Impact, InitialDisplacement, RandomForce
from wavefact.simulate.media import inhomogeneous, multi_segment, travelling
from wavefact.simulate.scenarios import demo_operator, make_demo, scenario_s1, scenario_s2
from wavefact.simulate.simulation import Simulation, simulate
from wavefact.simulate.structure import Structure
from wavefact.simulate.structures import (
    cantilever,
    cantilever_operator,
    frame_operator,
    plate_burst,
    plate_operator,
    shear_frame,
)

__all__ = [
    "Burst",
    "Excitation",
    "Impact",
    "InitialDisplacement",
    "RandomForce",
    "Simulation",
    "Structure",
    "bridge_hour",
    "bridge_operator",
    "cantilever",
    "cantilever_operator",
    "demo_operator",
    "frame_operator",
    "hourly_temperatures",
    "inhomogeneous",
    "make_demo",
    "multi_segment",
    "plate_burst",
    "plate_operator",
    "scenario_s1",
    "scenario_s2",
    "shear_frame",
    "simulate",
    "travelling",
    "with_clipping",
    "with_coloured_noise",
    "with_impulsive_noise",
    "without_sensors",
]
