"""The poles of many recordings as flat arrays, for tracking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import unit_shapes

_GIVEN = ("frequencies", "damping_ratios", "frequency_errors", "damping_errors", "wavenumbers")
_FIELDS = (*_GIVEN, "shape_errors")


@dataclass(frozen=True, eq=False)
class Seen:
    """Hold what assigning one record needs of its poles."""

    logarithms: np.ndarray
    """Of frequencies."""
    squares: np.ndarray
    """Variances of these by the standard errors; NaN where unknown."""
    shapes: np.ndarray
    wavenumbers: np.ndarray

    def select(self, poles: np.ndarray) -> Seen:
        """Return some of the poles."""
        return Seen(self.logarithms[poles], self.squares[poles], self.shapes[poles], self.wavenumbers[poles])


@dataclass(frozen=True, eq=False)
class Poles:
    """Hold the poles of many records, one below the other: record i has `starts[i] : starts[i + 1]`."""

    starts: np.ndarray
    frequencies: np.ndarray
    damping_ratios: np.ndarray
    frequency_errors: np.ndarray
    damping_errors: np.ndarray
    wavenumbers: np.ndarray
    shape_errors: np.ndarray
    """Of the shapes as a whole, as angles [rad]; NaN where unknown."""
    shapes: np.ndarray
    """(n_poles, n_points), of unit norm."""

    @property
    def n_records(self) -> int:
        """Number of records, those without poles too."""
        return self.starts.size - 1

    @property
    def records(self) -> np.ndarray:
        """The record of each pole."""
        return np.repeat(np.arange(self.n_records), np.diff(self.starts))

    def of(self, record: int) -> slice:
        """Return where the poles of one record are."""
        return slice(int(self.starts[record]), int(self.starts[record + 1]))

    @cached_property
    def logarithms(self) -> np.ndarray:
        """Of frequencies."""
        return np.log(self.frequencies)

    @cached_property
    def squares(self) -> np.ndarray:
        """Variances of the logarithms by the standard errors; NaN where unknown."""
        squares = (self.frequency_errors / self.frequencies) ** 2
        return np.where(np.isfinite(squares), squares, np.nan)

    def seen(self, record: int) -> Seen:
        """Return what assigning one record needs."""
        part = self.of(record)
        return Seen(self.logarithms[part], self.squares[part], self.shapes[part], self.wavenumbers[part])

    def reversed(self) -> Poles:
        """Return the poles with the last record first."""
        order = np.concatenate([np.arange(*self.starts[i : i + 2]) for i in range(self.n_records)[::-1]])
        counts = np.diff(self.starts)[::-1]
        fields = {name: getattr(self, name)[order] for name in (*_FIELDS, "shapes")}
        return Poles(np.concatenate([[0], np.cumsum(counts)]), **fields)

    def placed(self, name: str, owners: np.ndarray, missing: float) -> np.ndarray:
        """Return a field of the poles that modes own, (n_records, n_modes, ...), and elsewhere a number."""
        values, found = getattr(self, name), owners >= 0
        placed = np.full((*owners.shape, *values.shape[1:]), missing, dtype=values.dtype)
        placed[found] = values[owners[found]]
        return placed

    def none(self) -> Poles:
        """Return the poles of one record without any."""
        fields = {name: getattr(self, name)[:0] for name in (*_FIELDS, "shapes")}
        return Poles(np.zeros(2, dtype=int), **fields)


def gathered(models: Sequence[ModalModel]) -> Poles:
    """Put the modes of all models into one table."""
    sizes = {model.n_points for model in models if model.n_modes}
    if len(sizes) > 1:
        raise InputError(
            f"The models have {sorted(sizes)} points; track recordings with the same sensors, or "
            "take the channels they share."
        )
    fields = {name: np.concatenate([getattr(model, name) for model in models]) for name in _GIVEN}
    bad = np.flatnonzero(~(fields["frequencies"] > 0.0))
    if bad.size:
        raise InputError(
            f"A frequency is {fields['frequencies'][bad[0]]} Hz; leave such modes out before tracking."
        )
    shapes = [unit_shapes(model.mode_shapes).T for model in models if model.n_modes]
    fields["shape_errors"] = np.concatenate([_angle_errors(model) for model in models])
    starts = np.concatenate([[0], np.cumsum([model.n_modes for model in models])])
    return Poles(starts, **fields, shapes=np.concatenate(shapes))


def _angle_errors(model: ModalModel) -> np.ndarray:
    """Return the standard error of each shape as a whole, as an angle [rad]."""
    sizes = np.linalg.norm(model.mode_shapes, axis=0)
    return np.asarray(np.linalg.norm(model.shape_errors, axis=0) / np.where(sizes > 0, sizes, np.nan))
