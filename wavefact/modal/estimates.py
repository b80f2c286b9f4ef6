"""From fitted resonances to a modal model: shapes at the points, standard errors, shares of the energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from wavefact.modal.bins import Resonances, transfer
from wavefact.modal.channels import About
from wavefact.modal.fitting import Cluster
from wavefact.modal.groups import reach_of
from wavefact.modal.model import PER_ENTRY, PER_MODE, ModalModel
from wavefact.modal.similarity import normalized_shapes
from wavefact.modal.spectrum import Spectrum, cut, energies

__all__ = ["joined", "model_of", "no_modes"]


def model_of(clusters: Sequence[Cluster], spectrum: Spectrum, about: About) -> ModalModel:
    """Return the modes of all clusters, by rising frequency, without wavenumbers.

    Notes
    -----
    A shape s = z / z_p is scaled by its largest entry p, so its error is (δz − s δz_p) / z_p; that of the
    real part is kept.
    """
    parts = [(cluster, m) for cluster in clusters for m in range(len(cluster.turns))]
    parts = sorted(parts, key=lambda part: float(part[0].modes.frequencies[part[1]]))
    if not parts:
        return no_modes(len(spectrum.basis), about)
    modes = [cluster.modes.select([m]) for cluster, m in parts]
    joined = Resonances.joined(modes)
    errors = np.stack([np.sqrt(np.diag(cluster.covariance)).reshape(2, -1)[:, m] for cluster, m in parts], 1)
    shapes = [spectrum.shape(mode.shapes[:, 0]) for mode in modes]
    spreads = [
        spectrum.shape(mode.shapes[:, 0], c.turns[m]) for mode, (c, m) in zip(modes, parts, strict=True)
    ]
    errors_of_shapes = [_shape_errors(*pair) for pair in zip(shapes, spreads, strict=True)]
    sizes = np.array([np.sum(np.abs(shape) ** 2) for shape in shapes])
    noise = float(np.median([mode.noise for mode in modes]))
    return ModalModel(
        frequencies=joined.frequencies,
        damping_ratios=joined.damping_ratios,
        mode_shapes=normalized_shapes(np.stack(shapes, axis=1)),
        fit_quality=_qualities(spectrum, modes),
        contributions=_contributions(joined, noise, spectrum, sizes),
        frequency_errors=joined.frequencies * errors[0],
        damping_errors=joined.damping_ratios * errors[1],
        shape_errors=np.stack(errors_of_shapes, axis=1),
        **about,
    )


def _qualities(spectrum: Spectrum, modes: Sequence[Resonances]) -> np.ndarray:
    """Return each mode's share of what happens at its resonance, others taken off, (n_modes,)."""
    shares = []
    for m, mode in enumerate(modes):
        rest = [other for o, other in enumerate(modes) if o != m]
        far = float(reach_of(mode.half_widths, spectrum.resolution)[0])
        near = float(mode.frequencies[0]) - far, float(mode.frequencies[0]) + far
        band, inward = cut(spectrum, mode.shapes, rest, near)
        own = mode.turned(inward)
        weights = np.abs(transfer(own, band)[0][0]) ** 2
        explained = float(energies(own, band, weights)[0])
        known = np.trace(band.known, axis1=1, axis2=2).real
        happening = float((np.sum(np.abs(band.values) ** 2, axis=0) - known) @ weights)
        shares.append(explained / max(happening, explained))
    return np.array(shares)


def _shape_errors(shape: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Return the standard errors of the real part of a shape, once its largest entry is 1."""
    peak = int(np.argmax(np.abs(shape)))
    errors = (turns - (shape / shape[peak])[:, None] * turns[peak]) / shape[peak]
    return np.asarray(np.linalg.norm(errors.real, axis=1))


def _contributions(modes: Resonances, noise: float, spectrum: Spectrum, sizes: np.ndarray) -> np.ndarray:
    """Return each mode's share of the energy of the signals, noise taken off.

    `sizes` (n_modes,) are the squared norms of the shapes at the points.
    """
    channels = np.sum(np.abs(spectrum.values) ** 2 - noise, axis=1)
    levels = np.resize(np.sum(np.abs(spectrum.basis) ** 2, axis=0), channels.size)
    shares = energies(modes, spectrum.whole) * sizes
    return np.asarray(shares / max(float(levels @ channels), float(np.sum(shares))))


def joined(models: Sequence[ModalModel]) -> ModalModel:
    """Return the modes of several models of the same points, by rising frequency."""
    fields: dict[str, Any] = {
        name: np.concatenate([getattr(model, name) for model in models]) for name in PER_MODE
    }
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(model, name) for model in models], axis=1) for name in PER_ENTRY
    }
    order = np.argsort(fields["frequencies"], kind="stable")
    return replace(models[0], **fields, **columns).select(order)


def no_modes(n_points: int, about: About) -> ModalModel:
    """Return a model without modes."""
    return ModalModel(np.zeros(0), np.zeros(0), np.zeros((n_points, 0)), **about)
