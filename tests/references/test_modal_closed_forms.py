"""Natural frequencies of simulated structures against textbook formulas."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.operators import Beam, Plate, String, WaveOperator
from wavefact.simulate import Structure

ORDERS = np.arange(1, 4)


@pytest.mark.parametrize(
    ("operator", "speed", "expected"),
    [
        # taut string, length 5 m, 30 m/s: m c / (2 L)
        (String(n_points=499, spacing=0.01, ends="fixed"), {"wave_speed": 30.0}, ORDERS * 30 / 10),
        # free ends: the rigid motion is no mode
        (String(n_points=500, spacing=0.01, ends="free"), {"wave_speed": 30.0}, ORDERS * 30 / 10),
        # pinned beam: π a m² / (2 L²)
        (
            Beam(n_points=499, spacing=0.01, ends="pinned"),
            {"bending_speed": 8.0},
            np.pi * 8 * ORDERS**2 / 50,
        ),
        # clamped beam, β L = 4.73004, 7.85320, 10.99561
        (
            Beam(n_points=499, spacing=0.01, ends="clamped"),
            {"bending_speed": 8.0},
            8 * np.array([4.73004, 7.85320, 10.99561]) ** 2 / (2 * np.pi * 25),
        ),
        # pinned plate 2 × 3 m: π a / 2 (m²/4 + n²/9)
        (
            Plate((39, 59), spacing=0.05, ends="pinned"),
            {"bending_speed": 6.0},
            np.pi * 6 / 2 * np.array([1 / 4 + 1 / 9, 1 / 4 + 4 / 9, 4 / 4 + 1 / 9]),
        ),
    ],
    ids=["string", "free string", "pinned beam", "clamped beam", "plate"],
)
def test_natural_frequencies(operator: WaveOperator, speed: dict, expected: np.ndarray) -> None:
    structure = Structure.of(operator, 3, **speed)
    assert np.allclose(structure.frequencies, expected, rtol=5e-3)


def test_modal_masses_are_one_on_uneven_points() -> None:
    positions = np.cumsum(np.random.default_rng(0).uniform(0.5, 2.0, 20))
    operator = String(positions=positions, ends="free")
    structure = Structure.of(operator, 5, wave_speed=10.0)
    masses = structure.mode_shapes.T @ (structure.point_masses[:, None] * structure.mode_shapes)
    assert structure.point_masses.sum() == pytest.approx(1)
    assert np.allclose(masses, np.eye(5), atol=1e-10)
