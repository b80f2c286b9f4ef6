"""Modes from frequency response functions, by least squares in the frequency domain."""

from __future__ import annotations

import logging

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.modal.poles import continuous_poles
from wavefact.modal.similarity import normalized_shapes
from wavefact.modal.stability import StabilityLimits, group_poles
from wavefact.spectral._fraction import fraction_poles
from wavefact.spectral._residues import PoleFit, fit_poles
from wavefact.spectral.response import FrequencyResponse

__all__ = ["modes_of_response"]

_logger = logging.getLogger("wavefact")

FEWEST_LINES = 16
FEWEST_OF_OCTAVE = 100  # lines below an octave, without which it is not a band of its own
BEYOND, EDGE = 1.25, 1.01  # an octave is fitted with what is beside it; an edge keeps away from modes
LIMITS = StabilityLimits(share=0.1)  # false candidates are told by their errors
DAMPING_RANGE = (0.0, 0.2)  # where identification looks too
MOST_ERROR = 0.2  # standard errors of a pole, of its decay rate: beyond, it is no mode


def modes_of_response(
    response: FrequencyResponse,
    frequency_range: tuple[float, float] | None = None,
    *,
    max_order: int = 60,
) -> ModalModel:
    """Identify the modes in frequency response functions of one or several inputs.

    Parameters
    ----------
    response : FrequencyResponse
        Of displacements, velocities or accelerations; lines with NaN are left out.
    frequency_range : (low, high) [Hz], optional
        Where to look; by default everywhere.
    max_order : int
        Largest order of the matrix fractions: several times the number of modes in an octave.

    Returns
    -------
    ModalModel
        By rising frequency; without modes if there are none.  `fit_quality` is the share of the response
        within the mode's half-power bandwidth that all modes together explain.

    Raises
    ------
    InputError
        If the range holds too few lines or does not rise, or `max_order` is not a whole number above 2.

    Notes
    -----
    Octave by octave, for responses grow and fade by orders of magnitude over a wide range, and the loudest
    lines, or those where the force had nothing left to excite, would decide over all: poly-reference
    least-squares complex frequency (p-LSCF) at orders up to the largest; poles that stay from
    order to order, with their shapes, are candidates.  Then H(s) = Σ R_k/(s − λ_k) + R_k*/(s − λ_k*), with
    what modes beyond the range leave in it, is fitted by least squares: first the residues (LSFD), then the
    poles with them, whose standard errors follow.  Candidates whose decay rate is less than five standard
    errors are no modes.  A shape is the leading left singular vector of its residues.  Several inputs tell
    apart modes within a bandwidth, though not two of the very same pole.  The decay of an exponential
    window is taken off.

    References
    ----------
    P. Guillaume, P. Verboven, S. Vanlanduit, H. Van der Auweraer and B. Peeters, "A poly-reference
    implementation of the least-squares complex frequency-domain estimator", Proc. 21st International Modal
    Analysis Conference, 2003.

    Examples
    --------
    >>> f = np.linspace(1.0, 20.0, 191)
    >>> s = 2j * np.pi * f
    >>> poles = 2 * np.pi * np.array([5.0, 12.0]) * (-0.01 + 1j * np.sqrt(1 - 0.01**2))
    >>> terms = 1 / ((s - poles[:, None]) * (s - poles.conj()[:, None]))
    >>> shapes = np.array([[1.0, 1.0], [0.5, -0.8]])
    >>> compliance = np.einsum("om,im,mf->oif", shapes, shapes[:1], terms)
    >>> modes = wf.modes_of_response(wf.FrequencyResponse(f, compliance, quantity="displacement"))
    >>> modes.frequencies.round(3), modes.damping_ratios.round(4), modes.mode_shapes.real.round(3)
    (array([ 5., 12.]), array([0.01, 0.01]), array([[ 1. ,  1. ],
           [ 0.5, -0.8]]))
    """
    chosen = _lines(response, frequency_range)
    values, s = response.values[:, :, chosen], response.laplace[chosen]
    lines = response.frequencies[chosen]
    poles, noise, octaves = _search(values, s, (lines, response.decay_rate), max_order)
    fit = fit_poles(values, s, poles, noise)
    for _ in range(2):  # what modes of other octaves leave in one is no noise
        noise = np.concatenate(
            [np.full(part.shape[2], _level(part)) for part in np.split(fit.misfit, octaves, 2)]
        )
        fit = _judged(values, s, lines, fit_poles(values, s, fit.poles, noise), noise)
    model = _model(response, fit, values, chosen)
    log = _logger.info if model.n_modes else _logger.warning
    log("found %d modes in %d frequency response functions", model.n_modes, values[:, :, 0].size)
    return model


def _search(
    values: np.ndarray, s: np.ndarray, about: tuple[np.ndarray, float], max_order: int
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Return poles, octave by octave, the noise of each line that they leave, and where octaves begin."""
    lines, decay_rate = about
    found, noise, begins, high = [], np.ones(lines.size), [], float(lines[-1])
    while high > lines[0]:
        low = high / 2 if np.count_nonzero(lines < high / 2) >= FEWEST_OF_OCTAVE else float(lines[0])
        near = (lines >= low / BEYOND) & (lines <= high * BEYOND)
        fit = _of_band(values[:, :, near], s[near], (lines[near], decay_rate), max_order)
        own = np.abs(fit.poles) / (2 * np.pi)
        if low > lines[0]:  # no edge goes through a mode
            low = min([low, *own[(own > low / EDGE) & (own < low * EDGE)] / EDGE])
        found.append(fit.poles[(own >= low) & ((own < high) | (high == lines[-1]))])
        noise[(lines >= low) & (lines <= high)] = _level(fit.misfit[:, :, lines[near] >= low])
        begins.append(int(np.searchsorted(lines, low)))
        high = low
    return np.concatenate(found), noise, begins[-2::-1]


def _of_band(values: np.ndarray, s: np.ndarray, about: tuple[np.ndarray, float], max_order: int) -> PoleFit:
    lines, decay_rate = about
    order = _order(max_order, lines.size, values.shape[1])
    groups = group_poles(fraction_poles(values, lines, decay_rate, order), DAMPING_RANGE, LIMITS)
    return _judged(
        values, s, lines, fit_poles(values, s, continuous_poles(groups.frequencies, groups.damping_ratios))
    )


def _level(misfit: np.ndarray) -> float:
    """Return the mean over functions, on a logarithmic scale, of what is left of them."""
    sizes = np.sqrt(np.mean(np.abs(misfit) ** 2, axis=2))
    return float(np.exp(np.mean(np.log(np.maximum(sizes, np.finfo(float).tiny)))))


def _judged(
    values: np.ndarray, s: np.ndarray, lines: np.ndarray, fit: PoleFit, noise: np.ndarray | None = None
) -> PoleFit:
    """Fit again without false poles, which took a share of true ones, until all are credible."""
    while not np.all(credible := _credible(fit, lines)):
        fit = fit_poles(values, s, fit.poles[credible], noise)
    return fit


def _lines(response: FrequencyResponse, frequency_range: tuple[float, float] | None) -> np.ndarray:
    low, high = (0.0, np.inf) if frequency_range is None else (float(edge) for edge in frequency_range)
    if not 0 <= low < high:
        raise InputError(f"The frequency range {low:g} to {high:g} Hz must rise from zero or above.")
    inside = (response.frequencies >= low) & (response.frequencies <= high)
    chosen = np.flatnonzero(inside & np.all(np.isfinite(response.values), axis=(0, 1)))
    if chosen.size < FEWEST_LINES:
        raise InputError(
            f"{chosen.size} lines with a response are within {low:g} to {high:g} Hz; "
            f"at least {FEWEST_LINES} are needed: widen the range, or refine the resolution."
        )
    if not np.any(response.values[:, :, chosen]):
        raise InputError("The response is zero throughout the range.")
    return chosen


def _order(max_order: int, n_lines: int, n_inputs: int) -> int:
    if not isinstance(max_order, int | np.integer) or max_order < 3:
        raise InputError(f"max_order is {max_order!r}; give a whole number from 3.")
    return max(3, min(int(max_order), n_lines // (2 * (n_inputs + 1))))


def _credible(fit: PoleFit, frequencies: np.ndarray) -> np.ndarray:
    """Say which poles are modes: within the lines, damped, and known well enough."""
    size = np.abs(fit.poles)
    damping = -fit.poles.real / size
    known = np.all(fit.errors < -MOST_ERROR * fit.poles.real, axis=0)
    inside = (size >= 2 * np.pi * frequencies[0]) & (size <= 2 * np.pi * frequencies[-1])
    return np.asarray(known & inside & (damping > DAMPING_RANGE[0]) & (damping < DAMPING_RANGE[1]))


def _model(response: FrequencyResponse, fit: PoleFit, values: np.ndarray, chosen: np.ndarray) -> ModalModel:
    order = np.argsort(np.abs(fit.poles))
    poles, errors = fit.poles[order], fit.errors[:, order]
    shapes = [np.linalg.svd(residue, full_matrices=False)[0][:, :1] for residue in fit.residues[order]]
    frequencies = np.abs(poles) / (2 * np.pi)
    return ModalModel(
        frequencies=frequencies,
        damping_ratios=-poles.real / np.abs(poles),
        mode_shapes=normalized_shapes(np.concatenate([np.zeros((response.n_outputs, 0)), *shapes], axis=1)),
        fit_quality=_quality(fit.misfit, values, response.frequencies[chosen], poles),
        positions=response.output_positions,
        quantity=response.quantity,
        unit=response.unit,
        frequency_errors=errors[1] / (2 * np.pi),
        damping_errors=errors[0] / np.abs(poles),
        names=response.output_names,
    )


def _quality(misfit: np.ndarray, values: np.ndarray, lines: np.ndarray, poles: np.ndarray) -> np.ndarray:
    left, whole = (np.sum(np.abs(part) ** 2, axis=(0, 1)) for part in (misfit, values))
    shares = []
    for pole in poles:
        away = np.abs(lines - pole.imag / (2 * np.pi))
        near = (away <= -pole.real / (2 * np.pi)) | (away == away.min())
        shares.append(1 - np.sum(left[near]) / np.sum(whole[near]))
    return np.clip(np.array(shares), 0.0, 1.0)
