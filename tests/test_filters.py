"""The wave weight as a filter in wavenumber."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wavefact as wf
from wavefact.errors import InputError

OPERATORS = [wf.String(30, 0.2), wf.Beam(25, 0.5), wf.Membrane((5, 6), 0.3)]
every_operator = pytest.mark.parametrize("operator", OPERATORS, ids=["string", "beam", "membrane"])


@every_operator
def test_gain_is_one_at_the_centre_and_half_power_at_the_edges(operator):
    low, high = wf.passband(operator, 40.0, 1.3)
    assert 0 < low < 1.3 < high
    found = wf.gains(operator, 40.0, 1.3, at=[low, 1.3, high])
    np.testing.assert_allclose(found, [2**-0.5, 1.0, 2**-0.5], rtol=1e-9)


@every_operator
def test_gain_falls_on_both_sides(operator):
    found = wf.gains(operator, 100.0, 1.0, at=np.linspace(0, 1, 20))
    assert np.all(np.diff(found) > 0)
    assert np.all(np.diff(wf.gains(operator, 100.0, 1.0, at=np.linspace(1, 3, 20))) < 0)
    assert np.array_equal(wf.gains(operator, 0.0, 1.0, at=[0.0, 5.0]), [1.0, 1.0])


@every_operator
def test_gains_are_the_weights_of_the_model(operator):
    at = operator.wavenumber(operator.eigenvalues[1:6])
    weights = 1 + 7.0 * (operator.eigenvalues[1:6] - operator.eigenvalue(0.8)) ** 2
    np.testing.assert_allclose(wf.gains(operator, 7.0, 0.8, at=at), weights**-0.5, rtol=1e-9)


@given(st.sampled_from(OPERATORS), st.floats(0.01, 5.0), st.floats(1e-3, 0.3))
def test_bandwidth_and_weight_are_inverse(operator, wavenumber, relative):
    weight = wf.wave_weight_from_bandwidth(operator, relative * wavenumber, wavenumber)
    low, high = wf.passband(operator, weight, wavenumber)
    assert high - low == pytest.approx(relative * wavenumber, rel=max(1e-6, 4 * relative**2))


def test_band_below_wavenumber_zero_is_cut():
    low, high = wf.passband(wf.String(10), 0.01, 1.0)
    assert low == 0.0 < 1.0 < high


@pytest.mark.parametrize(
    ("bandwidth", "wavenumber"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (1.0, float("inf")), (float("nan"), 1)]
)
def test_impossible_bands_are_refused(bandwidth, wavenumber):
    with pytest.raises(InputError, match="rad/m"):
        wf.wave_weight_from_bandwidth(wf.String(10), bandwidth, wavenumber)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan")])
def test_a_passband_needs_a_positive_weight(weight):
    with pytest.raises(InputError, match="positive"):
        wf.passband(wf.String(10), weight, 1.0)
