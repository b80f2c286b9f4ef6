"""What every baseline owes: shape and metadata kept, input untouched, scaling, clear refusals."""

from __future__ import annotations

import numpy as np
import pytest
from cases import BASELINES

from wavefact.baselines import Baseline, Denoiser, Identifier
from wavefact.errors import InputError, MissingPackageError
from wavefact.operators import String
from wavefact.recording import Recording

N_SENSORS, N_SAMPLES, RATE = 16, 400, 100.0
STRING = String(N_SENSORS, 0.5)


def recording(scale: float = 1.0) -> Recording:
    """Return two decaying modes and noise on a string of uneven amplitude."""
    rng = np.random.default_rng(3)
    times, points = np.arange(N_SAMPLES) / RATE, np.arange(1, N_SENSORS + 1) / (N_SENSORS + 1)
    courses = [
        np.exp(-0.3 * times) * np.sin(2 * np.pi * 5.3 * times),
        0.6 * np.sin(2 * np.pi * 11.1 * times + 1),
    ]
    shapes = [np.sin(np.pi * points), np.sin(2 * np.pi * points)]
    clean = sum(np.outer(shape, course) for shape, course in zip(shapes, courses, strict=True))
    noisy = clean + 0.2 * rng.standard_normal(clean.shape)
    names = tuple(f"s{sensor}" for sensor in range(N_SENSORS))
    return Recording(
        scale * noisy, RATE, 0.5 * np.arange(1, N_SENSORS + 1), names, "m/s", "velocity", {"site": "here"}
    )


@pytest.fixture(scope="module", params=BASELINES)
def baseline(request: pytest.FixtureRequest) -> Baseline:
    """Return each baseline with automatic settings, where its package is installed."""
    made: Baseline = request.param()
    try:
        answers(made, recording())
    except MissingPackageError as error:
        pytest.skip(str(error))
    return made


def answers(baseline: Baseline, given: Recording, operator: String = STRING) -> list[np.ndarray]:
    """Return the arrays of everything that a baseline says."""
    said = []
    if isinstance(baseline, Denoiser):
        said.append(np.asarray(baseline.denoise(given, operator).signals))
    if isinstance(baseline, Identifier):
        model = baseline.identify(given, operator)
        said += [model.frequencies, model.mode_shapes]
    assert said, "a baseline denoises, identifies, or both"
    return said


def test_shape_rate_and_metadata_are_kept_and_the_input_is_not_changed(baseline: Baseline) -> None:
    given, before = recording(), np.array(recording().signals)
    np.asarray(given.signals).flags.writeable = False
    if isinstance(baseline, Denoiser):
        result = baseline.denoise(given, STRING)
        assert result.signals.shape == given.signals.shape
        assert np.all(np.isfinite(result.signals))
        assert (result.sampling_rate, result.names, result.unit) == (RATE, given.names, "m/s")
        np.testing.assert_array_equal(result.positions, given.positions)
    if isinstance(baseline, Identifier):
        model = baseline.identify(given, STRING)
        assert model.n_points == N_SENSORS
        assert (model.names, model.unit) == (given.names, "m/s")
        assert np.all((model.frequencies >= 0) & (model.frequencies <= RATE / 2))
        assert np.all(np.diff(model.frequencies) >= 0)
    np.testing.assert_array_equal(given.signals, before)


def test_the_same_input_gives_the_same_answer(baseline: Baseline) -> None:
    for first, second in zip(answers(baseline, recording()), answers(baseline, recording()), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_the_unit_does_not_matter(baseline: Baseline, scale: float) -> None:
    expected, said = answers(baseline, recording()), answers(baseline, recording(scale))
    if isinstance(baseline, Denoiser):
        said[0] = said[0] / scale
    for one, other in zip(said, expected, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(np.abs(one), np.abs(other), rtol=1e-4, atol=1e-4)


def test_a_denoiser_removes_noise(baseline: Baseline) -> None:
    if not isinstance(baseline, Denoiser):
        pytest.skip("names modes only")
    given = recording()
    shapes = np.sin(np.pi * np.outer(np.arange(1, N_SENSORS + 1), [1, 2]) / (N_SENSORS + 1))
    rest = np.asarray(baseline.denoise(given, STRING).signals)
    rest = rest - shapes @ np.linalg.lstsq(shapes, rest, rcond=None)[0]
    noise = np.asarray(given.signals)
    noise = noise - shapes @ np.linalg.lstsq(shapes, noise, rcond=None)[0]
    assert np.linalg.norm(rest) < 0.95 * np.linalg.norm(noise)


def test_an_oracle_has_settings_to_choose_among(baseline: Baseline) -> None:
    settings = list(baseline.candidates(recording(), STRING))
    assert len(settings) > 1
    assert all(type(setting) is type(baseline) for setting in settings)
    assert len(set(settings)) == len(settings)
    answers(settings[-1], recording())


def test_nan_is_refused_by_name(baseline: Baseline) -> None:
    signals = np.array(recording().signals)
    signals[3, 7] = np.nan
    with pytest.raises(InputError, match="sensor 3"):
        answers(baseline, recording().replace(signals=signals))


def test_complex_signals_are_refused(baseline: Baseline) -> None:
    given = recording()
    with pytest.raises(InputError, match="complex"):
        answers(baseline, given.replace(signals=np.asarray(given.signals) * (1 + 1j)))


def test_a_short_recording_is_cleaned_or_refused_in_words(baseline: Baseline) -> None:
    given = recording().select([0, 1, 2]).window(0, 5)
    try:
        said = answers(baseline, given, String(3, 0.5))
    except InputError as error:
        said, refusal = [], str(error)
        assert refusal.endswith(".")
    assert all(np.all(np.isfinite(values)) for values in said)
