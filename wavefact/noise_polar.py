"""The polar of noise: λ is the noise's standard deviation times a high quantile of that of normal noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np

from wavefact._arrays import Array, like
from wavefact.problem import Axis
from wavefact.ritz import candidate_centres, ritz, ritz_above
from wavefact.spectral_spans import Span, Spans

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
    spans = Spans(axis)
    if mixing is None and len(spans.plan) > 1:
        centres = candidate_centres(axis)
        return _quantile(
            axis, lambda: _highest_of_spans(spans, centres, n_samples, complex_noise, rng), n_draws
        )
    n_sensors = len(axis) if mixing is None else mixing.shape[1]

    def draw() -> np.ndarray:
        factor = _bartlett(n_sensors, n_samples, complex_noise, rng)
        factor = factor if mixing is None else mixing @ factor
        return np.asarray(factor @ factor.conj().T)

    return polar_quantile(axis, draw, n_draws)


def polar_quantile(axis: Axis, draw: Callable[[], np.ndarray], n_draws: int | None = None) -> float:
    """Return a high quantile of the polar of random residuals whose Gram matrix `draw` returns.

    The polar being a maximum, a Gumbel law is fitted by moments to a few draws.
    """
    centres = candidate_centres(axis)
    return _quantile(axis, lambda: _highest(like(draw(), axis.eigenvalues), axis, centres), n_draws)


def _quantile(axis: Axis, highest: Callable[[], float], n_draws: int | None) -> float:
    draws = [highest() for _ in range(n_draws or int(np.clip(DRAWN_ROWS // len(axis), *DRAWS)))]
    spread = float(np.std(draws, ddof=1)) * sqrt(6.0) / pi
    return float(np.mean(draws)) + spread * (-np.euler_gamma - log(-log(QUANTILE)))


def _highest(gram: Array, axis: Axis, centres: np.ndarray) -> float:
    """Return the largest Ritz value; of many centres those with a low one after a few steps are left out."""
    if len(centres) > MANY:
        rough = ritz(gram, axis, centres, ROUGH_STEPS)
        centres = centres[rough >= np.quantile(rough, KEPT_FROM)]
    return float(ritz(gram, axis, centres).max())


def _highest_of_spans(
    spans: Spans, centres: np.ndarray, n_samples: float, complex_noise: bool, rng: np.random.Generator
) -> float:
    """Return the largest Ritz value where every span has noise of its own.

    What a filter passes of rows outside the span is counted by Chevet's bound √Σq + √n_samples of the
    expected norm, q the filter's power gains.
    """
    highest = 0.0
    for span, part in spans.shared(centres):
        axis = spans.axis_of(span.first, span.stop)
        factor = _bartlett(span.size, n_samples, complex_noise, rng)
        gram = like(factor @ factor.conj().T, axis.eigenvalues)
        raised = _raised(spans, span, part, sqrt(n_samples))
        above = ritz_above(gram, axis, part, highest / raised)
        highest = max(highest, raised * float(ritz(gram, axis, above).max(initial=0.0)))
    return highest


def _raised(spans: Spans, span: Span, centres: np.ndarray, root_samples: float) -> float:
    """Return by how much far rows raise the expected norm at the middle of a span's centres."""
    gains = 1.0 / (1.0 + spans.axis.weight * (spans.eigenvalues - np.median(centres)) ** 2)
    near = float(np.sum(gains[span.first : span.stop]))
    return (sqrt(float(np.sum(gains))) + root_samples) / (sqrt(near) + root_samples)


def _bartlett(n: int, n_samples: float, complex_noise: bool, rng: np.random.Generator) -> np.ndarray:
    """Return a factor whose Gram matrix has the law of that of n × n_samples normal noise."""
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
