"""Targets of large wavefields: time and memory of plates of thousands of points, on CPU and graphics card."""

from __future__ import annotations

import os
from itertools import product

import numpy as np
import pytest
from benchmarks.ssi import peak_memory

import wavefact as wf

N_SAMPLES, RATE, N_MODES = 1000, 1000.0, 20
BANDWIDTH = 10.0  # of the filters, in least eigenvalues of the plate


def plate(side, snr):
    """Return a recording of a square pinned plate, its operator, the noise and a wave weight."""
    rng, points, times = (
        np.random.default_rng(0),
        np.arange(1, side + 1) / (side + 1),
        np.arange(N_SAMPLES) / RATE,
    )
    pairs = sorted(product(range(1, 12), repeat=2), key=lambda pair: pair[0] ** 2 + pair[1] ** 2)[:N_MODES]
    signals = np.zeros((side**2, N_SAMPLES))
    for a, b in pairs:
        omega = 2 * np.pi * 3.0 * (a**2 + b**2)
        shape = np.outer(np.sin(a * np.pi * points), np.sin(b * np.pi * points)).ravel()
        course = (
            rng.uniform(0.5, 1.5) * np.exp(-0.01 * omega * times) * np.sin(omega * times + rng.uniform(0, 6))
        )
        signals += np.outer(shape, course)
    sigma = float(np.sqrt(np.mean(signals**2) / 10 ** (snr / 10)))
    for row in signals:
        row += sigma * rng.standard_normal(N_SAMPLES)
    operator = wf.Plate((side, side))
    weight = float((BANDWIDTH * operator.eigenvalues.min()) ** -2)
    return wf.Recording(signals, RATE), operator, sigma, weight


def solved(scene, regularization, device=None):
    recording, operator, _, weight = scene
    return wf.factorize(
        recording,
        operator,
        wave_weight=weight,
        time_weight=0.0,
        regularization=regularization,
        rtol=1e-4,
        device=device,
    )


def summary(fit):
    return f"gap {fit.certificate.gap:.0e}, {fit.n_components} components"


@pytest.mark.parametrize("snr", [0, 10])
@pytest.mark.parametrize("regularization", ["given", "auto"])
def test_4096_points_over_svd(report, seconds, snr, regularization):
    scene = plate(64, snr)
    penalty = "auto" if regularization == "auto" else 1.2 * scene[2] * (N_SAMPLES**0.5 + 3.0)
    fits = [solved(scene, penalty)]
    ours = seconds(lambda: fits.append(solved(scene, penalty)), 3)
    theirs = seconds(lambda: np.linalg.svd(scene[0].signals, full_matrices=False), 3)
    fit = fits[-1]
    figure = f"{ours / theirs:.2f}  ({ours:.1f} s against {theirs:.1f} s; {summary(fit)})"
    what = f"4096 × 1000, {snr} dB, λ {regularization}: time over svd"
    report(what, "≤ 10 (2)", figure, ours <= 10 * theirs and fit.certificate.gap <= 1e-4)


@pytest.mark.parametrize("side", [100, 316])
def test_larger_plates_are_certified_within_the_memory_of_a_laptop(report, seconds, side):
    scene, fits = plate(side, 0), []
    used = peak_memory(lambda: fits.append(solved(scene, "auto")), lambda: solved(plate(20, 0), "auto"))
    ours = seconds(lambda: fits.append(solved(scene, "auto")), 1)
    size, fit = scene[0].signals.nbytes, fits[-1]
    figure = f"{ours:.0f} s, {used / 1e9:.1f} GB beside the recording's {size / 1e9:.1f}; {summary(fit)}"
    reached = fit.certificate.gap <= 1e-4 and used + size <= 8e9
    report(f"{side} × {side} points, 0 dB: certified", "≤ 8 GB in all", figure, reached)


@pytest.mark.parametrize("regularization", ["given", "auto"])
@pytest.mark.parametrize("side", [64, 100, 316])
def test_a_card_gives_the_same_faster(report, seconds, side, regularization):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    if not torch.cuda.is_available():
        pytest.skip("torch sees no CUDA device")
    scene = plate(side, 0)
    penalty = "auto" if regularization == "auto" else 1.2 * scene[2] * (N_SAMPLES**0.5 + 3.0)
    solved(scene, penalty, "cuda")  # the card's libraries are loaded at first use
    fits, count = {}, 3 if side < 316 else 1
    times = {
        device: seconds(lambda d=device: fits.update({d: solved(scene, penalty, d)}), count)
        for device in (None, "cuda")
    }
    there, here = fits["cuda"].certificate, fits[None].certificate
    assert abs(there.primal / here.primal - 1) <= 1e-4
    assert there.gap <= 1e-4
    ratio, what = times[None] / times["cuda"], f"{side} × {side} points, λ {regularization}"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    figure = (
        f"{ratio:.1f}  ({times['cuda']:.2f} s on {torch.cuda.get_device_name()}, torch {torch.__version__}; "
    )
    figure += f"{times[None]:.2f} s on {cores} cores)"
    report(f"{what}: card beside processor, times faster", "≥ 20", figure, ratio >= 20)
