"""Modes of a fit whose time is penalised too."""

from __future__ import annotations

import numpy as np

from wavefact.modal.bins import Resonances
from wavefact.modal.channels import About, TimedComponents, check_sizes, checked_rate
from wavefact.modal.drift import without_drift
from wavefact.modal.estimates import model_of, no_modes
from wavefact.modal.fitting import assessed
from wavefact.modal.model import ModalModel
from wavefact.modal.onset import onset_of, since_impact
from wavefact.modal.resonances import find_modes, overlapping
from wavefact.modal.spectrum import Spectrum, courses_within, expected_slope, orthonormal, spectrum_of
from wavefact.modal.tones import Candidate, candidates_of
from wavefact.operators._lengths import unit_along_fit
from wavefact.operators.base import WaveOperator

__all__ = ["modes_of_tones"]

_DAMPING = 0.01  # of structures, about: what drifts is told from decays of a few periods
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
    length_unit = unit_along_fit(fit, operator)
    about = About(
        positions=operator.positions,
        quantity=fit.quantity,
        unit=fit.unit,
        names=None,
        length_unit=length_unit,
    )
    if not candidates:
        return no_modes(n_points, about)
    shapes = np.concatenate([np.column_stack([c.shape, c.others]) for c in candidates], axis=1)
    signals, basis = courses_within(fit, shapes)
    rate = checked_rate(fit.sampling_rate)
    frequencies = np.array([max((c.low + c.high) / 2, rate / signals.shape[1]) for c in candidates])
    poles = 2 * np.pi * frequencies * (-_DAMPING + 1j)

    def since(sample: int) -> ModalModel:
        steady = without_drift(signals[:, sample:], poles / rate)
        return _assessed(spectrum_of(steady, rate, basis), candidates, expected_slope(fit.quantity), about)

    return since_impact(onset_of(signals, frequencies / rate), frequencies, rate, since)


def _assessed(spectrum: Spectrum, candidates: list[Candidate], slope: float, about: About) -> ModalModel:
    low, high = _CYCLES * spectrum.resolution, spectrum.sampling_rate / 2
    found = [mode for mode in find_modes(spectrum, candidates, slope) if low <= mode.frequency < high]
    clusters = overlapping(found, spectrum.resolution)
    assessments = []
    for cluster in clusters:
        rest = [mode.resonance for other in clusters if other is not cluster for mode in other]
        modes = Resonances.joined([mode.resonance for mode in cluster])
        spans = [orthonormal(np.column_stack([mode.resonance.shapes, mode.others])) for mode in cluster]
        assessments.append(assessed(spectrum, modes, spans, rest, slope))
    return model_of(assessments, spectrum, about)
