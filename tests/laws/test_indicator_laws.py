"""What every damage indicator owes: zero without change, growth with damage, honest errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from cases import DAMAGED_OPERATORS, INDICATORS, N_DAMAGED, damaged
from hypothesis import given
from hypothesis import strategies as st

from wavefact.errors import InputError
from wavefact.health.indicators import Indicator, IndicatorValue
from wavefact.modal import ModalModel
from wavefact.operators import String

every_indicator = pytest.mark.parametrize("indicator", INDICATORS)
every_structure = pytest.mark.parametrize("name", DAMAGED_OPERATORS)
NOISE = 1e-4


def compared(indicator: Indicator, name: str, reference: ModalModel, current: ModalModel) -> IndicatorValue:
    return indicator(reference, current, DAMAGED_OPERATORS[name])


def dressed(model: ModalModel, factors: np.ndarray) -> ModalModel:
    """Return the model with each shape and its errors multiplied by a number."""
    return replace(
        model,
        mode_shapes=model.mode_shapes * factors,
        shape_errors=model.shape_errors * np.abs(factors),
    )


@every_indicator
@every_structure
def test_equal_states_give_zero(indicator: Indicator, name: str) -> None:
    state = damaged(name, 0.1, NOISE, np.random.default_rng(0))
    found = compared(indicator, name, state, state)
    np.testing.assert_allclose(found.values, 0.0, atol=1e-9)
    assert found.values.shape == ((4,) if indicator.along == "modes" else (N_DAMAGED,))
    assert found.along == indicator.along


@every_indicator
@every_structure
def test_values_grow_with_damage(indicator: Indicator, name: str) -> None:
    largest = [
        np.max(compared(indicator, name, damaged(name, 0.0), damaged(name, loss)).values)
        for loss in (0.0, 0.05, 0.1, 0.2, 0.4)
    ]
    assert np.all(np.diff(largest) > 1e-7), largest


@every_indicator
@every_structure
@given(
    sizes=st.lists(st.floats(-3, 3), min_size=4, max_size=4),
    phases=st.lists(st.floats(0, 2 * np.pi), min_size=4, max_size=4),
    order=st.permutations(range(4)),
)
def test_scale_sign_phase_and_order_of_shapes_do_not_matter(
    indicator: Indicator, name: str, sizes: list[float], phases: list[float], order: list[int]
) -> None:
    rng = np.random.default_rng(1)
    before, after = damaged(name, 0.0, NOISE, rng), damaged(name, 0.2, NOISE, rng)
    expected = compared(indicator, name, before, after)
    factors = 10.0 ** np.array(sizes) * np.exp(1j * np.array(phases))
    current = compared(indicator, name, before, dressed(after, factors).select(order))
    reference = compared(indicator, name, dressed(before, factors).select(order), after)
    turned = np.array(order) if indicator.along == "modes" else np.arange(N_DAMAGED)
    for field in ("values", "errors", "bias"):
        wanted = getattr(expected, field)
        tolerance = {"rtol": 1e-6, "atol": 1e-10 * np.max(np.abs(expected.values))}
        np.testing.assert_allclose(getattr(current, field), wanted, **tolerance)
        np.testing.assert_allclose(getattr(reference, field), wanted[turned], **tolerance)


@every_indicator
@every_structure
@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_intervals_hold_the_truth_and_errors_are_the_scatter(
    indicator: Indicator, name: str, loss: float
) -> None:
    rng = np.random.default_rng(7)
    truth = compared(indicator, name, damaged(name, 0.0, NOISE), damaged(name, loss, NOISE)).values
    found = [
        compared(indicator, name, damaged(name, 0.0, NOISE, rng), damaged(name, loss, NOISE, rng))
        for _ in range(200)
    ]
    limits = np.array([value.interval(0.95) for value in found])
    held = (limits[..., 0] <= truth) & (truth <= limits[..., 1])
    # Squares have errors in proportion to their own root: without change nearly all intervals hold 0.
    assert 0.90 <= held.mean() <= (1.0 if loss == 0.0 else 0.99)
    scatter = np.std([value.values for value in found], axis=0)
    stated = np.sqrt(np.mean([value.errors**2 for value in found], axis=0))
    assert 0.85 < np.median(stated / scatter) < (2.0 if loss == 0.0 else 1.6)
    left = np.mean([value.corrected for value in found], axis=0) - truth
    assert np.sqrt(np.mean((left / scatter) ** 2)) < 0.25  # of 200 draws alone, 0.07


@every_indicator
@every_structure
def test_a_missing_mode_is_nan_and_the_others_stay(indicator: Indicator, name: str) -> None:
    before, after = damaged(name, 0.0, NOISE), damaged(name, 0.2, NOISE)
    found = compared(indicator, name, before, after.select([0, 1, 3]))
    if indicator.along == "modes":
        whole = compared(indicator, name, before, after)
        assert np.isnan([found.values[2], found.errors[2], found.bias[2]]).all()
        if not indicator.mixes_modes:
            np.testing.assert_allclose(found.values[[0, 1, 3]], whole.values[[0, 1, 3]])
        assert np.all(np.isfinite(found.values[[0, 1, 3]]))
    else:
        rest = compared(indicator, name, before.select([0, 1, 3]), after.select([0, 1, 3]))
        np.testing.assert_allclose(found.values, rest.values)
        assert np.all(np.isfinite(found.values))
    none = compared(indicator, name, before, after.select([]))
    assert np.isnan([none.values, none.errors, none.bias]).all()


@every_indicator
def test_unknown_errors_stay_unknown(indicator: Indicator) -> None:
    shapes = damaged("beam", 0.0).mode_shapes
    bare = ModalModel(damaged("beam", 0.0).frequencies, np.full(4, 0.01), shapes)
    found = compared(indicator, "beam", bare, damaged("beam", 0.2, NOISE))
    assert np.all(np.isfinite(found.values))
    assert np.isnan([found.errors, found.bias, found.significance]).all()
    np.testing.assert_array_equal(found.corrected, found.values)


@every_indicator
def test_points_that_do_not_fit_are_refused(indicator: Indicator) -> None:
    state = damaged("beam", 0.0)
    with pytest.raises(InputError, match="operator 7"):
        indicator(state, state, String(7))
    fewer = ModalModel(state.frequencies, state.damping_ratios, state.mode_shapes[:9])
    with pytest.raises(InputError, match="24 points, the current state 9"):
        compared(indicator, "beam", state, fewer)
    if indicator.needs_operator:
        with pytest.raises(InputError, match="give it as operator="):
            indicator(state, state)
