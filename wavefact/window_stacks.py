"""Windows of a residual in stacks, so that one test of many windows is one operation.

A graphics card is kept busy by as many windows as fill it; a processor takes them one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, log2

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, at_once, like, self_products
from wavefact.polar_proof import box_weights, dominated
from wavefact.problem import Axis
from wavefact.ritz import largest_ritz
from wavefact.spectral_spans import CORE, Span, Spans

__all__ = ["Stack", "alike"]

ON_HOST = 2**22  # entries of matrices that are decomposed in one operation on a processor
N_INTERVALS = 64  # of a window's centres, whose row sums are looked at first


def alike(spans: Sequence[Span], n_columns: int, reference: Array) -> Iterator[list[int]]:
    """Yield places of spans of equal sizes, up to a factor of four, that fit into one stack.

    `n_columns` are those of the rows whose products are taken, in the memory where `reference` is.
    """
    kinds = [ceil(log2(max(span.size, 1) / CORE) / 2) for span in spans]
    for kind in sorted(set(kinds)):
        places = [i for i in range(len(spans)) if kinds[i] == kind]
        size = max(spans[i].size for i in places)
        count = max(1, at_once(reference, 1) // (size * (size + n_columns)))
        yield from (places[i : i + count] for i in range(0, len(places), count))


@dataclass(frozen=True, eq=False)
class Stack:
    """Gram matrices of some windows, and the axis each is on.

    Parameters
    ----------
    spans : tuple of Span
    grams : array, shape (n_windows, n, n)
        R_N R_Nᴴ of each window; zero beyond the rows it has.
    eigenvalues : array, shape (n_windows, n)
        Of any value where there is no row.
    weight : float
        γ of the axis.
    """

    spans: tuple[Span, ...]
    grams: Array
    eigenvalues: Array
    weight: float

    @classmethod
    def of(cls, spans: tuple[Span, ...], rows: Array, within: Spans) -> Stack:
        """Return the stack of some spans from their rows, (n_windows, n, n_columns)."""
        most = max(span.size for span in spans)
        values = [np.resize(within.eigenvalues[span.first : span.stop], most) for span in spans]
        return cls(
            spans, self_products(rows), like(np.stack(values), within.axis.eigenvalues), within.axis.weight
        )

    @property
    def n_entries(self) -> int:
        """Number of entries of all Gram matrices."""
        return int(np.prod(self.grams.shape))

    def window(self, i: int) -> tuple[Array, Axis]:
        """Return the Gram matrix of one window and its axis."""
        size = self.spans[i].size
        return self.grams[i, :size, :size], Axis(self.eigenvalues[i, :size], self.weight)

    def above(self, centres: Sequence[np.ndarray], levels: np.ndarray) -> list[np.ndarray]:
        """Return those of each window's centres where the polar is found above the window's level."""
        loud = self.loud(centres, levels)
        values = self.estimates(loud)
        return [part[value > level] for part, value, level in zip(loud, values, levels.tolist(), strict=True)]

    def loud(self, centres: Sequence[np.ndarray], levels: np.ndarray) -> list[np.ndarray]:
        """Return those of each window's centres where row sums do not prove the window's level."""
        squares = like(levels**2, self.eigenvalues)[:, None, None]
        low = dominated(self.grams, squares * self._weights(centres))
        return [part[~is_low[: len(part)]] for part, is_low in zip(centres, low, strict=True)]

    def estimates(self, centres: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return Ritz values, lower estimates of σ_max, of each window at its centres."""
        found = [np.zeros(0) for _ in centres]
        asked = [i for i, part in enumerate(centres) if len(part)]
        if asked:
            some = self._some(asked)
            parts = [centres[i] for i in asked]
            for i, values in zip(asked, largest_ritz(some.grams, some._weights(parts) ** -0.5), strict=True):
                found[i] = values[: len(centres[i])]
        return found

    def shapes(self, places: list[int], centres: np.ndarray, count: int) -> Array:
        """Return the `count` loudest atoms of windows `places` at one centre each, (n_centres, n, count)."""
        xp, size = array_namespace(self.grams), int(self.grams.shape[-1]) ** 2
        step, found = max(1, at_once(self.grams, ON_HOST) // size), []
        for i in range(0, len(places), step):
            some = self._some(places[i : i + step])
            gains = some._weights(list(centres[i : i + step, None])) ** -0.5
            vectors = xp.linalg.eigh(gains * some.grams * adjoint(gains)).eigenvectors
            found.append(gains * xp.flip(vectors[:, :, -count:], axis=2))
        return xp.concat(found, axis=0)

    def proven(self, levels: np.ndarray) -> np.ndarray:
        """Tell for each window whether row sums alone prove its level at all of its centres."""
        lows, highs = np.asarray([span.bounds for span in self.spans]).T
        edges = np.linspace(lows, highs, N_INTERVALS + 1, axis=1)
        intervals = np.stack([edges[:, :-1], edges[:, 1:]], axis=2)
        squares = like(levels**2, self.eigenvalues)[:, None, None]
        return np.all(dominated(self.grams, squares * box_weights(self._axis, intervals)), axis=1)

    @property
    def _axis(self) -> Axis:
        return Axis(self.eigenvalues, self.weight)

    def _weights(self, centres: Sequence[np.ndarray]) -> Array:
        """Return the weights of each window at its centres, which are repeated to equal numbers."""
        most = max(len(part) for part in centres)
        even = np.stack([np.resize(part if len(part) else np.zeros(1), most) for part in centres])
        return self._axis.weights(like(even, self.eigenvalues))

    def _some(self, places: list[int]) -> Stack:
        """Return some of the windows, any of them as often as it is named."""
        if places == list(range(len(self.spans))):
            return self
        xp, index = array_namespace(self.grams), like(np.asarray(places), self.grams)
        grams, values = xp.take(self.grams, index, axis=0), xp.take(self.eigenvalues, index, axis=0)
        return Stack(tuple(self.spans[i] for i in places), grams, values, self.weight)
