"""A measured steel frame: three setups of a scanning laser that share two accelerometers, as one model.

Marwitz et al., Experimental Mechanics 57 (2017), published eight modes from 15 setups.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import wavefact as wf
from wavefact.geometry import direction_from_angles

FOLDER = Path(__file__).resolve().parents[2] / "../shared/data/steel_frame_3dsldv"
FREQUENCIES = np.array([1.229, 1.436, 2.100, 4.017, 4.769, 6.683, 7.616, 9.664])
DAMPING = np.array([0.232, 0.147, 0.130, 0.162, 0.161, 0.190, 0.165, 0.174]) / 100
NODES = {2: "6", 8: "14", 14: "22"}  # which the lasers look at in each setup; the accelerometers are at 24
REFERENCES = ("ref_x", "ref_y")
GAIN = -0.5  # of the lasers over the integrated accelerometers: the top floor is rigid, in all modes


def channel_names(setup: int) -> tuple[str, ...]:
    return (*(f"node{NODES[setup]}_{laser}" for laser in "lrt"), *REFERENCES)


def recorded(setup: int) -> wf.Recording:
    """Return lasers and accelerometers of a setup, all as velocities of the lasers' unit."""
    file = FOLDER / f"measurement_{setup}/measurement_{setup}.npy"
    if not file.exists():
        pytest.skip("measured data not there: steel_frame_3dsldv")
    signals = np.load(file).T[:5]
    frequencies = np.fft.rfftfreq(signals.shape[1], 1 / 256)
    transformed = np.fft.rfft(signals, axis=1)
    transformed[:, frequencies < 0.3] = 0.0
    transformed[3:] *= GAIN / (2j * np.pi * np.maximum(frequencies, 0.3))
    velocities = np.fft.irfft(transformed, signals.shape[1])
    return wf.Recording(velocities, 256.0, names=channel_names(setup), quantity="velocity")


def displacements(model: wf.ModalModel) -> dict[str, np.ndarray]:
    """Return the motion (3, n_modes) of each measured node, from its oblique channels."""
    grid = [line.split() for line in (FOLDER / "grid.txt").read_text().splitlines()[1:]]
    order = [row[0] for row in grid]
    channels = {}
    for setup in NODES:
        lines = (FOLDER / f"measurement_{setup}/channel_dofs.txt").read_text().splitlines()[1:6]
        channels |= dict(zip(channel_names(setup), (line.split() for line in lines), strict=True))
    dofs = [channels[name] for name in model.names or ()]
    geometry = wf.Geometry(
        np.array([row[1:] for row in grid], dtype=float) / 100,
        channel_points=np.array([order.index(dof[1]) for dof in dofs]),
        channel_directions=np.array([direction_from_angles(float(dof[2]), float(dof[3])) for dof in dofs]),
        channel_names=model.names,
    )
    moved = geometry.displacements(model.mode_shapes)
    return {node: moved[order.index(node)] for node in ("6", "14", "22", "24")}


@pytest.fixture(scope="module")
def models() -> list[wf.ModalModel]:
    return [wf.identify(recorded(setup), (0.5, 11.0)) for setup in NODES]


@pytest.fixture(scope="module")
def merged(models: list[wf.ModalModel]) -> wf.ModalModel:
    return wf.merge_setups(models)


@pytest.fixture(scope="module")
def together() -> wf.ModalModel:
    return wf.identify_setups([recorded(setup) for setup in NODES], (0.5, 11.0))


@pytest.mark.parametrize("way", ["merged", "together"])
def test_all_published_modes(way: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(way)
    assert model.names[:2] == REFERENCES
    assert model.mode_shapes.shape == (11, 8)
    assert np.allclose(model.frequencies, FREQUENCIES, rtol=0.005)
    assert np.all(
        np.abs(model.damping_ratios - DAMPING) < 3 * model.damping_errors
    )  # published without errors
    assert np.all(model.damping_errors < 0.001)
    assert np.all(model.shape_errors < 0.02)
    assert np.all(model.phase_collinearity > 0.99)


def test_references_move_alike_in_all_setups(models: list[wf.ModalModel]) -> None:
    for one, other in combinations(models, 2):
        pairs = [wf.mac(one.mode_shapes[3:, m], other.mode_shapes[3:, m])[0, 0] for m in range(8)]
        assert min(pairs) > 0.99


def test_both_ways_give_the_same_shapes(merged: wf.ModalModel, together: wf.ModalModel) -> None:
    assert np.all(np.diag(merged.mac(together)) > 0.999)
    assert np.all(np.abs(merged.frequencies - together.frequencies) < merged.frequency_errors)


def test_merged_shapes_bend_and_twist_as_floors_do(merged: wf.ModalModel) -> None:
    moved = {node: motion.real for node, motion in displacements(merged).items()}
    far, near = moved["22"], moved["24"]  # at opposite corners of the top floor, which is rigid
    along = np.array([0, 1, 0, 0, 1, 0, 0, 1])  # where bending modes go: x or y; 3 and 6 are torsion
    modes = np.arange(8)
    bending = ~np.isin(modes, [2, 5])
    assert np.allclose(far[:2, bending], near[:2, bending], atol=0.05)
    assert np.allclose(far[:2, ~bending], -near[:2, ~bending], atol=0.05)
    first = np.array([0, 1])
    assert np.all(np.abs(far[along[first], first]) > 8 * np.abs(far[1 - along[first], first]))
    heights = np.stack([moved[node][along[first], first] / far[along[first], first] for node in ("6", "14")])
    assert np.all((heights[0] > 0.0) & (heights[0] < heights[1]) & (heights[1] < 1.0))
    assert np.all(np.sign(moved["14"][along, modes])[[3, 4]] != np.sign(far[along, modes])[[3, 4]])
    assert np.all(np.abs([motion[2] for motion in moved.values()]) < 0.02)  # floors stay level
