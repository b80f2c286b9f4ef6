"""Wave-informed K-SVD: its pursuit, its update, and atoms that it must find."""

from __future__ import annotations

import numpy as np
import pytest

from wavefact.baselines import TruncatedSVD, WaveKSVD
from wavefact.baselines._pursuit import pursued
from wavefact.baselines.wave_ksvd import resolving_weight, updated_atom
from wavefact.errors import InputError
from wavefact.metrics import relative_error
from wavefact.modal.similarity import mac
from wavefact.operators import Beam, String
from wavefact.recording import Recording

N, M = 40, 500
STRING = String(N, 0.5)


def sparse(noise: float) -> tuple[np.ndarray, np.ndarray, Recording]:
    """Return six waves of which two move at an instant, the clean signals and the recording."""
    rng = np.random.default_rng(6)
    modes = np.array([1, 2, 4, 7, 11, 12])
    shapes = np.sin(np.pi * np.outer(np.arange(1, N + 1), modes) / (N + 1))
    courses = rng.standard_normal((6, M)) * (np.argsort(rng.random((6, M)), axis=0) < 2)
    clean = shapes @ courses
    return shapes, clean, Recording(clean + noise * rng.standard_normal((N, M)), 100.0)


@pytest.mark.parametrize("wave_weight", [None, 0.0, 1.0])
def test_atoms_of_a_sparse_problem_are_found(wave_weight: float | None) -> None:
    shapes, clean, recording = sparse(0.0)
    setting = WaveKSVD(6, 2, wave_weight)
    model = setting.identify(recording, STRING)
    likeness = mac(shapes, model.mode_shapes)
    assert sorted(np.argmax(likeness, axis=1)) == list(range(6))
    assert np.min(np.max(likeness, axis=1)) > 1 - 1e-6
    assert relative_error(setting.denoise(recording, STRING).signals, clean) < 1e-3
    assert np.min(np.max(mac(shapes, TruncatedSVD(6).identify(recording, STRING).mode_shapes), axis=1)) < 0.9


def test_automatic_number_of_atoms_in_noise() -> None:
    shapes, clean, recording = sparse(1.0)
    model = WaveKSVD().identify(recording, STRING)
    assert model.n_modes == 6
    assert np.min(np.max(mac(shapes, model.mode_shapes), axis=1)) > 0.99
    assert WaveKSVD().identify(recording.replace(signals=_noise()), STRING).n_modes == 0
    result = WaveKSVD().denoise(recording, STRING)
    assert relative_error(result.signals, clean) < 0.6 * relative_error(recording.signals, clean)


@pytest.mark.parametrize("operator", [STRING, Beam(9, 0.5, ends="clamped-free")], ids=["string", "beam"])
def test_updated_atom_satisfies_the_normal_equations(operator: String | Beam) -> None:
    rng = np.random.default_rng(7)
    n, alphas = operator.n_points, operator.eigenvalues
    left, course = rng.standard_normal((n, 30)), rng.standard_normal(30)
    weight, power = 3.0 * resolving_weight(alphas), float(course @ course)
    atom, centre = updated_atom(left @ course / power, alphas, weight)
    assert centre == pytest.approx(alphas @ atom**2 / (atom @ atom))
    shape = operator.basis @ atom
    residual = operator.matrix() - centre * np.eye(n)
    matrix = power * (np.eye(n) + weight * residual @ residual)
    np.testing.assert_allclose(shape, np.linalg.solve(matrix, operator.basis @ left @ course), atol=1e-9)

    def cost(shape: np.ndarray, kappa: float) -> float:
        misfit = operator.basis @ left - np.outer(shape, course)
        bent = operator.matrix() @ shape - kappa * shape
        return float(np.sum(misfit**2) + weight * power * np.sum(bent**2))

    for kappa in alphas:  # the best atom of any other centre is no better
        other = operator.basis @ (left @ course / power / (1 + weight * (alphas - kappa) ** 2))
        assert cost(shape, centre) <= cost(other, kappa) * (1 + 1e-12)


def test_pursuit_is_that_of_one_instant_after_the_other() -> None:
    rng = np.random.default_rng(8)
    atoms = rng.standard_normal((15, 6))
    atoms /= np.linalg.norm(atoms, axis=0)
    signals = rng.standard_normal((15, 40))
    amplitudes = pursued(signals, atoms, most=3, least=0.5)
    for signal, found in zip(signals.T, amplitudes.T, strict=True):
        chosen: list[int] = []
        rest, fitted = signal, np.zeros(0)
        while len(chosen) < 3 and np.max(np.abs(atoms.T @ rest)) > 0.5:
            chosen.append(int(np.argmax(np.abs(atoms.T @ rest))))
            fitted = np.linalg.lstsq(atoms[:, chosen], signal, rcond=None)[0]
            rest = signal - atoms[:, chosen] @ fitted
        expected = np.zeros(6)
        expected[chosen] = fitted
        np.testing.assert_allclose(found, expected, atol=1e-8)
    assert set(np.count_nonzero(amplitudes, axis=0)) > {2, 3}


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="sparsity is 0"):
        WaveKSVD(sparsity=0)


def _noise() -> np.ndarray:
    return np.random.default_rng(9).standard_normal((N, M))
