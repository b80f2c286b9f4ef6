"""Targets of locating damage: a beam that lost 5, 10 or 20 % of its stiffness over a tenth of its length.

The truth is solved by Hermite elements, five to each sensor spacing, and not by the library.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from independent import hermite_beam
from scipy.interpolate import CubicSpline

import wavefact as wf
from wavefact.simulate import Structure, simulate

BEAM = wf.Beam(40, ends="pinned", span=(0.0, 1.0))
N_MODES, ELEMENTS = 6, 200


def beam(middle: float | None = None, loss: float = 0.0, factor: float = 1.0) -> Structure:
    """Return a beam of 2 Hz that lost stiffness around a middle; a factor moves all frequencies."""
    values, shapes = _solved(middle, loss)
    frequencies = 2.0 * factor * np.sqrt(values) / np.pi**2
    return Structure(BEAM, frequencies, np.full(N_MODES, 0.01), shapes, np.arange(1, N_MODES + 1) * np.pi)


@lru_cache(maxsize=1000)
def _solved(middle: float | None, loss: float) -> tuple[np.ndarray, np.ndarray]:
    stiffness = np.ones(ELEMENTS)
    if middle is not None:
        first = round((middle - 0.05) * ELEMENTS)
        stiffness[first : first + ELEMENTS // 10] = 1 - loss
    values, shapes = hermite_beam(stiffness)
    spline = CubicSpline(np.linspace(0, 1, ELEMENTS + 1), shapes[:, :N_MODES])
    return values[:N_MODES], spline(BEAM.positions)


def place(rng: np.random.Generator) -> float:
    """Draw the middle of the damage, which lies wholly on the beam."""
    return float(rng.integers(10, 191)) / ELEMENTS


def identified(structure: Structure, rng: np.random.Generator) -> wf.ModalModel:
    """Return the modes of five minutes of a beam in wind at 10 dB."""
    simulation = simulate(structure, "random", sampling_rate=200.0, duration=300.0, snr_db=10.0, rng=rng)
    model = wf.identify(simulation.recording)
    return model.select(np.abs(model.frequencies[:, None] - structure.frequencies).argmin(axis=0))


def unit(shapes: np.ndarray) -> np.ndarray:
    return shapes.real / np.linalg.norm(shapes, axis=0)


class Errors:
    """Sizes of the errors of identified modes, from a few records of the whole chain."""

    def __init__(self, n_records: int = 4) -> None:
        rng, truth = np.random.default_rng(99), beam()
        shapes, models = unit(truth.mode_shapes), [identified(truth, rng) for _ in range(n_records)]
        self.relative = np.mean([m.frequency_errors / m.frequencies for m in models], axis=0)
        self.stated = np.mean(
            [m.shape_errors / np.linalg.norm(m.mode_shapes, axis=0) for m in models], axis=0
        )
        off = [unit(m.mode_shapes) for m in models]
        off = [s * np.sign(np.sum(s * shapes, axis=0)) - shapes for s in off]
        mixed = np.stack([shapes.T @ o for o in off])  # of other modes in a mode
        mixed[:, np.arange(N_MODES), np.arange(N_MODES)] = 0.0
        self.mixed = np.sqrt(np.mean(mixed**2, axis=0).sum(axis=0) / (N_MODES - 1))
        rest = np.stack([o - shapes @ (shapes.T @ o) for o in off])
        self.rest = np.sqrt(np.mean(rest**2, axis=(0, 1)) * 40 / (40 - N_MODES))

    def draw(self, structure: Structure, rng: np.random.Generator) -> wf.ModalModel:
        """Return modes with errors of these sizes, mixed and independent ones."""
        shapes = unit(structure.mode_shapes)
        mixing = self.mixed * rng.standard_normal((N_MODES, N_MODES))
        noisy = shapes + shapes @ mixing + self.rest * rng.standard_normal(shapes.shape)
        f = structure.frequencies * (1 + self.relative * rng.standard_normal(N_MODES))
        return wf.ModalModel(
            f,
            structure.damping_ratios,
            noisy,
            frequency_errors=self.relative * f,
            shape_errors=self.stated,
            positions=BEAM.positions,
        )


@pytest.fixture(scope="module")
def errors() -> Errors:
    return Errors()


def score(profiles: list[wf.StiffnessProfile], truths: list[tuple[float, float]]) -> dict[str, float]:
    """Compare with (middle, loss) of each."""
    near, covered, regions, losses = [], [], [], []
    for profile, (middle, loss) in zip(profiles, truths, strict=True):
        near.append(abs(profile.location - middle) <= 0.05)
        regions.append(any(r.low <= middle <= r.high for r in profile.regions(0.9)))
        low, high = profile.loss_interval(0.9)
        covered.append(low <= loss <= high)
        losses.append(profile.loss / loss - 1)
    parts = {"near": near, "regions": regions, "covered": covered, "bias": losses}
    return {name: 100 * float(np.mean(values)) for name, values in parts.items()}


@pytest.mark.parametrize("loss", [0.05, 0.1, 0.2])
def test_drawn_modes(report, errors, loss):
    rng = np.random.default_rng(round(1000 * loss))
    profiles, truths = [], []
    for _ in range(200):
        middle = place(rng)
        models = [
            errors.draw(beam(*each), rng) for each in ((), (middle, loss, 1 + rng.uniform(-0.03, 0.03)))
        ]
        profiles.append(wf.fit_stiffness(*models, BEAM))
        truths.append((middle, loss))
    found = score(profiles, truths)
    sure = 100 * np.mean([profile.damage_probability > 0.95 for profile in profiles])
    what = f"{100 * loss:.0f} % over a tenth, ±3 % temperature, 200 drawn"
    report(f"{what}: within ±5 % of the length", "≥ 90 %", f"{found['near']:.1f} %", found["near"] >= 90)
    for name, of in (("regions", "regions hold the place"), ("covered", "intervals hold the loss")):
        share = found[name]
        report(f"{what}: 90 % {of}", "85–98 %", f"{share:.1f} %", 85 <= share <= 98, is_stretch=True)
    report(f"{what}: bias of the loss", "within 10 %", f"{found['bias']:+.1f} %", abs(found["bias"]) <= 10)
    report(f"{what}: probability of damage above 0.95", "–", f"{sure:.1f} %", True)


def test_nothing_changed(report, errors):
    rng = np.random.default_rng(5)
    chances = []
    for _ in range(200):
        models = [errors.draw(beam(None, 0.0, factor), rng) for factor in (1.0, 1 + rng.uniform(-0.03, 0.03))]
        chances.append(wf.fit_stiffness(*models, BEAM).damage_probability)
    figure = f"median {np.median(chances):.3f}, above 0.5 in {100 * np.mean(np.array(chances) > 0.5):.1f} %"
    report("no change, ±3 % temperature, 200 drawn: probability of damage", "above 0.5 in ≤ 5 %", figure,
           np.mean(np.array(chances) > 0.5) <= 0.05)  # fmt: skip


def test_the_whole_chain(report):
    rng = np.random.default_rng(12)
    profiles, truths = [], []
    for loss in (0.05, 0.1, 0.2) * 4:
        middle = place(rng)
        models = [identified(beam(*each), rng) for each in ((), (middle, loss, 1 + rng.uniform(-0.03, 0.03)))]
        profiles.append(wf.fit_stiffness(*models, BEAM))
        truths.append((middle, loss))
    found = score(profiles, truths)
    far = max(abs(profile.location - middle) for profile, (middle, _) in zip(profiles, truths, strict=True))
    figure = (
        f"{found['near']:.0f} %, farthest {100 * far:.1f} %; 90 % regions {found['regions']:.0f} %, losses "
        f"{found['covered']:.0f} %, bias {found['bias']:+.1f} %"
    )
    report(
        "12 recordings at 10 dB, 5 to 20 %: within ±5 % of the length", "≥ 90 %", figure, found["near"] >= 90
    )
