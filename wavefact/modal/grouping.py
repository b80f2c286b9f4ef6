"""Components that are one motion: same eigenvalue κ and same shape.

Where the wave weight is small, or a decay is not one pure tone, a factorization spends several
components on one mode.  Each group is handed on as its few independent channels.
"""

from __future__ import annotations

import numpy as np

from wavefact.modal.similarity import mac

__all__ = ["group_components", "independent_channels"]


def group_components(
    spatial_factors: np.ndarray,
    wavenumbers: np.ndarray,
    *,
    wavenumber_tolerance: float = 0.05,
    min_mac: float = 0.9,
    frequencies: np.ndarray | None = None,
    frequency_gap: float | np.ndarray = np.inf,
) -> np.ndarray:
    """Label components that share wavenumber and shape, and frequency where they have one.

    Parameters
    ----------
    spatial_factors : (n_points, n_components) array, real or complex
    wavenumbers : (n_components,) array [rad/m]
    wavenumber_tolerance : float
        Largest relative difference.
    min_mac : float
        Smallest MAC.
    frequencies : (n_components,) array [Hz], optional
    frequency_gap : float, or (n_components, n_components) array [Hz]
        Largest distance of neighbours in a chain of tones.

    Returns
    -------
    (n_components,) integer array
        Equal labels belong together; labels count from 0 in the order of first appearance.

    Examples
    --------
    >>> import numpy as np
    >>> shapes = np.array([[1.0, 1.0, 1.02], [1.0, -1.0, 0.98]])
    >>> group_components(shapes, np.array([0.1, 0.7, 0.1]))
    array([0, 1, 0])
    """
    n_components = spatial_factors.shape[1]
    if n_components == 0:
        return np.zeros(0, dtype=int)
    gap = np.abs(wavenumbers[:, None] - wavenumbers[None, :])
    near = gap <= wavenumber_tolerance * np.maximum(wavenumbers[:, None], wavenumbers[None, :])
    linked = near & (mac(spatial_factors, spatial_factors) >= min_mac)
    if frequencies is not None:
        linked = linked & (np.abs(frequencies[:, None] - frequencies) <= frequency_gap)
    labels = np.full(n_components, -1)
    for component in range(n_components):
        if labels[component] < 0:
            _spread(linked, component, labels, int(labels.max()) + 1)
    return labels


def independent_channels(
    spatial_factors: np.ndarray, time_courses: np.ndarray, rtol: float = 1e-3
) -> tuple[np.ndarray, np.ndarray]:
    """Rewrite D Xᵀ of one group with as few columns as it needs.

    Parameters
    ----------
    spatial_factors : (n_points, n_components) array
    time_courses : (n_samples, n_components) array
    rtol : float
        Singular values below this share of the largest are dropped.

    Returns
    -------
    shapes : (n_points, n_channels) array, orthonormal columns
    signals : (n_channels, n_samples) array
        ``shapes @ signals`` is D Xᵀ up to `rtol`.
    """
    basis, triangular = np.linalg.qr(spatial_factors)
    vectors, values, signals = np.linalg.svd(triangular @ time_courses.T, full_matrices=False)
    kept = values > rtol * values[0]
    return basis @ vectors[:, kept], values[kept, None] * signals[kept]


def _spread(linked: np.ndarray, start: int, labels: np.ndarray, label: int) -> None:
    open_ends = [start]
    while open_ends:
        component = open_ends.pop()
        if labels[component] < 0:
            labels[component] = label
            open_ends.extend(np.flatnonzero(linked[component] & (labels < 0)).tolist())
