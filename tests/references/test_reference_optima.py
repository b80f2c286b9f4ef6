"""Optima that were found by code that shares nothing with the package."""

import json

import numpy as np
import pytest

import wavefact as wf
from wavefact.problem import Axis, Problem, unweighted
from wavefact.solution import Status
from wavefact.solvers.certified import CertifiedGrowth

NAMES = ["case0", "case1", "case2", "case3", "case4", "case5", "case6", "case7", "case9", "case10", "case11"]


@pytest.fixture(scope="module")
def folder(root):
    path = root / "../shared/reference"
    if not path.is_dir():
        pytest.skip("the folder of independent optima, ../shared/reference, is absent")
    return path


@pytest.fixture(scope="module")
def optima(folder):
    text = (folder / "string_objectives.json").read_text(encoding="utf-8")
    return {entry["name"]: entry for entry in json.loads(text)}


@pytest.fixture(scope="module")
def signals(folder, optima):
    with np.load(folder / "string_signals.npz") as file:
        return {name: file[name] for name in optima}


def test_every_reference_is_tested(optima):
    assert sorted(optima) == sorted(NAMES)


@pytest.mark.parametrize("rtol", [1e-6, 1e-9])
@pytest.mark.parametrize("name", NAMES)
def test_optimum_agrees_within_both_gaps(optima, signals, name, rtol):
    reference, data = optima[name], signals[name]
    operator = wf.String(len(data))
    problem = Problem(
        operator.analyze(data),
        Axis(operator.eigenvalues, reference["wave_weight"]),
        unweighted(data.shape[1], data),
        reference["regularization"],
    )
    solution = CertifiedGrowth(rtol).solve(problem)
    certificate, other = solution.certificate, reference["objective"]
    assert solution.status is Status.CERTIFIED
    gaps = certificate.gap + reference["proven_relative_gap"]
    assert abs(certificate.primal - other) <= gaps * other * (1 + 1e-9)
    assert certificate.dual <= other * (1 + 1e-12)


@pytest.mark.parametrize("name", NAMES[:4])
def test_factorize_agrees_as_well(optima, signals, name):
    reference, data = optima[name], signals[name]
    weights = {key: reference[key] for key in ("wave_weight", "regularization")}
    fit = wf.factorize(data, wf.String(len(data)), rtol=1e-8, **weights)
    assert fit.certificate.primal == pytest.approx(reference["objective"], rel=2e-8)
