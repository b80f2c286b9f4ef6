"""From candidates for modes to resonances: one after the other, then all beside all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from wavefact.modal.bins import Resonances
from wavefact.modal.groups import reach_of
from wavefact.modal.scoring import maximize
from wavefact.modal.similarity import mac
from wavefact.modal.spectrum import Spectrum, cut, energies, orthonormal
from wavefact.modal.splitting import CORE, PARAMETERS, SATELLITE, join, split, turn
from wavefact.modal.starts import begin
from wavefact.modal.tones import Candidate

__all__ = ["Mode", "find_modes", "overlapping"]

_BINS = 8.0  # of a band, at least, on either side of a candidate
_SAME_SHAPE, _SIMILAR_SHAPE = 0.95, 0.8  # MAC
_LEAK = 1e-3  # of the energy of a mode: less of any shape within its resonance is an error of its shape
_NOTHING = 6.0  # logarithm of a likelihood ratio: six parameters gain 3 by chance, in one place of many
_SWEEPS, _MAX_TURNS = 3, 5


@dataclass(frozen=True)
class Mode:
    """One resonance in all channels of a spectrum.

    Attributes
    ----------
    resonance : Resonances
        Of one mode, with the noise around it.
    others : (n_channels, n_directions) array
        What else the shapes of its components are made of.
    """

    resonance: Resonances
    others: np.ndarray

    @property
    def frequency(self) -> float:
        """[Hz]."""
        return float(self.resonance.frequencies[0])

    @property
    def half_width(self) -> float:
        """Half of the half-power bandwidth [Hz]."""
        return float(self.resonance.half_widths[0])


def find_modes(spectrum: Spectrum, candidates: Sequence[Candidate], slope: float) -> list[Mode]:
    """Estimate frequency and damping of all candidates that are modes of their own.

    Parameters
    ----------
    spectrum : Spectrum
    candidates : sequence of Candidate
        Strongest first.
    slope : float
        Expected exponent of the excitation over frequency, see `Bins`.

    Notes
    -----
    Each candidate is fitted beside the modes before it.  It is none of its own if those explain it: if it has
    the shape of one and a frequency within its resonance, or adds nothing to the likelihood.  Then all are
    fitted again beside all, those together whose resonances overlap; there shapes may turn, and a group of
    components that holds two shapes may become two modes, if the likelihood gains enough.

    References
    ----------
    G. Schwarz, "Estimating the dimension of a model", Annals of Statistics 6(2), 1978.
    """
    modes: list[Mode] = []
    for candidate in candidates:
        modes += _entered(spectrum, candidate, modes, slope)
    for sweep in range(_SWEEPS):
        before, modes = modes, _merged(_swept(spectrum, modes, slope, turning=sweep == 0), spectrum)
        if _settled(before, modes):
            break
    return modes


def _reach(mode: Mode, resolution: float) -> tuple[float, float]:
    """Return the band (low, high) [Hz] out of which nothing of a resonance matters."""
    far = float(reach_of(np.array(mode.half_width), resolution))
    return mode.frequency - far, mode.frequency + far


def _entered(spectrum: Spectrum, candidate: Candidate, modes: list[Mode], slope: float) -> list[Mode]:
    """Fit one candidate beside the modes so far; return nothing where these explain it."""
    shape = spectrum.coordinates(candidate.shape)[:, None]
    before = [mode.resonance for mode in modes]
    far = max((candidate.high - candidate.low) / 2, _BINS * spectrum.resolution)
    band, inward = cut(spectrum, shape, before, (candidate.low - far, candidate.high + far), slope)
    found, gain = begin(inward @ shape, spectrum.noise, band, (candidate.low, candidate.high))
    alike = [other for other in modes if mac(other.resonance.shapes, shape)[0, 0] >= _SIMILAR_SHAPE]
    places = 1 + (candidate.high - candidate.low) / spectrum.resolution
    needed = _schwarz(PARAMETERS, spectrum) if alike else _NOTHING + float(np.log(places))
    if alike and gain < needed / 2:
        return []
    mode = Mode(found.turned(inward.conj().T), spectrum.inside(candidate.others))
    for _ in range(2):
        width = mode.half_width
        band, inward = cut(spectrum, shape, before, _reach(mode, spectrum.resolution), slope)
        found, at = maximize(mode.resonance.turned(inward), band)
        mode = replace(mode, resonance=found.turned(inward.conj().T))
        if 2 / 3 < mode.half_width / width < 3 / 2:  # the band follows from the damping
            break
    gain = maximize(found.select([]), band)[1].cost - at.cost
    return [mode] if gain > needed and not any(_echo(mode, other, spectrum) for other in modes) else []


def _swept(spectrum: Spectrum, modes: list[Mode], slope: float, *, turning: bool) -> list[Mode]:
    """Fit all modes again, cluster by cluster, each beside the others as they are now."""
    clusters = overlapping(modes, spectrum.resolution)
    for c, own in enumerate(clusters):
        rest = [mode.resonance for o, other in enumerate(clusters) if o != c for mode in other]
        clusters[c] = _together(spectrum, own, rest, slope, turning)
    return [mode for cluster in clusters for mode in cluster]


def _together(
    spectrum: Spectrum, own: list[Mode], rest: list[Resonances], slope: float, turning: bool
) -> list[Mode]:
    edges = [_reach(mode, spectrum.resolution) for mode in own]
    near = min(low for low, _ in edges), max(high for _, high in edges)
    joined = Resonances.joined([mode.resonance for mode in own])
    span = orthonormal(np.concatenate([joined.shapes, *(mode.others for mode in own)], axis=1))
    band, inward = cut(spectrum, span, rest, near, slope)
    best, at = maximize(joined.turned(inward), band)
    kept = list(range(len(own)))
    if turning and 1 < span.shape[1] <= _MAX_TURNS:
        penalty, span = _schwarz(1, spectrum), inward @ span
        best, at = turn(best, at, band, span, penalty)
        if len(own) > 1:
            kept, best, at = join(best, at, band, span, penalty)
        else:
            best, at = split(best, at, band, span, penalty)
    found = best.turned(inward.conj().T)
    others = [own[m].others for m in kept]
    if len(others) < found.frequencies.size:
        others = [others[0][:, :0]] * found.frequencies.size
    return [Mode(found.select([m]), directions) for m, directions in enumerate(others)]


def _merged(modes: list[Mode], spectrum: Spectrum) -> list[Mode]:
    """Leave out modes that are echoes of stronger ones."""
    strength = [float(energies(mode.resonance, spectrum.whole)[0]) for mode in modes]
    kept: list[Mode] = []
    for m in np.argsort(strength)[::-1]:
        if not any(_echo(modes[m], other, spectrum) for other in kept):
            kept.append(modes[m])
    return kept


def _echo(mode: Mode, earlier: Mode, spectrum: Spectrum) -> bool:
    """Say whether a mode is but an echo of an earlier one: within its resonance, and of its shape or faint.

    Faint as what an error in the earlier one's shape leaves: the less like it the fainter.
    """
    gap, resolution = abs(mode.frequency - earlier.frequency), spectrum.resolution
    if gap > CORE * (mode.half_width + earlier.half_width + resolution):
        return False
    likeness = mac(mode.resonance.shapes, earlier.resonance.shapes)[0, 0]
    inside = gap < mode.half_width + earlier.half_width + resolution
    energy, other = (float(energies(part.resonance, spectrum.whole)[0]) for part in (mode, earlier))
    faint = SATELLITE if likeness >= _SIMILAR_SHAPE else _LEAK
    return bool((inside and likeness >= _SAME_SHAPE) or energy < faint * other)


def _schwarz(n_parameters: int, spectrum: Spectrum) -> float:
    """Return what the logarithm of the likelihood must gain for more parameters."""
    return float(n_parameters * np.log(2 * spectrum.frequencies.size) / 2)


def overlapping(modes: list[Mode], resolution: float) -> list[list[Mode]]:
    """Gather modes whose resonances overlap."""
    clusters: list[list[Mode]] = []
    for mode in _sorted(modes):
        last = clusters[-1][-1] if clusters else None
        if last is not None and mode.frequency - last.frequency < CORE * (
            mode.half_width + last.half_width + resolution
        ):
            clusters[-1].append(mode)
        else:
            clusters.append([mode])
    return clusters


def _settled(before: list[Mode], after: list[Mode]) -> bool:
    return len(before) == len(after) and all(
        abs(a.frequency - b.frequency) < 0.01 * a.half_width and abs(a.half_width / b.half_width - 1) < 0.01
        for a, b in zip(_sorted(before), _sorted(after), strict=True)
    )


def _sorted(modes: list[Mode]) -> list[Mode]:
    return sorted(modes, key=lambda mode: mode.frequency)
