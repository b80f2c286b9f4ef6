"""Shapes at all points from some: exact cases, independent formulas, honest errors, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import InputError
from wavefact.modal import ModalModel, expand_shapes, mac, msf
from wavefact.modal.evidence import _RATIOS, MeasuredShape, _bank, shape_everywhere
from wavefact.operators import Beam, FiniteElement, Graph, Plate, String, WaveOperator

STRING = String(n_points=49, spacing=0.02)
ROWS = np.arange(0, 49, 4)


def eigenvectors(operator: WaveOperator) -> np.ndarray:
    """Return the eigenvectors at the points, by rising eigenvalue."""
    shapes = operator.synthesize(np.eye(operator.n_points))
    return np.asarray(shapes)[:, np.argsort(operator.eigenvalues, kind="stable")]


def measured(shapes: np.ndarray, errors: float | np.ndarray = np.nan, **fields: object) -> ModalModel:
    n_modes = shapes.shape[1]
    return ModalModel(
        np.arange(1.0, n_modes + 1),
        np.full(n_modes, 0.01),
        shapes,
        shape_errors=np.broadcast_to(errors, shapes.shape),
        **fields,  # type: ignore[arg-type]
    )


def chain(rng: np.random.Generator, n_points: int) -> FiniteElement:
    """Return fixed masses on springs whose stiffness drifts along the chain by a random walk."""
    springs = np.exp(0.5 * np.cumsum(rng.normal(size=n_points + 1)) / np.sqrt(n_points))
    stiffness = np.diag(springs[:-1] + springs[1:]) - np.diag(springs[1:-1], 1) - np.diag(springs[1:-1], -1)
    return FiniteElement(stiffness)


@pytest.mark.parametrize(
    ("operator", "rows", "modes"),
    [
        (STRING, ROWS, [0, 1, 2, 5]),
        (Beam(n_points=30, ends="free"), np.arange(1, 30, 4), [2, 3, 4]),
        (Plate((7, 6), spacing=0.2), np.random.default_rng(3).permutation(42)[:20], [0, 1, 2, 4]),
        (
            FiniteElement([[2.0, -1, 0, 0], [-1, 3, -2, 0], [0, -2, 3, -1], [0, 0, -1, 1]], [1, 2, 3, 1]),
            [0, 1, 3],
            [0],
        ),
    ],
)
def test_eigenvectors_are_found_from_some_points(
    operator: WaveOperator, rows: list[int], modes: list[int]
) -> None:
    truth = eigenvectors(operator)[:, modes]
    expanded = expand_shapes(measured(truth[rows]), operator, rows)
    assert np.all(np.diag(mac(expanded.mode_shapes, truth)) > 1 - 1e-6)
    assert np.allclose(np.max(np.abs(expanded.mode_shapes), axis=0), 1)
    kappa = np.sort(operator.eigenvalues)[modes]
    assert np.allclose(expanded.wavenumbers, operator.wavenumber(kappa), rtol=1e-2)
    assert np.all(expanded.shape_errors < 0.05)
    assert expanded.mode_shapes.dtype == np.float64


def test_a_finite_element_model_gives_what_serep_gives() -> None:
    operator = chain(np.random.default_rng(0), 30)
    basis, rows = eigenvectors(operator)[:, :3], np.arange(2, 30, 3)
    noise = 1e-4 * np.random.default_rng(1).standard_normal((rows.size, 3))
    shapes = basis[rows] + noise
    serep = basis @ np.linalg.pinv(basis[rows]) @ shapes
    expanded = expand_shapes(measured(shapes, 1e-4), operator, rows)
    assert np.all(np.diag(mac(expanded.mode_shapes, serep)) > 1 - 1e-5)


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("errors_known", [True, False])
def test_mean_and_errors_are_those_of_normal_variables(is_complex: bool, errors_known: bool) -> None:
    """Against dense formulas: the log of the density, and conditioning, of one large normal vector."""
    from scipy.stats import multivariate_normal

    rng = np.random.default_rng(4)
    operator, rows, basis = String(n_points=9), np.array([0, 2, 3, 6, 8]), String(n_points=9).basis
    errors = rng.uniform(0.05, 0.2, 5)
    entries = basis[rows, 1] + errors * rng.standard_normal(5)
    if is_complex:
        entries = entries + 1j * (0.3 * basis[rows, 1] + errors * rng.standard_normal(5))
    parts = np.stack([entries.real, entries.imag][: 1 + is_complex], axis=1)
    logs, means, variances = [], [], []
    for gains in _bank(basis[rows] / errors[:, None], parts / errors[:, None], operator.eigenvalues):
        prior = (basis * gains) @ basis.T
        prior /= np.mean(np.diag(prior)[rows] / errors**2)
        for ratio in _RATIOS:
            covariance = ratio * prior[np.ix_(rows, rows)] + np.diag(errors**2)
            solved = np.linalg.solve(covariance, parts)
            squares = np.sum(parts * solved)
            size, n = 1.0, parts.size
            if errors_known:
                logs.append(sum(multivariate_normal.logpdf(part, None, covariance) for part in parts.T))
            else:
                log_det = parts.shape[1] * np.linalg.slogdet(covariance)[1]
                logs.append(-0.5 * (log_det + n * np.log(squares)))
                size = squares / (n - 2)
            cross = ratio * prior[:, rows]
            means.append(cross @ solved)
            spread = ratio * np.diag(prior) - np.sum(cross * np.linalg.solve(covariance, cross.T).T, axis=1)
            variances.append(size * spread)
    weights = np.exp(np.array(logs) - max(logs))
    weights = np.where(weights > 1e-3, weights, 0) / np.sum(weights[weights > 1e-3])
    mean = np.tensordot(weights, means, axes=1)
    scatter = np.mean((np.array(means) - mean) ** 2, axis=2)
    found = shape_everywhere(MeasuredShape(entries, errors, errors_known), rows, basis, operator.eigenvalues)
    assert found is not None
    assert np.allclose(
        found[0], mean[:, 0] + 1j * mean[:, 1] if is_complex else mean[:, 0], rtol=1e-4, atol=1e-6
    )
    assert np.allclose(found[1], np.sqrt(weights @ (variances + scatter)), rtol=1e-3, atol=1e-6)


def covered(
    operator: WaveOperator, truth: np.ndarray, rows: np.ndarray, noise: float, seed: int
) -> np.ndarray:
    """Return which entries of expanded shapes are within two standard errors of the truth."""
    truth = truth / np.max(np.abs(truth), axis=0)
    shapes = truth[rows] + noise * np.random.default_rng(seed).standard_normal((rows.size, truth.shape[1]))
    expanded = expand_shapes(measured(shapes, noise), operator, rows)
    scaled = truth * msf(truth, expanded.mode_shapes)
    return np.abs(expanded.mode_shapes - scaled) < 2 * expanded.shape_errors


def test_errors_cover_the_truth_of_a_line_that_is_not_quite_the_operator() -> None:
    uniform = String(n_points=49)
    found = [
        covered(
            uniform, eigenvectors(chain(np.random.default_rng(seed), 49))[:, [0, 1, 2, 4]], ROWS, 0.03, seed
        )
        for seed in range(15)
    ]
    assert 0.90 < np.mean(found) < 0.99


def test_errors_cover_the_truth_of_a_plate() -> None:
    plate, basis = Plate((7, 6), spacing=0.2), eigenvectors(Plate((7, 6), spacing=0.2))
    kappa, found = np.sort(plate.eigenvalues), []
    for seed in range(15):
        rng = np.random.default_rng(seed)
        gains = 1 / (1 + ((kappa[:, None] - kappa[[0, 1, 3]]) / (0.2 * kappa[[0, 1, 3]])) ** 2)
        truth = basis @ (np.sqrt(gains) * rng.standard_normal(gains.shape))
        found.append(covered(plate, truth, rng.permutation(42)[:20], 0.03, seed))
    assert 0.90 < np.mean(found) < 0.99


def test_points_are_told_by_their_positions() -> None:
    plate = Plate((6, 5), spacing=0.3)
    rows = np.random.default_rng(5).permutation(30)[:12]
    shapes = eigenvectors(plate)[rows, :2]
    expected = expand_shapes(measured(shapes), plate, rows)
    found = expand_shapes(measured(shapes, positions=plate.positions[rows] + 1e-6), plate)
    assert np.allclose(found.mode_shapes, expected.mode_shapes)
    assert found.positions is not None
    assert np.array_equal(found.positions, plate.positions)


def test_a_common_factor_changes_nothing() -> None:
    rng = np.random.default_rng(6)
    shapes = STRING.basis[ROWS, :2] + 0.02 * rng.standard_normal((ROWS.size, 2))
    real = expand_shapes(measured(shapes), STRING, ROWS)
    turned = expand_shapes(measured(shapes * 1e200j), STRING, ROWS)
    assert np.iscomplexobj(
        expand_shapes(measured(shapes * (1 + 0.1j * np.arange(13)[:, None])), STRING, ROWS).mode_shapes
    )
    assert np.all(np.diag(mac(turned.mode_shapes, real.mode_shapes)) > 1 - 1e-3)
    scaled = expand_shapes(measured(shapes * 1e-200), STRING, ROWS)
    assert np.allclose(scaled.mode_shapes, real.mode_shapes)
    assert np.allclose(scaled.shape_errors, real.shape_errors)


def test_an_entry_without_an_error_of_its_own_is_given_a_typical_one() -> None:
    rng = np.random.default_rng(7)
    shapes = STRING.basis[ROWS, :1] + 0.01 * rng.standard_normal((ROWS.size, 1))
    errors = np.full(shapes.shape, 0.01)
    expected = expand_shapes(measured(shapes, errors), STRING, ROWS)
    for gap in (0.0, 1e-17, np.nan):
        errors[3] = gap
        found = expand_shapes(measured(shapes, errors.copy()), STRING, ROWS)
        assert np.allclose(found.mode_shapes, expected.mode_shapes)


def test_unknown_errors_are_estimated() -> None:
    rng = np.random.default_rng(8)
    sizes = []
    for noise in (0.001, 0.1):
        shapes = np.sqrt(25) * STRING.basis[ROWS, :1] + noise * rng.standard_normal((ROWS.size, 1))
        sizes.append(np.mean(expand_shapes(measured(shapes), STRING, ROWS).shape_errors))
    assert 20 < sizes[1] / sizes[0] < 500


def test_what_is_not_of_shapes_is_kept() -> None:
    shapes = STRING.basis[ROWS, :2]
    model = measured(
        shapes, quantity="velocity", names=tuple(map(str, ROWS)), fit_quality=np.array([0.9, 0.8])
    )
    expanded = expand_shapes(model, STRING, ROWS)
    assert np.array_equal(expanded.frequencies, model.frequencies)
    assert np.array_equal(expanded.fit_quality, model.fit_quality)
    assert (expanded.quantity, expanded.names, expanded.n_points) == ("velocity", None, 49)
    assert expand_shapes(model.select([]), STRING, ROWS).mode_shapes.shape == (49, 0)


def test_rigid_motion_is_expanded() -> None:
    free = Beam(n_points=20, ends="free")
    rows = np.arange(0, 20, 4)
    line = 1.0 + 0.1 * free.positions
    expanded = expand_shapes(measured(line[rows, None]), free, rows)
    assert mac(expanded.mode_shapes, line)[0, 0] > 1 - 1e-4
    unconnected = Graph(edges=np.zeros((0, 2)), n_points=4)
    assert expand_shapes(measured(np.ones((4, 1))), unconnected, [0, 1, 2, 3]).n_points == 4


BAD = np.array([[1.0], [np.nan], [0.5], [0.2]])


@pytest.mark.parametrize(
    ("shapes", "points", "words"),
    [
        (np.ones((2, 1)), [0, 1], "measured at 2 points"),
        (np.ones((4, 1)), [0, 1, 2], "of shape \\(3,\\) for shapes of 4 points"),
        (np.ones((4, 1)), [0.0, 1.5, 2.0, 3.0], "points are float64"),
        (np.ones((4, 1)), [0, 1, 2, 49], "points are from 0 to 49; the operator has points 0 to 48"),
        (np.ones((4, 1)), [-1, 1, 2, 3], "points are from -1"),
        (BAD, [0, 1, 2, 3], "shape 0 is nan at point 1"),
        (np.zeros((4, 1)), [0, 1, 2, 3], "zero or not finite"),
        (np.ones((4, 1)), None, "has no positions"),
    ],
)
def test_unusable_input_is_refused(shapes: np.ndarray, points: list[int] | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        expand_shapes(measured(shapes), STRING, points)


def test_positions_elsewhere_are_refused() -> None:
    with pytest.raises(InputError, match=r"Row 2 was measured at \[0\.07\] m"):
        expand_shapes(measured(np.ones((3, 1)), positions=np.array([0.02, 0.04, 0.07])), STRING)
    frame = FiniteElement(np.diag([1.0, 2.0, 3.0, 4.0]), positions=[[0.0, 0], [0, 0], [1, 0], [2, 0]])
    with pytest.raises(InputError, match=r"Row 1 was measured at .* several points"):
        expand_shapes(measured(np.ones((3, 1)), positions=frame.positions[[2, 1, 3]]), frame)
    with pytest.raises(InputError, match="not all finite"):
        expand_shapes(measured(np.ones((3, 1)), positions=np.array([0.02, np.nan, 0.06])), STRING)
    with pytest.raises(InputError, match=r"2-dimensional .* straight line.*; say with points="):
        expand_shapes(measured(np.ones((3, 1)), positions=np.array([[1.0, 0], [0, 1], [0, 0]])), STRING)
    with pytest.raises(InputError, match="1 coordinates, the operator's 2"):
        expand_shapes(measured(np.ones((3, 1)), positions=np.arange(3.0)), frame)


def test_noise_is_refused() -> None:
    noise = 0.1 * np.random.default_rng(9).standard_normal((13, 1))
    with pytest.raises(InputError, match=r"Mode 0 \(1 Hz\) is no smoother than noise"):
        expand_shapes(measured(noise, 0.3), STRING, ROWS)


def test_it_is_public() -> None:
    assert wf.expand_shapes is expand_shapes
