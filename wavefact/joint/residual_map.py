"""A residual in both eigenbases, with the columns near a tone at hand and the far ones summed by blocks.

The filter of a tone passes few columns; beyond them its gain falls off as the distance to the power −2.
So whatever is asked about one tone takes the near columns exactly, and bounds the far ones by their
energy times the largest gain within each block: its cost does not grow with the number of samples.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, like, squared, to_numpy
from wavefact.problem import Axis

__all__ = ["ResidualMap"]

BLOCK_BANDWIDTHS, BLOCK_COLUMNS = 0.0625, 32  # a block is at least so wide
CACHED = 2**22  # numbers of columns that are kept on the host
GRAMS = 2.0  # Gram matrices of blocks are kept where they are no larger than so many residuals


class ResidualMap:
    """Hold R̂ (n_points × n_samples) and its axes for questions about single tones.

    Parameters
    ----------
    residual : array, shape (n_points, n_samples)
        In the eigenbases of both axes.
    space, time : Axis
        Eigenvalues of time ascend.

    Attributes
    ----------
    energies : numpy.ndarray, shape (n_points, n_blocks)
        Σ |R̂|² over the columns of each block.
    """

    def __init__(self, residual: Array, space: Axis, time: Axis) -> None:
        self.residual, self.space, self.time = residual, space, time
        self.alphas, self.betas = to_numpy(space.eigenvalues), to_numpy(time.eigenvalues)
        self._edges = _block_edges(self.betas, time, len(self.alphas) // 2)
        self._lows, self._highs = self.betas[self._edges[:-1]], self.betas[self._edges[1:] - 1]
        xp = array_namespace(residual)
        spans = zip(self._edges[:-1].tolist(), self._edges[1:].tolist(), strict=True)
        sums = [xp.sum(squared(residual[:, a:b]), axis=1) for a, b in spans]
        self.energies = to_numpy(xp.stack(sums, axis=1))
        self._columns: OrderedDict[tuple[int, int], np.ndarray] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of blocks."""
        return len(self._lows)

    def near(self, low: float, high: float, reach: float) -> tuple[int, int]:
        """Return the first block within `reach` bandwidths of the tones, and the one after the last."""
        distance = reach * self.time.bandwidth
        if not np.isfinite(distance):
            return 0, len(self)
        first = int(np.searchsorted(self._highs, low - distance))
        return first, int(np.searchsorted(self._lows, high + distance, side="right"))

    def span(self, first: int, last: int) -> slice:
        """Return the columns of blocks first … last − 1."""
        return slice(int(self._edges[first]), int(self._edges[last]))

    def columns(self, first: int, last: int) -> np.ndarray:
        """Return the columns of blocks first … last − 1 on the host."""
        key = first, last
        if key in self._columns:
            self._columns.move_to_end(key)
            return self._columns[key]
        found = to_numpy(self.residual[:, self.span(first, last)])
        self._columns[key] = found
        while len(self._columns) > 1 and sum(part.size for part in self._columns.values()) > CACHED:
            self._columns.popitem(last=False)
        return found

    def home(self, tones: np.ndarray) -> np.ndarray:
        """Return the block in which each tone lies."""
        return np.clip(np.searchsorted(self._lows, tones, side="right") - 1, 0, len(self) - 1)

    def gains(self, low: float, high: float, first: int, last: int, cut: float = 0.0) -> np.ndarray:
        """Return the largest gain 1/(V − cut) of each near column over the tones [low, high]."""
        betas = self.betas[self.span(first, last)]
        return _gains(self.time, betas, betas, low, high, cut)

    def heights(self, gains: np.ndarray, tones: np.ndarray, reach: float) -> np.ndarray:
        """Bound σ_max² of the near columns by the Schatten 4-norm, shape (n_filters, n_tones).

        It tells a few strong directions from many weak ones, which the Frobenius norm does not.
        """
        found = np.empty((len(gains), len(tones)))
        for i, tone in enumerate(tones.tolist()):
            first, last = self.near(tone, tone, reach)
            columns = self.columns(first, last)
            gram = (columns * self.gains(tone, tone, first, last)) @ columns.conj().T
            found[:, i] = np.sum((gains @ np.abs(gram) ** 2) * gains, axis=1) ** 0.5
        return found

    def far_gram(self, low: float, high: float, first: int, last: int, cut: float = 0.0) -> np.ndarray | None:
        """Return a bound of what the filter passes from the far blocks as a matrix, where that is cheap."""
        if self._grams is None:
            return None
        gains = _gains(self.time, self._lows, self._highs, low, high, cut)
        gains[first:last] = 0.0
        return np.asarray(np.tensordot(gains, self._grams, axes=1))

    @property
    def has_grams(self) -> bool:
        """Whether `far_gram` answers."""
        return self._grams is not None

    @cached_property
    def _grams(self) -> np.ndarray | None:
        """R Rᴴ of each block, (n_blocks, n_points, n_points)."""
        n = len(self.alphas)
        if n * n * len(self) > max(GRAMS * n * len(self.betas), 2**21):
            return None
        parts = [self.residual[:, self.span(i, i + 1)] for i in range(len(self))]
        return np.stack([to_numpy(part @ adjoint(part)) for part in parts])

    def far_energies(self, low: float, high: float, first: int, last: int, cut: float = 0.0) -> np.ndarray:
        """Return a bound of what the filter passes of each row from the far blocks, shape (n_points,)."""
        gains = _gains(self.time, self._lows, self._highs, low, high, cut)
        gains[first:last] = 0.0
        return np.asarray(self.energies @ gains)

    def row_energies(self, lows: np.ndarray, highs: np.ndarray, reach: float) -> np.ndarray:
        """Bound the energy of each row that passes the filters of many intervals of tones.

        Parameters
        ----------
        lows, highs : numpy.ndarray, shape (n_tones,)
            Intervals of tones.
        reach : float
            Bandwidths within which columns are taken exactly.

        Returns
        -------
        numpy.ndarray, shape (n_points, n_tones)
            Their product with the power gains of filters over space bounds the squared Frobenius
            norm of what passes both, and so the squared singular values.
        """
        found = np.empty((len(self.alphas), len(lows)))
        home = self.home(0.5 * (lows + highs))
        for block in np.unique(home).tolist():
            here = np.flatnonzero(home == block)
            low, high = lows[here], highs[here]
            first, last = self.near(float(low.min()), float(high.max()), reach)
            span = self.span(first, last)
            betas = self.betas[span][:, None]
            powers = squared(self.residual[:, span])
            near = powers @ like(_gains(self.time, betas, betas, low, high, 0.0), powers)
            far = _gains(self.time, self._lows[:, None], self._highs[:, None], low, high, 0.0)
            far[first:last] = 0.0
            found[:, here] = to_numpy(near) + self.energies @ far
        return found


def _gains(
    axis: Axis,
    lows: np.ndarray,
    highs: np.ndarray,
    low: float | np.ndarray,
    high: float | np.ndarray,
    cut: float,
) -> np.ndarray:
    """Return the largest 1/(1 + γ d² − cut) for eigenvalues in [lows, highs] and tones in [low, high]."""
    distance = np.maximum(np.maximum(lows - high, low - highs), 0.0)
    return np.asarray(1.0 / (1.0 + axis.weight * distance**2 - cut))


def _block_edges(betas: np.ndarray, time: Axis, least: int) -> np.ndarray:
    edges, width = [0], BLOCK_BANDWIDTHS * time.bandwidth
    while edges[-1] < len(betas):
        beyond = int(np.searchsorted(betas, betas[edges[-1]] + width, side="right"))
        edges.append(min(max(edges[-1] + max(BLOCK_COLUMNS, least), beyond), len(betas)))
    return np.asarray(edges)
