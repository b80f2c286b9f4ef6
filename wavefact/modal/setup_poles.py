"""Modes of several measurement setups, sought in all recordings at once: `identify_setups`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.modal._setup_checks import check_setups, checked_references
from wavefact.modal.bands import Band, plan_bands, restrict
from wavefact.modal.channels import Channels, channels_of, checked_rate
from wavefact.modal.identification import fit_from_poles
from wavefact.modal.model import ModalModel
from wavefact.modal.residues import Residues, fit_residues
from wavefact.modal.settings import IdentificationSettings, validated
from wavefact.modal.setups import merge_setups
from wavefact.modal.stability import group_poles
from wavefact.modal.subspace import block_counts, correlations, poles_by_order
from wavefact.recording import Recording

__all__ = ["identify_setups"]

_logger = logging.getLogger("wavefact")


@dataclass(frozen=True)
class _Setup:
    """The channels of a setup, and the signals of its references (n_references, n_samples)."""

    channels: Channels
    references: np.ndarray


def identify_setups(
    recordings: Sequence[Recording],
    frequency_range: tuple[float, float] | None = None,
    *,
    references: Sequence[str] | None = None,
    settings: IdentificationSettings | None = None,
) -> ModalModel:
    """Identify the modes of a structure from several setups that share reference channels.

    Parameters
    ----------
    recordings : sequence of Recording
        One for each setup, with the names of its channels; all at one sampling rate, of any lengths.
    frequency_range : (low, high) [Hz], optional
        Where to look; by default everywhere.
    references : sequence of str, optional
        Channels that stayed in place in all setups; by default all that the recordings share.
    settings : IdentificationSettings, optional
        Limits of what counts as a mode.

    Returns
    -------
    ModalModel
        As from `merge_setups`.

    Raises
    ------
    InputError
        If the recordings have no distinct names, share none, lack a reference, differ in sampling rate,
        quantity or unit, or cannot be identified by themselves.

    Notes
    -----
    The correlation functions of all channels with the references, one setup below the other, are sums of the
    same decaying exponentials: one subspace identification finds common poles.  Each setup's block has unit
    norm times the square root of its length, so that levels of excitation do not matter and long recordings
    weigh more; references keep their ratios.  Poles that stand out in at least one setup are starts in all.
    There frequency, damping and shape are those of greatest likelihood, for frequencies drift between setups;
    so a mode too faint for a setup's own search is found there too.  Then setups are merged as by
    `merge_setups`.

    References
    ----------
    E. Reynders, F. Magalhães, G. De Roeck and Á. Cunha, "Merging strategies for multi-setup operational modal
    analysis", Proc. IMAC XXVII, 2009 (there: PoGER).
    M. Döhler, E. Reynders, F. Magalhães, L. Mevel, G. De Roeck and Á. Cunha, "Pre- and post-identification
    merging for multi-setup OMA with covariance-driven SSI", Proc. IMAC XXVIII, 2010.

    Examples
    --------
    >>> t = np.arange(2000) / 100.0
    >>> decay = np.exp(-0.01 * 2 * np.pi * 5.0 * t) * np.sin(2 * np.pi * 5.0 * t)
    >>> noise = 0.01 * np.random.default_rng(0).standard_normal((4, 2000))
    >>> low = wf.Recording(np.outer([1.0, -0.5], decay) + noise[:2], 100.0, names=("top", "low"))
    >>> mid = wf.Recording(np.outer([2.0, 1.6], decay) + noise[2:], 100.0, names=("top", "mid"))
    >>> modes = wf.identify_setups([low, mid])
    >>> modes.names, modes.mode_shapes[:, 0].round(2), modes.frequencies.round(2)
    (('top', 'low', 'mid'), array([ 1. , -0.5,  0.8]), array([5.]))
    """
    settings = validated(IdentificationSettings() if settings is None else settings)
    check_setups(recordings, Recording)
    chosen = checked_references(recordings, references)
    rate = _common_rate(recordings)
    setups = [_Setup(channels_of(recording), _signals(recording, chosen)) for recording in recordings]
    bands = plan_bands(*_sizes(setups), rate, frequency_range, len(setups[0].references))
    found = [_common_poles(setups, band, settings) for band in bands]
    models = [
        fit_from_poles(setup.channels, [residues[s] for residues in found], bands, settings)
        for s, setup in enumerate(setups)
    ]
    for s, model in enumerate(models, 1):
        _logger.info("identified %d modes in setup %d", model.n_modes, s)
    return merge_setups(models, chosen)


def _common_rate(recordings: Sequence[Recording]) -> float:
    rates = [checked_rate(recording.sampling_rate) for recording in recordings]
    if not np.allclose(rates, rates[0], rtol=1e-9):
        listed = ", ".join(f"{rate:g}" for rate in rates)
        raise InputError(f"The setups are sampled at {listed} Hz; bring all to one rate first (decimate).")
    return rates[0]


def _signals(recording: Recording, names: tuple[str, ...]) -> np.ndarray:
    """Return the signals of named channels; of complex ones the real, then the imaginary parts."""
    signals = to_numpy(recording.select(list(names)).load().signals)
    return np.concatenate([signals.real, signals.imag]) if np.iscomplexobj(signals) else signals


def _sizes(setups: Sequence[_Setup]) -> tuple[int, int]:
    """Return the number of channels of all setups, and of samples of the shortest."""
    shapes = [setup.channels.signals.shape for setup in setups]
    return sum(shape[0] for shape in shapes), min(shape[1] for shape in shapes)


def _common_poles(setups: Sequence[_Setup], band: Band, settings: IdentificationSettings) -> list[Residues]:
    """Return the poles of a band that all setups share and that stand out in one, for each setup."""
    full = setups[0].channels.sampling_rate
    rate, (n_channels, n_samples) = full / band.factor, _sizes(setups)
    signals = [restrict(setup.channels.signals, full, band) for setup in setups]
    references = _balanced([restrict(setup.references, full, band) for setup in setups])
    n_rows, n_columns = block_counts(n_channels, n_samples // band.factor, len(references[0]))
    blocks = [
        correlations(own, n_rows + n_columns, fixed) for own, fixed in zip(signals, references, strict=True)
    ]
    scaled = [
        block * np.sqrt(own.shape[1]) / np.linalg.norm(block[1:])
        for block, own in zip(blocks, signals, strict=True)
    ]
    poles = poles_by_order(np.concatenate(scaled, axis=1), n_rows, rate, settings.max_order)
    groups = group_poles(poles, settings.damping_range, settings.stability)
    groups = groups.select((groups.frequencies >= band.low) & (groups.frequencies <= band.high))
    lagged = [correlations(own, sum(block_counts(*own.shape))) for own in signals]
    residues = [fit_residues(each, groups.frequencies, groups.damping_ratios, rate) for each in lagged]
    limits = settings.min_prominence, settings.min_purity
    clear = np.any([share.credible(*limits) for share in residues], axis=0)
    return [share.select(clear) for share in residues]


def _balanced(references: list[np.ndarray]) -> list[np.ndarray]:
    """Bring references to about one level, each by the same factor in all setups."""
    spreads = np.log([signals.std(axis=1) + np.finfo(float).tiny for signals in references])
    common = np.mean(spreads - spreads.mean(axis=1, keepdims=True), axis=0)
    return [signals / np.exp(common)[:, None] for signals in references]
