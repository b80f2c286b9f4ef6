"""Windows of eigenvalues find and prove what the whole Gram matrix does, and never too little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from independent import noise, singular_values

from wavefact.far_rows import Rows, seen_through
from wavefact.operators import Plate
from wavefact.polar import polar
from wavefact.polar_proof import prove
from wavefact.problem import Axis
from wavefact.spectral_spans import Spans
from wavefact.spectral_windows import WindowedResidual

CORE = 8  # so small that windows hold a part of the rows only
PLATE = Plate((12, 10)).eigenvalues
SQUARE = Plate((11, 11)).eigenvalues  # nearly all of them twice
SPECTRA = {"plate": PLATE, "square": SQUARE, "groups": np.repeat(np.arange(20.0), 6), "point": np.ones(40)}


def residual_of(seed, n, n_columns, is_complex, loudness):
    """Return noise with a few loud rows, which touch a level long before the others."""
    rng = np.random.default_rng(seed)
    values = noise(rng, n, n_columns, is_complex)
    values[rng.choice(n, 4, replace=False)] *= loudness
    return values


@st.composite
def cases(draw):
    eigenvalues = SPECTRA[draw(st.sampled_from(list(SPECTRA)))]
    n_columns = draw(st.sampled_from([1, 3, 40, len(eigenvalues)]))
    residual = residual_of(
        draw(st.integers(0, 10**6)),
        len(eigenvalues),
        n_columns,
        draw(st.booleans()),
        draw(st.sampled_from([1.0, 3.0])),
    )
    return residual, Axis(eigenvalues, draw(st.sampled_from([0.0, 1e-2, 1.0, 30.0, 1e3, 1e6])))


def largest(residual, axis, *near):
    """Return σ_max over a very fine grid, finer around the loudest centres."""
    nodes = np.unique(np.concatenate([np.linspace(*axis.bounds, 300), axis.eigenvalues, near]))
    values = singular_values(residual, axis.eigenvalues, axis.weight, nodes)
    best = nodes[np.argsort(-values)[:3]]
    offsets = np.linspace(-2.0, 2.0, 101) * min(axis.bandwidth, axis.bounds[1] - axis.bounds[0])
    near = np.clip((best[:, None] + offsets).ravel(), *axis.bounds)
    return max(values.max(), singular_values(residual, axis.eigenvalues, axis.weight, near).max())


@given(cases())
def test_a_proven_bound_is_never_below_the_polar_and_close_to_it(case):
    residual, axis = case
    found = WindowedResidual(residual, axis, CORE).polar(1e-4, np.zeros(0))
    top = largest(residual, axis, found.centre)
    assert top <= found.upper * (1 + 1e-12)
    assert found.attained <= top * (1 + 1e-4)
    whole = polar(residual @ residual.conj().T, axis, 1e-4)
    assert found.upper == pytest.approx(whole.upper, rel=2e-4)
    assert found.attained == pytest.approx(whole.attained, rel=2e-4)


@settings(max_examples=12)
@given(cases())
def test_a_level_just_below_is_violated(case):
    residual, axis = case
    level = largest(residual, axis) * (1 - 1e-4)
    centres = WindowedResidual(residual, axis, CORE).prove(level, np.zeros(0))
    assert len(centres) > 0
    values = singular_values(residual, axis.eigenvalues, axis.weight, centres)
    assert values.max() > level * (1 - 1e-9)


@settings(max_examples=12)
@given(cases())
def test_sweeps_and_atoms_are_lower_estimates(case):
    residual, axis = case
    image = WindowedResidual(residual, axis, CORE)
    centres = np.unique(axis.eigenvalues)[::7]
    exact = singular_values(residual, axis.eigenvalues, axis.weight, centres)
    assert np.all(image.estimates(centres) <= exact * (1 + 1e-12))
    np.testing.assert_allclose(image.spectrum(centres), exact, rtol=2e-2)
    assert np.all(image.spectrum(centres) <= exact * (1 + 1e-12))
    level = 0.99 * exact.max()
    swept = image.sweep(centres, level)
    values = singular_values(residual, axis.eigenvalues, axis.weight, swept)
    assert np.all(values > level)
    assert image.sweep(centres, 1.01 * largest(residual, axis)).size == 0


@given(cases())
def test_atoms_have_unit_norm_and_attain_their_values(case):
    residual, axis = case
    centre = float(axis.eigenvalues[5])
    found = WindowedResidual(residual, axis, CORE).atoms(np.asarray([centre]))[0]
    shapes, weights = found.shapes[:, :2], axis.weights(np.array([centre]))
    kept = found.values[:2] > 1e-6 * found.values[0]
    np.testing.assert_allclose(np.sum(weights * np.abs(shapes) ** 2, axis=0)[kept], 1.0, rtol=1e-9)
    reached = np.linalg.norm(shapes.conj().T @ residual, axis=1)
    assert np.all(reached[kept] >= found.values[:2][kept] * (1 - 1e-9))
    top = singular_values(residual, axis.eigenvalues, axis.weight, np.array([centre]))[0]
    assert found.values[0] == pytest.approx(top, rel=1e-4)


@given(cases(), st.integers(0, 10**6))
def test_far_rows_are_never_underrated(case, seed):
    residual, axis = case
    spans = Spans(axis, CORE)
    rows, rng = Rows(residual, spans), np.random.default_rng(seed)
    low, high = np.sort(rng.uniform(*axis.bounds, 2))
    high = low + 0.2 * (high - low)
    span = spans.around((low, high), spans.most)
    far = np.delete(np.arange(len(spans)), np.arange(span.first, span.stop))
    upper = rows.far(span)
    for centre in np.linspace(low, high, 7):
        part = residual[spans.order[far]] / axis.weights(np.array([centre]))[spans.order[far]] ** 0.5
        exact = part.conj().T @ part
        scale = np.linalg.norm(exact, 2)
        assert scale <= rows.tail(span) * (1 + 1e-12)
        if upper is not None:
            assert np.linalg.eigvalsh(upper - exact)[0] >= -1e-12 * scale


@pytest.mark.parametrize("is_complex", [False, True])
def test_near_rows_seen_through_the_far_ones_decide_as_all_rows_do(rng, is_complex):
    near, far, level = noise(rng, 6, 5, is_complex), 0.2 * noise(rng, 30, 5, is_complex), 4.0
    seen = seen_through(near, far.conj().T @ far, level)
    whole = np.concatenate([near, far])
    for factor in (0.8, 0.99, 1.01, 1.3):
        weights = np.full(6, factor * np.linalg.eigvalsh(seen)[-1] / level**2)
        all_weights = np.concatenate([weights, np.ones(30)])
        least = np.linalg.eigvalsh(level**2 * np.diag(all_weights) - whole @ whole.conj().T)[0]
        assert (np.linalg.eigvalsh(level**2 * np.diag(weights) - seen)[0] > 0) == (least > 0)
    assert seen_through(near, level**2 * np.eye(5), level) is None


@settings(max_examples=8)
@given(cases())
def test_tests_on_columns_agree_with_tests_on_rows(case):
    residual, axis = case
    spans = Spans(axis, CORE)
    rows, ordered = Rows(residual, spans), spans.axis_of(0, len(spans))
    sorted_gram = residual[spans.order] @ residual[spans.order].conj().T
    for factor, is_proven in ((1 + 1e-3, True), (1 - 1e-3, False)):
        level = factor * largest(residual, axis)
        assert (len(prove(rows, ordered, level, np.zeros(0), n_intervals=4)) == 0) == is_proven
        assert (len(prove(sorted_gram, ordered, level, np.zeros(0))) == 0) == is_proven


@pytest.mark.parametrize("weight", [0.0, 0.1, 10.0, 1e5])
@pytest.mark.parametrize("spectrum", list(SPECTRA))
def test_spans_cover_every_centre_and_hold_what_is_near(spectrum, weight):
    axis = Axis(SPECTRA[spectrum], weight)
    spans = Spans(axis, CORE)
    assert spans.plan[0].bounds[0] == axis.bounds[0]
    assert spans.plan[-1].bounds[1] == axis.bounds[1]
    for span, following in zip(spans.plan[:-1], spans.plan[1:], strict=True):
        assert span.bounds[1] == following.bounds[0]
    for span in spans.plan:
        assert span.size <= spans.most + 2 * spans.block
        inside = spans.eigenvalues[span.first : span.stop]
        if span.size < spans.most:
            assert inside[0] <= span.bounds[0]
            assert inside[-1] >= span.bounds[1]


def test_every_library_proves_the_same(xp, rng):
    residual = residual_of(3, len(SQUARE), 20, True, 3.0)
    expected = WindowedResidual(residual, Axis(SQUARE, 50.0), CORE).polar(1e-6, np.zeros(0))
    axis = Axis(xp.asarray(SQUARE), 50.0)
    found = WindowedResidual(xp.asarray(residual), axis, CORE).polar(1e-6, np.zeros(0))
    assert found.attained == pytest.approx(expected.attained, rel=1e-9)
    assert found.upper == pytest.approx(expected.upper, rel=2e-6)
