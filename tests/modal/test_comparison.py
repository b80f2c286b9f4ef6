"""Two models side by side: pairs, shifts with errors, COMAC, what has no partner, the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from wavefact.errors import InputError
from wavefact.modal import ModalModel, comac, compare_modes


def model(frequencies: list[float], shapes: np.ndarray, errors: list[float] | None = None) -> ModalModel:
    return ModalModel(
        np.array(frequencies),
        np.full(len(frequencies), 0.01),
        shapes,
        frequency_errors=np.full(len(frequencies), np.nan) if errors is None else np.array(errors),
    )


SHAPES = np.linalg.qr(np.random.default_rng(2).standard_normal((7, 4)))[0]
BEFORE = model([1.0, 2.0, 3.0, 0.0], SHAPES, [0.01, 0.02, np.nan, 0.01])
AFTER = model([2.9, 2.1, 0.0, 9.0], SHAPES[:, [2, 1, 3, 0]] * [-1, 2, 1, 1], [0.01, 0.04, 0.01, 0.01])


def test_pairs_shifts_and_errors() -> None:
    found = compare_modes(BEFORE, AFTER)
    assert found.pairs.tolist() == [[1, 1], [2, 0], [3, 2]]
    assert np.allclose(found.frequency_shifts[:2], [0.05, 2.9 / 3 - 1])
    assert found.shift_errors[0] == pytest.approx(1.05 * np.hypot(0.01, 0.04 / 2.1))
    assert np.isnan(found.shift_errors[1])
    assert np.isnan(found.frequency_shifts[2])  # two rigid motions are a pair; their ratio is not known
    assert np.allclose(found.mac, 1)
    assert (found.unmatched_a.tolist(), found.unmatched_b.tolist()) == ([0], [3])
    assert np.allclose(found.comac, 1)


def test_errors_of_shifts_cover_the_truth() -> None:
    rng = np.random.default_rng(0)
    inside = 0
    for _ in range(200):
        noisy = [
            replace(m, frequencies=m.frequencies + rng.normal(scale=m.frequency_errors))
            for m in (model([5.0], SHAPES[:, :1], [0.02]), model([4.9], SHAPES[:, :1], [0.03]))
        ]
        found = compare_modes(*noisy)
        inside += abs(found.frequency_shifts[0] - (4.9 / 5 - 1)) < 2 * found.shift_errors[0]
    assert 182 <= inside <= 198  # of 191


def test_the_point_that_changed_has_the_lowest_comac() -> None:
    shapes = SHAPES.copy()
    shapes[4, :2] *= [0.2, 1.9]
    found = compare_modes(BEFORE, model([1.0, 2.0, 3.0, 0.0], shapes))
    assert np.argmin(found.comac) == 4
    assert np.allclose(found.comac, comac(SHAPES, shapes))
    assert "lowest COMAC" in str(found)
    assert "at point 5 of 7" in str(found)


def test_table() -> None:
    rows = str(compare_modes(BEFORE, AFTER)).splitlines()
    assert rows[1].split() == ["2", "2", "2.0000", "2.1000", "+5.000", "2.259", "1.000"]
    assert rows[2].split()[5] == "–"
    assert rows[4].split() == ["1", "–", "1.0000"]
    assert rows[5].split() == ["–", "4", "9.0000"]
    assert repr(compare_modes(BEFORE, AFTER)).startswith("ModeComparison(3 pairs)")


def test_nothing_in_common() -> None:
    found = compare_modes(BEFORE, AFTER, min_mac=1.1)
    assert found.n_pairs == 0
    assert np.all(np.isnan(found.comac))
    assert found.unmatched_b.tolist() == [0, 1, 2, 3]
    assert len(str(found).splitlines()) == 9
    assert compare_modes(BEFORE.select([]), AFTER).n_pairs == 0


def test_other_points_are_refused() -> None:
    with pytest.raises(InputError, match="7 and 3 points"):
        compare_modes(BEFORE, model([1.0], np.ones((3, 1))))
