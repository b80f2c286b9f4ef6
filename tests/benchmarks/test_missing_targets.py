"""Targets of missing data and virtual sensors: wavefields from few points, shapes between sensors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import wavefact as wf
from wavefact.simulate import Simulation, Structure, plate_burst, plate_operator, simulate

SNR_DB = 10.0
FILLINGS = np.geomspace(0.3, 0.01, 6)  # of the largest singular value: λ of the low-rank completions


def plate_response(seed: int) -> tuple[Simulation, wf.Plate]:
    """Return 1000 samples of 12 modes of a plate of 24 × 20 points under random forces, and the plate."""
    plate = wf.Plate((24, 20), spacing=0.02)
    structure = Structure.of(plate, 12, bending_speed=46.0, damping_ratios=0.005)
    rate = 6 * structure.frequencies[-1]
    noisy = simulate(
        structure, sampling_rate=rate, duration=1000 / rate, quantity="velocity", snr_db=SNR_DB, rng=seed
    )
    return noisy, plate


def some_points(seed: int, share: float, n_points: int = 480) -> np.ndarray:
    return np.sort(np.random.default_rng(seed).permutation(n_points)[: round(share * n_points)])


def interpolated(positions: np.ndarray, points: np.ndarray, signals: np.ndarray) -> Iterator[np.ndarray]:
    """Yield cubic interpolations: by triangles, nearest sensors outside of them, and by radial functions."""
    from scipy.interpolate import RBFInterpolator, griddata

    inside = griddata(positions[points], signals, positions, method="cubic")
    nearest = griddata(positions[points], signals, positions, method="nearest")
    yield np.where(np.isnan(inside), nearest, inside)
    yield RBFInterpolator(positions[points], signals, kernel="cubic")(positions)


def low_rank(signals: np.ndarray, mask: np.ndarray) -> Iterator[np.ndarray]:
    """Yield soft-imputed matrices (Mazumder, Hastie & Tibshirani 2010) along a path of falling λ."""
    filled = np.zeros_like(signals)
    largest = np.linalg.norm(np.where(mask, signals, 0.0), 2)
    for share in FILLINGS:
        for _ in range(20):
            left, sizes, right = np.linalg.svd(np.where(mask, signals, filled), full_matrices=False)
            before, filled = filled, (left * np.maximum(sizes - share * largest, 0.0)) @ right
            if np.linalg.norm(filled - before) <= 1e-3 * np.linalg.norm(filled):
                break
        yield filled


def least_error(candidates: Iterator[np.ndarray], clean: np.ndarray) -> float:
    """Return the error of the best of some completions, which the truth chooses."""
    return min(float(wf.relative_error(each, clean)) for each in candidates)


SPEED_KNOWN = {"time_weight": "200 Hz", "dispersion": 46.0}


@pytest.mark.parametrize(
    ("share", "known", "is_stretch"), [(0.2, {}, False), (0.05, {}, True), (0.05, SPEED_KNOWN, True)]
)
def test_plate_from_some_points(report, share, known, is_stretch):
    errors, cubic, ranks = [], [], []
    for seed in range(3):
        noisy, plate = plate_response(seed)
        points = some_points(seed, share)
        seen = noisy.recording.select(points)
        whole = wf.complete(seen, plate, sensors=points, **known)
        errors.append(float(wf.relative_error(whole.signals, noisy.clean)))
        cubic.append(least_error(interpolated(plate.positions, points, seen.signals), noisy.clean))
        mask = np.isin(np.arange(480), points)[:, None] & np.ones(seen.n_samples, bool)
        ranks.append(least_error(low_rank(noisy.recording.signals, mask), noisy.clean))
    name = ", known bending speed" if known else ""
    what = f"plate 24 × 20, 12 modes, 10 dB, {100 * share:.0f} % of the points{name}: error"
    worst, others = max(errors), min(*cubic, *ranks)
    figure = f"{worst:.3f}  (worst of 3; median {np.median(errors):.3f})"
    report(what, "≤ 0.15", figure, worst <= 0.15, is_stretch=is_stretch)
    figure = f"{worst / others:.2f}  (cubic {min(cubic):.3f}, low rank {min(ranks):.3f})"
    report("   over the better of cubic interpolation and low rank", "≤ 0.5", figure, worst <= 0.5 * others,
           is_stretch=is_stretch)  # fmt: skip


def test_plate_from_some_samples(report):
    noisy, plate = plate_response(0)
    mask = np.random.default_rng(0).uniform(size=noisy.clean.shape) < 0.2
    whole = wf.complete(noisy.recording, plate, missing=~mask)
    error = float(wf.relative_error(whole.signals, noisy.clean))
    other = least_error(low_rank(noisy.recording.signals, mask), noisy.clean)
    report(
        "plate 24 × 20, 12 modes, 10 dB, 20 % of all samples, at random: error",
        "≤ 0.15",
        f"{error:.3f}",
        error <= 0.15,
    )
    figure = f"{error / other:.2f}  (low rank {other:.3f})"
    report("   over low rank", "≤ 0.5", figure, error <= 0.5 * other)


def test_burst_from_some_points(report):
    noisy, plate = plate_burst(SNR_DB), plate_operator()
    points = some_points(0, 0.2)
    seen = noisy.recording.select(points)
    whole = wf.complete(seen, plate, sensors=points)
    error = float(wf.relative_error(whole.signals, noisy.clean))
    cubic = least_error(interpolated(plate.positions, points, seen.signals), noisy.clean)
    report("guided wave of 150 modes, 10 dB, 20 % of the points: error", "≤ 0.15", f"{error:.3f}",
           error <= 0.15)  # fmt: skip
    figure = f"{error / cubic:.2f}  (cubic {cubic:.3f})"
    report("   over cubic interpolation", "≤ 0.5", figure, error <= 0.5 * cubic)


def test_shapes_between_sensors(report):
    beam = wf.Beam(64, spacing=1 / 65, ends="clamped-free")
    structure = Structure.of(beam, 5, bending_speed=20.0, damping_ratios=0.01)
    points = np.arange(3, 64, 8)
    settings = {
        "known bending speed": {"time_weight": "20 Hz", "dispersion": 20.0},
        "time weight alone": {"time_weight": "20 Hz"},
    }
    for name, extra in settings.items():
        least, gaps = [], []
        for seed in range(3):
            noisy = simulate(
                structure,
                sampling_rate=4 * structure.frequencies[-1],
                duration=2.0,
                quantity="velocity",
                snr_db=20.0,
                rng=seed,
            )
            fit = wf.factorize(
                noisy.recording.select(points), beam, sensors=points, wave_weight=1e-6, **extra
            )
            model = wf.identify(fit)
            likeness = (
                wf.mac(noisy.truth.mode_shapes, model.mode_shapes) if model.n_modes else np.zeros((5, 1))
            )
            least.append(float(likeness.max(axis=1).min()))
            gaps.append(fit.certificate.gap)
            if name != "known bending speed":
                break
        figure = f"{min(least):.4f}  (gap proven {max(gaps):.0e})"
        what, is_reached = f"beam, 5 modes, 20 dB, 8 of 64 points, {name}: least MAC", min(least) >= 0.98
        report(what, "≥ 0.98", figure, is_reached, is_stretch=name != "known bending speed")  # fmt: skip


@pytest.mark.parametrize("are_even", [True, False])
def test_shapes_between_few_sensors_with_automatic_weights(report, caplog, are_even):
    """The beam at sensors evenly spaced, or anywhere: a shape that is wrong must have been warned of."""
    beam = wf.Beam(64, spacing=1 / 65, ends="clamped-free")
    structure = Structure.of(beam, 5, bending_speed=20.0, damping_ratios=0.01)
    rate, least, silent, warned = 4 * structure.frequencies[-1], [], [], 0
    for seed in range(10):
        points = np.arange(3, 64, 8) if are_even else some_points(100 + seed, 8 / 64, 64)
        noisy = simulate(
            structure, sampling_rate=rate, duration=2.0, quantity="velocity", snr_db=20.0, rng=seed
        )
        caplog.clear()
        fit = wf.factorize(noisy.recording.select(points), beam, sensors=points)
        model = wf.identify(fit)
        likeness = [
            float(wf.mac(noisy.truth.mode_shapes, shapes).max(axis=1).min()) if shapes.size else 0.0
            for shapes in (fit.spatial_factors, model.mode_shapes)
        ]
        least.append(likeness)
        is_warned = any("tell" in each.message for each in caplog.records)
        warned += is_warned
        if not is_warned:
            silent.append(likeness)
    worst, median = np.min(least, axis=0), np.median(least, axis=0)
    where = "evenly spaced" if are_even else "at random points"
    what = f"beam, 5 modes, 20 dB, 8 of 64 points {where}, all automatic: least MAC of 10 recordings"
    report(what, "≥ 0.98", f"{worst[0]:.4f}  (median {median[0]:.4f})", bool(worst[0] >= 0.98),
           is_stretch=not are_even)  # fmt: skip
    told = float(np.min(silent, axis=0)[0])
    report("   of those without a warning", "≥ 0.98", f"{told:.4f}  ({warned} warned)", told >= 0.98)
    report("   of the modes identified from the components", "≥ 0.98",
           f"{worst[1]:.4f}  (median {median[1]:.4f})", bool(worst[1] >= 0.98), is_stretch=True)  # fmt: skip
