"""Points of lines and planes in space get the coordinates along them."""

import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import InputError
from wavefact.local_wavenumber.fields import field_of
from wavefact.operators._projection import projected

X = np.array([0.0, 1.0, 2.5, 3.0, 7.0])
ZERO = np.zeros(5)
GRID = np.stack(np.meshgrid(np.arange(3.0), 2.0 * np.arange(4), indexing="ij"), axis=-1).reshape(-1, 2)


def turned(rng, n_dims=3):
    return np.linalg.qr(rng.normal(size=(n_dims, n_dims)))[0]


@pytest.mark.parametrize("x", [X, X[::-1], -X, X + 100.0])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_points_along_an_axis_keep_their_coordinates(x, axis):
    points = np.full((5, 3), 4.25)
    points[:, axis] = x
    np.testing.assert_array_equal(projected(points, 1)[:, 0], x)
    noisy = points + np.where(np.arange(3) == axis, 0.0, 1e-7 * np.arange(5)[:, None])  # rounded elsewhere
    np.testing.assert_array_equal(wf.String(positions=noisy).positions, x)


def test_points_of_a_line_in_space_keep_their_distances(rng):
    direction = np.array([-0.6, 0.64, 0.48])
    points = np.array([3.0, -1.0, 2.0]) + X[:, None] * direction
    along = projected(points, 1)[:, 0]
    np.testing.assert_allclose(along - along[0], X, atol=1e-12)  # y, the nearest axis, rises with it
    np.testing.assert_allclose(projected(points[[3, 1]], 1)[:, 0], along[[3, 1]], atol=1e-12)
    mirrored = projected(points * [1, -1, 1], 1)[:, 0]
    np.testing.assert_allclose(mirrored[0] - mirrored, X, atol=1e-12)
    for line in (wf.String, wf.Beam):
        ends = {wf.String: "free", wf.Beam: "pinned"}[line]
        given, plain = line(positions=points, ends=ends), line(positions=X, ends=ends)
        np.testing.assert_allclose(given.eigenvalues, plain.eigenvalues, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_points_off_a_line_are_refused_and_told_how_far(n_dims):
    points = np.c_[X, ZERO, ZERO][:, :n_dims].copy()
    points[2, 1] = 0.5
    with pytest.raises(
        InputError, match=rf"{n_dims}-dimensional .* straight line: point 2 is 0\.39\d* m off"
    ):
        wf.String(positions=points)
    with pytest.raises(InputError, match="Say which operator describes"):
        wf.factorize(wf.Recording(np.eye(5, 40), positions=points), wave_weight=1.0, regularization=1.0)
    points[2, 1] = 0.002  # a share of 3e-4
    np.testing.assert_array_equal(wf.String(positions=points).positions, X)


def test_positions_that_are_not_finite_are_named():
    points = np.c_[X, ZERO, ZERO]
    points[3, 1] = np.nan
    with pytest.raises(InputError, match=r"position 3 is \[3\.0, nan, 0\.0\]"):
        wf.String(positions=points)


@pytest.mark.parametrize("angle", [0.0, 0.5, 2.0])
def test_a_grid_on_a_slope_is_a_grid(angle):
    slope = np.c_[GRID[:, 0], GRID[:, 1] * np.cos(angle), GRID[:, 1] * np.sin(angle)]
    sign = 1.0 if max(np.cos(angle), np.sin(angle), key=abs) > 0 else -1.0
    np.testing.assert_allclose(projected(slope, 2), GRID * [1.0, sign], atol=1e-12)
    field = field_of(wf.Recording(np.arange(24.0).reshape(12, 2), positions=slope), None, None)
    assert field.values.shape == (3, 4, 2)
    assert field.spacing == pytest.approx((1.0, 2.0))


def test_points_off_a_plane_are_refused(rng):
    points = np.c_[GRID, np.zeros(12)] @ turned(rng).T
    np.testing.assert_allclose(
        np.linalg.norm(np.diff(projected(points, 2), axis=0), axis=1),
        np.linalg.norm(np.diff(GRID, axis=0), axis=1),
    )
    with pytest.raises(InputError, match="do not lie on a plane"):
        projected(points + rng.normal(size=(12, 3)), 2)


def test_a_line_in_a_universal_file_is_one_for_the_operator(tmp_path, rng):
    recording = wf.Recording(rng.normal(size=(5, 60)), sampling_rate=100.0, positions=X)
    wf.write(recording, tmp_path / "line.uff")
    found = wf.read(tmp_path / "line.uff")
    assert found.positions.shape == (5, 3)
    np.testing.assert_allclose(wf.String(positions=found.positions).positions, X)
    options = {"wave_weight": 1.0, "regularization": 3.0}
    given, plain = wf.factorize(found, **options), wf.factorize(recording, **options)
    np.testing.assert_allclose(given.operator.positions, plain.operator.positions)
    np.testing.assert_allclose(given.reconstruct(), plain.reconstruct(), atol=1e-4)


def test_modes_of_some_sensors_are_found_on_the_line_of_all():
    points = np.c_[X, X, X]
    string = wf.String(positions=points, ends="free")
    model = wf.ModalModel([2.0], [0.01], np.ones((3, 1)), positions=points[[1, 3, 4]])
    assert wf.expand_shapes(model, string).n_points == 5
