"""What every damage indicator promises, and what all of them share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.errors import InputError
from wavefact.health.indicators._pairs import Pairs, pairs_of
from wavefact.health.indicators._propagation import Formula, propagated
from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator

__all__ = ["Indicator", "IndicatorValue"]


@dataclass(frozen=True, eq=False, repr=False)
class IndicatorValue:
    """Hold what an indicator says, mode by mode or point by point.

    Attributes
    ----------
    along : str
        "modes" or "points".
    values : (n_modes,) or (n_points,) array [-]
        0 where nothing changed; modes are those of the reference.  NaN where a mode is missing.
    errors : (n_modes,) or (n_points,) array [-]
        Standard errors of the values; NaN where the models do not know theirs.
    bias : (n_modes,) or (n_points,) array [-]
        What errors of the modes alone add to the values on average; NaN where unknown.

    Examples
    --------
    >>> found = wf.IndicatorValue("modes", np.array([0.03]), np.array([0.01]), np.array([0.005]))
    >>> found.significance.round(1)
    array([2.5])
    """

    along: str
    values: np.ndarray
    errors: np.ndarray
    bias: np.ndarray

    @property
    def corrected(self) -> np.ndarray:
        """The values less the bias, where that is known, (n_modes,) or (n_points,) [-]."""
        return np.asarray(self.values - np.nan_to_num(self.bias))

    @property
    def significance(self) -> np.ndarray:
        """The corrected values over their standard errors, (n_modes,) or (n_points,) [-].

        Beyond about 2 is change rather than noise.
        """
        unknown = np.full(self.values.shape, np.nan)
        return np.divide(self.corrected, self.errors, out=unknown, where=self.errors > 0)

    def interval(self, confidence: float = 0.95) -> np.ndarray:
        """Return the limits that hold each value with this probability, (n, 2).

        Parameters
        ----------
        confidence : float
            Probability, between 0 and 1.

        Returns
        -------
        low, high : numpy.ndarray, shape (n_modes,) or (n_points,)
            [-].
        """
        from scipy.stats import norm

        reach = norm.ppf(0.5 + confidence / 2) * self.errors
        return np.stack([self.corrected - reach, self.corrected + reach], axis=1)

    def __repr__(self) -> str:
        return (
            f"IndicatorValue({self.values.size} {self.along}, largest {np.max(self.values, initial=0):.3g})"
        )


@dataclass(frozen=True)
class Indicator(ABC):
    """Compare two states of a structure: call it with the reference, the current modes and the operator.

    Notes
    -----
    A subclass writes its formula alone; modes are paired, and errors propagated, here.  Values are 0 where
    both states are equal, and do not depend on scale, sign or phase of shapes.

    Examples
    --------
    >>> from wavefact.health import INDICATORS
    >>> state = wf.ModalModel(np.array([2.0]), np.array([0.01]), np.array([[1.0], [0.5]]))
    >>> INDICATORS["frequency"]()(state, state, wf.String(2)).values
    array([0.])
    """

    along: ClassVar[str]
    """"modes" or "points"."""
    uses: ClassVar[tuple[str, ...]] = ("shapes",)
    """What the formula depends on: "frequencies", "shapes", or both."""
    needs_operator: ClassVar[bool] = True
    mixes_modes: ClassVar[bool] = False
    """Whether a value is no sum of what each mode gives by itself."""
    is_ratio: ClassVar[bool] = False
    """Whether values are ratios: an estimate of their bias is as unsure as they are, and is not removed."""

    @abstractmethod
    def formula(self, pairs: Pairs, operator: WaveOperator | None) -> Formula:
        """Return the formula, with what depends on the operator worked out before.

        Its values are (..., n_modes) or (..., n_points, n_modes), which are summed over the modes; or
        (..., n_points) where it mixes modes.

        Parameters
        ----------
        pairs : Pairs
            Modes of both states, paired, and their shapes at the points.
        operator : WaveOperator
            At the points.

        Returns
        -------
        numpy.ndarray, shape (n_pairs,) or (n_points,)
            Values [-].
        """

    def __call__(
        self, reference: ModalModel, current: ModalModel, operator: WaveOperator | None = None
    ) -> IndicatorValue:
        """Return how far the current state is from the reference.

        Parameters
        ----------
        reference, current : ModalModel
            On the same points.
        operator : WaveOperator, optional
            The wave equation at these points; needed where ``needs_operator`` says so.

        Raises
        ------
        InputError
            If numbers of points differ, the operator is missing, or a shape is zero or not finite.
        """
        self._check(reference, operator)
        pairs = pairs_of(reference, current)
        size = reference.n_modes if self.along == "modes" else reference.n_points
        if not np.any(pairs.found):
            return IndicatorValue(self.along, *np.full((3, size), np.nan))
        separate, of_points = not self.mixes_modes, self.along == "points"
        added = separate and of_points
        with np.errstate(divide="ignore", invalid="ignore"):  # NaN at points where nothing moves
            formula = self.formula(pairs, operator)
            values = formula(pairs.reference, pairs.current)
            bias, errors = propagated(formula, pairs, self.uses, separate=separate, added=added)
        bias = 0.0 * bias if self.is_ratio else bias  # NaN where errors are unknown
        if of_points:
            return IndicatorValue(self.along, values.sum(axis=-1) if added else values, errors, bias)
        table = np.full((3, size), np.nan)
        table[:, pairs.found] = values, errors, bias
        return IndicatorValue(self.along, *table)

    def _check(self, reference: ModalModel, operator: WaveOperator | None) -> None:
        if operator is None and self.needs_operator:
            raise InputError(
                f"{type(self).__name__} needs the wave operator at the points of the shapes, such as a Beam; "
                "give it as operator=."
            )
        if operator is not None and operator.n_points != reference.n_points:
            raise InputError(
                f"The shapes have {reference.n_points} points, the operator {operator.n_points}; give an "
                "operator at the points of the shapes, or see expand_shapes."
            )
