"""Wavefields of many points: the same results without any matrix of n_points × n_points."""

from __future__ import annotations

import tracemalloc
from functools import partial

import numpy as np
import pytest
from independent import noise, problem_of

import wavefact as wf
from wavefact import _arrays
from wavefact.noise_polar import noise_threshold
from wavefact.operators import Plate
from wavefact.polar import polar
from wavefact.problem import Axis
from wavefact.solvers import CertifiedGrowth, space_search
from wavefact.spectral_windows import WindowedResidual


@pytest.mark.parametrize("is_complex", [False, True])
@pytest.mark.parametrize("shape", [(12, 10), (11, 11)])
@pytest.mark.parametrize("weight", [1.0, 1e2, 1e5])
def test_windows_end_at_the_optimum_of_the_whole(rng, monkeypatch, shape, weight, is_complex):
    eigenvalues = Plate(shape).eigenvalues
    data = noise(rng, len(eigenvalues), 40, is_complex)
    data[[3, 40, 41]] *= 3.0
    gram = data @ data.conj().T
    problem = problem_of(data, eigenvalues, weight, 0.8 * polar(gram, Axis(eigenvalues, weight)).attained)
    whole = CertifiedGrowth(rtol=1e-10).solve(problem).certificate
    monkeypatch.setattr(space_search, "WindowedResidual", partial(WindowedResidual, core=8))
    windows = CertifiedGrowth(rtol=1e-10).solve(problem)
    assert windows.status is wf.Status.CERTIFIED
    assert windows.certificate.gap <= 1e-10
    assert windows.certificate.primal == pytest.approx(whole.primal, rel=1e-9)
    assert windows.certificate.polar == pytest.approx(whole.polar, rel=1e-9)
    assert windows.certificate.polar_upper == pytest.approx(whole.polar_upper, rel=1e-9)
    assert windows.shapes.shape[1] > 1


def waves(n, n_samples, deviation=0.3):
    points, times = np.arange(1, n + 1) / (n + 1), np.arange(n_samples)
    shapes = [np.outer(np.sin(np.pi * a * points), np.sin(np.pi * b * points)) for a, b in ((1, 1), (2, 1))]
    signals = sum(np.outer(s.ravel(), np.cos((0.4 + 0.3 * i) * times)) for i, s in enumerate(shapes))
    return signals + deviation * np.random.default_rng(1).normal(size=signals.shape)


def dense(self):
    raise AssertionError("the dense eigenbasis was asked for")


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_windows_in_stacks_as_on_a_card_give_the_same(monkeypatch, library):
    signals, operator = waves(22, 40), Plate((22, 22))
    weight = (10 * operator.eigenvalues.min()) ** -2.0
    if library == "torch":
        signals = pytest.importorskip("torch", reason="torch is not installed").as_tensor(signals)

    def solved():
        return wf.factorize(signals, operator, wave_weight=weight, time_weight=0.0, rtol=1e-8)

    expected = solved()
    monkeypatch.setattr(_arrays, "is_on_host", lambda values: False)
    monkeypatch.setattr(_arrays, "ON_CARD", 2**18)  # a few windows
    found = solved()
    assert found.status is wf.Status.CERTIFIED
    assert found.certificate.primal == pytest.approx(expected.certificate.primal, rel=1e-9)
    assert found.certificate.polar_upper == pytest.approx(expected.certificate.polar_upper, rel=1e-6)
    np.testing.assert_allclose(found.time_courses, expected.time_courses, atol=1e-5)


def test_ten_thousand_points_need_neither_a_basis_nor_its_memory(monkeypatch):
    monkeypatch.setattr(Plate, "_basis", dense)
    signals, operator = waves(100, 60), Plate((100, 100))
    weight = (10 * operator.eigenvalues.min()) ** -2.0
    tracemalloc.start()
    fit = wf.factorize(signals, operator, wave_weight=weight, time_weight=0.0, rtol=1e-4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert fit.certificate.gap <= 1e-4
    assert fit.n_components == 2
    assert peak < 0.4 * operator.n_points**2 * 8


def test_a_weight_is_chosen_without_a_basis(monkeypatch):
    monkeypatch.setattr(Plate, "_basis", dense)
    fit = wf.factorize(waves(18, 60), Plate((18, 18)), time_weight=0.0, rtol=1e-3)
    assert fit.wave_weight > 0
    assert fit.certificate.gap <= 1e-3


@pytest.mark.parametrize("bandwidths", [0.02, 1.0, 10.0, 100.0])
def test_noise_drawn_by_spans_has_the_threshold_of_all_drawn_at_once(bandwidths):
    axis = Axis(Plate((20, 20)).eigenvalues, (64.0 / 400 * bandwidths) ** -2.0)
    by_spans = noise_threshold(axis, 50, False, np.random.default_rng(0), 24)
    at_once = noise_threshold(axis, 50, False, np.random.default_rng(1), 24, mixing=np.eye(400))
    assert by_spans == pytest.approx(at_once, rel=0.08)  # they scatter by 5 %


def test_a_card_whose_memory_ends_says_what_to_do(monkeypatch):
    torch = pytest.importorskip("torch", reason="torch is not installed")

    def solve(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    monkeypatch.setattr(CertifiedGrowth, "solve", solve)
    with pytest.raises(wf.InputError, match=r"2\.00 GiB.*leave device out"):
        wf.factorize(waves(5, 60), Plate((5, 5)), wave_weight=1.0, regularization=1.0)


def test_a_card_without_room_says_what_would_fit(monkeypatch):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (10**6, 10**6))
    with pytest.raises(wf.InputError, match=r"400 × 600 needs about 0.0 GB .*: 62 samples would fit"):
        wf.factorize(waves(20, 600), Plate((20, 20)), device="cuda")
