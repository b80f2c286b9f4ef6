"""Modal identification: from components or signals to modes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.bands import Band, checked_range, plan_bands, restrict
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
from wavefact.modal.residues import Residues, fit_residues
from wavefact.modal.spectrum import expected_slope, orthonormal, spectrum_of_channels
from wavefact.modal.stability import StabilityLimits, candidates
from wavefact.modal.subspace import block_counts, correlations, poles_by_order
from wavefact.modal.timed import modes_of_tones
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["IdentificationSettings", "fit_from_poles", "identify", "validated"]

_AROUND = 0.5, 1.5  # times the lowest and the highest frequency: where noise is looked at

_logger = logging.getLogger("wavefact")


@dataclass(frozen=True)
class IdentificationSettings:
    """Say what counts as a mode.

    Attributes
    ----------
    max_order : int
        Largest order of the state-space models.
    damping_range : (lowest, highest) damping ratio [-]
    stability : StabilityLimits
    min_prominence : float
        Least power of a mode over the noise around it.
    min_purity : float
        Least share of a mode's correlations that is one shape.
    max_rigid_share : float
        Motions that are rigid for the operator (eigenvalue zero) to more than this share of their
        energy are no waves and are left out; 1 keeps them.
    """

    max_order: int = 60
    damping_range: tuple[float, float] = (0.0, 0.2)
    stability: StabilityLimits = field(default_factory=StabilityLimits)
    min_prominence: float = 75.0
    min_purity: float = 0.5
    max_rigid_share: float = 0.8


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
    order to order are candidates; those that are prominent over the noise, of one shape and of positive power
    are modes, refined by least squares on the correlation functions.  Slow modes are sought in slowed-down
    signals.  A mode's shape is what its residue takes of each component's shape; its wavenumber comes from
    the operator's Rayleigh quotient of that shape.

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
    if isinstance(source, TimedComponents) and source.projected_courses is not None:
        return _of_tones(source, frequency_range, operator, settings)
    channels = channels_of(source, operator)
    n_channels, n_samples = channels.signals.shape
    bands = plan_bands(max(n_channels, 1), n_samples, channels.sampling_rate, frequency_range)
    found = [_stable_poles(channels, band, settings) for band in bands] if n_channels else []
    model = _elastic(fit_from_poles(channels, found, bands, settings), channels.operator, settings)
    _logger.info("identified %d modes in %d frequency bands", model.n_modes, len(bands))
    return model


def _of_tones(
    fit: TimedComponents,
    frequency_range: tuple[float, float] | None,
    operator: WaveOperator | None,
    settings: IdentificationSettings,
) -> ModalModel:
    operator = fit.operator if operator is None else operator
    low, high = checked_range(frequency_range, checked_rate(fit.sampling_rate))
    model = modes_of_tones(fit, operator)
    least, most = settings.damping_range
    kept = (model.damping_ratios > least) & (model.damping_ratios < most)
    kept = kept & (model.frequencies >= low) & (model.frequencies <= high)
    model = _elastic(model.select(kept), operator, settings)
    _logger.info("identified %d modes in %d components", model.n_modes, fit.spatial_factors.shape[1])
    return model


def _stable_poles(channels: Channels, band: Band, settings: IdentificationSettings) -> Residues:
    """Return the stable poles of a band that stand out of the noise, with their share in the signals."""
    rate = channels.sampling_rate / band.factor
    signals = restrict(channels.signals, channels.sampling_rate, band)
    n_rows, n_columns = block_counts(*signals.shape)
    lagged = correlations(signals, n_rows + n_columns)
    poles = poles_by_order(lagged, n_rows, rate, settings.max_order)
    frequencies, damping = candidates(poles, settings.damping_range, settings.stability)
    inside = (frequencies >= band.low) & (frequencies <= band.high)
    residues = fit_residues(lagged, frequencies[inside], damping[inside], rate)
    return residues.select(residues.credible(settings.min_prominence, settings.min_purity))


def fit_from_poles(
    channels: Channels, found: list[Residues], bands: tuple[Band, ...], settings: IdentificationSettings
) -> ModalModel:
    """Fit modes by greatest likelihood, from the poles that were found in each band."""
    every = np.concatenate([np.zeros(0), *(residues.frequencies for residues in found)])
    near = (_AROUND[0] * every.min(), _AROUND[1] * every.max()) if every.size else (0.0, bands[0].high)
    spectrum, inward = spectrum_of_channels(channels, near)
    starts = [start for residues in found for start in _starts(residues, inward, channels.denoised)]
    clusters = fit_modes(spectrum, starts, expected_slope(channels.quantity))
    model = model_of(clusters, spectrum, channels)
    (least, most), low, high = settings.damping_range, bands[-1].low, bands[0].high
    frequencies, damping = model.frequencies, model.damping_ratios
    return model.select((damping > least) & (damping < most) & (frequencies >= low) & (frequencies <= high))


def _starts(residues: Residues, inward: np.ndarray, denoised: bool) -> list[Start]:
    shapes = inward @ (residues.significant_shapes() if denoised else residues.shapes)
    significant = residues.channel_prominence >= 100
    starts = []
    for m, shape in enumerate(shapes.T):
        span = np.eye(len(shape))
        if denoised:
            span = orthonormal(inward[:, significant[:, m]])
        pair = np.linalg.svd(np.stack([shape.real, shape.imag], axis=1), full_matrices=False)
        if pair[1][1] < 0.2 * pair[1][0]:
            shape = pair[0][:, 0]
        shape = span @ (span.conj().T @ shape)
        starts.append(
            Start(
                residues.frequencies[m],
                residues.damping_ratios[m],
                shape / np.linalg.norm(shape),
                span,
                residues.power[m],
            )
        )
    return starts


def _elastic(
    model: ModalModel, operator: WaveOperator | None, settings: IdentificationSettings
) -> ModalModel:
    """Add wavenumbers, and leave out motions that are rigid for the operator."""
    from dataclasses import replace

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


def validated(settings: IdentificationSettings) -> IdentificationSettings:
    """Return the settings, or say what is wrong with them."""
    low, high = settings.damping_range
    if not 0 <= low < high <= 1:
        raise InputError(f"The damping range {low:g} to {high:g} must rise within 0 to 1.")
    if settings.max_order < 4:
        raise InputError(f"max_order must be at least 4, not {settings.max_order}.")
    return settings
