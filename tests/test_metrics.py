import array_api_strict
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wavefact.errors import InputError
from wavefact.metrics import relative_error, snr_db

LIBRARIES = [np.asarray, torch.asarray, array_api_strict.asarray]


def _matrix(seed, shape=(3, 5), dtype=float):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(shape)
    return values + 1j * rng.standard_normal(shape) if dtype is complex else values


@pytest.mark.parametrize("make", LIBRARIES)
@pytest.mark.parametrize("dtype", [float, complex])
def test_relative_error_is_the_ratio_of_norms_in_every_library(make, dtype):
    estimate, truth = _matrix(1, dtype=dtype), _matrix(2, dtype=dtype)
    expected = np.linalg.norm(estimate - truth) / np.linalg.norm(truth)
    assert relative_error(make(estimate), make(truth)) == pytest.approx(expected, rel=1e-14)
    assert isinstance(relative_error(make(estimate), make(truth)), float)


@pytest.mark.parametrize("make", LIBRARIES)
def test_snr_db_is_ten_log_of_the_power_ratio(make):
    signal, noise = _matrix(3), 0.1 * _matrix(4, (2, 7))
    expected = 10 * np.log10(np.mean(signal**2) / np.mean(noise**2))
    assert snr_db(make(signal), make(noise)) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(scale=st.sampled_from([1e-300, 1e-3, 7.0, 1e300]), seed=st.integers(0, 99))
def test_both_are_unchanged_by_a_common_scale(scale, seed):
    one, other = _matrix(seed), _matrix(seed + 1)
    assert relative_error(scale * one, scale * other) == pytest.approx(relative_error(one, other), rel=1e-9)
    assert snr_db(scale * one, scale * other) == pytest.approx(snr_db(one, other), abs=1e-9)


def test_integers_do_not_overflow():
    counts = np.array([[30000, -32768], [1, 2]], dtype=np.int16)
    assert relative_error(counts, counts) == 0.0
    assert snr_db(counts, np.array([1])) == pytest.approx(10 * np.log10(np.mean(counts.astype(float) ** 2)))
    assert relative_error(-np.array([[30000]], np.int16), np.array([[30000]], np.int16)) == 2.0


def test_limits():
    assert relative_error(np.zeros(3), np.array([1.0, 2.0, 3.0])) == 1.0
    assert snr_db(np.ones(3), np.zeros(3)) == np.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: relative_error(np.ones(2), np.ones(3)), "shape"),
        (lambda: relative_error(np.ones(2), np.zeros(2)), "zero"),
        (lambda: snr_db(np.zeros(2), np.ones(2)), "zero"),
        (lambda: snr_db(np.ones(2), np.ones(0)), "empty"),
    ],
)
def test_meaningless_comparisons_are_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
