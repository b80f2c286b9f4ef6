"""Where stiffness was lost: closed forms, a brute-force posterior, ambiguity, temperature, bad input."""

import dataclasses

import numpy as np
import pytest
from independent import hermite_beam
from scipy.stats import multivariate_normal

import wavefact as wf
from wavefact.errors import InputError
from wavefact.health.location.changes import changes_of
from wavefact.health.location.hypotheses import line_hypotheses
from wavefact.health.location.regression import _predicted
from wavefact.health.location.softening import softening_of
from wavefact.simulate.structures import frame_operator

BEAM = wf.Beam(19, 0.05)


def modes_of(operator, n_modes, *, factor=1.0, f_error=3e-4, shape_error=2e-3, rng=None):
    """Return the lowest modes of an operator, with errors if there is a generator."""
    order = np.argsort(operator.eigenvalues)[:n_modes]
    f = factor * np.sqrt(operator.eigenvalues[order])
    shapes = operator.synthesize(np.eye(operator.n_points))[:, order]
    shapes = shapes / np.linalg.norm(shapes, axis=0)
    if rng is not None:
        f = f * (1 + f_error * rng.standard_normal(n_modes))
        shapes = shapes + shape_error * rng.standard_normal(shapes.shape)
    errors = {"frequency_errors": f_error * f, "shape_errors": np.full(shapes.shape, shape_error)}
    return wf.ModalModel(f, np.full(n_modes, 0.01), shapes, positions=operator.positions, **errors)


def softer(middle, loss, extent=0.1, like=BEAM):
    cuts = np.array([middle - extent / 2, middle + extent / 2])
    inside = (cuts > 1e-9) & (cuts < 1 - 1e-9)
    stiffnesses = np.array([1, 1 - loss, 1])[np.concatenate([inside[:1], [True], inside[1:]])]
    return wf.SteppedBeam(
        positions=like.positions, span=(0.0, 1.0), stiffnesses=stiffnesses, boundaries=cuts[inside]
    )


def without_shapes(model):
    return dataclasses.replace(model, shape_errors=np.full(model.shape_errors.shape, np.nan))


def test_small_losses_shift_frequencies_by_their_share_of_strain_energy():
    line = wf.Beam(199, 0.005)
    hypotheses = line_hypotheses(line, 20, (0.1,), (0, 1, 2, 3), 1e-4)
    j, a, b = np.arange(1, 5), hypotheses.places - 0.05, hypotheses.places + 0.05
    share = 0.1 - (np.sin(2 * np.pi * np.outer(b, j)) - np.sin(2 * np.pi * np.outer(a, j))) / (2 * np.pi * j)
    loss = 1e-4  # the last node
    np.testing.assert_allclose(hypotheses.logs[:, -1], -share * loss / 2, rtol=3e-3, atol=1e-9)


def test_losses_between_those_solved_for_are_as_if_solved_for():
    hypotheses = line_hypotheses(BEAM, 20, (0.1,), (0, 1, 2), 0.6)
    some, loss = 4, 57
    middle = hypotheses.places[hypotheses.place_of[some]]
    expected = (
        modes_of(softer(middle, hypotheses.losses[loss]), 3).frequencies / modes_of(BEAM, 3).frequencies
    )
    found = hypotheses.interpolation[:, loss] @ hypotheses.logs[some]
    np.testing.assert_allclose(found, np.log(expected), rtol=2e-4)


def test_slopes_are_those_of_the_eigenproblem():
    softening = softening_of(wf.Beam(9, 0.1, ends="clamped-free"), 5)
    model = modes_of(softening.operator, 3)
    changes = changes_of(model, model, (np.arange(3), np.arange(3)), 0.05)
    x, rows, modes = np.array([0.1, -0.2, 0.05, -0.4, 0.3]), np.arange(1, 9), np.arange(3)
    changes = dataclasses.replace(
        changes, **{name: getattr(changes, name)[rows] for name in ("shapes", "references", "weights")}
    )
    _, slopes = _predicted(softening, modes, changes, rows, x)
    for s in range(5):
        step = 1e-5 * np.eye(5)[s]
        up, down = (_predicted(softening, modes, changes, rows, x + sign * step)[0] for sign in (1, -1))
        numeric = (up - down) / 2e-5
        np.testing.assert_allclose(slopes[:, s], numeric, atol=2e-4 * np.abs(numeric).max())


def test_posterior_is_that_of_brute_force(rng):
    line, extent, most, spread, n_modes = wf.Beam(7, 0.125), 0.25, 0.5, 0.02, 3
    reference = modes_of(line, n_modes, f_error=2e-3, shape_error=0.01, rng=rng)
    stepped = softer(0.375, 0.2, extent, line)
    current = modes_of(stepped, n_modes, factor=1.01, f_error=2e-3, shape_error=0.01, rng=rng)
    found = wf.fit_stiffness(
        reference, current, line, n_segments=4, extents=[extent], max_loss=most, common_spread=spread
    )
    healthy = modes_of(line, n_modes)

    def unit(model):
        shapes = model.mode_shapes / np.linalg.norm(model.mode_shapes, axis=0)
        return shapes * np.sign(np.sum(shapes * healthy.mode_shapes, axis=0))

    before, after = unit(reference), unit(current)
    observed = [np.log(current.frequencies / reference.frequencies), *(after - before).T]
    size = np.linalg.norm(reference.mode_shapes, axis=0), np.linalg.norm(current.mode_shapes, axis=0)
    covariances = [2 * 2e-3**2 * np.eye(n_modes) + spread**2]
    for j in range(n_modes):
        variance = 0.01**2 * (size[0][j] ** -2 + size[1][j] ** -2)
        others = np.delete(before, j, axis=1)
        mixed = variance * 7 / n_modes * others @ others.T
        covariances.append(variance * np.eye(7) + mixed + 1e2 * np.outer(before[:, j], before[:, j]))
    laws = [multivariate_normal(None, covariance) for covariance in covariances]

    def log_likelihood(model):
        predicted = [np.log(model.frequencies / healthy.frequencies), *(unit(model) - unit(healthy)).T]
        return sum(law.logpdf(y - m) for law, y, m in zip(laws, observed, predicted, strict=True))

    losses = found.losses[::8]
    expected = np.array(
        [
            [log_likelihood(modes_of(softer(x, d, extent, line), n_modes)) for d in losses]
            for x in found.places
        ]
    )
    shown = np.log(found.posterior[:, ::8])
    likely = shown > shown.max() - 8
    difference = (shown - expected)[likely]
    assert likely.sum() > 20
    np.testing.assert_allclose(difference, difference.mean(), atol=0.05)
    # the evidence: an average of the likelihood over the prior, over that of no change
    weights = np.exp(expected - log_likelihood(healthy)).mean()
    assert found.log_bayes_factor == pytest.approx(np.log(weights), abs=0.15)


def test_a_loss_is_found_where_independent_elements_lost_it(rng):
    line, stiffness = wf.Beam(19, ends="clamped-free", span=(0, 1)), np.ones(100)
    nodes = np.linspace(0, 1, 101)
    models = []
    for lost in (0.0, 0.2):
        stiffness[60:70] = 1 - lost
        values, shapes = hermite_beam(stiffness, ends="clamped-free")
        at_points = np.stack([np.interp(line.positions, nodes, s) for s in shapes[:, :5].T], axis=1)
        f = np.sqrt(values[:5]) * (1 + 3e-4 * rng.standard_normal(5)) * (1.0 if lost == 0 else 0.98)
        noisy = at_points + 3e-3 * rng.standard_normal(at_points.shape)
        errors = {"frequency_errors": 3e-4 * f, "shape_errors": np.full(noisy.shape, 3e-3)}
        models.append(wf.ModalModel(f, np.full(5, 0.01), noisy, **errors))
    found = wf.fit_stiffness(*models, line)
    assert found.damage_probability > 0.999
    assert found.location == pytest.approx(0.65, abs=0.02)
    assert found.loss == pytest.approx(0.2, abs=0.04)
    assert found.common_change == pytest.approx(-0.02, abs=0.003)
    assert found.chi_square < 1.5 * found.n_data
    low, high = found.stiffness_interval(0.99)
    assert np.all((low[[2, 6, 17]] < 1) & (high[[2, 6, 17]] > 1))
    assert high[12:14].max() < 1


def test_temperature_alone_is_no_damage(rng):
    models = [modes_of(BEAM, 5, factor=factor, rng=rng) for factor in (1.0, 0.97)]
    found = wf.fit_stiffness(*models, BEAM)
    assert found.damage_probability < 0.1
    assert found.common_change == pytest.approx(-0.03, abs=2e-3)
    assert np.all(np.abs(found.stiffness - 1) < 0.05)
    low, high = found.stiffness_interval(0.999)
    assert np.all((low < 1) & (high > 1))


def test_frequencies_alone_do_not_know_left_from_right(rng):
    models = [modes_of(operator, 6, rng=rng) for operator in (BEAM, softer(0.3, 0.15))]
    blind = wf.fit_stiffness(*map(without_shapes, models), BEAM)
    places = sorted(region.location for region in blind.regions())
    np.testing.assert_allclose(places, [0.3, 0.7], atol=0.03)
    assert blind.regions()[0].probability == pytest.approx(0.5, abs=0.1)
    (only,) = wf.fit_stiffness(*models, BEAM).regions()
    assert only.location == pytest.approx(0.3, abs=0.02)
    assert "0.3" in str(blind)
    assert "0.7" in str(blind)


def test_scale_sign_and_phase_of_shapes_do_not_count(rng):
    reference, current = (modes_of(operator, 4, rng=rng) for operator in (BEAM, softer(0.6, 0.1)))
    scales = np.array([-2.0, 0.5, 3.0, -1.0])
    turned = dataclasses.replace(
        current,
        mode_shapes=current.mode_shapes * scales * np.exp(1j * np.array([0.3, 2.0, -1.0, 0.0])),
        shape_errors=current.shape_errors * np.abs(scales),
    )
    one, other = (wf.fit_stiffness(reference, model, BEAM) for model in (current, turned))
    np.testing.assert_allclose(one.posterior, other.posterior, atol=1e-9)
    np.testing.assert_allclose(one.log_stiffness, other.log_stiffness, atol=1e-6)


def test_a_few_sensors_are_enough(rng):
    points = np.array([2, 5, 9, 12, 16])
    models = []
    for operator in (BEAM, softer(0.7, 0.2)):
        model = modes_of(operator, 4, rng=rng)
        models.append(
            dataclasses.replace(
                model,
                mode_shapes=model.mode_shapes[points],
                shape_errors=model.shape_errors[points],
                positions=BEAM.positions[points],
            )
        )
    by_position = wf.fit_stiffness(*models, BEAM)
    by_number = wf.fit_stiffness(*models, BEAM, points=points)
    assert by_position.location == by_number.location
    assert by_number.location == pytest.approx(0.7, abs=0.05)


def test_parts_of_any_structure_are_told_apart(rng):
    frame = frame_operator()
    parts = [np.zeros((6, 6)) for _ in range(6)]
    for storey, part in enumerate(parts):
        part[storey, storey] = 1.0
        if storey:
            part[storey - 1, storey - 1] = 1.0
            part[storey - 1, storey] = part[storey, storey - 1] = -1.0
    weak = wf.FiniteElement(frame.stiffness - 0.1 * parts[3])
    models = [modes_of(operator, 6, f_error=1e-3, rng=rng) for operator in (frame, weak)]
    found = wf.fit_stiffness(*models, frame, parts=parts)
    assert found.regions()[0].location == pytest.approx(3)
    assert found.loss == pytest.approx(0.1, abs=0.03)
    assert found.stiffness[3] == pytest.approx(0.9, abs=0.03)


def test_loss_of_tension_of_a_string(rng):
    whole = wf.String(19, 0.05)
    weak = wf.Media(19, 0.05, speeds=np.sqrt([1, 0.8, 1]), tensions=[1, 0.8, 1], boundaries=[0.15, 0.25])
    models = [modes_of(whole, 5, rng=rng), modes_of(weak, 5, factor=weak.reference_speed, rng=rng)]
    found = wf.fit_stiffness(*models, whole)
    assert found.location == pytest.approx(0.2, abs=0.03)
    low, high = found.loss_interval(0.99)
    assert low < 0.2 < high


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_segments": 2}, "n_segments is 2"),
        ({"extents": []}, "extents are"),
        ({"max_loss": 1.0}, "max_loss is 1.0"),
        ({"prior_probability": 0.0}, "prior_probability is 0.0"),
        ({"common_spread": -1.0}, "common_spread is -1.0"),
        ({"parts": np.zeros((2, 3, 3))}, "parts have shape"),
        ({"parts": [2 * BEAM.matrix()]}, "more than the operator's stiffness"),
    ],
)
def test_bad_options_are_named(options, message):
    model = modes_of(BEAM, 3)
    with pytest.raises(InputError, match=message):
        wf.fit_stiffness(model, model, BEAM, **options)


def test_bad_models_are_named():
    model = modes_of(BEAM, 3)
    unsure = dataclasses.replace(model, frequency_errors=np.full(3, np.nan))
    with pytest.raises(InputError, match="no standard error"):
        wf.fit_stiffness(model, unsure, BEAM)
    with pytest.raises(InputError, match="it takes two"):
        wf.fit_stiffness(model, model.select([0]), BEAM)
    plate = wf.Plate((5, 4), 0.1)
    with pytest.raises(InputError, match="give parts"):
        wf.fit_stiffness(model, model, plate)
    with pytest.raises(InputError, match="confidence"):
        wf.fit_stiffness(model, model, BEAM).regions(1.0)
