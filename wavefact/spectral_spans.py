"""Which rows belong together: spans of neighbouring eigenvalues, one for each stretch of filter centres.

A filter passes the rows whose eigenvalues are near its centre, and little of all others.  So the centres
are divided into stretches, and each is searched on the rows around it.  Few rows are one span.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from wavefact._arrays import like, to_numpy
from wavefact.problem import Axis

__all__ = ["Span", "Spans"]

CORE = 128  # rows, at least, whose eigenvalues are the centres of one span; half as many on either side
REACH = 8.0  # bandwidths of rows beside a span's centres, at least
MOST = 8  # cores that a span may hold


class Span(NamedTuple):
    """Rows first … stop − 1, by ascending eigenvalue, for the centres in `bounds`."""

    bounds: tuple[float, float]
    first: int
    stop: int

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.stop - self.first


class Spans:
    """The spans of an axis.

    Parameters
    ----------
    axis : Axis
        Of n entries, in any order.
    core : int
        Rows, at least, whose eigenvalues are the centres of one span; twice as many rows are one span.

    Attributes
    ----------
    order : numpy.ndarray, shape (n,)
        Where each row is on the axis.
    eigenvalues : numpy.ndarray, shape (n,)
        Ascending.
    block : int
        Spans begin and end at multiples of it, or at the end.
    most : int
        Rows that a span holds at most, but for whole blocks.
    """

    def __init__(self, axis: Axis, core: int = CORE) -> None:
        self.axis, self._core = axis, core
        self.block, self.most = max(1, core // 4), MOST * core
        values = to_numpy(axis.eigenvalues)
        self.order = np.argsort(values, kind="stable")
        self.eigenvalues = values[self.order]

    def __len__(self) -> int:
        return len(self.order)

    def axis_of(self, first: int, stop: int) -> Axis:
        """Return the axis of rows first … stop − 1."""
        return Axis(like(self.eigenvalues[first:stop], self.axis.eigenvalues), self.axis.weight)

    def is_whole(self, span: Span) -> bool:
        """Tell whether a span holds all rows."""
        return span.size == len(self)

    @cached_property
    def plan(self) -> list[Span]:
        """Spans whose bounds cover the spectrum, ascending."""
        values, last = self.eigenvalues, len(self) - 1
        if last < 2 * self._core:
            return [Span(self.axis.bounds, 0, last + 1)]
        plan: list[Span] = []
        begin = 0
        while begin < last:
            end = min(begin + self._core, last)
            span = self.around((float(values[begin]), float(values[end])), self.most)
            # Wide filters pass so many rows beside a core that larger cores cost less.
            while end < last and min(span.size, self.most) > 2 * (end - begin) + self._core:
                end = last if self.is_whole(span) else min(2 * end - begin, last)
                span = self.around((float(values[begin]), float(values[end])), self.most)
            plan.append(span)
            begin = end
        return plan

    def around(self, bounds: tuple[float, float], most: int) -> Span:
        """Return about `most` rows around the centres in `bounds`, or fewer where the others are far."""
        values, half = self.eigenvalues, self._core // 2
        reach = REACH * self.axis.bandwidth
        beside = np.searchsorted(values, bounds[0]) - half, np.searchsorted(values, bounds[1], "right") + half
        passed = (
            np.searchsorted(values, bounds[0] - reach),
            np.searchsorted(values, bounds[1] + reach, "right"),
        )
        first, stop = int(min(beside[0], passed[0])), int(max(beside[1], passed[1]))
        if stop - first > most:
            distance = np.maximum(np.maximum(bounds[0] - values, values - bounds[1]), 0.0)
            nearest = np.argsort(distance, kind="stable")[:most]
            first, stop = int(nearest.min()), int(nearest.max()) + 1
        first, stop = first // self.block * self.block, -(-stop // self.block) * self.block
        return Span(bounds, max(first, 0), min(stop, len(self)))

    def place(self, centres: np.ndarray) -> np.ndarray:
        """Return which span of the plan has each centre."""
        ends = np.asarray([span.bounds[1] for span in self.plan[:-1]])
        return np.searchsorted(ends, centres, side="right")
