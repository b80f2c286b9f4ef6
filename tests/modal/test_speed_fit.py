"""fit_speed: closed forms of lines and beams, honest errors, modes that disagree, and bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import InputError
from wavefact.modal import ModalModel, fit_speed
from wavefact.operators import Beam, FiniteElement, Membrane, String, WaveOperator


def model(
    operator: WaveOperator, modes: list[int], frequencies: np.ndarray, errors: object = None
) -> ModalModel:
    """Return eigenvectors of an operator, counted by rising eigenvalue, with frequencies of their own."""
    order = np.argsort(operator.eigenvalues, kind="stable")[modes]
    chosen = np.zeros((operator.n_points, len(modes)))
    chosen[order, np.arange(len(modes))] = 1.0
    shapes = operator.synthesize(chosen)
    return ModalModel(
        frequencies,
        np.full(len(modes), 0.01),
        shapes,
        positions=operator.positions,
        frequency_errors=np.full(len(modes), np.nan)
        if errors is None
        else np.broadcast_to(errors, len(modes)),
    )


CABLE = String(n_points=199, spacing=0.25)  # 50 m between fixed ends
HARMONICS = np.arange(1.0, 6.0)  # [Hz], at 100 m/s


def test_a_fixed_string() -> None:
    fitted = fit_speed(model(CABLE, [0, 1, 2, 3, 4], HARMONICS, 0.001), CABLE)
    assert fitted.value == pytest.approx(100.0, rel=3e-4)
    assert fitted.unit == "m/s"
    assert np.all(fitted.matched)
    assert np.allclose(fitted.eigenvalues, (HARMONICS * np.pi / 50) ** 2, rtol=1e-3)
    assert np.allclose(fitted.residuals, 0, atol=1e-3)
    assert np.allclose(fitted.predicted_frequencies * (1 + fitted.residuals), HARMONICS)
    weights = (HARMONICS / 0.001) ** 2
    assert fitted.standard_error == pytest.approx(fitted.value / np.sqrt(weights.sum()))
    assert np.allclose(fitted.speed_errors, fitted.speeds * 0.001 / HARMONICS)


def test_a_pinned_beam() -> None:
    """Its natural frequencies are a (nπ/L)² / 2π (Blevins, Formulas for Natural Frequency, table 8-1)."""
    beam = Beam(n_points=199, spacing=0.01, ends="pinned")
    frequencies = 25.0 * (np.arange(1, 5) * np.pi / 2.0) ** 2 / (2 * np.pi)
    fitted = fit_speed(model(beam, [0, 1, 2, 3], frequencies, 0.01), beam)
    assert fitted.value == pytest.approx(25.0, rel=1e-3)
    assert fitted.unit == "m²/s"
    assert "m²/s" in str(fitted)


def test_a_free_beam_has_rigid_motions_that_are_left_out() -> None:
    beam = Beam(n_points=60, spacing=0.05, ends="free")
    roots = np.array([4.730040745, 7.853204624, 10.995607838])  # of cosh x cos x = 1
    length = 60 * 0.05
    frequencies = np.append([0.0, 0.3], 40.0 * (roots / length) ** 2 / (2 * np.pi))
    fitted = fit_speed(model(beam, [0, 1, 2, 3, 4], frequencies), beam)
    assert fitted.modes.tolist() == [2, 3, 4]
    assert fitted.value == pytest.approx(40.0, rel=0.01)


def test_a_finite_element_model_gives_a_ratio_of_frequencies() -> None:
    frame = FiniteElement([[2.0, -1.0, 0], [-1.0, 3.0, -2.0], [0, -2.0, 2.0]], mass=[1.0, 0.5, 2.0])
    computed = np.sqrt(np.sort(frame.eigenvalues)) / (2 * np.pi)
    fitted = fit_speed(model(frame, [0, 1, 2], 1.07 * computed), frame)
    assert fitted.value == pytest.approx(1.07)
    assert str(fitted).startswith("speed 1.07 ± ")
    assert "m/s" not in str(fitted)


def test_shapes_of_a_repeated_eigenvalue_are_matched() -> None:
    square = Membrane((9, 9), spacing=0.1)
    order = np.argsort(square.eigenvalues, kind="stable")
    pair = square.basis[:, order[1:3]] @ np.array([0.6, -0.8])
    modes = ModalModel([10.0], [0.01], pair[:, None])
    fitted = fit_speed(modes, square)
    assert fitted.matched.tolist() == [True]
    assert fitted.eigenvalues[0] == pytest.approx(square.eigenvalues[order[1]])


def test_shapes_like_no_eigenvector_have_their_rayleigh_quotient() -> None:
    shape = CABLE.basis[:, [0]] + 0.8 * CABLE.basis[:, [2]]
    fitted = fit_speed(ModalModel([1.5], [0.01], shape), CABLE)
    expected = (CABLE.eigenvalues[0] + 0.64 * CABLE.eigenvalues[2]) / 1.64
    assert fitted.matched.tolist() == [False]
    assert fitted.eigenvalues[0] == pytest.approx(expected)
    assert "Rayleigh quotient" in str(fitted)
    assert fit_speed(ModalModel([1.5], [0.01], shape), CABLE, min_mac=0.5).matched.tolist() == [True]


def test_few_sensors_are_brought_to_a_finer_operator_first() -> None:
    coarse, fine = String(n_points=9, spacing=0.1), String(n_points=99, spacing=0.01)
    few = model(coarse, [0, 1, 2, 3, 4], 5.0 * HARMONICS, 0.01)  # 10 m/s on 1 m
    half = HARMONICS * np.pi / 20  # kh/2: κ of the coarse line is (2/h)² sin²(kh/2)
    raised = np.exp(np.average(np.log(10.0 * half / np.sin(half)), weights=HARMONICS**2))
    assert fit_speed(few, coarse).value == pytest.approx(raised)
    assert raised > 10.7
    assert fit_speed(wf.expand_shapes(few, fine), fine).value == pytest.approx(10.0, rel=1e-3)


def disturbed(errors: np.ndarray, seed: int, *, known: bool, factor: float = 1.0) -> ModalModel:
    truth = 100.0 * np.sqrt(CABLE.eigenvalues[:5]) / (2 * np.pi)
    noise = factor * errors * np.random.default_rng(seed).standard_normal(5)
    return model(CABLE, [0, 1, 2, 3, 4], truth + noise, errors if known else None)


@pytest.mark.parametrize("known", [True, False])
def test_intervals_cover_the_truth(known: bool) -> None:
    errors = 0.004 * HARMONICS * ([1.0, 2.0, 0.5, 1.0, 3.0] if known else np.ones(5))
    fits = [fit_speed(disturbed(errors, seed, known=known), CABLE) for seed in range(300)]
    inside = [low < 100.0 < high for low, high in (fitted.interval(0.95) for fitted in fits)]
    assert 273 <= sum(inside) <= 295  # 285 of 300 expected
    assert all(fitted.errors_known is known for fitted in fits)
    spread = np.std([fitted.value for fitted in fits])
    assert spread == pytest.approx(np.sqrt(np.mean([fitted.standard_error**2 for fitted in fits])), rel=0.15)


def test_modes_that_disagree_inflate_the_error() -> None:
    errors = 0.004 * HARMONICS
    agree, disagree = (fit_speed(disturbed(errors, 1, known=True, factor=f), CABLE) for f in (1.0, 8.0))
    assert agree.inflation == 1.0
    assert agree.p_value > 0.01
    assert disagree.p_value < 1e-6
    assert disagree.inflation == pytest.approx(np.sqrt(disagree.chi_square / 4))
    assert disagree.standard_error == pytest.approx(disagree.inflation * agree.standard_error, rel=0.05)
    assert "inflated" in str(disagree)
    assert "inflated" not in str(agree)


def test_p_values_are_even_where_errors_are_right() -> None:
    errors = 0.004 * HARMONICS
    values = [fit_speed(disturbed(errors, seed, known=True), CABLE).p_value for seed in range(200)]
    assert 0.42 < np.mean(values) < 0.58
    assert np.mean(np.array(values) < 0.01) < 0.04


def test_one_mode() -> None:
    one = model(CABLE, [1], np.array([2.0]), 0.01)
    fitted = fit_speed(one, CABLE)
    assert fitted.standard_error == pytest.approx(fitted.value * 0.005)
    assert (fitted.p_value, fitted.chi_square) == (1.0, pytest.approx(0.0, abs=1e-12))
    unknown = fit_speed(replace(one, frequency_errors=np.array([np.nan])), CABLE)
    assert np.isnan(unknown.standard_error)
    with pytest.raises(InputError, match="tells no interval"):
        unknown.interval()
    assert str(fitted).splitlines()[0].endswith("from 1 mode")
    assert repr(fitted).startswith("SpeedFit(speed 100")


def test_one_unknown_error_makes_all_unknown() -> None:
    some = model(CABLE, [0, 1, 2], HARMONICS[:3], [0.01, np.nan, 0.01])
    fitted = fit_speed(some, CABLE)
    assert not fitted.errors_known
    assert np.isnan(fitted.chi_square)
    logs = np.log(fitted.speeds)
    assert fitted.standard_error == pytest.approx(fitted.value * np.std(logs, ddof=1) / np.sqrt(3))


def test_unusable_input_is_refused() -> None:
    with pytest.raises(InputError, match=r"7 points, the operator 199; .* expand_shapes"):
        fit_speed(ModalModel([1.0], [0.01], np.ones((7, 1))), CABLE)
    for nothing in (model(CABLE, [0], np.zeros(1)), model(CABLE, [0], HARMONICS[:1]).select([])):
        with pytest.raises(InputError, match="no speed to tell"):
            fit_speed(nothing, CABLE)
    with pytest.raises(InputError, match="zero or not finite"):
        fit_speed(ModalModel([1.0], [0.01], np.zeros((199, 1))), CABLE)
    with pytest.raises(InputError, match=r"confidence is 1\.5"):
        fit_speed(model(CABLE, [0, 1], HARMONICS[:2]), CABLE).interval(1.5)
