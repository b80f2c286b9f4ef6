"""Where a factorization goes: into memory, or into a file as it is computed.

A file is written in two steps that a killed run takes up again: the survey of the recording, after which
the problem is solved, and the time courses, block by block into a file that becomes the result at its end.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from wavefact._arrays import Array, is_complex, is_dask
from wavefact._fit_result import oriented, phases
from wavefact.checkpoint import Checkpoint, source_of
from wavefact.errors import CorruptFileError, InputError, UnwritableTargetError, WavefactError
from wavefact.factorization import Factorization
from wavefact.io.atomic import check_writable
from wavefact.operators import WaveOperator
from wavefact.recording import Recording
from wavefact.reduction import project, projections
from wavefact.storage import Reserved, ReservedColumns, replace_field
from wavefact.survey import Survey, survey

__all__ = ["FitFile", "InMemory", "fingerprint"]

COURSES = "time_courses"
SYNC_SECONDS = 5.0  # between two states of the time courses, which must be on the disk before

logger = logging.getLogger("wavefact")


def fingerprint(
    operator: WaveOperator, start: Factorization | None, settings: tuple[Any, ...], rng: np.random.Generator
) -> dict[str, Any]:
    """Return, as JSON, what decides the result of a recording."""
    digest = None
    if start is not None:
        digest = hashlib.sha256(np.ascontiguousarray(start.spatial_factors).tobytes()).hexdigest()
    return {
        "operator": operator.to_dict(),
        "start": digest,
        "settings": repr(settings),
        "rng": repr(rng.bit_generator.state),
    }


class InMemory:
    """Keep a factorization in memory.

    Parameters
    ----------
    recording : Recording
    """

    def __init__(self, recording: Recording) -> None:
        self._recording, self._source = recording, source_of(recording.signals)
        self._has_grams = recording.n_samples >= recording.n_sensors

    def resumed(self) -> Factorization | None:
        """Return what a killed run had nearly finished: nothing."""
        return None

    def survey(self) -> Survey:
        """Return the survey of the recording."""
        return survey(self._recording, has_grams=self._has_grams)

    def completed(self, fit: Factorization, weights: Array) -> Factorization:
        """Return a fit without time courses with those that `weights` (n_sensors, n_components) give."""
        courses = project(self._recording, weights)
        self._check_source()
        return oriented(replace(fit, time_courses=courses))

    def saved(self, fit: Factorization) -> Factorization:
        """Return a complete fit."""
        return fit

    def _check_source(self) -> None:
        """Refuse a recording that is no longer the one that was begun with."""
        if self._source is not None and source_of(self._recording.signals) != self._source:
            self._clear()
            raise InputError(
                f"{self._source['path']} has changed since it was opened; factorize it again once nothing "
                "writes to it."
            )

    def _clear(self) -> None:
        """Remove what is kept for another run: nothing."""


class FitFile(InMemory):
    """Write a factorization to a file, and take up what a killed run has left beside it.

    Parameters
    ----------
    target : path
    recording : Recording
    settings : mapping, JSON
        Whatever else decides the result.

    Raises
    ------
    UnwritableTargetError
        If the target cannot be written.
    InputError
        If it is the file that is read.
    """

    def __init__(
        self, target: str | os.PathLike[str], recording: Recording, settings: Mapping[str, Any]
    ) -> None:
        super().__init__(recording)
        self._target = Path(target).resolve()
        if self._source is not None and self._source["path"] == str(self._target):
            raise InputError(f"Cannot write {target}: the recording is read from it; name another file.")
        check_writable(self._target)
        if is_dask(recording.signals):
            self._check_no_source()
        self._part = self._target.with_name(f".{self._target.name}.part")
        beside = self._target.with_name
        self._surveyed = Checkpoint(beside(f".{self._target.name}.survey"), {"source": self._source})
        self._solved = Checkpoint(
            beside(f".{self._target.name}.solved"),
            {"source": self._source, "settings": dict(settings)},
            SYNC_SECONDS,
        )

    def resumed(self) -> Factorization | None:
        """Finish the time courses that a killed run was writing, and return the fit; None where none was."""
        state = {} if self._source is None else self._solved.load()
        if not state:
            return None
        try:
            fit = replace(Factorization.load(self._part), spatial_factors=state["shapes"])
        except WavefactError as error:
            logger.info("what an earlier run has written cannot be used: %s", error)
            return None
        begin = int(state["begin"])
        logger.info("going on at sample %d of the time courses of a run that was killed", begin)
        return self._filled(fit, state["weights"], begin, state["largest"])

    def survey(self) -> Survey:
        """Return the survey of the recording, of which a killed run may have made a part."""
        if self._source is None:
            return super().survey()
        n_samples = self._recording.n_samples
        state = self._surveyed.load()
        begun = Survey.from_arrays(state) if state else None
        if begun is not None:
            logger.info("going on at sample %d of the survey of a run that was killed", begun.n_samples)
            if begun.n_samples == n_samples:
                return begun

        def keep(seen: Survey) -> None:
            if self._surveyed.is_due or seen.n_samples == n_samples:
                self._check_source()
                self._surveyed.save(seen.to_arrays())

        return survey(self._recording, begun, keep, has_grams=self._has_grams)

    def completed(self, fit: Factorization, weights: Array) -> Factorization:
        """Write a fit without time courses with those that `weights` (n_sensors, n_components) give."""
        dtype = np.complex128 if is_complex(weights) else np.float64
        courses = Reserved((self._recording.n_samples, fit.n_components), np.dtype(dtype))
        largest = np.zeros(fit.n_components, dtype)
        try:
            self._part.unlink(missing_ok=True)  # workers whose client was killed may still write to that one
            fit.save(self._part, {COURSES: courses})
        except OSError as error:
            raise self._given_up(error) from error
        self._keep(fit, weights, 0, largest)
        return self._filled(fit, weights, 0, largest)

    def saved(self, fit: Factorization) -> Factorization:
        """Write a complete fit."""
        fit.save(self._target)
        self._surveyed.clear()
        return fit

    def _keep(self, fit: Factorization, weights: Array, begin: int, largest: np.ndarray) -> None:
        if self._source is not None:
            arrays = {"shapes": fit.spatial_factors, "weights": weights, "largest": largest}
            self._solved.save(arrays | {"begin": np.asarray(begin)})

    def _filled(self, fit: Factorization, weights: Array, begin: int, largest: np.ndarray) -> Factorization:
        """Write time courses from sample `begin` on, give components their signs, move all into place."""
        try:
            if fit.n_components:
                place = ReservedColumns.of(self._part, COURSES)
                turns = phases(self._write(place, fit, weights, begin, largest))
                if np.any(turns != 1.0):
                    self._keep(fit, weights, 0, np.zeros_like(largest))
                    place.multiply(turns)
                replace_field(self._part, "spatial_factors", fit.spatial_factors * turns.conj())
            self._part.replace(self._target)
        except CorruptFileError:  # of the recording, not of the target
            self._check_source()
            self._give_up()
            raise
        except OSError as error:
            raise self._given_up(error) from error
        except BaseException:
            if self._source is None:  # then no other run can know that this is its own
                self._give_up()
            raise
        self._solved.clear()
        self._surveyed.clear()
        return Factorization.load(self._target)

    def _write(
        self, place: ReservedColumns, fit: Factorization, weights: Array, begin: int, largest: np.ndarray
    ) -> np.ndarray:
        """Write time courses from sample `begin` on; return the entry of largest magnitude of each."""
        for start, (columns, peaks) in projections(self._recording, weights, begin, place):
            if columns.shape[1]:
                place.write(start, columns)
            largest = np.where(np.abs(peaks) > np.abs(largest), peaks, largest)
            begin = start  # all before it is written; of what follows some may be
            if self._solved.is_due:
                self._check_source()
                place.sync()
                self._keep(fit, weights, begin, largest)
        self._check_source()
        return largest

    def _given_up(self, error: OSError) -> UnwritableTargetError:
        """Return the error of a disk that takes no more; the survey stays for another run."""
        self._give_up()
        kept = "" if self._source is None else " The pass over the recording is kept for the same command."
        return UnwritableTargetError(
            f"Cannot write {self._target}: {error.strerror or error}. What was there is untouched.{kept}"
        )

    def _check_no_source(self) -> None:
        """Refuse a target that a dask array, which does not tell what it is read from, may be read from."""
        if not self._target.exists():
            return
        try:
            Factorization.load(self._target)
        except WavefactError as error:
            raise InputError(
                f"{self._target} is there and is no earlier result; the dask array may be read from it, so "
                "it is not overwritten. Name another file, or remove it."
            ) from error

    def _give_up(self) -> None:
        self._part.unlink(missing_ok=True)
        self._solved.clear()

    def _clear(self) -> None:
        self._give_up()
        self._surveyed.clear()
