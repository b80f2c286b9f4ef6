"""Modes from factors: shapes and time courses that a factorization without frequencies gives."""

from __future__ import annotations

import numpy as np

from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import normalized_shapes
from wavefact.recording import Recording, rate_of

__all__ = ["modes_of_components", "modes_of_shapes", "peak_places"]


def modes_of_components(shapes: np.ndarray, courses: np.ndarray, recording: Recording) -> ModalModel:
    """Take every component for a mode at the peak of its course's spectrum; damping stays unknown.

    Parameters
    ----------
    shapes : (n_sensors, n_components) array
    courses : (n_samples, n_components) array, in units of the recording where shapes have none
        Columns of zeros are left out.
    recording : Recording
        For rate, positions and names.

    Returns
    -------
    ModalModel
        By rising frequency.
    """
    energies = np.sum(shapes**2, axis=0) * np.sum(courses**2, axis=0)
    alive = energies > 0
    frequencies = peak_frequencies(courses[:, alive], rate_of(recording))
    return modes_of_shapes(frequencies, shapes[:, alive], recording)


def modes_of_shapes(frequencies: np.ndarray, shapes: np.ndarray, recording: Recording) -> ModalModel:
    """Return modes of unknown damping by rising frequency.

    Parameters
    ----------
    frequencies : (n_modes,) array [Hz]
    shapes : (n_sensors, n_modes) array, real or complex
    recording : Recording
        For positions and names.
    """
    order = np.argsort(frequencies, kind="stable")
    return ModalModel(
        frequencies=frequencies[order],
        damping_ratios=np.full(order.size, np.nan),
        mode_shapes=normalized_shapes(shapes[:, order]),
        positions=recording.positions,
        quantity=recording.quantity,
        unit=recording.unit,
        names=recording.names,
    )


def peak_frequencies(courses: np.ndarray, sampling_rate: float) -> np.ndarray:
    """Return where the spectrum of each course (a column) is largest [Hz], between bins by a parabola."""
    n = len(courses)
    window = np.hanning(n + 2)[1:-1, None] if n > 2 else np.ones((n, 1))
    spectrum = np.abs(np.fft.rfft(window * courses, axis=0))
    places = peak_places(spectrum, np.argmax(spectrum, axis=0))
    return np.asarray(places * sampling_rate / n)


def peak_places(spectra: np.ndarray, bins: np.ndarray) -> np.ndarray:
    """Return where between bins each spectrum (a column) peaks: the vertex of a parabola through three."""
    inner = np.clip(bins, 1, max(len(spectra) - 2, 1))
    if len(spectra) < 3:
        return bins.astype(float)
    columns = np.arange(len(bins))
    before, here, after = (spectra[inner + step, columns] for step in (-1, 0, 1))
    curvature = before - 2 * here + after
    usable = (inner == bins) & (curvature < 0)
    return bins + np.divide(0.5 * (before - after), curvature, out=np.zeros(len(bins)), where=usable)
