"""Dispersion relations as numbers, functions and tables."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.dispersion import relation_nodes

STRING, BEAM = wf.String(50, 0.1), wf.Beam(50, 0.1)
TIME = wf.Time(1000, 200.0, order=1)
WEIGHTS = (10.0, TIME.weight(1.0))


def speeds(operator, centres, tones):
    return np.asarray(TIME.wavenumber(tones)) / np.asarray(operator.wavenumber(centres))


def test_a_wave_speed_a_function_and_a_table_say_the_same():
    number = relation_nodes(8.0, STRING, TIME, WEIGHTS)
    function = relation_nodes(lambda k: 8.0 * k, STRING, TIME, WEIGHTS)
    wavenumbers = np.linspace(0.1, 40.0, 300)
    table = relation_nodes(
        np.stack([8.0 * wavenumbers / (2 * np.pi), wavenumbers], axis=1), STRING, TIME, WEIGHTS
    )
    for centres, tones in (number, function, table):
        assert np.all(np.diff(centres) > 0)
        assert np.all(np.diff(tones) > 0)
        inside = slice(1, -1)
        np.testing.assert_allclose(speeds(STRING, centres[inside], tones[inside]), 8.0, rtol=1e-6)


def test_a_number_means_bending_stiffness_for_a_beam():
    centres, tones = relation_nodes(0.5, BEAM, TIME, (1e-3, WEIGHTS[1]))
    np.testing.assert_allclose(
        np.asarray(TIME.wavenumber(tones))[1:-1],
        0.5 * np.asarray(BEAM.wavenumber(centres))[1:-1] ** 2,
        rtol=1e-3,
    )


def test_nodes_resolve_both_filters_and_stay_in_the_spectra():
    centres, tones = relation_nodes(8.0, STRING, TIME, WEIGHTS)
    assert np.max(np.diff(centres)) <= 0.25 / WEIGHTS[0] ** 0.5
    assert np.max(np.diff(tones)) <= 0.25 / WEIGHTS[1] ** 0.5
    assert STRING.eigenvalues.min() <= centres[0]
    assert tones[-1] <= TIME.eigenvalues.max()


@pytest.mark.parametrize(
    ("dispersion", "message"),
    [
        (0.0, "wave speed"),
        ("fast", "wave speed"),
        (lambda k: -k, "rise"),
        (lambda k: k[:3], "one finite"),
        (np.array([[1.0, 2.0], [np.nan, 3.0]]), "finite"),
        (np.array([[1.0, 2.0], [2.0, 2.0], [3.0, 4.0]]), "twice"),
        (np.array([[1.0, 500.0], [2.0, 600.0]]), "do not overlap"),
        (1e6, "check the unit"),
    ],
)
def test_what_is_no_relation_is_refused(dispersion, message):
    with pytest.raises(wf.InputError, match=message):
        relation_nodes(dispersion, STRING, TIME, WEIGHTS)
