"""Where resonances overlap: shapes that turn, two modes that are one, and one that is two."""

from __future__ import annotations

import numpy as np

from wavefact.modal.bins import Bins, Resonances
from wavefact.modal.scoring import maximize
from wavefact.modal.spectrum import beside, energies, orthonormal
from wavefact.modal.starts import begin
from wavefact.modal.whittle import Evaluation

__all__ = ["CORE", "PARAMETERS", "SATELLITE", "join", "split", "turn"]

PARAMETERS = 6  # of a mode: frequency, damping, excitation, slope, amplitude
SATELLITE = 0.01  # of the energy of a mode: less within its resonance is an error of its fit
_CLEAR = 4.0  # standard deviations of power beside a shape, from which a second one is tried
CORE = 3.0  # half widths, and bins, within which resonances are fitted together and a second one is sought


def turn(
    modes: Resonances, at: Evaluation, band: Bins, span: np.ndarray, penalty: float
) -> tuple[Resonances, Evaluation]:
    """Let shapes turn within a span if the likelihood gains more than `penalty` for each parameter."""
    needed = penalty * modes.frequencies.size * (span.shape[1] - 1)
    turned, seen = maximize(modes, band, [span] * modes.frequencies.size)
    return (turned, seen) if at.cost - seen.cost > needed else (modes, at)


def join(
    modes: Resonances, at: Evaluation, band: Bins, span: np.ndarray, penalty: float
) -> tuple[list[int], Resonances, Evaluation]:
    """Leave out modes, the faintest first, that the others explain if their shapes turn; say which stay.

    An error in the shape of a mode leaves an echo of it in another shape, at the same frequency and damping.
    """
    needed = penalty * (PARAMETERS + span.shape[1] - 1) / 2  # components are there for a reason
    kept = list(range(modes.frequencies.size))
    for mode in np.argsort(energies(modes, band)).tolist():
        rest = [other for other in kept if other != mode]
        if not rest:
            break
        fewer, seen = maximize(modes.select([kept.index(other) for other in rest]), band, [span] * len(rest))
        if seen.cost - at.cost < needed:
            kept, modes, at = rest, fewer, seen
    return kept, modes, at


def split(
    mode: Resonances, at: Evaluation, band: Bins, span: np.ndarray, penalty: float
) -> tuple[Resonances, Evaluation]:
    """Try a second mode beside one, with a shape from what the span has besides the first's."""
    needed = penalty * (PARAMETERS + span.shape[1] - 1)
    across = orthonormal(span - mode.shapes @ (mode.shapes.conj().T @ span))
    weights = np.abs(at.gains[0]) ** 2 / np.max(np.abs(at.gains) ** 2)
    left = across.conj().T @ at.rest.T * np.sqrt(weights)
    powers = left @ left.conj().T
    values, vectors = np.linalg.eigh(powers if np.iscomplexobj(span) else powers.real)
    if values.size == 0 or mode.noise * values[-1] < np.sum(weights) + _CLEAR * np.sqrt(np.sum(weights**2)):
        return mode, at
    far = CORE * (mode.half_widths[0] + band.frequencies[1] - band.frequencies[0])
    ends = mode.frequencies[0] - far, mode.frequencies[0] + far
    second, _ = begin(across @ vectors[:, -1:], mode.noise, beside(band, mode), ends)
    both, seen = maximize(Resonances.joined([mode, second]), band, [span] * 2)
    weaker, stronger = np.sort(energies(both, band))
    real = at.cost - seen.cost > needed and weaker > SATELLITE * stronger
    return (both, seen) if real else (mode, at)
