"""How an indicator goes on, and when it reaches a limit: `forecast`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.health.location.wandering import fitted_trends, mixed_probability, mixed_quantiles

__all__ = ["Forecast", "forecast"]

_FEWEST = 5  # values, to tell a trend, its wandering and their errors
_AHEAD = 100  # times to come


@dataclass(frozen=True, eq=False, repr=False)
class Forecast:
    """Hold how an indicator goes on, with intervals, and when it may pass a limit.

    Attributes
    ----------
    times, values, errors : (n,) arrays [s], [unit of the values]
        What it was told from; errors NaN where none were given.
    limit : float
    is_upper : bool
        Whether the limit is passed upwards.
    future_times : (n_future,) array [s]
        From the last time to the horizon.
    level, low, high : (n_future,) arrays
        In the unit of the values: median of the level, without scatter, and the limits that hold it with the
        probability `confidence`.
    beyond : (n_future,) array
        Probability that the level lies beyond the limit then.
    trend, trend_low, trend_high : float [unit/s]
        Median change per time and its interval.
    wandering_probability : float
        That the level wanders beside a straight trend.
    confidence : float

    Examples
    --------
    >>> days = np.arange(60.0)
    >>> values = 1 - 0.001 * days + 0.004 * np.random.default_rng(0).standard_normal(60)
    >>> print(wf.forecast(days, values, limit=0.9).remaining > 30)
    True
    """

    times: np.ndarray
    values: np.ndarray
    errors: np.ndarray
    limit: float
    is_upper: bool
    future_times: np.ndarray
    level: np.ndarray
    low: np.ndarray
    high: np.ndarray
    beyond: np.ndarray
    trend: float
    trend_low: float
    trend_high: float
    wandering_probability: float
    confidence: float

    @property
    def remaining(self) -> float:
        """Time after the last value until the level is as likely beyond the limit as not [s], or inf."""
        return self._time_to(0.5)

    @property
    def remaining_interval(self) -> tuple[float, float]:
        """Times after the last value until the level may, and until it will, lie beyond the limit [s].

        Probabilities of (1 ∓ confidence) / 2; inf where that is not within the horizon.
        """
        tail = (1 - self.confidence) / 2
        return self._time_to(tail), self._time_to(1 - tail)

    @property
    def has_trend(self) -> bool:
        """Whether the interval of the trend leaves out zero."""
        return self.trend_low > 0 or self.trend_high < 0

    def _time_to(self, probability: float) -> float:
        reached = np.flatnonzero(self.beyond >= probability)
        if reached.size == 0:
            return np.inf
        i = int(reached[0])
        since = self.future_times - self.times[-1]
        if i == 0:
            return 0.0
        return float(np.interp(probability, self.beyond[i - 1 : i + 1], since[i - 1 : i + 1]))

    def __str__(self) -> str:
        share = f"{100 * self.confidence:g} %"
        early, late = self.remaining_interval
        horizon = self.future_times[-1] - self.times[-1]
        shown = [
            f"{time:.4g}" if np.isfinite(time) else f"not within {horizon:.4g}"
            for time in (early, self.remaining, late)
        ]
        return "\n".join(
            [
                f"trend {self.trend:.3g} per s ({share}: {self.trend_low:.3g} to {self.trend_high:.3g})"
                + ("" if self.has_trend else "; may be none"),
                f"level now {self.level[0]:.4g}, then {self.level[-1]:.4g} "
                f"({share}: {self.low[-1]:.4g} to {self.high[-1]:.4g}); it wanders with probability "
                f"{self.wandering_probability:.2g}",
                f"{'above' if self.is_upper else 'below'} {self.limit:.4g} in s: {shown[1]} "
                f"({share}: {shown[0]} to {shown[2]})",
            ]
        )

    def __repr__(self) -> str:
        return f"Forecast from {self.values.size} values\n{self}"


def forecast(
    times: np.ndarray,
    values: np.ndarray,
    errors: np.ndarray | None = None,
    *,
    limit: float,
    is_upper: bool | None = None,
    horizon: float | None = None,
    confidence: float = 0.9,
) -> Forecast:
    """Continue an indicator, such as a stiffness or a corrected frequency, to a limit.

    Parameters
    ----------
    times : (n,) array [s]
        Rising.
    values : (n,) array
        NaN where there is none.
    errors : (n,) array, optional
        Standard errors of the values; only their ratios count, for the scatter says how large they are.
    limit : float, in the unit of the values
    is_upper : bool, optional
        Whether the limit is passed upwards; by default if it is above the median of the values.
    horizon : float, optional
        How far to look ahead [s]; by default as far as the values look back, beyond which extrapolation is
        hardly more than a guess.
    confidence : float
        Of the intervals.

    Returns
    -------
    Forecast

    Raises
    ------
    InputError
        If there are fewer than 5 values, times do not rise, sizes do not match, errors are not positive, all
        values are on one line, or horizon or confidence are out of range.

    Notes
    -----
    Values are a straight line, plus a random walk, plus scatter.  Nothing is assumed of the line and the
    size of the scatter; the variance of a step of the walk over that of the scatter is a priori 0 with
    probability ¼, else one of 9 on a logarithmic grid from 0.01 to 100.  They are averaged in proportion to
    this and their restricted likelihood: a level that has wandered so far goes on to wander, and the interval
    widens.  No model of the past knows of a change to come.

    References
    ----------
    A. C. Harvey, *Forecasting, Structural Time Series Models and the Kalman Filter*, Cambridge 1989, ch. 4.
    H. D. Patterson and R. Thompson, "Recovery of inter-block information when block sizes are unequal",
    Biometrika 58 (1971) 545–554.

    Examples
    --------
    >>> days = np.arange(100.0)
    >>> stiffness = 1 - 0.002 * days + 0.01 * np.random.default_rng(0).standard_normal(100)
    >>> found = wf.forecast(86400 * days, stiffness, limit=0.7)
    >>> print(round(found.remaining / 86400), [round(limit / 86400) for limit in found.remaining_interval])
    51 [41, 58]
    """
    t, y, e = _checked(times, values, errors)
    ahead = t[-1] - t[0] if horizon is None else horizon
    if not (np.isfinite(ahead) and ahead > 0):
        raise InputError(f"horizon is {horizon}; give a positive time.")
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence}; give a probability between 0 and 1.")
    if not np.isfinite(limit):
        raise InputError(f"limit is {limit}; give a finite number.")
    upwards = bool(limit > np.median(y)) if is_upper is None else bool(is_upper)
    trends = fitted_trends(t, y, np.ones(t.size) if errors is None else e)
    since = np.linspace(0.0, ahead, _AHEAD)
    levels = [trend.level_after(since) for trend in trends]
    slopes = [(np.array([trend.slope]), np.array([trend.slope_scale])) for trend in trends]
    weights, freedom = np.array([trend.weight for trend in trends]), t.size - 2
    straight = sum(trend.weight for trend in trends if trend.wandering == 0)
    tails = ((1 - confidence) / 2, 0.5, (1 + confidence) / 2)
    low, middle, high = (mixed_quantiles(levels, weights, freedom, tail) for tail in tails)
    trend_low, trend, trend_high = (
        float(mixed_quantiles(slopes, weights, freedom, tail)[0]) for tail in tails
    )
    below = mixed_probability(levels, weights, freedom, np.full(since.size, limit))
    return Forecast(
        *(t, y, e, float(limit), upwards, t[-1] + since, middle, low, high),
        beyond=1 - below if upwards else below,
        trend=trend,
        trend_low=trend_low,
        trend_high=trend_high,
        wandering_probability=float(1 - straight),
        confidence=confidence,
    )


def _checked(
    times: np.ndarray, values: np.ndarray, errors: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    t, y = np.asarray(times, dtype=float), np.asarray(values, dtype=float)
    e = np.full(y.shape, np.nan) if errors is None else np.asarray(errors, dtype=float)
    if t.ndim != 1 or y.shape != t.shape or e.shape != t.shape:
        raise InputError(f"times are {t.shape}, values {y.shape}, errors {e.shape}; give one of each.")
    if not np.all(np.diff(t) > 0):
        raise InputError("times must rise; sort the values by time.")
    kept = np.isfinite(y)
    t, y, e = t[kept], y[kept], e[kept]
    if y.size < _FEWEST:
        raise InputError(f"{y.size} values came; a forecast takes at least {_FEWEST}.")
    if errors is not None and not np.all(np.isfinite(e) & (e > 0)):
        raise InputError("errors must be positive where there are values.")
    return t, y, e
