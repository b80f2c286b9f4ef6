"""The polar of a residual of many rows, by windows of neighbouring eigenvalues.

The centres are divided into stretches (`wavefact.spectral_spans`); each is searched and proven on the
Gram matrix of the rows around it, a *window*, by the same engine as a small residual.  What all other
rows can add is bounded (`wavefact.far_rows`): first by a number, then, where the polar touches the level,
exactly.  No matrix of n_points × n_points is formed.  A residual of few rows is one window.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from wavefact._arrays import (
    Array,
    adjoint,
    array_namespace,
    like,
    squared,
    to_numpy,
)
from wavefact.far_rows import Rows, seen_through
from wavefact.polar import Atoms, Polar, atoms, bracket, spectrum
from wavefact.polar_proof import prove, rounding
from wavefact.problem import Axis
from wavefact.ritz import candidate_centres, ritz_from
from wavefact.spectral_spans import CORE, Span, Spans
from wavefact.window_stacks import Stack, alike

__all__ = ["WindowedResidual"]

LOUD = 0.5  # of τ²: far rows that may be louder need their exact share
FEW = 2  # intervals to begin with where a test takes all rows
N_STEPS = 16  # of Lanczos from a window's own vector
MOST_ATOMS = 8  # at one centre
ATOM_RTOL, MOST_ITERATIONS = 1e-7, 30  # gain of the largest singular values at which iterations end
REMEMBERED = 2**25  # entries of windows that are kept for the next search of the same residual


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
        self._stacks: dict[tuple[Span, ...], Stack] = {}
        self._n_kept = 0

    @property
    def rounding(self) -> float:
        """Relative error that rounding can cause in a level proven here."""
        return rounding(min(len(self._spans), max(self._spans.most, int(self._residual.shape[1]))))

    def sweep(self, more: np.ndarray, level: float) -> np.ndarray:
        """Return the candidate centres, and of `more`, where the polar is found above `level`."""
        centres, found = candidate_centres(self._axis, more), [np.zeros(0)]
        for stack, parts in self._asked(centres):
            found += stack.above([centres[part] for part in parts], np.full(len(parts), level))
        return np.unique(np.concatenate(found))

    def estimates(self, centres: np.ndarray) -> np.ndarray:
        """Return the Ritz value of a window at each centre."""
        found = np.zeros(len(centres))
        for stack, parts in self._asked(centres):
            for part, values in zip(parts, stack.estimates([centres[part] for part in parts]), strict=True):
                found[part] = values
        return found

    def spectrum(self, centres: np.ndarray) -> np.ndarray:
        """Return σ_max at each centre; where windows leave rows out, Ritz values of all rows."""
        if self._is_whole:
            return spectrum(*self._stack((self._spans.plan[0],)).window(0), centres)
        xp, residual = array_namespace(self._residual), self._residual
        powers = 1.0 / self._axis.weights(like(centres, self._axis.eigenvalues))
        start = xp.matrix_transpose(self._courses(centres, 1)[:, :, 0])
        return ritz_from(lambda x: adjoint(residual) @ (powers * (residual @ x)), start, N_STEPS)

    def along(self, courses: Array, centres: Array) -> np.ndarray:
        """Return ‖W^{-1/2} R x‖ of unit courses x at one centre each: σ_max where x is stationary."""
        xp, images = array_namespace(courses), self._residual @ adjoint(courses)
        powers = xp.sum(squared(images) / self._axis.weights(centres), axis=0)
        energies = xp.sum(squared(courses), axis=1)
        return to_numpy(powers / xp.where(energies > 0, energies, xp.ones_like(energies))) ** 0.5

    def atoms(self, centres: np.ndarray) -> list[Atoms]:
        """Return the largest singular values and atoms at each centre; where one window is all, all."""
        if not self._is_whole:
            return self._loudest(centres)
        gram, axis = self._stack((self._spans.plan[0],)).window(0)
        back = like(np.argsort(self._spans.order), gram)
        found = [atoms(gram, axis, centre) for centre in centres.tolist()]
        return [
            Atoms(atom.centre, atom.values, array_namespace(gram).take(atom.shapes, back, axis=0))
            for atom in found
        ]

    def prove(self, level: float, start: np.ndarray) -> np.ndarray:
        """Prove Ω° ≤ `level` over the continuum of centres, or return centres that violate it."""
        found = [np.zeros(0)]
        for _, stack in self._stacked(self._spans.plan):
            tails = np.asarray([0.0 if self._is_whole else self._rows.tail(span) for span in stack.spans])
            is_loud = tails > LOUD * level**2
            proven = stack.proven((level**2 - np.where(is_loud, 0.0, tails)) ** 0.5) & ~is_loud
            for i in np.flatnonzero(~proven).tolist():
                found.append(self._prove(stack, i, float(tails[i]), level, start))
        return np.concatenate(found)

    def polar(self, rtol: float, start: np.ndarray) -> Polar:
        """Return the polar with an upper bound proven to `rtol`, searched from some centres."""
        xp = array_namespace(self._residual)
        loudest = int(np.argmax(to_numpy(xp.sum(squared(self._residual), axis=1))))
        centres = np.asarray([*start, float(to_numpy(self._axis.eigenvalues)[loudest])])
        return bracket(self, self._axis, rtol, centres)

    def _prove(self, stack: Stack, i: int, tail: float, level: float, start: np.ndarray) -> np.ndarray:
        """Prove a level at the centres of one window, or return centres that violate it."""
        if tail > LOUD * level**2:
            return self._prove_pieces(_cut(stack.spans[i].bounds, self._axis.bandwidth), level, start)
        gram, axis = stack.window(i)
        pending = [stack.spans[i].bounds]
        while pending:
            bounds = pending.pop()
            above = prove(gram, axis, (level**2 - tail) ** 0.5, start, bounds)
            true = above if self._is_whole else above[spectrum(gram, axis, above) > level]
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

    def _loudest(self, centres: np.ndarray) -> list[Atoms]:
        """Return the largest singular values and atoms of all rows by block iteration from the windows'."""
        xp, residual = array_namespace(self._residual), self._residual
        gains = self._axis.weights(like(centres, self._axis.eigenvalues)).T[:, :, None] ** -0.5
        courses, values = self._courses(centres, MOST_ATOMS), np.zeros((len(centres), 1))
        for _ in range(MOST_ITERATIONS):
            before, courses = values[:, 0], xp.linalg.qr(courses, mode="reduced").Q
            images = gains * _each(residual, courses)
            powers, turn = xp.linalg.eigh(adjoint(images) @ images)
            values = np.sqrt(np.maximum(to_numpy(powers)[:, ::-1], 1e-300))
            if np.all(values[:, 0] <= before * (1.0 + ATOM_RTOL)):
                break
            courses = _each(adjoint(residual), gains * images)
        shapes = gains * (images @ xp.flip(turn, axis=2)) / like(values, gains)[:, None, :]
        found = zip(centres.tolist(), values, shapes, strict=True)
        return [Atoms(*each) for each in found]

    def _courses(self, centres: np.ndarray, count: int) -> Array:
        """Return x of the windows' loudest atoms W^{-1} R x at centres, (n_centres, n_columns, count)."""
        found, order = [], []
        for stack, parts in self._asked(centres):
            owners = [i for i, part in enumerate(parts) for _ in part]
            shapes = stack.shapes(owners, centres[np.concatenate(parts)], count)
            # All rows of the window have a say in what the courses are.
            found.append(adjoint(self._rows.stacked([stack.spans[i] for i in owners])) @ shapes)
            order += parts
        xp, back = array_namespace(self._residual), np.argsort(np.concatenate(order))
        return xp.take(xp.concat(found, axis=0), like(back, self._residual), axis=0)

    @property
    def _is_whole(self) -> bool:
        """Whether one window holds all rows."""
        return self._spans.is_whole(self._spans.plan[0])

    def _asked(self, centres: np.ndarray) -> Iterator[tuple[Stack, list[np.ndarray]]]:
        """Yield stacks of the windows that have some of the centres, with the places of these."""
        place = self._spans.place(centres)
        order = np.argsort(place, kind="stable")
        asked, begin = np.unique(place[order], return_index=True)
        parts = np.split(order, begin[1:])
        for places, stack in self._stacked([self._spans.plan[i] for i in asked.tolist()]):
            yield stack, [parts[i] for i in places]

    def _stacked(self, spans: list[Span]) -> Iterator[tuple[list[int], Stack]]:
        """Yield stacks of windows of about equal sizes, with where in `spans` each of them is."""
        for places in alike(spans, int(self._residual.shape[1]), self._residual):
            yield places, self._stack(tuple(spans[i] for i in places))

    def _stack(self, spans: tuple[Span, ...]) -> Stack:
        stack = self._stacks.get(spans)
        if stack is None:
            stack = Stack.of(spans, self._rows.stacked(spans), self._spans)
            if self._n_kept + stack.n_entries <= REMEMBERED:
                self._stacks[spans] = stack
                self._n_kept += stack.n_entries
        return stack


def _each(matrix: Array, columns: Array) -> Array:
    """Return matrix @ columns of each of (n_sets, n, n_columns), as one product."""
    xp, (n_sets, n, n_columns) = array_namespace(matrix), columns.shape
    side_by_side = xp.reshape(xp.permute_dims(columns, (1, 0, 2)), (n, n_sets * n_columns))
    return xp.permute_dims(xp.reshape(matrix @ side_by_side, (-1, n_sets, n_columns)), (1, 0, 2))


def _cut(bounds: tuple[float, float], width: float) -> list[tuple[float, float]]:
    """Return equal pieces of `bounds` no wider than two of `width`."""
    count = max(1, int(np.ceil((bounds[1] - bounds[0]) / (2.0 * width))))
    nodes = np.linspace(*bounds, count + 1).tolist()
    return list(pairwise(nodes))
