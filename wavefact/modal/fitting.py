"""From stable poles to modes by greatest likelihood: free shapes, overlapping modes together.

Poles of subspace models say about where modes are.  Here each becomes a resonance in the spectrum of all
channels, kept if it explains what those before it do not; its curvature says how sure it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wavefact.modal.bins import Resonances
from wavefact.modal.elaboration import correlated, made_complex, pruned, split_group
from wavefact.modal.groups import PER_MODE, Group, GroupFit, fit_group, joined_group, reach_of, stayed
from wavefact.modal.information import derivatives
from wavefact.modal.scoring import turning
from wavefact.modal.spectrum import Spectrum, cut
from wavefact.modal.starts import begin
from wavefact.modal.whittle import evaluate

__all__ = ["Cluster", "Start", "assessed", "fit_modes"]

_FEWEST = 6  # bins that tell of a mode
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
    covariance : (2 n_modes, 2 n_modes) array
        Of ln f, then ln ζ.
    turns : tuple of (n_channels, n_directions) arrays, one a mode
        Errors of the shapes: turns times independent standard normal numbers.
    """

    modes: Resonances
    covariance: np.ndarray
    turns: tuple[np.ndarray, ...]


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
    groups: list[Group] = []
    for start in sorted(starts, key=lambda start: -start.energy):
        groups = _entered(spectrum, start, groups, slope)
    fits: list[GroupFit] = []
    for sweep in range(_SWEEPS):
        for g, group in enumerate(groups):
            others = [other.modes for other in groups[:g] + groups[g + 1 :]]
            fitted = fit_group(spectrum, group, others, slope)
            if sweep == 0:
                fitted = split_group(spectrum, made_complex(fitted), others, slope)
            if sweep == _SWEEPS - 1:
                fitted = made_complex(pruned(correlated(fitted)))
                fits.append(fitted)
            groups[g] = fitted.group
    return [_with_errors(fitted) for fitted in fits]


def _entered(spectrum: Spectrum, start: Start, groups: list[Group], slope: float) -> list[Group]:
    """Return the groups with a mode more, or the same where they explain it."""
    resolution, half_width = spectrum.resolution, start.frequency * start.damping_ratio
    near = [group for group in groups if group.overlaps(start.frequency, half_width, resolution)]
    far = [group for group in groups if group not in near]
    reach = float(reach_of(np.array(half_width), resolution))
    ends = start.frequency - reach, start.frequency + reach
    band, inward = cut(spectrum, start.span, [group.modes for group in groups], ends, slope)
    if band.frequencies.size < _FEWEST:
        return groups
    place = max(2 * half_width, resolution)
    inner = start.frequency - place, start.frequency + place
    noise = float(np.median(np.abs(band.values) ** 2))  # rather too much than too little to begin with
    found, _ = begin(inward @ start.shape[:, None], noise, band, inner)
    entering = Group(found.turned(inward.conj().T), (start.span,))
    trial = fit_group(spectrum, joined_group([*near, entering]), [group.modes for group in far], slope)
    sought = replace(  # a grid of the likelihood may begin far wider, in what no mode explains
        entering.modes,
        frequencies=np.array([start.frequency]),
        damping_ratios=np.array([start.damping_ratio]),
    )
    known = [group.modes for group in near]
    if not all(stayed(trial.group.modes, [*known, new], resolution) for new in (entering.modes, sought)):
        return groups
    before = trial.again(joined_group(near) if near else entering.without(0))
    gain = before.at.cost - trial.at.cost
    real = gain > trial.needed(PER_MODE + start.span.shape[1] - 1)
    return [*far, trial.group] if real else groups


def _with_errors(fitted: GroupFit) -> Cluster:
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
    return Cluster(modes, covariance[: 2 * n_modes, : 2 * n_modes], tuple(turns))


def assessed(
    spectrum: Spectrum,
    modes: Resonances,
    spans: Sequence[np.ndarray],
    others: Sequence[Resonances],
    slope: float,
) -> Cluster:
    """Return overlapping modes with the errors of what they are, beside others, without fitting them."""
    group = Group(modes, tuple(spans))
    own = np.concatenate(group.spans, axis=1)
    band, inward = cut(spectrum, own, others, group.reach(spectrum.resolution), slope)
    return _with_errors(GroupFit(group, evaluate(modes.turned(inward), band), band, inward))
