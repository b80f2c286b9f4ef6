"""Modes in files that other programs read: CSV tables, and universal files (UFF data set 55).

`write_modes` and `read_modes` go by the suffix.  HDF5 (`ModalModel.save`) holds everything; CSV all but the
geometry; UFF frequencies, damping and displacements of nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path

from wavefact.errors import InputError, UnknownFormatError
from wavefact.geometry import Geometry
from wavefact.modal._mode_tables import read_table, write_table
from wavefact.modal._universal import read_universal, write_universal
from wavefact.modal.model import ModalModel

__all__ = ["known_suffix", "read_modes", "write_modes"]

Writer = Callable[[ModalModel, Path, Geometry | None], None]


def write_modes(model: ModalModel, path: str | PathLike[str], geometry: Geometry | None = None) -> None:
    """Write modes to a file of the format that its suffix names.

    Parameters
    ----------
    model : ModalModel
    path : path
        ``.csv``, ``.uff`` or ``.unv`` (which need pyuff), or ``.h5`` or ``.hdf5``; it appears whole or not at
        all.
    geometry : Geometry, optional
        Where and in which directions the channels measure: in their order, or by their names where both have
        names.  A universal file holds it with the modes, and a table the places of the channels.  By default
        a universal file gets points at the model's positions.

    Raises
    ------
    InputError
        If the geometry does not fit, or is given for HDF5, which has no place for it.
    UnknownFormatError
        If no format has this suffix.
    MissingPackageError
        If pyuff is needed and not installed.
    UnwritableTargetError
        If the file cannot be written.

    Notes
    -----
    A CSV file has two tables with an empty row between them.  The first has one row a mode: frequency and its
    standard error, damping ratio and its error, wavenumber, quality, contribution, phase collinearity.  The
    second has one row a channel: name, position, direction, and the shape and its standard error in each
    mode, in two columns where shapes are complex.  What is unknown is empty.  Numbers come back exactly.

    A UFF file has units (data set 164), nodes (15), lines (82), surfaces (2412), and a data set 55 for each
    mode, in which channels have become displacements of nodes along x, y and z.  Real shapes are normal modes
    (analysis type 2) with frequency and viscous damping ratio; complex ones complex modes (type 3) with the
    eigenvalue −ζω + iω√(1 − ζ²).  The modal mass is 0, which stands for unknown: vibration whose cause is not
    measured does not tell it.  Numbers have six digits.

    References
    ----------
    Structural Dynamics Research Laboratory, University of Cincinnati, *Universal File Datasets*, number 55.

    Examples
    --------
    >>> modes = wf.ModalModel(np.array([2.0]), np.array([0.01]), np.array([[1.0], [0.5]]), names=("a", "b"))
    >>> wf.write_modes(modes, "modes.csv")
    >>> wf.read_modes("modes.csv").names
    ('a', 'b')
    """
    target = Path(path)
    if not isinstance(model, ModalModel):
        raise InputError(f"Only a ModalModel can be written, not {type(model).__name__}; identify one first.")
    _WRITERS[known_suffix(target)](model, target, geometry)


def read_modes(path: str | PathLike[str]) -> ModalModel:
    """Read modes from a file that `write_modes` or, in universal files, another program wrote.

    Parameters
    ----------
    path : path
        ``.csv``, ``.uff``, ``.unv``, ``.h5`` or ``.hdf5``.

    Returns
    -------
    ModalModel
        Of a universal file the channels are the directions in which some mode moves a node, named such as
        "12:+x"; `Geometry.read` names them alike.

    Raises
    ------
    InputError
        If there is no such file.
    UnknownFormatError, CorruptFileError
        If the file holds no modes, or is damaged.
    MissingPackageError
        If pyuff is needed and not installed.

    Examples
    --------
    >>> modes = wf.ModalModel(np.array([2.0]), np.array([0.01]), np.array([[1.0], [0.5]]))
    >>> wf.write_modes(modes, "modes.uff")
    >>> wf.read_modes("modes.uff")
    ModalModel(1 modes at 2 points)
    mode  frequency [Hz]  damping [%]    MPC
       1          2.0000        1.000  1.000
    """
    source = Path(path)
    form = known_suffix(source)
    if not source.is_file():
        raise InputError(f"{source} does not exist or is not a file; expected modes.")
    return _READERS[form](source)


def known_suffix(path: Path) -> str:
    """Return the suffix of a path, in lower case, if there is a format of modes that has it.

    Raises
    ------
    UnknownFormatError
        If there is none.
    """
    suffix = path.suffix.lower()
    if suffix not in _WRITERS:
        raise UnknownFormatError(
            f"{path} is of no format of modes: expected a suffix of {', '.join(_WRITERS)}."
        )
    return suffix


def _save(model: ModalModel, path: Path, geometry: Geometry | None) -> None:
    if geometry is not None:
        raise InputError("HDF5 holds modes without a geometry; save that by itself, with geometry.save(...).")
    model.save(path)


_WRITERS: dict[str, Writer] = {
    ".csv": write_table,
    ".uff": write_universal,
    ".unv": write_universal,
    ".h5": _save,
    ".hdf5": _save,
}
_READERS: dict[str, Callable[[Path], ModalModel]] = {
    ".csv": read_table,
    ".uff": read_universal,
    ".unv": read_universal,
    ".h5": ModalModel.load,
    ".hdf5": ModalModel.load,
}
