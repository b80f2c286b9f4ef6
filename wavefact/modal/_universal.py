"""Modes in universal files: data set 55, beside the nodes that it names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError, UnknownFormatError
from wavefact.geometry import Geometry
from wavefact.geometry.uff import (
    geometry_of,
    geometry_sets,
    mode_sets,
    moved_dofs,
    node_numbers,
    read_sets,
    write_sets,
)
from wavefact.io.uff import QUANTITY_CODES, dof_name
from wavefact.modal.model import ModalModel
from wavefact.modal.placing import placed

__all__ = ["read_universal", "write_universal"]

NORMAL, COMPLEX = 2, 3  # analysis types


def write_universal(model: ModalModel, path: Path, geometry: Geometry | None) -> None:
    """Write modes, with the structure they move, to a universal file."""
    fitting = placed(model, geometry)
    moved, numbers = fitting.displacements(model.mode_shapes), np.array(node_numbers(fitting))
    sets = [_mode_set(model, mode, numbers, moved[:, :, mode]) for mode in range(model.n_modes)]
    write_sets([*geometry_sets(fitting), *sets], path)


def _mode_set(model: ModalModel, mode: int, numbers: np.ndarray, moved: np.ndarray) -> dict[str, Any]:
    frequency, ratio = float(model.frequencies[mode]), float(model.damping_ratios[mode])
    head = {
        "type": 55,
        "id1": "wavefact: modes of a structure",
        "id2": model.quantity or "NONE",
        "id4": f"Mode {mode + 1}",
        "id5": f"Mode      {mode + 1:10d} Frequency{frequency:13.5E}",
        "data_ch": 2,
        "spec_data_type": QUANTITY_CODES.get(model.quantity, 0),
        "load_case": 1,
        "mode_n": mode + 1,
        "node_nums": numbers,
    }
    values = {f"r{axis + 1}": moved[:, axis] for axis in range(3)}
    if not np.iscomplexobj(moved):
        return (
            head
            | values
            | {"analysis_type": NORMAL, "freq": frequency, "modal_damp_vis": np.nan_to_num(ratio)}
        )
    omega, damping = 2 * np.pi * frequency, np.nan_to_num(ratio)
    eigenvalue = complex(-damping * omega, omega * np.sqrt(max(1 - damping**2, 0.0)))
    return head | values | {"analysis_type": COMPLEX, "eig": eigenvalue}


def read_universal(path: Path) -> ModalModel:
    """Read the modes in a universal file; the channels are what they move."""
    sets = read_sets(path)
    modes = mode_sets(sets)
    if not modes:
        raise UnknownFormatError(f"{path} holds no modes (data set 55 of normal or complex modes).")
    modes.sort(key=lambda item: _pole(item)[0])
    dofs = moved_dofs(modes)
    shapes = np.array([_shape(item, dofs) for item in modes]).T
    peaks = shapes[np.abs(shapes).argmax(axis=0), np.arange(len(modes))] if dofs else np.ones(len(modes))
    frequencies, ratios = zip(*map(_pole, modes), strict=True)
    return ModalModel(
        np.array(frequencies),
        np.array(ratios),
        shapes / peaks,
        positions=_positions(sets, dofs, path),
        quantity={number: name for name, number in QUANTITY_CODES.items()}.get(
            modes[0]["spec_data_type"], ""
        ),
        names=tuple(map(dof_name, dofs)),
    )


def _pole(item: Mapping[str, Any]) -> tuple[float, float]:
    """Return frequency [Hz] and damping ratio of a mode."""
    if item["analysis_type"] == NORMAL:
        return float(item["freq"]), float(item["modal_damp_vis"])
    omega = abs(item["eig"])
    return omega / (2 * np.pi), -item["eig"].real / (omega or 1.0)


def _shape(item: Mapping[str, Any], dofs: list[tuple[int, int]]) -> list[complex]:
    """Return the displacement along each direction; 0 where a node is left out, as the format says."""
    place = {int(node): index for index, node in enumerate(item["node_nums"])}
    return [item[f"r{axis}"][place[node]] if node in place else 0.0 for node, axis in dofs]


def _positions(sets: list[dict[str, Any]], dofs: list[tuple[int, int]], path: Path) -> np.ndarray | None:
    """Return where the channels are; None where the file has no nodes."""
    nodes = [item for item in sets if item["type"] in (15, 164, 2411)]
    if not any(item["type"] != 164 for item in nodes):
        return None
    geometry = geometry_of(nodes, path)
    places = dict(zip(geometry.point_names or (), geometry.points, strict=True))
    try:
        return np.array([places[str(node)] for node, _ in dofs]).reshape(len(dofs), 3)
    except KeyError as error:
        raise CorruptFileError(
            f"{path} has a mode that moves node {error}, which it does not define."
        ) from error
