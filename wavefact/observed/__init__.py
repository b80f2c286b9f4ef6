"""Factorization where sensors see only part of a structure, or part of the time.

`Observation` says which points of an operator a recording's sensors are at, and which of its samples are
there; `factorize_observed` is what `factorize` does with it.  One step a file: `checks` refuses what cannot
be used, `reduction` folds samples seen by the same sensors, `noise` finds λ, `weights` chooses γ, `task` and
`joint_task` solve, without and with a weight of time.
"""

from wavefact.observed.fitting import Settings, factorize_observed
from wavefact.observed.observation import Observation

__all__ = ["Observation", "Settings", "factorize_observed"]
