"""The healthy state of a structure, and whether a new record is of it: `learn_baseline`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from wavefact._tables import card
from wavefact.errors import CorruptFileError, InputError
from wavefact.health.assessment import Assessment, unknown_conditions
from wavefact.health.decision import Detector, fit_detector
from wavefact.health.departures import Departures, angles
from wavefact.health.environment import Environment, fit_environment
from wavefact.health.tracking import follow
from wavefact.health.tracks import ModeTracks
from wavefact.modal.model import ModalModel
from wavefact.storage import load_fields, save_fields

__all__ = ["Baseline", "learn_baseline"]

_KIND = "wavefact-baseline"
_TRACKS = "tracks_"
REMEMBERED = 500  # records that a new one is followed from


@dataclass(frozen=True, eq=False, repr=False)
class Baseline:
    """Hold the healthy state of a structure, as `learn_baseline` found it.

    Attributes
    ----------
    tracks : ModeTracks
        Of the healthy records.
    conditions : (n_records, n_conditions) array or None
        In which they were made.
    false_alarm_rate : float
    is_corrected : bool
        Whether the influence of conditions, or without any the common movement, is removed.
    condition_names : tuple of n_conditions str, or None
        What the conditions are, where that is known.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> found = 2.0 + 1e-3 * rng.standard_normal((60, 1))
    >>> one = np.ones((60, 3, 1)) / 3**0.5
    >>> tracks = wf.ModeTracks(np.arange(60.0), found, 0 * found + 0.01, one, np.array([2.0]), one[0])
    >>> baseline = wf.learn_baseline(tracks, remove_environment=False)
    >>> baseline.detector.n_training
    60
    """

    tracks: ModeTracks
    conditions: np.ndarray | None
    false_alarm_rate: float
    is_corrected: bool
    condition_names: tuple[str, ...] | None = None

    @cached_property
    def environment(self) -> Environment | None:
        """How conditions move the frequencies."""
        return fit_environment(self.tracks, self.conditions) if self.is_corrected else None

    @cached_property
    def detector(self) -> Detector:
        """What healthy records look like."""
        features, errors = self._features(self._corrected(self.tracks, self.conditions), self._shapes[1])
        return fit_detector(features, errors=errors, false_alarm_rate=self.false_alarm_rate)

    @cached_property
    def _shapes(self) -> tuple[Departures, np.ndarray]:
        return Departures.learned(self.tracks)

    def assess(
        self,
        model: ModalModel,
        time: float,
        conditions: ArrayLike | None = None,
        *,
        tracks: ModeTracks | None = None,
        earlier: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> Assessment:
        """Say whether the structure is healthy in a new record.

        Parameters
        ----------
        model : ModalModel
            Of the record.
        time : float [s]
            When it was made.
        conditions : (n_conditions,) array, optional
            In which it was made, as those of the healthy records; NaN where unknown.
        tracks : ModeTracks, optional
            Of an assessment before, from which modes are followed; by default from the healthy records.
        earlier : ((n_readings,) array [s], (n_readings, n_conditions) array), optional
            When, and what, the conditions were before the record, for structures that follow them slowly;
            without, what the healthy records tell of that.

        Returns
        -------
        Assessment
            Where a frequency cannot be judged for want of a condition, what else can may raise an alarm;
            without one there is no verdict.

        Raises
        ------
        InputError
            If points or conditions are not those of the healthy records.
        """
        before = self.tracks if tracks is None else tracks
        followed = follow(before, model, max(time, np.nextafter(before.times[-1], np.inf)))
        last = replace(followed.select(slice(-1, None)), times=np.asarray([float(time)]))
        given = None if conditions is None else np.atleast_1d(np.asarray(conditions, dtype=float))[None, :]
        corrected = self._corrected(last, given, earlier)
        departures = self._shapes[0]
        features, errors = self._features(corrected, departures.of(last))
        by_frequency, by_shape = self._shares(self.detector.contributions(features, errors)[0])
        score, p_value = (
            self.detector.scores(features, errors)[0],
            self.detector.p_values(features, errors)[0],
        )
        unknown = unknown_conditions(last, corrected, given, self.condition_names)
        if unknown and not score > self.detector.threshold:  # half a look sees no health
            score = p_value = np.nan
        return Assessment(
            time=float(time),
            frequencies=last.frequencies[0],
            corrected=corrected.frequencies[0],
            shifts=np.expm1(features[0, : last.n_modes]),
            score=float(score),
            threshold=self.detector.threshold,
            p_value=float(p_value),
            contributions=np.nansum([by_frequency, by_shape], axis=0),
            macs=np.cos(angles(last.mode_shapes, departures.shapes)[0]) ** 2,
            shape_contributions=by_shape,
            tracks=followed.select(slice(-REMEMBERED, None)),
            supported_rate=self.detector.supported_rate,
            unknown_conditions=unknown,
        )

    def save(self, path: str | PathLike[str]) -> None:
        """Write the healthy records to an HDF5 file; an existing file is replaced once all is written.

        Raises
        ------
        UnwritableTargetError
            If the file cannot be written.
        """
        arrays = {_TRACKS + name: values for name, values in self.tracks.to_arrays().items()}
        attributes = {
            name: getattr(self, name) for name in ("false_alarm_rate", "is_corrected", "condition_names")
        }
        save_fields(Path(path), _KIND, arrays | {"conditions": self.conditions}, attributes)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Baseline:
        """Read a baseline that `save` wrote; what follows from its records is computed anew.

        Raises
        ------
        InputError
            If there is no such file.
        UnknownFormatError, CorruptFileError
            If the file holds no baseline, or is damaged.
        """
        arrays, attributes = load_fields(Path(path), _KIND)
        tracks = {name.removeprefix(_TRACKS): arrays[name] for name in arrays if name.startswith(_TRACKS)}
        names = attributes.pop("condition_names", None)  # older files have none
        try:
            known = None if names is None else tuple(names)
            return cls(ModeTracks(**tracks), arrays.get("conditions"), **attributes, condition_names=known)
        except (TypeError, ValueError) as error:
            raise CorruptFileError(f"{path} is damaged or incomplete: {error}.") from error

    def _corrected(
        self,
        tracks: ModeTracks,
        conditions: np.ndarray | None,
        earlier: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> ModeTracks:
        if (conditions is None) != (self.conditions is None):
            raise InputError(
                "The healthy records came without conditions; give none."
                if self.conditions is None
                else "The healthy records came with conditions; give those of this record, NaN where unknown."
            )
        if self.environment is None:
            return tracks
        return self.environment.corrected(tracks, conditions, earlier=earlier)

    def _features(self, corrected: ModeTracks, departures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return logarithms of frequencies over those of the reference, departures of shapes; and errors."""
        relative = corrected.frequencies / self.tracks.reference_frequencies
        errors = corrected.frequency_errors / corrected.frequencies
        features = np.hstack([np.log(relative), departures])
        return features, np.hstack([errors, np.full(departures.shape, np.nan)])

    def _shares(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what frequencies and shapes have in a score, each (n_modes,); NaN where not judged."""
        is_judged = self._shapes[0].is_judged
        by_shape = np.full(is_judged.shape, np.nan)
        by_shape[is_judged] = shares[self.tracks.n_modes :]
        total = np.where(is_judged.any(axis=0), np.nansum(by_shape, axis=0), np.nan)
        return shares[: self.tracks.n_modes], total

    def __str__(self) -> str:
        parts = [str(self.tracks), str(self.detector)]
        return "\n\n".join(parts if self.environment is None else [parts[0], str(self.environment), parts[1]])

    def _repr_html_(self) -> str:
        title = f"Baseline: {self.tracks.n_modes} modes in {self.tracks.n_records} healthy records"
        columns = self.tracks._columns()
        if self.environment is not None:
            columns.append(["explained [%]", *(f"{100 * share:.1f}" for share in self.environment.explained)])
        return card(title, [str(self.detector)], columns)

    def __repr__(self) -> str:
        return f"Baseline({self.tracks.n_modes} modes in {self.tracks.n_records} healthy records)\n{self}"


def learn_baseline(
    tracks: ModeTracks,
    conditions: ArrayLike | None = None,
    *,
    false_alarm_rate: float = 0.01,
    remove_environment: bool = True,
    condition_names: Sequence[str] | None = None,
) -> Baseline:
    """Learn the healthy state of a structure from records of it.

    Parameters
    ----------
    tracks : ModeTracks
        Of healthy records, over as much of the range of conditions as can be had.
    conditions : (n_records, n_conditions) or (n_records,) array, optional
        Temperature and the like, NaN where unknown.
    false_alarm_rate : float
        Share of healthy records that may raise an alarm.
    remove_environment : bool
        Whether to remove the influence of conditions, or without any what frequencies have in common.
    condition_names : sequence of n_conditions str, optional
        What the conditions are; kept with the baseline, so that later ones can be told apart by name.

    Returns
    -------
    Baseline

    Notes
    -----
    Three features of each mode are judged together, by `fit_detector`: the logarithm of its frequency without
    the influence of conditions, and how far its shape has departed from the median of healthy ones, towards
    the shapes of other modes and in a form of its own, each over its usual scatter.  Local damage changes
    shapes by far more of their scatter than frequencies; a shape nearer than usual is no departure.  Where
    conditions of a record are unknown, the shapes alone are judged, and the modes that no condition explains:
    they may raise an alarm, but not tell that there is no change.

    Raises
    ------
    InputError
        If sizes or names do not match, records are too few, or the rate is no probability.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> warmth = 10 + 8 * np.sin(np.arange(300) / 24)
    >>> shapes = np.array([[0.5, 1.0], [1.0, -0.5]])
    >>> def modes(change, warm):
    ...     scatter = 5e-4 * rng.standard_normal(2)
    ...     found = np.array([2.0, 5.0]) * np.exp(change - 1e-3 * warm + scatter)
    ...     return wf.ModalModel(found, np.full(2, 0.01), shapes)
    >>> tracks = wf.track_modes([modes(0.0, warm) for warm in warmth])
    >>> baseline = wf.learn_baseline(tracks, warmth)
    >>> baseline.assess(modes(0.0, 3.0), 300.0, [3.0]).is_alarm
    False
    >>> damaged = baseline.assess(modes(np.array([-0.01, 0.0]), 3.0), 300.0, [3.0])
    >>> damaged.is_alarm, damaged.shifts.round(2)
    (True, array([-0.01,  0.  ]))
    """
    given = None if conditions is None else np.asarray(conditions, dtype=float)
    if given is not None and given.ndim == 1:
        given = given[:, None]
    names = None if condition_names is None else tuple(condition_names)
    n_conditions = 0 if given is None else given.shape[-1]
    if names is not None and (len(names) != n_conditions or len(set(names)) != n_conditions):
        raise InputError(f"condition_names are {names}; expected {n_conditions}, all different.")
    baseline = Baseline(tracks, given, float(false_alarm_rate), bool(remove_environment), names)
    _ = baseline.detector  # what is wrong with the records is said now
    return baseline
