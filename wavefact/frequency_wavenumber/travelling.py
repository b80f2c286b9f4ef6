"""The frequency–wavenumber map of travelling waves, steered to any wavenumber on any spacing of sensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from wavefact.errors import InputError
from wavefact.frequency_wavenumber._windows import windowed_grams
from wavefact.frequency_wavenumber.spectra import (
    FrequencyWavenumberMap,
    chosen_frequencies,
    even_or_given,
    number,
    scaled_signals,
)
from wavefact.operators._projection import projected
from wavefact.recording import Recording, check_signals, rate_of

__all__ = ["travelling_waves"]

N_STEPS = 10  # of Lanczos
PADDING = 4.0  # over the bandwidth [s]: what wraps around counts e^{−4π}


def travelling_waves(
    recordings: Recording | Sequence[Recording],
    *,
    bandwidth: float,
    wave_bandwidth: float = 0.0,
    frequencies: int | np.ndarray = 300,
    wavenumbers: int | np.ndarray = 200,
    equalized: bool = False,
) -> FrequencyWavenumberMap:
    """Map the waves that travel along a line of sensors over frequency and signed wavenumber.

    Parameters
    ----------
    recordings : Recording, or a sequence of them
        Each with the same sampling rate and sensors on the same line, such as several shots of one spread;
        their powers add up, so that the phase of each source is free.  Without positions the spacing is 1.
    bandwidth : float
        Distance of the half-power points in time [Hz].  Waves stay coherent over delays up to about its
        inverse, so for one shot take less than 1/duration, for ambient noise the damping bandwidth.
    wave_bandwidth : float
        Distance of the half-power points in wavenumber [rad/m], ≥ 0: waves need to be coherent over
        2/wave_bandwidth metres only.  0 asks for plane waves along the whole line.
    frequencies : int or (n_frequencies,) array
        Centres [Hz], or their number from zero to half the sampling rate.
    wavenumbers : int or (n_wavenumbers,) array
        Centres [rad/m], or their number between ±π over the mean spacing.  Values beyond are allowed: where
        waves travel one way only, they are read up to twice that number.
    equalized : bool
        Let every sensor count alike at every frequency, whatever its distance from the source.  Values are
        then shares between 0 and 1.

    Returns
    -------
    FrequencyWavenumberMap
        Positive wavenumbers travel towards larger coordinates.  A plane wave cos(ωt − kx) has the value
        √n_sensors times the norm of its course behind the window, at any `wave_bandwidth`.

    Raises
    ------
    InputError
        If there is no sampling rate, sensors are not on a line, recordings differ in their sensors, or an
        argument is out of its range.

    Notes
    -----
    This is the polar on both axes for the one-way wave operators −i d/dx and −i d/dt on an unbounded line, of
    which the sensors see a part.  The weight W(k) = 1 + ((k' − k)/(b/2))², b the wave bandwidth, has the
    inverse e^{ik(x−x')} K(x − x') between sensors, with K = e^{−b|x−x'|/2}, in closed form: no grid, no ends,
    no aliasing of uneven arrays.  With S(ω) the spectral matrix behind the window in time, the squared value
    is λ_max(Cᵀ E_k S E_kᴴ C) / mean-square gain, K = C Cᵀ and E_k = diag(e^{ikx}).  Its limits are known
    pictures: b → ∞ is frequency domain decomposition, b = 0 conventional beamforming, and equalized with a
    narrow bandwidth it is the phase-shift transform of surface-wave analysis (MASW).

    References
    ----------
    Park, Miller & Xia, "Imaging dispersion curves of surface waves on multi-channel record", SEG Technical
    Program Expanded Abstracts (1998) 1377–1380.
    Johnson & Dudgeon, "Array Signal Processing", Prentice Hall 1993, ch. 4.

    Examples
    --------
    >>> from wavefact.frequency_wavenumber import travelling_waves
    >>> x, t = 2.0 * np.arange(24), np.arange(1000) / 500.0
    >>> wave = np.cos(2 * np.pi * 20.0 * (t - x[:, None] / 160.0))  # 160 m/s: 0.785 rad/m at 20 Hz
    >>> recording = wf.Recording(wave, sampling_rate=500.0, positions=x)
    >>> picture = travelling_waves(recording, bandwidth=0.5, frequencies=51, wavenumbers=201)
    >>> [round(value, 2) for value in picture.peak]
    [20.0, 0.79]
    """
    shots = [recordings] if isinstance(recordings, Recording) else list(recordings)
    positions, rate = _line(shots), rate_of(shots[0])
    if number(bandwidth, "bandwidth") == 0:
        raise InputError("bandwidth is 0; give the distance of half-power points [Hz], > 0.")
    band = number(wave_bandwidth, "wave_bandwidth")
    for shot in shots:
        check_signals(shot)
    signals, scale = _commonly_scaled(shots)
    lowest = -rate / 2 if any(np.iscomplexobj(values) for values in signals) else 0.0
    centres = chosen_frequencies(frequencies, rate, lowest)
    nyquist = np.pi * (len(positions) - 1) / np.ptp(positions)
    at = even_or_given(wavenumbers, (-nyquist, nyquist), "wavenumbers")
    kernel = np.exp(-0.5 * band * np.abs(positions[:, None] - positions))
    largest = _Largest(np.exp(1j * positions[:, None] * at), kernel, is_plane=band == 0)
    spectra = [_spectral_matrices(values, rate, bandwidth, centres) for values in signals]
    values = np.stack([largest(_sum(together, equalized)) for together in zip(*spectra, strict=True)])
    gain = len(positions) / kernel.sum()
    if equalized:
        gain, scale = gain / (len(shots) * len(positions)), 1.0
    return FrequencyWavenumberMap(
        centres, at, scale * gain**0.5 * values, "–" if equalized else shots[0].unit
    )


class _Largest:
    """The root of the largest eigenvalue of Cᵀ E_k S E_kᴴ C at every wavenumber, in single precision."""

    def __init__(self, steering: np.ndarray, kernel: np.ndarray, is_plane: bool) -> None:
        self._steering, self._is_plane = steering.astype(np.complex64), is_plane
        root = np.linalg.cholesky(kernel + 1e-9 * np.eye(len(kernel)))
        self._root, self._transposed = root.astype(np.float32), root.T.astype(np.float32)

    def __call__(self, spectral: np.ndarray) -> np.ndarray:
        scale = float(np.trace(spectral).real) or 1.0
        spectral = (spectral / scale).astype(np.complex64)
        if self._is_plane:
            tops = np.sum(self._steering * (spectral @ self._steering.conj()), axis=0).real
        else:
            tops = self._lanczos(spectral)
        return np.sqrt(scale * np.maximum(tops.astype(float), 0.0))

    def _lanczos(self, spectral: np.ndarray) -> np.ndarray:
        """Return the largest Ritz value of every wavenumber, all at once, starting from plane waves."""
        n, n_wavenumbers = self._steering.shape
        n_steps = min(N_STEPS, n)
        tridiagonal = np.zeros((n_wavenumbers, n_steps, n_steps))
        start = self._transposed @ (1.0 + 0.1 * np.sin(np.arange(1, n + 1)))  # a little off all symmetries
        vectors = np.tile((start / np.linalg.norm(start)).astype(np.complex64)[:, None], n_wavenumbers)
        before, beside = np.zeros_like(vectors), np.zeros(n_wavenumbers, np.float32)
        for step in range(n_steps):
            images = self._image(spectral, vectors) - before * beside
            diagonal = np.sum(vectors.conj() * images, axis=0).real
            images -= vectors * diagonal
            beside = np.linalg.norm(images, axis=0)
            tridiagonal[:, step, step] = diagonal
            if step + 1 < n_steps:
                tridiagonal[:, step + 1, step] = beside  # eigvalsh reads the lower triangle
            before, vectors = vectors, images / np.where(beside > 0, beside, np.float32(1.0))
        return np.linalg.eigvalsh(tridiagonal)[:, -1]

    def _image(self, spectral: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        waves = spectral @ (self._steering.conj() * _times(self._root, vectors))
        return _times(self._transposed, self._steering * waves)


def _times(matrix: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Return the product of a real and a complex matrix without making the first complex."""
    pairs = np.ascontiguousarray(vectors).view(np.float32)
    return np.asarray((matrix @ pairs).view(np.complex64))


def _spectral_matrices(
    signals: np.ndarray, rate: float, bandwidth: float, frequencies: np.ndarray
) -> Iterator[np.ndarray]:
    """Yield the spectral matrix S(ω) of the analytic signal at each frequency; its trace is the power."""
    from scipy.fft import fft, fftfreq, fftshift, next_fast_len, rfft, rfftfreq

    padded = signals.shape[1] + int(np.ceil(PADDING * rate / bandwidth))
    n = 2 * next_fast_len((padded + 1) // 2, real=True)
    if np.iscomplexobj(signals):
        places, spectrum = fftshift(fftfreq(n, 1 / rate)), fftshift(fft(signals, n), axes=1) / n**0.5
    else:
        places, spectrum = rfftfreq(n, 1 / rate), rfft(signals, n) * (2.0 / n) ** 0.5
        spectrum[:, [0, -1]] *= 0.5**0.5  # zero and half the sampling rate have no negative twin
    return windowed_grams(spectrum.astype(np.complex64), places, frequencies, bandwidth / 2)


def _sum(matrices: tuple[np.ndarray, ...], equalized: bool) -> np.ndarray:
    """Return the sum of the spectral matrices of all shots, or of their coherences."""
    total = np.zeros_like(matrices[0])
    for matrix in matrices:
        roots = np.sqrt(np.maximum(np.diagonal(matrix).real, np.finfo(np.float32).tiny))
        total += matrix / roots[:, None] / roots if equalized else matrix
    return total


def _commonly_scaled(shots: list[Recording]) -> tuple[list[np.ndarray], float]:
    """Return the signals of all shots over one power of two, and that power."""
    pairs = [scaled_signals(shot) for shot in shots]
    largest = max(scale for _, scale in pairs)
    return [signals * (scale / largest) for signals, scale in pairs], largest


def _line(shots: list[Recording]) -> np.ndarray:
    """Return the coordinates of the sensors along their line, (n_sensors,) [m]; refuse what is not on one."""
    if not shots or not all(isinstance(shot, Recording) for shot in shots):
        raise InputError(f"recordings is {shots!r}; give a Recording, or several of the same sensors.")
    first = shots[0]
    line = _along(first)
    if len(np.unique(line)) < max(len(line), 2):
        raise InputError("Two sensors at different places are needed, and none at the place of another.")
    for shot in shots[1:]:
        same = shot.n_sensors == len(line) and np.array_equal(
            line if shot.positions is None else _along(shot), line
        )
        if not same or shot.sampling_rate != first.sampling_rate:
            raise InputError("The recordings differ in sensors or sampling rate; give shots of one spread.")
    return line


def _along(shot: Recording) -> np.ndarray:
    if shot.positions is None:
        return np.arange(shot.n_sensors, dtype=float)
    return projected(shot.positions, 1).ravel()
