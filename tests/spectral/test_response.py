"""Frequency response functions: known systems, which noise biases which estimator, impacts, and bad input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import coherence, csd, lfilter, welch

import wavefact as wf
from wavefact.errors import CorruptFileError, UnknownFormatError

RATE, N = 100.0, 20_000
TAPS = {"a1": [0.0, 0.5, 0.3], "a2": [0.2, -0.7, 0.0]}  # short filters: no leakage to speak of


def exact(frequencies: np.ndarray, taps: list[float]) -> np.ndarray:
    delays = np.exp(-2j * np.pi * np.outer(frequencies / RATE, np.arange(len(taps))))
    return delays @ np.array(taps)


def recorded(force_noise: float = 0.0, output_noise: float = 0.0, seed: int = 0) -> wf.Recording:
    """One force through two filters, in noise of so many times each channel's own level."""
    rng = np.random.default_rng(seed)
    force = rng.standard_normal(N)
    clean = np.stack([force, *(lfilter(taps, [1.0], force) for taps in TAPS.values())])
    levels = np.array([[force_noise], [output_noise], [output_noise]]) * clean.std(axis=1, keepdims=True)
    noisy = clean + levels * rng.standard_normal(clean.shape)
    return wf.Recording(
        noisy,
        sampling_rate=RATE,
        names=("force", *TAPS),
        positions=np.arange(3.0),
        unit="m/s^2",
        quantity="acceleration",
    )


def ratio(response: wf.FrequencyResponse) -> np.ndarray:
    """Return the estimate over the truth, (n_outputs, n_frequencies)."""
    truth = np.stack([exact(response.frequencies, taps) for taps in TAPS.values()])
    return np.asarray(response.values[:, 0] / truth)


@pytest.mark.parametrize("estimator", ["H1", "H2", "Hv"])
def test_without_noise_all_estimators_are_exact_and_coherence_is_one(estimator: str) -> None:
    response = wf.frequency_response(recorded(), "force", estimator=estimator, resolution=0.5)
    assert np.allclose(ratio(response), 1.0, atol=0.03)  # what a filter reaches over a segment's end
    assert abs(np.mean(np.abs(ratio(response))) - 1) < 1e-3
    assert np.all(response.coherence > 0.99)
    assert np.allclose(response.coherence, response.ordinary_coherence[:, 0])
    assert np.all(response.standard_errors < 0.05 * np.abs(response.values))


def test_h1_and_coherence_are_those_of_scipy() -> None:
    recording = recorded(0.1, 0.3)
    response = wf.frequency_response(recording, 0, resolution=1.0)
    force, outputs = recording.signals[0], recording.signals[1:]
    settings = {"fs": RATE, "nperseg": 100, "noverlap": 50}
    frequencies, cross = csd(force, outputs, **settings)
    power = welch(force, **settings)[1]
    assert np.allclose(response.frequencies, frequencies[1:])
    assert np.allclose(response.values[:, 0], (cross / power)[:, 1:])
    assert np.allclose(response.coherence, coherence(force, outputs, **settings)[1][:, 1:])
    second = wf.frequency_response(recording, 0, resolution=1.0, estimator="H2")
    assert np.allclose(second.values[:, 0], (welch(outputs, **settings)[1] / cross.conj())[:, 1:])
    between = wf.frequency_response(recording, 0, resolution=1.0, estimator="Hv")
    assert np.allclose(
        between.values,
        np.sqrt(np.abs(response.values * second.values)) * np.exp(1j * np.angle(response.values)),
    )


def test_noise_in_the_outputs_biases_h2_only() -> None:
    recording = recorded(output_noise=0.5)
    sizes = {
        name: np.mean(
            np.abs(ratio(wf.frequency_response(recording, 0, resolution=1.0, estimator=name)))[:, 5:]
        )
        for name in ("H1", "H2", "Hv")
    }
    assert sizes["H1"] == pytest.approx(1.0, abs=0.01)
    assert sizes["H2"] > 1.2
    assert sizes["H1"] < sizes["Hv"] < sizes["H2"]


def test_noise_in_the_force_biases_h1_only() -> None:
    recording = recorded(force_noise=0.5)
    sizes = {
        name: np.mean(np.abs(ratio(wf.frequency_response(recording, 0, resolution=1.0, estimator=name))))
        for name in ("H1", "H2", "Hv")
    }
    assert sizes["H1"] == pytest.approx(1 / 1.25, abs=0.01)  # 1/(1 + noise/signal)
    assert sizes["H2"] == pytest.approx(1.0, abs=0.01)
    assert sizes["Hv"] == pytest.approx(1.25**-0.5, abs=0.01)


def test_the_scatter_is_that_of_the_standard_errors() -> None:
    found = [wf.frequency_response(recorded(output_noise=0.7, seed=s), 0, resolution=1.0) for s in range(30)]
    scatter = np.std([np.abs(response.values) for response in found], axis=0)
    errors = np.sqrt(np.mean([response.standard_errors**2 for response in found], axis=0))
    assert np.median(scatter / errors) == pytest.approx(1.0, abs=0.1)
    one = found[0]
    formula = np.sqrt((1 - one.coherence) / (2 * one.n_averages * one.coherence))
    assert np.allclose(one.standard_errors[:, 0], np.abs(one.values[:, 0]) * formula)


def two_forces(mixing: float, output_noise: float = 0.0) -> tuple[wf.Recording, wf.Recording]:
    rng = np.random.default_rng(5)
    forces = rng.standard_normal((2, N))
    forces[1] += mixing * forces[0]
    response = np.stack(
        [
            lfilter([0.5, 0.3], 1.0, forces[0]) + lfilter([0.1, -0.4], 1.0, forces[1]),
            lfilter([-0.2, 0.1], 1.0, forces[0]) + 0.8 * forces[1],
        ]
    )
    response += output_noise * rng.standard_normal(response.shape)
    return (
        wf.Recording(response, sampling_rate=RATE, unit="m/s", quantity="velocity"),
        wf.Recording(forces, sampling_rate=RATE, unit="N", names=("left", "right")),
    )


@pytest.mark.parametrize("estimator", ["H1", "Hv"])
def test_forces_that_are_partly_alike_are_told_apart(estimator: str) -> None:
    response = wf.frequency_response(*two_forces(0.7), estimator=estimator, resolution=0.5)
    f = response.frequencies
    truth = [[exact(f, [0.5, 0.3]), exact(f, [0.1, -0.4])], [exact(f, [-0.2, 0.1]), exact(f, [0.8])]]
    assert response.values.shape == (2, 2, 100)
    assert np.allclose(response.values, truth, atol=0.03)
    assert np.all(response.coherence > 0.99)
    assert np.all(response.ordinary_coherence <= response.coherence[:, None] + 1e-9)
    assert np.min(response.ordinary_coherence) < 0.9
    assert (response.input_names, response.input_unit, response.unit) == (("left", "right"), "N", "m/s")


def test_errors_of_several_inputs_are_their_scatter() -> None:
    response = wf.frequency_response(*two_forces(0.7, output_noise=0.5), resolution=1.0)
    f = response.frequencies
    off = np.abs(response.values[0, 0]) - np.abs(exact(f, [0.5, 0.3]))
    assert np.sqrt(np.mean((off / response.standard_errors[0, 0]) ** 2)) == pytest.approx(1.0, abs=0.3)


def test_forces_that_are_the_same_are_refused() -> None:
    outputs, forces = two_forces(0.0)
    same = forces.replace(signals=np.stack([forces.signals[0], 2 * forces.signals[0]]))
    with pytest.raises(wf.InputError, match="depend on each other at all frequencies"):
        wf.frequency_response(outputs, same)


def oscillator(times: np.ndarray) -> np.ndarray:
    """Return the impulse response, displacement per N s, of 2 kg at 5 Hz with 1 % damping."""
    rate = 2 * np.pi * 5.0
    damped = rate * np.sqrt(1 - 1e-4)
    return np.asarray(np.exp(-0.01 * rate * times) * np.sin(damped * times) / (2.0 * damped))


def impacts(n_impacts: int, noise: float = 0.0) -> list[wf.Recording]:
    rng = np.random.default_rng(7)
    times = np.arange(1024) / 256.0
    recordings = []
    for _ in range(n_impacts):
        force = np.zeros(1024)
        force[10:14] = rng.uniform(50.0, 150.0) * np.array([0.5, 1.0, 1.0, 0.5])
        motion = np.convolve(force, oscillator(times))[:1024] / 256.0
        signals = np.stack([force, motion])
        signals += noise * np.array([[100.0], [motion.std()]]) * rng.standard_normal(signals.shape)
        recordings.append(
            wf.Recording(
                signals, sampling_rate=256.0, names=("hammer", "tip"), unit="m", quantity="displacement"
            )
        )
    return recordings


def receptance(response: wf.FrequencyResponse) -> np.ndarray:
    """Return the exact transform of the sampled impulse response, damped by the window."""
    rate = 2 * np.pi * 5.0
    damped = rate * np.sqrt(1 - 1e-4)
    pole = -0.01 * rate + 1j * damped - response.decay_rate
    turned = np.exp(-2j * np.pi * response.frequencies / 256.0)
    up, down = (1 / (1 - np.exp(p / 256.0) * turned) for p in (pole, pole.conjugate()))  # geometric series
    return np.asarray((up - down) / (2j * 2.0 * damped) / 256.0)


def test_an_exponential_window_is_exact_but_for_damping_that_is_kept() -> None:
    # the response lasts beyond the record of 4 s: only behind the window does it end
    response = wf.frequency_response(impacts(3), "hammer", window="impact", decay_time=0.4, input_unit="N")
    assert response.decay_rate == 2.5
    assert response.n_averages == 3
    below = response.frequencies < 40.0
    truth = receptance(response)[below]
    assert np.max(np.abs(response.values[0, 0, below] - truth)) < 1e-3 * np.max(np.abs(truth))
    plain = wf.frequency_response(impacts(3), "hammer", window="impact")
    assert np.max(np.abs(plain.values[0, 0, below] - truth)) > 0.1 * np.max(np.abs(truth))


def test_a_force_window_takes_the_noise_off_the_force() -> None:
    noisy = impacts(5, noise=0.02)
    settings: dict[str, Any] = {"window": "impact", "decay_time": 0.4}
    gated = wf.frequency_response(noisy, "hammer", force_duration=0.04, **settings)
    open_ = wf.frequency_response(noisy, "hammer", **settings)
    near = np.abs(gated.frequencies - 5.0) < 1.0
    truth = receptance(gated)[near]
    off = [np.linalg.norm(r.values[0, 0, near] - truth) for r in (gated, open_)]
    assert off[0] < 0.6 * off[1]
    assert np.all(gated.coherence[0, near] > 0.95)


def test_impacts_may_come_as_segments_of_one_recording() -> None:
    several = impacts(4)
    joined = several[0].replace(signals=np.concatenate([one.signals for one in several], axis=1))
    apart = wf.frequency_response(several, 0, window="impact", decay_time=0.4, force_duration=0.05)
    together = wf.frequency_response(
        joined, 0, window="impact", decay_time=0.4, force_duration=0.05, resolution=0.25
    )
    assert np.allclose(together.values, apart.values)
    assert together.n_averages == 4


def test_one_impact_has_no_coherence() -> None:
    response = wf.frequency_response(impacts(1), 0, window="impact", decay_time=0.4)
    assert np.all(np.isfinite(response.values))
    assert np.all(np.isnan(response.coherence))
    assert np.all(np.isnan(response.standard_errors))


@given(
    scale=st.sampled_from([1e-9, 1.0, 1e6]),
    gain=st.floats(0.1, 10.0),
    estimator=st.sampled_from(["H1", "H2", "Hv"]),
)
def test_responses_scale_as_their_units(scale: float, gain: float, estimator: str) -> None:
    recording = recorded(0.2, 0.2).window(0, 2000)
    scaled = recording.replace(signals=recording.signals * np.array([[scale], [gain * scale], [gain]]))
    before = wf.frequency_response(recording, 0, estimator=estimator)
    after = wf.frequency_response(scaled, 0, estimator=estimator)
    units = np.array([gain, gain / scale])[:, None, None]
    assert np.allclose(after.values, before.values * units, rtol=1e-8)
    assert np.allclose(after.standard_errors, before.standard_errors * units, rtol=1e-6)
    assert np.allclose(after.coherence, before.coherence)


def test_quantities_are_turned_into_each_other() -> None:
    response = wf.frequency_response(impacts(2), 0, window="impact", decay_time=0.4)
    accelerance = response.in_quantity("acceleration")
    s = 2.5 + 2j * np.pi * response.frequencies
    assert np.allclose(accelerance.values, s**2 * response.values)
    assert (accelerance.quantity, accelerance.unit) == ("acceleration", "m/s^2")
    back = accelerance.in_quantity("velocity").in_quantity("displacement")
    assert np.allclose(back.values, response.values)
    assert back.unit == "m"
    in_g = wf.FrequencyResponse(np.ones(1), np.ones((1, 1, 1)), quantity="acceleration", unit="g")
    assert in_g.in_quantity("displacement").unit == "g s^2"
    with pytest.raises(wf.InputError, match="'strain' cannot become one of 'velocity'"):
        wf.FrequencyResponse(np.ones(1), np.ones((1, 1, 1)), quantity="strain").in_quantity("velocity")


def test_a_response_is_saved_and_read(tmp_path: Path) -> None:
    response = wf.frequency_response(recorded(0.1, 0.1), "force", resolution=5.0, input_unit="N")
    response.save(tmp_path / "frf.h5")
    again = wf.FrequencyResponse.load(tmp_path / "frf.h5")
    for name in vars(response):
        known, read = getattr(response, name), getattr(again, name)
        assert np.array_equal(known, read) if isinstance(known, np.ndarray) else known == read, name
    assert repr(again) == repr(response)
    assert "2 outputs × 1 inputs × 10 lines, 5 to 50 Hz" in repr(again)
    wf.ModalModel(np.ones(1), np.ones(1), np.ones((2, 1))).save(tmp_path / "modes.h5")
    with pytest.raises(UnknownFormatError):
        wf.FrequencyResponse.load(tmp_path / "modes.h5")
    content = (tmp_path / "frf.h5").read_bytes()
    (tmp_path / "frf.h5").write_bytes(content[: len(content) // 2])
    with pytest.raises(CorruptFileError):
        wf.FrequencyResponse.load(tmp_path / "frf.h5")


GOOD = recorded().window(0, 1000)


@pytest.mark.parametrize(
    ("changes", "inputs", "settings", "complaint"),
    [
        ({"sampling_rate": None}, 0, {}, "sampling rate"),
        ({}, "hammer", {}, "No sensor is named 'hammer'"),
        ({}, [0, 1, 2], {}, "leave 0 of 3 channels as outputs"),
        ({}, [0, 0], {}, "name each input once"),
        ({}, 0, {"estimator": "H3"}, "estimator is 'H3'"),
        ({}, [0, 1], {"estimator": "H2"}, "H2 is for one input"),
        ({}, 0, {"window": "hat"}, "window is 'hat'"),
        ({}, 0, {"overlap": 1.0}, "overlap is 1.0"),
        ({}, 0, {"resolution": 0.01}, "allow 0.1 to 6.25 Hz"),
        ({}, 0, {"decay_time": 1.0}, "are for impacts"),
        ({}, 0, {"decay_time": 0.0, "window": "impact"}, "decay_time is 0.0"),
        ({}, [0, 1], {"window": "impact"}, "1 segments cannot tell 2 inputs apart"),
        ({"signals": GOOD.signals * np.array([[0.0], [1.0], [1.0]])}, 0, {}, "silent"),
        ({"signals": np.where(GOOD.signals > 2.5, np.inf, GOOD.signals)}, 0, {}, "NaN or Inf at sample"),
        ({"signals": GOOD.signals + 1j}, 0, {}, "complex"),
        ({}, GOOD.window(0, 500), {}, "1000 samples, its inputs 500"),
        ({}, [GOOD, GOOD], {}, "2 recordings of inputs came for 1"),
        ({}, GOOD.replace(sampling_rate=50.0), {}, "different sampling rates"),
    ],
)
def test_what_cannot_be_estimated_is_refused(
    changes: dict[str, Any], inputs: Any, settings: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(wf.InputError, match=complaint):
        wf.frequency_response(GOOD.replace(**changes), inputs, **settings)


def test_recordings_of_different_channels_are_not_averaged() -> None:
    with pytest.raises(wf.InputError, match="Recording 1 has 1 outputs and 1 inputs"):
        wf.frequency_response([GOOD, GOOD.select([0, 1])], "force")
    with pytest.raises(wf.InputError, match="at least one"):
        wf.frequency_response([], "force")


def test_a_silent_output_responds_to_nothing() -> None:
    signals = GOOD.signals * np.array([[1.0], [0.0], [1.0]])
    for estimator in ("H1", "Hv"):
        response = wf.frequency_response(GOOD.replace(signals=signals), 0, estimator=estimator)
        assert np.allclose(response.values[0], 0.0)
        assert np.allclose(response.coherence[0], 0.0)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"frequencies": np.array([0.0, 1.0])}, "above zero and rise"),
        ({"values": np.ones((1, 1, 3))}, "expected \\(n_outputs, n_inputs, 2\\)"),
        ({"coherence": np.ones(2)}, "coherence has shape"),
        ({"output_names": ("a", "b")}, "2 output_names came for 1 outputs"),
        ({"input_positions": np.zeros((3, 2))}, "3 input_positions came for 1 inputs"),
        ({"decay_rate": -1.0}, "decay_rate is -1.0"),
    ],
)
def test_fields_that_do_not_match_are_refused(fields: dict[str, Any], complaint: str) -> None:
    good = {"frequencies": np.array([1.0, 2.0]), "values": np.ones((1, 1, 2))}
    with pytest.raises(wf.InputError, match=complaint):
        wf.FrequencyResponse(**(good | fields))


def test_impacts_are_told_from_steady_forces(caplog: pytest.LogCaptureFixture) -> None:
    struck = impacts(2)
    itself = wf.frequency_response(struck, 0)
    named = wf.frequency_response(struck, 0, window="impact")
    assert np.array_equal(itself.values, named.values, equal_nan=True)
    assert not caplog.records or "impacts" not in caplog.text
    wf.frequency_response(struck, 0, window="hann")
    assert "the forces are impacts" in caplog.text
    shaken = recorded()
    steady = wf.frequency_response(shaken, 0)
    assert np.array_equal(steady.values, wf.frequency_response(shaken, 0, window="hann").values)
