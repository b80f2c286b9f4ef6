"""Random Gram matrices of noise, and the law of the largest of many values."""

from __future__ import annotations

from math import log, pi, sqrt

import numpy as np

__all__ = ["bartlett", "gumbel_quantile"]

N_STEPS = 8  # by which the spread of the values is found where their expectations differ


def gumbel_quantile(
    quantile: float,
    values: np.ndarray,
    of: list[np.ndarray] | None = None,
    everything: np.ndarray | None = None,
) -> float:
    """Return a quantile of a largest value, from a few draws of it, by moments of Gumbel's law.

    Parameters
    ----------
    quantile : float
    values : numpy.ndarray, shape (n_draws,)
        Each the largest of some variables of one law that are shifted by what is expected of each.
    of : list of numpy.ndarray, optional
        What was expected of the variables that each value is the largest of.
    everything : numpy.ndarray, optional
        What is expected of the variables whose largest is asked for; by default the same as of each value.

    Notes
    -----
    The largest of Gumbel variables of spread β and locations E_i has the location β log Σ exp(E_i/β).
    """
    shifted, spread = values, float(np.std(values, ddof=1)) * sqrt(6.0) / pi
    if of is not None and spread > 0:
        for _ in range(N_STEPS):
            shifted = values - [_location(expected, spread) for expected in of]
            spread = float(np.std(shifted, ddof=1)) * sqrt(6.0) / pi
    location = float(np.mean(shifted)) - np.euler_gamma * spread
    if everything is not None:
        location += _location(everything, spread)
    return location - spread * log(-log(quantile))


def _location(expected: np.ndarray, spread: float) -> float:
    highest = float(np.max(expected))
    return (
        highest + spread * log(float(np.sum(np.exp((expected - highest) / spread))))
        if spread > 0
        else highest
    )


def bartlett(n: int, n_samples: float, complex_noise: bool, rng: np.random.Generator) -> np.ndarray:
    """Return a factor whose Gram matrix has the law of that of n × n_samples normal noise, (n, ≤ n)."""
    shape = (n, min(n, max(int(n_samples), 1)))

    def normal() -> np.ndarray:
        return rng.normal(size=shape)

    freedom = n_samples - np.arange(shape[1])
    if complex_noise:
        factor = np.tril((normal() + 1j * normal()) / sqrt(2.0), k=-1)
        diagonal = np.sqrt(rng.chisquare(2.0 * freedom) / 2.0)
    else:
        factor, diagonal = np.tril(normal(), k=-1), np.sqrt(rng.chisquare(freedom))
    factor[np.arange(shape[1]), np.arange(shape[1])] = diagonal
    return factor
