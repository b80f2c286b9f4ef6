"""The variables in a MAT file, by their full names: those of structures with points, as in MATLAB.

A variable comes as an array of numbers in MATLAB's shape, as text, or, from a cell array of texts, as a tuple
of them; what is none of these (sparse matrices, functions, objects) is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wavefact._arrays import complex_of
from wavefact.io._lazy import LazySignals, Turned
from wavefact.io._matlab_five import Matrix, matrices_in
from wavefact.io.base import head

__all__ = ["is_version_73", "variables_of", "variables_of_73"]

_DEEPEST, _MOST = 5, 10_000  # levels of structures, and fields of all of them
_SMALL = 100_000  # numbers that are read although nobody may want them
_SHOWN = {
    b"double",
    b"single",
    *(f"{sign}int{bits}".encode() for sign in ("", "u") for bits in (8, 16, 32, 64)),
}


def is_version_73(path: Path) -> bool:
    """Tell whether the file is HDF5 behind its first block."""
    return head(path, 520)[512:] == b"\x89HDF\r\n\x1a\n"


def variables_of(path: Path) -> dict[str, Any]:
    """Return the variables in a file of version 5 to 7.2."""
    found: dict[str, Any] = {}
    for item in matrices_in(path):
        found |= _taken(_flattened(item.name, item, 0), len(found))
    return found


def _taken(pairs: Iterator[tuple[str, Any]], n_before: int) -> dict[str, Any]:
    return dict(pair for _, pair in zip(range(_MOST - n_before), pairs, strict=False))


def _flattened(name: str, item: Matrix, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield what a variable holds, those within it by their full names."""
    if depth > _DEEPEST:
        return
    if isinstance(item.values, str) or (item.values is not None and item.values.size):
        yield name, item.values
    elif item.cells and all(isinstance(cell.values, str) for cell in item.cells):
        yield name, tuple(cell.values for cell in item.cells)
    for number, cell in enumerate(item.cells, start=1):
        if not isinstance(cell.values, str):
            yield from _flattened(name if len(item.cells) == 1 else f"{name}({number})", cell, depth + 1)
    for number, fields in enumerate(item.elements, start=1):
        prefix = name if len(item.elements) == 1 else f"{name}({number})"
        for each in fields:
            yield from _flattened(f"{prefix}.{each.name}", each, depth + 1)


def variables_of_73(path: Path) -> dict[str, Any]:
    """Return the variables in a file of version 7.3; large matrices stay in the file."""
    import h5py

    with h5py.File(path, "r") as file:
        found: dict[str, Any] = {}
        for name in file:
            if not name.startswith("#"):
                found |= _taken(_of_object(file, name, file[name], (path.resolve(), 0)), len(found))
        return found


def _of_object(file: Any, name: str, item: Any, place: tuple[Path, int]) -> Iterator[tuple[str, Any]]:
    """Yield what an object of HDF5 holds; its arrays have their axes the other way round than in MATLAB."""
    path, depth = place
    if depth > _DEEPEST:
        return
    if hasattr(item, "keys"):
        for field in item:
            yield from _of_object(file, f"{name}.{field}", item[field], (path, depth + 1))
        return
    kind = item.attrs.get("MATLAB_class", b"double")
    if "MATLAB_empty" in item.attrs or item.size == 0:
        return
    if kind == b"char":
        yield name, "".join(map(chr, item[()].T.ravel(order="C").tolist()))
    elif item.dtype == object:
        yield from _of_cells(file, name, item, place)
    elif kind in _SHOWN:
        yield name, _numbers(item, path)


def _of_cells(file: Any, name: str, item: Any, place: tuple[Path, int]) -> Iterator[tuple[str, Any]]:
    path, depth = place
    targets = [file[reference] for reference in item[()].ravel()[:_MOST] if reference]
    if all(target.attrs.get("MATLAB_class") == b"char" for target in targets):
        texts = [dict(_of_object(file, "", target, place)).get("", "") for target in targets]
        yield name, tuple(texts)
        return
    for number, target in enumerate(targets, start=1):
        full = name if len(targets) == 1 else f"{name}({number})"
        yield from _of_object(file, full, target, (path, depth + 1))


def _numbers(item: Any, path: Path) -> Any:
    if item.ndim == 2 and item.size > _SMALL and item.dtype.kind in "iuf":
        return Turned(LazySignals(path, item.name, item.shape, item.dtype, item.chunks))
    values = item[()]
    if values.dtype.names == ("real", "imag"):
        values = complex_of(values["real"], values["imag"])
    return values.T
