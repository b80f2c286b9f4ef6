"""How well scores tell damaged records from healthy ones: `operating_curve`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError

__all__ = ["OperatingCurve", "operating_curve"]


@dataclass(frozen=True, eq=False, repr=False)
class OperatingCurve:
    """Hold rates of detection against rates of false alarms for every threshold (ROC curve).

    Attributes
    ----------
    thresholds : (n_thresholds,) array
        Falling, the first infinite; a record is taken for damaged if it scores as much or more.
    false_alarm_rates, detection_rates : (n_thresholds,) arrays
        Shares of healthy and of damaged records.
    area : float
        Probability that a damaged record scores more than a healthy one (ties count half).
    area_error : float
        Its standard error.
    n_healthy, n_damaged : int

    Examples
    --------
    >>> curve = wf.operating_curve([0.1, 0.4, 0.2, 0.3], [0.35, 0.9, 0.8])
    >>> print(f"{curve.area:.3f}", curve.detection(0.25))
    0.917 1.0
    """

    thresholds: np.ndarray
    false_alarm_rates: np.ndarray
    detection_rates: np.ndarray
    area: float
    area_error: float
    n_healthy: int
    n_damaged: int

    def detection(self, false_alarm_rate: float) -> float:
        """Return the largest rate of detection at no more than a rate of false alarms.

        Parameters
        ----------
        false_alarm_rate : float
            Share of healthy records, between 0 and 1 [-].

        Returns
        -------
        float
            Share of damaged records [-].
        """
        return float(np.max(self.detection_rates[self.false_alarm_rates <= false_alarm_rate]))

    def detection_interval(self, false_alarm_rate: float, confidence: float = 0.95) -> tuple[float, float]:
        """Return limits that hold that rate of detection with this probability (Clopper and Pearson, 1934).

        The threshold is taken as it is; how often healthy records exceed it is as unsure as their number
        says.

        Parameters
        ----------
        false_alarm_rate : float
            Share of healthy records, between 0 and 1 [-].
        confidence : float
            Probability, between 0 and 1.

        Returns
        -------
        low, high : float
            Shares of damaged records [-].

        Raises
        ------
        InputError
            If confidence is no probability.
        """
        from scipy.stats import beta

        tail = _tail(confidence)
        found = round(self.detection(false_alarm_rate) * self.n_damaged)
        missed = self.n_damaged - found
        low = float(beta.ppf(tail, found, missed + 1)) if found else 0.0
        return low, float(beta.isf(tail, found + 1, missed)) if missed else 1.0

    def area_interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the limits that hold the area with this probability, symmetric in its log odds.

        Where all damaged records score more than all healthy ones, its error is that of one pair of
        neighbours.

        Parameters
        ----------
        confidence : float
            Probability, between 0 and 1.

        Returns
        -------
        low, high : float
            Area under the curve [-].

        Raises
        ------
        InputError
            If confidence is no probability.
        """
        from scipy.stats import norm

        factor = float(norm.isf(_tail(confidence)))
        least = 0.5 / (self.n_healthy * self.n_damaged)
        area = float(np.clip(self.area, least, 1 - least))
        spread = factor * max(self.area_error, least) / (area * (1 - area))
        odds = np.log(area / (1 - area)) + np.array([-spread, spread])
        low, high = 1 / (1 + np.exp(-odds))
        return float(low), float(high)

    def __str__(self) -> str:
        low, high = self.area_interval()
        return (
            f"area {self.area:.3f} ({low:.3f} to {high:.3f}) from {self.n_healthy} healthy and "
            f"{self.n_damaged} damaged records; "
            f"{100 * self.detection(0.01):.1f} % detected at 1 % false alarms"
        )

    def __repr__(self) -> str:
        return f"OperatingCurve({self})"


def operating_curve(healthy_scores: np.ndarray, damaged_scores: np.ndarray) -> OperatingCurve:
    """Set detection against false alarms for every threshold of a score.

    Parameters
    ----------
    healthy_scores, damaged_scores : (n_healthy,), (n_damaged,) arrays
        Larger where damage is likelier; NaN is left out.

    Returns
    -------
    OperatingCurve

    Raises
    ------
    InputError
        If there are fewer than two scores of either.

    References
    ----------
    E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, "Comparing the areas under two or more correlated
    receiver operating characteristic curves: a nonparametric approach", Biometrics 44, 1988, equations 3 and
    4.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> print(wf.operating_curve(rng.normal(size=500), rng.normal(2.0, size=200)))
    area 0.9... (0.9... to 0.9...) from 500 healthy and 200 damaged records; ... % detected at 1 % ...
    """
    healthy, damaged = _sorted(healthy_scores, "healthy"), _sorted(damaged_scores, "damaged")
    above = _placements(healthy, damaged)
    below = _placements(-damaged[::-1], -healthy[::-1])
    variance = np.var(above, ddof=1) / damaged.size + np.var(below, ddof=1) / healthy.size
    thresholds = np.append(np.inf, np.unique(np.concatenate([healthy, damaged]))[::-1])
    return OperatingCurve(
        thresholds,
        1 - np.searchsorted(healthy, thresholds, side="left") / healthy.size,
        1 - np.searchsorted(damaged, thresholds, side="left") / damaged.size,
        float(above.mean()),
        float(np.sqrt(variance)),
        healthy.size,
        damaged.size,
    )


def _placements(rising: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the share of rising values below each value, ties counted half."""
    sides = [np.searchsorted(rising, values, side=side) for side in ("left", "right")]
    return np.asarray((sides[0] + sides[1]) / (2 * rising.size))


def _sorted(scores: np.ndarray, which: str) -> np.ndarray:
    scores = np.asarray(scores, dtype=float).reshape(-1)
    scores = np.sort(scores[~np.isnan(scores)])
    if scores.size < 2:
        raise InputError(f"There are {scores.size} {which} scores that are numbers; give at least 2.")
    return scores


def _tail(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence}; give a probability between 0 and 1.")
    return 0.5 - confidence / 2
