"""From two modal models of a structure to where it lost stiffness: `fit_stiffness`."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from wavefact.errors import InputError
from wavefact.health.location.changes import changes_of, real_shapes
from wavefact.health.location.hypotheses import Hypotheses, hypotheses_of, line_hypotheses, weighed
from wavefact.health.location.profile import StiffnessProfile
from wavefact.health.location.regression import regressed
from wavefact.health.location.softening import PartSoftening, Softening, softening_of
from wavefact.modal.expansion import rows_of
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import mac
from wavefact.operators.base import WaveOperator

__all__ = ["fit_stiffness"]

_FINER = 8  # segments of the places within one of the profile

EXTENTS = tuple(n / 80 for n in (*range(2, 13), 14, 16, 18, 20))

_logger = logging.getLogger("wavefact")


def fit_stiffness(
    reference: ModalModel,
    current: ModalModel,
    operator: WaveOperator,
    *,
    points: Sequence[int] | np.ndarray | None = None,
    parts: Sequence[np.ndarray] | np.ndarray | None = None,
    n_segments: int = 20,
    extents: Sequence[float] = EXTENTS,
    max_loss: float = 0.6,
    common_spread: float = 0.05,
    prior_probability: float = 0.5,
    min_mac: float = 0.8,
) -> StiffnessProfile:
    """Estimate where a structure lost stiffness since a reference, and how much.

    Parameters
    ----------
    reference, current : ModalModel
        On the same points, with `frequency_errors`.  Shapes count where there are `shape_errors`.
    operator : WaveOperator
        The structure in its reference state: a line (`String`, `Media`, `Beam`, `SteppedBeam`), or any other
        with `parts`.
    points : (n_measured,) integers, optional
        Which point of the operator each row of the shapes is, from 0; by default all, or those at the same
        positions.
    parts : (n_parts, n_points, n_points) array, optional
        Stiffness matrices that may have changed, each by a factor; they add up to the operator's or to less.
    n_segments : int
        Segments of the profile of a line, at least 4; single places are told apart eight times as finely.
    extents : sequence of float
        Lengths that a damaged place of a line may have, shares of the whole; a priori alike probable [-].
        By default 15 from 1/40 to 1/4.  If the true one is far from all, intervals are too narrow.
    max_loss : float
        Largest loss of stiffness in one place, below 1; a priori all smaller ones are alike probable [-].
    common_spread : float
        Standard deviation, a priori, of what changes all frequencies by one factor, such as temperature [-].
    prior_probability : float
        That one place lost stiffness, rather than nothing having changed but the common factor.
    min_mac : float
        Least MAC of a reference shape and the operator's.

    Returns
    -------
    StiffnessProfile

    Raises
    ------
    InputError
        If a parameter is out of its range, fewer than two modes can be matched, or a frequency has no error.

    Notes
    -----
    Compared are ln of the frequencies and the unit shapes, after − before, each with the errors of both, so
    that what the operator gets wrong of the structure cancels in the first place.  The common factor is
    integrated out; the scale of a shape is left out.  Changes in small stretches answer to the share of
    strain energy there, and a loss d over a length l to d / (1 − d) · l: where wavelengths are much longer,
    data tell this product rather than either.

    Single places: every middle and extent is solved for losses up to `max_loss`, so that large losses are no
    extrapolation of small ones, and all are weighed by Bayes' rule.  Profile: ln θ of all segments, normal a
    priori, by Gauss-Newton steps.  Solving for all single places takes seconds for 40 points, a minute for
    200; the last ones are kept, and another recording of the structure takes far less.

    References
    ----------
    P. Cawley and R. D. Adams, "The location of defects in structures from measurements of natural
    frequencies", Journal of Strain Analysis 14 (1979) 49–57.
    M. W. Vanik, J. L. Beck and S. K. Au, "Bayesian probabilistic approach to structural health monitoring",
    Journal of Engineering Mechanics 126 (2000) 738–745.
    R. L. Fox and M. P. Kapoor, "Rates of change of eigenvalues and eigenvectors", AIAA Journal 6 (1968)
    2426–2429.

    Examples
    --------
    >>> whole = wf.Beam(39, 0.025)
    >>> cracked = wf.SteppedBeam(39, 0.025, stiffnesses=[1, 0.9, 1], boundaries=[0.25, 0.35])
    >>> models = []
    >>> for beam in (whole, cracked):
    ...     order = np.argsort(beam.eigenvalues)[:6]
    ...     shapes, f = beam.basis[:, order], np.sqrt(beam.eigenvalues[order])
    ...     errors = {"frequency_errors": 3e-4 * f, "shape_errors": np.full(shapes.shape, 2e-3)}
    ...     models.append(wf.ModalModel(f, np.full(6, 0.01), shapes, **errors))
    >>> found = wf.fit_stiffness(*models, whole)
    >>> print(f"{found.location:.2f} m, P = {found.damage_probability:.3f}")
    0.30 m, P = 1.000
    """
    _check(n_segments, extents, max_loss, common_spread, prior_probability)
    softening = softening_of(operator, n_segments, parts)
    everywhere = points is None and reference.n_points == operator.n_points
    rows = np.arange(operator.n_points) if everywhere else rows_of(reference, operator, points)
    pairs, waves = _matched(reference, current, softening, rows, min_mac)
    changes = changes_of(reference, current, pairs, common_spread)
    hypotheses = _hypotheses(softening, extents, waves, max_loss)
    result = weighed(hypotheses, changes, rows)
    mean, covariance = regressed(softening, waves, changes, rows)
    odds = result.log_bayes_factor + np.log(prior_probability / (1 - prior_probability))
    return StiffnessProfile(
        edges=softening.edges,
        log_stiffness=mean,
        covariance=covariance,
        places=hypotheses.places,
        losses=hypotheses.losses,
        posterior=result.posterior,
        extents=hypotheses.extents,
        extent_probabilities=result.extent_probabilities,
        prior_probability=prior_probability,
        damage_probability=float(1 / (1 + np.exp(-np.clip(odds, -700, 700)))),
        log_bayes_factor=result.log_bayes_factor,
        chi_square=result.chi_square,
        unchanged_chi_square=result.unchanged_chi_square,
        n_data=changes.n_data,
        modes=pairs[0],
        common_change=float(np.expm1(changes.common(changes.logs - result.logs, common_spread))),
    )


def _hypotheses(
    softening: Softening, extents: Sequence[float], waves: np.ndarray, max_loss: float
) -> Hypotheses:
    if isinstance(softening, PartSoftening):
        return hypotheses_of(softening, waves, max_loss)
    chosen = tuple(int(wave) for wave in waves)
    shares = tuple(float(extent) for extent in extents)
    return line_hypotheses(softening.operator, _FINER * softening.n_segments, shares, chosen, float(max_loss))


def _matched(
    reference: ModalModel, current: ModalModel, softening: Softening, rows: np.ndarray, min_mac: float
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Return which modes of both models are the same, and which waves of the operator they are."""
    from scipy.optimize import linear_sum_assignment

    if current.n_points != reference.n_points:
        raise InputError(
            f"Shapes have {current.n_points} points and {reference.n_points} in the reference; give both at "
            "the same points."
        )
    before, after = reference.match(current)
    likeness = np.zeros((0, softening.waves.size))
    if before.size:
        lowest = softening.shapes[rows][:, : 2 * rows.size]  # beyond, waves look like lower ones there
        likeness = mac(real_shapes(reference.select(before))[0], lowest)
    mode, wave = linear_sum_assignment(-likeness)
    like = likeness[mode, wave] >= min_mac
    if like.sum() < 2:
        raise InputError(
            f"{like.sum()} modes are in the reference ({reference.n_modes}), in the current model "
            f"({current.n_modes}) and alike the operator's (MAC ≥ {min_mac:g}); it takes two. Check "
            "that shapes and operator have their points in the same order."
        )
    if like.sum() < reference.n_modes:
        _logger.info("compared %d of %d modes of the reference", like.sum(), reference.n_modes)
    return (before[mode[like]], after[mode[like]]), wave[like]


def _check(
    n_segments: int, extents: Sequence[float], max_loss: float, common_spread: float, prior_probability: float
) -> None:
    if n_segments < 4:
        raise InputError(f"n_segments is {n_segments}; give at least 4.")
    if len(extents) == 0 or not all(0 < extent < 1 for extent in extents):
        raise InputError(f"extents are {list(extents)}; give shares of the length between 0 and 1.")
    for name, value in (("max_loss", max_loss), ("prior_probability", prior_probability)):
        if not 0 < value < 1:
            raise InputError(f"{name} is {value}; give a number between 0 and 1.")
    if not (np.isfinite(common_spread) and common_spread > 0):
        raise InputError(f"common_spread is {common_spread}; give a positive share, such as 0.05.")
