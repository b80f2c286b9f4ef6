"""Modes of a fit whose time is penalised too."""

from __future__ import annotations

import numpy as np

from wavefact.modal.bins import Resonances
from wavefact.modal.channels import About, TimedComponents, check_sizes, checked_rate
from wavefact.modal.estimates import model_of, no_modes
from wavefact.modal.fitting import assessed
from wavefact.modal.model import ModalModel
from wavefact.modal.resonances import Mode, find_modes, overlapping
from wavefact.modal.spectrum import expected_slope, orthonormal, spectrum_of
from wavefact.modal.tones import candidates_of
from wavefact.operators._lengths import unit_along_fit
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
    candidates, slope = candidates_of(fit), expected_slope(fit.quantity)
    shapes = [np.zeros((n_points, 0))]
    shapes += [np.column_stack([c.shape, c.others]) for c in candidates]
    found: list[Mode] = []
    if candidates:
        spectrum = spectrum_of(fit, np.concatenate(shapes, axis=1))
        found = find_modes(spectrum, candidates, slope)
        low, high = _CYCLES * spectrum.resolution, spectrum.sampling_rate / 2
        found = [mode for mode in found if low <= mode.frequency < high]
    about = About(
        positions=operator.positions,
        quantity=fit.quantity,
        unit=fit.unit,
        names=None,
        length_unit=unit_along_fit(fit, operator),
    )
    if not found:
        return no_modes(n_points, about)
    clusters = overlapping(found, spectrum.resolution)
    assessments = []
    for cluster in clusters:
        rest = [mode.resonance for other in clusters if other is not cluster for mode in other]
        modes = Resonances.joined([mode.resonance for mode in cluster])
        spans = [orthonormal(np.column_stack([mode.resonance.shapes, mode.others])) for mode in cluster]
        assessments.append(assessed(spectrum, modes, spans, rest, slope))
    return model_of(assessments, spectrum, about)
