"""From standard errors of modes to those of any smooth function of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from wavefact.health.indicators._pairs import Pairs, States

__all__ = ["Formula", "propagated"]

Formula = Callable[[States, States], np.ndarray]
"""Values of a reference and a current state; of many at once where these have leading axes."""

_REACH = np.sqrt(3.0)  # of a step, in standard errors: that which makes squares of normal variables exact
_AT_ONCE = 2**20  # entries of shapes in one block of steps


def propagated(
    formula: Formula, pairs: Pairs, uses: tuple[str, ...], *, separate: bool, added: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return by how much errors raise the values on average, and the values' standard errors.

    Parameters
    ----------
    formula : Formula
    pairs : Pairs
    uses : tuple of str
        What the formula depends on: "frequencies", "shapes", or both.
    separate : bool
        Whether the values' last axis is that of modes, each value depending on its own mode alone.
    added : bool
        Whether to add up the values of separate modes.

    Notes
    -----
    Divided differences of first and second order (DD2), with steps ±√3 in directions of unit variance.  These
    are, for each quantity, the difference and the sum of both states, in standard errors, as indicators
    depend on differences.  With g, h the first and half the second derivative in a direction, the mean is f +
    Σ h and the variance Σ g² + 2h² at the truth, exact for sums of squares.  At what was measured g² is
    larger by 4h² on average and may be nearly 0 by chance, so that the larger of Σ g² and Σ 2h² is taken.

    References
    ----------
    M. Nørgaard, N. K. Poulsen and O. Ravn, "New developments in state estimation for nonlinear systems",
    Automatica 36, 2000, section 3.
    """
    centre = formula(pairs.reference, pairs.current)
    if not separate and not _known(pairs, uses):
        return np.full_like(centre, np.nan), np.full_like(centre, np.nan)
    bias, slopes, bends = (np.zeros_like(centre) for _ in range(3))
    for before, after in _steps(pairs, uses, separate):
        up, down = (
            formula(pairs.reference.moved(before, reach), pairs.current.moved(after, reach))
            for reach in (_REACH, -_REACH)
        )
        bend = (up + down - 2 * centre) / (2 * _REACH**2)
        bias = bias + np.sum(bend, axis=0)
        slopes = slopes + np.sum(((up - down) / (2 * _REACH)) ** 2, axis=0)
        bends = bends + 2 * np.sum(bend**2, axis=0)
    if added:
        bias, slopes, bends = (np.sum(part, axis=-1) for part in (bias, slopes, bends))
    return bias, np.sqrt(np.maximum(slopes, bends))


def _known(pairs: Pairs, uses: tuple[str, ...]) -> bool:
    """Tell whether all errors are known that a formula needs."""
    errors = (pairs.reference_errors, pairs.current_errors)
    return all(bool(np.all(np.isfinite(getattr(states, name)))) for states in errors for name in uses)


def _steps(pairs: Pairs, uses: tuple[str, ...], separate: bool) -> Iterator[tuple[States, States]]:
    """Yield blocks of steps of both states, of variance one."""
    rest = States(np.zeros(()), np.zeros(()))
    for name in uses:
        errors = (getattr(pairs.reference_errors, name), getattr(pairs.current_errors, name))
        for before, after in zip(*(_blocks(error / np.sqrt(2), separate) for error in errors), strict=True):
            for side in (1, -1):
                yield replace(rest, **{name: before}), replace(rest, **{name: side * after})


def _blocks(errors: np.ndarray, separate: bool) -> Iterator[np.ndarray]:
    """Yield the errors one at a time, all modes of a point together where they are separate."""
    n_modes = errors.shape[-1]
    table = errors.reshape(-1, n_modes)
    rows, columns = np.arange(len(table)), np.arange(n_modes)
    if not separate:
        rows, columns = np.repeat(rows, n_modes), np.tile(columns, len(table))
    size = max(1, _AT_ONCE // table.size)
    for start in range(0, rows.size, size):
        chosen = slice(start, start + size)
        row = rows[chosen]
        block = np.zeros((row.size, *table.shape))
        if separate:
            block[np.arange(row.size), row] = table[row]
        else:
            block[np.arange(row.size), row, columns[chosen]] = table[row, columns[chosen]]
        yield block.reshape(row.size, *errors.shape)
