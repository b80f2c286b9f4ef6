"""What tracks whose poles are known tell: of each record before it came, and of how poles scatter.

The same as a sweep that decides on the way, but without its loop where records need not wait for each other.
"""

from __future__ import annotations

import numpy as np

from wavefact.health._followers import Expectation, Scatter, close_pairs, inside_span, moved
from wavefact.health._local_level import measured, predictions
from wavefact.health._poles import Poles


def known_levels(
    times: np.ndarray,
    frequencies: tuple[np.ndarray, np.ndarray],
    start: Expectation,
    scatter: Scatter,
) -> tuple[np.ndarray, np.ndarray]:
    """Return levels and variances (n_records + 1, n_modes): before each record, and after the last.

    What was found are logarithms of frequencies and their squared errors, (n_records, n_modes).
    """
    logarithms, squares = frequencies
    noise = measured(scatter.noise, scatter.trust, scatter.typical, squares)
    levels, variances = np.empty((2, times.size + 1, start.level.size))
    for j, column in enumerate(logarithms.T):
        begin = float(start.level[j]), float(start.variance[j])
        levels[:, j], variances[:, j] = predictions(
            times, column, noise[:, j], float(scatter.drift[j]), begin
        )
    return levels, variances


def known_shapes(poles: Poles, owners: np.ndarray, levels: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return shapes (n_records + 1, ..., n_modes, n_points): before each record, and after the last.

    Parameters
    ----------
    poles, owners : Poles and (n_records, n_modes) integer array
    levels : (n_records + 1, ..., n_modes) array
        Before each record; several courses of them at once, as they may be.
    shapes : (n_modes, n_points) array
        Before the first.
    """
    close = close_pairs(levels)
    placed = poles.placed("shapes", owners, 0.0)
    forms = np.empty((*levels.shape, shapes.shape[1]), dtype=np.result_type(shapes, poles.shapes))
    forms[0] = shapes
    for i, found in enumerate(placed):
        forms[i + 1] = moved(forms[i], close[i], found)
    return forms


def known_shares(poles: Poles, owners: np.ndarray, levels: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return sums of the shares of each mode's shapes outside its close modes' span, and mixed, (2, n_modes).

    Parameters
    ----------
    poles, owners : Poles and (n_records, n_modes) integer array
    levels : (n_records, n_modes) array
    shapes : (n_records, n_modes, n_points) array
        Of what is expected.
    """
    sums = np.zeros((2, owners.shape[1]))
    for j, column in enumerate(owners.T):
        records = np.flatnonzero(column >= 0)
        near = close_pairs(levels[records])[:, j]
        members = np.flatnonzero(np.any(near, axis=0))
        forms = shapes[records[:, None], members]
        inner = forms.conj() @ poles.shapes[column[records], :, None]
        own = np.minimum(np.abs(inner[:, members == j, 0].ravel()) ** 2, 1.0)
        inside = own
        if members.size > 1:
            gram = forms.conj() @ np.swapaxes(forms, 1, 2)
            inside = np.clip(inside_span(gram, near[:, members], inner)[:, 0], own, 1.0)
        sums[:, j] = np.sum(1.0 - inside), np.sum(inside - own)
    return sums
