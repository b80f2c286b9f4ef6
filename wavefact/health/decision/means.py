"""Whether the mean of several records moved: `hotelling_test`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.health.decision.detector import checked
from wavefact.health.decision.distances import contributions
from wavefact.health.decision.scatter import Scatter

__all__ = ["MeanTest", "hotelling_test"]


@dataclass(frozen=True, eq=False, repr=False)
class MeanTest:
    """Hold how far the mean of some records is from that of healthy ones.

    Attributes
    ----------
    statistic : float
        Hotelling's T².
    p_value : float
        Probability of a larger T² if nothing changed.
    shift, shift_errors : (n_features,) arrays
        Change of the mean of each feature, and its standard error.
    contributions : (n_features,) array
        Share of each feature in T².
    n_healthy, n_current : int
        Records with all features.

    Examples
    --------
    >>> test = MeanTest(20.0, 0.001, np.array([1.0]), np.array([0.2]), np.ones(1), 100, 10)
    >>> print(test)
    T² = 20, p = 0.001: mean of 10 records against 100 healthy ones
    """

    statistic: float
    p_value: float
    shift: np.ndarray
    shift_errors: np.ndarray
    contributions: np.ndarray
    n_healthy: int
    n_current: int

    def __str__(self) -> str:
        return (
            f"T² = {self.statistic:.3g}, p = {self.p_value:.2g}: mean of {self.n_current} records against "
            f"{self.n_healthy} healthy ones"
        )

    def __repr__(self) -> str:
        return f"MeanTest({self})"


def hotelling_test(healthy: np.ndarray, current: np.ndarray) -> MeanTest:
    """Test whether the mean of several records differs from the mean of healthy ones.

    Parameters
    ----------
    healthy, current : (n_healthy, n_features), (n_current, n_features) arrays
        Records in which a feature is missing (NaN) are left out.

    Returns
    -------
    MeanTest
        Exact for gaussian features of one covariance; of many records for others, too.

    Raises
    ------
    InputError
        If the features differ in number, or there are fewer than n_features + 2 records together.

    Notes
    -----
    T² = n m / (n + m) dᵀ S⁻¹ d, with the difference d of the means of n and m records and the pooled
    covariance S; T² (n + m − p − 1) / (p (n + m − 2)) follows the F law of p and n + m − p − 1 degrees of
    freedom.

    References
    ----------
    T. W. Anderson, "An introduction to multivariate statistical analysis", 3rd edition, 2003, section 5.3.4.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> wf.hotelling_test(rng.normal(size=(100, 3)), rng.normal(1.0, size=(10, 3))).p_value < 0.01
    True
    """
    from scipy.stats import f

    before, after = _complete(healthy), _complete(current)
    (n, p), (m, others) = before.shape, after.shape
    if others != p:
        raise InputError(f"Healthy records have {p} features, current ones {others}; give the same.")
    if n < 2 or m < 1 or n + m < p + 3:
        raise InputError(
            f"{n} healthy and {m} current records have all {p} features; give at least {p + 3} together, "
            "2 of them healthy and 1 current, or leave out features that are often missing."
        )
    residuals = np.concatenate([before - before.mean(axis=0), after - after.mean(axis=0)])
    covariance = residuals.T @ residuals / (n + m - 2)
    if np.linalg.matrix_rank(covariance) < p:
        raise InputError(
            "Features depend on each other; leave out those that follow from others or do not vary."
        )
    shift = after.mean(axis=0) - before.mean(axis=0)
    of_shift = Scatter(np.zeros(p), covariance * (1 / n + 1 / m))
    parts = contributions(shift[None], of_shift)[0]
    statistic = float(parts.sum())
    freedom = n + m - p - 1
    p_value = float(f.sf(statistic * freedom / (p * (n + m - 2)), p, freedom))
    shares = parts / statistic if statistic else parts
    return MeanTest(statistic, p_value, shift, np.sqrt(np.diag(of_shift.matrix)), shares, n, m)


def _complete(features: np.ndarray) -> np.ndarray:
    features = checked(features, None)[0]
    return features[np.isfinite(features).all(axis=1)]
