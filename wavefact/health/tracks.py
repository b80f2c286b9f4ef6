"""The modes of one structure through many recordings: `ModeTracks`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wavefact._tables import aligned, card, frame
from wavefact.errors import CorruptFileError, InputError
from wavefact.storage import load_fields, save_fields

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["ModeTracks"]

_TITLES = {
    "frequency [Hz]": "frequencies",
    "frequency error [Hz]": "frequency_errors",
    "damping ratio": "damping_ratios",
    "damping ratio error": "damping_errors",
    "wavenumber [rad/m]": "wavenumbers",
}

_KIND = "wavefact-mode-tracks"
_OPTIONAL = ("frequency_errors", "damping_errors", "wavenumbers", "shape_errors")
PER_RECORD = ("frequencies", "damping_ratios", *_OPTIONAL)
_ARRAYS = ("times", *PER_RECORD, "mode_shapes", "reference_frequencies", "reference_shapes", "positions")


@dataclass(frozen=True, eq=False, repr=False)
class ModeTracks:
    """Hold the modes of a structure in each of many recordings, each mode in a column of its own.

    Parameters
    ----------
    times : (n_records,) array [s]
        When each recording was made, rising; such as seconds since 1970.
    frequencies, damping_ratios : (n_records, n_modes) arrays [Hz], [fraction of critical]
        NaN where a mode was not found.
    mode_shapes : (n_records, n_points, n_modes) array, real or complex
        Each scaled and turned to be closest to that of the reference; NaN where a mode was not found.
    reference_frequencies : (n_modes,) array [Hz]
    reference_shapes : (n_points, n_modes) array
        Of unit norm.
    frequency_errors, damping_errors : (n_records, n_modes) arrays, optional
        Standard errors; NaN where unknown.
    positions : (n_points,) or (n_points, n_dims) array [m], optional
    wavenumbers : (n_records, n_modes) array [rad/m], optional
        As of `ModalModel`; NaN where unknown.
    shape_errors : (n_records, n_modes) array [rad], optional
        Standard error of each shape as a whole, as an angle; NaN where unknown.

    Raises
    ------
    InputError
        If the sizes do not match or times do not rise.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.array([[2.0], [np.nan], [2.01]])
    >>> shapes = np.ones((3, 4, 1)) / 2
    >>> tracks = ModeTracks(np.arange(3.0), one, 0.01 * one, shapes, np.array([2.0]), np.ones((4, 1)) / 2)
    >>> tracks.detection_rates.round(2)
    array([0.67])
    """

    times: np.ndarray
    frequencies: np.ndarray
    damping_ratios: np.ndarray
    mode_shapes: np.ndarray
    reference_frequencies: np.ndarray
    reference_shapes: np.ndarray
    frequency_errors: np.ndarray | None = None
    damping_errors: np.ndarray | None = None
    positions: np.ndarray | None = None
    wavenumbers: np.ndarray | None = None
    shape_errors: np.ndarray | None = None

    def __post_init__(self) -> None:
        for name in ("times", "reference_frequencies", "frequencies", "damping_ratios"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        for name in _OPTIONAL:
            given = getattr(self, name)
            values = (
                np.full_like(self.frequencies, np.nan) if given is None else np.asarray(given, dtype=float)
            )
            object.__setattr__(self, name, values)
        self._check()

    def _check(self) -> None:
        n_points, n_modes = self.reference_shapes.shape
        expected: dict[str, tuple[int, ...]] = dict.fromkeys(PER_RECORD, (self.n_records, n_modes))
        expected["mode_shapes"] = (self.n_records, n_points, n_modes)
        expected["reference_frequencies"] = (n_modes,)
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise InputError(
                    f"{name} are {getattr(self, name).shape}; {self.n_records} times and reference shapes "
                    f"{self.reference_shapes.shape} ask for {shape}."
                )
        if not np.all(np.diff(self.times) > 0):
            raise InputError("times must rise from recording to recording; sort the recordings by time.")

    @property
    def n_records(self) -> int:
        """Number of recordings."""
        return int(self.times.size)

    @property
    def n_modes(self) -> int:
        """Number of modes."""
        return int(self.reference_frequencies.size)

    @property
    def n_points(self) -> int:
        """Number of points of the shapes."""
        return int(self.reference_shapes.shape[0])

    @property
    def is_found(self) -> np.ndarray:
        """Whether a mode was found in a recording, (n_records, n_modes)."""
        return np.isfinite(self.frequencies)

    @property
    def detection_rates(self) -> np.ndarray:
        """Share of the recordings in which each mode was found, (n_modes,)."""
        return np.asarray(self.is_found.mean(axis=0))

    def select(self, records: slice | np.ndarray) -> ModeTracks:
        """Return the tracks of some of the recordings, by index or mask.

        Parameters
        ----------
        records : slice, integers or array of bool, shape (n_records,)
        """
        values = {name: getattr(self, name)[records] for name in ("times", *PER_RECORD, "mode_shapes")}
        return replace(self, **values)

    def to_arrays(self) -> dict[str, np.ndarray | None]:
        """Return all fields by their names.

        Returns
        -------
        dict of str to numpy.ndarray, with the shapes given above, or None
            What is not known is None.
        """
        return {name: getattr(self, name) for name in _ARRAYS}

    def save(self, path: str | PathLike[str]) -> None:
        """Write the tracks to an HDF5 file; an existing file is replaced once all is written.

        Raises
        ------
        UnwritableTargetError
            If the file cannot be written.
        """
        save_fields(Path(path), _KIND, self.to_arrays(), {})

    @classmethod
    def load(cls, path: str | PathLike[str]) -> ModeTracks:
        """Read tracks that `save` wrote.

        Raises
        ------
        InputError
            If there is no such file.
        UnknownFormatError, CorruptFileError
            If the file holds no tracks, or is damaged.
        """
        arrays, _ = load_fields(Path(path), _KIND)
        try:
            return cls(**arrays)
        except (TypeError, ValueError) as error:
            raise CorruptFileError(f"{path} is damaged or incomplete: {error}.") from error

    def to_pandas(self) -> DataFrame:
        """Return a pandas table of one row a recording; columns are by quantity, then by mode from 1.

        ``tracks.to_pandas()["frequency [Hz]"]`` is a table of recordings and modes.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        MissingPackageError
            If pandas is not installed.
        """
        columns = {
            (title, mode + 1): getattr(self, name)[:, mode]
            for title, name in _TITLES.items()
            for mode in range(self.n_modes)
            if np.any(np.isfinite(getattr(self, name)))
        }
        return frame(columns, self.times, "time [s]")

    def _columns(self) -> list[list[str]]:
        """Return a table of the modes as columns of text, their titles first."""
        rows = [["mode", "f [Hz]", "found [%]", "scatter of f [%]", "damping [%]"]]
        for i, frequency in enumerate(self.reference_frequencies):
            found = self.is_found[:, i]
            there = np.any(found)
            scatter = 100 * np.nanstd(self.frequencies[:, i]) / frequency if there else np.nan
            damping = 100 * np.nanmedian(self.damping_ratios[:, i]) if there else np.nan
            numbers = [f"{frequency:.4f}", f"{100 * found.mean():.1f}", f"{scatter:.3f}", f"{damping:.2f}"]
            rows.append([str(i + 1), *numbers])
        return [list(column) for column in zip(*rows, strict=True)]

    def __str__(self) -> str:
        return aligned(self._columns(), [""] * self.n_modes)

    def _repr_html_(self) -> str:
        return card(f"Mode tracks: {self.n_modes} modes in {self.n_records} recordings", [], self._columns())

    def __repr__(self) -> str:
        return f"ModeTracks({self.n_modes} modes in {self.n_records} recordings)\n{self}"
