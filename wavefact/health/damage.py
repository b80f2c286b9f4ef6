"""All damage indicators of two states in one table: `damage_indicators`."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.health.indicators import INDICATORS, IndicatorValue
from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator

__all__ = ["DamageIndicators", "damage_indicators"]

_LOGGER = logging.getLogger("wavefact")


@dataclass(frozen=True, eq=False, repr=False)
class DamageIndicators:
    """Hold what damage indicators say of two states of a structure.

    Attributes
    ----------
    reference, current : ModalModel
        The states.
    values : mapping of str to IndicatorValue
        By the name of the indicator.

    Examples
    --------
    >>> model = wf.ModalModel(np.array([2.0]), np.array([0.01]), np.array([[0.5], [1.0]]))
    >>> list(wf.damage_indicators(model, model).values)
    ['comac', 'flexibility', 'frequency', 'mac', 'subspace']
    """

    reference: ModalModel
    current: ModalModel
    values: Mapping[str, IndicatorValue]

    def __getitem__(self, name: str) -> IndicatorValue:
        return self.values[name]

    @property
    def n_missing(self) -> int:
        """Number of modes of the reference that the current state has not."""
        return self.reference.n_modes - self.reference.match(self.current)[0].size

    def __str__(self) -> str:
        rows = ["indicator          largest      error  in errors  at"]
        for name, found in self.values.items():
            if np.all(np.isnan(found.values)):
                rows.append(f"{name:16s}  {'–':>8}")
                continue
            peak = int(np.nanargmax(found.corrected))
            numbers = "  ".join(
                _number(value, width, text)
                for value, width, text in (
                    (found.corrected[peak], 8, ".4f"),
                    (found.errors[peak], 9, ".4f"),
                    (found.significance[peak], 9, ".1f"),
                )
            )
            rows.append(f"{name:16s}  {numbers}  {self._place(found.along, peak)}")
        if self.n_missing:
            rows.append(f"{self.n_missing} of {self.reference.n_modes} modes were not found again")
        return "\n".join(rows)

    def _place(self, along: str, index: int) -> str:
        if along == "modes":
            return f"mode {index + 1}, {self.reference.frequencies[index]:.4g} Hz"
        place = f"point {index + 1}"
        if self.reference.positions is None:
            return place
        coordinates = np.ravel(np.asarray(self.reference.positions, dtype=float)[index])
        return f"{place}, {', '.join(f'{x:.4g}' for x in coordinates)} m"

    def __repr__(self) -> str:
        return f"DamageIndicators({len(self.values)} indicators)\n{self}"


def damage_indicators(
    reference: ModalModel,
    current: ModalModel,
    operator: WaveOperator | None = None,
    names: Sequence[str] | None = None,
) -> DamageIndicators:
    """Compare the modes of two states of a structure by damage indicators.

    Parameters
    ----------
    reference : ModalModel
        The healthy state.
    current : ModalModel
        On the same points.
    operator : WaveOperator, optional
        The wave equation at these points.  Without it the indicators that need one are left out.
    names : sequence of str, optional
        Which indicators; by default all of `wavefact.health.INDICATORS` that can be had.

    Returns
    -------
    DamageIndicators
        Printed, it is a table of the largest value of each: less what errors of the modes alone add to it,
        with its standard error, and where it is; modes and points are counted from 1.

    Raises
    ------
    InputError
        If a name is unknown, the numbers of points differ, an operator is missing for an indicator asked for
        by name, or a shape is zero or not finite.

    Notes
    -----
    Modes are paired as by `ModalModel.match`.  Standard errors come from those of frequencies and shapes,
    taken as independent from point to point.  Shapes that were found with an operator are pulled towards the
    waves of the intact structure: they show less of the damage, and errors of differences between points are
    overstated, so that changes may be more than they seem.  Intervals of values that are squares hold more
    often than stated where nothing changed.  A largest value among many points is larger than its own error
    says: of 40 independent points without change, in one table of four some point shows 2.5 errors.

    Examples
    --------
    >>> beam = wf.Beam(9, 0.1)
    >>> shape = np.sin(np.pi * beam.positions)[:, None]
    >>> kink = np.minimum(beam.positions, 0.5 * (1 - beam.positions) / 0.75)[:, None]
    >>> errors = {"frequency_errors": [0.01], "shape_errors": np.full((9, 1), 0.002)}
    >>> before = wf.ModalModel([2.0], [0.01], shape, positions=beam.positions, **errors)
    >>> after = wf.ModalModel([1.9], [0.01], shape + 0.1 * kink, positions=beam.positions, **errors)
    >>> print(wf.damage_indicators(before, after, beam, names=["frequency", "load-surface"]))
    indicator          largest      error  in errors  at
    frequency           0.0500     0.0069        7.3  mode 1, 2 Hz
    load-surface        0.3584     0.1075        3.3  point 4, 0.4 m
    """
    chosen = _chosen(operator, names)
    values = {name: INDICATORS[name]()(reference, current, operator) for name in chosen}
    return DamageIndicators(reference, current, values)


def _chosen(operator: WaveOperator | None, names: Sequence[str] | None) -> list[str]:
    if names is not None:
        unknown = [name for name in names if name not in INDICATORS]
        if unknown:
            raise InputError(f"indicator {unknown[0]!r} is unknown; choose among {', '.join(INDICATORS)}.")
        return list(names)
    chosen = [name for name, kind in INDICATORS.items() if operator is not None or not kind.needs_operator]
    if len(chosen) < len(INDICATORS):
        left_out = ", ".join(name for name in INDICATORS if name not in chosen)
        _LOGGER.info("Without an operator these indicators are left out: %s.", left_out)
    return chosen


def _number(value: float, width: int, text: str) -> str:
    return "–".rjust(width) if np.isnan(value) else f"{value:{width}{text}}"
