"""Integrals and derivatives in time against closed forms."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wavefact as wf
from wavefact.simulate import RandomForce, Structure, simulate

RATE = 100.0
T = np.arange(6000) / RATE
MOTIONS = ("displacement", "velocity", "acceleration")
UNITS = ("mm", "mm/s", "mm/s^2")


def motion(pole: complex, order: int, phase: float = 0.7) -> wf.Recording:
    """Return the order-th derivative of Re exp(s t + i phase)."""
    signal = np.real(pole**order * np.exp(pole * T + 1j * phase))
    return wf.Recording([signal, -2.0 * signal], RATE, unit=UNITS[order], quantity=MOTIONS[order])


@pytest.mark.parametrize("frequency", [1.0, 5.0, 20.0, 40.0])
@pytest.mark.parametrize(("order", "times"), [(1, 1), (2, 1), (2, 2)])
def test_sinusoids_are_integrated(frequency: float, order: int, times: int) -> None:
    pole = 2j * np.pi * frequency
    result = wf.to_quantity(motion(pole, order), MOTIONS[order - times], low=0.2)
    expected = np.asarray(motion(pole, order - times).signals)
    assert (result.quantity, result.unit) == (MOTIONS[order - times], UNITS[order - times])
    error = np.abs(result.signals - expected)[:, 2000:-2000].max() / np.abs(expected).max()
    assert error < 5e-4


@pytest.mark.parametrize("frequency", [1.0, 5.0, 20.0])
@pytest.mark.parametrize("times", [1, 2])
def test_decays_are_integrated(frequency: float, times: int) -> None:
    damping = 0.02 / frequency  # so that the decay takes the same time
    pole = 2 * np.pi * frequency * (-damping + 1j * np.sqrt(1 - damping**2))
    result = wf.to_quantity(motion(pole, 2), MOTIONS[2 - times], low=0.2)
    expected = np.asarray(motion(pole, 2 - times).signals)
    within = slice(1800, -1800)
    error = np.abs(result.signals - expected)[:, within].max() / np.abs(expected[:, within]).max()
    assert error < 1e-3


@pytest.mark.parametrize("frequency", [0.5, 5.0, 20.0, 45.0])
@pytest.mark.parametrize(("order", "times"), [(0, 1), (0, 2), (1, 1)])
def test_sinusoids_are_differentiated(frequency: float, order: int, times: int) -> None:
    pole = 2j * np.pi * frequency
    result = wf.to_quantity(motion(pole, order), MOTIONS[order + times])
    expected = np.asarray(motion(pole, order + times).signals)
    assert (result.quantity, result.unit) == (MOTIONS[order + times], UNITS[order + times])
    assert np.abs(result.signals - expected)[:, 300:-300].max() / np.abs(expected).max() < 1e-3


def test_a_simulated_structure_agrees_with_its_own_velocities() -> None:
    string = Structure.of(wf.String(8, spacing=1.0, ends="fixed"), 4, wave_speed=20.0)
    force = RandomForce(band=(0.8, 8.0))  # or jumps of the force between samples stay unseen
    a, v = (
        simulate(string, force, sampling_rate=200.0, duration=60.0, quantity=q).recording
        for q in ("acceleration", "velocity")
    )
    error = np.asarray(wf.to_quantity(a, "velocity", low=0.2).signals) - np.asarray(v.signals)
    assert error[:, 2000:-2000].std() < 1e-2 * np.asarray(v.signals).std()


@given(rate=st.floats(10.0, 1e5), seed=st.integers(0, 99))
def test_a_derivative_undoes_an_integral_and_both_are_linear(rate: float, seed: int) -> None:
    t = np.arange(3000) / rate
    phases = np.random.default_rng(seed).uniform(0, 6, size=(2, 1))
    signals = np.cos(2 * np.pi * 0.1 * rate * t + phases)
    recording = wf.Recording(signals, rate, unit="m/s^2", quantity="acceleration", metadata={"m": 1})
    back = wf.to_quantity(wf.to_quantity(recording, "velocity"), "acceleration")
    assert (back.unit, back.sampling_rate, back.metadata) == ("m/s^2", rate, {"m": 1})
    assert np.abs(back.signals - signals)[:, 900:-900].max() < 1e-3
    mixed = recording.replace(signals=[signals[0] - 3.0 * signals[1], signals[1]])
    v = wf.to_quantity(recording, "velocity").signals
    expected = v[0] - 3.0 * v[1]
    np.testing.assert_allclose(
        wf.to_quantity(mixed, "velocity").signals[0], expected, atol=1e-9 * np.abs(v).max()
    )


def test_offsets_of_any_size_do_not_drift() -> None:
    a = motion(2j * np.pi * 2.0, 2)
    tilted = a.replace(signals=np.asarray(a.signals) + 9810.0 + 3.0 * T)
    clean, spoilt = (np.asarray(wf.to_quantity(r, "displacement").signals) for r in (a, tilted))
    np.testing.assert_allclose(spoilt, clean, atol=1e-6 * np.abs(clean).max())


def test_a_line_has_its_slope_as_derivative() -> None:
    line = wf.Recording([3.0 + 2.0 * T], RATE, unit="m", quantity="displacement")
    np.testing.assert_allclose(wf.to_quantity(line, "velocity").signals, 2.0, atol=1e-9)
    np.testing.assert_allclose(wf.to_quantity(line, "acceleration").signals, 0.0, atol=1e-6)


@pytest.mark.parametrize(
    ("unit", "quantity", "wanted", "result", "factor"),
    [
        ("m/s^2", "acceleration", "velocity", "m/s", 1.0),
        ("m/s2", "acceleration", "displacement", "m", 1.0),
        ("mm/s²", "acceleration", "velocity", "mm/s", 1.0),
        ("in / s^2", "acceleration", "velocity", "in/s", 1.0),
        ("g", "acceleration", "velocity", "m/s", 9.80665),
        ("mg", "acceleration", "velocity", "m/s", 9.80665e-3),
        ("", "acceleration", "velocity", "", 1.0),
        ("px", "displacement", "velocity", "px/s", 1.0),
        ("µm/s", "velocity", "acceleration", "µm/s^2", 1.0),
    ],
)
def test_units_follow(unit: str, quantity: str, wanted: str, result: str, factor: float) -> None:
    bare = motion(2j * np.pi * 2.0, 2).replace(quantity=quantity, unit="")
    found = wf.to_quantity(bare.replace(unit=unit), wanted)
    assert found.unit == result
    np.testing.assert_allclose(found.signals, factor * wf.to_quantity(bare, wanted).signals)


def test_nothing_is_done_where_nothing_is_to_do() -> None:
    a = motion(2j * np.pi * 2.0, 2).replace(unit="g")
    same = wf.to_quantity(a, "acceleration")
    np.testing.assert_array_equal(same.signals, a.signals)
    assert same.unit == "g"


def test_the_default_edge_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="wavefact"):
        wf.to_quantity(motion(2j * np.pi * 2.0, 2), "velocity")
    assert "above 0.167 Hz" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="wavefact"):
        wf.to_quantity(motion(2j * np.pi * 2.0, 0), "velocity")
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("changes", "wanted", "low", "words"),
    [
        ({}, "strain", None, "not 'strain'"),
        ({}, "jerk", None, "not 'jerk'"),
        ({"quantity": "strain"}, "velocity", None, "Signals of strain do not become velocity"),
        ({"quantity": ""}, "velocity", None, r"replace\(quantity="),
        ({"unit": "V"}, "velocity", None, "'V' is no unit of acceleration, such as 'm/s"),
        ({"unit": "m/s"}, "velocity", None, "no unit of acceleration"),
        ({"unit": "m/s^2", "quantity": "velocity"}, "acceleration", None, "no unit of velocity"),
        ({"sampling_rate": None}, "velocity", None, "no sampling rate"),
        ({}, "velocity", 0.0, "positive"),
        ({}, "velocity", 0.01, r"2 cycles in 60 s"),
        ({}, "velocity", 60.0, "half the sampling rate of 100 Hz"),
        ({"signals": [[1.0, 2.0, 1.0]]}, "velocity", None, "at least 4"),
        ({"signals": [[1.0, np.nan] + [1.0] * 100]}, "velocity", 10.0, "nan at sample 1"),
    ],
)
def test_what_cannot_be_done_is_refused(changes: dict, wanted: str, low: float | None, words: str) -> None:
    recording = motion(2j * np.pi * 2.0, 2).replace(**changes)
    with pytest.raises(wf.InputError, match=words):
        wf.to_quantity(recording, wanted, low=low)
