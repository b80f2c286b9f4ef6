"""Targets of waves and media: boundaries of segments, speed and direction of travelling waves."""

from __future__ import annotations

import numpy as np

import wavefact as wf
from wavefact.simulate import multi_segment, travelling

N_SEEDS = 100


def test_boundary_of_two_segments(report):
    shifts, inside = [], []
    for seed in range(N_SEEDS):
        share = np.random.default_rng(seed).uniform(0.2, 0.8)
        recording = multi_segment(0.0, rng=seed, boundaries=(share,)).recording
        found = wf.segments(wf.factorize(recording, wf.String(100)), recording)
        nearest = np.abs(found.boundaries - 101 * share).argmin() if found.n_segments > 1 else None
        only = found.n_segments == 2
        shifts.append(abs(found.boundaries[nearest] - 101 * share) if only else np.inf)
        inside.append(only and np.prod(found.interval()[nearest] - 101 * share) < 0)
    shifts = np.array(shifts)
    figure = (
        f"{np.sum(shifts < 2)} of {N_SEEDS}, median {np.median(shifts):.2f}, worst {shifts.max():.2f} points"
    )
    report("two segments, 0 dB, no word of it to the fit: boundary within 2 of 100 points", "≥ 95 of 100",
           figure, np.sum(shifts < 2) >= 0.95 * N_SEEDS)  # fmt: skip
    report("the same: 95 % intervals hold the boundary", "–", f"{np.sum(inside)} of {N_SEEDS}", True)


def test_travelling_waves(report):
    for snr_db in (0.0, -10.0):
        right, errors = 0, []
        for seed in range(N_SEEDS):
            simulation = travelling(snr_db, rng=seed)
            fit = wf.factorize(simulation.recording, wf.String(100, ends="free"))
            found = wf.directed_waves(fit, simulation.recording)
            true = 2 * np.pi * simulation.truth.frequencies / simulation.truth.wavenumbers
            nearest = np.abs(found.frequencies[:, None] - simulation.truth.frequencies).argmin(axis=0)
            right += bool(found.speeds.size == 5 and np.all(found.directions[nearest] == np.sign(true)))
            errors.append(np.abs(found.speeds[nearest] / true - 1).max())
        worst = 100 * float(np.max(errors))
        report(f"five travelling waves, {snr_db:g} dB: five, and all directions right", "100 of 100",
               f"{right} of {N_SEEDS}", right == N_SEEDS, is_stretch=snr_db < 0)  # fmt: skip
        report(f"the same: speeds, {N_SEEDS} recordings", "within 1 %", f"worst {worst:.2f} %", worst < 1,
               is_stretch=snr_db < 0)  # fmt: skip
