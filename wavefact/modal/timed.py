"""Modes of a fit whose time is penalised too."""

from __future__ import annotations

import numpy as np

from wavefact.modal.bins import Resonances, transfer
from wavefact.modal.channels import TimedComponents, check_sizes, checked_rate
from wavefact.modal.model import ModalModel
from wavefact.modal.resonances import Mode, find_modes, reach
from wavefact.modal.similarity import normalized_shapes
from wavefact.modal.spectrum import Spectrum, cut, energies, expected_slope, spectrum_of
from wavefact.modal.tones import candidates_of
from wavefact.operators.base import WaveOperator

__all__ = ["modes_of_tones"]

_CYCLES = 2.0  # fewer within the recording are drift; at the Nyquist frequency, what lies beyond it


def modes_of_tones(fit: TimedComponents, operator: WaveOperator) -> ModalModel:
    """Estimate the modes of a fit whose components have frequencies, without wavenumbers.

    Raises
    ------
    InputError
        If the sampling rate is missing, signals are too short or not finite, or the operator is of another
        size.
    """
    checked_rate(fit.sampling_rate)
    n_points = int(fit.spatial_factors.shape[0])
    check_sizes(operator, n_points, int(fit.time_courses.shape[0]))
    candidates = candidates_of(fit)
    shapes = [np.zeros((n_points, 0))]
    shapes += [np.column_stack([c.shape, c.others]) for c in candidates]
    found: list[Mode] = []
    if candidates:
        spectrum = spectrum_of(fit, np.concatenate(shapes, axis=1))
        found = find_modes(spectrum, candidates, expected_slope(fit.quantity))
        low, high = _CYCLES * spectrum.resolution, spectrum.sampling_rate / 2
        found = [mode for mode in found if low <= mode.frequency < high]
    if not found:
        return ModalModel(np.zeros(0), np.zeros(0), np.zeros((n_points, 0)), positions=operator.positions)
    found = sorted(found, key=lambda mode: mode.frequency)
    modes = Resonances.joined([mode.resonance for mode in found])
    columns = np.stack([spectrum.shape(shape) for shape in modes.shapes.T], axis=1)
    return ModalModel(
        frequencies=modes.frequencies,
        damping_ratios=modes.damping_ratios,
        mode_shapes=normalized_shapes(columns),
        fit_quality=_quality(spectrum, found),
        contributions=_contributions(spectrum, found),
        positions=operator.positions,
        quantity=fit.quantity,
        unit=fit.unit,
    )


def _quality(spectrum: Spectrum, modes: list[Mode]) -> np.ndarray:
    """Return each mode's share of what happens at its resonance, others taken off, (n_modes,)."""
    shares = []
    for mode in modes:
        rest = [other.resonance for other in modes if other is not mode]
        band, inward = cut(spectrum, mode.resonance.shapes, rest, reach(mode, spectrum.resolution))
        own = mode.resonance.turned(inward)
        weights = np.abs(transfer(own, band)[0][0]) ** 2
        explained = float(energies(own, band, weights)[0])
        known = np.trace(band.known, axis1=1, axis2=2).real
        happening = float((np.sum(np.abs(band.values) ** 2, axis=0) - known) @ weights)
        shares.append(explained / max(happening, explained))
    return np.array(shares)


def _contributions(spectrum: Spectrum, modes: list[Mode]) -> np.ndarray:
    """Return each mode's share of the recording's energy within the shapes' span, noise taken off."""
    resonances = Resonances.joined([mode.resonance for mode in modes])
    shares = energies(resonances, spectrum.whole)
    noise = float(np.median([mode.resonance.noise for mode in modes])) * spectrum.values.size
    return np.asarray(shares / max(float(np.sum(np.abs(spectrum.values) ** 2)) - noise, float(shares.sum())))
