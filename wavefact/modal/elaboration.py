"""What else a group of modes may be: one mode more or fewer, correlated excitations, complex shapes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wavefact.modal.bins import Resonances
from wavefact.modal.groups import PER_MODE, WIDER, Group, GroupFit, fit_group, joined_group, stayed
from wavefact.modal.similarity import mac
from wavefact.modal.spectrum import Spectrum, beside, energies, orthonormal
from wavefact.modal.splitting import CORE, SATELLITE
from wavefact.modal.starts import begin

__all__ = ["correlated", "made_complex", "pruned", "split_group"]

_SAME_SHAPE = 0.8  # MAC from which what is left within a resonance is a misfit of it and no other mode


def split_group(spectrum: Spectrum, fitted: GroupFit, others: list[Resonances], slope: float) -> GroupFit:
    """Try a mode more, of the shape in which most is left within the resonances: subspace models miss some.

    Power b along ψ with weights w lowers the cost by b ψᴴ (Σ w (r rᴴ − C⁻¹)) ψ, r the residual over C.
    """
    group, at = fitted.group, fitted.at
    density = np.abs(at.gains) ** 2
    weights = np.max(density / np.max(density, axis=1, keepdims=True), axis=0)
    span = orthonormal(fitted.inward @ np.concatenate(group.spans, axis=1))
    excess = (at.rest * weights[:, None]).T @ at.rest.conj() - np.einsum("k,kij->ij", weights, at.precision)
    inside = span.conj().T @ excess @ span
    _, vectors = np.linalg.eigh(inside if np.iscomplexobj(group.modes.shapes) else inside.real)
    known = beside(fitted.band, group.modes.turned(fitted.inward))
    far = CORE * (np.max(group.modes.half_widths) + spectrum.resolution)
    ends = float(np.min(group.modes.frequencies) - far), float(np.max(group.modes.frequencies) + far)
    found, gain = begin(span @ vectors[:, -1:], group.modes.noise, known, ends)
    needed = fitted.needed(PER_MODE + span.shape[1] - 1)
    widest = WIDER * max(float(np.max(group.modes.half_widths)), spectrum.resolution)
    if gain < needed / 2 or found.half_widths[0] > widest:
        return fitted
    entering = Group(found.turned(fitted.inward.conj().T), (fitted.inward.conj().T @ span,))
    trial = fit_group(spectrum, joined_group([group, entering]), others, slope)
    calm = stayed(trial.group.modes, [group.modes, entering.modes], spectrum.resolution)
    weakest, *_, strongest = np.sort(energies(trial.group.modes.turned(trial.inward), trial.band))
    alike = mac(trial.group.modes.shapes[:, :-1], trial.group.modes.shapes[:, -1])
    real = calm and weakest > SATELLITE * strongest and np.max(alike) < _SAME_SHAPE
    return trial if real and trial.again(group).at.cost - trial.at.cost > needed else fitted


def pruned(fitted: GroupFit) -> GroupFit:
    """Leave out modes, the weakest first, that the others of a cluster explain once all are there."""
    while len(fitted.group.spans) > 1:
        weakest = int(np.argmin(energies(fitted.group.modes.turned(fitted.inward), fitted.band)))
        fewer = fitted.again(fitted.group.without(weakest))
        n_parameters = PER_MODE + fitted.group.spans[weakest].shape[1] - 1
        if fewer.at.cost - fitted.at.cost > fitted.needed(n_parameters):
            break
        fitted = fewer
    return fitted


def correlated(fitted: GroupFit) -> GroupFit:
    """Let excitations of overlapping modes be correlated where the likelihood gains enough."""
    n_modes = len(fitted.group.spans)
    if n_modes == 1:
        return fitted
    modes = replace(fitted.group.modes, correlation=np.eye(n_modes, dtype=complex))
    return _better(fitted, fitted.again(replace(fitted.group, modes=modes)), n_modes * (n_modes - 1))


def made_complex(fitted: GroupFit) -> GroupFit:
    """Let shapes be complex where the likelihood gains enough."""
    shapes = fitted.group.modes.shapes
    if np.iscomplexobj(shapes):
        return fitted
    modes = replace(fitted.group.modes, shapes=shapes.astype(complex))
    n_parameters = sum(span.shape[1] - 1 for span in fitted.group.spans)
    return _better(fitted, fitted.again(replace(fitted.group, modes=modes)), n_parameters)


def _better(fitted: GroupFit, richer: GroupFit, n_parameters: int) -> GroupFit:
    return richer if fitted.at.cost - richer.at.cost > fitted.needed(n_parameters) else fitted
