"""One place that lost stiffness: every place, extent and loss, each with what it would do to the modes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from wavefact.errors import InputError
from wavefact.health.location.changes import Changes
from wavefact.health.location.softening import PartSoftening, Softening, softening_of
from wavefact.operators.base import WaveOperator

__all__ = ["Hypotheses", "Weighed", "hypotheses_of", "line_hypotheses", "weighed"]

_NODES = 6  # losses for which modes are solved; in between a polynomial holds to 1e-4 of the change
_LOSSES = 120  # at which the posterior is given
_TOGETHER = 256  # hypotheses weighed at once


@dataclass(frozen=True, eq=False)
class Hypotheses:
    """Hold what a loss of stiffness in each place does to some modes.

    Attributes
    ----------
    places : (n_places,) array [m]
        Middles that are told apart.
    extents : (n_extents,) array [m]
    place_of, extent_of : (n_hypotheses,) integer arrays
    losses : (n_losses,) array
        At which the posterior is given: middles of cells of equal width [-].
    interpolation : (n_nodes, n_losses) array
        From the losses that were solved to these.
    logs : (n_hypotheses, n_nodes, m) array
        Change of ln f.
    shapes : (n_hypotheses, n_nodes, n_points, m) array
        Of unit modal mass.
    before : (n_points, m) array
        Shapes without loss.
    """

    places: np.ndarray
    extents: np.ndarray
    place_of: np.ndarray
    extent_of: np.ndarray
    losses: np.ndarray
    interpolation: np.ndarray
    logs: np.ndarray
    shapes: np.ndarray
    before: np.ndarray


@lru_cache(maxsize=4)
def line_hypotheses(
    operator: WaveOperator, n_segments: int, extents: tuple[float, ...], modes: tuple[int, ...], most: float
) -> Hypotheses:
    """Return the hypotheses of a line: windows of whole segments, an even number of them.

    What one operator does is the same for every recording of the structure, so the last ones are kept.
    """
    softening = softening_of(operator, n_segments)
    length = float(softening.edges[-1] - softening.edges[0])
    halves = sorted({max(1, round(extent * n_segments / 2)) for extent in extents})
    if 2 * halves[-1] > n_segments:
        raise InputError(f"extents are {list(extents)}; give shares of the length, at most 1.")
    middles, masks, kinds = [], [], []
    segments = np.arange(n_segments)
    for kind, half in enumerate(halves):
        for middle in range(half, n_segments - half + 1):
            masks.append((segments >= middle - half) & (segments < middle + half))
            middles.append(middle)
            kinds.append(kind)
    first = min(middles)
    return _solved(
        softening,
        np.array(masks, dtype=float),
        (softening.edges[first : max(middles) + 1], np.array(middles) - first),
        (2 * np.array(halves) * length / n_segments, np.array(kinds)),
        (np.array(modes), most),
    )


def hypotheses_of(softening: PartSoftening, modes: np.ndarray, most: float) -> Hypotheses:
    """Return the hypotheses of parts: each by itself."""
    n = softening.n_segments
    number, one = np.arange(n), np.zeros(n, dtype=int)
    return _solved(softening, np.eye(n), (number.astype(float), number), (np.ones(1), one), (modes, most))


def _solved(
    softening: Softening,
    masks: np.ndarray,
    places: tuple[np.ndarray, np.ndarray],
    extents: tuple[np.ndarray, np.ndarray],
    solved_for: tuple[np.ndarray, float],
) -> Hypotheses:
    modes, most = solved_for
    nodes = most * (1 - np.cos(np.pi * np.arange(1, _NODES + 1) / _NODES)) / 2  # Chebyshev's; none is loss 0
    losses = most * (np.arange(_LOSSES) + 0.5) / _LOSSES
    stiffness = 1 - nodes[None, :, None] * masks[:, None, :]
    values, vectors = softening.modes(stiffness.reshape(-1, masks.shape[1]), modes)
    grid = len(masks), _NODES
    healthy = softening.operator.eigenvalues[softening.waves[modes]]
    return Hypotheses(
        *(places[0], extents[0], places[1], extents[1]),
        losses=losses,
        interpolation=_lagrange(np.concatenate([[0.0], nodes]), losses)[1:],  # no loss, no change
        logs=0.5 * np.log(values / healthy).reshape(*grid, -1),
        shapes=softening.displaced(vectors).reshape(*grid, *vectors.shape[1:]),
        before=softening.shapes[:, modes],
    )


def _lagrange(nodes: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return Lagrange's polynomials of the nodes at x, (n_nodes, n_x)."""
    rest = ~np.eye(nodes.size, dtype=bool)
    return np.stack(
        [
            np.prod((x[None] - nodes[other, None]) / (node - nodes[other, None]), axis=0)
            for node, other in zip(nodes, rest, strict=True)
        ]
    )


@dataclass(frozen=True, eq=False)
class Weighed:
    """Hold hypotheses weighed by data.

    Attributes
    ----------
    posterior : (n_places, n_losses) array
        Probability of each place and loss, if one place lost stiffness; sums to 1.
    extent_probabilities : (n_extents,) array
    log_bayes_factor : float
        Of one place with a loss against no change.
    chi_square, unchanged_chi_square : float
        Least of the hypotheses, and of no change.
    logs : (m,) array
        Change of ln f by the hypothesis of least χ².
    """

    posterior: np.ndarray
    extent_probabilities: np.ndarray
    log_bayes_factor: float
    chi_square: float
    unchanged_chi_square: float
    logs: np.ndarray


def weighed(hypotheses: Hypotheses, changes: Changes, rows: np.ndarray) -> Weighed:
    """Weigh all hypotheses by the observed changes.

    Notes
    -----
    A prediction is a polynomial of the loss whose coefficients are predictions at the nodes, so that χ² is a
    quadratic form of Lagrange's polynomials and every loss costs a few products.  A priori every extent,
    every place of an extent and every loss up to the largest have the same probability.
    """
    from scipy.special import logsumexp

    weights, n = hypotheses.interpolation, hypotheses.extent_of.size
    unchanged = float(changes.observed @ changes.observed)
    chi_square = np.concatenate(
        [
            _chi_square(hypotheses, changes, rows, slice(first, first + _TOGETHER))
            for first in range(0, n, _TOGETHER)
        ]
    )
    n_places = np.bincount(hypotheses.extent_of)
    prior = -np.log(n_places[hypotheses.extent_of] * n_places.size * hypotheses.losses.size)
    logs = prior[:, None] - chi_square / 2
    evidence = float(logsumexp(logs))
    mass = np.exp(logs - evidence)
    posterior = np.zeros((hypotheses.places.size, hypotheses.losses.size))
    np.add.at(posterior, hypotheses.place_of, mass)
    best, loss = np.unravel_index(np.argmin(chi_square), chi_square.shape)
    return Weighed(
        posterior,
        np.bincount(hypotheses.extent_of, mass.sum(axis=1)),
        evidence + unchanged / 2,
        float(chi_square[best, loss]),
        unchanged,
        weights[:, loss] @ hypotheses.logs[best],
    )


def _chi_square(hypotheses: Hypotheses, changes: Changes, rows: np.ndarray, some: slice) -> np.ndarray:
    """Return χ² of some of the hypotheses at every loss, (n_some, n_losses)."""
    after, before = hypotheses.shapes[some][:, :, rows], hypotheses.before[rows]
    shapes = scaled_change(after, before, changes.references)
    predicted = changes.in_errors(hypotheses.logs[some], shapes)
    observed, weights = changes.observed, hypotheses.interpolation
    grams = predicted @ predicted.transpose(0, 2, 1)
    squares = np.sum(weights * (grams @ weights), axis=1)
    return np.maximum(observed @ observed - 2 * (predicted @ observed) @ weights + squares, 0.0)


def scaled_change(after: np.ndarray, before: np.ndarray, references: np.ndarray) -> np.ndarray:
    """Return after − before, (..., n_rows, m), each of the scale that brings it closest to the references."""
    size = np.sum(before * references, axis=0) / np.sum(before**2, axis=0)
    scale = size * np.sum(before**2, axis=0) / np.sum(after * before, axis=-2)
    return after * scale[..., None, :] - before * size
