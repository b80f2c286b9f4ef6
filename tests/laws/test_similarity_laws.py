"""What every measure of shapes promises: bounds, symmetry, no dependence on scale and phase, extremes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from benchmarks.ssi import quiet_pyoma
from hypothesis import given
from hypothesis import strategies as st

from wavefact.errors import InputError
from wavefact.modal import comac, mac, mcf, mpc, mpd, msf

ONE_SHAPE: list[tuple[Callable[..., np.ndarray], float]] = [(mpc, 1.0), (mcf, 1.0), (mpd, 90.0)]


@st.composite
def shape_sets(draw: st.DrawFn, *, is_complex: bool | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Two sets of the same size, real or complex; the second is the first with more or less noise."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    size = draw(st.integers(2, 9)), draw(st.integers(1, 4))
    noise = draw(st.sampled_from([0.0, 0.1, 10.0]))
    first, second = rng.standard_normal((2, *size))
    if draw(st.booleans()) if is_complex is None else is_complex:
        first = first + 1j * draw(st.sampled_from([1e-9, 0.1, 1.0])) * rng.standard_normal(size)
        second = second + 1j * rng.standard_normal(size)
    return first, first + noise * second


def factors(seed: int, n: int, exponent: float) -> np.ndarray:
    """Return complex factors of magnitudes around 10^exponent."""
    rng = np.random.default_rng(seed)
    return 10.0 ** (exponent + rng.uniform(-1, 1, n)) * np.exp(2j * np.pi * rng.uniform(size=n))


@given(shape_sets())
def test_bounds(sets: tuple[np.ndarray, np.ndarray]) -> None:
    for measure in (mac, comac):
        values = measure(*sets)
        assert np.all((values >= 0) & (values <= 1))
        assert values.dtype == np.float64
    for one, largest in ONE_SHAPE:
        values = one(sets[1])
        assert values.shape == (sets[1].shape[1],)
        assert np.all((values >= 0) & (values <= largest))


@given(shape_sets())
def test_symmetry(sets: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = sets
    assert np.allclose(mac(first, second), mac(second, first).T)
    assert np.allclose(comac(first, second), comac(second, first))
    assert np.allclose(msf(first, second) * msf(second, first), np.diag(mac(first, second)))


@given(shape_sets())
def test_a_set_is_like_itself(sets: tuple[np.ndarray, np.ndarray]) -> None:
    shapes = sets[1]
    assert np.allclose(np.diag(mac(shapes, shapes)), 1)
    assert np.allclose(comac(shapes, shapes), 1)
    assert np.allclose(msf(shapes, shapes), 1)


@given(shape_sets(), st.integers(0, 10_000), st.floats(-290, 290))
def test_scale_and_phase_of_every_member_do_not_matter(
    sets: tuple[np.ndarray, np.ndarray], seed: int, exponent: float
) -> None:
    first, second = sets
    turned = first * factors(seed, first.shape[1], exponent)
    assert np.allclose(mac(turned, second), mac(first, second))
    assert np.allclose(comac(turned, second), comac(first, second))
    for one, largest in ONE_SHAPE:
        assert np.allclose(one(turned), one(first), atol=1e-7 * largest)


@given(shape_sets(), st.integers(0, 10_000), st.floats(-290, 290))
def test_msf_finds_the_factor(sets: tuple[np.ndarray, np.ndarray], seed: int, exponent: float) -> None:
    shapes = sets[0]
    truth = factors(seed, shapes.shape[1], exponent)
    assert np.allclose(msf(shapes, shapes * truth) / truth, 1)
    pairs = zip(sets[0].T, sets[1].T, strict=True)
    assert np.allclose(msf(*sets), [np.vdot(a, b) / np.vdot(a, a) for a, b in pairs])


@given(shape_sets(), st.integers(0, 10_000))
def test_order_of_points_does_not_matter(sets: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    first, second = sets
    order = np.random.default_rng(seed).permutation(len(first))
    assert np.allclose(mac(first[order], second[order]), mac(first, second))
    assert np.allclose(comac(first[order], second[order]), comac(first, second)[order])
    for one, _ in ONE_SHAPE:
        assert np.allclose(one(first[order]), one(first))


@given(st.integers(0, 10_000), st.integers(2, 4), st.floats(0.05, 0.9))
def test_comac_is_one_only_where_magnitudes_are_alike(seed: int, n_pairs: int, change: float) -> None:
    first = np.random.default_rng(seed).uniform(0.2, 1.0, (6, n_pairs))
    second = first * -3.0
    second[3, 1] *= -1  # it is blind to signs, as its definition says
    assert np.allclose(comac(first, second), 1)
    second[[1, 2], 0] *= [
        1 - change,
        np.sqrt(1 + first[1, 0] ** 2 * (2 * change - change**2) / first[2, 0] ** 2),
    ]
    values = comac(first, second)  # the norm stays, so that no other point is touched
    assert np.allclose(values[[0, 3, 4, 5]], 1)
    assert np.all(values[[1, 2]] < 1)


def unit(shapes: np.ndarray) -> np.ndarray:
    return shapes / np.linalg.norm(shapes, axis=0)


@given(shape_sets())
def test_comac_is_the_formula_on_unit_shapes(sets: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = map(unit, sets)
    for point, value in enumerate(comac(*sets)):
        a, b = np.abs(first[point]), np.abs(second[point])
        assert value == pytest.approx((a @ b) ** 2 / ((a @ a) * (b @ b)))


@given(shape_sets(is_complex=True))
def test_one_shape_measures_are_their_formulas(sets: tuple[np.ndarray, np.ndarray]) -> None:
    for index, shape in enumerate(sets[1].T):
        xx, yy, xy = shape.real @ shape.real, shape.imag @ shape.imag, shape.real @ shape.imag
        collinearity = ((xx - yy) ** 2 + 4 * xy**2) / (xx + yy) ** 2
        assert mpc(sets[1])[index] == pytest.approx(collinearity)
        assert mcf(sets[1])[index] == pytest.approx(1 - collinearity, abs=1e-12)
        v = np.linalg.svd(np.stack([shape.real, shape.imag], axis=1))[2].T
        cosines = np.abs(shape.real * v[1, 1] - shape.imag * v[0, 1]) / np.abs(shape)
        angles = np.rad2deg(np.arccos(np.minimum(cosines, 1)))
        expected = np.sum(np.abs(shape) * angles) / np.sum(np.abs(shape))
        assert mpd(sets[1])[index] == pytest.approx(expected, abs=1e-5)


@given(shape_sets(is_complex=False))
def test_real_shapes_are_not_complex(sets: tuple[np.ndarray, np.ndarray]) -> None:
    assert np.allclose(mpc(sets[1]), 1)
    assert np.allclose(mcf(sets[1]), 0)
    assert np.all(mpd(sets[1]) == 0)


@pytest.mark.parametrize("scale", [5e-324, 1e-310, 1e-300, 1e300, 1.7e308])
@pytest.mark.parametrize("kind", [float, complex])
def test_shapes_at_the_ends_of_the_range_of_floats(scale: float, kind: type) -> None:
    shapes = np.array([[1.0, 1.0], [-1.0, 1.0], [0.0, 1.0]]).astype(kind)
    shapes = shapes * (1 + 1j if kind is complex else 1)
    extreme = shapes * scale
    assert np.allclose(mac(extreme, shapes), mac(shapes, shapes))
    assert np.allclose(comac(extreme, shapes), comac(shapes, shapes))
    assert np.allclose(mpc(extreme), 1)
    assert np.allclose(mpd(extreme), 0)
    assert np.allclose(msf(extreme, extreme), 1)
    assert np.allclose(msf(shapes, extreme).real / scale, 1)


BAD = {
    "zero": np.zeros((3, 1)),
    "NaN": np.array([[1.0], [np.nan], [2.0]]),
    "Inf": np.array([[1.0], [np.inf], [2.0]]),
    "NaN in the imaginary part": np.array([[1.0], [1 + 1j * np.nan], [2.0]]),
}


@pytest.mark.parametrize("name", BAD)
def test_shapes_that_say_nothing_are_refused(name: str) -> None:
    good = np.ones((3, 1))
    for one, _ in ONE_SHAPE:
        with pytest.raises(InputError, match="zero or not finite"):
            one(BAD[name])
    for two in (mac, comac, msf):
        for pair in ((good, BAD[name]), (BAD[name], good)):
            with pytest.raises(InputError, match=r"shape 0 is .* at (every point|point 1)"):
                two(*pair)


@pytest.mark.parametrize("measure", [comac, msf])
def test_sets_that_are_no_pairs_are_refused(measure: Callable[..., np.ndarray]) -> None:
    for other in (np.ones((4, 2)), np.ones((3, 1))):
        with pytest.raises(InputError, match="no pairs"):
            measure(np.ones((3, 2)), other)
    with pytest.raises(InputError, match="no pairs"):
        measure(np.ones((3, 0)), np.ones((3, 0)))


def test_a_factor_beyond_the_range_of_floats_is_refused() -> None:
    with pytest.raises(InputError, match="scale them"):
        msf([1e-200, 1e-200], [1e200, 1e200])


def test_points_at_rest() -> None:
    first, second = (
        np.array([[0.0, 0.0], [1.0, 2.0], [0.0, 0.0]]),
        np.array([[0.0, 0.0], [1.0, 2.0], [0.1, 0]]),
    )
    assert comac(first, second)[[0, 2]].tolist() == [1.0, 0.0]  # in both sets; in one alone


def test_phases_spread_evenly() -> None:
    travelling = np.exp(2j * np.pi * np.arange(64) / 64)
    assert mpd(travelling)[0] == pytest.approx(45, abs=0.1)
    assert mpd([1.0, 1.0, 1j])[0] == pytest.approx(30)  # the line is the real axis; the third is 90° off


def test_pyoma_agrees_where_definitions_do() -> None:
    with quiet_pyoma():
        from pyoma2.functions import gen
    rng = np.random.default_rng(7)
    first, second = rng.standard_normal((2, 9, 3)) + 0.3j * rng.standard_normal((2, 9, 3))
    assert np.allclose(gen.MAC(first, second), mac(first, second))
    assert np.allclose(gen.MCF(first), mcf(first))
    assert np.allclose([gen.MPD(shape) for shape in first.T], np.deg2rad(mpd(first)))
    centred = first - first.mean(axis=0)  # which its MPC does, and ours does not
    assert np.allclose([gen.MPC(shape) for shape in first.T], mpc(centred))
    assert not np.allclose(mpc(centred), mpc(first))
    assert np.allclose(gen.MSF(first.real, second.real), msf(first.real, second.real))
    assert not np.allclose(gen.MSF(first, second), msf(first, second))  # it omits the conjugate
