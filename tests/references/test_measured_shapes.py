"""Measured mode shapes of a footbridge and two shear frames: MAC, COMAC, and expansion to points left out.

Data: Y. Wang and others, Structural Model Updating (GPL-3.0), with the shear frames' nominal masses and
stiffnesses from its documentation.  The bridge's file has neither geometry nor matrices.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wavefact.modal import ModalModel, compare_modes, expand_shapes, mac, msf
from wavefact.operators import FiniteElement, Graph, String, WaveOperator

DATA = Path(__file__).resolve().parents[2] / "../shared/data/gatech_experimental_modes"

# The lines of like sensors along the bridge, numbered from 1 in the order of the file, which runs along the
# span.  Direction, level and side of each are no part of the file; they were read from signs and sizes in
# modes 1 (lateral), 2 (vertical) and 3 (top against deck).  Nothing else of the shapes enters the graph.
LINES = {
    "top, first side": [5, 12, 16, 24, 32, 36, 44, 56],
    "top, second side": [7, 14, 18, 26, 34, 38, 46, 57],
    "deck, first side": [1, 9, 20, 28, 40, 48, 52],
    "deck, second side": [3, 10, 22, 30, 42, 50, 54],
    "vertical, first side": [2, 8, 11, 15, 19, 23, 27, 31, 35, 39, 43, 47, 51, 55],
    "vertical, second side": [4, 6, 13, 17, 21, 25, 29, 33, 37, 41, 45, 49, 53, 58],
}


def read(name: str) -> dict[str, Any]:
    from scipy.io import loadmat

    if not (DATA / name).exists():
        pytest.skip(f"measured data not there: {name}")
    return loadmat(DATA / name)


def shear_frame(stiffness: np.ndarray, mass: np.ndarray) -> FiniteElement:
    above = np.append(stiffness[1:], 0.0)
    matrix = np.diag(stiffness + above) - np.diag(stiffness[1:], 1) - np.diag(stiffness[1:], -1)
    return FiniteElement(matrix, mass)


def computed(operator: WaveOperator, n_modes: int, rows: np.ndarray) -> ModalModel:
    chosen = np.zeros((operator.n_points, n_modes))
    order = np.argsort(operator.eigenvalues)[:n_modes]
    chosen[order, np.arange(n_modes)] = 1.0
    frequencies = np.sqrt(operator.eigenvalues[order]) / (2 * np.pi)
    return ModalModel(frequencies, np.full(n_modes, 0.01), operator.synthesize(chosen)[rows])


@pytest.fixture(scope="module")
def bridge() -> ModalModel:
    data = read("pedbridge_ExpModeInfo_FEM.mat")
    eigenvalues, n_tests = data["lambdaExp"].ravel(), data["numTest"].ravel()
    frequencies = np.sqrt(eigenvalues) / (2 * np.pi)
    return ModalModel(
        frequencies,
        np.full(5, np.nan),
        data["psiExp_m"],
        frequency_errors=frequencies * data["std_lambdaExp"].ravel() / (2 * eigenvalues * np.sqrt(n_tests)),
        shape_errors=data["std_psiExp"] / np.sqrt(data["numVldCH"]),
    )


@pytest.fixture(scope="module")
def bridge_graph() -> Graph:
    """Neighbours along each line are joined, and laterally the two sides, which floor beams tie together."""
    lines = [np.array(line) - 1 for line in LINES.values()]
    along = [pair for line in lines for pair in pairwise(line)]
    across = [pair for one, other in (lines[:2], lines[2:4]) for pair in zip(one, other, strict=True)]
    return Graph(along + across, n_points=58)


def every_second(start: int) -> np.ndarray:
    """Return every second channel of each line, one side offset against the other, from 0."""
    kept = [np.array(line[(start + i) % 2 :: 2]) - 1 for i, line in enumerate(LINES.values())]
    return np.sort(np.concatenate(kept))


def measured_at(model: ModalModel, rows: np.ndarray, *, errors_known: bool = True) -> ModalModel:
    errors = model.shape_errors[rows] if errors_known else np.full((rows.size, model.n_modes), np.nan)
    return ModalModel(model.frequencies, model.damping_ratios, model.mode_shapes[rows], shape_errors=errors)


def test_bridge_modes_are_told_apart_by_its_sensors(bridge: ModalModel) -> None:
    values = bridge.mac()
    assert values[0, 2] == pytest.approx(0.519, abs=1e-3)  # lateral both: the sensors' levels tell them apart
    assert np.sort(values[np.triu_indices(5, 1)])[-2] < 0.05


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("errors_known", [True, False])
def test_half_of_the_bridge_gives_the_other_half(
    bridge: ModalModel, bridge_graph: Graph, start: int, errors_known: bool
) -> None:
    kept = every_second(start)
    left = np.setdiff1d(np.arange(58), kept)
    assert kept.size == left.size == 29
    expanded = expand_shapes(measured_at(bridge, kept, errors_known=errors_known), bridge_graph, kept)
    values = np.diag(mac(expanded.mode_shapes[left], bridge.mode_shapes[left]))
    assert np.all(values[:3] > 0.98)
    assert np.all(values[3:] > [0.96, 0.85])
    scale = msf(bridge.mode_shapes, expanded.mode_shapes)
    apart = (expanded.mode_shapes - scale * bridge.mode_shapes)[left]
    errors = np.hypot(expanded.shape_errors, np.abs(scale) * bridge.shape_errors)[left]
    assert np.mean(np.abs(apart[:, :3]) < 2 * errors[:, :3]) > 0.85


def test_odd_channels_do_not_give_even_ones_without_a_model(bridge: ModalModel) -> None:
    """In the order of the file neighbours look in different directions, and no smoothness joins them."""
    kept, left = np.arange(0, 58, 2), np.arange(1, 58, 2)
    expanded = expand_shapes(measured_at(bridge, kept).select([0, 1, 2]), String(58, ends="free"), kept)
    assert np.all(np.diag(mac(expanded.mode_shapes[left], bridge.mode_shapes[left, :3])) < 0.7)


def test_four_storey_frame_against_its_nominal_model() -> None:
    data = read("FourStoryStructure.mat")
    test = ModalModel(data["test_frequency"].ravel(), np.full(4, np.nan), data["test_mode"])
    nominal = shear_frame(np.full(4, 10.0), np.full(4, 12.06 / 386.088))  # [lbf/in], [lbf s²/in]
    found = compare_modes(test, computed(nominal, 4, np.arange(4)))
    assert found.pairs.tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]
    assert np.all(found.mac[:2] > 0.95)
    assert np.all(found.mac[2:] > 0.70)
    assert np.all(np.abs(found.frequency_shifts) < 0.13)
    assert np.argmin(found.comac) == 1
    assert np.all(found.comac > 0.7)


def test_eighteen_storey_frame_from_three_floors() -> None:
    """A frame whose stiffness falls evenly from base to top, as the documented values nearly do."""
    data = read("ExpModalInfo_18DOF.mat")
    rows, shapes = data["measDOFs"].ravel().astype(int) - 1, data["psiExp_m"]
    frame = shear_frame(np.linspace(115_500.0, 36_300.0, 18), np.full(18, 207 / 9.8))  # [kN/m], [t]
    test = ModalModel(data["freqExp"].ravel(), data["dampExp"].ravel(), shapes)
    against = compare_modes(test, computed(frame, 3, rows), max_shift=0.3)
    assert against.pairs.tolist() == [[0, 0], [1, 1], [2, 2]]
    assert np.all(against.mac > [0.99, 0.97, 0.90])
    kept, left = np.array([0, 2, 4]), np.array([1, 3, 5])
    expanded = expand_shapes(
        ModalModel(test.frequencies, test.damping_ratios, shapes[kept]), frame, rows[kept]
    )
    assert np.all(np.diag(mac(expanded.mode_shapes[rows[left]], shapes[left])) > 0.99)
