"""From fitted resonances to a modal model: shapes at the points, standard errors, shares of the energy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wavefact.modal.bins import Resonances, transfer
from wavefact.modal.channels import Channels
from wavefact.modal.fitting import Cluster
from wavefact.modal.model import ModalModel
from wavefact.modal.spectrum import Spectrum, cut, energies

__all__ = ["model_of", "qualities"]


def model_of(clusters: Sequence[Cluster], spectrum: Spectrum, channels: Channels) -> ModalModel:
    """Return the modes of all clusters, by rising frequency, without wavenumbers.

    Notes
    -----
    A shape s = z / z_p is scaled by its largest entry p, so its error is (δz − s δz_p) / z_p; that of the
    real part is kept.
    """
    parts = [(cluster, m) for cluster in clusters for m in range(len(cluster.turns))]
    parts = sorted(parts, key=lambda part: float(part[0].modes.frequencies[part[1]]))
    if not parts:
        return _without_modes(channels)
    modes = [cluster.modes.select([m]) for cluster, m in parts]
    joined = Resonances.joined(modes)
    errors = np.stack([np.sqrt(np.diag(cluster.covariance)).reshape(2, -1)[:, m] for cluster, m in parts], 1)
    shapes = [spectrum.shape(mode.shapes[:, 0]) for mode in modes]
    spreads = [
        spectrum.shape(mode.shapes[:, 0], c.turns[m]) for mode, (c, m) in zip(modes, parts, strict=True)
    ]
    scaled = [_scaled(shape, spread) for shape, spread in zip(shapes, spreads, strict=True)]
    columns = np.stack([shape for shape, _ in scaled], axis=1)
    return ModalModel(
        frequencies=joined.frequencies,
        damping_ratios=joined.damping_ratios,
        mode_shapes=columns.real if np.all(np.abs(columns.imag) < 1e-12) else columns,
        fit_quality=qualities(spectrum, modes),
        contributions=_contributions(
            joined, spectrum, np.array([np.sum(np.abs(shape) ** 2) for shape in shapes])
        ),
        positions=channels.positions,
        quantity=channels.quantity,
        unit=channels.unit,
        frequency_errors=joined.frequencies * errors[0],
        damping_errors=joined.damping_ratios * errors[1],
        shape_errors=np.stack([error for _, error in scaled], axis=1),
        names=channels.names,
    )


def qualities(spectrum: Spectrum, modes: Sequence[Resonances]) -> np.ndarray:
    """Return each mode's share of what happens at its resonance, others taken off, (n_modes,)."""
    shares = []
    for m, mode in enumerate(modes):
        rest = [other for o, other in enumerate(modes) if o != m]
        far = max(10 * float(mode.half_widths[0]), 8 * spectrum.resolution)
        near = float(mode.frequencies[0]) - far, float(mode.frequencies[0]) + far
        band, inward = cut(spectrum, mode.shapes, rest, near)
        own = mode.turned(inward)
        weights = np.abs(transfer(own, band)[0][0]) ** 2
        explained = float(energies(own, band, weights)[0])
        known = np.trace(band.known, axis1=1, axis2=2).real
        happening = float((np.sum(np.abs(band.values) ** 2, axis=0) - known) @ weights)
        shares.append(explained / max(happening, explained))
    return np.array(shares)


def _scaled(shape: np.ndarray, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a shape of largest entry 1, and the standard errors of its real part."""
    peak = int(np.argmax(np.abs(shape)))
    unit = shape / shape[peak]
    errors = (turns - unit[:, None] * turns[peak]) / shape[peak]
    return unit, np.linalg.norm(errors.real, axis=1)


def _contributions(modes: Resonances, spectrum: Spectrum, sizes: np.ndarray) -> np.ndarray:
    """Return each mode's share of the energy of the signals; `sizes` are the squared norms of its shapes."""
    channels = np.sum(np.abs(spectrum.values) ** 2, axis=1)
    levels = np.resize(np.sum(np.abs(spectrum.basis) ** 2, axis=0), channels.size)
    total = float(levels @ channels)
    return np.asarray(energies(modes, spectrum.whole) * sizes / total)


def _without_modes(channels: Channels) -> ModalModel:
    return ModalModel(
        np.zeros(0),
        np.zeros(0),
        np.zeros((channels.shapes.shape[0], 0)),
        positions=channels.positions,
        quantity=channels.quantity,
        unit=channels.unit,
        names=channels.names,
    )
