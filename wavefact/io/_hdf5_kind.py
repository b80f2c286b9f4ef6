"""Whose an HDF5 file is: netCDF, DAS and our own recordings all begin with the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wavefact.io._hdf5_heaps import heaps_are_sound
from wavefact.io.base import SCHEMA, head

__all__ = ["HDF5_MAGIC", "hdf5_kind"]

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_DAS_NAMES = (
    {"Acoustic"},  # Silixa
    {"Acquisition"},  # PRODML: OptaSense, Silixa, Terra15 and others
    {"acqSpec", "header", "cableSpec"},  # ASN's OptoDAS
    {"DAQ", "Interrogator", "ProcessingServer"},  # AP Sensing
    {"channel", "trace", "das"},  # DAS-HDF5
    {"DasRawData"},  # GDR
)
"""Names at the root by which dialects of fibre-optic recordings are told."""

_DAS_ATTRIBUTES = ({"__DASDAE_version__"}, {"file_start_computer_time", "file_version"})
"""Attributes of the root: DASCore's own dialect, and Terra15's."""


def hdf5_kind(path: Path) -> str:
    """Return "recording", "netcdf", "das" or "other" for an HDF5 file, "broken" or, of another format, ""."""
    import h5py

    if head(path, len(HDF5_MAGIC)) != HDF5_MAGIC:
        return ""
    if not heaps_are_sound(path):
        return "broken"
    try:
        with h5py.File(path, "r") as file:
            return _kind(file)
    except Exception:  # truncated or damaged, in one of many ways
        return "broken"


def _kind(file: Any) -> str:
    form = file.attrs.get("format")
    if (form.decode(errors="replace") if isinstance(form, bytes) else form) == SCHEMA:
        return "recording"
    if _is_das(file):
        return "das"
    items = [file.get(name) for name in file]
    scales = any(item is not None and item.attrs.get("CLASS") == b"DIMENSION_SCALE" for item in items)
    return "netcdf" if scales or "_NCProperties" in file.attrs else "other"


def _is_das(file: Any) -> bool:
    names, attributes = set(file), set(file.attrs)
    return (
        any(group <= names for group in _DAS_NAMES)
        or any(group <= attributes for group in _DAS_ATTRIBUTES)
        or any("Source1" in file[name] for name in names if _is_group(file, name))  # Febus
    )


def _is_group(file: Any, name: str) -> bool:
    """Tell whether a name of the root is a group, neither data nor a broken link."""
    return file.get(name, getclass=True) is type(file["/"]) and file.get(name) is not None
