"""Local levels against the dense Gaussian model that the Kalman filter is a fast form of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

import wavefact as wf
from wavefact.health._local_level import local_variances
from wavefact.health.levels import local_levels


@pytest.mark.parametrize("is_known", [False, True])
def test_levels_and_their_variances_are_those_of_the_dense_model(
    rng: np.random.Generator, is_known: bool
) -> None:
    times = np.cumsum(rng.uniform(0.5, 3.0, 60))
    squares = rng.choice([0.01, 0.04, 0.2], 60) if is_known else np.full(60, np.nan)
    walk = np.cumsum(rng.normal(0, 0.1 * np.sqrt(np.diff(times, prepend=times[0]))))
    values = walk + np.sqrt(np.where(is_known, squares, 0.04)) * rng.standard_normal(60)
    values[[4, 5, 30]] = np.nan
    levels, variances, usual, drift = local_levels(times, values[:, None], squares[:, None])
    noise, trust, _ = local_variances(times, values[:, None], squares[:, None])
    own = noise + trust * squares if is_known else np.full(60, noise[0])
    assert (trust[0] > 0.3) == is_known
    seen = np.isfinite(values)
    walk = drift * np.minimum.outer(times - times[0], times - times[0]) + 1e4 * usual
    gain = walk[:, seen] @ np.linalg.inv(walk[np.ix_(seen, seen)] + np.diag(own[seen]))
    first = values[0]
    np.testing.assert_allclose(levels[:, 0], first + gain @ (values[seen] - first), atol=1e-3)
    np.testing.assert_allclose(variances[:, 0], np.diag(walk - gain @ walk[seen]), rtol=2e-3)


@pytest.mark.parametrize(("factor", "expected"), [(1.0, 1.0), (5.0, 1 / 25)])
def test_what_standard_errors_are_worth_is_learned(
    rng: np.random.Generator, factor: float, expected: float
) -> None:
    errors = rng.lognormal(np.log(0.2), 0.7, 400)
    values = np.cumsum(0.02 * rng.standard_normal(400)) + errors * rng.standard_normal(400)
    noise, trust, _ = local_variances(np.arange(400.0), values[:, None], (factor * errors[:, None]) ** 2)
    np.testing.assert_allclose(trust, expected, rtol=0.3)
    assert noise[0] < 0.2**2 / 5
    alike = 0.2 * rng.standard_normal((400, 1))  # whatever their errors say
    _, trust, _ = local_variances(np.arange(400.0), alike, (factor * errors[:, None]) ** 2)
    assert trust[0] < 0.1 * expected


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
