"""Covariance-driven stochastic subspace identification: from signals to poles.

The correlation functions of free decays and of responses to white noise are sums of the same
decaying exponentials as the modes, so one method serves both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Poles", "correlations", "poles_by_order"]

_MAX_ROWS, _MAX_COLUMNS = 960, 480


@dataclass(frozen=True)
class Poles:
    """The oscillating poles of one model order.

    Attributes
    ----------
    order : int
    frequencies : (n_poles,) array [Hz]
    damping_ratios : (n_poles,) array [-]
    shapes : (n_channels, n_poles) complex array
    """

    order: int
    frequencies: np.ndarray
    damping_ratios: np.ndarray
    shapes: np.ndarray


def block_counts(n_channels: int, n_samples: int, n_references: int | None = None) -> tuple[int, int]:
    """Choose the block rows and columns of the Hankel matrix: long enough, yet cheap to decompose."""
    longest = max(n_samples // 8, 4)
    rows = min(max(_MAX_ROWS // n_channels, 12), 120, 3 * longest // 5)
    columns = min(max(_MAX_COLUMNS // (n_references or n_channels), 8), 80, 2 * longest // 5)
    return max(rows, 2), max(columns, 1)


def correlations(signals: np.ndarray, n_lags: int, references: np.ndarray | None = None) -> np.ndarray:
    """Estimate the correlation matrices of signals, with references, at lags 0 … n_lags.

    Parameters
    ----------
    signals : (n_channels, n_samples) real array
    n_lags : int
        Less than n_samples.
    references : (n_references, n_samples) real array, optional
        By default the signals themselves.

    Returns
    -------
    (n_lags + 1, n_channels, n_references) array
        Entry [k, i, j] is the mean of y_i(t + k) r_j(t).

    Notes
    -----
    All lags average over the same times t: then the correlation of a free decay is a sum of *exactly* the
    decay's own exponentials, however short the recording; for a stationary response it is unbiased.

    Examples
    --------
    >>> import numpy as np
    >>> correlations(np.array([[1.0, 2.0, 4.0, 8.0]]), 2).ravel()
    array([ 2.5,  5. , 10. ])
    """
    n_times = signals.shape[1] - n_lags
    past = (signals if references is None else references)[:, :n_times].T
    return np.stack([signals[:, lag : lag + n_times] @ past for lag in range(n_lags + 1)]) / n_times


def poles_by_order(
    lagged: np.ndarray, n_rows: int, sampling_rate: float, max_order: int
) -> tuple[Poles, ...]:
    """Compute the poles of state-space models of order 2, 4, … from correlation matrices.

    Parameters
    ----------
    lagged : (n_lags + 1, n_channels, n_references) array
        As from `correlations`.
    n_rows : int
        Block rows of the Hankel matrix; the other lags make its columns.
    sampling_rate : float [Hz]
    max_order : int

    Returns
    -------
    tuple of Poles, by rising order

    Notes
    -----
    The block Hankel matrix H[a, b] = R(a + b + 1) factors into observability and controllability; its leading
    left singular vectors O, shifted by one block, give the state matrix: O↑ A = O↓.  Orders are nested: the
    least squares is solved once, by QR, and cut.

    References
    ----------
    B. Peeters and G. De Roeck, "Reference-based stochastic subspace identification for output-only modal
    analysis", Mech. Syst. Signal Process. 13(6), 1999.
    """
    n_columns = lagged.shape[0] - n_rows
    blocks = lagged[1 + np.arange(n_rows)[:, None] + np.arange(n_columns)[None, :]]
    hankel = blocks.transpose(0, 2, 1, 3).reshape(n_rows * lagged.shape[1], -1)
    vectors, values, _ = np.linalg.svd(hankel, full_matrices=False)
    order = min(max_order, int(np.sum(values > 1e-12 * values[0])), (n_rows - 1) * lagged.shape[1])
    observability = vectors[:, :order] * np.sqrt(values[:order])
    orthogonal, triangular = np.linalg.qr(observability[: -lagged.shape[1]])
    shifted = orthogonal.T @ observability[lagged.shape[1] :]
    return tuple(
        _poles(
            np.linalg.solve(triangular[:n, :n], shifted[:n, :n]),
            observability[: lagged.shape[1], :n],
            sampling_rate,
        )
        for n in range(2, order + 1, 2)
    )


def _poles(state: np.ndarray, output: np.ndarray, sampling_rate: float) -> Poles:
    eigenvalues, vectors = np.linalg.eig(state)
    upper = eigenvalues.imag > 1e-9 * np.abs(eigenvalues)
    rates = np.log(eigenvalues[upper]) * sampling_rate
    return Poles(
        order=state.shape[0],
        frequencies=np.abs(rates) / (2 * np.pi),
        damping_ratios=-rates.real / np.abs(rates),
        shapes=output @ vectors[:, upper],
    )
