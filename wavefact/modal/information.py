"""Derivatives of the likelihood of resonances: its gradient and Fisher's information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.modal.bins import Bins, Resonances, color_ratio, decays
from wavefact.modal.whittle import Evaluation, prior, regular, root_response

__all__ = ["derivatives"]

_FIELDS = ("first", "second", "third", "spread", "mean")
_AT_ONCE = 200_000  # entries of a block, which stay in the cache

_Pairs = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class _Changes:
    """How parameters change the model: covariance by b ψ_i ψ_jᴴ and its adjoint, mean by u ψ_m.

    ψ are the columns of a frame; `first`, `second` and `third` (n_parameters,) hold i, j and m, `spread` and
    `mean` (n_parameters, n_bins) hold b and u.
    """

    first: np.ndarray
    second: np.ndarray
    third: np.ndarray
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
        Parameters: ln f, ln ζ, ln F, slope of all modes, then the tangents' coefficients, then real and
        imaginary parts of the correlations above the diagonal where there are any, then ln σ².
    """
    frame = _frame(modes, at, tangents)
    parts = [_nonlinear(modes, band, at, tangents), _correlated(modes, at), _linear(at)]
    changes = _Changes(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS))
    weighted = at.precision @ frame
    inner = np.moveaxis(frame.conj().transpose(0, 2, 1) @ weighted, 0, -1)
    crossed = np.moveaxis(weighted.conj().transpose(0, 2, 1) @ weighted, 0, -1)
    rest = np.einsum("knq,kn->qk", frame.conj(), at.rest)
    gradient = np.append(_gradient(changes, inner, rest), _noise_slope(modes, at))
    information = _information(changes, inner)
    crossed = crossed[changes.second, changes.first]
    with_noise = 2 * modes.noise * np.sum(np.real(changes.spread * crossed), axis=1)
    own = modes.noise**2 * np.sum(np.abs(at.precision) ** 2)
    information = np.block([[information, with_noise[:, None]], [with_noise[None, :], np.array([[own]])]])
    n_modes = modes.frequencies.size
    expected = np.concatenate([np.arange(n_modes, 2 * n_modes), np.arange(3 * n_modes, 4 * n_modes)])
    shift, weight = prior(modes, band)
    gradient[expected] += shift
    information[expected, expected] += weight
    n_linear = parts[-1].first.size
    return _eliminated(gradient, information, changes.first.size - n_linear, n_linear)


def _frame(modes: Resonances, at: Evaluation, tangents: list[np.ndarray]) -> np.ndarray:
    """Return the columns that changes are made of, (n_bins, n_channels, n_columns).

    First the shapes, then the tangents, then for each mode the shapes times its cross power densities: by
    what the covariance changes with the mode's response.
    """
    fixed = np.concatenate([modes.shapes, *tangents], axis=1)
    moving = modes.shapes @ np.moveaxis(at.response, 2, 0)
    return np.concatenate([np.broadcast_to(fixed, (len(moving), *fixed.shape)), moving], axis=2)


def _nonlinear(modes: Resonances, band: Bins, at: Evaluation, tangents: list[np.ndarray]) -> _Changes:
    turn = np.exp(-2j * np.pi * band.frequencies / band.sampling_rate)
    damping, pole = modes.damping_ratios, modes.rates
    by_damping = -2 * np.pi * modes.frequencies * damping * (1 + 1j * damping / np.sqrt(1 - damping**2))
    poles = np.exp(pole / band.sampling_rate)[:, None]
    slope = poles * turn * at.gains / band.sampling_rate  # d ln h / ds
    image = poles.conj() * turn * at.images / band.sampling_rate
    own, other = at.amplitudes[:, None] * at.gains, at.amplitudes.conj()[:, None] * at.images
    ratio, *by = color_ratio(modes, band)
    color = (modes.slopes[:, None] / ratio - 2 / (1 + ratio)) / 2
    rows = [
        (slope * change + color * shift, own * slope * change + other * image * change.conj())
        for change, shift in zip((pole[:, None], by_damping[:, None]), by, strict=True)
    ]
    still = np.zeros_like(own)
    rows += [(np.full_like(ratio, 0.5), still), (np.log(ratio) / 2, still)]
    every = np.arange(damping.size)
    owners = np.repeat(every, [directions.shape[1] for directions in tangents])
    turned = damping.size + np.arange(owners.size)
    return _Changes(
        first=np.concatenate([np.tile(every, 4), turned]),
        second=np.concatenate([np.tile(every, 4), owners]) + damping.size + owners.size,
        third=np.concatenate([np.tile(every, 4), turned]),
        spread=np.concatenate([*(row[0] for row in rows), np.ones_like(own)[owners]]),
        mean=np.concatenate([*(row[1] for row in rows), (own + other)[owners]]),
    )


def _correlated(modes: Resonances, at: Evaluation) -> _Changes:
    """Return changes by the real, then the imaginary parts of the correlations of excitations."""
    n_modes = modes.frequencies.size if modes.correlation is not None else 0
    first, second = np.triu_indices(n_modes, 1)
    own = root_response(np.abs(np.einsum("iik->ik", at.response)), at.gains)
    cross = own[first] * own[second].conj()
    first, second = np.tile(first, 2), np.tile(second, 2)
    spread = np.concatenate([cross, 1j * cross])
    return _Changes(first, second, first, spread, np.zeros_like(spread))


def _linear(at: Evaluation) -> _Changes:
    columns, owners = decays(at.gains, at.images), np.tile(np.arange(at.amplitudes.size), 2)
    return _Changes(owners, owners, owners, np.zeros(columns.shape), columns)


def _gradient(changes: _Changes, inner: np.ndarray, rest: np.ndarray) -> np.ndarray:
    first, second, third = rest[changes.first], rest[changes.second], rest[changes.third]
    by_spread = changes.spread * (inner[changes.second, changes.first] - first.conj() * second)
    return np.asarray(2 * np.sum(np.real(by_spread - changes.mean.conj() * third), axis=1))


def _information(changes: _Changes, inner: np.ndarray) -> np.ndarray:
    """Return Σ tr(C⁻¹ ∂C C⁻¹ ∂C′) + 2 Re ∂μᴴ C⁻¹ ∂μ′ (Slepian–Bangs), of each pair of changes once."""
    one, other = np.triu_indices(changes.first.size)
    total = np.zeros((changes.first.size, changes.first.size))
    for term, parts in ((_by_spread, changes.spread), (_by_mean, changes.mean)):
        changing = np.asarray(np.any(parts, axis=1))
        both = changing[one] & changing[other]
        pairs = one[both], other[both]
        step = max(1, _AT_ONCE // max(pairs[0].size, 1))
        for start in range(0, inner.shape[2], step):
            part = slice(start, start + step)
            found = term(changes, inner[:, :, part], parts[:, part], pairs)
            total[pairs] += 2 * np.sum(np.real(found), axis=1)
    return total + np.triu(total, 1).T


def _by_spread(changes: _Changes, inner: np.ndarray, spread: np.ndarray, pairs: _Pairs) -> np.ndarray:
    (i, m), (j, n) = ([field[index] for index in pairs] for field in (changes.first, changes.second))
    straight = spread[pairs[1]] * inner[j, m] * inner[n, i]
    crossed = spread.conj()[pairs[1]] * inner[j, n] * inner[m, i]
    return np.asarray(spread[pairs[0]] * (straight + crossed))


def _by_mean(changes: _Changes, inner: np.ndarray, mean: np.ndarray, pairs: _Pairs) -> np.ndarray:
    u, v = (changes.third[index] for index in pairs)
    return np.asarray(mean.conj()[pairs[0]] * mean[pairs[1]] * inner[u, v])


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
