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
_GAUSSIAN = 0.85  # probability beforehand that features are gaussian
_INDICES = np.linspace(0.02, 0.82, 27)  # 1/ν of heavier tails, those of Student's law of ν degrees of freedom
_INDEX, _INDEX_SPREAD = 0.1, 0.1  # what is expected of them beforehand, mean and standard deviation
_LOG_SCALES = np.linspace(-1.2, 0.8, 41)  # of squared distances, around what their median suggests
_REACH, _N_SCALES = 4.0, 17  # standard deviations of the scale to each side, and values of it
_NEGLIGIBLE = 1e-5  # posterior weight relative to the largest
_MANY = 1e6  # degrees of freedom of a scatter that is known: squared distances follow χ²
_FEWEST = 10  # degrees of freedom of the scatter of records that are hardly more than the features
_N_NODES = 9  # values that stand for a distribution


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
        from scipy.stats import beta, norm

        n_tail = self.n_records - self.body.size
        middles = (np.arange(_N_NODES) + 0.5) / _N_NODES
        shares = beta.ppf(middles, n_tail + 1, self.n_records - n_tail) * (self.n_records + 1) / (n_tail + 1)
        # The scatter itself is estimated: its trace errs by √(2/(n p)) of gaussian features.
        stretch = np.exp(norm.ppf(middles) * (2 / (self.n_records * self.n_features)) ** 0.5)
        rates = self._rates(squared_distance(np.array([score]), self.n_features) * stretch)
        rates = (rates[:, :, None] * np.where(self.whole[:, None], 1.0, shares)).reshape(-1)
        order = np.argsort(rates)
        sums = np.cumsum(np.tile(np.repeat(self.weights, _N_NODES), _N_NODES)[order]) / _N_NODES**2
        low, high = np.searchsorted(sums, [0.5 - confidence / 2, 0.5 + confidence / 2])
        return float(rates[order[low]]), float(rates[order[min(high, order.size - 1)]])

    def _rates(self, squares: np.ndarray) -> np.ndarray:
        """Return how often each law exceeds squared distances in the tail, (n_records, n_laws)."""
        p = self.n_features
        rates = _exceeded(squares[:, None], p, self.freedoms, self.scales)
        if self.whole.all():
            return rates
        share = (self.n_records - self.body.size + 1) / (self.n_records + 1)
        edge = np.maximum(_exceeded(self.body[-1], p, self.freedoms, self.scales), 1e-300)
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
    Two hypotheses share the probability: that features are gaussian, so that squared distances are a scale
    times a χ² or a Hotelling variable, as correlations are shrunk or not; and that tails are heavier, d² a
    scale times p times an F variable of p and ν degrees of freedom, which has the tail of Student's law.  All
    scores tell which of them, and the scale of the first; of the second, ν and scale are learned from the k
    largest scores alone, whatever law the others have, and (k + 1)/(n + 1) of all records exceed those.  The
    posterior over hypothesis, ν and scale (even in its logarithm) makes the predictive probability.

    References
    ----------
    S. Jewson, T. Sweeting and L. Jewson, "Reducing reliability bias in assessments of extreme weather risk
    using calibrating priors", Advances in Statistical Climatology, Meteorology and Oceanography 11, 2025.
    """
    from scipy.stats import chi2

    n, p = scores.size, n_features
    squares = np.sort(squared_distance(scores, p))
    n_body = n - min(n // 2, int(_N_TAIL * n**0.5))
    freedoms = np.concatenate([[_MANY, max(n - p, _FEWEST)], 1 / _INDICES])[:, None]
    whole = freedoms[:, 0] >= freedoms[1, 0]
    prior = np.exp(-0.5 * ((_INDICES - _INDEX) / _INDEX_SPREAD) ** 2)
    prior = np.concatenate([[_GAUSSIAN / 2] * 2, (1 - _GAUSSIAN) * prior / prior.sum()])
    middle = np.log(np.median(squares) / chi2.median(p))
    logs_of_all, of_all = _posterior(squares, 0, p, freedoms, middle, prior)
    logs_of_tail, of_tail = _posterior(squares, n_body, p, freedoms, middle, prior)
    heavier = np.sum(of_all[~whole])
    weights = np.where(whole[:, None], of_all, of_tail * heavier / np.sum(of_tail[~whole]))
    logs = np.where(whole[:, None], logs_of_all, logs_of_tail)
    law, scale = np.nonzero(weights > _NEGLIGIBLE * np.max(weights))
    kept = weights[law, scale] / np.sum(weights[law, scale])
    return Tail(p, freedoms[law, 0], np.exp(logs[law, scale]), kept, whole[law], squares[:n_body], n)


def _posterior(
    squares: np.ndarray, n_body: int, p: int, freedoms: np.ndarray, middle: float, prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return logarithms of scales around the likeliest of each law, and probabilities, (n_laws, n_scales)."""
    coarse = middle + _LOG_SCALES + 0 * freedoms
    logs, steps = _refined(coarse, _likelihoods(squares, n_body, p, freedoms, coarse))
    likelihoods = _likelihoods(squares, n_body, p, freedoms, logs)
    weights = np.exp(likelihoods - np.max(likelihoods)) * (prior * steps)[:, None]
    return logs, weights / np.sum(weights)


def _refined(logs: np.ndarray, likelihoods: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each law, scales around the likeliest, as far as they are likely, and their step."""
    rows, step = np.arange(len(logs)), logs[0, 1] - logs[0, 0]
    top = np.clip(np.argmax(likelihoods, axis=1), 1, logs.shape[1] - 2)
    before, here, after = (likelihoods[rows, top + i] for i in (-1, 0, 1))
    curvature = np.maximum(2 * here - before - after, step**2) / step**2
    shift = np.clip((after - before) / (2 * step * curvature), -step, step)
    steps = _REACH / curvature**0.5 / (_N_SCALES // 2)
    return logs[rows, top][:, None] + shift[:, None] + np.outer(
        steps, np.arange(_N_SCALES) - _N_SCALES // 2
    ), steps


def _likelihoods(
    squares: np.ndarray, n_body: int, p: int, freedoms: np.ndarray, logs: np.ndarray
) -> np.ndarray:
    """Return the log likelihood of all rising squares but the first under each law, (n_laws, n_scales).

    Where there are first ones, it is that of the others given that they exceed the last of the first.
    """
    from scipy.special import betaln

    half, other, scales = p / 2, freedoms / 2, np.exp(logs)
    tail = squares[n_body:]
    likelihoods = -tail.size * (half * np.log(freedoms) + betaln(half, other) + logs)
    for value in tail:
        reduced = value / scales
        likelihoods += (half - 1) * np.log(reduced) - (half + other) * np.log1p(reduced / freedoms)
    if n_body:
        edge = _exceeded(squares[n_body - 1], p, freedoms, scales)
        likelihoods -= tail.size * np.log(np.maximum(edge, 1e-300))
    return np.asarray(likelihoods)


def _exceeded(squares: np.ndarray, p: int, freedoms: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return how often scales times p times an F variable exceeds squared distances."""
    from scipy.special import fdtrc

    return np.asarray(fdtrc(p, freedoms, squares / (p * scales)))
