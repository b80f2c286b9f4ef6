"""The local level model in closed form: differences of what is seen have a tridiagonal covariance.

A level wanders as a random walk and is seen with noise.  Where the first level is free, all that is known of
it is in the differences between neighbouring values: their covariance is tridiagonal, and its pivots and the
eliminated differences are the variances and innovations of the Kalman filter.  LAPACK does in one call what
would else be a loop over all records.

References
----------
J. Durbin and S. J. Koopman, "Time Series Analysis by State Space Methods", 2nd ed., Oxford, 2012,
sections 2.2, 2.9 and 4.13.
"""

from __future__ import annotations

import numpy as np

_RATIOS = np.geomspace(1e-5, 10.0, 19)  # of the variance of a step of the level to that of a measurement
_SHARES = (0.5, 0.9, 0.99)  # of the variance of a usual measurement that may go with its standard error
_PREFERENCE = 1.0  # in log-likelihood, for standard errors to say what they say
_TINY = np.finfo(float).tiny


def local_variances(
    times: np.ndarray, values: np.ndarray, squares: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the variances of greatest likelihood of each column of `values`, NaN where missing.

    Parameters
    ----------
    times : (n,) array
    values : (n, n_columns) array
    squares : (n, n_columns) array, optional
        Squared standard errors of the values; NaN where unknown, which counts as typical.

    Returns
    -------
    noise, trust : (n_columns,) arrays
        The variance of a value about its level is noise + trust · squared standard error.
    drift : (n_columns,) array
        Variance that a level gains in a unit of time.
    """
    step = float(np.median(np.diff(times))) if times.size > 1 else 1.0
    given = np.full(values.shape, np.nan) if squares is None else squares
    typical = typical_squares(given)
    noise, trust, ratios = np.zeros((3, values.shape[1]))
    for j, column in enumerate(values.T):
        seen = np.isfinite(column)
        if np.count_nonzero(seen) > 1:
            gaps, changes = np.diff(times[seen]) / step, np.diff(column[seen])
            own = np.ones(column.size)
            np.divide(given[:, j], typical[j], out=own, where=np.isfinite(given[:, j]) & (typical[j] > 0.0))
            noise[j], trust[j], ratios[j] = _likeliest(gaps, changes, own[seen], float(typical[j]))
    return noise, trust, ratios * (noise + trust * typical) / step


def typical_squares(squares: np.ndarray) -> np.ndarray:
    """Return the median of what is known in each column; 0 where nothing is."""
    known = np.isfinite(squares)
    return np.array(
        [
            np.median(column[there]) if np.any(there) else 0.0
            for column, there in zip(squares.T, known.T, strict=True)
        ]
    )


def measured(noise: np.ndarray, trust: np.ndarray, typical: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Return the variance of values of these squared standard errors; one that is unknown is typical."""
    return np.asarray(noise + trust * np.where(np.isfinite(squares), squares, typical))


def _likeliest(
    gaps: np.ndarray, steps: np.ndarray, squares: np.ndarray, typical: float
) -> tuple[float, float, float]:
    """Return noise, trust, and the variance of a step of the level over that of a usual measurement.

    Squared errors are over the typical one.
    """
    share = _share(gaps, steps, squares, typical) if typical > 0.0 else 0.0
    likelihoods, noise = _likelihoods(gaps, steps, 1.0 - share + share * squares, _RATIOS)
    best = np.argmax(likelihoods)
    trust = share * noise[best] / typical if share > 0.0 else 0.0
    return float((1 - share) * noise[best]), float(trust), float(_RATIOS[best])


def _share(gaps: np.ndarray, steps: np.ndarray, squares: np.ndarray, typical: float) -> float:
    """Return which share of the variance of a usual measurement goes with its squared error.

    It is what the errors say, if they say less than all of it, unless another is clearly likelier: errors of
    others may be off by a factor, or tell nothing.
    """
    coarse = _RATIOS[::3]
    plain, noise = _likelihoods(gaps, steps, np.ones(squares.size), coarse)
    honest = min(typical / max(float(noise[np.argmax(plain)]), _TINY), _SHARES[-1])
    options = [0.0, honest, *_SHARES]
    gains = [np.max(plain)] + [
        np.max(_likelihoods(gaps, steps, 1.0 - each + each * squares, coarse)[0]) for each in options[1:]
    ]
    gains[1] += _PREFERENCE
    return options[int(np.argmax(gains))]


def _likelihoods(
    gaps: np.ndarray, steps: np.ndarray, relative: np.ndarray, ratios: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the log-likelihood of each ratio, and the best variance of a usual measurement with it.

    The systems of all ratios are solved as one.
    """
    diagonal = ratios[:, None] * gaps + (relative[:-1] + relative[1:])
    beside = np.tile(-relative[1:], (ratios.size, 1))
    beside[:, -1] = 0.0  # the next ratio's system begins
    pivots, _, solved = _solved(diagonal.ravel(), beside.ravel(), np.tile(steps, ratios.size))
    noise = solved.reshape(diagonal.shape) @ steps / steps.size
    logs = np.sum(np.log(pivots).reshape(diagonal.shape), axis=1)
    return -0.5 * (steps.size * np.log(np.maximum(noise, _TINY)) + logs), noise


def predictions(
    times: np.ndarray, values: np.ndarray, noise: np.ndarray, drift: float, start: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Filter one course of values from a level known with some variance at the first of the times.

    Parameters
    ----------
    times, values : (n,) arrays
        NaN where missing.
    noise : (n,) array
        Variance of each value about the level.
    drift : float
        Variance that the level gains in a unit of time.
    start : level and its variance

    Returns
    -------
    levels, variances : (n + 1,) arrays
        What the values before each one tell of the level at its time; in the end, what all tell of the last.
    """
    seen = np.flatnonzero(np.isfinite(values))
    at = np.append(times[:1], times[seen])
    levels, variances = np.append(start[0], values[seen]), np.append(start[1], noise[seen])
    if seen.size:
        own = variances[1:]
        diagonal = drift * np.diff(at) + variances[:-1] + own
        pivots, lower, solved = _solved(diagonal, -own, np.diff(levels))
        innovations = pivots * solved
        innovations[:-1] += pivots[:-1] * lower[: seen.size - 1] * solved[1:]
        levels[1:] -= innovations * own / pivots
        variances[1:] = (pivots - own) * own / pivots
    last = np.searchsorted(seen, np.arange(times.size + 1))  # how many were seen before
    elapsed = np.append(times, times[-1]) - at[last]
    return levels[last], variances[last] + drift * elapsed


def _solved(
    diagonal: np.ndarray, beside: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pivots, multipliers and solution of a positive tridiagonal system; `beside` has an idle end."""
    from scipy.linalg.lapack import dptsv

    pivots, lower, solved, _ = dptsv(diagonal, beside[: max(diagonal.size - 1, 1)], right)
    return pivots, lower, solved
