"""Certified growth: descend, look where the polar exceeds λ, add components there, until proven.

Each round (1) descends by closed forms, (2) looks where the polar is large, adding a component
at every peak above λ, and (3), where none is left, proves the level λ(1 + ε) over the continuum
of centres (and tones), ε chosen such that the duality gap is then at most `rtol`.  At most
n_points atoms touch λ at an optimum, so the growth ends.

How a residual is searched depends on which axes have a weight: `SpaceSearch` where only space
has, `JointSearch` elsewhere.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact._arrays import Array, array_namespace
from wavefact.joint import Domain
from wavefact.problem import Problem
from wavefact.solution import Callback, Certificate, Solution, Status, Step, certify
from wavefact.solvers.base import Factors, Search, Seed, joined
from wavefact.solvers.joint_search import JointSearch
from wavefact.solvers.space_search import SpaceSearch

__all__ = ["CertifiedGrowth", "search_of"]

logger = logging.getLogger("wavefact")

SPARE = 4  # times the components of any optimum, before some of them vanish or merge
LOOSE = 1e-3  # relative step of the first descents; they only have to show where to grow
TIGHTEST = 1e-13  # of the last ones, where lesser accuracy does not do
STALLED = 0.03  # of the gap: a round that gains less has descended too little


@dataclass(frozen=True)
class _State:
    """Factors with what follows from them."""

    factors: Factors
    primal: float
    alignment: tuple[float, float]  # ⟨Y, R⟩ and ‖R‖²

    def __len__(self) -> int:
        return self.factors.n_components


@dataclass(frozen=True)
class CertifiedGrowth:
    """Solve a `Problem` to a proven relative duality gap.

    Parameters
    ----------
    rtol : float
        Relative duality gap to prove.
    max_components : int, optional
        Stop growing beyond this number; by default there is no limit of practice: an optimum needs
        no more than one per point.
    max_rounds : int
        Largest number of rounds.
    domain : Domain, optional
        Where centres and tones may lie together, such as on a dispersion relation; by default anywhere.

    References
    ----------
    Haeffele & Vidal, "Structured Low-Rank Matrix Factorization", IEEE TPAMI 2020 (growth and
    global optimality); Tetali, Harley & Haeffele, IEEE TSP 2024 (the wave-informed model).

    Examples
    --------
    >>> from wavefact.problem import Axis, Problem, unweighted
    >>> data = np.random.default_rng(0).normal(size=(6, 20))
    >>> problem = Problem(data, Axis(wf.String(6).eigenvalues, 10.0), unweighted(20, data), 4.0)
    >>> CertifiedGrowth(rtol=1e-6).solve(problem).status.name
    'CERTIFIED'
    """

    rtol: float = 1e-6
    max_components: int | None = None
    max_rounds: int = 100
    domain: Domain | None = None

    def solve(
        self, problem: Problem, start: Array | Seed | None = None, callback: Callback | None = None
    ) -> Solution:
        """Return the certified solution of `problem`.

        Parameters
        ----------
        problem : Problem
        start : array, shape (n_points, n_start), or Seed, optional
            Shapes in the eigenbasis to begin with (a warm start); where time has a weight, with tones.
        callback : callable, optional
            Receives a `Step` after every round; a true answer stops.

        Returns
        -------
        Solution
        """
        search = search_of(problem, self.rtol, self.domain)
        run = _Run(problem, search, self.rtol, callback)
        state = run.descend(search.seed(start))
        for _ in range(self.max_rounds):
            state, above = run.search(state)
            if len(above) == 0:
                if run.is_done(state):
                    return run.proven(state)
                # The level holds, so what is left of the gap is the descent's.
                run.tighten()
                before, state = state, run.descend(state.factors.seed)
                if not state.primal < before.primal:
                    break
                continue
            new, highest = search.grow(run.image, above)
            room = (self.max_components or SPARE * search.most) - len(state)
            if run.report(state, highest):
                return run.give_up(state, Status.STOPPED)
            if room <= 0:
                return run.give_up(run.refine(state), Status.COMPONENT_LIMIT)
            if highest <= problem.regularization:  # nothing to gain, yet no proof either: rounding
                break
            before, state = state, run.descend(joined(state.factors.seed, new.first(room)))
            if run.is_stuck(before, state):
                break
        return run.give_up(state, Status.ROUND_LIMIT)


def search_of(problem: Problem, rtol: float, domain: Domain | None = None) -> Search:
    """Return how a problem's residuals are searched."""
    if problem.time.weight > 0 or domain is not None:
        return JointSearch(problem, rtol, domain)
    return SpaceSearch(problem)


class _Run:
    """One solve: the accuracy reached so far, the history, and how it ends."""

    def __init__(self, problem: Problem, search: Search, rtol: float, callback: Callback | None) -> None:
        self._problem, self._search, self._rtol, self._callback = problem, search, rtol, callback
        self._accuracy, self._final = LOOSE, max(1e-3 * rtol, TIGHTEST)
        self._history: list[Step] = []
        self._residual: Array = None  # of the last state, and what the search needs of it
        self.image: Any = None

    def descend(self, seed: Seed) -> _State:
        """Minimise from `seed`, then drop what vanished and merge what coincides."""
        if seed.n_components == 0:
            return self._state(self._search.nothing())
        factors = self._search.descend(seed, self._accuracy)
        kept = self._search.prune(factors, self._vanishing(factors))
        return self._state(kept) if kept.n_components == factors.n_components else self.descend(kept.seed)

    def tighten(self) -> None:
        """Ask for more accuracy of the next descents."""
        self._accuracy = max(0.1 * self._accuracy, TIGHTEST)
        self._search.refine()

    def is_stuck(self, before: _State, after: _State) -> bool:
        """Tell whether rounding ends the progress; tighten where only loose descents do, as at small λ."""
        gap, gained = self._history[-1].primal - self._history[-1].dual, before.primal - after.primal
        if gained >= STALLED * gap:
            return False
        is_tightest = self._accuracy <= TIGHTEST
        self.tighten()
        return is_tightest and gained <= 0 and len(after) <= len(before)

    def refine(self, state: _State) -> _State:
        """Descend to the final accuracy, from now on."""
        if self._accuracy <= self._final:
            return state
        self._accuracy = self._final
        return self.descend(state.factors.seed)

    def search(self, state: _State) -> tuple[_State, Any]:
        """Return where the polar is too high; nothing means that the level is proven."""
        above = self._sweep(state)
        if len(above) == 0 and self._accuracy > self._final and len(state):
            state = self.refine(state)
            above = self._sweep(state)
        if len(above) == 0:
            above = self._search.prove(self.image, state.factors, self._level(state))
        return state, above

    def report(self, state: _State, polar_found: float) -> bool:
        """Record a round; tell whether the callback asks to stop."""
        certificate = self._certificate(state, polar_found, polar_found)
        return self._record(state, certificate, proven=False)

    def is_done(self, state: _State) -> bool:
        """Tell whether the level being proven closes the gap."""
        return self._certificate(state, 0.0, self._proven_level(state)).gap <= self._rtol

    def proven(self, state: _State) -> Solution:
        """Return the certified solution."""
        attained = self._search.attained(self.image, state.factors)
        certificate = self._certificate(state, attained, self._proven_level(state))
        return self._solution(state, certificate, Status.CERTIFIED)

    def give_up(self, state: _State, status: Status) -> Solution:
        """Return what there is, with the gap that can be proven for it."""
        attained, upper = self._search.polar(self.image, state.factors, 0.1 * self._rtol)
        certificate = self._certificate(state, attained, upper)
        return self._solution(
            state, certificate, Status.CERTIFIED if certificate.gap <= self._rtol else status
        )

    def _state(self, factors: Factors) -> _State:
        self._residual = self.image = None  # large: those of the state before are freed first
        self._residual = self._problem.residual(factors.shapes, factors.courses)
        self.image = self._search.image(self._residual)
        alignment = self._problem.alignment(self._residual)
        penalty = float(array_namespace(factors.shapes).sum(self._problem.penalties(*factors)))
        primal = 0.5 * alignment[1] + self._problem.regularization * penalty
        return _State(factors, primal, alignment)

    def _sweep(self, state: _State) -> Any:
        level = max(self._level(state), self._problem.regularization * (1.0 + self._accuracy))
        # Lower estimates suffice here: what they miss, the proof finds.
        return self._search.sweep(self.image, state.factors, level)

    def _level(self, state: _State) -> float:
        """Return λ(1 + ε) such that a polar below it means a gap of at most 3/4 rtol.

        At a stationary point the gap is ``ε(⟨Y, R⟩ − ‖R‖²) + ε²‖R‖²/2``, and ‖R‖²/2 ≤ primal:
        rtol/2 goes to the first term, rtol/4 to the second, the rest to the descent.
        """
        aligned, energy = state.alignment
        slack = 0.5 * self._rtol * state.primal / (aligned - energy) if aligned > energy else np.inf
        return self._problem.regularization * (1.0 + min(slack, 0.5 * self._rtol**0.5))

    def _proven_level(self, state: _State) -> float:
        return self._level(state) * (1.0 + self._search.rounding)

    def _vanishing(self, factors: Factors) -> float:
        """Return the amplitude below which leaving a component out costs less than 1e-3 rtol."""
        penalty = float(array_namespace(factors.shapes).sum(self._problem.penalties(*factors)))
        return 1e-3 * self._rtol * float(self._problem.objective(*factors)) / penalty if penalty > 0 else 0.0

    def _certificate(self, state: _State, attained: float, upper: float) -> Certificate:
        return certify(self._problem, state.primal, self._residual, attained, upper)

    def _record(self, state: _State, certificate: Certificate, proven: bool) -> bool:
        gap, polar_found = certificate.gap, certificate.polar
        step = Step(len(self._history), len(state), state.primal, certificate.dual, gap, polar_found, proven)
        self._history.append(step)
        logger.debug("%s", step)
        return self._callback is not None and bool(self._callback(step))

    def _solution(self, state: _State, certificate: Certificate, status: Status) -> Solution:
        self._record(state, certificate, proven=True)
        return Solution(*state.factors, certificate, status, tuple(self._history))
