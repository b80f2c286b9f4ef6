"""A plate with a thinned rectangle by finite differences, and what windowed Fourier transforms see of it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

INTACT, THINNED = 0.40, 0.48  # rad per point
SHAPE, MARGIN = (150, 120), 30  # points; around them an absorbing frame
RECTANGLE = (slice(50, 110), slice(35, 90))  # of the field


@lru_cache
def plate() -> np.ndarray:
    """Return the fields of two point sources beyond the edges, (150, 120, 2), scattered by the rectangle.

    (∇² + k²) u = f with the five-point Laplacian, whose symbol at k is k² − k⁴/16 averaged over directions.
    """
    from scipy import sparse
    from scipy.sparse.linalg import splu

    shape = tuple(n + 2 * MARGIN for n in SHAPE)
    wavenumbers = np.full(shape, INTACT)
    wavenumbers[tuple(slice(MARGIN + s.start, MARGIN + s.stop) for s in RECTANGLE)] = THINNED
    depth = [
        np.maximum(np.maximum(MARGIN - 5 - i, i - (n - MARGIN + 4)), 0) for n in shape for i in [np.arange(n)]
    ]
    damping = (depth[0][:, None] ** 2 + depth[1] ** 2) / (MARGIN - 5) ** 2
    kappa = (wavenumbers**2 - wavenumbers**4 / 16) * (1 + 0.6j * damping)
    second = [sparse.diags_array([1.0, -2.0, 1.0], offsets=[-1, 0, 1], shape=(n, n)) for n in shape]
    laplacian = sparse.kron(second[0], sparse.eye_array(shape[1])) + sparse.kron(
        sparse.eye_array(shape[0]), second[1]
    )
    sources = np.zeros((*shape, 2))
    sources[MARGIN - 3, MARGIN + 30, 0] = sources[MARGIN + 100, MARGIN - 3, 1] = 1.0
    solved = splu((laplacian + sparse.diags_array(kappa.ravel())).tocsc()).solve(
        sources.reshape(-1, 2).astype(complex)
    )
    inner = solved.reshape(*shape, 2)[MARGIN:-MARGIN, MARGIN:-MARGIN]
    return inner / np.sqrt(np.mean(np.abs(inner) ** 2, axis=(0, 1)))


def noisy(values: np.ndarray, snr_db: float, seed: int = 0) -> np.ndarray:
    """Return a complex field of mean power 1 with white noise."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((2, *values.shape)) * (10 ** (-snr_db / 10) / 2) ** 0.5
    return values + noise[0] + 1j * noise[1]


def true_wavenumbers(x: np.ndarray, y: np.ndarray, margin: float) -> np.ndarray:
    """Return the wavenumber at each place that is at least a margin away from any edge of media, else NaN."""
    away = []
    for at, side in zip((x, y), RECTANGLE, strict=True):
        away.append(np.minimum(at - side.start + 0.5, side.stop - 0.5 - at))
    depth = np.minimum(away[0][:, None], away[1])  # positive inside
    return np.where(depth >= margin, THINNED, np.where(depth <= -margin, INTACT, np.nan))


def windowed_fourier(
    field: np.ndarray,
    spacing: float,
    rows: np.ndarray,
    columns: np.ndarray,
    half: int,
    band: tuple[float, float],
) -> np.ndarray:
    """Return the magnitude of the wavenumber at the peak of a Hann-windowed transform around each place.

    Square windows of 2 half + 1 points, padded to 256 × 256; the peak is refined by parabolas.
    """
    n = 256
    k = 2 * np.pi * np.fft.fftfreq(n, spacing)
    magnitude = np.hypot(k[:, None], k)
    outside = (magnitude < band[0]) | (magnitude > band[1])
    window = np.hanning(2 * half + 3)[1:-1]
    found = np.empty((len(rows), len(columns)))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            cut = field[row - half : row + half + 1, column - half : column + half + 1]
            power = np.abs(np.fft.fft2(cut * window[:, None] * window, (n, n))) ** 2
            a, b = np.unravel_index(np.argmax(np.where(outside, 0, power)), power.shape)
            parts = []
            for line, at in ((np.log(power[:, b]), a), (np.log(power[a]), b)):
                low, peak, high = line[at - 1], line[at], line[(at + 1) % n]
                parts.append(k[at] + (k[1] - k[0]) * (low - high) / (2 * (low - 2 * peak + high)))
            found[i, j] = np.hypot(*parts)
    return found
