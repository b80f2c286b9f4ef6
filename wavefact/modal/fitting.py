"""From stable poles to modes by greatest likelihood: free shapes, overlapping modes together.

Poles of subspace models say about where modes are.  Here each becomes a resonance in the spectrum of all
channels, kept if it explains what those before it do not; its curvature says how sure it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wavefact.modal.bins import Bins, Resonances
from wavefact.modal.information import derivatives
from wavefact.modal.scoring import maximize, turning
from wavefact.modal.spectrum import Spectrum, cut
from wavefact.modal.starts import begin
from wavefact.modal.whittle import Evaluation

__all__ = ["Cluster", "Start", "fit_modes"]

_HALF_WIDTHS, _BINS, _MAX_BINS = 10.0, 8.0, 4000  # of a band on either side of a resonance; of both sides
_OVERLAP = 3.0  # half widths and bins, closer than which modes are fitted together
_PER_MODE = 5  # real parameters of a mode besides its shape: ln f, ln ζ, ln F and a complex amplitude
_FEWEST = 6  # bins that tell of a mode
_MAX_DAMPING = 0.5
_PRIOR = 1e-2  # information on parameters that data say nothing of
_SWEEPS = 3


@dataclass(frozen=True)
class Start:
    """Where to look for a mode.

    Attributes
    ----------
    frequency, damping_ratio : float [Hz], [-]
    shape : (n_channels,) array, unit norm
    span : (n_channels, n_directions) array of orthonormal columns
        Within which its shape is sought.
    energy : float
    """

    frequency: float
    damping_ratio: float
    shape: np.ndarray
    span: np.ndarray
    energy: float


@dataclass(frozen=True)
class Cluster:
    """Modes that overlap, fitted together.

    Attributes
    ----------
    modes : Resonances
        In the channels of the spectrum.
    spans : tuple of (n_channels, n_directions) arrays, one a mode
    covariance : (2 n_modes, 2 n_modes) array
        Of ln f, then ln ζ.
    turns : tuple of (n_channels, n_directions) arrays, one a mode
        Errors of the shapes: turns times independent standard normal numbers.
    """

    modes: Resonances
    spans: tuple[np.ndarray, ...]
    covariance: np.ndarray
    turns: tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class _Group:
    """Modes that overlap, and the span in which the shape of each is sought."""

    modes: Resonances
    spans: tuple[np.ndarray, ...]

    def overlaps(self, frequency: float, half_width: float, resolution: float) -> bool:
        gaps = np.abs(self.modes.frequencies - frequency)
        return bool(np.any(gaps < _OVERLAP * (self.modes.half_widths + half_width + resolution)))

    def reach(self, resolution: float) -> tuple[float, float]:
        """Return the band (low, high) [Hz] out of which nothing of the modes matters."""
        widths = self.modes.half_widths
        far = np.maximum(_HALF_WIDTHS * widths, _BINS * resolution)
        far = np.minimum(far, np.maximum(4 * widths, _MAX_BINS / 2 * resolution))
        return float(np.min(self.modes.frequencies - far)), float(np.max(self.modes.frequencies + far))

    def without(self, mode: int) -> _Group:
        kept = [other for other in range(len(self.spans)) if other != mode]
        return _Group(self.modes.select(kept), tuple(self.spans[other] for other in kept))


@dataclass(frozen=True)
class _Fit:
    """A group at its greatest likelihood in a band, whose channels `inward` leads to."""

    group: _Group
    at: Evaluation
    band: Bins
    inward: np.ndarray

    def again(self, group: _Group) -> _Fit:
        """Maximize the likelihood of another group in the same band."""
        return _maximized(group, self.band, self.inward)

    def needed(self, n_parameters: int) -> float:
        """Return what the logarithm of the likelihood must gain for more parameters."""
        return float(n_parameters * np.log(2 * self.band.frequencies.size) / 2)


def fit_modes(spectrum: Spectrum, starts: Sequence[Start], slope: float) -> list[Cluster]:
    """Fit all modes that the spectrum tells of, with the errors of what is found.

    Parameters
    ----------
    spectrum : Spectrum
        With equal white noise in all channels.
    starts : sequence of Start
    slope : float
        Expected exponent of the excitation over frequency, see `Bins`.

    Notes
    -----
    Starts enter by falling energy.  Each is fitted beside the modes before it, together with those that it
    overlaps; it stays if the likelihood gains half the logarithm of the number of bins for each of its
    parameters.  Then every cluster is fitted again beside the others.  There excitations of overlapping
    modes may be correlated, and shapes complex, where the likelihood gains as much.  Errors are those of
    Fisher's information, with all other parameters unknown too.

    References
    ----------
    S.-K. Au, "Operational Modal Analysis: Modeling, Bayesian Inference, Uncertainty Laws", Springer 2017.
    G. Schwarz, "Estimating the dimension of a model", Annals of Statistics 6(2), 1978.
    """
    groups: list[_Group] = []
    for start in sorted(starts, key=lambda start: -start.energy):
        groups = _entered(spectrum, start, groups, slope)
    fits: list[_Fit] = []
    for sweep in range(_SWEEPS):
        for g, group in enumerate(groups):
            others = [other.modes for other in groups[:g] + groups[g + 1 :]]
            fitted = _fit(spectrum, group, others, slope)
            if sweep == _SWEEPS - 1:
                fitted = _elaborated(_pruned(fitted))
                fits.append(fitted)
            groups[g] = fitted.group
    return [_with_errors(fitted) for fitted in fits]


def _entered(spectrum: Spectrum, start: Start, groups: list[_Group], slope: float) -> list[_Group]:
    """Return the groups with a mode more, or the same where they explain it."""
    resolution, half_width = spectrum.resolution, start.frequency * start.damping_ratio
    near = [group for group in groups if group.overlaps(start.frequency, half_width, resolution)]
    far = [group for group in groups if group not in near]
    reach = max(_HALF_WIDTHS * half_width, _BINS * resolution)
    ends = start.frequency - reach, start.frequency + reach
    band, inward = cut(spectrum, start.span, [group.modes for group in groups], ends, slope)
    if band.frequencies.size < _FEWEST:
        return groups
    place = max(2 * half_width, resolution)
    inner = start.frequency - place, start.frequency + place
    noise = float(np.median(np.abs(band.values) ** 2))  # rather too much than too little to begin with
    found, _ = begin(inward @ start.shape[:, None], noise, band, inner)
    entering = _Group(found.turned(inward.conj().T), (start.span,))
    trial = _fit(spectrum, _joined([*near, entering]), [group.modes for group in far], slope)
    before = trial.again(_joined(near) if near else entering.without(0))
    gain = before.at.cost - trial.at.cost
    damped = np.all(trial.group.modes.damping_ratios < _MAX_DAMPING)
    real = damped and gain > trial.needed(_PER_MODE + start.span.shape[1] - 1)
    return [*far, trial.group] if real else groups


def _fit(spectrum: Spectrum, group: _Group, others: list[Resonances], slope: float) -> _Fit:
    own = np.concatenate(group.spans, axis=1)
    for _ in range(2):
        widths = group.modes.half_widths
        band, inward = cut(spectrum, own, others, group.reach(spectrum.resolution), slope)
        fitted = _maximized(group, band, inward)
        group = fitted.group
        if np.all((group.modes.half_widths < 1.5 * widths) & (group.modes.half_widths > widths / 1.5)):
            break  # the band follows from the damping
    return fitted


def _maximized(group: _Group, band: Bins, inward: np.ndarray) -> _Fit:
    best, at = maximize(group.modes.turned(inward), band, [inward @ span for span in group.spans])
    return _Fit(_Group(best.turned(inward.conj().T), group.spans), at, band, inward)


def _pruned(fitted: _Fit) -> _Fit:
    """Leave out modes that the others of a cluster explain once all are there."""
    for mode in range(len(fitted.group.spans))[::-1]:
        if len(fitted.group.spans) == 1:
            break
        fewer = fitted.again(fitted.group.without(mode))
        directions = fitted.group.spans[mode].shape[1]
        if fewer.at.cost - fitted.at.cost < fitted.needed(_PER_MODE + directions - 1):
            fitted = fewer
    return fitted


def _elaborated(fitted: _Fit) -> _Fit:
    """Let excitations be correlated, then shapes complex, where the likelihood gains enough."""
    n_modes = len(fitted.group.spans)
    if n_modes > 1:
        independent = np.eye(n_modes, dtype=complex)
        group = replace(fitted.group, modes=replace(fitted.group.modes, correlation=independent))
        fitted = _better(fitted, fitted.again(group), n_modes * (n_modes - 1))
    if not np.iscomplexobj(fitted.group.modes.shapes):
        modes = fitted.group.modes.turned(np.eye(len(fitted.group.modes.shapes), dtype=complex))
        n_parameters = sum(span.shape[1] - 1 for span in fitted.group.spans)
        fitted = _better(fitted, fitted.again(replace(fitted.group, modes=modes)), n_parameters)
    return fitted


def _better(fitted: _Fit, richer: _Fit, n_parameters: int) -> _Fit:
    return richer if fitted.at.cost - richer.at.cost > fitted.needed(n_parameters) else fitted


def _with_errors(fitted: _Fit) -> Cluster:
    modes, inward, n_modes = fitted.group.modes, fitted.inward, len(fitted.group.spans)
    inside = modes.turned(inward)
    directions = turning(inside, [inward @ span for span in fitted.group.spans])
    _, information = derivatives(inside, fitted.band, fitted.at, directions)
    covariance = np.linalg.inv(information + _PRIOR * np.eye(len(information)))
    turns, start = [], 4 * n_modes
    for tangent in directions:
        part = slice(start, start + tangent.shape[1])
        values, vectors = np.linalg.eigh(covariance[part, part])
        turns.append(inward.conj().T @ tangent @ (vectors * np.sqrt(np.maximum(values, 0.0))))
        start = part.stop
    return Cluster(modes, fitted.group.spans, covariance[: 2 * n_modes, : 2 * n_modes], tuple(turns))


def _joined(groups: list[_Group]) -> _Group:
    modes = Resonances.joined([group.modes for group in groups])
    return _Group(modes, tuple(span for group in groups for span in group.spans))
