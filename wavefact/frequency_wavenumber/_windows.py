"""Gram matrices of a spectrum behind Lorentzian windows: one matrix for each centre.

A short spectrum is weighted and multiplied out for each centre.  Of a long one only the columns near a centre
are; the others are gathered once into intervals, within which the weight, a smooth function far from its
centre, is taken as linear.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from wavefact._arrays import adjoint

__all__ = ["windowed_grams"]

SHORT = 4096  # columns
REACH = 20  # intervals: from there on linear interpolation errs by at most 3 (½/20)² = 2e-3 of a power
MEMORY = 2**27  # bytes for the Gram matrices of all intervals
BATCH = 16  # centres


def windowed_grams(
    spectrum: np.ndarray, places: np.ndarray, centres: np.ndarray, half_width: float
) -> Iterator[np.ndarray]:
    """Yield Σ_t y_t y_tᴴ / (1 + ((b_t − c)/h)²) for each centre c.

    Parameters
    ----------
    spectrum : numpy.ndarray, shape (n, n_places), real or complex
        Columns y_t.
    places : numpy.ndarray, shape (n_places,)
        Where the columns stand, b_t, ascending.
    centres : numpy.ndarray, shape (n_centres,)
    half_width : float
        h, in units of the places.

    Yields
    ------
    numpy.ndarray, shape (n, n)
        Of the spectrum's precision.  Beyond `SHORT` columns the singular values err by 1e-3 at most.
    """
    if len(places) <= SHORT:
        for centre in centres:
            yield _gram(spectrum, _weights(places, centre, half_width))
        return
    edges = _edges(spectrum, places)
    lower, upper = _gathered(spectrum, places, edges)
    for start in range(0, len(centres), BATCH):
        batch = centres[start : start + BATCH]
        first, last = _near(edges, batch)
        at_edges = _weights(edges, batch[:, None], half_width).astype(lower.real.dtype)
        interval = np.arange(len(edges) - 1)
        far = (interval < first[:, None]) | (interval >= last[:, None])
        grams = (far * at_edges[:, :-1]) @ lower + (far * at_edges[:, 1:]) @ upper
        bounds = np.searchsorted(places, edges)
        bounds[-1] = len(places)
        for centre, gram, i, j in zip(batch, grams, first, last, strict=True):
            near = slice(bounds[i], bounds[j])
            close = _gram(spectrum[:, near], _weights(places[near], centre, half_width))
            yield close + gram.reshape(close.shape)


def _weights(places: np.ndarray, centre: np.ndarray | float, half_width: float) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + ((places - centre) / half_width) ** 2))


def _gram(columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    scaled = columns * np.sqrt(weights).astype(columns.real.dtype)
    return np.asarray(scaled @ adjoint(scaled))


def _edges(spectrum: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the edges of even intervals, so many that near and far columns cost about the same."""
    most = MEMORY // (2 * spectrum.dtype.itemsize * len(spectrum) ** 2)
    number = int(np.clip((2 * REACH * len(places)) ** 0.5, 1, max(most, 1)))
    return np.linspace(places[0], places[-1], number + 1)


def _near(edges: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first near interval of each centre and the first beyond them."""
    n_intervals = len(edges) - 1
    at = np.floor((centres - edges[0]) / (edges[1] - edges[0]))
    first, last = np.clip(at - REACH, 0, n_intervals), np.clip(at + REACH + 1, 0, n_intervals)
    return first.astype(int), last.astype(int)


def _gathered(spectrum: np.ndarray, places: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Σ (1 − s) y yᴴ and Σ s y yᴴ of each interval, s from 0 to 1 along it, (n_intervals, n²) each."""
    n_intervals, n = len(edges) - 1, len(spectrum)
    lower, upper = (np.zeros((n_intervals, n * n), spectrum.dtype) for _ in range(2))
    bounds = np.searchsorted(places, edges)
    bounds[-1] = len(places)
    for i in range(n_intervals):
        columns = spectrum[:, bounds[i] : bounds[i + 1]]
        along = (places[bounds[i] : bounds[i + 1]] - edges[i]) / (edges[i + 1] - edges[i])
        lower[i] = _gram(columns, np.clip(1.0 - along, 0.0, 1.0)).ravel()
        upper[i] = _gram(columns, np.clip(along, 0.0, 1.0)).ravel()
    return lower, upper
