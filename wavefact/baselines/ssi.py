"""Covariance-driven stochastic subspace identification, with an automatic reading of its diagram."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from wavefact.baselines._dynamics import leading
from wavefact.baselines._packages import imported, quiet
from wavefact.baselines._poles import references, sorted_model
from wavefact.baselines._signals import scaled_signals
from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import mac, unit_shapes
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["SSI"]

_STEP = 2  # orders: a mode is a pair of poles
_SPREAD = 0.05  # of a cluster: relative difference in frequency plus 1 − MAC
_MOST_DAMPING = 0.1
_SETTINGS = (
    (10, 40, 4, 1000),
    (30, 60, 4, 1000),
    (20, 40, 8, 8),
    (30, 60, 8, 8),
    (30, 60, 20, 20),
    (40, 60, 12, 12),
)


@dataclass(frozen=True)
class SSI:
    """Find the poles of all orders, and take clusters of stable ones for modes.

    Attributes
    ----------
    block_rows : int or None
        None for 30, or fewer: a quarter of the samples.
    order : int or None
        Largest order; None for 60, or fewer: what the block rows allow.
    n_references : int
        Channels that all others are correlated with, spread evenly.
    n_channels : int
        More channels than these are compressed to as many principal components before, which finds weaker
        modes in noise, and ten times as fast.
    share : float
        Of the orders in which a mode must be stable.

    Notes
    -----
    A pole is stable if the next lower order has one that differs by less than 5 % in frequency, 10 % in
    damping and 5 % in MAC (pyOMA-2's criteria).  Stable poles with 0 to 10 % of damping are clustered by
    average linkage of |Δf|/f + 1 − MAC; a cluster's frequency and damping are medians, and its shape is the
    first singular vector of its members' shapes.

    References
    ----------
    Peeters & De Roeck, "Reference-based stochastic subspace identification for output-only modal analysis",
    Mechanical Systems and Signal Processing 13 (1999), section 4.1.
    Magalhães, Cunha & Caetano, "Online automatic identification of the modal parameters of a long span arch
    bridge", Mechanical Systems and Signal Processing 23 (2009), eq. (1).

    Examples
    --------
    >>> from wavefact.baselines import SSI
    >>> SSI().title, SSI().package
    ('SSI-cov', 'pyOMA-2')
    """

    block_rows: int | None = None
    order: int | None = None
    n_references: int = 12
    n_channels: int = 12
    share: float = 0.4
    title: ClassVar[str] = "SSI-cov"
    package: ClassVar[str] = "pyOMA-2"

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[SSI]:
        """Return block rows, orders, references and channels."""
        yield SSI()
        for block_rows, order, n_references, n_channels in _SETTINGS:
            if 4 * block_rows <= recording.n_samples:
                yield SSI(block_rows, order, n_references, n_channels)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Return the clusters of stable poles."""
        rate, (signals, _) = rate_of(recording), scaled_signals(recording)
        n_sensors = len(signals)
        compress = n_sensors > self.n_channels
        directions, courses = leading(signals, self.n_channels) if compress else (np.eye(n_sensors), signals)
        poles = self._poles(courses, rate)
        stable = (poles.Lab == 1) & (poles.Xi_poles > 0) & (poles.Xi_poles < _MOST_DAMPING)
        stable &= (poles.Fn_poles > 0) & (poles.Fn_poles < rate / 2)
        orders = np.broadcast_to(np.arange(stable.shape[1]), stable.shape)[stable]
        table = np.stack([poles.Fn_poles[stable], poles.Xi_poles[stable]])
        shapes = poles.Phi_poles[stable].T
        modes = [
            (*np.median(table[:, members], axis=1), _common_shape(shapes[:, members]))
            for members in _clusters(table[0], shapes)
            if np.unique(orders[members]).size >= self.share * stable.shape[1]
        ]
        columns = [np.zeros((len(courses), 0)), *(shape[:, None] for _, _, shape in modes)]
        values = np.array([mode[:2] for mode in modes]).reshape(-1, 2)
        common = directions @ np.concatenate(columns, axis=1)
        return sorted_model(values[:, 0], values[:, 1], common, recording)

    def _poles(self, signals: np.ndarray, rate: float) -> Any:
        n_sensors, n_samples = signals.shape
        block_rows = min(30, n_samples // 4) if self.block_rows is None else self.block_rows
        chosen = references(n_sensors, self.n_references)
        if block_rows < 2 or 4 * block_rows > n_samples:
            raise InputError(
                f"{n_samples} samples came for {block_rows} block rows; 4 for each, and 2, are needed."
            )
        order = min(
            60 if self.order is None else self.order, block_rows * len(chosen), (block_rows - 1) * n_sensors
        )
        with quiet():
            algorithms = imported("pyoma2.algorithms", "pyOMA-2")
            setup = imported("pyoma2.setup", "pyOMA-2").SingleSetup(signals.T, fs=rate)
            setup.add_algorithms(
                algorithms.SSI(
                    name="SSI", br=block_rows, ordmax=order - order % _STEP, step=_STEP, ref_ind=chosen
                )
            )
            setup.run_by_name("SSI")
            return setup["SSI"].result


def _clusters(frequencies: np.ndarray, shapes: np.ndarray) -> list[np.ndarray]:
    """Return the indices of each cluster of poles."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    if frequencies.size < 2:
        return [np.arange(frequencies.size)] if frequencies.size else []
    apart = np.abs(frequencies[:, None] - frequencies) / np.maximum(frequencies[:, None], frequencies)
    apart += 1 - mac(shapes, shapes)
    np.fill_diagonal(apart, 0.0)
    labels = fcluster(linkage(squareform(apart, checks=False), "average"), _SPREAD, "distance")
    return [np.flatnonzero(labels == label) for label in np.unique(labels)]


def _common_shape(shapes: np.ndarray) -> np.ndarray:
    """Return the shape that is nearest to all columns, whatever their phases."""
    return np.asarray(np.linalg.svd(unit_shapes(shapes), full_matrices=False)[0][:, 0])
