"""Beams of several segments: finite elements of another kind, stiffness split by place, bad input."""

import numpy as np
import pytest
from cases import UNEVEN
from independent import hermite_beam

from wavefact.errors import InputError
from wavefact.operators import Beam, Media, SteppedBeam, String


@pytest.mark.parametrize("ends", ["pinned", "clamped-free"])
def test_modes_tend_to_those_of_hermite_elements(ends):
    stiffness = np.ones(120)
    stiffness[30:45], stiffness[80:] = 0.4, 1.7  # from 0.25 to 0.375, and from 2/3 on
    expected, shapes = hermite_beam(stiffness, ends=ends)
    errors = []
    for n in (39, 119):
        beam = SteppedBeam(
            n, ends=ends, span=(0, 1), stiffnesses=[1, 0.4, 1, 1.7], boundaries=[0.25, 0.375, 2 / 3]
        )
        errors.append(np.abs(beam.eigenvalues[:4] / expected[:4] - 1).max())
    assert errors[0] < 5e-3
    assert errors[1] < errors[0] / 5
    nodes = np.linspace(0, 1, 121)
    found = beam.synthesize(np.eye(119))[:, 2]
    there = np.interp(beam.positions, nodes, shapes[:, 2])
    assert abs(found @ there) / np.linalg.norm(found) / np.linalg.norm(there) > 0.99999


def test_deflection_under_a_load_is_that_of_the_virtual_work():
    beam = SteppedBeam(3, 0.25, stiffnesses=[1.0, 0.5], boundaries=[0.4])  # pinned, 1 m
    stiffness = beam.matrix() * 0.25  # of masses that are all a quarter
    x = np.linspace(0, 1, 100_001)
    moments = [np.where(x < a, x * (1 - a), a * (1 - x)) for a in beam.positions]  # of unit loads
    flexibility = [[np.trapezoid(p * q / np.where(x < 0.4, 1.0, 0.5), x) for p in moments] for q in moments]
    np.testing.assert_allclose(np.linalg.inv(stiffness), flexibility, rtol=1e-4)


@pytest.mark.parametrize(
    ("whole", "softer"),
    [
        (
            Beam(positions=UNEVEN, ends="guided-clamped"),
            SteppedBeam(
                positions=UNEVEN, ends="guided-clamped", stiffnesses=[0.5, 1, 0.7], boundaries=[0.05, 0.8]
            ),
        ),
        (Beam(9, 0.1), SteppedBeam(9, 0.1, stiffnesses=[0.5, 1, 0.7], boundaries=[0.05, 0.8])),
        (
            String(positions=UNEVEN, ends="free-fixed"),
            Media(
                positions=UNEVEN,
                ends="free-fixed",
                speeds=np.sqrt([0.5, 1, 0.7]),
                tensions=[0.5, 1, 0.7],
                boundaries=[0.05, 0.8],
            ),
        ),
        (
            String(9, 0.1, "periodic"),
            Media(
                9,
                0.1,
                "periodic",
                speeds=np.sqrt([0.5, 1, 0.7]),
                tensions=[0.5, 1, 0.7],
                boundaries=[0.05, 0.8],
            ),
        ),
    ],
)
def test_compliances_make_the_operator_and_its_softer_counterpart(whole, softer):
    gradient, parts = whole.compliances([0.05, 0.8])
    scale = getattr(softer, "reference_speed", 1.0) ** 2
    for factors, expected in ((np.ones(3), whole.matrix()), ([0.5, 1, 0.7], softer.matrix() * scale)):
        diagonal, beside = np.tensordot(1 / np.asarray(factors), parts, axes=1)
        compliance = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
        found = gradient.T @ np.linalg.solve(compliance, gradient)
        np.testing.assert_allclose(found, expected, atol=1e-10 * np.abs(expected).max())


def test_compliances_of_a_softer_line_are_its_own():
    beam = SteppedBeam(9, 0.1, stiffnesses=[0.5, 1, 0.7], boundaries=[0.05, 0.8])
    gradient, parts = beam.compliances([0.3, 0.6])
    diagonal, beside = parts.sum(axis=0)
    compliance = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    found = gradient.T @ np.linalg.solve(compliance, gradient)
    np.testing.assert_allclose(found, beam.matrix(), atol=1e-10 * beam.eigenvalues.max())


def test_bad_input_is_named():
    with pytest.raises(InputError, match="2 stiffnesses came with 2 boundaries"):
        SteppedBeam(9, 0.1, stiffnesses=[1, 2], boundaries=[0.3, 0.4])
    with pytest.raises(InputError, match="must rise between the ends at 0 and 1 m"):
        SteppedBeam(9, 0.1, stiffnesses=[1, 2], boundaries=[1.3])
    with pytest.raises(InputError, match="positive finite numbers"):
        SteppedBeam(9, 0.1, stiffnesses=[1, -2], boundaries=[0.3])
    with pytest.raises(InputError, match="must rise between the ends"):
        Beam(9, 0.1).compliances([0.5, 0.4])
