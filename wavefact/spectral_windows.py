"""The polar of a residual of many rows, by windows of neighbouring eigenvalues.

The centres are divided into stretches (`wavefact.spectral_spans`); each is searched and proven on the
Gram matrix of the rows around it, a *window*, by the same engine as a small residual.  What all other
rows can add is bounded (`wavefact.far_rows`): first by a number, then, where the polar touches the level,
exactly.  No matrix of n_points × n_points is formed.  A residual of few rows is one window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, like, squared, to_numpy
from wavefact.far_rows import Rows, seen_through
from wavefact.polar import Atoms, Polar, atoms, bracket, prove, rounding, spectrum
from wavefact.problem import Axis
from wavefact.ritz import candidate_centres, ritz, ritz_above, ritz_from
from wavefact.spectral_spans import CORE, Span, Spans

__all__ = ["WindowedResidual"]

LOUD = 0.5  # of τ²: far rows that may be louder need their exact share
FEW = 2  # intervals to begin with where a test takes all rows
N_STEPS = 16  # of Lanczos from a window's own vector
MOST_ATOMS = 8  # at one centre
ATOM_RTOL, MOST_ITERATIONS = 1e-7, 30  # gain of the largest singular value at which iterations end
REMEMBERED = 2**25  # entries of windows that are kept for the next search of the same residual


@dataclass(frozen=True)
class _Window:
    """The rows of one span, as their Gram matrix."""

    span: Span
    gram: Array
    axis: Axis


class WindowedResidual:
    """A residual whose polar is searched and proven window by window.

    Parameters
    ----------
    residual : array, shape (n_points, n_columns)
        In the eigenbasis of the axis.
    axis : Axis
    core : int
        Rows, at least, whose eigenvalues are the centres of one window; twice as many are one window.
    """

    def __init__(self, residual: Array, axis: Axis, core: int = CORE) -> None:
        self._residual, self._axis, self._spans = residual, axis, Spans(axis, core)
        self._rows = Rows(residual, self._spans)
        self._grams: dict[tuple[int, int], Array] = {}

    @property
    def rounding(self) -> float:
        """Relative error that rounding can cause in a level proven here."""
        return rounding(min(len(self._spans), max(self._spans.most, int(self._residual.shape[1]))))

    def sweep(self, more: np.ndarray, level: float) -> np.ndarray:
        """Return the candidate centres, and of `more`, where the polar is found above `level`."""
        centres = candidate_centres(self._axis, more)
        found = [ritz_above(w.gram, w.axis, part, level) for w, part in self._shared(centres)]
        return np.unique(np.concatenate(found))

    def estimates(self, centres: np.ndarray) -> np.ndarray:
        """Return Ritz values of each window at its centres, which ascend."""
        return np.concatenate(
            [np.zeros(0), *(ritz(w.gram, w.axis, part) for w, part in self._shared(centres))]
        )

    def spectrum(self, centres: np.ndarray) -> np.ndarray:
        """Return σ_max at each centre; where windows leave rows out, Ritz values of all rows."""
        order = np.argsort(centres, kind="stable")
        shared = list(self._shared(centres[order]))
        found = np.zeros(len(centres))
        if all(self._spans.is_whole(window.span) for window, _ in shared):
            tops = [spectrum(window.gram, window.axis, part) for window, part in shared]
        else:
            tops = [self._ritz_of_all([(w, c) for w, part in shared for c in part.tolist()])]
        found[order] = np.concatenate([*tops, found[:0]])
        return found

    def atoms(self, centre: float) -> Atoms:
        """Return the largest singular values and atoms at one centre; where one window is all, all."""
        window = self._at(centre)
        found = atoms(window.gram, window.axis, centre)
        xp, residual = array_namespace(window.gram), self._residual
        if self._spans.is_whole(window.span):
            back = like(np.argsort(self._spans.order), window.gram)
            return Atoms(centre, found.values, xp.take(found.shapes, back, axis=0))
        courses = self._courses(window, found, MOST_ATOMS)
        gains = self._axis.weights(like([centre], self._axis.eigenvalues)) ** -0.5
        values = np.zeros(1)
        for _ in range(MOST_ITERATIONS):
            before, images = float(values[0]), gains * (residual @ xp.linalg.qr(courses, mode="reduced").Q)
            powers, turn = xp.linalg.eigh(adjoint(images) @ images)
            values = np.sqrt(np.maximum(to_numpy(powers)[::-1], 1e-300))
            if values[0] <= before * (1.0 + ATOM_RTOL):
                break
            courses = adjoint(residual) @ (gains * images)
        return Atoms(centre, values, gains * (images @ xp.flip(turn, axis=1)) / like(values, gains)[None, :])

    def prove(self, level: float, start: np.ndarray) -> np.ndarray:
        """Prove Ω° ≤ `level` over the continuum of centres, or return centres that violate it."""
        return np.concatenate(
            [self._prove(window, level, start) for window in map(self._window, self._spans.plan)]
        )

    def polar(self, rtol: float, start: np.ndarray) -> Polar:
        """Return the polar with an upper bound proven to `rtol`, searched from some centres."""
        xp = array_namespace(self._residual)
        loudest = int(np.argmax(to_numpy(xp.sum(squared(self._residual), axis=1))))
        centres = np.asarray([*start, float(to_numpy(self._axis.eigenvalues)[loudest])])
        return bracket(self, self._axis, rtol, centres)

    def _prove(self, window: _Window, level: float, start: np.ndarray) -> np.ndarray:
        """Prove a level at the centres of one window, or return centres that violate it."""
        whole = self._spans.is_whole(window.span)
        tail = 0.0 if whole else self._rows.tail(window.span)
        pending = [window.span.bounds]
        if tail > LOUD * level**2:
            return self._prove_pieces(_cut(window.span.bounds, self._axis.bandwidth), level, start)
        while pending:
            bounds = pending.pop()
            above = prove(window.gram, window.axis, (level**2 - tail) ** 0.5, start, bounds)
            true = above if whole else above[spectrum(window.gram, window.axis, above) > level]
            if len(true):
                return true
            if len(above):  # the far rows hide whether the level holds around this centre
                touching = float(above[len(above) // 2])
                low = max(bounds[0], touching - self._axis.bandwidth)
                high = min(bounds[1], touching + self._axis.bandwidth)
                true = self._prove_pieces([(low, high)], level, start)
                if len(true):
                    return true
                pending += [(a, b) for a, b in ((bounds[0], low), (high, bounds[1])) if a < b]
        return np.zeros(0)

    def _prove_pieces(self, pieces: list[tuple[float, float]], level: float, start: np.ndarray) -> np.ndarray:
        """Prove a level on narrow intervals with the exact share of far rows, or return violations."""
        for bounds in pieces:
            span = self._spans.around(bounds, self._spans.most // 2)
            gram = seen_through(self._rows.take(*span[1:]), self._rows.far(span), level)
            if gram is not None:
                above = prove(gram, self._spans.axis_of(*span[1:]), level, start, bounds)
                if len(above) == 0:
                    continue
            # Far rows vary too much within these bounds: take all of them for each centre.
            above = prove(self._rows, self._spans.axis_of(0, len(self._spans)), level, start, bounds, FEW)
            if len(above):
                return above
        return np.zeros(0)

    def _ritz_of_all(self, places: list[tuple[_Window, float]]) -> np.ndarray:
        """Return the largest Ritz value of all rows at each centre, begun with that of its window."""
        xp, residual = array_namespace(self._residual), self._residual
        begun = [self._courses(window, atoms(window.gram, window.axis, c), 1) for window, c in places]
        centres = like([centre for _, centre in places], self._axis.eigenvalues)
        powers = 1.0 / self._axis.weights(centres)
        start = xp.concat(begun, axis=1)
        return ritz_from(lambda x: adjoint(residual) @ (powers * (residual @ x)), start, N_STEPS)

    def _courses(self, window: _Window, found: Atoms, count: int) -> Array:
        """Return x of the atoms W^{-1} R x of one window: there all rows have a say in what they are."""
        return adjoint(self._rows.take(*window.span[1:])) @ found.shapes[:, :count]

    def _at(self, centre: float) -> _Window:
        return next(window for window, _ in self._shared(np.asarray([centre])))

    def _shared(self, centres: np.ndarray) -> Iterator[tuple[_Window, np.ndarray]]:
        """Yield each window that has some of the ascending `centres`, with these."""
        return ((self._window(span), part) for span, part in self._spans.shared(centres))

    def _window(self, span: Span) -> _Window:
        rows = span.first, span.stop
        gram = self._grams.get(rows)
        if gram is None:
            near = self._rows.take(*rows)
            gram = near @ adjoint(near)
            if (len(self._grams) + 1) * span.size**2 <= REMEMBERED:
                self._grams[rows] = gram
        return _Window(span, gram, self._spans.axis_of(*rows))


def _cut(bounds: tuple[float, float], width: float) -> list[tuple[float, float]]:
    """Return equal pieces of `bounds` no wider than two of `width`."""
    count = max(1, int(np.ceil((bounds[1] - bounds[0]) / (2.0 * width))))
    nodes = np.linspace(*bounds, count + 1).tolist()
    return list(pairwise(nodes))
