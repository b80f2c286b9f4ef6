"""The polar of noise: λ is the noise's standard deviation times a high quantile of that of normal noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from wavefact._arrays import Array, like
from wavefact.noise_draws import bartlett, gumbel_quantile
from wavefact.noise_spans import noise_of_spans
from wavefact.problem import Axis
from wavefact.ritz import candidate_centres, ritz
from wavefact.spectral_spans import Spans

__all__ = ["DrawnThreshold", "noise_threshold", "polar_quantile"]

DRAWS = (8, 64)  # of noise, to learn its polar's spread: small arrays scatter more, and cost less
DRAWN_ROWS = 3200  # altogether, within these limits
QUANTILE = 0.999  # of the noise's polar: one recording of pure noise in 1000 gives a component
MANY, ROUGH_STEPS, KEPT_FROM = 500, 6, 0.8  # centres, from which a rough look leaves this share of them out
NEAR = 2.0  # times as many samples, or as few: within, noise is not drawn anew


@dataclass(frozen=True)
class DrawnThreshold:
    """What `noise_threshold` gave for some number of samples.

    Attributes
    ----------
    n_samples : float
    value : float
    """

    n_samples: float
    value: float

    def at(self, n_samples: float) -> float | None:
        """Return the threshold of about as many samples: it grows as their root (Chevet's bound)."""
        if not 1 / NEAR <= n_samples / self.n_samples <= NEAR:
            return None
        return self.value + sqrt(n_samples) - sqrt(self.n_samples)


def noise_threshold(
    axis: Axis,
    n_samples: float,
    complex_noise: bool,
    rng: np.random.Generator,
    n_draws: int | None = None,
    mixing: np.ndarray | None = None,
) -> float:
    """Return a high quantile of the polar of standard normal noise.

    Parameters
    ----------
    axis : Axis
        Of n points.
    n_samples : float
        Independent samples.
    complex_noise : bool
        Whether the noise is complex (of unit variance altogether).
    rng : numpy.random.Generator
    n_draws : int, optional
        Noises to draw; by default as many as the array's size needs.
    mixing : array, shape (n_points, n_sensors), optional
        As in `noise_floor`; there may be more points than sensors.

    Notes
    -----
    R Rᵀ of noise is Wishart distributed, so it is drawn by Bartlett's decomposition, at a cost
    that does not depend on n_samples; white noise of many points span by span.
    """
    spans, n_draws = Spans(axis), n_draws or _default_draws(axis)
    if mixing is None and len(spans.plan) > 1:
        return noise_of_spans(spans, n_samples, complex_noise, rng, n_draws, QUANTILE)
    n_sensors = len(axis) if mixing is None else mixing.shape[1]

    def draw() -> np.ndarray:
        factor = bartlett(n_sensors, n_samples, complex_noise, rng)
        factor = factor if mixing is None else mixing @ factor
        return np.asarray(factor @ factor.conj().T)

    return polar_quantile(axis, draw, n_draws)


def polar_quantile(axis: Axis, draw: Callable[[], np.ndarray], n_draws: int | None = None) -> float:
    """Return a high quantile of the polar of random residuals whose Gram matrix `draw` returns.

    The polar being a maximum, a Gumbel law is fitted by moments to a few draws.
    """
    centres, n_draws = candidate_centres(axis), n_draws or _default_draws(axis)
    values = [_highest(like(draw(), axis.eigenvalues), axis, centres) for _ in range(n_draws)]
    return gumbel_quantile(QUANTILE, np.asarray(values))


def _default_draws(axis: Axis) -> int:
    return int(np.clip(DRAWN_ROWS // len(axis), *DRAWS))


def _highest(gram: Array, axis: Axis, centres: np.ndarray) -> float:
    """Return the largest Ritz value; of many centres those with a low one after a few steps are left out."""
    if len(centres) > MANY:
        rough = ritz(gram, axis, centres, ROUGH_STEPS)
        centres = centres[rough >= np.quantile(rough, KEPT_FROM)]
    return float(ritz(gram, axis, centres).max())
