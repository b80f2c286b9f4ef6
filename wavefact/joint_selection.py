"""The automatic weights of both axes: bandwidths by prediction of what is held out.

A filter is as narrow as it should be when what passes it of some sensors predicts the others best, and
what passes it of some frequencies predicts the shape at the others.  Each component gives two
noisy copies of its time course (from two sets of sensors) and two of its shape (from alternating
columns of the spectrum), whose noises are independent; the score of a filter is the squared error with
which one copy, filtered, predicts the other.  Components come from a rough descent without any proof.

References
----------
Owen & Perry, "Bi-cross-validation of the SVD and the nonnegative matrix factorization", Annals
of Applied Statistics 2009 (leaving out blocks of rows and columns).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np

from wavefact._arrays import Array, like, to_numpy
from wavefact.held_out import HeldOut
from wavefact.joint import Plane, peaks
from wavefact.joint_noise import expected_threshold
from wavefact.operators import Time, WaveOperator
from wavefact.problem import Axis, Problem
from wavefact.solvers.base import Factors, Seed, joined
from wavefact.solvers.joint_search import JointSearch

__all__ = ["WeightChoice", "candidate_bandwidths", "candidate_wave_weights", "choose_weights"]

logger = logging.getLogger("wavefact")

START = 16.0  # inverse durations: the bandwidth to begin with
N_ROUNDS = 4  # of solving and choosing
N_GROWTHS = 3  # within each
MOST_COMPONENTS = 8  # that are scored, the strongest
MARGIN = 1.05  # times λ: what a rough descent may leave
FEW = 40  # components that are worth a search over both axes
ALIKE = 0.5  # MAC: components so alike are tones of one motion
PLAIN = 1.3  # times the threshold without a weight on time: what exceeds it is seen anyway


@dataclass(frozen=True)
class WeightChoice:
    """Candidates for the weights, and how well each predicted what was held out.

    Attributes
    ----------
    bandwidths : numpy.ndarray, shape (n_bandwidths,)
        Half-power bandwidths of the time axis [Hz].
    bandwidth_scores : numpy.ndarray, shape (n_bandwidths,)
        Squared error of prediction, in variances of the noise, over the least one.
    wave_weights : numpy.ndarray, shape (n_weights,)
        γ of the space axis.
    wave_weight_scores : numpy.ndarray, shape (n_weights,)
    bandwidth, wave_weight : float
        The ones chosen.
    helps : bool
        Whether a weight on time is worth its cost: a few components explain the recording, and some of them
        are too weak to be seen without it.
    """

    bandwidths: np.ndarray
    bandwidth_scores: np.ndarray
    wave_weights: np.ndarray
    wave_weight_scores: np.ndarray
    bandwidth: float
    wave_weight: float
    helps: bool = True


def candidate_bandwidths(time: Time) -> np.ndarray:
    """Return bandwidths [Hz], doubling from what the duration resolves to a quarter of Nyquist."""
    lowest, highest = 2.0 * time.sampling_rate / time.n_samples, time.sampling_rate / 8.0
    count = max(int(np.floor(np.log2(max(highest / lowest, 1.0)))) + 1, 1)
    return np.asarray(lowest * 2.0 ** np.arange(count))


def candidate_wave_weights(eigenvalues: np.ndarray) -> np.ndarray:
    """Return wave weights, fourfold from "the whole spectrum passes" to "one eigenvalue passes"."""
    values = np.unique(eigenvalues)
    widest = values[-1] - values[0]
    if not widest > 0:  # every filter is the same
        return np.zeros(1)
    spacing = np.sort(np.diff(values))
    spacing = spacing[spacing > 1e-9 * widest]
    narrowest = 0.1 * float(np.median(spacing[: max(1, len(spacing) // 4)]))
    count = int(np.ceil(np.log(widest / narrowest) / np.log(2.0))) + 1
    return np.geomspace(1.0 / widest**2, 1.0 / narrowest**2, count)


class _Study:
    """One recording, whose weights are to be chosen."""

    def __init__(
        self,
        data: Array,
        operator: WaveOperator,
        time: Time,
        deviation: float,
        time_weight: float | None = None,
    ) -> None:
        self.data, self._operator, self._time, self._deviation = data, operator, time, deviation
        self._given = time_weight
        self.alphas = like(operator.eigenvalues, data)
        self.betas = like(time.eigenvalues, data)

    def problem(self, bandwidth: float, wave_weight: float) -> Problem:
        space, time = Axis(self.alphas, wave_weight), Axis(self.betas, self._weight(bandwidth))
        return Problem(self.data, space, time, float(self._deviation * expected_threshold(space, time)))

    def _weight(self, bandwidth: float) -> float:
        return self._time.weight(bandwidth) if self._given is None else self._given

    def scored(self, choice: WeightChoice, factors: Factors) -> WeightChoice:
        """Return the choice with the scores that these components give."""
        problem = self.problem(choice.bandwidth, choice.wave_weight)
        scores = np.zeros(len(choice.bandwidths)), np.zeros(len(choice.wave_weights))
        candidates = self._penalized(problem, choice.bandwidths)
        for i in _strongest(factors).tolist():
            pair = HeldOut(problem, factors, i)
            scores[0][:] += pair.bandwidth_scores(self._operator, candidates)
            scores[1][:] += pair.wave_weight_scores(choice.wave_weights)
        relative = [(s - s.min()) / self._deviation**2 for s in scores]
        return replace(choice, bandwidth_scores=relative[0], wave_weight_scores=relative[1])

    def is_plain(self, factors: Factors, choice: WeightChoice) -> bool:
        """Tell whether every wavenumber found is strong enough to be seen without a weight on time."""
        shapes, courses = to_numpy(factors.shapes), to_numpy(factors.courses)
        penalty = self.problem(choice.bandwidth, choice.wave_weight).regularization  # it shrinks amplitudes
        energies = (np.linalg.norm(shapes, axis=0) * np.linalg.norm(courses, axis=1) + penalty) ** 2
        centres = to_numpy(factors.centres)
        near = np.abs(centres[:, None] - centres) <= 2.0 * Axis(self.alphas, choice.wave_weight).bandwidth
        shapes = shapes / np.maximum(np.linalg.norm(shapes, axis=0), 1e-300)
        tones = to_numpy(factors.tones)
        at_once = np.abs(tones[:, None] - tones) <= Axis(self.betas, self._weight(choice.bandwidth)).bandwidth
        near &= at_once | (np.abs(shapes.conj().T @ shapes) ** 2 >= ALIKE)
        n_points, n_samples = self.data.shape
        seen = PLAIN * self._deviation * (n_samples**0.5 + 0.5 * n_points**0.5)
        return bool(np.min(near @ energies) ** 0.5 >= seen)

    def _penalized(self, problem: Problem, bandwidths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return time weight and λ of each candidate bandwidth."""
        weights = [self._weight(b) for b in bandwidths.tolist()]
        expected = [expected_threshold(problem.space, Axis(self.betas, weight)) for weight in weights]
        return np.asarray(weights), self._deviation * np.asarray(expected)


def choose_weights(
    data: Array,
    operator: WaveOperator,
    time: Time,
    deviation: float,
    *,
    wave_weight: float | None = None,
    bandwidth: float | None = None,
    time_weight: float | None = None,
) -> tuple[WeightChoice, Seed]:
    """Choose the bandwidth of the time axis and the weight of the space axis.

    Parameters
    ----------
    data : array, shape (n_points, n_samples)
        In the eigenbases of both operators.
    operator : WaveOperator
    time : Time
        Of order 1.
    deviation : float
        Standard deviation of the noise.
    wave_weight : float, optional
        Where it is given.
    bandwidth : float, optional
        Where it is given [Hz].
    time_weight : float, optional
        Where it is given instead, for a time axis of either order; no bandwidth is chosen then.

    Returns
    -------
    choice : WeightChoice
    seed : Seed
        The components found on the way, to begin with.
    """
    study = _Study(data, operator, time, deviation, time_weight)
    bandwidth = 0.0 if time_weight is not None else bandwidth
    choice = _first_choice(study, time, wave_weight, bandwidth)
    factors, tried, few = _peak_factors(study, choice), {(choice.bandwidth, choice.wave_weight)}, True
    is_open = bandwidth is None and time_weight is None
    for _ in range(N_ROUNDS):
        if factors.n_components == 0:
            break
        is_plain = is_open and len(tried) > 1 and study.is_plain(factors, choice)
        choice = _best(study.scored(choice, factors))
        if is_plain:
            return replace(choice, helps=False), factors.seed
        factors, few = _rough(study.problem(choice.bandwidth, choice.wave_weight), factors.seed)
        if (choice.bandwidth, choice.wave_weight) in tried:
            break
        tried.add((choice.bandwidth, choice.wave_weight))
    logger.info(
        "bandwidth %.3g Hz and wave_weight %.3g chosen by held-out prediction with %d components",
        choice.bandwidth,
        choice.wave_weight,
        factors.n_components,
    )
    helps = few and choice.bandwidth < float(choice.bandwidths[-1])
    return replace(choice, helps=helps), factors.seed


def _first_choice(
    study: _Study, time: Time, wave_weight: float | None, bandwidth: float | None
) -> WeightChoice:
    bandwidths = candidate_bandwidths(time) if bandwidth is None else np.asarray([bandwidth])
    weights = (
        candidate_wave_weights(to_numpy(study.alphas)) if wave_weight is None else np.asarray([wave_weight])
    )
    start = int(np.argmin(np.abs(bandwidths * time.n_samples / time.sampling_rate - START)))
    none = np.zeros(len(bandwidths)), np.zeros(len(weights))
    middle = float(weights[(2 * len(weights)) // 3])
    return WeightChoice(bandwidths, none[0], weights, none[1], float(bandwidths[start]), middle)


def _best(choice: WeightChoice) -> WeightChoice:
    return replace(
        choice,
        bandwidth=float(choice.bandwidths[int(np.argmin(choice.bandwidth_scores))]),
        wave_weight=float(choice.wave_weights[int(np.argmin(choice.wave_weight_scores))]),
    )


def _peak_factors(study: _Study, choice: WeightChoice) -> Factors:
    """Return the components of the first growth, at the bandwidth to begin with or where there are any."""
    order = np.argsort(np.abs(choice.bandwidths - choice.bandwidth), kind="stable")
    for bandwidth in choice.bandwidths[order].tolist():
        problem = study.problem(bandwidth, choice.wave_weight)
        factors, _ = _rough(problem, Seed(study.data[:, :0], study.betas[:0]), 1)
        if factors.n_components:
            return factors
    return factors


def _rough(problem: Problem, seed: Seed, n_growths: int = N_GROWTHS) -> tuple[Factors, bool]:
    """Grow and descend a few times, without any proof; tell whether that may end with few components."""
    search = JointSearch(problem, 1e-2)
    factors = search.nothing() if seed.n_components == 0 else search.descend(seed, 1e-2)
    for growth in range(n_growths + 1):
        image = search.image(problem.residual(factors.shapes, factors.courses))
        above = peaks(image, Plane(problem.space, problem.time), MARGIN * problem.regularization, rough=True)
        if not above:
            return factors, True
        few = factors.n_components + len(above) <= FEW
        if growth < n_growths:
            new = search.grow(image, above)[0]
            del image  # as large as the recording
            factors = search.descend(joined(factors.seed, new), 1e-2)
            factors = search.prune(factors, 1e-2 * problem.regularization)
    return factors, few


def _strongest(factors: Factors) -> np.ndarray:
    sizes = np.linalg.norm(to_numpy(factors.shapes), axis=0) * np.linalg.norm(
        to_numpy(factors.courses), axis=1
    )
    return np.argsort(-sizes, kind="stable")[:MOST_COMPONENTS]
