"""`factorize` where the sensors see only part of a structure, or part of the time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from wavefact._fit_checks import JOINT_RTOL, RTOL, parsed_bandwidth, penalty_of, time_axis
from wavefact.dispersion import Dispersion, relation_nodes
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.observed.aliases import least_told, warn_of_aliases
from wavefact.observed.checks import check_coupling
from wavefact.observed.joint_task import ObservedJointTask
from wavefact.observed.low_eigenvectors import LowEigenvectors
from wavefact.observed.observation import Observation
from wavefact.observed.separation import APART, can_separate, separating_bandwidth
from wavefact.observed.task import ObservedTask
from wavefact.operators import Time
from wavefact.solution import Callback
from wavefact.solvers.certified import CertifiedGrowth

__all__ = ["Settings", "factorize_observed"]


class Settings(NamedTuple):
    """Settings of `factorize`, checked."""

    wave_weight: float | str
    time_weight: float | str
    dispersion: Dispersion | None
    regularization: float | str
    rtol: float | None
    max_components: int | None
    start: Factorization | None
    debias: bool
    callback: Callback | None

    @property
    def ending(self) -> dict[str, Any]:
        """What tasks take as it is."""
        return {"start": self.start, "callback": self.callback, "debias": self.debias}


def factorize_observed(
    observation: Observation, settings: Settings, rng: np.random.Generator
) -> Factorization:
    """Return the certified factorization of what has been observed."""
    whole, weight = observation, settings.wave_weight
    check_coupling(observation.matrix, observation.operator, weight)
    highest, is_tied = None, settings.dispersion is not None
    if weight == "auto":
        operator, weight = ObservedTask(observation, rng).choose()
        if isinstance(operator, LowEigenvectors) and not is_tied:
            observation = replace(observation, operator=operator)
            highest = float(operator.wavenumber(float(operator.eigenvalues.max())))
    fit = _fitted(observation, float(weight), settings, rng)
    is_open = settings.time_weight == "auto" and settings.regularization == "auto"
    if is_open and can_separate(observation) and least_told(fit, whole) < APART:
        bandwidth = separating_bandwidth(observation.recording)
        settings = settings._replace(time_weight=f"{bandwidth!r} Hz", start=None)
        fit = _fitted(observation, float(weight), settings, rng)
    fit = replace(fit, operator=whole.operator, highest_wavenumber=highest)
    warn_of_aliases(fit, whole, is_tied=is_tied)
    return fit


def _fitted(
    observation: Observation, weight: float, settings: Settings, rng: np.random.Generator
) -> Factorization:
    time, time_weight = _time(observation, settings)
    if time is not None:
        joint = ObservedJointTask(observation, time, rng)
        relation = None
        if settings.dispersion is not None:
            weights = weight, time_weight
            relation = relation_nodes(settings.dispersion, observation.operator, time, weights)
        domain = joint.domain(weight, time_weight, relation)
        noise, penalty = penalty_of(settings.regularization, lambda: joint.regularization(domain))
        solver = CertifiedGrowth(settings.rtol or JOINT_RTOL, settings.max_components)
        return joint.solve(solver, domain, penalty, noise=noise, **settings.ending)
    space = ObservedTask(observation, rng)
    noise, penalty = penalty_of(settings.regularization, lambda: space.regularization(weight))
    solver = CertifiedGrowth(settings.rtol or RTOL, settings.max_components)
    return space.solve(solver, weight, penalty, noise=noise, **settings.ending)


def _time(observation: Observation, settings: Settings) -> tuple[Time | None, float]:
    """Return the time axis and its weight, or None where time has none."""
    given = settings.time_weight
    if given == "auto" and settings.dispersion is not None:
        raise InputError("dispersion needs a time_weight with missing or sensors; give one, such as '2 Hz'.")
    if given == "auto" or given == 0:
        return None, 0.0
    if observation.mask is not None:
        raise InputError(
            "A time_weight cannot be combined with gaps in channels: their spectrum is not known. Leave "
            "time_weight at 0, or leave out channels with gaps (missing may hide whole channels)."
        )
    is_bandwidth = isinstance(given, str)
    time = time_axis(observation.recording, 1 if is_bandwidth else 2)
    return time, time.weight(parsed_bandwidth(given)) if isinstance(given, str) else given
