"""Accelerations become velocities or displacements, and the other way."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.preparation._checks import finite_signals, positive
from wavefact.preparation._units import MOTIONS, length_unit, unit_of
from wavefact.recording import Recording, rate_of

__all__ = ["to_quantity"]

_logger = logging.getLogger("wavefact")

_CYCLES = 10.0  # of the default edge in the recording
_FEWEST_CYCLES = 2.0
_ORDER = 3  # of the Butterworth filter against drift: higher ones ring longer, lower ones are flat later


def to_quantity(recording: Recording, quantity: str, *, low: float | None = None) -> Recording:
    """Integrate or differentiate the signals in time until they are another quantity of motion.

    Parameters
    ----------
    recording : Recording
        Of displacements, velocities or accelerations, with a sampling rate.  Loaded into memory if it is not.
    quantity : {"displacement", "velocity", "acceleration"}
        What the signals become; nothing is done if they are that already.
    low : float, optional
        Edge of the high-pass filter that keeps an integral from drifting [Hz]: below the lowest frequency of
        interest, by half or more.  By default 10 / duration for an integral, as a log line says, and no
        filter for a derivative.

    Returns
    -------
    Recording
        In NumPy arrays of double precision; "m/s^2" becomes "m/s" and then "m", likewise "mm/s^2", and g is
        converted (9.80665 m/s^2).

    Raises
    ------
    InputError
        If the quantity is unknown, or strain, on either side; the unit is none of that quantity; there is no
        sampling rate; the edge makes less than 2 cycles in the recording or is not below half the
        sampling rate; for NaN, Inf and complex signals.

    Notes
    -----
    The spectrum is multiplied by (iω)^k G(f), with k = ±1 or ±2 and G = 1 / (1 + (low/f)⁶), the zero-phase
    gain of `bandpass` at order 3: exact at every frequency, where sums and differences of samples err as the
    frequency rises.  Above 3.2 times the edge, G is 1 within 0.1 %.  Before, the best line is taken off.
    Nothing is known outside the recording, so an integral is off within a few times 1/low of its ends.  For a
    derivative the signals are continued by their point reflection, and the slope of the line is given back.
    Derivatives strengthen noise at high frequencies: `bandpass` or `decimate` first.

    References
    ----------
    A. Brandt and R. Brincker, "Integrating time signals in frequency domain — comparison with time domain
    integration", Measurement 58, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> t, omega = np.arange(4000) / 100.0, 2 * np.pi * 2.0
    >>> a = wf.Recording([np.cos(omega * t)], sampling_rate=100.0, unit="mm/s^2", quantity="acceleration")
    >>> v = wf.to_quantity(a, "velocity", low=0.5)
    >>> v.unit, bool(np.abs(omega * v.signals[0] - np.sin(omega * t))[600:-600].max() < 1e-3)
    ('mm/s', True)
    """
    times = _integrations(recording.quantity, quantity)
    if times == 0:
        return recording.replace(signals=finite_signals(recording))
    length, factor = length_unit(recording.unit, recording.quantity)
    rate, duration = rate_of(recording), recording.n_samples / rate_of(recording)
    if recording.n_samples < 4:
        raise InputError(f"{recording.n_samples} samples are too few; at least 4 are needed.")
    edge = _edge(low, times, rate, duration)
    signals = _scaled_spectrum(factor * finite_signals(recording), rate, times, edge)
    return recording.replace(signals=signals, quantity=quantity, unit=unit_of(length, quantity))


def _integrations(present: str, wanted: Any) -> int:
    """Return how often to integrate; negative for derivatives."""
    if wanted not in MOTIONS:
        raise InputError(f"Signals become one of {', '.join(map(repr, MOTIONS))}, not {wanted!r}.")
    if present not in MOTIONS:
        remedy = "" if present else "; say what they are with replace(quantity=...)"
        raise InputError(f"Signals of {present or 'unknown quantity'} do not become {wanted}{remedy}.")
    return MOTIONS.index(present) - MOTIONS.index(wanted)


def _edge(low: Any, times: int, rate: float, duration: float) -> float:
    """Return the edge of the high-pass filter [Hz]; zero for none."""
    if low is None and times < 0:
        return 0.0
    if low is None:
        edge = _CYCLES / duration
        _logger.info("integrating what is above %.3g Hz, %g cycles in the recording", edge, _CYCLES)
    else:
        edge = positive(low, "The edge low", "hertz")
    if not _FEWEST_CYCLES / duration <= edge < rate / 2:
        raise InputError(
            f"The edge {edge:g} Hz is not between {_FEWEST_CYCLES / duration:.3g} Hz "
            f"({_FEWEST_CYCLES:g} cycles in {duration:g} s) and half the sampling rate of {rate:g} Hz."
        )
    return edge


def _scaled_spectrum(signals: np.ndarray, rate: float, times: int, edge: float) -> np.ndarray:
    """Multiply the spectrum of each row by (iω)^(−times) and the gain of the high-pass filter."""
    from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

    n_samples = signals.shape[1]
    time = (np.arange(n_samples) - (n_samples - 1) / 2) / rate
    reach = min(n_samples - 1, int(np.ceil(4 * rate / edge)) if times > 0 else n_samples)
    length = next_fast_len(n_samples + 2 * reach, real=True)
    frequencies = rfftfreq(length, 1 / rate)[1:]
    gain = np.zeros(frequencies.size + 1, dtype=complex)
    gain[1:] = (2j * np.pi * frequencies) ** -times / (1 + (edge / frequencies) ** (2 * _ORDER))
    results = np.empty_like(signals)
    for row, signal in enumerate(signals):
        slope = signal @ time / (time @ time)
        continued = _continued(signal - signal.mean() - slope * time, reach, known_outside=times < 0)
        result = irfft(gain * rfft(continued, length), length)[reach : reach + n_samples]
        results[row] = result + slope if edge == 0 and times == -1 else result
    return results


def _continued(signal: np.ndarray, reach: int, known_outside: bool) -> np.ndarray:
    """Continue a signal at both ends: by its point reflection, faded out, or by zeros."""
    if not known_outside:
        return np.pad(signal, reach)
    continued = np.pad(signal, reach, mode="reflect", reflect_type="odd")
    fade = np.sin(np.pi / 2 * (np.arange(reach) + 0.5) / reach) ** 2
    continued[:reach] *= fade
    continued[-reach:] *= fade[::-1]
    return continued
