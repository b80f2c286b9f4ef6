"""Geometries: what channels say of points, slaves, what is refused, and what positions alone give."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wavefact as wf
from wavefact.geometry import Geometry, Slave, direction_from_angles, rigid_slaves

SQUARE = [(0, 0), (1, 0), (1, 1), (0, 1)]


def at_one_point(directions: Any, n_points: int = 1, **fields: Any) -> Geometry:
    points = np.arange(3.0 * n_points).reshape(-1, 3)
    return Geometry(points, channel_points=[0] * len(directions), channel_directions=directions, **fields)


# Directions ---------------------------------------------------------------------------------------------


def test_missing_coordinates_are_zero() -> None:
    assert Geometry([1.0, 2.0]).points.tolist() == [[1, 0, 0], [2, 0, 0]]
    assert Geometry([(1.0, 2.0)]).points.tolist() == [[1, 2, 0]]


def test_directions_are_words_or_vectors_of_any_length() -> None:
    geometry = at_one_point(["x", "-y", "+z", (0, 3, 4)])
    assert np.allclose(geometry.channel_directions, [(1, 0, 0), (0, -1, 0), (0, 0, 1), (0, 0.6, 0.8)])
    assert Geometry([0, 1], channel_points=[0, 1], channel_directions="-z").channel_directions[
        :, 2
    ].tolist() == [
        -1,
        -1,
    ]


def test_angles_give_unit_vectors() -> None:
    vectors = direction_from_angles([0.0, 90.0, 0.0, 45.0], [0.0, 0.0, 90.0, -30.0])
    half = np.sqrt(0.375)
    assert np.allclose(vectors, [(1, 0, 0), (0, 1, 0), (0, 0, 1), (half, half, -0.5)])
    assert direction_from_angles(10.0, 20.0).shape == (3,)


# Displacements ------------------------------------------------------------------------------------------


@given(st.integers(3, 6), st.integers(0, 2**32 - 1))
def test_enough_directions_give_the_displacement_back(n_channels: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(n_channels, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    truth = rng.normal(size=(3, 2)) + 1j * rng.normal(size=(3, 2))
    if np.linalg.svd(directions, compute_uv=False)[-1] > 0.2:
        moved = at_one_point(directions).displacements(directions @ truth)
        assert np.allclose(moved[0], truth, atol=1e-10)


@given(st.integers(0, 2**32 - 1))
def test_too_few_directions_give_the_least_displacement_that_fits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    directions = np.linalg.qr(rng.normal(size=(3, 2)))[0].T @ np.diag([1.0, 2.0, 0.5])
    values = rng.normal(size=(2, 1))
    moved = at_one_point(directions).displacements(values)[0]
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    assert np.allclose(moved, np.linalg.lstsq(unit, values, rcond=None)[0])


def test_a_direction_measured_twice_counts_as_its_mean() -> None:
    moved = at_one_point(["x", "x", "-y"]).displacements(np.array([[1.0], [3.0], [5.0]]))
    assert np.allclose(moved[0, :, 0], (2, -5, 0))


def test_points_without_channels_stay_and_are_marked() -> None:
    geometry = Geometry([0, 1, 2], channel_points=[1], channel_directions=["z"])
    assert geometry.measured.tolist() == [False, True, False]
    assert geometry.displacements(np.ones((1, 1)))[:, :, 0].tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 0]]


def test_nearly_parallel_beams_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "wavefact"):
        at_one_point([(1, 0, 0), (0, 1, 0), (1, 1, 0.1)]).displacements(np.ones((3, 1)))
    assert "point 0 nearly lie in a plane: errors across it are amplified" in caplog.text


def test_beams_in_a_plane_leave_what_is_across_it_open(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "wavefact"):
        moved = at_one_point([(1, 0, 0), (0, 1, 0), (1, 1, 1e-3)]).displacements(np.ones((3, 1)))
    assert caplog.text == ""
    assert abs(moved[0, 2, 0]) < 1e-3


# Slaves -------------------------------------------------------------------------------------------------


def test_a_slave_follows_its_parents() -> None:
    slaves = (Slave(1, "x", [(0, "x")]), Slave(1, (0, 0, 2), [(0, (0, 0.5, 0)), (0, (3, 0, 0))]))
    geometry = at_one_point(["x", "y"], 3, slaves=slaves)
    moved = geometry.displacements(np.array([[2.0], [4.0]]))[:, :, 0]
    assert np.allclose(moved, [(2, 4, 0), (2, 0, 8), (0, 0, 0)])
    assert geometry.measured.tolist() == [True, True, False]


def test_slaves_of_slaves_follow_in_any_order() -> None:
    slaves = (Slave(2, "y", [(1, "x")]), Slave(1, "x", [(0, (-1, 0, 0))]))
    moved = at_one_point(["x"], 3, slaves=slaves).displacements(np.ones((1, 1)))[:, :, 0]
    assert np.allclose(moved, [(1, 0, 0), (-1, 0, 0), (0, -1, 0)])


def test_two_corners_of_a_floor_follow_each_other_in_different_directions() -> None:
    slaves = (Slave(1, "x", [(0, "x")]), Slave(0, "y", [(1, "y")]))
    geometry = Geometry([0, 1], channel_points=[0, 1], channel_directions=["x", "y"], slaves=slaves)
    moved = geometry.displacements(np.array([[1.0], [2.0]]))[:, :, 0]
    assert np.allclose(moved, [(1, 2, 0), (1, 2, 0)])


def test_a_measurement_counts_more_than_a_slave() -> None:
    geometry = Geometry(
        [0, 1],
        channel_points=[0, 1],
        channel_directions=["x", "x"],
        slaves=(Slave(1, "x", [(0, "x")]), Slave(1, "y", [(0, "x")])),
    )
    moved = geometry.displacements(np.array([[1.0], [7.0]]))[1, :, 0]
    assert np.allclose(moved, (7, 1, 0))


def test_a_slave_completes_an_oblique_measurement() -> None:
    slaves = (Slave(1, "x", [(0, "x")]),)
    geometry = Geometry([0, 1], channel_points=[0, 1], channel_directions=["x", (1, 1, 0)], slaves=slaves)
    moved = geometry.displacements(np.array([[1.0], [np.sqrt(8)]]))[1, :, 0]
    assert np.allclose(moved, (1, 3, 0))  # both hold: x is 1, and (x + y)/√2 is √8


def test_slaves_in_a_circle_are_refused() -> None:
    with pytest.raises(wf.InputError, match="in a circle at points 1, 2"):
        at_one_point(["x"], 3, slaves=(Slave(1, "x", [(2, "x")]), Slave(2, "x", [(1, "x")])))


@given(st.integers(0, 2**32 - 1))
def test_rigid_slaves_move_as_one_body(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(6, 3))
    shift, turn = rng.normal(size=(2, 3))
    moved = shift + np.cross(turn, points)
    slaves = rigid_slaves(points, leaders=[0, 1, 2], followers=[3, 4, 5])
    geometry = Geometry(
        points, channel_points=np.repeat([0, 1, 2], 3), channel_directions=list("xyz" * 3), slaves=slaves
    )
    assert np.allclose(geometry.displacements(moved[:3].reshape(-1, 1))[:, :, 0], moved)


def test_a_single_leader_is_followed_without_rotation() -> None:
    slaves = rigid_slaves(SQUARE, leaders=[0], followers=[2], axes="xy")
    geometry = Geometry(SQUARE, channel_points=[0, 0], channel_directions=["x", "y"], slaves=slaves)
    assert np.allclose(geometry.displacements(np.array([[2.0], [3.0]]))[2, :, 0], (2, 3, 0))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"axes": "xx"}, "axes is 'xx'"),
        ({"axes": ""}, "axes is ''"),
        ({"leaders": []}, "no leader"),
        ({"leaders": [4]}, "leaders name point 4"),
        ({"followers": [-1]}, "followers name point -1"),
    ],
)
def test_a_rigid_body_that_cannot_be_is_refused(arguments: dict[str, Any], complaint: str) -> None:
    with pytest.raises(wf.InputError, match=complaint):
        rigid_slaves(SQUARE, **({"leaders": [0], "followers": [1]} | arguments))


# Channels and names -------------------------------------------------------------------------------------


def test_channels_are_taken_by_name() -> None:
    geometry = Geometry(
        [0, 1, 2],
        channel_points=[0, 1, 2],
        channel_directions=["x", "y", "z"],
        channel_names=("a", "b", "c"),
    ).for_channels(["c", "a"])
    assert (geometry.channel_points.tolist(), geometry.channel_names) == ([2, 0], ("c", "a"))
    assert geometry.channel_directions.tolist() == [[0, 0, 1], [1, 0, 0]]
    with pytest.raises(wf.InputError, match="no channel 'd'; it has 'c', 'a'"):
        geometry.for_channels(["a", "d"])
    with pytest.raises(wf.InputError, match="no channel names"):
        Geometry([0]).for_channels(["a"])


# What is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"points": [(0, np.nan)]}, "Point 0 is at"),
        ({"points": np.zeros((2, 4))}, r"shape \(2, 4\)"),
        ({"points": []}, "points have shape"),
        ({"points": ["a"]}, "not numbers"),
        ({"lines": [(0, 4)]}, "name point 4; the 4 points are counted from 0 to 3"),
        ({"lines": [(0, -1)]}, "name point -1"),
        ({"lines": [(0, 1, 2)]}, r"expected \(n_lines, 2\)"),
        ({"lines": [(2, 2)]}, "joins point 2 to itself"),
        ({"lines": [(0.0, 1.0)]}, "must be indices"),
        ({"surfaces": [(0, 1)]}, "three or four different"),
        ({"surfaces": [(0, 1, 1)]}, "three or four different"),
        ({"channel_points": [9]}, "channel_points name point 9"),
        ({"channel_points": [0], "channel_directions": [(0, 0, 0)]}, "direction 0 is zero"),
        ({"channel_points": [0], "channel_directions": [(0, np.inf, 0)]}, "must be finite"),
        ({"channel_points": [0], "channel_directions": ["up"]}, "direction 0 is 'up'"),
        ({"channel_points": [0], "channel_directions": [(1, 0)]}, r"direction 0 has shape \(2,\)"),
        ({"channel_points": [0, 1], "channel_directions": ["x"]}, "1 directions came for 2 channels"),
        ({"point_names": ["a", "b", "a", "c"]}, "'a' is there twice"),
        ({"point_names": ["a"]}, "1 point names came for 4 points"),
        ({"point_names": "abcd"}, "are one string"),
        ({"slaves": (Slave(0, "x", [(5, "x")]),)}, "points of the slave of point 0 name point 5"),
    ],
)
def test_what_is_wrong_is_said(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(wf.InputError, match=complaint):
        Geometry(**({"points": SQUARE} | fields))


def test_a_slave_needs_a_direction_and_a_parent() -> None:
    with pytest.raises(wf.InputError, match="slave of point 3 is zero"):
        Slave(3, (0, 0, 0), [(1, "x")])
    with pytest.raises(wf.InputError, match="slave of point 3 follows nothing"):
        Slave(3, "x", [])


@pytest.mark.parametrize(
    ("shapes", "complaint"),
    [
        (np.ones((2, 1)), "geometry of 1 channels"),
        (np.ones(1), "geometry of 1"),
        (np.full((1, 1), np.nan), "NaN"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(shapes: np.ndarray, complaint: str) -> None:
    with pytest.raises(wf.InputError, match=complaint):
        at_one_point(["x"]).displacements(shapes)


# From positions -----------------------------------------------------------------------------------------


def test_a_line_is_joined_in_order_and_moves_across() -> None:
    geometry = Geometry.from_positions([2.0, 0.0, 1.0], names=("c", "a", "b"))
    assert {frozenset(pair) for pair in geometry.lines.tolist()} == {frozenset((1, 2)), frozenset((2, 0))}
    assert np.allclose(geometry.channel_directions, [(0, 0, 1)] * 3)
    assert geometry.channel_names == ("c", "a", "b")


def test_a_mast_moves_sideways_and_a_ramp_across_itself() -> None:
    mast = Geometry.from_positions([(0, 0, 1), (0, 0, 2), (0, 0, 3)])
    assert np.allclose(mast.channel_directions[0], (1, 0, 0))
    ramp = Geometry.from_positions([(0, 0, 0), (4, 0, 3)])
    assert np.allclose(ramp.channel_directions[0], (-0.6, 0, 0.8))


def test_a_grid_gets_its_cells() -> None:
    geometry = Geometry.of(wf.Plate((4, 3), (0.5, 0.2)))
    assert (len(geometry.surfaces), len(geometry.lines)) == (6, 17)
    assert {len(surface) for surface in geometry.surfaces} == {4}
    lengths = np.linalg.norm(np.diff(geometry.points[geometry.lines], axis=1)[:, 0], axis=1)
    assert set(lengths.round(9).tolist()) == {0.5, 0.2}
    assert np.allclose(geometry.channel_directions, [(0, 0, 1)] * 12)


def test_scattered_points_get_triangles_that_cover_them(rng: np.random.Generator) -> None:
    positions = np.concatenate([[(0, 0), (1, 0), (1, 1), (0, 1)], rng.uniform(0.1, 0.9, (16, 2))])
    geometry = Geometry.from_positions(positions)
    corners = geometry.points[np.array(geometry.surfaces), :2]
    sides = corners[:, 1:] - corners[:, :1]
    assert np.isclose(np.abs(np.linalg.det(sides)).sum() / 2, 1.0)


def test_a_wall_moves_along_its_normal() -> None:
    positions = [(0, 2, 0), (1, 2, 0), (0, 2, 1), (1, 2, 1)]
    geometry = Geometry.from_positions(positions)
    assert np.allclose(geometry.channel_directions, [(0, 1, 0)] * 4)
    assert len(geometry.surfaces) == 1


def test_points_in_space_are_all_reached(rng: np.random.Generator) -> None:
    geometry = Geometry.from_positions(rng.normal(size=(9, 3)))
    reached = {0}
    for _ in range(9):
        reached |= {point for pair in geometry.lines.tolist() if reached & set(pair) for point in pair}
    assert (len(reached), len(geometry.lines)) == (9, 8)


@pytest.mark.parametrize("positions", [[3.0], [(1.0, 1.0), (1.0, 1.0)]])
def test_one_place_is_a_geometry_too(positions: Any) -> None:
    geometry = Geometry.from_positions(positions)
    assert (len(geometry.lines), geometry.size) == (0, 1.0)


def test_a_graph_keeps_its_edges() -> None:
    star = wf.Graph(edges=[(0, 1), (0, 2), (0, 3)], positions=[(0, 0), (1, 0), (0, 1), (-1, 0)])
    assert Geometry.of(star).lines.tolist() == [[0, 1], [0, 2], [0, 3]]


# Files --------------------------------------------------------------------------------------------------


FULL = Geometry(
    [(0, 0, 0), (1, 0, 0.5), (1, 1, 0), (0, 1, 0), (2, 2, 2)],
    lines=[(0, 1), (3, 4)],
    surfaces=((0, 1, 2, 3), (0, 1, 4)),
    channel_points=[1, 1, 2],
    channel_directions=[(1, 2, 3), "x", "-z"],
    point_names=("10", "20", "30", "40", "7"),
    channel_names=("left", "right", "top"),
    slaves=(Slave(3, (1, 1, 0), [(2, (0, 0, 0.5)), (1, "x")]),),
)


def test_a_saved_geometry_comes_back_exactly(tmp_path: Path) -> None:
    FULL.save(tmp_path / "a.h5")
    for back in (Geometry.load(tmp_path / "a.h5"), Geometry.read(tmp_path / "a.h5")):
        for name in ("points", "lines", "channel_points", "channel_directions"):
            assert np.array_equal(getattr(back, name), getattr(FULL, name)), name
        for name in ("surfaces", "point_names", "channel_names"):
            assert getattr(back, name) == getattr(FULL, name), name
        shapes = np.array([[1.0], [2.0], [3.0]])
        assert np.array_equal(back.displacements(shapes), FULL.displacements(shapes))


def test_files_that_are_no_geometry_are_refused(tmp_path: Path) -> None:
    with pytest.raises(wf.InputError, match="does not exist"):
        Geometry.read(tmp_path / "none.h5")
    wf.ModalModel(np.ones(1), np.ones(1), np.ones((1, 1))).save(tmp_path / "modes.h5")
    with pytest.raises(wf.UnknownFormatError, match="expected wavefact-geometry"):
        Geometry.read(tmp_path / "modes.h5")
