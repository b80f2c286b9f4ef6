"""Dynamic mode decomposition of correlation functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._dynamics import fitted, leading, most_delays
from wavefact.baselines._poles import modes_of_poles, references
from wavefact.baselines._signals import scaled_signals
from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording, rate_of

__all__ = ["CorrelationDMD", "correlations"]

_MOST_LAGS = 500
_LAGS, _RANKS = (125, 250, 500), (None, 6, 10, 16)


@dataclass(frozen=True)
class CorrelationDMD:
    """Fit one linear step to correlations with a few references, which decay as the structure does.

    Of ambient vibration the signals themselves are no sum of exponentials, their correlations are.

    Attributes
    ----------
    lags : int or None
        Lags 1, 2, … of the correlations; None for an eighth of the samples, at most 500.
    rank : int or None
        None for the singular values above the optimal hard threshold, made even.
    n_references : int
        Channels that all others are correlated with, spread evenly.
    n_channels : int
        More correlations than these are compressed to as many principal components.

    Notes
    -----
    R_ij(k) = Σ_t y_i(t + k) y_j(t), of as many terms at every lag: so a free decay has correlations of its
    own poles exactly, and those of stationary signals have no bias.  Lag 0, where sensor noise is, is left
    out.

    References
    ----------
    James, Carne & Lauffer, "The natural excitation technique (NExT) for modal parameter extraction from
    operating structures", J. Analytical and Experimental Modal Analysis 10 (1995).

    Examples
    --------
    >>> from wavefact.baselines import CorrelationDMD
    >>> CorrelationDMD().title, CorrelationDMD().package
    ('correlation DMD', 'PyDMD')
    """

    lags: int | None = None
    rank: int | None = None
    n_references: int = 8
    n_channels: int = 10
    title: ClassVar[str] = "correlation DMD"
    package: ClassVar[str] = "PyDMD"

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[CorrelationDMD]:
        """Return lags and ranks."""
        yield CorrelationDMD()
        for lags in sorted({min(lags, recording.n_samples // 2) for lags in _LAGS}):
            for rank in _RANKS:
                yield CorrelationDMD(lags, rank)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Take each eigenvalue that swings for a mode."""
        rate, (signals, _) = rate_of(recording), scaled_signals(recording)
        lags = max(1, min(recording.n_samples // 8, _MOST_LAGS)) if self.lags is None else self.lags
        chosen = references(recording.n_sensors, self.n_references)
        table = correlations(signals, chosen, lags)
        directions, courses = leading(table.reshape(-1, lags), self.n_channels)
        dynamics = fitted(courses, most_delays(*courses.shape), self.rank)
        tables = (directions @ dynamics.shapes).T.reshape(-1, recording.n_sensors, len(chosen))
        shapes = np.linalg.svd(tables, full_matrices=False)[0][
            :, :, 0
        ].T  # tables of a mode are shape × weights
        return modes_of_poles(dynamics.poles(rate), shapes, dynamics.energies(lags), recording)


def correlations(signals: np.ndarray, chosen: list[int], lags: int) -> np.ndarray:
    """Return correlations of all signals with chosen ones at lags 1, 2, …: (n_sensors, n_chosen, lags)."""
    n_samples = signals.shape[1]
    if not 1 <= lags < n_samples:
        raise InputError(f"lags is {lags} for {n_samples} samples; give an integer from 1 to below that.")
    length = 2 ** int(np.ceil(np.log2(2 * n_samples)))
    spectra = np.fft.rfft(signals, length)
    table = np.empty((len(signals), len(chosen), lags))
    for place, reference in enumerate(chosen):
        first = np.fft.rfft(signals[reference, : n_samples - lags], length)
        table[:, place] = np.fft.irfft(spectra * first.conj(), length)[:, 1 : lags + 1]
    return table
