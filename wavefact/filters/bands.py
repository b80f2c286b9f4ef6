"""The bands that filters pass, in wavenumber or in hertz."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact.dispersion import angular_frequencies
from wavefact.errors import InputError
from wavefact.operators import WaveOperator

__all__ = ["Bands", "hertz"]

MOST_ROWS = 24  # of a printed table


@dataclass(frozen=True, eq=False)
class Bands:
    """Where the filters of a bank pass.

    Attributes
    ----------
    centres : numpy.ndarray, shape (n_filters,)
        [`unit`]
    low, high : numpy.ndarray, shape (n_filters,)
        Half-power points [`unit`]; `low` is 0 where the band reaches below zero.
    unit : str
        "rad/m" or "Hz"; "rad/sensor" or "cycles/sample" where places or rate are unknown.

    Examples
    --------
    >>> from wavefact.filters import Bands
    >>> Bands(np.array([2.0]), np.array([1.5]), np.array([2.6]), "Hz").bandwidth.round(1)
    array([1.1])
    """

    centres: np.ndarray
    low: np.ndarray
    high: np.ndarray
    unit: str

    @property
    def bandwidth(self) -> np.ndarray:
        """Distance of the half-power points, shape (n_filters,) [`unit`]."""
        return self.high - self.low

    def __str__(self) -> str:
        head = f"{'centre':>12}{'from':>12}{'to':>12}{'bandwidth':>12}   [{self.unit}]"
        rows = np.stack([self.centres, self.low, self.high, self.bandwidth], axis=1)
        lines = ["".join(f"{value:12.4g}" for value in row) for row in rows[:MOST_ROWS].tolist()]
        more = [f"{'…':>12} and {len(rows) - MOST_ROWS} more"] if len(rows) > MOST_ROWS else []
        return "\n".join([head, *lines, *more])


def hertz(dispersion: Any, operator: WaveOperator, wavenumbers: np.ndarray) -> np.ndarray:
    """Return the frequencies [Hz] of wavenumbers in any order; infinite ones stay so."""
    finite = np.isfinite(wavenumbers)
    known, places = np.unique(wavenumbers[finite], return_inverse=True)
    if known.size == 0:
        return wavenumbers
    if np.ndim(dispersion) == 2:
        covered = np.asarray(dispersion, dtype=float)[:, 1]
        if known[0] < covered.min() or known[-1] > covered.max():
            raise InputError(
                f"The table of dispersion covers {covered.min():.4g} to {covered.max():.4g} rad/m, the bands "
                f"{known[0]:.4g} to {known[-1]:.4g}; extend it, or leave out the filters beyond it."
            )
    frequencies = wavenumbers.copy()
    frequencies[finite] = (angular_frequencies(dispersion, operator, known) / (2.0 * np.pi))[places]
    return frequencies
