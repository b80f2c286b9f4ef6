"""The scores of a comparison: worked by hand, perfect for the truth, blind to scale and order."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavefact.compare import denoising_scores, modal_scores
from wavefact.errors import InputError
from wavefact.modal import ModalModel
from wavefact.recording import Recording

TRUTH = ModalModel(
    np.array([1.0, 2.0, 4.0]),
    np.array([0.01, 0.02, 0.04]),
    np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]),
    wavenumbers=np.array([0.5, 1.0, 2.0]),
)


def model(frequencies: list[float], damping: list[float], shapes: list[list[float]]) -> ModalModel:
    """Return modes of four points; their wavenumbers are half their frequencies."""
    return ModalModel(
        np.array(frequencies),
        np.array(damping),
        np.array(shapes).T.reshape(4, -1),
        wavenumbers=np.array(frequencies) / 2,
    )


def recording(signals: np.ndarray) -> Recording:
    return Recording(signals, 10.0)


def test_the_truth_itself_is_perfect() -> None:
    expected = {"mac": 1.0, "missed": 0.0, "false": 0.0}
    errors = {"frequency_error": 0.0, "damping_error": 0.0, "wavenumber_error": 0.0}
    assert modal_scores(TRUTH, TRUTH) == expected | errors


def test_modes_are_scored_as_by_hand() -> None:
    # Of the first mode: MAC (1/√1.25)² = 0.8, 10 % too high, damping half; the second is right; the third is
    # not there, and what is left over has a MAC of 0.2 with it and no business at 9 Hz.
    found = model(
        [1.1, 2.0, 9.0],
        [0.005, 0.02, 0.3],
        [[1.0, 0.0, 0.0, 0.5], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 2.0]],
    )
    scores = modal_scores(found, TRUTH)
    assert scores["mac"] == pytest.approx((0.8 + 1.0 + 0.2) / 3)
    assert (scores["missed"], scores["false"]) == (1.0, 1.0)
    assert scores["frequency_error"] == pytest.approx(0.05)
    assert scores["damping_error"] == pytest.approx(0.25)
    assert scores["wavenumber_error"] == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("frequency", "is_found"), [(2.39, True), (2.41, False), (1.61, True), (1.59, False)]
)
def test_a_mode_is_found_within_a_fifth_of_its_frequency(frequency: float, is_found: bool) -> None:
    scores = modal_scores(model([frequency], [0.02], [[0.0, 1.0, 0.0, 0.0]]), TRUTH)
    assert scores["missed"] == 3 - is_found
    assert scores["false"] == 1 - is_found
    assert scores["mac"] == pytest.approx(1 / 3)  # whatever the frequency


@pytest.mark.parametrize(("beside", "is_found"), [(0.99, True), (1.01, False)])
def test_a_mode_is_found_from_a_mac_of_a_half(beside: float, is_found: bool) -> None:
    scores = modal_scores(model([2.0], [0.02], [[0.0, 1.0, 0.0, beside]]), TRUTH)
    assert scores["missed"] == 3 - is_found


def test_no_modes_miss_all() -> None:
    scores = modal_scores(TRUTH.select([]), TRUTH)
    assert (scores["mac"], scores["missed"], scores["false"]) == (0.0, 3.0, 0.0)
    assert math.isnan(scores["frequency_error"])


def test_what_a_method_does_not_tell_is_nan() -> None:
    silent = dataclasses.replace(TRUTH, damping_ratios=np.full(3, np.nan), wavenumbers=np.full(3, np.nan))
    scores = modal_scores(silent, TRUTH)
    assert scores["frequency_error"] == 0.0
    assert math.isnan(scores["damping_error"])
    assert math.isnan(scores["wavenumber_error"])


def test_a_rigid_motion_at_rest_can_be_found() -> None:
    still = dataclasses.replace(TRUTH, frequencies=np.array([0.0, 2.0, 4.0]))
    assert modal_scores(still, still)["missed"] == 0.0


@given(st.permutations(range(3)), st.lists(st.floats(0.1, 10.0), min_size=3, max_size=3), st.booleans())
def test_order_and_scale_of_the_shapes_do_not_matter(
    order: list[int], scales: list[float], flipped: bool
) -> None:
    rng = np.random.default_rng(1)
    shapes = TRUTH.mode_shapes + 0.2 * rng.normal(size=(4, 3))
    rough = dataclasses.replace(TRUTH, mode_shapes=shapes)
    changed = dataclasses.replace(rough.select(order), mode_shapes=0.0 - (shapes * scales)[:, order])
    if not flipped:
        changed = dataclasses.replace(changed, mode_shapes=-changed.mode_shapes)
    assert modal_scores(changed, TRUTH) == pytest.approx(modal_scores(rough, TRUTH))


def test_modes_elsewhere_are_refused() -> None:
    with pytest.raises(InputError, match="4 points and the model 3 points"):
        modal_scores(ModalModel(np.ones(1), np.ones(1), np.ones((3, 1))), TRUTH)
    with pytest.raises(InputError, match="0 modes"):
        modal_scores(TRUTH, TRUTH.select([]))


def test_signals_are_scored_as_by_hand() -> None:
    clean = np.array([[3.0, 0.0], [0.0, 4.0]])  # norm 5
    error = np.array([[0.0, 5.0], [0.0, 0.0]])
    noisy, cleaned = clean + error, clean + error / 10
    scores = denoising_scores(recording(cleaned), recording(noisy), clean)
    assert scores == pytest.approx({"relative_error": 0.1, "snr_gain": 20.0})


def test_a_perfect_and_a_spoilt_recording() -> None:
    clean = np.array([[3.0, 0.0], [0.0, 4.0]])
    noisy = clean + 1.0
    perfect = denoising_scores(recording(clean), recording(noisy), clean)
    assert perfect == {"relative_error": 0.0, "snr_gain": math.inf}
    spoilt = denoising_scores(recording(noisy), recording(clean), clean)
    assert spoilt["snr_gain"] == -math.inf


@given(st.floats(1e-100, 1e100))
def test_the_unit_of_the_signals_does_not_matter(scale: float) -> None:
    rng = np.random.default_rng(2)
    clean, noise = rng.normal(size=(3, 20)), rng.normal(size=(3, 20))

    def scores(factor: float) -> dict[str, float]:
        cleaned, noisy = recording(factor * (clean + 0.3 * noise)), recording(factor * (clean + noise))
        return denoising_scores(cleaned, noisy, factor * clean)

    assert scores(scale) == pytest.approx(scores(1.0))
    assert scores(1.0)["snr_gain"] == pytest.approx(-20 * math.log10(0.3))
