"""Solvers: one algorithm per file, each from a `Problem` to a `Solution`.

`CertifiedGrowth` is the one to use.  `ProximalGradient` is the papers' algorithm and
`GridProgram` the convex program, both for comparison.  To add a solver: one file with a frozen
class of settings that satisfies `Solver`, and one line in `SOLVERS`.
"""

from __future__ import annotations

from typing import Protocol

from wavefact._arrays import Array
from wavefact.problem import Problem
from wavefact.solution import Callback, Solution
from wavefact.solvers.certified import CertifiedGrowth
from wavefact.solvers.convex import GridProgram
from wavefact.solvers.papers import ProximalGradient

__all__ = ["SOLVERS", "CertifiedGrowth", "GridProgram", "ProximalGradient", "Solver"]


class Solver(Protocol):
    """Anything that solves a `Problem`; it holds settings only."""

    def solve(
        self, problem: Problem, start: Array | None = None, callback: Callback | None = None
    ) -> Solution:
        """Return the solution, with its certificate.

        Parameters
        ----------
        problem : Problem
        start : Solution, optional
            To begin with.
        callback : callable, optional
            Receives a `Step` after every round; a true answer stops.

        Returns
        -------
        Solution
        """


SOLVERS: dict[str, type[Solver]] = {
    "certified": CertifiedGrowth,
    "papers": ProximalGradient,
    "convex": GridProgram,
}
"""All solvers by name."""
