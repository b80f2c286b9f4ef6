"""Modes that overlap, fitted together in one band of a spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wavefact.modal.bins import Bins, Resonances
from wavefact.modal.scoring import maximize
from wavefact.modal.spectrum import Spectrum, cut
from wavefact.modal.splitting import CORE
from wavefact.modal.whittle import Evaluation

__all__ = ["Group", "GroupFit", "fit_group", "joined_group", "reach_of", "stayed"]

_HALF_WIDTHS, _BINS, _MAX_BINS = 10.0, 8.0, 4000  # of a band on either side of a resonance; of both sides
_FARTHER = 10.0  # half widths that a mode may go when another enters
WIDER = 4.0  # than it was, that a mode may become
PER_MODE = 5  # real parameters of a mode besides its shape: ln f, ln ζ, ln F and a complex amplitude


def reach_of(half_widths: np.ndarray, resolution: float) -> np.ndarray:
    """Return how far from resonances of these half widths something of them matters [Hz]."""
    far = np.maximum(_HALF_WIDTHS * half_widths, _BINS * resolution)
    return np.asarray(np.minimum(far, np.maximum(4 * half_widths, _MAX_BINS / 2 * resolution)))


@dataclass(frozen=True, eq=False)
class Group:
    """Modes that overlap, and the span in which the shape of each is sought."""

    modes: Resonances
    spans: tuple[np.ndarray, ...]

    def overlaps(self, frequency: float, half_width: float, resolution: float) -> bool:
        """Say whether a mode of that frequency and half width [Hz] is to be fitted together with these."""
        gaps = np.abs(self.modes.frequencies - frequency)
        return bool(np.any(gaps < CORE * (self.modes.half_widths + half_width + resolution)))

    def reach(self, resolution: float) -> tuple[float, float]:
        """Return the band (low, high) [Hz] out of which nothing of the modes matters."""
        far = reach_of(self.modes.half_widths, resolution)
        return float(np.min(self.modes.frequencies - far)), float(np.max(self.modes.frequencies + far))

    def without(self, mode: int) -> Group:
        """Return the group of the other modes."""
        kept = [other for other in range(len(self.spans)) if other != mode]
        return Group(self.modes.select(kept), tuple(self.spans[other] for other in kept))


@dataclass(frozen=True)
class GroupFit:
    """A group at its greatest likelihood in a band, whose channels `inward` leads to."""

    group: Group
    at: Evaluation
    band: Bins
    inward: np.ndarray

    def again(self, group: Group) -> GroupFit:
        """Maximize the likelihood of another group in the same band."""
        return _maximized(group, self.band, self.inward)

    def needed(self, n_parameters: int) -> float:
        """Return what the logarithm of the likelihood must gain for more parameters."""
        return float(n_parameters * np.log(2 * self.band.frequencies.size) / 2)


def fit_group(spectrum: Spectrum, group: Group, others: list[Resonances], slope: float) -> GroupFit:
    """Maximize the likelihood of a group beside others, in the band that its resonances span."""
    own = np.concatenate(group.spans, axis=1)
    for _ in range(2):
        widths = group.modes.half_widths
        band, inward = cut(spectrum, own, others, group.reach(spectrum.resolution), slope)
        fitted = _maximized(group, band, inward)
        group = fitted.group
        ratios = group.modes.half_widths / np.maximum(widths, 2 * spectrum.resolution)
        if np.all((ratios < 1.5) & (ratios > 1 / 1.5)) or np.any(ratios > WIDER):
            break  # the band follows from the damping, unless a mode has become something else
    return fitted


def _maximized(group: Group, band: Bins, inward: np.ndarray) -> GroupFit:
    best, at = maximize(group.modes.turned(inward), band, [inward @ span for span in group.spans])
    return GroupFit(Group(best.turned(inward.conj().T), group.spans), at, band, inward)


def stayed(modes: Resonances, before: Sequence[Resonances], resolution: float) -> bool:
    """Say whether modes are about what they were: others would model something else, such as noise."""
    start = Resonances.joined(before)
    widths = np.maximum(start.half_widths, 2 * resolution)  # what is narrower is not told by so few bins
    shifts = np.abs(modes.frequencies - start.frequencies)
    return bool(np.all((shifts < _FARTHER * widths) & (modes.half_widths < WIDER * widths)))


def joined_group(groups: list[Group]) -> Group:
    """Return the modes of several groups in one, their excitations independent."""
    modes = Resonances.joined([group.modes for group in groups])
    return Group(modes, tuple(span for group in groups for span in group.spans))
