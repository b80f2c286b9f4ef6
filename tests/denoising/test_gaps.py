"""Courses among gaps, against the mean of a Gaussian in closed form."""

import numpy as np
import pytest

from wavefact.denoising import gaps
from wavefact.denoising.gaps import courses_among_gaps


def moving(rng, n_samples, is_complex):
    """Return orthonormal shapes, courses of deviations 3 and 1, signals with noise of 0.5, and a mask."""
    shapes = np.linalg.qr(rng.standard_normal((8, 2)))[0]
    courses = np.array([[3.0], [1.0]]) * rng.standard_normal((2, n_samples)) * (1j if is_complex else 1.0)
    signals = shapes @ courses + 0.5 * rng.standard_normal((8, n_samples))
    return shapes, courses, signals, rng.uniform(size=signals.shape) < 0.6


@pytest.mark.parametrize("is_complex", [False, True])
def test_powers_are_learned_and_the_mean_is_that_of_the_gaussian(rng, is_complex):
    shapes, _, signals, mask = moving(rng, 4000, is_complex)
    found = courses_among_gaps(signals * mask, mask, shapes, shapes.conj().T @ signals)
    distances = []
    for sample in range(200):
        seen = shapes[mask[:, sample]]
        covariance = seen @ np.diag([9.0, 1.0]) @ seen.T + 0.25 * np.eye(len(seen))
        gain = np.diag([9.0, 1.0]) @ seen.T @ np.linalg.inv(covariance)
        distances.append(np.abs(found[:, sample] - gain @ signals[mask[:, sample], sample]) ** 2)
    # A spectrum of eight coefficients from 4000 samples is uncertain by a few per cent.
    assert np.all(np.mean(distances, axis=0) < 0.01 * np.array([9.0, 1.0]) + 0.01)


@pytest.mark.parametrize("is_complex", [False, True])
def test_batches_and_scales_of_shapes_do_not_matter(rng, monkeypatch, is_complex):
    shapes, courses, signals, mask = moving(rng, 50, is_complex)
    whole = courses_among_gaps(signals * mask, mask, shapes, courses)
    monkeypatch.setattr(gaps, "MOST_ENTRIES", 40)
    sizes = np.array([1e3, 1e-3])
    parts = courses_among_gaps(signals * mask, mask, shapes * sizes, courses / sizes[:, None])
    np.testing.assert_allclose(parts * sizes[:, None], whole, rtol=1e-8)
