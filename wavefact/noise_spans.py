"""The polar of the noise of many points, span by span.

The norm of what a filter passes is expected to be about √Σq + √n_samples, q the filter's power gains, and
exceeds it by t with a probability below exp(−t²/2).  So spans of which much less is expected do not matter,
and of very many others a share is drawn at a time.

References
----------
Vershynin, "High-Dimensional Probability", 2018, theorems 5.2.2 (concentration) and 8.7.1 (Chevet's bound).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice
from math import ceil, sqrt

import numpy as np

from wavefact._arrays import like
from wavefact.noise_draws import bartlett, gumbel_quantile
from wavefact.ritz import candidate_centres
from wavefact.spectral_spans import CORE, Span, Spans
from wavefact.window_stacks import Stack, alike

__all__ = ["noise_of_spans"]

REACH = 3.0  # by which less is expected of a span that does not matter
MOST = 16  # spans that are drawn together


@dataclass(frozen=True)
class _Stretch:
    """A span with its centres, the norm expected there, and by how much rows beyond the span raise it."""

    span: Span
    centres: np.ndarray
    expected: float
    raised: float


def noise_of_spans(
    spans: Spans,
    n_samples: float,
    complex_noise: bool,
    rng: np.random.Generator,
    n_draws: int,
    quantile: float,
) -> float:
    """Return a quantile of the polar of standard normal noise where every span has noise of its own.

    Parameters
    ----------
    spans : Spans
    n_samples : float
        Independent samples.
    complex_noise : bool
        Whether the noise is complex (of unit variance altogether).
    rng : numpy.random.Generator
    n_draws : int
    quantile : float
    """
    stretches = _stretches(spans, sqrt(n_samples))
    n_shares = ceil(len(stretches) / MOST)
    shares = list(islice(cycle([stretches[i::n_shares] for i in range(n_shares)]), n_draws))

    def highest(share: list[_Stretch]) -> float:
        found = 0.0
        for places in alike([stretch.span for stretch in share], CORE, spans.axis.eigenvalues):
            some = [share[i] for i in places]
            factors = [bartlett(stretch.span.size, n_samples, complex_noise, rng) for stretch in some]
            rows = like(_side_by_side(factors), spans.axis.eigenvalues)
            stack = Stack.of(tuple(stretch.span for stretch in some), rows, spans)
            raised = np.asarray([stretch.raised for stretch in some])
            values = stack.estimates(stack.loud([stretch.centres for stretch in some], found / raised))
            found = max(found, *(raised * [value.max(initial=0.0) for value in values]))
        return float(found)

    values = np.asarray([highest(share) for share in shares])
    expected = [np.asarray([stretch.expected for stretch in share]) for share in shares]
    return gumbel_quantile(
        quantile, values, expected, np.asarray([stretch.expected for stretch in stretches])
    )


def _stretches(spans: Spans, root_samples: float) -> list[_Stretch]:
    """Return the spans that matter."""
    centres = candidate_centres(spans.axis)
    place = spans.place(centres)
    found = [_stretch(spans, i, centres[place == i], root_samples) for i in np.unique(place).tolist()]
    highest = max(stretch.expected for stretch in found)
    return [stretch for stretch in found if stretch.expected > highest - REACH]


def _stretch(spans: Spans, i: int, centres: np.ndarray, root_samples: float) -> _Stretch:
    span, some = spans.plan[i], np.quantile(centres, [0.0, 0.5, 1.0])
    gains = 1.0 / (1.0 + spans.axis.weight * (spans.eigenvalues[:, None] - some) ** 2)
    every, near = np.sum(gains, axis=0), np.sum(gains[span.first : span.stop], axis=0)
    raised = (sqrt(every[1]) + root_samples) / (sqrt(near[1]) + root_samples)
    return _Stretch(span, centres, sqrt(np.max(every)) + root_samples, raised)


def _side_by_side(factors: list[np.ndarray]) -> np.ndarray:
    """Return matrices in one array, with zeros where others have more rows or columns."""
    shape = np.max([factor.shape for factor in factors], axis=0)
    together = np.zeros((len(factors), *shape), dtype=factors[0].dtype)
    for place, factor in zip(together, factors, strict=True):
        place[: factor.shape[0], : factor.shape[1]] = factor
    return together
