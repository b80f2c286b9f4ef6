"""Tones of a fit, and what the recording does at each: one shape, neither filtered nor shrunk.

The components say where tones are, the recording says how they look.  The filter in space bends shapes
towards one wavenumber each, which is wrong in a medium that is not uniform or whose ends are unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.noise import noise_floor
from wavefact.operators._line import LineOperator
from wavefact.recording import Recording

__all__ = ["Tone", "tones_of"]

_QUIETEST = 1e-6  # of the largest signal: rounding
_DEPENDENT = 1e-6  # of the largest singular value of the courses
_CLEAR, _LOUD = 1.15, 2.0  # least singular value of a tone over noise's largest; of its bins over the noise
_CHANGE = 0.1  # of a tone: what is weaker beside it is a slow change of its amplitude
_NEAR = 2  # bins on either side of a peak that tell whether it is a tone
_RAMP = 2.0  # bins that signals fade over, in units of the closest tones' distance
_WIDEST, _MOST, _PATIENCE = 40, 64, 20  # bins on either side of a peak; tones; looks without another tone


@dataclass(frozen=True, eq=False)
class Tone:
    """What a recording does around one frequency.

    Attributes
    ----------
    frequency, frequency_error : float [Hz]
        Where the course's periodogram is largest, which is a steady tone's frequency even where its amplitude
        changes slowly, and the error of that by sensor noise.
    shape : (n_points,) complex array, in the unit of the recording
        Of the tone's root mean square amplitude: |shape|² is the power at a point.
    error : float, in the unit of the recording
        Standard deviation of the noise of the real part, and of the imaginary part, of each entry.
    disturbances : (n_points, n_tones - 1) complex array, in the unit of the recording
        What is in the shape of the other tones, which reach into the band: each column times a complex number
        that is unknown, of variance 1 in the real and in the imaginary part.
    """

    frequency: float
    frequency_error: float
    shape: np.ndarray
    error: float
    disturbances: np.ndarray


@dataclass(frozen=True, eq=False)
class _Spectrum:
    """The discrete Fourier transform of signals over the largest of them, and of the components' courses.

    Of real signals the positive frequencies.  `values` are (n_points, n_bins), with noise of deviation
    `noise`; `spread` (n_points, n_courses) times `courses` (n_courses, n_bins) is their part in the courses.
    """

    values: np.ndarray
    spread: np.ndarray
    courses: np.ndarray
    frequencies: np.ndarray
    noise: float
    n_samples: int
    scale: float

    def band(self, peak: int, width: int) -> slice:
        return slice(max(peak - width, 0), min(peak + width + 1, self.frequencies.size))

    def leading(self, peak: int, width: int) -> tuple[np.ndarray, float, np.ndarray]:
        """Return the leading shape and course of a band, of unit norm, and their singular value."""
        left, sizes, right = np.linalg.svd(self.values[:, self.band(peak, width)], full_matrices=False)
        return left[:, 0], float(sizes[0]), right[0]

    def width(self, peak: int, widest: int) -> int:
        """Return how many bins on either side of a peak its shape is loud in."""
        shape, *_ = self.leading(peak, min(1, widest))
        near = self.band(peak, widest)
        loud = np.abs(shape.conj() @ self.values[:, near]) > _LOUD * self.noise
        after, before = loud[peak - near.start + 1 :], loud[: peak - near.start][::-1]
        return max(min(1, widest), *(int(np.argmin([*side, False])) for side in (before, after)))

    def without(self, shape: np.ndarray) -> _Spectrum:
        """Return what is orthogonal to a shape of unit norm."""
        values, spread = (each - np.outer(shape, shape.conj() @ each) for each in (self.values, self.spread))
        return replace(self, values=values, spread=spread)

    def faded(self, gap: float) -> _Spectrum:
        """Return the spectrum of signals that fade in and out: tones so many bins apart keep apart."""
        n, n_bins = self.n_samples, self.frequencies.size
        length = int(np.clip(_RAMP * n / gap, 1, n // 2))
        window = np.ones(n)
        window[:length] = np.sin(np.pi / 2 * (np.arange(length) + 0.5) / length) ** 2
        window[n - length :] = window[:length][::-1]
        window /= np.mean(window**2) ** 0.5  # noise and the power of steady tones stay what they are
        first = round(self.frequencies[0] / (self.frequencies[1] - self.frequencies[0]))
        kept = np.arange(first, first + n_bins) % n
        whole = np.zeros((len(self.values), n), dtype=complex)
        whole[:, kept] = self.values
        values = np.fft.fft(window * np.fft.ifft(whole, axis=1), axis=1)[:, kept]
        return replace(self, values=values)


def tones_of(fit: Factorization, recording: Recording) -> list[Tone]:
    """Find the tones that the components of a fit hold, by rising frequency.

    Raises
    ------
    InputError
        If the points are not on a line, there is no sampling rate, the recording is not the fit's, or no
        component has a tone that is clear of the noise.
    """
    spectrum = _spectrum(fit, recording)
    peaks = _peaks(spectrum)
    if not peaks:
        raise InputError("No component has a tone above the noise: there is no wave to tell.")
    gaps = np.diff([-2 * _WIDEST, *peaks, spectrum.frequencies.size + 2 * _WIDEST]) // 2
    widest = np.minimum(_WIDEST, np.minimum(gaps[1:], gaps[:-1]))
    faded = spectrum.faded(float(np.min(np.diff(peaks)))) if len(peaks) > 1 else spectrum
    bands = [(peak, faded.width(peak, most)) for peak, most in zip(peaks, widest.tolist(), strict=True)]
    tones = []
    shapes = np.stack([faded.leading(*band)[0] for band in bands], axis=1)
    for t, band in enumerate(bands):
        frequency = _frequency(spectrum, band[0], min(max(band[1], 4), int(widest[t])), shapes[:, t])
        tones.append(_tone(faded, t, band, shapes, frequency))
    return tones


def _spectrum(fit: Factorization, recording: Recording) -> _Spectrum:
    rate, n = fit.sampling_rate or recording.sampling_rate, len(fit.time_courses)
    if rate is None:
        raise InputError("Tones need a sampling rate; set it with recording.replace(sampling_rate=...).")
    if not isinstance(fit.operator, LineOperator):
        raise InputError(f"{fit.operator!r} is no line; waves along a line need a fit with a String.")
    signals = to_numpy(recording.load().signals)
    is_complex = np.iscomplexobj(signals)
    if signals.shape != (fit.operator.n_points, n) or is_complex != np.iscomplexobj(fit.time_courses):
        raise InputError(f"Got {recording!r} for {fit!r}; give the recording that the fit came from.")
    scale = float(np.abs(signals).max()) or 1.0
    signals = signals / scale
    floor = noise_floor(signals @ signals.conj().T, n)
    noise = floor.deviation * floor.is_visible if fit.noise is None else fit.noise / scale
    left, sizes, _ = np.linalg.svd(fit.time_courses, full_matrices=False)
    courses = left[:, sizes > _DEPENDENT * sizes.max(initial=0.0)]
    frequencies = np.fft.fftfreq(n, 1 / rate)
    kept = np.argsort(frequencies) if is_complex else np.arange(1, (n + 1) // 2)
    values, of_courses = np.fft.fft(signals, axis=1)[:, kept], np.fft.fft(courses, axis=0).T[:, kept]
    noise = max(noise, _QUIETEST) * n**0.5
    return _Spectrum(values, signals @ courses.conj(), of_courses, frequencies[kept], noise, n, scale)


def _peaks(spectrum: _Spectrum) -> list[int]:
    """Return the bins of tones, rising, the strongest found first.

    What has the shape of a tone found before is its own resonance, no other tone, and is taken away.  What is
    far weaker than a tone beside it is a slow change of that, and what is not louder than the images of tones
    at negative frequencies, whose shapes are conjugate, is none either.
    """
    open_bins, misses = np.ones(spectrum.frequencies.size, dtype=bool), 0
    images, beside = 0.0 * spectrum.frequencies, 0.0 * spectrum.frequencies
    bins, near = spectrum.frequencies / (spectrum.frequencies[1] - spectrum.frequencies[0]), 2 * _NEAR + 1
    of_noise = spectrum.noise * (len(spectrum.values) ** 0.5 + near**0.5)
    peaks: list[int] = []
    while len(peaks) < _MOST and misses < _PATIENCE:
        triangular = np.linalg.qr(spectrum.spread, mode="r")
        power = np.sum(np.abs(triangular @ spectrum.courses) ** 2, axis=0) * open_bins
        peak = int(np.argmax(power))
        if power[peak] <= 0:
            break
        open_bins[spectrum.band(peak, _NEAR)] = False
        size = spectrum.leading(peak, _NEAR)[1]
        if size < max(_CLEAR * (of_noise + near**0.5 * images[peak]), beside[peak]):
            misses += 1
            continue
        peaks, misses = [*peaks, peak], 0
        around = spectrum.band(peak, 2 * _NEAR)
        beside[around] = np.maximum(beside[around], _CHANGE * size)
        if bins[0] > 0:
            images = images + size / (np.pi * (bins + bins[peak]))
        spectrum = spectrum.without(spectrum.leading(peak, _NEAR)[0])  # a wider band may be another tone's
    return sorted(peaks)


def _tone(
    spectrum: _Spectrum, tone: int, band: tuple[int, int], shapes: np.ndarray, frequency: tuple[float, float]
) -> Tone:
    """Read the shape of a tone from the bins around its peak that stand above the noise."""
    shape, size, course = spectrum.leading(*band)
    sides = 2 if np.all(spectrum.frequencies > 0) else 1
    unit = spectrum.scale * sides**0.5 / spectrum.n_samples
    courses = np.linalg.pinv(shapes) @ spectrum.values[:, spectrum.band(*band)]
    # with the noise of these courses: how much of them is no noise cannot be told from so few bins
    sizes = unit * np.sqrt(np.abs(courses) ** 2 @ np.abs(course) ** 2 / 2)
    disturbances = np.delete(shapes * sizes, tone, axis=1)
    return Tone(*frequency, unit * size * shape, unit * spectrum.noise / 2**0.5, disturbances)


def _frequency(spectrum: _Spectrum, peak: int, width: int, shape: np.ndarray) -> tuple[float, float]:
    """Return where the windowed periodogram of a shape's course is largest, and the standard error [Hz].

    |Σ w A e^{-iδt}| of w A ≥ 0 is largest at δ = 0, whatever the amplitude A; Hann's window w keeps other
    tones out.  The variance of ω is (σ²/2) Σ w² (t − t̄)² / (Σ w A (t − t̄)²)².
    """
    from scipy.optimize import minimize_scalar

    band = spectrum.band(peak, width)
    times = (np.arange(spectrum.n_samples) + 0.5) / spectrum.n_samples - 0.5
    bins, window = np.arange(band.start, band.stop) - peak, np.cos(np.pi * times) ** 2
    course = shape.conj() @ spectrum.values[:, band] * (-1.0) ** bins
    motion = window * (np.exp(2j * np.pi * np.outer(times, bins)) @ course) / spectrum.n_samples

    def minus_power(shift: float) -> float:
        return -float(np.abs(np.exp(-2j * np.pi * shift * times) @ motion) ** 2)

    grid = np.linspace(bins[0], bins[-1], 8 * bins.size)
    nearest = grid[np.argmin([minus_power(shift) for shift in grid])]
    shift = minimize_scalar(minus_power, bounds=(nearest - 0.2, nearest + 0.2), method="bounded").x
    size = np.abs(motion)
    lever = times - size @ times / size.sum()
    deviation = spectrum.noise / spectrum.n_samples**0.5 * float(np.sum((window * lever) ** 2) / 2) ** 0.5
    error = deviation / float(size @ lever**2) / (2 * np.pi)
    resolution = spectrum.frequencies[1] - spectrum.frequencies[0]
    return float(spectrum.frequencies[peak] + shift * resolution), float(error * resolution)
