"""Targets of the space–time factorization: noise, gap, cost beside SSI-cov, damping, wave speed, data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.scenes import scene_50x100000, scene_100x2000, scene_512x20000
from benchmarks.ssi import peak_memory, ssi_cov

import wavefact as wf
from wavefact.simulate import scenario_s2

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
STRING = wf.String(100)


def shared(name):
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the recordings in ../shared/data/{name} are absent")
    return path


@pytest.mark.parametrize("snr", [-10, -15])
def test_noise_with_everything_automatic(report, snr):
    counts, likeness, errors, shifts = [], [], [], []
    for seed in range(20):
        simulation = scenario_s2(snr, rng=seed)
        fit = wf.factorize(simulation.recording, STRING, debias=True)
        model, truth = wf.identify(fit), simulation.truth
        counts.append(model.n_modes)
        likeness.append(wf.mac(truth.mode_shapes, model.mode_shapes).max(axis=1).mean())
        errors.append(float(wf.relative_error(fit.reconstruct(), simulation.clean)))
        found, partners = model.match(truth)
        shifts.append(float(np.max(np.abs(model.frequencies[found] / truth.frequencies[partners] - 1))))
    five = counts.count(5)
    figure = (
        f"mean MAC {np.mean(likeness):.4f} (least {min(likeness):.4f}), error {np.mean(errors):.3f} "
        f"(largest {max(errors):.3f}), frequencies within {100 * max(shifts):.2f} %, 5 modes in {five} of 20"
    )
    reached = np.mean(likeness) >= 0.99 and max(errors) <= 0.17 and max(shifts) <= 6e-3 and five >= 19
    target = "MAC ≥ 0.99, error ≤ 0.17, 0.6 %, 5 in ≥ 19"
    what = f"S2 at {snr} dB, all automatic, 20 seeds{' (stretch)' if snr == -15 else ''}"
    report(what, target, figure, reached, is_stretch=snr == -15)


def test_noise_at_minus_twenty(report):
    found = []
    for seed in range(20):
        simulation = scenario_s2(-20, rng=seed)
        fit = wf.factorize(simulation.recording, STRING)
        likeness = wf.mac(simulation.truth.mode_shapes, fit.spatial_factors)
        found.append(int(np.sum(likeness.max(axis=1, initial=0.0) >= 0.9)))
    three = sum(count >= 3 for count in found)
    figure = f"{three} of 20  (modes with MAC ≥ 0.9: {min(found)} to {max(found)}, mean {np.mean(found):.1f})"
    report("S2 at −20 dB: 3 modes with MAC ≥ 0.9", "≥ 15 of 20 (all five)", figure, three >= 15)


def test_gap_and_time_of_100_by_2000(report, seconds):
    scene = scene_100x2000()
    recording = wf.Recording(scene.signals, scene.sampling_rate)
    default, tight = (wf.factorize(recording, STRING, rtol=rtol) for rtol in (None, 1e-5))
    report("100 × 2000: proven gap by default", "≤ 1e-3", f"{default.certificate.gap:.1e}",
           default.certificate.gap <= 1e-3)  # fmt: skip
    report("100 × 2000: proven gap on request", "≤ 1e-5 (1e-6)", f"{tight.certificate.gap:.1e}",
           tight.certificate.gap <= 1e-5)  # fmt: skip
    pytest.importorskip("pyoma2", reason="pyOMA-2 is not installed: pip install 'wavefact[compare]'")
    ours = seconds(lambda: wf.factorize(recording, STRING), 5)
    theirs = seconds(lambda: ssi_cov(scene.signals, scene.sampling_rate), 3)
    figure = f"{ours / theirs:.2f}  ({ours:.2f} s against {theirs:.2f} s)"
    report("100 × 2000: time over SSI-cov (4 references)", "≤ 1 (1/5)", figure, ours <= theirs)


@pytest.mark.parametrize(
    ("make", "time_target", "memory_target"),
    [(scene_512x20000, 0.5, 0.1), (scene_50x100000, 2.0, None)],
    ids=["512x20000", "50x100000"],
)
def test_large_recordings_beside_ssi(report, seconds, make, time_target, memory_target):
    pytest.importorskip("pyoma2", reason="pyOMA-2 is not installed: pip install 'wavefact[compare]'")
    scene = make()
    n_points, n_samples = scene.signals.shape
    recording, operator = wf.Recording(scene.signals, scene.sampling_rate), wf.String(n_points)
    small = recording.window(0, 2000)
    fits = []

    def ours():
        fits.append(wf.factorize(recording, operator, rtol=1e-3))

    # Both are called on a short piece first, so that neither pays for its imports.
    wf.factorize(small, operator, rtol=1e-3)
    ssi_cov(scene.signals[:, :2000], scene.sampling_rate)
    repeat = 1 if n_points > 100 else 3
    mine = seconds(ours, repeat)
    theirs = seconds(lambda: ssi_cov(scene.signals, scene.sampling_rate), repeat)
    model = wf.identify(fits[0])
    shifts = np.abs(model.frequencies[:, None] / scene.frequencies - 1)
    close = int(np.sum(shifts.min(axis=0, initial=1.0) <= 0.01))
    figure = (
        f"{mine / theirs:.2f}  ({mine:.1f} s against {theirs:.1f} s; gap {fits[0].certificate.gap:.0e}, "
        f"{fits[0].n_components} components, {close} of {len(scene.frequencies)} modes within 1 %)"
    )
    what = f"{n_points} × {n_samples}"
    report(
        f"{what}: time over SSI-cov (4 references)", f"≤ {time_target}", figure, mine <= time_target * theirs
    )
    used = peak_memory(ours, lambda: wf.factorize(small, operator))
    over = used / scene.signals.nbytes
    if memory_target is None:
        report(f"{what}: peak memory over the recording", "≤ 3", f"{over:.2f}", over <= 3)
        return
    needed = peak_memory(lambda: ssi_cov(scene.signals, scene.sampling_rate),
                         lambda: ssi_cov(scene.signals[:, :2000], scene.sampling_rate))  # fmt: skip
    report(f"{what}: peak memory over SSI-cov", f"≤ {memory_target}",
           f"{used / needed:.3f}  ({used / 1e6:.0f} MB against {needed / 1e6:.0f} MB)",
           used <= memory_target * needed)  # fmt: skip


def decays(seed):
    """Return a string of 30 points with four modes of 1 % damping that decay over 2 to 20 s, at 20 dB."""
    rng, operator = np.random.default_rng(seed), wf.String(30)
    frequencies, rate, n_samples = np.array([1.6, 3.1, 6.3, 12.7]), 60.0, 2400
    times, points = np.arange(n_samples) / rate, np.arange(1, 31) / 31
    clean = np.zeros((30, n_samples))
    for mode, f in enumerate(frequencies):
        shape = np.sin((mode + 1) * np.pi * points)
        clean += np.outer(shape, np.exp(-0.01 * 2 * np.pi * f * times) * np.sin(2 * np.pi * f * times + mode))
    sigma = np.sqrt(np.mean(clean**2) / 100.0)
    return wf.Recording(clean + sigma * rng.normal(size=clean.shape), rate), operator, frequencies


def test_damping_bias(report):
    found = []
    for seed in range(10):
        recording, operator, frequencies = decays(seed)
        model = wf.identify(wf.factorize(recording, operator, time_weight="2 Hz"))
        nearest = np.abs(model.frequencies[:, None] / frequencies - 1).argmin(axis=0)
        found.append(model.damping_ratios[nearest])
    bias = np.abs(np.mean(found, axis=0) / 0.01 - 1)
    figure = f"{100 * bias.max():.2f} %  (scatter {100 * np.std(found, axis=0).max() / 0.01:.1f} %)"
    report("damping bias at 20 dB, 1 %, decays of 2–20 s", "≤ 5 % (2 %)", figure, bias.max() <= 0.05)


def test_common_wave_speed(report):
    errors, covered = [], 0
    modes, points, times = np.array([1, 2, 3, 5, 8]), np.arange(1, 101) / 101, np.arange(1000) / 1000
    wavenumbers = 2 * np.sin(np.pi * modes / 202)  # of the operator
    speed = 2 * np.pi * 12.0 / wavenumbers[0]
    omegas, zeta = speed * wavenumbers, 0.01
    amplitudes = np.array([1.0, 0.7, 0.8, 0.5, 0.4])
    courses = (
        amplitudes
        * np.exp(-zeta * np.outer(times, omegas))
        * np.sin(np.sqrt(1 - zeta**2) * np.outer(times, omegas) + modes)
    )
    clean = np.sin(np.pi * np.outer(points, modes)) @ courses.T
    sigma = np.sqrt(np.mean(clean**2) * 10**0.5)
    for seed in range(200):
        noisy = clean + sigma * np.random.default_rng(seed).normal(size=clean.shape)
        recording = wf.Recording(noisy, 1000.0)
        found = wf.wave_speed(wf.factorize(recording, STRING), recording)
        errors.append(abs(found.value / speed - 1))
        low, high = found.interval(0.95)
        covered += low <= speed <= high
    figure = f"{100 * max(errors):.3f} %; interval covers in {covered / 2:.1f} % of 200"
    reached = max(errors) <= 5e-3 and 0.90 <= covered / 200 <= 0.98
    report("unknown common wave speed, −5 dB", "within 0.5 %, 90–98 %", figure, reached)


def test_surface_waves(report):
    folder = shared("oysand_masw")
    published = np.loadtxt(folder / "Oysand_dc.txt", skiprows=1)
    shots = []
    for offset in (10, 20):
        signals = np.loadtxt(folder / f"Oysand_dx_2m_x1_{offset}m_forward.dat", skiprows=5).T
        shots.append(wf.detrend(wf.Recording(signals, 1000.0, 2.0 * np.arange(24))))
    # Narrower than what 2.2 s resolve: the plain spectrum, as the phase-shift method of this field has it.
    picture = wf.travelling_waves(
        shots,
        bandwidth=0.1,
        frequencies=np.arange(4.5, 62.0, 0.25),
        wavenumbers=np.linspace(0.05, 3.5, 600),
        equalized=True,
    )
    points = wf.dispersion_points(picture, speeds=(80.0, 300.0), slowest_group=60.0)
    speeds = points.speeds_at(published[:, 0])
    inside = (speeds >= published[:, 2]) & (speeds <= published[:, 3])
    figure = f"{inside.sum()} of {len(inside)}  ({100 * inside.mean():.0f} %)"
    report(
        "Øysand: dispersion points inside the published bounds", "≥ 90 % (all)", figure, inside.mean() >= 0.9
    )


def test_beam_camera_modes(report):
    signals = np.load(shared("beam_highspeed_camera") / "displacements_lk.npy")[:, :, 0]
    positions = 8e-5 * (20 + 37 * np.arange(15))
    recording = wf.Recording(signals, 15_000.0, positions, unit="m", quantity="displacement")
    model = wf.identify(wf.factorize(recording, wf.Beam(positions=positions, ends="free")))
    shifts = [float(np.min(np.abs(model.frequencies / truth - 1))) for truth in (695.0, 1897.6)]
    others = int(np.sum((model.frequencies > 300) & (model.frequencies < 5000))) - 2
    figure = (
        f"{100 * max(shifts):.2f} %  ({', '.join(f'{f:.1f}' for f in model.frequencies)} Hz; {others} others)"
    )
    report("beam_highspeed_camera: 695.0 and 1897.6 Hz", "≤ 0.2 %, no other", figure,
           max(shifts) <= 2e-3 and others == 0)  # fmt: skip
