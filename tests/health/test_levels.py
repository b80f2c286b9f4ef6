"""Local levels against the dense Gaussian model that the Kalman filter is a fast form of."""

from __future__ import annotations

import numpy as np
from scipy.stats import multivariate_normal

import wavefact as wf
from wavefact.health.levels import local_levels


def test_levels_and_their_variances_are_those_of_the_dense_model(rng: np.random.Generator) -> None:
    times = np.cumsum(rng.uniform(0.5, 3.0, 60))
    values = np.cumsum(rng.normal(0, 0.1 * np.sqrt(np.diff(times, prepend=times[0])))) + rng.normal(
        0, 0.2, 60
    )
    values[[4, 5, 30]] = np.nan
    levels, variances, noise, drift = local_levels(times, values[:, None])
    seen = np.isfinite(values)
    walk = drift * np.minimum.outer(times - times[0], times - times[0]) + 1e4 * noise
    gain = walk[:, seen] @ np.linalg.inv(walk[np.ix_(seen, seen)] + noise * np.eye(seen.sum()))
    first = values[0]
    np.testing.assert_allclose(levels[:, 0], first + gain @ (values[seen] - first), atol=1e-3)
    np.testing.assert_allclose(variances[:, 0], np.diag(walk - gain @ walk[seen]), rtol=2e-3)


def test_both_variances_are_nearly_those_of_greatest_likelihood(rng: np.random.Generator) -> None:
    times = np.arange(150.0)
    values = np.cumsum(rng.normal(0, 0.05, 150)) + rng.normal(0, 0.2, 150)
    _, _, noise, drift = local_levels(times, values[:, None])

    def likelihood(noise: float, drift: float) -> float:
        steps = np.diff(values)  # free of the unknown level
        covariance = (drift + 2 * noise) * np.eye(149) - noise * (np.eye(149, k=1) + np.eye(149, k=-1))
        return float(multivariate_normal(np.zeros(149), covariance).logpdf(steps))

    best = max(likelihood(a, b) for a in np.geomspace(0.01, 0.1, 12) for b in np.geomspace(1e-4, 0.1, 12))
    assert likelihood(noise[0], drift[0]) > best - 0.5


def test_a_mode_that_was_never_found_has_no_level() -> None:
    found = np.column_stack([np.linspace(2.0, 2.1, 9), np.full(9, np.nan)])
    shapes = np.ones((9, 2, 2))
    levels = wf.mode_levels(
        wf.ModeTracks(np.arange(9.0), found, found, shapes, np.array([2.0, 3.0]), shapes[0])
    )
    assert np.all(np.isnan(levels.frequencies[:, 1]))
    assert np.all(np.isfinite(levels.frequencies[:, 0]))
