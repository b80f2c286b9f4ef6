"""MAC, MPC and the pairing of modes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavefact.errors import InputError
from wavefact.modal import mac, mpc
from wavefact.modal.similarity import normalized_shapes, pair_modes


def shapes_of(seed: int, n_points: int, n_modes: int, *, is_complex: bool) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shapes = rng.standard_normal((n_points, n_modes))
    return shapes + 1j * rng.standard_normal((n_points, n_modes)) if is_complex else shapes


@given(st.integers(0, 10_000), st.integers(2, 12), st.booleans())
def test_mac_is_a_similarity(seed: int, n_points: int, is_complex: bool) -> None:
    first, second = (shapes_of(seed + k, n_points, 3 - k, is_complex=is_complex) for k in (0, 1))
    values = mac(first, second)
    assert values.shape == (3, 2)
    assert np.all((values >= 0) & (values <= 1))
    assert np.allclose(values, mac(second, first).T)
    assert np.allclose(np.diag(mac(first, first)), 1)


@given(st.integers(0, 10_000), st.floats(-150, 150), st.floats(0, 6.28))
def test_mac_and_mpc_ignore_scale_and_phase(seed: int, exponent: float, phase: float) -> None:
    shapes = shapes_of(seed, 7, 2, is_complex=True)
    turned = shapes * (10.0**exponent * np.exp(1j * phase))
    assert np.allclose(mac(turned, shapes), mac(shapes, shapes))
    assert np.allclose(mpc(turned), mpc(shapes))


def test_mac_of_known_shapes() -> None:
    assert mac([1.0, 1.0], [1.0, -1.0])[0, 0] == pytest.approx(0.0, abs=1e-15)
    assert mac([3.0, 4.0], [1.0, 0.0])[0, 0] == pytest.approx(9 / 25)
    assert mac([1.0, 1.0j], [1.0, -1.0j])[0, 0] == pytest.approx(0.0, abs=1e-15)  # conjugates are not alike


def test_mpc_of_known_shapes() -> None:
    assert mpc([1.0, -0.3, 2.0])[0] == pytest.approx(1.0)
    assert mpc([1.0, 0.5j])[0] == pytest.approx(((1 - 0.25) / (1 + 0.25)) ** 2)
    travelling = np.exp(1j * 2 * np.pi * np.arange(8) / 8)
    assert mpc(travelling)[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([1.0, 2.0], [1.0, 2.0, 3.0], "2 and 3 points"),
        ([0.0, 0.0], [1.0, 2.0], "zero or not finite"),
        ([np.nan, 1.0], [1.0, 2.0], "zero or not finite"),
        (np.zeros((2, 2, 2)), [1.0, 2.0], "must be"),
    ],
)
def test_unusable_shapes_are_refused(first: object, second: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        mac(first, second)  # type: ignore[arg-type]


def test_normalized_shapes_peak_at_one() -> None:
    shapes = np.array([[1.0, 2.0j], [-4.0, 1.0]])
    assert np.allclose(normalized_shapes(shapes), [[-0.25, 1.0], [1.0, -0.5j]])
    assert normalized_shapes(shapes[:, :1] * (1 + 2j)).dtype == np.float64  # a common phase is no complexity


def test_pairs_are_found_by_shape_where_frequencies_crossed() -> None:
    shapes = np.linalg.qr(shapes_of(3, 6, 3, is_complex=False))[0]
    before, after = np.array([1.0, 1.1, 2.0]), np.array([1.05, 1.04, 5.0])
    first, second = pair_modes((before, after), (shapes, shapes[:, [1, 0, 2]]))
    assert first.tolist() == [0, 1]  # the third shifted too far
    assert second.tolist() == [1, 0]


def test_no_modes_pair_with_nothing() -> None:
    first, second = pair_modes((np.array([1.0]), np.zeros(0)), (np.ones((4, 1)), np.zeros((4, 0))))
    assert first.size == second.size == 0
