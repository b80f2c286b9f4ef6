"""How long healthy values run below the limit of a one-sided chart, and the limit for a stated rate.

The charts here are S ← max(0, a S + b z − c) with standard normal z: cumulative sums, and weighted averages
that do not fall below the mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["Recursion", "alarm_limit", "average_run_length", "likely_errors"]

_NODES = 40  # of the quadrature over the values of a chart
_SHIFTS, _SPREADS = 9, 5  # nodes of the quadrature over the errors of mean and standard deviation


class Recursion(NamedTuple):
    """Coefficients of S ← max(0, keep S + take z − allow)."""

    keep: float
    take: float
    allow: float


def average_run_length(recursion: Recursion, limit: float, mean: float = 0.0, spread: float = 1.0) -> float:
    """Return the mean number of normal values until a chart that starts at zero exceeds its limit.

    Notes
    -----
    The run length L from a value s obeys L(s) = 1 + L(0) P(S = 0 | s) + ∫ L(y) p(y | s) dy over 0 < y ≤
    limit, which Gauss–Legendre quadrature turns into linear equations.

    References
    ----------
    E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954, section 4.
    S. V. Crowder, "A simple method for studying run-length distributions of exponentially weighted moving
    average charts", Technometrics 29, 1987, equation 2.

    Examples
    --------
    >>> round(average_run_length(Recursion(1.0, 1.0, 0.5), 5.0))  # published: 930
    931
    """
    from scipy.special import ndtr

    keep, take, allow = recursion
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    nodes, weights = limit * (nodes + 1) / 2, limit * weights / 2
    starts = np.append(0.0, nodes)[:, None]
    width = take * spread
    offsets = keep * starts + take * mean - allow
    density = np.exp(-0.5 * ((nodes - offsets) / width) ** 2) / (width * (2 * np.pi) ** 0.5)
    moves = np.hstack([ndtr(-offsets / width), density * weights])
    return float(np.linalg.solve(np.eye(_NODES + 1) - moves, np.ones(_NODES + 1))[0])


def alarm_limit(recursion: Recursion, false_alarm_rate: float, n_training: int | None = None) -> float:
    """Return the limit that healthy values exceed once in 1/false_alarm_rate values on average.

    Parameters
    ----------
    recursion : Recursion
    false_alarm_rate : float
        Per value.
    n_training : int, optional
        Healthy values by which the values were standardized; the rate is the average over what mean and
        standard deviation may have been estimated from so many.
    """
    from scipy.optimize import brentq

    cases = likely_errors(n_training)

    def excess(logarithm: float) -> float:
        limit = np.exp(logarithm)
        rate = sum(weight / average_run_length(recursion, limit, *case) for *case, weight in cases)
        return float(np.log(rate / false_alarm_rate))

    stationary = recursion.take / max(1 - recursion.keep**2, 1e-2) ** 0.5
    low = high = np.log(stationary)
    while excess(high) > 0:
        high += 0.5
    while excess(low) < 0:
        low -= 0.5
    return float(np.exp(brentq(excess, low, high, xtol=1e-6)))


def likely_errors(n_training: int | None) -> list[tuple[float, float, float]]:
    """Return means and standard deviations of values standardized by estimates, and their probabilities."""
    if n_training is None:
        return [(0.0, 1.0, 1.0)]
    shifts, first = np.polynomial.hermite_e.hermegauss(_SHIFTS)
    spreads, second = np.polynomial.hermite_e.hermegauss(_SPREADS)
    total = first.sum() * second.sum()
    return [
        (shift / n_training**0.5, np.exp(spread / (2 * n_training) ** 0.5), one * two / total)
        for shift, one in zip(shifts, first, strict=True)
        for spread, two in zip(spreads, second, strict=True)
    ]
