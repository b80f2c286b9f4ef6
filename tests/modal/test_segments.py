"""segments: the boundary of a medium within its error, none where there is none, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import wavefact as wf
from wavefact.errors import InputError
from wavefact.modal.piecewise import Piecewise, best_cuts
from wavefact.modal.segments import Segments, segments
from wavefact.simulate import Simulation, inhomogeneous, multi_segment, scenario_s2, travelling

LENGTH = 101.0


def found(simulation: Simulation, operator: wf.WaveOperator | None = None) -> Segments:
    operator = wf.String(100) if operator is None else operator
    return segments(wf.factorize(simulation.recording, operator), simulation.recording)


def two_segments(cut: float, speeds: tuple[float, float], tension: float = 1.0) -> tuple[np.ndarray, ...]:
    """Return points, ω and shapes of waves that start with a phase and pass a boundary; no ends known."""
    points, omegas = np.arange(60.0), np.array([150.0, 290.0, 410.0])
    columns = []
    for omega, phase in zip(omegas, (0.3, 1.0, -0.4), strict=True):
        first, second = omega / speeds[0], omega / speeds[1]
        value, slope = np.sin(first * cut + phase), first * np.cos(first * cut + phase) / tension
        beyond = value * np.cos(second * (points - cut)) + slope / second * np.sin(second * (points - cut))
        columns.append(np.where(points < cut, np.sin(first * points + phase), beyond))
    return points, omegas, np.stack(columns, axis=1)


@pytest.mark.parametrize("tension", [1.0, 2.5])
def test_exact_shapes_give_the_exact_boundary(tension: float) -> None:
    points, omegas, shapes = two_segments(22.37, (2000.0, 1200.0), tension)
    model = Piecewise(points, shapes, np.broadcast_to(np.eye(60), (3, 60, 60)))
    boundaries, slownesses = best_cuts(points, shapes, omegas / 1900.0, 2)[1]
    assert abs(boundaries[0] - 22.37) < 2
    fit = model.fitted(boundaries, slownesses, omegas / 1900.0)
    np.testing.assert_allclose(fit.boundaries, [22.37], rtol=1e-5)
    np.testing.assert_allclose(fit.slownesses, [1.0, 2000.0 / 1200.0], rtol=1e-5)
    np.testing.assert_allclose(fit.scales, omegas / 2000.0, rtol=1e-5)
    assert fit.left < 1e-8


def test_dynamic_programming_is_as_good_as_trying_every_cut() -> None:
    points, omegas, shapes = two_segments(22.37, (2000.0, 1200.0))
    shapes = shapes + 0.3 * np.random.default_rng(0).standard_normal(shapes.shape)
    ratios = np.geomspace(0.25, 4.0, 113)

    def left(part: slice) -> float:
        sums = []
        for ratio in ratios:
            total = 0.0
            for omega, shape in zip(omegas, shapes.T, strict=True):
                turns = omega / 1900.0 * ratio * points[part]
                design = np.stack([np.cos(turns), np.sin(turns)], axis=1)
                weights = np.linalg.lstsq(design, shape[part], rcond=None)[0]
                total += float(np.sum((shape[part] - design @ weights) ** 2))
            sums.append(total)
        return min(sums)

    costs = {cut: left(slice(0, cut)) + left(slice(cut, 60)) for cut in range(5, 56)}
    best = min(costs, key=lambda cut: costs[cut])
    assert best_cuts(points, shapes, omegas / 1900.0, 2)[1][0] == best - 0.5


@pytest.mark.parametrize(
    ("boundary", "speeds", "rng"),
    [(0.4, (2000.0, 3000.0), 0), (0.25, (3000.0, 1500.0), 1), (0.7, (2000.0, 4000.0), 2)],
)
def test_a_boundary_is_found_though_the_fit_knows_of_none(
    boundary: float, speeds: tuple[float, float], rng: int
) -> None:
    result = found(multi_segment(0.0, rng=rng, boundaries=(boundary,), speeds=speeds))
    assert result.n_segments == 2
    assert result.frequencies.size == 8
    assert abs(result.boundaries[0] - boundary * LENGTH) < min(4 * result.boundary_errors[0], 2.0)
    assert abs(result.indices[0] - boundary * LENGTH) < 2
    assert np.all(np.abs(result.speeds - speeds) < 4 * result.speed_errors)
    assert np.all(result.speed_errors < 0.02 * result.speeds)


def test_three_segments() -> None:
    result = found(multi_segment(0.0, rng=3, boundaries=(0.3, 0.65), speeds=(2000.0, 3000.0, 2400.0)))
    np.testing.assert_allclose(result.boundaries, [0.3 * LENGTH, 0.65 * LENGTH], atol=2.0)
    np.testing.assert_allclose(result.speeds, [2000.0, 3000.0, 2400.0], rtol=0.03)
    assert result.energy_shares.shape[1] == 3


@pytest.mark.parametrize("rng", range(2))
def test_a_uniform_string_has_one_segment(rng: int) -> None:
    decays = found(scenario_s2(0.0, rng=rng))  # 4 % off one speed
    assert decays.n_segments == 1
    assert decays.boundaries.size == decays.indices.size == 0
    assert decays.speeds[0] == pytest.approx(2460.0, rel=0.02)
    np.testing.assert_allclose(decays.energy_shares, 1.0)
    shaken = found(multi_segment(0.0, rng=rng, boundaries=(), speeds=(2500.0,)))
    assert shaken.n_segments == 1
    assert abs(shaken.speeds[0] - 2500.0) < 4 * shaken.speed_errors[0]


def test_a_graded_string_becomes_steps_that_rise() -> None:
    result = found(inhomogeneous(0.0))
    assert result.n_segments >= 3
    assert np.all(np.diff(result.speeds) > 0)
    assert 1900 < result.speeds[0] < result.speeds[-1] < 3100


def test_order_and_unit_of_the_points_do_not_matter() -> None:
    simulation = multi_segment(5.0)
    first = found(simulation)
    mixed = np.random.default_rng(0).permutation(100)
    recording = simulation.recording.select(mixed)
    other = simulation.recording.replace(
        signals=1e-6 * np.asarray(recording.signals), positions=0.1 * recording.positions
    )
    operator = wf.String(positions=other.positions, span=(0.0, 0.1 * LENGTH))
    second = found(Simulation(other, simulation.clean, simulation.truth, 0.0), operator)
    np.testing.assert_allclose(second.boundaries, 0.1 * first.boundaries, rtol=1e-3)
    np.testing.assert_allclose(second.speeds, 0.1 * first.speeds, rtol=1e-3)
    np.testing.assert_array_equal(second.indices, first.indices)


def test_energy_shares_say_where_a_component_lives() -> None:
    simulation = multi_segment(10.0, boundaries=(0.3,), speeds=(1000.0, 3000.0))
    fit = wf.factorize(simulation.recording, wf.String(100))
    result = segments(fit, simulation.recording)
    n = int(result.indices[0])
    powers = fit.spatial_factors**2
    expected = powers[:n].sum(axis=0) / powers.sum(axis=0) / (n / 100)
    np.testing.assert_allclose(result.energy_shares[:, 0], expected)
    assert np.ptp(result.energy_shares) > 0.1


def test_bad_input_is_refused_in_clear_words() -> None:
    simulation = multi_segment(10.0)
    recording = simulation.recording
    string, quick = wf.String(100), {"wave_weight": 1e3, "time_weight": 0.0}
    fit = wf.factorize(recording, string, **quick)
    with pytest.raises(InputError, match="probability"):
        segments(fit, recording).interval(95.0)
    with pytest.raises(InputError, match="recording that the fit came from"):
        segments(fit, recording.window(0, 1500))
    bare = recording.replace(sampling_rate=None)
    with pytest.raises(InputError, match="sampling rate"):
        segments(wf.factorize(bare, string, **quick), bare)
    beam = wf.factorize(recording, wf.Beam(100), wave_weight=1.0, regularization=1e6)
    with pytest.raises(InputError, match="bending"):
        segments(beam, recording)
    nothing = wf.factorize(recording, string, wave_weight=1.0, regularization=1e6)
    with pytest.raises(InputError, match="no wave to tell"):
        segments(nothing, recording)
    waves = travelling(10.0).recording
    with pytest.raises(InputError, match="directed_waves"):
        segments(wf.factorize(waves, **quick), waves)
