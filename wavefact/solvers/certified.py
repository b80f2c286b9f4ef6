"""Certified growth: descend, look where the polar exceeds λ, add components there, until proven.

Each round (1) descends by closed forms, (2) tests the polar at all eigenvalues and current
centres, adding a component at every peak above λ, and (3), where none is left, proves the
level λ(1 + ε) over the continuum of centres, ε chosen such that the duality gap is then at
most `rtol`.  At most n_points atoms touch λ at an optimum, so the growth ends.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from wavefact._arrays import Array, array_namespace, to_numpy
from wavefact.polar import polar, prove, rounding, spectrum
from wavefact.problem import Axis, Problem
from wavefact.ritz import candidate_centres, ritz
from wavefact.solution import Callback, Certificate, Solution, Status, Step, certify
from wavefact.solvers.descent import Factors, descend, fit_courses
from wavefact.solvers.growth import grow, prune

__all__ = ["CertifiedGrowth"]

logger = logging.getLogger("wavefact")

SPARE = 4  # components per point that growth may hold before some of them vanish or merge
LOOSE = 1e-3  # relative step of the first descents; they only have to show where to grow
TIGHTEST = 1e-13  # of the last ones, where lesser accuracy does not do
STALLED = 0.03  # of the gap: a round that gains less has descended too little


@dataclass(frozen=True)
class _State:
    """Factors with what follows from them."""

    factors: Factors
    residual: Array
    gram: Array
    primal: float

    def __len__(self) -> int:
        return int(self.factors.centres.shape[0])

    @property
    def centres(self) -> np.ndarray:
        return to_numpy(self.factors.centres)


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

    References
    ----------
    Haeffele & Vidal, "Structured Low-Rank Matrix Factorization", IEEE TPAMI 2020 (growth and
    global optimality); Tetali, Harley & Haeffele, IEEE TSP 2024 (the wave-informed model).
    """

    rtol: float = 1e-6
    max_components: int | None = None
    max_rounds: int = 100

    def solve(
        self, problem: Problem, start: Array | None = None, callback: Callback | None = None
    ) -> Solution:
        """Return the certified solution of `problem`.

        Parameters
        ----------
        problem : Problem
        start : array, shape (n_points, n_start), optional
            Shapes in the eigenbasis to begin with (a warm start).
        callback : callable, optional
            Receives a `Step` after every round; a true answer stops.

        Returns
        -------
        Solution
        """
        run = _Run(problem, self.rtol, callback)
        state = run.descend(_empty(problem) if start is None else start)
        for _ in range(self.max_rounds):
            state, above = run.search(state)
            if len(above) == 0:
                if run.is_done(state):
                    return run.proven(state)
                # The level holds, so what is left of the gap is the descent's.
                run.tighten()
                before, state = state, run.descend(state.factors.shapes)
                if not state.primal < before.primal:
                    break
                continue
            new, highest = grow(problem, state.gram, above)
            room = (self.max_components or SPARE * len(problem.space)) - len(state)
            if run.report(state, highest):
                return run.give_up(state, Status.STOPPED)
            if room <= 0:
                return run.give_up(run.refine(state), Status.COMPONENT_LIMIT)
            if highest <= problem.regularization:  # nothing to gain, yet no proof either: rounding
                break
            new = new[:, : min(room, new.shape[1])]
            shapes = array_namespace(new).concat([state.factors.shapes, new], axis=1)
            before, state = state, run.descend(shapes)
            if run.is_stuck(before, state):
                break
        return run.give_up(state, Status.ROUND_LIMIT)


class _Run:
    """One solve: the accuracy reached so far, the history, and how it ends."""

    def __init__(self, problem: Problem, rtol: float, callback: Callback | None) -> None:
        self._problem, self._rtol, self._callback = problem, rtol, callback
        self._accuracy, self._final = LOOSE, max(1e-3 * rtol, TIGHTEST)
        self._history: list[Step] = []

    def descend(self, shapes: Array) -> _State:
        """Minimise from `shapes`, then drop what vanished and merge what coincides."""
        problem = self._problem
        if shapes.shape[1] == 0:
            return _state(problem, Factors(shapes, fit_courses(problem, shapes), _no_centres(problem)))
        factors = descend(problem, shapes, self._accuracy)
        kept = prune(factors, self._vanishing(factors), problem.space.bandwidth)
        if kept.centres.shape[0] < factors.centres.shape[0]:
            return self.descend(kept.shapes)
        return _state(problem, kept)

    def tighten(self) -> None:
        """Ask for more accuracy of the next descents."""
        self._accuracy = max(0.1 * self._accuracy, TIGHTEST)

    def is_stuck(self, before: _State, after: _State) -> bool:
        """Tell whether rounding ends the progress; tighten where only loose descents do, as at small λ."""
        gap, gained = self._history[-1].primal - self._history[-1].dual, before.primal - after.primal
        if len(after) > len(before) or gained >= STALLED * gap:
            return False
        is_tightest = self._accuracy <= TIGHTEST
        self.tighten()
        return is_tightest and gained <= 0

    def refine(self, state: _State) -> _State:
        """Descend to the final accuracy, from now on."""
        if self._accuracy <= self._final:
            return state
        self._accuracy = self._final
        return self.descend(state.factors.shapes)

    def search(self, state: _State) -> tuple[_State, np.ndarray]:
        """Return centres where the polar is too high; none means that the level is proven."""
        above = self._sweep(state)
        if len(above) == 0 and self._accuracy > self._final and len(state):
            state = self.refine(state)
            above = self._sweep(state)
        if len(above) == 0:
            above = prove(state.gram, self._problem.space, self._level(state), state.centres)
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
        axis = self._problem.space
        attained = float(np.max(spectrum(state.gram, axis, _with_bounds(axis, state.centres))))
        certificate = self._certificate(state, attained, self._proven_level(state))
        return self._solution(state, certificate, Status.CERTIFIED)

    def give_up(self, state: _State, status: Status) -> Solution:
        """Return what there is, with the gap that can be proven for it."""
        bound = polar(state.gram, self._problem.space, rtol=0.1 * self._rtol, start=state.centres.tolist())
        certificate = self._certificate(state, bound.attained, bound.upper)
        return self._solution(
            state, certificate, Status.CERTIFIED if certificate.gap <= self._rtol else status
        )

    def _sweep(self, state: _State) -> np.ndarray:
        axis = self._problem.space
        centres = candidate_centres(axis, state.centres)
        level = max(self._level(state), self._problem.regularization * (1.0 + self._accuracy))
        # Lower estimates suffice here: what they miss, the proof finds.
        return centres[ritz(state.gram, axis, centres) > level]

    def _level(self, state: _State) -> float:
        """Return λ(1 + ε) such that a polar below it means a gap of at most 3/4 rtol.

        At a stationary point the gap is ``ε(⟨Y, R⟩ − ‖R‖²) + ε²‖R‖²/2``, and ‖R‖²/2 ≤ primal:
        rtol/2 goes to the first term, rtol/4 to the second, the rest to the descent.
        """
        aligned, energy = self._problem.alignment(state.residual)
        slack = 0.5 * self._rtol * state.primal / (aligned - energy) if aligned > energy else np.inf
        return self._problem.regularization * (1.0 + min(slack, 0.5 * self._rtol**0.5))

    def _proven_level(self, state: _State) -> float:
        return self._level(state) * (1.0 + rounding(len(self._problem.space)))

    def _vanishing(self, factors: Factors) -> float:
        """Return the amplitude below which leaving a component out costs less than 1e-3 rtol."""
        penalty = float(array_namespace(factors.shapes).sum(self._problem.penalties(*factors)))
        return 1e-3 * self._rtol * float(self._problem.objective(*factors)) / penalty if penalty > 0 else 0.0

    def _certificate(self, state: _State, attained: float, upper: float) -> Certificate:
        return certify(self._problem, state.primal, state.residual, attained, upper)

    def _record(self, state: _State, certificate: Certificate, proven: bool) -> bool:
        gap, polar_found = certificate.gap, certificate.polar
        step = Step(len(self._history), len(state), state.primal, certificate.dual, gap, polar_found, proven)
        self._history.append(step)
        logger.debug("%s", step)
        return self._callback is not None and bool(self._callback(step))

    def _solution(self, state: _State, certificate: Certificate, status: Status) -> Solution:
        self._record(state, certificate, proven=True)
        return Solution(*state.factors, certificate, status, tuple(self._history))


def _state(problem: Problem, factors: Factors) -> _State:
    residual = problem.residual(factors.shapes, factors.courses)
    return _State(factors, residual, problem.gram(residual), float(problem.objective(*factors)))


def _empty(problem: Problem) -> Array:
    return problem.data[:, :0]


def _no_centres(problem: Problem) -> Array:
    return problem.space.eigenvalues[:0]


def _with_bounds(axis: Axis, centres: np.ndarray) -> np.ndarray:
    return np.concatenate([centres, axis.bounds])
