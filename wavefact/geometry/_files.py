"""Geometries in HDF5 files, and which reader a file needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wavefact.errors import CorruptFileError, InputError
from wavefact.geometry.slave import Slave
from wavefact.geometry.structure import Geometry
from wavefact.storage import load_fields, save_fields

__all__ = ["KIND", "load_geometry", "read_geometry", "save_geometry"]

KIND = "wavefact-geometry"
_ARRAYS = ("points", "lines", "channel_points", "channel_directions")
_ATTRIBUTES = ("surfaces", "point_names", "channel_names")


def save_geometry(geometry: Geometry, path: Path) -> None:
    """Write a geometry to an HDF5 file."""
    slaves = [
        [slave.point, slave.direction.tolist(), [[point, vector.tolist()] for point, vector in slave.parents]]
        for slave in geometry.slaves
    ]
    arrays = {name: getattr(geometry, name) for name in _ARRAYS}
    attributes = {name: getattr(geometry, name) for name in _ATTRIBUTES}
    save_fields(path, KIND, arrays, attributes | {"slaves": slaves})


def load_geometry(path: Path) -> Geometry:
    """Read a geometry that `save_geometry` wrote."""
    arrays, attributes = load_fields(path, KIND)
    try:
        slaves = tuple(Slave(*item) for item in attributes.pop("slaves"))
        fields: dict[str, Any] = {**arrays, **attributes, "slaves": slaves}
        return Geometry(**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptFileError(f"{path} is damaged or incomplete: {error}.") from error


def read_geometry(path: Path) -> Geometry:
    """Read a geometry from an HDF5 or a UFF file, by its content."""
    import h5py

    from wavefact.geometry.uff import geometry_of, read_sets

    if not path.is_file():
        raise InputError(f"{path} does not exist or is not a file; expected a geometry, HDF5 or UFF.")
    return load_geometry(path) if h5py.is_hdf5(path) else geometry_of(read_sets(path), path)
