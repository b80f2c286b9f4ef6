"""Whether a record is healthy, with a stated rate of false alarms: `Detector`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path

import numpy as np

from wavefact.errors import CorruptFileError, InputError
from wavefact.health.decision.distances import contributions, squared_distances
from wavefact.health.decision.scatter import Scatter
from wavefact.health.decision.tail import Tail, hotelling_tail, learned_tail, normal_score
from wavefact.storage import load_fields, save_fields

__all__ = ["Detector", "checked", "scored", "surplus"]

_KIND = "wavefact-detector"
_ARRAYS = ("center", "scatter", "error_variances", "training_scores")
_SUPPORTED = 0.2  # training records that are expected beyond the threshold; fewer were not verified


@dataclass(frozen=True, eq=False, repr=False)
class Detector:
    """Hold what healthy records look like and when a record is not one of them.

    Attributes
    ----------
    kind : {"robust", "gaussian"}
    false_alarm_rate : float
        Stated rate at which healthy records raise an alarm.
    center, scatter : (n_features,), (n_features, n_features) arrays
        Of healthy features.
    error_variances : (n_features,) array
        Median squared standard errors of the training records, which the scatter contains.
    training_scores : (n_training,) array
        Of each training record, by a fit to other records.

    Examples
    --------
    >>> healthy = np.random.default_rng(0).normal(size=(300, 4))
    >>> detector = wf.fit_detector(healthy, false_alarm_rate=0.01)
    >>> detector.alarms([[0.0, 0.5, -0.5, 0.0], [0.0, 0.5, -0.5, 6.0]])
    array([False,  True])
    >>> int(np.argmax(detector.contributions([[0.0, 0.5, -0.5, 6.0]])))
    3
    """

    kind: str
    false_alarm_rate: float
    center: np.ndarray
    scatter: np.ndarray
    error_variances: np.ndarray
    training_scores: np.ndarray

    @property
    def n_features(self) -> int:
        """Number of features."""
        return int(self.center.size)

    @property
    def n_training(self) -> int:
        """Number of training records."""
        return int(self.training_scores.size)

    @cached_property
    def tail(self) -> Tail:
        """How often healthy records exceed a score."""
        if self.kind == "gaussian":
            return hotelling_tail(self.n_training, self.n_features)
        return learned_tail(self.training_scores, self.n_features)

    @cached_property
    def threshold(self) -> float:
        """Score beyond which a record raises an alarm."""
        return self.tail.quantile(self.false_alarm_rate)

    @property
    def supported_rate(self) -> float:
        """Least false-alarm rate that the number of training records supports; of gaussian features, any."""
        return 0.0 if self.kind == "gaussian" else _SUPPORTED / self.n_training

    def rate_interval(self, confidence: float = 0.9) -> tuple[float, float]:
        """Return the limits that hold the rate of false alarms of this very detector with this probability.

        The stated rate holds on average over all sets of training records that could have been drawn; that of
        one detector is larger or smaller, the more the fewer the records.

        Parameters
        ----------
        confidence : float
            Probability, between 0 and 1.

        Returns
        -------
        low, high : float
            Rates [-].

        Raises
        ------
        InputError
            If confidence is no probability, or the detector is gaussian: its law knows the average only.
        """
        if not 0 < confidence < 1:
            raise InputError(f"confidence is {confidence}; give a probability between 0 and 1.")
        if self.kind == "gaussian":
            raise InputError("A gaussian detector states the average rate only; fit one of kind 'robust'.")
        return self.tail.rate_interval(self.threshold, confidence)

    def scores(self, features: np.ndarray, errors: np.ndarray | None = None) -> np.ndarray:
        """Return how far records are from healthy, (n_records,); NaN where all features are missing.

        Parameters
        ----------
        features : (n_records, n_features) array
            NaN where missing.
        errors : (n_records, n_features) array, optional
            Standard errors.  Records that are less sure than training records are judged more leniently.

        Returns
        -------
        numpy.ndarray, shape (n_records,)
            The squared Mahalanobis distance, turned into what is nearly standard normal of gaussian features.

        Raises
        ------
        InputError
            If the number of features differs, or errors are of another shape.
        """
        features, extra = self._checked(features, errors)
        return scored(features, Scatter(self.center, self.scatter), extra)

    def p_values(self, features: np.ndarray, errors: np.ndarray | None = None) -> np.ndarray:
        """Return the probability that a healthy record scores more, (n_records,).

        Parameters
        ----------
        features, errors : (n_records, n_features) arrays
            As of `scores`.

        Returns
        -------
        numpy.ndarray, shape (n_records,)
            Probabilities [-].
        """
        scores = self.scores(features, errors)
        found = np.isfinite(scores)
        values = np.full(scores.size, np.nan)
        values[found] = self.tail.exceedance(scores[found])
        return values

    def normal_scores(self, features: np.ndarray, errors: np.ndarray | None = None) -> np.ndarray:
        """Return what is standard normal of healthy records, larger of others, (n_records,); for charts.

        Parameters
        ----------
        features, errors : (n_records, n_features) arrays
            As of `scores`.

        Returns
        -------
        numpy.ndarray, shape (n_records,)
            Standard deviations [-].
        """
        from scipy.stats import norm

        return np.asarray(norm.isf(np.maximum(self.p_values(features, errors), 1e-300)))

    def alarms(self, features: np.ndarray, errors: np.ndarray | None = None) -> np.ndarray:
        """Return which records exceed the threshold, (n_records,) boolean.

        Parameters
        ----------
        features, errors : (n_records, n_features) arrays
            As of `scores`.

        Returns
        -------
        numpy.ndarray of bool, shape (n_records,)
        """
        return np.asarray(self.scores(features, errors) > self.threshold)

    def contributions(self, features: np.ndarray, errors: np.ndarray | None = None) -> np.ndarray:
        """Return the share of each feature in the squared distance of each record, (n_records, n_features).

        Features are made uncorrelated by the transformation that changes each of them least; NaN where
        missing.

        Parameters
        ----------
        features, errors : (n_records, n_features) arrays
            As of `scores`.

        Returns
        -------
        numpy.ndarray, shape (n_records, n_features)
            Shares; each row adds up to 1.
        """
        features, extra = self._checked(features, errors)
        parts = contributions(features, Scatter(self.center, self.scatter), extra)
        total = np.nansum(parts, axis=1, keepdims=True)
        return np.asarray(parts / np.where(total > 0, total, 1.0))

    def _checked(
        self, features: np.ndarray, errors: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Return features as an array, and what variance they have beyond that of training records."""
        features, variances = checked(features, errors)
        if features.shape[1] != self.n_features:
            raise InputError(
                f"Records of {features.shape[1]} features came; the detector was fitted to {self.n_features}."
            )
        return features, None if variances is None else surplus(variances, self.error_variances)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the detector to an HDF5 file; an existing file is replaced once all is written.

        Raises
        ------
        UnwritableTargetError
            If the file cannot be written.
        """
        attributes = {"kind": self.kind, "false_alarm_rate": self.false_alarm_rate}
        save_fields(Path(path), _KIND, {name: getattr(self, name) for name in _ARRAYS}, attributes)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Detector:
        """Read a detector that `save` wrote.

        Raises
        ------
        InputError
            If there is no such file.
        UnknownFormatError, CorruptFileError
            If the file holds no detector, or is damaged.
        """
        arrays, attributes = load_fields(Path(path), _KIND)
        try:
            return cls(**{**attributes, **arrays})
        except TypeError as error:
            raise CorruptFileError(f"{path} is damaged or incomplete: {error}.") from error

    def __str__(self) -> str:
        text = (
            f"{self.kind} detector of {self.n_features} features from {self.n_training} records: "
            f"alarm beyond a score of {self.threshold:.2f}, false in {100 * self.false_alarm_rate:.3g} % of "
            "healthy records"
        )
        if self.kind == "gaussian":
            return f"{text} if features are gaussian"
        low, high = self.rate_interval()
        text += f" ({100 * low:.2g} to {100 * high:.2g} % with a probability of 90 %)"
        if self.false_alarm_rate < self.supported_rate:
            text += f"; so few records support {100 * self.supported_rate:.2g} % or more"
        return text

    def __repr__(self) -> str:
        return f"Detector({self})"


def checked(features: np.ndarray, errors: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Return features as an array of two axes, and their variances, NaN where features are missing."""
    features = np.asarray(features, dtype=float)
    if features.ndim != 2 or features.shape[1] == 0:
        raise InputError(
            f"features are {features.shape}; give one row for each record, one column a feature."
        )
    if np.any(np.isinf(features)):
        raise InputError("features are infinite in places; give NaN where one is missing.")
    if errors is None:
        return features, None
    errors = np.asarray(errors, dtype=float)
    if errors.shape != features.shape or np.any(errors < 0):
        raise InputError(f"errors are {errors.shape}; give {features.shape} standard errors, at least zero.")
    return features, errors**2


def surplus(variances: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return by how much variances exceed the usual ones; zero where they are unknown."""
    return np.nan_to_num(np.maximum(variances - usual, 0.0))


def scored(features: np.ndarray, scatter: Scatter, extra: np.ndarray | None = None) -> np.ndarray:
    """Return the scores of records, (n_records,); NaN where all features are missing."""
    counts = np.isfinite(features).sum(axis=1)
    scores = normal_score(squared_distances(features, scatter, extra), np.maximum(counts, 1))
    return np.where(counts > 0, scores, np.nan)
