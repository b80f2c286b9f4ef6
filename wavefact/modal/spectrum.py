"""The spectrum in which modes are sought: projected courses in an orthonormal basis, and its bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.modal.bins import Bins, Resonances, random_response, transfer
from wavefact.modal.channels import Channels, TimedComponents
from wavefact.modal.drift import without_drift

__all__ = [
    "FIFTH",
    "Spectrum",
    "beside",
    "courses_within",
    "cut",
    "energies",
    "expected_slope",
    "orthonormal",
    "spectrum_of",
    "spectrum_of_channels",
]

_SLOPES = {"displacement": 0.0, "velocity": 2.0, "acceleration": 4.0}
_UNKNOWN = 2.0

_BELOW, _ABOVE = 0.5, 3.0  # times the lowest and highest frequency of modes
_FEWEST = 50  # bins that tell how strong noise is
FIFTH, _FAINTEST = 0.2231, 1e-13  # quantile of the exponential distribution; of the largest power
_AUDIBLE, _MAX_OTHERS = 0.02, 6  # response over noise from which another mode gives a band a channel


@dataclass(frozen=True)
class Spectrum:
    """The recording within the span of a fit's shapes, in the frequency domain.

    Attributes
    ----------
    values : (n_channels, n_bins) complex array
        Discrete Fourier transform over √n_samples, without mean and Nyquist frequency; the noise in it is as
        white as that of the sensors.
    frequencies : (n_bins,) array [Hz]
    sampling_rate : float [Hz]
    basis : (n_points, n_channels) array of orthogonal columns
        What each channel is at the points.  Real; or complex, and then channels are the real, then the
        imaginary parts.
    """

    values: np.ndarray
    frequencies: np.ndarray
    sampling_rate: float
    basis: np.ndarray

    @property
    def resolution(self) -> float:
        """Distance of bins [Hz]."""
        return float(self.frequencies[0])

    @cached_property
    def noise(self) -> float:
        """Variance of the noise, from the quietest fifth of all bins: |z|² of noise is exponential."""
        powers = np.abs(self.values) ** 2
        quiet = float(np.quantile(powers, 0.2)) / FIFTH
        return max(quiet, _FAINTEST * float(np.max(powers)))

    @property
    def whole(self) -> Bins:
        """All bins and channels."""
        return Bins(self.values, self.frequencies, self.sampling_rate, np.zeros(0))

    @property
    def is_complex(self) -> bool:
        """Whether channels are real and imaginary parts."""
        return bool(np.iscomplexobj(self.basis))

    def coordinates(self, shape: np.ndarray) -> np.ndarray:
        """Return what a shape (n_points,) is in the channels, as a unit vector (n_channels,).

        A complex shape turns forward or backward: as more of the recording's energy does.
        """
        inside = self.basis.conj().T @ shape
        inside = inside / np.linalg.norm(inside)
        if not self.is_complex:
            return np.asarray(inside)
        forward, backward = np.array([1.0, -1j]), np.array([1.0, 1j])
        ways = [np.kron(forward, inside) / np.sqrt(2), np.kron(backward, inside.conj()) / np.sqrt(2)]
        energies = [np.sum(np.abs(way.conj() @ self.values) ** 2) for way in ways]
        return ways[int(np.argmax(energies))]

    def inside(self, shapes: np.ndarray) -> np.ndarray:
        """Return shapes (n_points, n_shapes) as columns of coordinates."""
        columns = [self.coordinates(shape) for shape in shapes.T]
        return np.stack(columns, axis=1) if columns else np.zeros((self.values.shape[0], 0), self.basis.dtype)

    def shape(self, coordinates: np.ndarray, errors: np.ndarray | None = None) -> np.ndarray:
        """Return the shape (n_points,) of coordinates (n_channels,): the inverse of `coordinates`.

        Or what `errors` (n_channels, n_errors) of the coordinates are at the points.
        """
        wanted = coordinates if errors is None else errors
        if not self.is_complex:
            return np.asarray(self.basis @ wanted)
        real, imaginary = np.split(coordinates, 2)
        forward = np.linalg.norm(real + 1j * imaginary) >= np.linalg.norm(real - 1j * imaginary)
        real, imaginary = np.split(wanted, 2)
        return np.asarray(self.basis @ (real + 1j * imaginary if forward else (real - 1j * imaginary).conj()))


def courses_within(fit: TimedComponents, shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return projected courses in an orthonormal basis of the span of shapes, without means; and the basis.

    Notes
    -----
    With D the fit's shapes, D (D⁺ Y) is the recording projected onto their span, where noise stays white;
    the courses D⁺ Y themselves have noise that grows without bound as shapes become alike.  Of complex
    shapes, courses are real, then imaginary parts.
    """
    basis, values, _ = np.linalg.svd(shapes, full_matrices=False)
    basis = basis[:, values > 1e-6 * values[0]]
    courses, factors = to_numpy(fit.projected_courses), to_numpy(fit.spatial_factors)
    signals = (basis.conj().T @ factors) @ courses.T
    signals = signals / np.max(np.abs(signals), initial=np.finfo(float).tiny)
    if np.iscomplexobj(signals):
        basis = basis.astype(complex)
        signals = np.concatenate([signals.real, signals.imag])
    return signals - signals.mean(axis=1, keepdims=True), basis


def spectrum_of_channels(channels: Channels, poles: np.ndarray) -> tuple[Spectrum, np.ndarray]:
    """Transform channels, such that noise is equally strong in all; return what led there, too.

    Parameters
    ----------
    channels : Channels
    poles : (n_modes,) complex array [1/s]
        About where modes are.

    Returns
    -------
    spectrum : Spectrum
    inward : (n_channels, n_channels) real array
        Times the channels' signals, these are the spectrum's.

    Notes
    -----
    Noise of components is that of the sensors: white where shapes are orthonormal.  Sensors differ: each is
    scaled to what is in the quietest fifth of its bins from half the lowest to three times the highest
    frequency of the modes.  What drifts is taken off such that it ends where it began.
    """
    basis, inward = np.linalg.qr(channels.shapes)
    if np.iscomplexobj(channels.shapes):  # the second half of the channels is the imaginary part of the first
        basis, turn = np.linalg.qr(channels.shapes[:, : channels.shapes.shape[1] // 2])
        inward = np.block([[turn.real, -turn.imag], [turn.imag, turn.real]])
    steady = without_drift(channels.signals, poles / channels.sampling_rate)
    raw = spectrum_of(inward @ steady, channels.sampling_rate, basis)
    if channels.denoised:
        return raw, inward
    near = np.abs(poles) / (2 * np.pi) if poles.size else raw.frequencies
    low, high = np.searchsorted(raw.frequencies, (_BELOW * near.min(), _ABOVE * near.max()))
    levels = _levels(raw.values[:, low:high] if high - low >= _FEWEST else raw.values)
    if raw.is_complex:
        halves = np.split(levels, 2)
        levels = np.hypot(*halves) / np.sqrt(2)
    repeated = np.resize(levels, len(raw.values))[:, None]
    return replace(raw, values=raw.values / repeated, basis=basis * levels), inward / repeated


def _levels(values: np.ndarray) -> np.ndarray:
    """Return how strong noise is in each channel (n_channels,), from bins (n_channels, n_bins)."""
    powers = np.abs(values) ** 2
    quiet = np.maximum(np.quantile(powers, 0.2, axis=1), _FAINTEST * np.max(powers, axis=1))
    return np.asarray(np.sqrt(np.where(quiet > 0, quiet, 1.0) / FIFTH))


def spectrum_of(signals: np.ndarray, sampling_rate: float, basis: np.ndarray) -> Spectrum:
    """Transform the signals (n_channels, n_samples) of what a basis says channels are."""
    n_samples = signals.shape[1]
    values = np.fft.rfft(signals, axis=1)[:, 1 : (n_samples + 1) // 2] / np.sqrt(n_samples)
    frequencies = np.arange(1, values.shape[1] + 1) * sampling_rate / n_samples
    return Spectrum(values, frequencies, sampling_rate, basis)


def cut(
    spectrum: Spectrum,
    own: np.ndarray,
    others: Sequence[Resonances],
    near: tuple[float, float],
    slope: float = 0.0,
) -> tuple[Bins, np.ndarray]:
    """Cut a band out of a spectrum, without what is known of other modes in it.

    Parameters
    ----------
    spectrum : Spectrum
    own : (n_channels, n_shapes) array
        Shapes that the band's channels have to hold.
    others : sequence of Resonances
        Their free decays are subtracted, their random responses become the band's known covariance.
    near : (low, high) [Hz]
    slope : float
        Handed on to the band.

    Returns
    -------
    band : Bins
    inward : (n_kept, n_channels) array
        Turns shapes into the band's channels: the span of `own`, and of others that are heard through it.
    """
    bins = slice(*np.searchsorted(spectrum.frequencies, near))
    values, frequencies = spectrum.values[:, bins], spectrum.frequencies[bins]
    raw = Bins(values, frequencies, spectrum.sampling_rate, np.zeros(0), slope)
    basis = orthonormal(np.concatenate([own, *_heard(own, others, raw)], axis=1))
    known = np.zeros((frequencies.size, basis.shape[1], basis.shape[1]), dtype=basis.dtype)
    band = replace(raw, values=basis.conj().T @ values, known=known)
    for other in others:
        band = beside(band, other.turned(basis.conj().T))
    return band, basis.conj().T


def expected_slope(quantity: str) -> float:
    """Return the exponent over frequency of the power density that a white force excites."""
    return _SLOPES.get(quantity, _UNKNOWN)


def beside(band: Bins, modes: Resonances) -> Bins:
    """Return a band in which modes are known: free decays subtracted, random responses known covariance."""
    mean, spread = _response(modes, band)
    known = band.known + (modes.shapes * spread.T[:, None, :]) @ modes.shapes.conj().T
    return replace(band, values=band.values - modes.shapes @ mean, known=known)


def energies(modes: Resonances, band: Bins, weights: np.ndarray | float = 1.0) -> np.ndarray:
    """Return the expected energy of each mode in a band, (n_modes,), with weights (n_bins,) on its bins.

    Random excitation counts as white, so that tails far from a resonance stay small.
    """
    mean, spread = _response(replace(modes, slopes=np.ones(modes.slopes.size)), band)
    return np.asarray(np.sum((np.abs(mean) ** 2 + spread) * weights, axis=1))


def orthonormal(columns: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of the span of columns."""
    vectors, values, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(vectors[:, values > 1e-3 * max(1.0, float(np.max(values, initial=0.0)))])


def _response(modes: Resonances, band: Bins) -> tuple[np.ndarray, np.ndarray]:
    """Return the modes' free decays and the power density of their random responses, (n_modes, n_bins)."""
    gains, images = transfer(modes, band)
    mean = modes.amplitudes[:, None] * gains + modes.amplitudes.conj()[:, None] * images
    return mean, random_response(modes, band, gains)


def _heard(own: np.ndarray, others: Sequence[Resonances], band: Bins) -> list[np.ndarray]:
    """Return the shapes of the loudest others that are partly, not wholly, within the span of own shapes."""
    span = orthonormal(own)
    loudness = np.zeros(len(others))
    for i, other in enumerate(others):
        mean, spread = _response(other, band)
        inside = np.sum(np.abs(span.conj().T @ other.shapes) ** 2, axis=0)
        loudest = np.max(spread + np.abs(mean) ** 2, axis=1, initial=0.0)
        loudness[i] = np.max(inside * (1 - inside) * loudest) / other.noise
    order = np.argsort(loudness)[::-1][:_MAX_OTHERS]
    return [others[i].shapes for i in order if loudness[i] > _AUDIBLE]
