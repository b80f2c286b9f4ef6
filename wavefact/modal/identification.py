"""Modal identification: from components or signals to modes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from wavefact.modal.bands import Band, checked_range
from wavefact.modal.channels import (
    Channels,
    Components,
    TimedComponents,
    channels_of,
    checked_rate,
    rigid_motions,
)
from wavefact.modal.estimates import model_of
from wavefact.modal.fitting import Start, fit_modes
from wavefact.modal.model import ModalModel
from wavefact.modal.onset import onset_of, since_impact
from wavefact.modal.residues import Residues
from wavefact.modal.search import Found, search
from wavefact.modal.settings import IdentificationSettings, validated
from wavefact.modal.span_errors import with_span_errors
from wavefact.modal.spectrum import expected_slope, orthonormal, spectrum_of_channels
from wavefact.modal.timed import modes_of_tones
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording
from wavefact.threads import threads_for

__all__ = ["elastic", "fit_from_poles", "fitted", "identify"]

_NEARLY_REAL = 0.2  # second axis of a shape's entries in the complex plane, over the first

_logger = logging.getLogger("wavefact")


def identify(
    source: Components | Recording,
    frequency_range: tuple[float, float] | None = None,
    *,
    operator: WaveOperator | None = None,
    settings: IdentificationSettings | None = None,
) -> ModalModel:
    """Identify the modes of a structure from a factorization, or from a recording with few sensors.

    Works on free decays, impact responses and responses to random excitation.

    Parameters
    ----------
    source : Factorization or Recording
        A factorization gives mode shapes at all points of its operator.
    frequency_range : (low, high) [Hz], optional
        Where to look; by default everywhere.
    operator : WaveOperator, optional
        Says what the wavenumber of a shape is; by default the factorization's.
    settings : IdentificationSettings, optional
        Limits of what counts as a mode.

    Returns
    -------
    ModalModel
        By rising frequency; without modes if there are none.

    Raises
    ------
    InputError
        If the sampling rate is missing, the range is empty or beyond the Nyquist frequency, signals are
        too short or not finite, or the operator is of another size.

    Notes
    -----
    Components of the same wavenumber and shape are gathered; the few signals that remain go together through
    covariance-driven stochastic subspace identification, whose model order is swept.  Poles that stay from
    order to order, are prominent over the noise, of one shape and of positive power, are candidates.  Slow
    modes are sought in slowed-down signals.  The likelihood of all channels in the frequency domain decides
    which candidates are modes, and what their frequencies, damping ratios and shapes are; its curvature gives
    the standard errors.  Wavenumbers come from the operator's Rayleigh quotient of the shapes.

    Where a factorization has penalised time too, its components already stand out of the noise and say where
    modes are.  Components of one shape whose frequencies form a chain are gathered; frequency and damping
    are then those of greatest likelihood for the recording projected onto the shapes, which no filter has
    narrowed.

    References
    ----------
    B. Peeters and G. De Roeck, "Reference-based stochastic subspace identification for output-only modal
    analysis", Mech. Syst. Signal Process. 13(6), 1999.
    P. Whittle, "Estimation and information in stationary time series", Ark. Mat. 2, 1953.

    Examples
    --------
    >>> import numpy as np
    >>> from wavefact.recording import Recording
    >>> t = np.arange(2000) / 100.0
    >>> decay = np.exp(-0.01 * 2 * np.pi * 5.0 * t) * np.sin(2 * np.pi * 5.0 * t)
    >>> noise = 0.01 * np.random.default_rng(0).standard_normal((2, 2000))
    >>> modes = identify(Recording(np.outer([1.0, -0.5], decay) + noise, sampling_rate=100.0))
    >>> modes.frequencies.round(2), modes.damping_ratios.round(3)
    (array([5.]), array([0.01]))
    """
    settings = validated(IdentificationSettings() if settings is None else settings)
    if isinstance(source, TimedComponents) and _is_timed(source):
        return _of_tones(source, frequency_range, operator, settings)
    channels = channels_of(source, operator)
    with threads_for(*channels.signals.shape):
        found = search(channels, frequency_range, settings)
        model = with_span_errors(fitted(channels, found, settings), channels.principal or source)
        model = elastic(model, channels.operator, settings)
    _logger.info("identified %d modes in %d frequency bands", model.n_modes, len(found))
    return model


def _is_timed(fit: TimedComponents) -> bool:
    return fit.frequencies is not None and fit.projected_courses is not None


def _of_tones(
    fit: TimedComponents,
    frequency_range: tuple[float, float] | None,
    operator: WaveOperator | None,
    settings: IdentificationSettings,
) -> ModalModel:
    operator = fit.operator if operator is None else operator
    low, high = checked_range(frequency_range, checked_rate(fit.sampling_rate))
    with threads_for(*fit.time_courses.shape):
        model = with_span_errors(modes_of_tones(fit, operator), fit)
        model = elastic(_within(model, (low, high), settings), operator, settings)
    _logger.info("identified %d modes in %d components", model.n_modes, fit.spatial_factors.shape[1])
    return model


def fitted(channels: Channels, found: Sequence[Found], settings: IdentificationSettings) -> ModalModel:
    """Fit the credible groups of poles by greatest likelihood, without wavenumbers."""
    bands = tuple(each.band for each in found)
    return fit_from_poles(channels, [each.credible(settings) for each in found], bands, settings)


def fit_from_poles(
    channels: Channels, residues: Sequence[Residues], bands: Sequence[Band], settings: IdentificationSettings
) -> ModalModel:
    """Fit modes by greatest likelihood from the poles that were found in each band, without wavenumbers.

    Notes
    -----
    Modes that an impact within the recording sets in motion are fitted from it on, others in the whole.
    """
    poles = np.concatenate([np.zeros(0), *(each.frequencies for each in residues)])
    limits = (bands[-1].low, bands[0].high) if bands else (0.0, channels.sampling_rate / 2)
    rate = channels.sampling_rate
    onset = onset_of(channels.signals, poles / rate)
    model = since_impact(onset, poles, rate, lambda sample: _likeliest(channels.since(sample), residues))
    return _within(model, limits, settings)


def _likeliest(channels: Channels, residues: Sequence[Residues]) -> ModalModel:
    """Return the modes of greatest likelihood in all of the channels' signals."""
    poles = np.concatenate([np.zeros(0, complex), *(each.poles for each in residues)])
    spectrum, inward = spectrum_of_channels(channels, poles)
    starts = [start for each in residues for start in _starts(each, inward, channels.denoised)]
    return model_of(fit_modes(spectrum, starts, expected_slope(channels.quantity)), spectrum, channels.about)


def _within(model: ModalModel, limits: tuple[float, float], settings: IdentificationSettings) -> ModalModel:
    """Return the modes within limits (low, high) [Hz] and the range of damping ratios."""
    (low, high), (least, most) = limits, settings.damping_range
    frequencies, damping = model.frequencies, model.damping_ratios
    return model.select((damping > least) & (damping < most) & (frequencies >= low) & (frequencies <= high))


def _starts(residues: Residues, inward: np.ndarray, denoised: bool) -> list[Start]:
    """Return where to look for modes, in the channels that `inward` leads to."""
    shapes = inward @ (residues.significant_shapes() if denoised else residues.shapes)
    starts = []
    for m, shape in enumerate(shapes.T):
        significant = residues.significant[:, m] if denoised else slice(None)
        span = orthonormal(inward[:, significant]) if denoised else np.eye(len(shape))
        axes, sizes, _ = np.linalg.svd(np.stack([shape.real, shape.imag], axis=1), full_matrices=False)
        is_real = sizes[-1] < _NEARLY_REAL * sizes[0] or len(sizes) == 1  # of one channel, any shape is
        column = span @ (span.conj().T @ (axes[:, 0] if is_real else shape))
        if not np.any(column):  # no channel has more of it than noise would give
            continue
        starts.append(
            Start(
                frequency=float(residues.frequencies[m]),
                damping_ratio=float(residues.damping_ratios[m]),
                shape=column / np.linalg.norm(column),
                span=span,
                energy=float(residues.power[m]),
            )
        )
    return starts


def elastic(model: ModalModel, operator: WaveOperator | None, settings: IdentificationSettings) -> ModalModel:
    """Add wavenumbers, and leave out motions that are rigid for the operator."""
    if operator is None or model.n_modes == 0:
        return model
    weights = np.abs(operator.analyze(model.mode_shapes)) ** 2
    weights = weights / weights.sum(axis=0)
    share = weights[rigid_motions(operator)].sum(axis=0)
    waves = share <= settings.max_rigid_share
    if not np.all(waves):
        listed = ", ".join(f"{f:.4g} Hz" for f in model.frequencies[~waves])
        _logger.info("left out motions that are rigid for %s: %s", operator.description(), listed)
    wavenumbers = np.array([operator.wavenumber(kappa) for kappa in operator.eigenvalues @ weights])
    return replace(model, wavenumbers=wavenumbers).select(waves)
