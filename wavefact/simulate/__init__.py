"""Recordings with known truth: strings, beams and plates that were hit, shaken or released.

Build a `Structure` from an operator, `simulate` it, and compare what is found with ``simulation.truth``.
`scenario_s1` and `scenario_s2` are the reference scenarios; `make_demo` is the demonstration.
"""

from wavefact.simulate.excitation import Excitation, Impact, InitialDisplacement, RandomForce
from wavefact.simulate.scenarios import demo_operator, make_demo, scenario_s1, scenario_s2
from wavefact.simulate.simulation import Simulation, simulate
from wavefact.simulate.structure import Structure

__all__ = [
    "Excitation",
    "Impact",
    "InitialDisplacement",
    "RandomForce",
    "Simulation",
    "Structure",
    "demo_operator",
    "make_demo",
    "scenario_s1",
    "scenario_s2",
    "simulate",
]
