"""Frequencies freed from conditions: `fit_environment` and what it returns, `Environment`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from wavefact.errors import InputError
from wavefact.health.environment._checks import as_conditions, as_lags, as_readings
from wavefact.health.environment._factors import Factors, common_effect, factored
from wavefact.health.environment._regression import (
    FEWEST,
    Conditions,
    ModeRegression,
    effect,
    regressed,
)
from wavefact.health.tracks import ModeTracks

__all__ = ["Environment", "fit_environment"]

HOURS = 3600.0

logger = logging.getLogger("wavefact")


@dataclass(frozen=True, eq=False, repr=False)
class Environment:
    """Hold how conditions move the frequencies of a structure.

    Attributes
    ----------
    reference_frequencies : (n_modes,) array [Hz]
        Of the tracks it was fitted to.
    explained : (n_modes,) array
        Share of the variance of each frequency that is explained in blocks of time left out; below 0 where
        the prediction is worse than none.
    conditions : Conditions or None
        How measured conditions are taken; None where the common movement of the modes stands for them.
    regressions : tuple of n_modes ModeRegression
        Empty without measured conditions.
    factors : Factors or None

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> hours = np.arange(400.0)
    >>> temperature = 15 + 8 * np.sin(2 * np.pi * hours / 24) + rng.standard_normal(400).cumsum() / 5
    >>> found = 2.0 * np.exp(-1e-3 * (temperature - 15) + 1e-3 * rng.standard_normal(400))[:, None]
    >>> one = np.ones((400, 1, 1))
    >>> tracks = wf.ModeTracks(3600 * hours, found, 0 * found, one, np.array([2.0]), one[0])
    >>> environment = wf.fit_environment(tracks, temperature, training=slice(300))
    >>> bool(environment.explained[0] > 0.9)
    True
    >>> free = environment.corrected(tracks, temperature)
    >>> bool(np.std(free.frequencies[300:]) < 0.5 * np.std(tracks.frequencies[300:]))
    True
    """

    reference_frequencies: np.ndarray
    explained: np.ndarray
    conditions: Conditions | None = None
    regressions: tuple[ModeRegression, ...] = ()
    factors: Factors | None = None

    def corrected(
        self,
        tracks: ModeTracks,
        conditions: ArrayLike | None = None,
        *,
        earlier: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> ModeTracks:
        """Return tracks with the frequencies that they would have at the reference condition.

        Parameters
        ----------
        tracks : ModeTracks
            Of the same modes; records may be others than those of the fit.
        conditions : (n_records, n_conditions) or (n_records,) array, optional
            As in the fit.  A frequency is NaN where one is missing.
        earlier : ((n_readings,) array [s], (n_readings, n_conditions) array), optional
            When, and what, the conditions were before these records: what lags need besides the records of
            the fit.

        Returns
        -------
        ModeTracks
            Standard errors are widened by those of the correction, where they are known.

        Raises
        ------
        InputError
            If modes or conditions are not those of the fit.

        Notes
        -----
        Lags go on from records of the fit that are earlier than all of these.
        """
        if tracks.n_modes != self.explained.size:
            raise InputError(
                f"The tracks have {tracks.n_modes} modes, the fit {self.explained.size}; give the same."
            )
        change, variance = self._effect(tracks, conditions, earlier)
        frequencies = tracks.frequencies * np.exp(-change)
        relative = tracks.frequency_errors / tracks.frequencies
        return replace(
            tracks, frequencies=frequencies, frequency_errors=frequencies * np.sqrt(relative**2 + variance)
        )

    def _effect(
        self,
        tracks: ModeTracks,
        conditions: ArrayLike | None,
        earlier: tuple[ArrayLike, ArrayLike] | None,
    ) -> tuple[np.ndarray, np.ndarray]:
        if (conditions is None) != (self.conditions is None):
            raise InputError(
                "The fit had no conditions; give none."
                if self.conditions is None
                else "The fit had measured conditions; give those of these records."
            )
        if self.factors is not None:
            return common_effect(self.factors, np.log(tracks.frequencies))
        assert self.conditions is not None
        values = as_conditions(conditions, tracks.n_records, self.conditions.reference.size)
        readings = None if earlier is None else as_readings(*earlier, self.conditions.reference.size)
        features = self.conditions.features(tracks.times, values, readings)
        parts = [effect(fit, features) for fit in self.regressions]
        change, variance = (np.stack(part, axis=1) for part in zip(*parts, strict=True))
        return change, variance

    def __str__(self) -> str:
        rows = ["mode  f [Hz]      explained [%]  by"]
        for i, (frequency, share) in enumerate(zip(self.reference_frequencies, self.explained, strict=True)):
            rows.append(f"{i + 1:4d}  {frequency:10.4f}  {100 * share:13.1f}  {self._means(i)}")
        return "\n".join(rows)

    def _means(self, mode: int) -> str:
        """Say what explains a mode."""
        if self.factors is not None:
            number = self.factors.loadings.shape[1]
            return f"{number} common factor{'' if number == 1 else 's'}"
        terms = self.regressions[mode].terms
        if terms is None or self.conditions is None:
            return "nothing"
        lags = ", ".join(f"{lag / HOURS:g} h" for lag in self.conditions.lags[: terms.n_lags])
        return f"conditions, lagging {lags}" + (", and their squares" if terms.degree == 2 else "")

    def __repr__(self) -> str:
        by = "common factors" if self.conditions is None else "measured conditions"
        return f"Environment({self.explained.size} modes, {by})\n{self}"


def fit_environment(
    tracks: ModeTracks,
    conditions: ArrayLike | None = None,
    *,
    training: slice | ArrayLike | None = None,
    lags: Sequence[float] = (0.0, 3 * HOURS, 12 * HOURS, 48 * HOURS),
    reference: ArrayLike | None = None,
) -> Environment:
    """Learn how conditions move the frequencies of a structure, from records of one state of it.

    Parameters
    ----------
    tracks : ModeTracks
    conditions : (n_records, n_conditions) or (n_records,) array, optional
        Temperatures, wind speed, the logarithm of the vibration's root mean square, …, each in a unit of its
        own; NaN where missing.  Without any, what the modes have in common is taken for their influence.
    training : slice, index or mask, optional
        Which records to learn from; by default all.
    lags : sequence of float [s]
        Time constants with which the structure may follow the conditions, rising; the first few are used.
    reference : (n_conditions,) array, optional
        The condition that frequencies are corrected to; by default the median.

    Returns
    -------
    Environment

    Raises
    ------
    InputError
        If sizes do not match, fewer than 20 records are for training, or lags are negative or do not rise.

    Notes
    -----
    With conditions, the logarithm of each frequency is regressed on the conditions behind first-order lags
    (of thermal inertia) and, where it helps, their squares, by Huber's weights and a ridge penalty.  Lags and
    degree are the simplest that predict ten blocks of time left out within one standard error of the best; a
    mode that conditions do not explain stays as it is.  Conditions unlike all before are extrapolated, by
    straight lines; the standard errors of the correction say how far it can be trusted there.

    Without conditions, factor analysis takes the place of regression: what the other modes of the same
    recording tell of a mode's frequency is removed.  The mode itself has no part in its correction, so a
    change of it alone is kept whole; a change of all modes alike is taken for an influence of conditions.

    References
    ----------
    B. Peeters and G. De Roeck, "One-year monitoring of the Z24-Bridge", Earthquake Engineering and
    Structural Dynamics 30, 2001.  A.-M. Yan et al., "Structural damage diagnosis under varying environmental
    conditions", Mechanical Systems and Signal Processing 19, 2005.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> common = rng.standard_normal(300).cumsum() / 10
    >>> own = 1e-3 * rng.standard_normal((300, 3))
    >>> found = np.array([1.0, 2.0, 5.0]) * np.exp(0.01 * common[:, None] + own)
    >>> shapes = np.ones((300, 1, 3))
    >>> tracks = wf.ModeTracks(np.arange(300.0), found, 0 * found, shapes, found[0], shapes[0])
    >>> print(wf.fit_environment(tracks))
    mode  f [Hz]      explained [%]  by
       1      1.0013           95.6  1 common factor
       2      2.0015           95.4  1 common factor
       3      5.0034           94.9  1 common factor
    """
    records = np.arange(tracks.n_records)
    chosen = (
        records
        if training is None
        else records[training if isinstance(training, slice) else np.asarray(training)]
    )
    if chosen.size < FEWEST:
        raise InputError(f"{chosen.size} records are for training; give at least {FEWEST}.")
    logarithms = np.log(tracks.frequencies)[chosen]
    if not np.all(np.any(np.isfinite(logarithms), axis=0)):
        missing = int(np.flatnonzero(~np.any(np.isfinite(logarithms), axis=0))[0])
        raise InputError(
            f"Mode {missing + 1} is in no record for training; leave it out, or train on others."
        )
    if conditions is None:
        factors = factored(logarithms)
        return Environment(tracks.reference_frequencies, factors.explained, factors=factors)
    values = as_conditions(conditions, tracks.n_records)
    given = _conditions(tracks.times, values, as_lags(lags), chosen, reference)
    features = given.features(tracks.times, values)[:, chosen]
    _warn_of_few(np.isfinite(logarithms) & np.all(np.isfinite(features), axis=(0, 2))[:, None])
    fits = tuple(regressed(features, column) for column in logarithms.T)
    return Environment(tracks.reference_frequencies, np.array([fit.explained for fit in fits]), given, fits)


def _warn_of_few(whole: np.ndarray) -> None:
    """Say which modes are in too few records of known conditions, (n_records, n_modes), to be corrected."""
    counts = np.sum(whole, axis=0)
    few = np.flatnonzero(counts < FEWEST)
    if few.size:
        logger.warning(
            "Mode %s is found in %s records whose conditions are known; the influence of conditions is not "
            "removed from modes in fewer than %d.",
            ", ".join(str(mode + 1) for mode in few),
            ", ".join(str(count) for count in counts[few]),
            FEWEST,
        )


def _conditions(
    times: np.ndarray,
    values: np.ndarray,
    lags: tuple[float, ...],
    chosen: np.ndarray,
    reference: ArrayLike | None,
) -> Conditions:
    known = np.sum(np.isfinite(values[chosen]), axis=0)
    if np.any(known < FEWEST):
        worst = int(np.argmin(known))
        raise InputError(
            f"Condition {worst + 1} is known in {known[worst]} of the records for training; "
            f"leave it out, or give at least {FEWEST}."
        )
    middle = (
        np.nanmedian(values[chosen], axis=0)
        if reference is None
        else np.atleast_1d(np.asarray(reference, float))
    )
    if middle.shape != (values.shape[1],) or not np.all(np.isfinite(middle)):
        raise InputError(f"reference is {middle}; give a number for each of {values.shape[1]} conditions.")
    scales = np.nanstd(values[chosen], axis=0)
    return Conditions(times, values, lags, middle, np.where(scales > 0.0, scales, 1.0))
