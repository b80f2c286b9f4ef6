"""Beams: which ends have a closed form, rigid motions, precision, bad input."""

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.operators import Beam


@pytest.mark.parametrize("ends", ["pinned", "guided", "pinned-guided", "guided-pinned"])
@pytest.mark.parametrize("n_points", [2, 3, 9, 40])
def test_closed_forms_are_the_spline(ends, n_points):
    beam = Beam(n_points, 0.2, ends)
    closed, spline = beam.eigenvalues, beam._modes[0]
    np.testing.assert_allclose(closed, spline, rtol=1e-9, atol=1e-10 * closed.max())


def test_free_beam_moves_rigidly():
    operator = Beam(positions=[0.0, 0.2, 0.7, 0.9, 1.4], ends="free")
    motions = np.stack([np.ones(5), operator.positions], axis=1)
    bending = operator.eigenvalues[:, None] * operator.analyze(motions)
    np.testing.assert_allclose(bending, 0, atol=1e-10 * operator.eigenvalues.max())
    np.testing.assert_array_equal(operator.eigenvalues[:2], 0.0)


@pytest.mark.parametrize("ends", ["free", "pinned-free", "guided-free", "clamped", "clamped-guided"])
def test_two_points_are_enough(ends):
    operator = Beam(2, 0.5, ends)
    assert np.all(np.isfinite(operator.matrix()))
    assert np.all(operator.eigenvalues >= 0)


def test_first_mode_of_many_points_keeps_its_digits():
    fine = Beam(600, ends="clamped", span=(0.0, 1.0))
    assert fine.wavenumber(fine.eigenvalues[0]) == pytest.approx(4.730040744862704, rel=1e-9)


def test_large_even_grid_stays_cheap():
    operator = Beam(100_000, 1e-3)
    assert operator.eigenvalues.shape == (100_000,)
    assert operator.wavenumber(operator.eigenvalues[0]) == pytest.approx(np.pi / 100.001, rel=1e-9)
    assert "basis" not in vars(operator)


@pytest.mark.parametrize("ends", ["fixed", "periodic", "pinned-", "free_clamped", ""])
def test_unknown_ends_are_named(ends):
    with pytest.raises(InputError, match="choose among pinned, clamped, free, guided"):
        Beam(5, ends=ends)


def test_point_on_a_clamp_is_named():
    with pytest.raises(InputError, match="lies on the clamped end at 0 m"):
        Beam(positions=[0.0, 0.3, 0.7], ends="clamped-free", span=(0.0, 1.0))
