"""`complete` restores what was not measured, with its amplitude."""

import numpy as np
import pytest

import wavefact as wf
from wavefact.simulate import Structure, scenario_s2, simulate


def test_a_plate_from_a_fifth_of_its_points(rng):
    plate = wf.Plate((12, 10), spacing=0.04)
    structure = Structure.of(plate, 6, bending_speed=46.0, damping_ratios=0.005)
    rate = 6 * structure.frequencies[-1]
    noisy = simulate(structure, sampling_rate=rate, duration=500 / rate, quantity="velocity", snr_db=10.0)
    points = np.sort(rng.permutation(120)[:24])
    whole = wf.complete(noisy.recording.select(points), plate, sensors=points)
    assert whole.signals.shape == (120, 500)
    assert whole.sampling_rate == rate
    assert whole.quantity == "velocity"
    np.testing.assert_array_equal(whole.positions, plate.positions)
    assert wf.relative_error(whole.signals, noisy.clean) < 0.2


def test_gaps_are_filled_better_than_by_shrunk_components(rng):
    noisy = scenario_s2(10.0)
    signals = np.array(noisy.recording.signals)
    signals[rng.uniform(size=signals.shape) < 0.6] = np.nan
    settings = {"missing": "nan", "wave_weight": 2e4}
    whole = wf.complete(signals, wf.String(100), **settings)
    shrunk = wf.factorize(signals, wf.String(100), rtol=1e-3, **settings).reconstruct()
    errors = [wf.relative_error(each, noisy.clean) for each in (whole.signals, shrunk)]
    assert errors[0] < 0.4 * errors[1]
    assert errors[0] < 0.06


def test_nothing_but_noise_is_completed_by_silence(rng):
    whole = wf.complete(
        rng.standard_normal((6, 200)), wf.String(20), sensors=[1, 4, 8, 11, 15, 18], wave_weight=1e3
    )
    np.testing.assert_array_equal(whole.signals, np.zeros((20, 200)))


def test_complex_signals_and_bad_input(rng):
    x, t = np.arange(1, 21) / 21, np.arange(300)
    clean = np.outer(np.sin(2 * np.pi * x), np.exp(0.3j * t))
    points = [1, 4, 8, 11, 13, 18]
    signals = clean[points] + 0.05 * (rng.standard_normal((6, 300)) + 1j * rng.standard_normal((6, 300)))
    whole = wf.complete(signals, wf.String(20), sensors=points, wave_weight=1e3)
    assert np.iscomplexobj(whole.signals)
    assert wf.relative_error(whole.signals, clean) < 0.05
    with pytest.raises(wf.InputError, match="names 5 points"):
        wf.complete(signals, wf.String(20), sensors=points[1:])
