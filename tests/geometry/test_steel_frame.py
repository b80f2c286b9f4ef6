"""A measured steel frame: oblique laser beams, slaves and reference sensors of a published data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import wavefact as wf
from wavefact.geometry import Slave, direction_from_angles


def frame(folder: Path, setup: int) -> wf.Geometry:
    """Return the geometry of a setup, with its five channels; the files are in cm and degrees."""
    names = [line.split() for line in (folder / "grid.txt").read_text().splitlines()[1:]]
    index = {row[0]: place for place, row in enumerate(names)}
    lines = [line.split() for line in (folder / "lines.txt").read_text().splitlines()[1:]]
    surfaces = [
        line.split() for line in (folder / "surfaces.txt").read_text().splitlines()[1:] if line.strip()
    ]
    channels = (folder / f"measurement_{setup}/channel_dofs.txt").read_text().splitlines()[1:6]
    dofs = [line.split() for line in channels]
    return wf.Geometry(
        np.array([row[1:] for row in names], dtype=float) / 100,
        lines=np.array([[index[a], index[b]] for a, b in lines]),
        surfaces=tuple(tuple(index[name] for name in row) for row in surfaces),
        channel_points=np.array([index[row[1]] for row in dofs]),
        channel_directions=np.array([direction_from_angles(float(row[2]), float(row[3])) for row in dofs]),
        point_names=tuple(row[0] for row in names),
        channel_names=tuple(row[4] for row in dofs),
        slaves=followers(folder, index),
    )


def followers(folder: Path, index: dict[str, int]) -> tuple[Slave, ...]:
    """Return what parent_child_assignments.txt says: a child's direction × its factor, of a parent's."""
    found = []
    for line in (folder / "parent_child_assignments.txt").read_text().splitlines()[1:]:
        if not line.strip():
            break
        parent, *vector = line.split()[:4]
        child, *direction = line.split()[4:]
        along = np.array(direction, dtype=float)
        followed = np.linalg.norm(along) * np.array(vector, dtype=float)
        found.append(Slave(index[child], along, [(index[parent], followed)]))
    return tuple(found)


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "steel_frame_3dsldv"


@pytest.mark.parametrize(("setup", "node"), [(2, "6"), (8, "14"), (14, "22")])
def test_oblique_beams_give_the_motion_of_their_node(folder: Path, setup: int, node: str) -> None:
    geometry = frame(folder, setup)
    point, reference = geometry.point_names.index(node), geometry.point_names.index("24")
    motion = np.array([0.3, -1.0, 0.1])
    reading = np.append(
        geometry.channel_directions[:3] @ motion, [-0.5, -0.7]
    )  # references point to −x and −y
    moved = geometry.displacements(reading[:, None])[:, :, 0]
    assert np.allclose(moved[point], motion)
    assert np.allclose(moved[reference], (0.5, 0.7, 0))
    assert np.count_nonzero(geometry.measured) == 2


def test_slaves_carry_the_motion_of_parents(folder: Path) -> None:
    geometry = frame(folder, 2)  # node 8 follows 5 along x and 7 along y
    index = {name: place for place, name in enumerate(geometry.point_names)}
    whole = wf.Geometry(
        geometry.points,
        channel_points=[index["5"], index["7"]],
        channel_directions=["x", "y"],
        slaves=geometry.slaves,
    )
    moved = whole.displacements(np.array([[0.4], [-0.9]]))[:, :, 0]
    assert np.allclose(moved[index["8"]], (0.4, -0.9, 0))
    assert [name for name in index if whole.measured[index[name]]] == ["5", "7", "8"]


def test_the_lowest_modes_bend_along_x_and_y(folder: Path) -> None:
    # the bracing stiffens y, so the lowest mode goes along x, and the second along y
    signals = np.load(folder / "measurement_8/measurement_8.npy").T[:5]
    model = wf.identify(wf.Recording(signals, sampling_rate=256.0), (0.5, 11.0))
    geometry = frame(folder, 8)
    moved = np.abs(geometry.displacements(model.mode_shapes))[geometry.point_names.index("14")]
    assert moved[0, 0] > 5 * moved[1, 0]
    assert moved[1, 1] > 5 * moved[0, 1]
    assert np.all(moved[2, :3] < 0.02 * np.linalg.norm(moved[:, :3], axis=0))  # and floors stay level
