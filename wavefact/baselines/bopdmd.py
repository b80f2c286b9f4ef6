"""Optimized dynamic mode decomposition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._dynamics import Dynamics, DynamicsBaseline, fitted, hankel, leading, most_delays
from wavefact.baselines._packages import imported, quiet
from wavefact.baselines._signals import scaled_signals
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["BOPDMD"]

_RANKS = (2, 4, 6, 8, 10, 12, 16)
_MOST_SAMPLES = 4000  # that are fitted, evenly chosen: one step of a long recording takes seconds


@dataclass(frozen=True)
class BOPDMD(DynamicsBaseline):
    """Fit decaying exponentials to all samples at once, by variable projection.

    Attributes
    ----------
    rank : int or None
        Exponentials; None for the singular values above the optimal hard threshold, made even.
    n_channels : int
        More channels than these are compressed to as many principal components before.

    Notes
    -----
    PyDMD's own start has one exponential a principal component, and no pair of a standing wave; here the
    start is `HankelDMD`.  Poles are kept in the left half-plane.  No bagging.

    References
    ----------
    Askham & Kutz, "Variable projection methods for an optimized dynamic mode decomposition", SIAM J. Applied
    Dynamical Systems 17 (2018), algorithm 2.

    Examples
    --------
    >>> from wavefact.baselines import BOPDMD
    >>> BOPDMD().title, BOPDMD().package
    ('optimized DMD', 'PyDMD')
    """

    rank: int | None = None
    n_channels: int = 10
    title: ClassVar[str] = "optimized DMD"
    package: ClassVar[str] = "PyDMD"

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[BOPDMD]:
        """Return ranks."""
        yield BOPDMD()
        for rank in _RANKS:
            yield BOPDMD(rank)

    def _fitted(self, recording: Recording) -> tuple[np.ndarray, Dynamics, float]:
        signals, scale = scaled_signals(recording)
        directions, courses = leading(signals, self.n_channels)
        start = fitted(courses, most_delays(*courses.shape), self.rank)
        return directions, _optimized(courses, start.poles(1.0)), scale


def _optimized(courses: np.ndarray, start: np.ndarray) -> Dynamics:
    """Run PyDMD from a start; it takes no more exponentials than rows, so delays make rows."""
    known = start[np.isfinite(start)]
    poles = np.minimum(known.real, 0.0) + 1j * known.imag
    rows = hankel(courses, -(-len(poles) // len(courses)))
    every = -(-rows.shape[1] // _MOST_SAMPLES)
    times = np.arange(0.0, rows.shape[1], every)
    with quiet():
        module = imported("pydmd", "PyDMD")
        decomposition = module.BOPDMD(
            svd_rank=len(poles), use_proj=False, init_alpha=poles, eig_constraints={"stable"}
        )
        decomposition.fit(rows[:, ::every], times)
        found = np.exp(decomposition.eigs), decomposition.modes[: len(courses)], decomposition.amplitudes
    return Dynamics(*(np.asarray(part, dtype=complex) for part in found))
