"""Derivatives of the likelihood of resonances: its gradient and Fisher's information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.modal.bins import Bins, Resonances, color_ratio, decays
from wavefact.modal.whittle import Evaluation, regular, slope_prior

__all__ = ["derivatives"]


@dataclass(frozen=True)
class _Changes:
    """How parameters change the model: covariance by b (ψ_i ψ_jᴴ + ψ_j ψ_iᴴ), mean by u ψ_j.

    ψ are the columns of a frame; `first` and `second` (n_parameters,) hold i and j, `spread` and `mean`
    (n_parameters, n_bins) hold b and u.
    """

    first: np.ndarray
    second: np.ndarray
    spread: np.ndarray
    mean: np.ndarray


def derivatives(
    modes: Resonances, band: Bins, at: Evaluation, tangents: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient of the cost and Fisher's information, amplitudes eliminated.

    Parameters
    ----------
    modes, band, at
        Resonances, data, and what `evaluate` made of them.
    tangents : list of (n_channels, n_directions) arrays, one a mode
        Directions in which its shape may turn.

    Returns
    -------
    gradient : (n_parameters,) array
    information : (n_parameters, n_parameters) array
        Parameters: ln f, ln ζ, ln F, slope of all modes, then the tangents' coefficients, then ln σ².
    """
    frame = np.concatenate([modes.shapes, *tangents], axis=1)
    nonlinear, linear = _nonlinear(modes, band, at, tangents), _linear(at)
    changes = _Changes(
        first=np.concatenate([nonlinear.first, linear.first]),
        second=np.concatenate([nonlinear.second, linear.second]),
        spread=np.concatenate([nonlinear.spread, linear.spread]),
        mean=np.concatenate([nonlinear.mean, linear.mean]),
    )
    weighted = at.precision @ frame
    inner = np.moveaxis(frame.conj().T @ weighted, 0, -1)
    crossed = np.moveaxis(weighted.conj().transpose(0, 2, 1) @ weighted, 0, -1)
    rest = (at.rest @ frame.conj()).T
    gradient = np.append(_gradient(changes, inner, rest), _noise_slope(modes, at))
    information = _information(changes, inner)
    crossed = crossed[changes.first, changes.second].real
    with_noise = 2 * modes.noise * np.sum(changes.spread * crossed, axis=1)
    own = modes.noise**2 * np.sum(np.abs(at.precision) ** 2)
    information = np.block([[information, with_noise[:, None]], [with_noise[None, :], np.array([[own]])]])
    n_modes = modes.frequencies.size
    slopes = np.arange(3 * n_modes, 4 * n_modes)
    shift, weight = slope_prior(modes, band)
    gradient[slopes] += shift
    information[slopes, slopes] += weight
    return _eliminated(gradient, information, nonlinear.first.size, linear.first.size)


def _nonlinear(modes: Resonances, band: Bins, at: Evaluation, tangents: list[np.ndarray]) -> _Changes:
    turn = np.exp(-2j * np.pi * band.frequencies / band.sampling_rate)
    damping, pole = modes.damping_ratios, modes.rates
    by_damping = -2 * np.pi * modes.frequencies * damping * (1 + 1j * damping / np.sqrt(1 - damping**2))
    poles = np.exp(pole / band.sampling_rate)[:, None]
    slope = poles * turn * at.gains / band.sampling_rate  # d ln h / ds
    image = poles.conj() * turn * at.images / band.sampling_rate
    own, other = at.amplitudes[:, None] * at.gains, at.amplitudes.conj()[:, None] * at.images
    rows = [
        (at.spread * np.real(slope * change), own * slope * change + other * image * change.conj())
        for change in (pole[:, None], by_damping[:, None])
    ]
    ratio, *by = color_ratio(modes, band)
    color = at.spread / 2 * (modes.slopes[:, None] / ratio - 2 / (1 + ratio))
    rows = [(spread + color * change, mean) for (spread, mean), change in zip(rows, by, strict=True)]
    still = np.zeros_like(own)
    rows += [(at.spread / 2, still), (at.spread * np.log(ratio) / 2, still)]
    every = np.arange(damping.size)
    owners = np.repeat(every, [directions.shape[1] for directions in tangents])
    return _Changes(
        first=np.concatenate([np.tile(every, 4), owners]),
        second=np.concatenate([np.tile(every, 4), damping.size + np.arange(owners.size)]),
        spread=np.concatenate([*(row[0] for row in rows), at.spread[owners]]),
        mean=np.concatenate([*(row[1] for row in rows), (own + other)[owners]]),
    )


def _linear(at: Evaluation) -> _Changes:
    columns, owners = decays(at.gains, at.images), np.tile(np.arange(at.amplitudes.size), 2)
    return _Changes(owners, owners, np.zeros(columns.shape), columns)


def _gradient(changes: _Changes, inner: np.ndarray, rest: np.ndarray) -> np.ndarray:
    first, second = rest[changes.first], rest[changes.second]
    by_spread = changes.spread * np.real(inner[changes.first, changes.second] - first.conj() * second)
    return np.asarray(2 * np.sum(by_spread - np.real(changes.mean.conj() * second), axis=1))


def _information(changes: _Changes, inner: np.ndarray) -> np.ndarray:
    """Return Σ tr(C⁻¹ ∂C C⁻¹ ∂C′) + 2 Re ∂μᴴ C⁻¹ ∂μ′ (Slepian–Bangs)."""
    i, j = changes.first[:, None], changes.second[:, None]
    m, n = changes.first[None, :], changes.second[None, :]
    means = inner[j, n]
    traces = np.real(inner[n, i] * inner[j, m] + inner[m, i] * means)
    by_spread = changes.spread[:, None] * changes.spread[None, :] * traces
    by_mean = changes.mean.conj()[:, None] * changes.mean[None, :] * means
    return np.asarray(2 * np.sum(by_spread + by_mean.real, axis=2))


def _noise_slope(modes: Resonances, at: Evaluation) -> float:
    traces = np.trace(at.precision, axis1=1, axis2=2).real
    return float(modes.noise * (np.sum(traces) - np.sum(np.abs(at.rest) ** 2)))


def _eliminated(
    gradient: np.ndarray, information: np.ndarray, n_before: int, n_linear: int
) -> tuple[np.ndarray, np.ndarray]:
    """Take out the amplitudes, where the gradient is zero."""
    linear = np.arange(n_before, n_before + n_linear)
    kept = np.delete(np.arange(gradient.size), linear)
    across = information[np.ix_(kept, linear)]
    solved = np.linalg.solve(regular(information[np.ix_(linear, linear)]), across.T)
    return gradient[kept], information[np.ix_(kept, kept)] - across @ solved
