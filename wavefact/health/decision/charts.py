"""Control charts of values that are standard normal while a structure is healthy and rise with damage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.health.decision.drift import drift_limit, drift_statistic
from wavefact.health.decision.run_length import Recursion, alarm_limit

__all__ = ["ControlChart", "cusum_chart", "drift_chart", "ewma_chart"]


@dataclass(frozen=True, eq=False, repr=False)
class ControlChart:
    """Hold values, what a chart made of them, and the limit beyond which it raises an alarm.

    Attributes
    ----------
    name : str
    values, statistic : (n_records,) arrays
        Where a value is missing (NaN), the statistic stays as it was.
    limit : float
    false_alarm_rate : float
        Stated rate per record of false alarms, the inverse of the average run length of healthy records.

    Examples
    --------
    >>> chart = wf.cusum_chart(np.r_[np.zeros(20), 2.0 * np.ones(20)], false_alarm_rate=0.001)
    >>> chart.first_alarm
    23
    """

    name: str
    values: np.ndarray
    statistic: np.ndarray
    limit: float
    false_alarm_rate: float

    @property
    def alarms(self) -> np.ndarray:
        """Which records exceed the limit, (n_records,) boolean."""
        return np.asarray(self.statistic > self.limit)

    @property
    def first_alarm(self) -> int | None:
        """Index of the first record that exceeds the limit, None if none does."""
        return int(np.argmax(self.alarms)) if np.any(self.alarms) else None

    def __str__(self) -> str:
        found = "no alarm" if self.first_alarm is None else f"alarm from record {self.first_alarm} on"
        return (
            f"{self.name} chart of {self.values.size} records: {found}; limit {self.limit:.3g}, "
            f"a false alarm in {1 / self.false_alarm_rate:.4g} records on average"
        )

    def __repr__(self) -> str:
        return f"ControlChart({self})"


def ewma_chart(
    values: np.ndarray, *, false_alarm_rate: float = 1e-3, weight: float = 0.1, n_training: int | None = None
) -> ControlChart:
    """Chart the exponentially weighted average of values, which shows small lasting shifts.

    Parameters
    ----------
    values : (n_records,) array
        Standard normal of healthy records and larger of damaged ones, such as `Detector.normal_scores`; NaN
        where missing.
    false_alarm_rate : float
        Stated rate per record: the inverse of the average number of healthy records until a false alarm.
    weight : float
        Of the latest value, between 0 and 1; the smaller, the smaller the shifts it shows, and the later.
    n_training : int, optional
        Healthy records by which the values were standardized, `Detector.n_training`; the limit is raised for
        the errors of mean and standard deviation.

    Returns
    -------
    ControlChart
        E ← max(0, (1 − weight) E + weight z), which does not fall below the mean, so that it rises at once.

    Raises
    ------
    InputError
        If values are no row of numbers, or a setting is out of range.

    References
    ----------
    S. V. Crowder and M. D. Hamilton, "An EWMA for monitoring a process standard deviation", Journal of
    Quality Technology 24, 1992.

    Examples
    --------
    >>> values = np.append(np.zeros(200), np.ones(100))
    >>> print(wf.ewma_chart(values))
    EWMA chart of 300 records: alarm from record 211 on; limit 0.686, a false alarm in 1000 records on average
    """
    if not 0 < weight <= 1:
        raise InputError(f"weight is {weight}; give more than 0, at most 1.")
    return _chart("EWMA", values, Recursion(1 - weight, weight, 0.0), false_alarm_rate, n_training)


def cusum_chart(
    values: np.ndarray, *, false_alarm_rate: float = 1e-3, shift: float = 1.0, n_training: int | None = None
) -> ControlChart:
    """Chart the cumulative sum of values, the quickest test for a lasting shift of known size.

    Parameters
    ----------
    values : (n_records,) array
        Standard normal of healthy records and larger of damaged ones, such as `Detector.normal_scores`; NaN
        where missing.
    false_alarm_rate : float
        Stated rate per record: the inverse of the average number of healthy records until a false alarm.
    shift : float
        Of the mean that is to be found soonest, in standard deviations.
    n_training : int, optional
        Healthy records by which the values were standardized, `Detector.n_training`; the limit is raised for
        the errors of mean and standard deviation.

    Returns
    -------
    ControlChart
        C ← max(0, C + z − shift/2).

    Raises
    ------
    InputError
        If values are no row of numbers, or a setting is out of range.

    References
    ----------
    E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954.
    W. A. Jensen et al., "Effects of parameter estimation on control chart properties: a literature review",
    Journal of Quality Technology 38, 2006.

    Examples
    --------
    >>> values = np.append(np.zeros(200), np.ones(100))
    >>> wf.cusum_chart(values, n_training=500).first_alarm
    210
    """
    if not shift > 0:
        raise InputError(f"shift is {shift}; give a positive number of standard deviations.")
    return _chart("CUSUM", values, Recursion(1.0, 1.0, shift / 2), false_alarm_rate, n_training)


def drift_chart(
    values: np.ndarray,
    *,
    false_alarm_rate: float = 1e-3,
    window: int = 100,
    n_training: int | None = None,
    rng: np.random.Generator | int = 0,
) -> ControlChart:
    """Chart the evidence for a rise that began within the last records: a sequential test for slow drifts.

    Parameters
    ----------
    values : (n_records,) array
        Standard normal of healthy records and larger of damaged ones, such as `Detector.normal_scores`; NaN
        where missing.
    false_alarm_rate : float
        Stated rate per record: the inverse of the average number of healthy records until a false alarm.
    window : int
        Most records over which a drift is looked for.
    n_training : int, optional
        Healthy records by which the values were standardized, `Detector.n_training`; the limit is raised for
        the errors of mean and standard deviation.
    rng : numpy.random.Generator or int
        For the simulation that finds the limit.

    Returns
    -------
    ControlChart
        Of the root of twice the log likelihood ratio of a linear rise from zero, the likeliest of all starts.

    Raises
    ------
    InputError
        If values are no row of numbers, or a setting is out of range.

    References
    ----------
    L. Xu, S. Wang and M. R. Reynolds, "A generalized likelihood ratio control chart for monitoring the
    process mean subject to linear drifts", Quality and Reliability Engineering International 29, 2013.

    Examples
    --------
    >>> values = np.maximum(np.arange(300) - 200, 0) / 50
    >>> wf.drift_chart(values, false_alarm_rate=0.01).first_alarm
    237
    """
    if window < 2:
        raise InputError(f"window is {window}; give at least 2 records.")
    values = _checked(values, false_alarm_rate, n_training)
    limit = drift_limit(int(window), false_alarm_rate, n_training, np.random.default_rng(rng))
    return ControlChart("drift", values, drift_statistic(values, int(window)), limit, false_alarm_rate)


def _chart(
    name: str, values: np.ndarray, recursion: Recursion, rate: float, n_training: int | None
) -> ControlChart:
    values = _checked(values, rate, n_training)
    statistic, last = np.empty(values.size), 0.0
    for i, value in enumerate(values.tolist()):
        if value == value:  # else it is missing
            last = max(0.0, recursion.keep * last + recursion.take * value - recursion.allow)
        statistic[i] = last
    return ControlChart(name, values, statistic, alarm_limit(recursion, rate, n_training), rate)


def _checked(values: np.ndarray, rate: float, n_training: int | None) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.ndim != 1:
        raise InputError(f"values are {values.shape}; give one number for each record.")
    if not 0 < rate <= 0.1:
        raise InputError(f"false_alarm_rate is {rate}; give a rate per record above 0, at most 0.1.")
    if n_training is not None and n_training < 20:
        raise InputError(f"n_training is {n_training}; a chart needs at least 20 healthy records.")
    return values
