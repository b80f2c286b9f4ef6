"""How often healthy records exceed a score: by Hotelling's law, or learned from scores of healthy records.

A quantile estimated from few records is exceeded more often than it says, since the estimate errs.  Both
tails here are predictive: they say how often the score of a *new* record exceeds, the errors of the estimate
included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Tail", "hotelling_tail", "learned_tail", "normal_score", "squared_distance"]

_N_TAIL = 6.0  # times √n scores, at most half of them, that a tail is learned from
_GAUSSIAN = 0.7  # probability beforehand that features are gaussian
_INDICES = np.linspace(0.02, 0.82, 27)  # 1/ν of heavier tails, those of Student's law of ν degrees of freedom
_INDEX, _INDEX_SPREAD = 0.2, 0.15  # what is expected of them beforehand, mean and standard deviation
_LOG_SCALES = np.linspace(-1.2, 0.8, 41)  # of squared distances, around what their median suggests
_NEGLIGIBLE = 1e-5  # posterior weight relative to the largest
_FEWEST = 10  # degrees of freedom of the scatter of records that are hardly more than the features
_N_SHARES = 9  # values that stand for the distribution of the share of the tail


def normal_score(squares: np.ndarray, freedom: np.ndarray | float) -> np.ndarray:
    """Return what is nearly standard normal of squared distances of the χ² law (Wilson, Hilferty, 1931)."""
    spread = 2 / (9 * np.asarray(freedom, dtype=float))
    return np.asarray((np.cbrt(squares / freedom) - (1 - spread)) / np.sqrt(spread))


def squared_distance(scores: np.ndarray, freedom: float) -> np.ndarray:
    """Return the squared distances of normal scores."""
    spread = 2 / (9 * freedom)
    return np.asarray(freedom * np.maximum(scores * spread**0.5 + 1 - spread, 0.0) ** 3)


@dataclass(frozen=True, eq=False)
class Tail:
    """Hold a mixture of laws of the squared distances of healthy records.

    Parameters
    ----------
    n_features : int
        A squared distance is n_features times a scale times a variable of the F law.
    freedoms, scales, weights : (n_laws,) arrays
        Second degrees of freedom, scale and probability of each law.
    whole : (n_laws,) boolean array
        Whether a law holds for all distances; the others hold beyond those of the body.
    body : (n_body,) array
        Squared distances of all healthy records but those in the tail, rising.
    n_records : int
        Number of the healthy records.
    """

    n_features: int
    freedoms: np.ndarray
    scales: np.ndarray
    weights: np.ndarray
    whole: np.ndarray
    body: np.ndarray
    n_records: int

    def exceedance(self, scores: np.ndarray) -> np.ndarray:
        """Return the probability that a new healthy record scores more, (n_records,)."""
        squares = squared_distance(scores, self.n_features)
        rates = self._rates(squares)
        tail = rates @ self.weights
        if self.whole.all():
            return np.asarray(tail)
        ranks = (self.n_records - np.arange(self.body.size)) / (self.n_records + 1)
        empirical = np.interp(squares, np.append(0.0, self.body), np.append(1.0, ranks))
        within = rates @ (self.weights * self.whole) + empirical * np.sum(self.weights[~self.whole])
        return np.asarray(np.where(squares < self.body[-1], within, tail))

    def quantile(self, rate: float) -> float:
        """Return the score that new healthy records exceed at this rate."""
        from scipy.optimize import brentq

        def excess(score: float) -> float:
            return float(np.log(self.exceedance(np.array([score]))[0] + 1e-300) - np.log(rate))

        high = 8.0
        while excess(high) > 0:
            high *= 2
        return float(brentq(excess, float(normal_score(np.zeros(1), self.n_features)[0]), high, xtol=1e-9))

    def rate_interval(self, score: float, confidence: float) -> tuple[float, float]:
        """Return the limits that hold the rate at which a score is exceeded with this probability."""
        from scipy.stats import beta

        n_tail = self.n_records - self.body.size
        middles = (np.arange(_N_SHARES) + 0.5) / _N_SHARES
        shares = beta.ppf(middles, n_tail + 1, self.n_records - n_tail) * (self.n_records + 1) / (n_tail + 1)
        rates = self._rates(squared_distance(np.array([score]), self.n_features))[0, :, None]
        rates = (rates * np.where(self.whole[:, None], 1.0, shares)).reshape(-1)
        order = np.argsort(rates)
        sums = np.cumsum(np.repeat(self.weights, _N_SHARES)[order]) / _N_SHARES
        low, high = np.searchsorted(sums, [0.5 - confidence / 2, 0.5 + confidence / 2])
        return float(rates[order[low]]), float(rates[order[min(high, order.size - 1)]])

    def _rates(self, squares: np.ndarray) -> np.ndarray:
        """Return how often each law exceeds squared distances in the tail, (n_records, n_laws)."""
        p = self.n_features
        rates = _exceeded(squares[:, None], p, self.freedoms, self.scales)
        if self.whole.all():
            return rates
        share = (self.n_records - self.body.size + 1) / (self.n_records + 1)
        edge = _exceeded(self.body[-1], p, self.freedoms, self.scales)
        return np.asarray(rates * np.where(self.whole, 1.0, share / edge))


def hotelling_tail(n_records: int, n_features: int) -> Tail:
    """Return the law of the squared distance of a new gaussian record from n others.

    Notes
    -----
    d² n (n − p) / (p (n² − 1)) follows the F law of p and n − p degrees of freedom.

    References
    ----------
    T. W. Anderson, "An introduction to multivariate statistical analysis", 3rd edition, 2003, section 5.3.
    """
    n, p, one = n_records, n_features, np.ones(1)
    scale = (n**2 - 1) / (n * (n - p))
    return Tail(p, (n - p) * one, scale * one, one, one > 0, np.empty(0), n)


def learned_tail(scores: np.ndarray, n_features: int) -> Tail:
    """Learn the tail from scores of healthy records, each of a detector that did not see the record.

    Notes
    -----
    Two hypotheses share the probability.  Of gaussian features squared distances are a scale times a
    Hotelling variable, and all scores tell the scale.  Else only those beyond the edge d₀ are looked at, the
    k largest: beyond it, d² is a scale times p times an F variable of p and ν degrees of freedom, whose tail
    is that of Student's law, and which in one limit is χ²; (k + 1)/(n + 1) of all records exceed d₀, whatever
    the law. The posterior over scale (even in its logarithm), ν and hypothesis makes the predictive
    probability.

    References
    ----------
    S. Jewson, T. Sweeting and L. Jewson, "Reducing reliability bias in assessments of extreme weather risk
    using calibrating priors", Advances in Statistical Climatology, Meteorology and Oceanography 11, 2025.
    """
    from scipy.special import betaln
    from scipy.stats import chi2

    n, p = scores.size, n_features
    squares = np.sort(squared_distance(scores, p))
    n_tail = min(n // 2, int(_N_TAIL * n**0.5))
    body, tail = squares[: n - n_tail], squares[n - n_tail :]
    freedoms = 1 / np.append(1 / max(n - p, _FEWEST), _INDICES)[:, None]
    logs = np.log(np.median(squares) / chi2.median(p)) + _LOG_SCALES
    likelihood = _log_densities(tail, p, freedoms, np.exp(logs))
    edge = _exceeded(body[-1], p, freedoms, np.exp(logs))
    likelihood[0] += (body.size - 1) * np.log1p(-edge[0])
    likelihood[1:] += betaln(n_tail + 1, body.size) - n_tail * np.log(edge[1:])
    prior = np.exp(-0.5 * ((_INDICES - _INDEX) / _INDEX_SPREAD) ** 2)
    prior = np.append(_GAUSSIAN, (1 - _GAUSSIAN) * prior / prior.sum())
    logs_of_weights = likelihood + np.log(prior)[:, None]
    weights = np.exp(logs_of_weights - np.max(logs_of_weights))
    law, scale = np.nonzero(weights > _NEGLIGIBLE)
    weights = weights[law, scale] / np.sum(weights[law, scale])
    return Tail(p, freedoms[law, 0], np.exp(logs[scale]), weights, law == 0, body, n)


def _log_densities(squares: np.ndarray, p: int, freedoms: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return the log likelihood of squared distances under each law, (n_freedoms, n_scales)."""
    from scipy.special import betaln

    half, tail = p / 2, freedoms / 2  # freedoms is (n_freedoms, 1)
    sums = np.empty((freedoms.size, scales.size))
    for column, scale in enumerate(scales):
        reduced = squares / scale
        sums[:, column] = np.sum(
            (half - 1) * np.log(reduced) - (half + tail) * np.log1p(reduced / freedoms), axis=1
        )
    constant = -half * np.log(freedoms) - betaln(half, tail) - np.log(scales)
    return np.asarray(sums + squares.size * constant)


def _exceeded(squares: np.ndarray, p: int, freedoms: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return how often scales times p times an F variable exceeds squared distances."""
    from scipy.special import fdtrc

    return np.asarray(fdtrc(p, freedoms, squares / (p * scales)))
