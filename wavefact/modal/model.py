"""The result of modal identification: `ModalModel`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wavefact.errors import CorruptFileError, InputError
from wavefact.modal.complexity import mpc, mpd
from wavefact.modal.notes import card_of, frame_of, notes_of, table_of
from wavefact.modal.similarity import mac, pair_modes
from wavefact.storage import load_fields, save_fields

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["ModalModel"]

_KIND = "wavefact-modal-model"
_OPTIONAL = ("frequency_errors", "damping_errors", "wavenumbers", "fit_quality", "contributions")
PER_MODE = ("frequencies", "damping_ratios", *_OPTIONAL)
PER_ENTRY = ("mode_shapes", "shape_errors")


@dataclass(frozen=True, eq=False, repr=False)
class ModalModel:
    """Hold the modes of a structure, by rising frequency.

    Parameters
    ----------
    frequencies : (n_modes,) array [Hz]
        Undamped natural frequencies.
    damping_ratios : (n_modes,) array [fraction of critical]
    mode_shapes : (n_points, n_modes) array, real or complex
        Largest entry 1.
    wavenumbers : (n_modes,) array [rad/m], optional
        NaN where no operator says what a wavenumber is; of travelling waves e^(i(ωt − kx)) with a sign.
    fit_quality : (n_modes,) array in [0, 1], optional
        Share of the recording's content at the mode's pole that the mode explains; 1 for a simulated truth.
    contributions : (n_modes,) array, optional
        Share of the energy of the signals that is the mode's, since the impact where one within the recording
        set it in motion; NaN where unknown.
    positions : (n_points,) or (n_points, n_dims) array [m], optional
    quantity, unit : str
        What the signals measured.
    frequency_errors, damping_errors : (n_modes,) arrays [Hz], [fraction of critical], optional
        Standard errors; NaN where unknown.
    shape_errors : (n_points, n_modes) array, optional
        Standard error of the real part of each entry of the shapes; NaN where unknown.
    length_unit : str
        "m", or "sensor" where nobody said where the points are: then wavenumbers are [rad/sensor].
    names : tuple of n_points str, optional
        What the entries of a shape are called: the channels' names, where points are channels.

    Raises
    ------
    InputError
        If the lengths of the fields do not match.

    Examples
    --------
    >>> import numpy as np
    >>> modes = ModalModel(np.array([2.0, 5.0]), np.array([0.01, 0.02]), np.array([[1.0, 1.0], [0.5, -1.0]]))
    >>> modes.n_modes
    2
    """

    frequencies: np.ndarray
    damping_ratios: np.ndarray
    mode_shapes: np.ndarray
    wavenumbers: np.ndarray = field(default_factory=lambda: np.full(0, np.nan))
    fit_quality: np.ndarray = field(default_factory=lambda: np.full(0, np.nan))
    contributions: np.ndarray = field(default_factory=lambda: np.full(0, np.nan))
    positions: np.ndarray | None = None
    quantity: str = ""
    unit: str = ""
    frequency_errors: np.ndarray = field(default_factory=lambda: np.full(0, np.nan))
    damping_errors: np.ndarray = field(default_factory=lambda: np.full(0, np.nan))
    shape_errors: np.ndarray = field(default_factory=lambda: np.full((0, 0), np.nan))
    names: tuple[str, ...] | None = None
    length_unit: str = "m"

    def __post_init__(self) -> None:
        for name in PER_MODE:
            object.__setattr__(self, name, np.atleast_1d(np.asarray(getattr(self, name), dtype=float)))
        object.__setattr__(self, "mode_shapes", np.asarray(self.mode_shapes))
        n_modes = self.frequencies.size
        for name in _OPTIONAL:
            if getattr(self, name).size == 0:
                object.__setattr__(self, name, np.full(n_modes, np.nan))
        if np.all(np.isnan(self.shape_errors)):  # unknown, of whatever shapes
            object.__setattr__(self, "shape_errors", np.full(self.mode_shapes.shape, np.nan))
        self._check_sizes(n_modes)

    def _check_sizes(self, n_modes: int) -> None:
        for name in PER_MODE:
            if getattr(self, name).shape != (n_modes,):
                raise InputError(f"{name} has {getattr(self, name).size} entries for {n_modes} frequencies.")
        if self.mode_shapes.ndim != 2 or self.mode_shapes.shape[1] != n_modes:
            raise InputError(
                f"mode_shapes must be (n_points, {n_modes}), one column a mode, not {self.mode_shapes.shape}."
            )
        if np.shape(self.shape_errors) != self.mode_shapes.shape:
            raise InputError(
                f"shape_errors are {np.shape(self.shape_errors)} for shapes {self.mode_shapes.shape}; "
                "give one for each entry."
            )
        for name in ("positions", "names"):
            given = getattr(self, name)
            if given is not None and len(given) != self.n_points:
                raise InputError(f"{len(given)} {name} came for shapes of {self.n_points} points.")

    @property
    def n_modes(self) -> int:
        """Number of modes."""
        return int(self.frequencies.size)

    @property
    def n_points(self) -> int:
        """Number of points of the mode shapes."""
        return int(self.mode_shapes.shape[0])

    @property
    def phase_collinearity(self) -> np.ndarray:
        """Modal phase collinearity of each shape, (n_modes,), in [0, 1]."""
        return mpc(self.mode_shapes) if self.n_modes else np.zeros(0)

    @property
    def phase_deviation(self) -> np.ndarray:
        """Mean phase deviation of each shape, (n_modes,), in [0, 90] [°]."""
        return mpd(self.mode_shapes) if self.n_modes else np.zeros(0)

    @property
    def phase_velocities(self) -> np.ndarray:
        """Phase velocity 2πf/k of each mode, with the sign of k, (n_modes,) [m/s]; NaN without k."""
        waving = self.wavenumbers != 0
        unknown = np.full(self.n_modes, np.nan)
        return np.divide(2 * np.pi * self.frequencies, self.wavenumbers, out=unknown, where=waving)

    def mac(self, other: ModalModel | None = None) -> np.ndarray:
        """Compute the MAC of each mode with each of `other`, or of these modes: the auto-MAC.

        Parameters
        ----------
        other : ModalModel
            On the same points.

        Returns
        -------
        numpy.ndarray, shape (n_modes, n_other_modes)
            Between 0 and 1 [-].
        """
        return mac(self.mode_shapes, (self if other is None else other).mode_shapes)

    def match(
        self, other: ModalModel, *, max_shift: float = 0.2, min_mac: float = 0.5
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find which mode of `other` is which of these, each used at most once.

        Parameters
        ----------
        other : ModalModel
            On the same points.
        max_shift : float
            Largest relative difference in frequency of a pair [-].
        min_mac : float
            Smallest MAC of a pair [-].

        Returns
        -------
        indices, other_indices : (n_pairs,) integer arrays

        Examples
        --------
        >>> import numpy as np
        >>> shapes = np.array([[1.0, 1.0], [1.0, -1.0]])
        >>> before = ModalModel(np.array([2.0, 5.0]), np.array([0.01, 0.01]), shapes)
        >>> after = ModalModel(np.array([4.8]), np.array([0.01]), shapes[:, 1:])
        >>> before.match(after)
        (array([1]), array([0]))
        """
        return pair_modes(
            (self.frequencies, other.frequencies),
            (self.mode_shapes, other.mode_shapes),
            max_shift=max_shift,
            min_mac=min_mac,
        )

    def select(self, modes: slice | np.ndarray | list[int]) -> ModalModel:
        """Return the model of some of its modes, by index or mask.

        Parameters
        ----------
        modes : sequence of int
            Indices from 0.
        """
        indices = np.arange(self.n_modes)[modes]
        fields = {name: getattr(self, name)[indices] for name in PER_MODE}
        columns = {name: getattr(self, name)[:, indices] for name in PER_ENTRY}
        return dataclasses.replace(self, **columns, **fields)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the model to an HDF5 file; an existing file is replaced once all is written.

        Raises
        ------
        UnwritableTargetError
            If the file cannot be written.
        """
        arrays = {name: getattr(self, name) for name in (*PER_MODE, *PER_ENTRY, "positions")}
        names = None if self.names is None else list(self.names)
        about = {name: getattr(self, name) for name in ("quantity", "unit", "length_unit")}
        save_fields(Path(path), _KIND, arrays, about | {"names": names})

    @classmethod
    def load(cls, path: str | PathLike[str]) -> ModalModel:
        """Read a model that `save` wrote.

        Raises
        ------
        InputError
            If there is no such file.
        UnknownFormatError, CorruptFileError
            If the file is not a modal model, or is damaged.
        """
        arrays, attributes = load_fields(Path(path), _KIND)
        try:
            names = attributes.get("names")
            return cls(
                **arrays,
                quantity=attributes["quantity"],
                unit=attributes["unit"],
                length_unit=attributes.get("length_unit", "m"),  # older files do not say
                names=None if names is None else tuple(names),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptFileError(f"{path} is damaged or incomplete: {error}.") from error

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind about each mode, (n_modes,); empty where there is nothing."""
        return notes_of(self)

    def to_pandas(self) -> DataFrame:
        """Return a pandas table of one row a mode, from mode 1; what is known of none is left out.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        MissingPackageError
            If pandas is not installed.
        """
        return frame_of(self)

    def __str__(self) -> str:
        return table_of(self)

    def _repr_html_(self) -> str:
        return card_of(self)

    def __repr__(self) -> str:
        title = f"ModalModel({self.n_modes} modes at {self.n_points} points)"
        return f"{title}\n{self}" if self.n_modes else title
