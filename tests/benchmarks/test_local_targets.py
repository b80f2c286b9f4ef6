"""Targets of media that vary in space: components of a string of segments, local wavenumbers of plates."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from local_wavenumber.plates import noisy, plate, true_wavenumbers, windowed_fourier

import wavefact as wf
from wavefact.simulate import multi_segment

ROOT = Path(__file__).resolve().parents[2]
FIELD = ROOT / "../shared/data/bam_al_cfrp_wavefield/Data_AlSide_0_8mm_100kHz.mat"


def test_components_of_a_string_of_segments(report):
    likeness, errors = {"String": [], "Media": []}, {"String": [], "Media": []}
    for seed in range(10):
        simulation = multi_segment(-10.0, rng=seed)
        recording = simulation.recording
        uniform = wf.String(positions=recording.positions)
        fit = wf.factorize(recording, uniform)
        found = wf.segments(fit, recording)
        media = wf.Media(positions=recording.positions, speeds=found.speeds, boundaries=found.boundaries)
        for operator in (uniform, media):
            modes = wf.identify(fit if operator is uniform else wf.factorize(recording, operator))
            name = type(operator).__name__
            likeness[name].append(wf.mac(simulation.truth.mode_shapes, modes.mode_shapes).max(axis=1).min())
            errors[name].append(wf.relative_error(wf.denoise(recording, operator).signals, simulation.clean))
    worst = {name: min(values) for name, values in likeness.items()}
    mean = {name: float(np.mean(values)) for name, values in errors.items()}
    what = "two segments at −10 dB, 10 recordings: least MAC, Media (String)"
    report(what, "≥ 0.99", f"{worst['Media']:.4f}  ({worst['String']:.3f})", worst["Media"] >= 0.99)
    figure = f"{mean['Media']:.3f}  ({mean['String']:.3f})"
    report("the same: mean error of denoise", "below String's", figure, mean["Media"] < mean["String"])


@pytest.mark.parametrize(("snr_db", "target"), [(20.0, 0.005), (10.0, 0.015), (0.0, 0.04)])
def test_thinned_rectangle(snr_db, target, report):
    field = noisy(plate(), snr_db)[..., 0]
    band = (0.3, 0.65)
    found = wf.local_wavenumbers(field, 1.0, wavenumbers=band)
    half = int(found.patch / 2)
    truth = true_wavenumbers(found.x, found.y, found.patch / 2)
    rows, columns = (at.astype(int)[::2] for at in (found.x, found.y))
    peaks = windowed_fourier(field, 1.0, rows, columns, half, band)
    ours, theirs = (
        float(np.sqrt(np.nanmean((k / t - 1) ** 2)))
        for k, t in ((found.wavenumbers, truth), (peaks, truth[::2, ::2]))
    )
    figure = f"{100 * ours:.2f} %  ({100 * theirs:.2f} %)"
    what = f"thinned plate, one source, {snr_db:g} dB: rms error (windowed FFT)"
    report(what, f"≤ {100 * target:g} %", figure, ours <= target)


def test_measured_aluminium_carbon_plate(report):
    if not FIELD.is_file():
        pytest.skip(f"there is no {FIELD.name} in ../shared/data")
    example = importlib.util.spec_from_file_location("example", ROOT / "examples" / "local_wavenumber.py")
    module = importlib.util.module_from_spec(example)
    example.loader.exec_module(module)
    field, spacing, table = module.read_field(FIELD)
    found = wf.local_wavenumbers(field, spacing, wavenumbers=module.BAND)
    damage, intact = module.regions(found)
    k, published = found.wavenumbers, dict(table.tolist())

    rows, columns = (np.rint(at / h).astype(int) for at, h in zip((found.x, found.y), spacing, strict=True))
    chosen = np.ix_(np.arange(0, len(rows), 2), np.arange(0, len(columns), 2))
    half = int(found.patch / 2 / spacing[0])
    peaks = windowed_fourier(field, spacing[0], rows[::2], columns[::2], half, module.BAND)

    middle, other = np.median(k[intact]), np.median(peaks[intact[chosen]])
    shift, other_shift = middle / published[6.03] - 1, other / published[6.03] - 1
    figure = f"{middle:.1f}, {100 * shift:+.1f} %  ({100 * other_shift:+.1f} %)"
    what = "measured Al-CFRP plate: intact, 432.0 rad/m (windowed FFT)"
    report(what, "within 3 %", figure, abs(shift) <= 0.03)

    low, highest = np.percentile(k[damage], [5, 95])
    thinnest = (published[2.01] + published[2.68]) / 2
    figure = f"{highest:.1f}, {100 * (highest / thinnest - 1):+.1f} %"
    what = "the same: 95 % of the damage, 2.01 and 2.68 mm: 485.6 rad/m"
    report(what, "within 5 %", figure, abs(highest / thinnest - 1) <= 0.05)
    report("the same: damage and intact apart", "in order", f"{low:.0f} > {middle:.0f}", low > middle)

    rough = [
        np.std(np.diff(each, axis=0)[np.diff(inside.astype(int), axis=0) == 0])
        for each, inside in (
            (np.where(damage[chosen], k[chosen], 0.0), damage[chosen]),
            (np.where(damage[chosen], peaks, 0.0), damage[chosen]),
        )
    ]
    figure = f"{rough[0]:.1f} ({rough[1]:.1f}) rad/m"
    report(
        "the same: change over 4.8 mm within the damage (windowed FFT)",
        "smaller",
        figure,
        rough[0] < rough[1],
    )
    steps = f"none: {low:.0f} to {highest:.0f} without plateaus"
    report("the same: seven steps, each within 5 %", "7", steps, reached=False, is_stretch=True)
