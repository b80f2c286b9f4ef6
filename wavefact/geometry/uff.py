"""Geometries in universal files: nodes (15, 2411), trace lines (82), elements (2412) and units (164).

pyuff does the reading and writing of data sets; here they become a `Geometry` and come from one.  UFF has
no list of channels: they are the response coordinates of functions (58), and what mode shapes (55) move.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError, MissingPackageError, UnknownFormatError
from wavefact.geometry.structure import Geometry
from wavefact.io.atomic import atomic_path
from wavefact.io.uff import dof_name

__all__ = [
    "geometry_of",
    "geometry_sets",
    "mode_sets",
    "moved_dofs",
    "node_numbers",
    "read_sets",
    "write_sets",
]

Sets = Sequence[Mapping[Any, Any]]
Dof = tuple[int, int]  # node number; axis 1, 2, 3 with the sign of the direction

READ = (15, 18, 55, 58, 82, 164, 2411, 2412, 2420)
MODES = (2, 3, 7)  # analysis types of data set 55: normal and complex modes
LONGEST_LINE = 250  # nodes of one trace line
BEAMS = {11, 21, 22, 23, 24}
CORNERS = {42: (0, 2, 4), 45: (0, 2, 4, 6), 92: (0, 2, 4), 95: (0, 2, 4, 6)}  # of parabolic shells
FACES = {
    111: ((0, 1, 2), (0, 1, 3), (1, 2, 3), (0, 2, 3)),
    112: ((0, 1, 2), (3, 4, 5), (0, 1, 4, 3), (1, 2, 5, 4), (2, 0, 3, 5)),
    115: ((0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)),
}  # of linear solids
TRIANGLE, QUADRILATERAL = 41, 44


def read_sets(path: Path) -> list[dict[str, Any]]:
    """Read the data sets of a universal file that tell of geometry and modes; of functions the heads."""
    pyuff = _pyuff()
    try:
        file = pyuff.UFF(str(path))
        if not file.get_n_sets():
            raise UnknownFormatError(f"{path} is neither HDF5 nor a universal file (UFF).")
        wanted = np.flatnonzero(np.isin(file.get_set_types(), READ)).tolist()
        found = file.read_sets(wanted, header_only=True)
    except UnknownFormatError:
        raise
    except Exception as error:  # pyuff raises nothing more particular
        raise CorruptFileError(f"{path} is damaged, or no universal file: {error}") from error
    return found if isinstance(found, list) else [found]


def write_sets(sets: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write data sets to a universal file, whole or not at all."""
    pyuff = _pyuff()
    with atomic_path(path) as temporary:
        pyuff.UFF(str(temporary)).write_sets([dict(item) for item in sets], mode="overwrite")


def _pyuff() -> Any:
    try:
        import pyuff
    except ImportError as error:
        raise MissingPackageError(
            "Universal files need pyuff, which is not installed; run: pip install 'wavefact[uff]'."
        ) from error
    return pyuff


# Reading ------------------------------------------------------------------------------------------------


def geometry_of(sets: Sets, path: Path) -> Geometry:
    """Return the geometry in data sets; lengths become metres."""
    nodes = [item for item in sets if item["type"] in (15, 2411)]
    if not nodes:
        raise UnknownFormatError(f"{path} holds no nodes (data set 15 or 2411), so it is no geometry.")
    _warn_of_coordinate_systems(sets, path)
    numbers = [int(number) for item in nodes for number in item["node_nums"]]
    index = {number: place for place, number in enumerate(numbers)}
    points = np.concatenate([np.stack([item[axis] for axis in "xyz"], axis=1) for item in nodes])
    lines, surfaces = _joints(sets)
    dofs = list(dict.fromkeys([*response_dofs(sets), *moved_dofs(sets)]))
    try:
        return Geometry(
            points / _length_factor(sets, path),
            lines=np.array([(index[a], index[b]) for a, b in lines], dtype=int),
            surfaces=tuple(tuple(index[node] for node in surface) for surface in surfaces),
            channel_points=np.array([index[node] for node, _ in dofs], dtype=int),
            channel_directions=np.array([np.sign(axis) * np.eye(3)[abs(axis) - 1] for _, axis in dofs]),
            point_names=tuple(map(str, numbers)),
            channel_names=tuple(dof_name(dof) for dof in dofs),
        )
    except KeyError as error:
        raise CorruptFileError(f"{path} names node {error}, which it does not define.") from error
    except ValueError as error:
        raise CorruptFileError(f"{path} is damaged: {error}") from error


def response_dofs(sets: Sets) -> list[Dof]:
    """Return the translations that functions (58) respond in, in order, each once."""
    found = [(item["rsp_node"], item["rsp_dir"]) for item in sets if item["type"] == 58]
    return list(dict.fromkeys((int(node), int(axis)) for node, axis in found if 1 <= abs(axis) <= 3))


def mode_sets(sets: Sets) -> list[Mapping[Any, Any]]:
    """Return the data sets that are mode shapes."""
    return [item for item in sets if item["type"] == 55 and item["analysis_type"] in MODES]


def moved_dofs(sets: Sets) -> list[Dof]:
    """Return the translations that at least one mode shape (55) moves, by its nodes and then axes."""
    moves: dict[Dof, bool] = {}
    for item in mode_sets(sets):
        for place, node in enumerate(item["node_nums"]):
            for axis in (1, 2, 3):
                dof = int(node), axis
                moves[dof] = moves.get(dof, False) or item[f"r{axis}"][place] != 0
    return [dof for dof, moved in moves.items() if moved]


def _length_factor(sets: Sets, path: Path) -> float:
    """Return how many of the file's units of length are a metre."""
    for item in sets:
        if item["type"] == 164:
            return float(item["length"])
    logging.getLogger("wavefact").info("%s names no unit of length (data set 164): taken as metres.", path)
    return 1.0


def _warn_of_coordinate_systems(sets: Sets, path: Path) -> None:
    if any(item["type"] in (18, 2420) for item in sets):
        logging.getLogger("wavefact").warning(
            "%s defines coordinate systems of its own; its nodes are taken as global Cartesian.", path
        )


def _joints(sets: Sets) -> tuple[list[tuple[int, int]], list[tuple[int, ...]]]:
    """Return lines and surfaces by node numbers."""
    lines: dict[tuple[int, int], None] = {}
    surfaces: list[tuple[int, ...]] = []
    for item in sets:
        if item["type"] == 82:
            lines |= dict.fromkeys(_strokes([int(node) for node in item["nodes"]]))
        for kind in [key for key in item if item["type"] == 2412 and isinstance(key, int)]:
            for element in item[kind]:
                nodes = element["nodes_nums"]
                lines |= dict.fromkeys(_strokes(nodes) if kind in BEAMS or len(nodes) == 2 else [])
                surfaces += _faces(kind, nodes)
    return list(lines), surfaces


def _strokes(nodes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the lines drawn by a pen that 0 lifts."""
    for first, second in pairwise(nodes):
        if first and second and first != second:
            yield first, second


def _faces(kind: int, nodes: Sequence[int]) -> list[tuple[int, ...]]:
    if kind in BEAMS or len(nodes) == 2:
        return []
    if kind in FACES or kind in CORNERS:
        return [tuple(nodes[i] for i in face) for face in FACES.get(kind, (CORNERS.get(kind, ()),))]
    if len(nodes) in (3, 4):
        return [tuple(nodes)]
    logging.getLogger("wavefact").warning("An element of type %d is left out: it has no shape here.", kind)
    return []


# Writing ------------------------------------------------------------------------------------------------


def node_numbers(geometry: Geometry) -> list[int]:
    """Return the points' names where all of them are whole numbers, else 1, 2, …."""
    names = geometry.point_names or ()
    if names and all(name.isascii() and name.isdigit() and int(name) > 0 for name in names):
        numbers = [int(name) for name in names]
        if len(set(numbers)) == len(numbers):
            return numbers
    return list(range(1, geometry.n_points + 1))


def geometry_sets(geometry: Geometry) -> list[dict[str, Any]]:
    """Return the data sets of points, lines and surfaces, in metres."""
    numbers = np.array(node_numbers(geometry))
    units = {"units_code": 1, "units_description": "SI: metre, newton", "temp_mode": 1}
    factors = {"length": 1.0, "force": 1.0, "temp": 1.0, "temp_offset": 273.15}
    nodes = {"node_nums": numbers, **dict(zip("xyz", geometry.points.T, strict=True))}
    sets: list[dict[str, Any]] = [{"type": 164, **units, **factors}, {"type": 15, **nodes}]
    pen = [node for line in geometry.lines for node in (*numbers[line].tolist(), 0)][:-1]
    step = LONGEST_LINE // 3 * 3  # whole lines, each of two nodes and a lift of the pen
    for number, start in enumerate(range(0, len(pen), step), start=1):
        nodes_of_line = np.array(pen[start : start + step])
        nodes_of_line = nodes_of_line[:-1] if nodes_of_line[-1] == 0 else nodes_of_line
        sets.append({"type": 82, "trace_num": number, "id": "lines", "color": 1, "nodes": nodes_of_line})
    elements: dict[Any, Any] = {}
    for number, surface in enumerate(geometry.surfaces, start=1):
        kind = TRIANGLE if len(surface) == 3 else QUADRILATERAL
        element = {"element_nums": number, "fe_descriptor": kind, "phys_table": 1, "mat_table": 1, "color": 1}
        element |= {"num_nodes": len(surface), "nodes_nums": numbers[list(surface)].tolist()}
        elements.setdefault(kind, []).append(element)
    return [*sets, {"type": 2412, **elements}] if elements else sets
