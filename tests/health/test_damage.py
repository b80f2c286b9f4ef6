"""The table of damage indicators, and what each says of damage whose place is known."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pytest
from cases import DAMAGED_AT, DAMAGED_OPERATORS, damaged

import wavefact as wf
from wavefact.errors import InputError
from wavefact.health import INDICATORS

BEAM = DAMAGED_OPERATORS["beam"]


def test_all_indicators_come_by_name_and_are_printed() -> None:
    rng = np.random.default_rng(0)
    before, after = damaged("beam", 0.0, 1e-3, rng), damaged("beam", 0.2, 1e-3, rng)
    found = wf.damage_indicators(before, after, BEAM)
    assert list(found.values) == list(INDICATORS)
    lines = str(found).splitlines()
    assert len(lines) == 1 + len(INDICATORS)
    shift = found["frequency"]
    peak = int(np.argmax(shift.corrected))
    (line,) = (line for line in lines if line.startswith("frequency"))
    assert f"{shift.significance[peak]:.1f}" in line
    assert line.endswith(f"mode {peak + 1}, {before.frequencies[peak]:.4g} Hz")
    np.testing.assert_array_equal(found["mac"].values, INDICATORS["mac"]()(before, after).values)


def test_without_an_operator_those_that_need_one_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    state = damaged("beam", 0.1)
    with caplog.at_level(logging.INFO, "wavefact"):
        found = wf.damage_indicators(state, state)
    assert set(found.values) == {name for name, kind in INDICATORS.items() if not kind.needs_operator}
    assert "wave-residual" in caplog.text
    with pytest.raises(InputError, match="give it as operator="):
        wf.damage_indicators(state, state, names=["wave-residual"])
    with pytest.raises(InputError, match="'waves' is unknown; choose among comac"):
        wf.damage_indicators(state, state, names=["waves"])


def test_missing_modes_and_errors_are_said() -> None:
    before = replace(damaged("beam", 0.0), positions=None, frequency_errors=np.full(4, np.nan))
    text = str(
        wf.damage_indicators(before, damaged("beam", 0.2).select([0, 1]), names=["frequency", "comac"])
    )
    assert text.splitlines()[-1] == "2 of 4 modes were not found again"
    assert "–          –  mode" in text
    assert "  point " in text
    assert " m\n" not in text
    assert str(wf.damage_indicators(before, before.select([]), names=["mac"])).splitlines()[1].endswith("–")


@pytest.mark.parametrize(
    "name",
    [
        "curvature",
        "curvature-squares",
        "load-surface",
        "local-wavenumber",
        "locating-vectors",
        "strain-energy",
        "wave-residual",
    ],
)
@pytest.mark.parametrize("structure", DAMAGED_OPERATORS)
def test_the_place_of_the_damage_has_the_largest_value(name: str, structure: str) -> None:
    operator = DAMAGED_OPERATORS[structure]
    found = wf.damage_indicators(damaged(structure, 0.0), damaged(structure, 0.1), operator, [name])[name]
    peak = operator.positions[np.argmax(found.values)] / 2.0
    assert abs(peak - DAMAGED_AT) <= 0.08


def test_the_share_of_strain_energy_tells_the_loss() -> None:
    found = INDICATORS["strain-energy"]()(damaged("beam", 0.0), damaged("beam", 0.01), BEAM)
    there = np.abs(BEAM.positions / 2.0 - DAMAGED_AT) <= 0.05
    rest = np.mean(found.values[~there])
    np.testing.assert_allclose((1 + found.values[there]) / (1 + rest), 1.018, atol=0.003)


def test_one_stiffness_everywhere_moves_frequencies_alone() -> None:
    before = damaged("beam", 0.0)
    after = replace(before, frequencies=0.97 * before.frequencies)
    found = wf.damage_indicators(before, after, BEAM)
    np.testing.assert_allclose(found["frequency"].values, 0.03)
    np.testing.assert_allclose(found["flexibility"].values.mean(), 0.97**-2 - 1)
    for name in ("mac", "comac", "curvature", "strain-energy", "wave-residual"):
        np.testing.assert_allclose(found[name].values, 0.0, atol=1e-9)


def test_the_mac_and_comac_are_those_of_the_modal_package() -> None:
    before, after = damaged("beam", 0.0), damaged("beam", 0.3)
    found = wf.damage_indicators(before, after)
    np.testing.assert_allclose(found["mac"].values, 1 - np.diag(before.mac(after)), atol=1e-13)
    np.testing.assert_allclose(
        found["comac"].values, 1 - wf.comac(before.mode_shapes, after.mode_shapes), atol=1e-13
    )


def test_errors_of_a_shape_scaled_by_its_largest_entry_are_untangled() -> None:
    rng = np.random.default_rng(3)
    clean, noise = damaged("beam", 0.0).mode_shapes, 2e-3
    columns = np.arange(4)

    def measured() -> wf.ModalModel:
        shapes = clean + noise * rng.standard_normal(clean.shape)
        peaks = np.argmax(np.abs(shapes), axis=0)
        shapes = shapes / shapes[peaks, columns]
        errors = noise * np.sqrt(1 + shapes**2)
        errors[peaks, columns] = 0.0
        return wf.ModalModel(np.arange(1.0, 5.0), np.full(4, 0.01), shapes, shape_errors=errors)

    found = [INDICATORS["mac"]()(measured(), measured()) for _ in range(200)]
    left = np.mean([value.corrected for value in found], axis=0)
    bias = np.mean([value.bias for value in found], axis=0)
    assert np.all(np.abs(left) < 0.1 * bias)


def peaks(loss: float, noise: float, name: str, n_draws: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Return where each of some noisy states has its largest value, and the largest significance."""
    rng = np.random.default_rng(11)
    places, significances = [], []
    for _ in range(n_draws):
        states = damaged("beam", 0.0, noise, rng), damaged("beam", loss, noise, rng)
        value = INDICATORS[name]()(*states, BEAM)
        places.append(BEAM.positions[np.argmax(value.corrected)] / 2.0 if value.along == "points" else 0.0)
        significances.append(np.max(value.significance))
    return np.array(places), np.array(significances)


def test_waves_locate_in_noise_where_differences_do_not() -> None:
    shares = {
        name: np.mean(np.abs(peaks(0.1, 2e-3, name)[0] - DAMAGED_AT) <= 0.07)
        for name in ("local-wavenumber", "wave-residual", "curvature", "strain-energy")
    }
    assert shares["local-wavenumber"] >= 0.95
    assert shares["wave-residual"] >= 0.95
    assert max(shares["curvature"], shares["strain-energy"]) <= 0.7


@pytest.mark.parametrize("name", INDICATORS)
def test_noise_alone_is_seldom_beyond_three_errors(name: str) -> None:
    assert np.mean(peaks(0.0, 2e-3, name)[1] > 3.0) <= 0.1


def test_rigid_motion_tells_nothing():
    rng = np.random.default_rng(0)
    shapes = np.column_stack([np.ones(12), np.sin(np.pi * np.arange(1, 13) / 13)])
    before = wf.ModalModel(np.array([0.0, 5.0]), np.full(2, 0.01), shapes)
    after = wf.ModalModel(
        np.array([0.0, 4.9]), np.full(2, 0.01), shapes + 1e-3 * rng.standard_normal((12, 2))
    )
    found = wf.damage_indicators(before, after, wf.String(12), names=["frequency", "curvature"])
    assert np.isnan(found["frequency"].values[0])
    assert abs(found["frequency"].values[1]) == pytest.approx(0.02)
    assert np.all(np.isfinite(found["curvature"].values))


def test_intervals_of_strain_energy_hold_the_truth_where_curvatures_are_noise() -> None:
    rng = np.random.default_rng(4)
    before, after = damaged("beam", 0.0), damaged("beam", 0.1)

    def measured(model: wf.ModalModel) -> wf.ModalModel:
        noise = 1e-2 * np.linalg.norm(model.mode_shapes, axis=0) / np.sqrt(model.n_points)
        shapes = model.mode_shapes + noise * rng.standard_normal(model.mode_shapes.shape)
        return replace(model, mode_shapes=shapes, shape_errors=np.broadcast_to(noise, shapes.shape))

    indicator = INDICATORS["strain-energy"]()
    truth = indicator(before, after, BEAM).values
    limits = [indicator(measured(before), measured(after), BEAM).interval(0.95) for _ in range(60)]
    held = [(low <= truth) & (truth <= high) for low, high in (each.T for each in limits)]
    assert 0.9 <= np.mean(held) <= 0.99
