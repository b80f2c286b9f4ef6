"""Frequency domain decomposition: the quick look at the modes of a structure at work."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.bands import checked_range
from wavefact.modal.channels import checked_rate
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import normalized_shapes
from wavefact.recording import Recording, check_signals
from wavefact.spectral._bell import Bell, Oscillator, bell_at, fit_oscillator
from wavefact.spectral._decomposition import Decomposition, decompose
from wavefact.spectral._segments import SHORTEST, real_signals, segment_length

__all__ = ["fdd"]

_logger = logging.getLogger("wavefact")

FEWEST_SEGMENTS = 4  # of fewer, singular vectors say nothing
USUAL_SEGMENTS = 19  # half overlapped: each a tenth of the recording
MOST_LINES = 4096  # within the range, by default
CLEAR = 2.0  # times the prominence: on the flank of a mode of like shape, or between two modes


def fdd(
    recording: Recording,
    frequency_range: tuple[float, float] | None = None,
    *,
    frequencies: Sequence[float] | np.ndarray | None = None,
    resolution: float | None = None,
    enhanced: bool = True,
    prominence: float = 6.0,
    min_mac: float = 0.9,
) -> ModalModel:
    """Find modes at the peaks of the first singular value of the cross-spectral matrix.

    A quick look at the response to ambient loads, for few or many sensors; `identify` is more thorough.

    Parameters
    ----------
    recording : Recording
        Real signals with a sampling rate; the load is taken as white around each mode.
    frequency_range : (low, high) [Hz], optional
        Where to look; by default everywhere.
    frequencies : (n_modes,) array [Hz], optional
        Take the peaks nearest to these, instead of those that stand out.
    resolution : float, optional
        Distance of the spectral lines, one over the length of a segment [Hz].  By default a tenth of the
        recording makes a segment, or less where more than 4096 lines would be in the range.  Modes closer
        than about three lines, or two bandwidths 2ζf, are one peak.
    enhanced : bool
        Fit an oscillator to the bell around each peak; otherwise frequencies are those of lines, and damping
        ratios NaN.
    prominence : float
        By how much a peak rises over the saddles beside it [dB].
    min_mac : float
        Likeness of a line's singular vector with that of the peak, above which it is of the mode's bell [-].

    Returns
    -------
    ModalModel
        By rising frequency; without modes if there are none.  `fit_quality` is the share of the power at the
        peak that is in the first singular vector.

    Raises
    ------
    InputError
        If the sampling rate is missing, the range is empty or beyond the Nyquist frequency, signals are
        complex, not finite or constant, or the recording is too short for the resolution.

    Notes
    -----
    The cross-spectral matrix is a mean over half overlapped Hann segments.  Where one mode rules, its first
    singular vector is the mode's shape (Brincker, Zhang & Andersen).  The lines around a peak with a singular
    vector, first or later, like its own make the mode's bell (Brincker, Ventura & Andersen); the shape
    is averaged over the strongest of them.  Frequency and damping come from the spectrum of an oscillator,
    fitted to the bell as it is seen through the window (Jacobsen, Andersen & Brincker), not from the
    decrement of its inverse transform: so neither the window nor the cut of the bell adds damping.

    Of 2000 s with modes at 1.5 to 6 Hz, damping ratios of 0.5 to 2 % come 2 to 4 % too low in the mean, and
    scatter as the standard errors say, by 5 to 15 %.  Where 2ζf is below about a fifth of the resolution
    the errors are as large as the damping.  Singular vectors are orthogonal: of two modes that overlap and
    have like shapes the weaker one is bent.

    References
    ----------
    R. Brincker, L. Zhang and P. Andersen, "Modal identification of output-only systems using frequency domain
    decomposition", Smart Mater. Struct. 10, 2001.
    R. Brincker, C. E. Ventura and P. Andersen, "Damping estimation by frequency domain decomposition", Proc.
    19th International Modal Analysis Conference, 2001.
    N.-J. Jacobsen, P. Andersen and R. Brincker, "Applications of frequency domain curve-fitting in the EFDD
    technique", Proc. 26th International Modal Analysis Conference, 2008.

    Examples
    --------
    >>> from wavefact.simulate import Structure, simulate
    >>> cable = Structure.of(wf.String(n_points=8, spacing=1.0, ends="fixed"), 3, wave_speed=18.0)
    >>> recording = simulate(cable, "random", sampling_rate=20.0, duration=600.0).recording
    >>> cable.frequencies.round(1), wf.fdd(recording).frequencies.round(1)
    (array([1. , 2. , 2.9]), array([1. , 2. , 2.9]))
    """
    rate = checked_rate(recording.sampling_rate)
    band = checked_range(frequency_range, rate)
    _check_limits(prominence, min_mac)
    check_signals(recording)
    length = _length(recording.n_samples, rate, band, resolution)
    signals = real_signals(recording)
    signals = signals / np.max(np.abs(signals))  # so that no square overflows
    lines = decompose(signals, rate, length, band)
    if frequencies is None:
        found = _prominent(lines, prominence, min_mac)
    else:
        peaks = sorted({_nearest_peak(lines, asked) for asked in _asked(frequencies, band)})
        found = [(peak, bell_at(lines, peak, min_mac)) for peak in peaks]
    model = _model(recording, lines, found, enhanced)
    model = model.select((model.frequencies >= band[0]) & (model.frequencies <= band[1]))
    _logger.info(
        "frequency domain decomposition found %d modes in %d lines", model.n_modes, lines.frequencies.size
    )
    return model


def _check_limits(prominence: float, min_mac: float) -> None:
    if not 0 < prominence < np.inf:
        raise InputError(f"prominence is {prominence!r}; give decibels > 0, such as 6.0.")
    if not 0.5 <= min_mac < 1:
        raise InputError(f"min_mac is {min_mac!r}; give a MAC from 0.5 to below 1, such as 0.9.")


def _length(n_samples: int, rate: float, band: tuple[float, float], resolution: float | None) -> int:
    """Return the samples of a segment."""
    if resolution is None:
        most = int(rate * MOST_LINES / (band[1] - band[0]))
        usual = min(2 * n_samples // (USUAL_SEGMENTS + 1), most)
        longest = 2 * n_samples // (FEWEST_SEGMENTS + 1)
        resolution = rate / min(max(usual, SHORTEST), max(longest, 1))
    return segment_length(n_samples, rate, resolution, FEWEST_SEGMENTS)


def _asked(frequencies: Sequence[float] | np.ndarray, band: tuple[float, float]) -> np.ndarray:
    given = np.atleast_1d(np.asarray(frequencies, dtype=float))
    if given.ndim != 1 or not np.all((given >= band[0]) & (given <= band[1])):
        raise InputError(
            f"frequencies are {frequencies!r}; give numbers from {band[0]:g} to {band[1]:g} Hz, the range."
        )
    return given


def _prominent(lines: Decomposition, prominence: float, min_mac: float) -> list[tuple[int, Bell]]:
    """Return the peaks that stand out and have a shape of their own, with their bells, the highest first."""
    from scipy.signal import find_peaks

    levels = lines.values[:, 0]
    levels = 10 * np.log10(np.maximum(levels, np.finfo(float).tiny))
    peaks, about = find_peaks(levels, prominence=prominence)
    rises = dict(zip(peaks.tolist(), about["prominences"].tolist(), strict=True))
    found: list[tuple[int, Bell]] = []
    for peak in sorted(rises, key=lambda line: -levels[line]):
        inside = any(bell.start <= peak < bell.stop for _, bell in found)
        bell = bell_at(lines, peak, min_mac)
        of_one_shape = bell.start < peak < bell.stop - 1
        if (of_one_shape and not inside) or rises[peak] >= CLEAR * prominence:
            found.append((peak, bell))
    return found


def _nearest_peak(lines: Decomposition, frequency: float) -> int:
    """Climb from a frequency to the line that none within two is higher than."""
    levels = lines.values[:, 0]
    here = int(np.argmin(np.abs(lines.frequencies - frequency)))
    while True:
        start = max(here - 2, 0)
        higher = start + int(np.argmax(levels[start : here + 3]))
        if levels[higher] <= levels[here]:
            return here
        here = higher


def _model(
    recording: Recording, lines: Decomposition, found: list[tuple[int, Bell]], enhanced: bool
) -> ModalModel:
    if enhanced:
        modes = [(fit_oscillator(lines, peak, bell), bell.shape, peak) for peak, bell in found]
    else:
        plain = [Oscillator(float(lines.frequencies[peak])) for peak, _ in found]
        modes = [
            (mode, lines.vectors[peak, :, 0], peak) for mode, (peak, _) in zip(plain, found, strict=True)
        ]
    modes = sorted(modes, key=lambda mode: mode[0].frequency)
    oscillators = [mode[0] for mode in modes]
    shapes = [np.zeros((lines.vectors.shape[1], 0)), *(mode[1][:, None] for mode in modes)]
    table = np.array([dataclasses.astuple(o) for o in oscillators]).reshape(-1, 4).T
    return ModalModel(
        frequencies=table[0],
        damping_ratios=table[1],
        mode_shapes=normalized_shapes(np.concatenate(shapes, axis=1)),
        fit_quality=lines.shares[[mode[2] for mode in modes]],
        positions=recording.positions,
        quantity=recording.quantity,
        unit=recording.unit,
        frequency_errors=table[2],
        damping_errors=table[3],
        names=recording.names,
    )
