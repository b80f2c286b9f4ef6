"""Centre and scatter: closed forms, missing values against a direct likelihood, outliers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from wavefact.errors import InputError
from wavefact.health.decision.distances import contributions, squared_distances
from wavefact.health.decision.scatter import FREEDOM, Scatter, fit_scatter

MIX = np.array([[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [-0.3, 0.5, 2.0]])


def test_complete_gaussian_features_give_mean_and_covariance(rng):
    features = rng.normal(size=(50, 3)) @ MIX.T + 5.0
    center, matrix = fit_scatter(features, np.inf)
    np.testing.assert_allclose(center, features.mean(axis=0), rtol=1e-10)
    np.testing.assert_allclose(matrix, np.cov(features.T, bias=True), rtol=1e-8)


@pytest.mark.parametrize("freedom", [FREEDOM, np.inf])
def test_missing_values_give_the_maximum_of_the_likelihood(rng, freedom):
    features = rng.normal(size=(60, 2)) @ MIX[:2, :2].T
    features[rng.random(features.shape) < 0.25] = np.nan
    features = features[np.isfinite(features).any(axis=1)]

    def loss(parameters):
        center, root = parameters[:2], np.array([[parameters[2], 0.0], parameters[3:]])
        matrix, total = root @ root.T, 0.0
        for row in features:
            there = np.isfinite(row)
            part = matrix[np.ix_(there, there)]
            law = (
                stats.multivariate_normal(center[there], part)
                if np.isinf(freedom)
                else stats.multivariate_t(center[there], part, df=freedom)
            )
            total -= law.logpdf(row[there])
        return total

    found = optimize.minimize(
        loss, np.array([0.0, 0.0, 1.0, 0.5, 1.0]), method="BFGS", options={"gtol": 1e-3}
    )
    root = np.array([[found.x[2], 0.0], found.x[3:]])
    center, matrix = fit_scatter(features, freedom)
    np.testing.assert_allclose(center, found.x[:2], atol=1e-3)
    np.testing.assert_allclose(matrix, root @ root.T, atol=2e-3)


def test_outliers_weigh_little_in_the_robust_scatter(rng):
    clean = rng.normal(size=(300, 4))
    bad = clean.copy()
    bad[:15] += 50.0
    center, matrix = fit_scatter(bad, FREEDOM)
    before = fit_scatter(clean, FREEDOM).matrix
    assert np.max(np.abs(center)) < 0.2
    assert np.max(np.diag(matrix) / np.diag(before)) < 1.5
    assert np.max(np.diag(fit_scatter(bad, np.inf).matrix)) > 50


def test_shrinkage_copes_with_fewer_records_than_features_and_keeps_correlation_it_is_sure_of(rng):
    few = fit_scatter(rng.normal(size=(20, 30)), FREEDOM, shrink=True).matrix
    assert np.linalg.cond(few) < 1e3
    sure = fit_scatter(rng.normal(size=(2000, 2)) @ MIX[:2, :2].T, np.inf, shrink=True).matrix
    assert sure[0, 1] / np.sqrt(sure[0, 0] * sure[1, 1]) == pytest.approx(0.8, abs=0.03)


def test_features_that_depend_on_each_other_are_refused(rng):
    one = rng.normal(size=(50, 1))
    with pytest.raises(InputError, match="leave out features"):
        fit_scatter(np.hstack([one, 2 * one]), np.inf)


def test_distances_use_what_is_there_and_what_a_record_is_unsure_of(rng):
    scatter = Scatter(np.array([1.0, 2.0, 3.0]), MIX @ MIX.T)
    features = scatter.center + rng.normal(size=(5, 3))
    features[1, 0] = features[2, 1:] = np.nan
    extra = np.zeros((5, 3))
    for added in (extra, extra + np.array([0.0, 0.5, 2.0])):
        expected = []
        for row, more in zip(features, added, strict=True):
            there = np.isfinite(row)
            matrix = (scatter.matrix + np.diag(more))[np.ix_(there, there)]
            offset = (row - scatter.center)[there]
            expected.append(offset @ np.linalg.solve(matrix, offset))
        np.testing.assert_allclose(squared_distances(features, scatter, added), expected, rtol=1e-9)
        parts = contributions(features, scatter, added)
        np.testing.assert_allclose(np.nansum(parts, axis=1), expected, rtol=1e-9)
        np.testing.assert_array_equal(np.isnan(parts), np.isnan(features))


def test_contributions_of_uncorrelated_features_are_their_squares():
    scatter = Scatter(np.zeros(3), np.diag([1.0, 4.0, 9.0]))
    np.testing.assert_allclose(contributions(np.array([[1.0, 4.0, 9.0]]), scatter), [[1.0, 4.0, 9.0]])
