"""ModalModel: consistency, matching, table, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wavefact.errors import CorruptFileError, InputError, UnknownFormatError
from wavefact.modal import ModalModel


@pytest.fixture
def model() -> ModalModel:
    rng = np.random.default_rng(5)
    return ModalModel(
        frequencies=np.array([1.5, 4.0, 4.2]),
        damping_ratios=np.array([0.01, 0.02, 0.005]),
        mode_shapes=np.linalg.qr(rng.standard_normal((6, 3)))[0],
        wavenumbers=np.array([0.1, 0.2, np.nan]),
        positions=np.arange(6.0),
        quantity="velocity",
        unit="m/s",
        frequency_errors=np.array([0.01, np.nan, 0.02]),
        shape_errors=rng.uniform(size=(6, 3)),
        names=tuple("abcdeé"),
    )


def test_fields_not_given_are_unknown(model: ModalModel) -> None:
    assert np.all(np.isnan(model.fit_quality))
    assert np.all(np.isnan(model.damping_errors))
    assert np.all(np.isnan(model.contributions))
    assert (model.n_modes, model.n_points) == (3, 6)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("damping_ratios", np.zeros(2), "damping_ratios has 2 entries for 3"),
        ("mode_shapes", np.ones((6, 2)), "one column a mode"),
        ("positions", np.arange(5.0), "5 positions"),
        ("names", ("a", "b"), "2 names"),
        ("frequency_errors", np.zeros(2), "frequency_errors has 2 entries for 3"),
        ("shape_errors", np.zeros((6, 2)), "one for each entry"),
    ],
)
def test_inconsistent_fields_are_refused(
    model: ModalModel, field: str, value: np.ndarray, words: str
) -> None:
    fields = {
        name: getattr(model, name) for name in ("frequencies", "damping_ratios", "mode_shapes", "positions")
    }
    with pytest.raises(InputError, match=words):
        ModalModel(**(fields | {field: value}))


def test_table_has_a_row_for_each_mode(model: ModalModel) -> None:
    rows = str(model).splitlines()
    assert len(rows) == 4
    assert "1.5000" in rows[1]
    assert "–" in rows[3]
    assert repr(model).startswith("ModalModel(3 modes at 6 points)")
    assert str(model.select([])) == "no modes"


def test_match_and_mac(model: ModalModel) -> None:
    other = model.select([2, 0])
    mine, its = model.match(other)
    assert (mine.tolist(), its.tolist()) == ([0, 2], [1, 0])
    assert np.allclose(model.mac(other), np.eye(3)[:, [2, 0]], atol=1e-12)
    assert np.allclose(model.phase_collinearity, 1)
    assert np.allclose(model.phase_deviation, 0)
    assert np.allclose(model.mac(), np.eye(3), atol=1e-12)  # with itself: the auto-MAC


def test_phase_velocities(model: ModalModel) -> None:
    rigid = ModalModel(np.zeros(1), np.zeros(1), np.ones((2, 1)), wavenumbers=np.zeros(1))
    expected = [2 * np.pi * 1.5 / 0.1, 2 * np.pi * 4.0 / 0.2, np.nan]
    assert np.allclose(model.phase_velocities, expected, equal_nan=True)
    assert np.isnan(rigid.phase_velocities[0])
    assert model.select([]).phase_velocities.size == model.select([]).phase_deviation.size == 0


@pytest.mark.parametrize("is_complex", [False, True])
def test_file_round_trip(model: ModalModel, tmp_path: Path, is_complex: bool) -> None:
    if is_complex:
        model = ModalModel(model.frequencies, model.damping_ratios, model.mode_shapes * (1 + 2j))
    model.save(tmp_path / "modes.h5")
    again = ModalModel.load(tmp_path / "modes.h5")
    for name in ("frequencies", "damping_ratios", "mode_shapes", "wavenumbers", "fit_quality"):
        assert np.array_equal(getattr(again, name), getattr(model, name), equal_nan=True)
    for name in ("frequency_errors", "damping_errors", "shape_errors"):
        assert np.array_equal(getattr(again, name), getattr(model, name), equal_nan=True)
    assert (again.quantity, again.unit, again.names) == (model.quantity, model.unit, model.names)
    assert (again.positions is None) == is_complex


def test_foreign_and_damaged_files_are_refused(model: ModalModel, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        ModalModel.load(tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("frequency")
    with pytest.raises(UnknownFormatError):
        ModalModel.load(tmp_path / "text.h5")
    import h5py

    model.save(tmp_path / "modes.h5")
    with h5py.File(tmp_path / "modes.h5", "a") as file:
        del file["frequencies"]
    with pytest.raises(CorruptFileError):
        ModalModel.load(tmp_path / "modes.h5")
