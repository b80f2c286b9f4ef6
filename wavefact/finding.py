"""`find_modes`: from a raw recording to modes in one call, in components or signals, whichever tells more."""

from __future__ import annotations

import logging

import numpy as np

from wavefact._fit_checks import prepare
from wavefact.denoising import declip
from wavefact.denoising.waves import travelling_part
from wavefact.fit import factorize
from wavefact.modal import DirectedWaves, ModalModel, identify
from wavefact.operators import WaveOperator
from wavefact.operators._projection import projected
from wavefact.recording import Recording
from wavefact.solution import Callback
from wavefact.whitening import whiten

__all__ = ["find_modes"]

logger = logging.getLogger("wavefact")

AGREES = 1.5  # mean square of differences over standard errors, of the middle one among the modes


def find_modes(
    recording: Recording,
    operator: WaveOperator | None = None,
    *,
    callback: Callback | None = None,
    rng: np.random.Generator | int = 0,
) -> ModalModel:
    """Find the modes of a raw recording.

    Parameters
    ----------
    recording, operator
        As for `factorize`; with a sampling rate.
    callback : callable, optional
        Receives a `Step` after every round of `factorize`; a true answer stops that cleanly.
    rng : numpy.random.Generator or int
        For the noise that λ is chosen from.

    Returns
    -------
    ModalModel
        Of travelling waves, each e^(−ikx), without damping.

    Raises
    ------
    InputError
        If the recording or the operator cannot be used; the text says why.

    Notes
    -----
    Clipped channels are repaired (`declip`), coloured noise is whitened (`whiten`), and the recording is
    factorized with automatic weights. Where waves travel along a line they are told (`directed_waves`);
    else modes are identified in the components, which see far below the noise.  Strong waves are looked for
    in the signals too, whose shapes no wave equation has drawn: these are taken if they are more, or if the
    components' shapes differ from them by more than noise explains, so that the equation does not hold.

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2
    >>> wf.find_modes(scenario_s2(10.0).recording, wf.String(100)).frequencies.round()
    array([12., 25., 37., 61., 96.])
    """
    recording, operator = prepare(recording, operator)
    repaired = declip(recording, operator, callback=callback, rng=rng)
    white = whiten(repaired, operator).recording
    fit = factorize(white, operator, callback=callback, rng=rng)
    waves = travelling_part(fit, white)
    if waves is not None:
        return _modes_of_waves(waves, recording)
    in_components = identify(fit)
    fills = fit.n_components >= recording.n_sensors  # then nothing told noise from waves
    if not fills and fit.time_weight > 0:
        return in_components
    in_signals = identify(repaired if fills else white)
    more = in_components.n_modes - in_signals.n_modes
    where = in_components if more > 0 or (more == 0 and _agree(in_components, in_signals)) else in_signals
    logger.info("modes are those in the %s", "signals" if where is in_signals else "components")
    return where


def _agree(drawn: ModalModel, free: ModalModel) -> bool:
    """Tell whether shapes that a wave equation has drawn are the free ones but for their errors."""
    squares = []
    for m in range(drawn.n_modes):
        nearest = int(np.argmin(np.abs(free.frequencies - drawn.frequencies[m])))
        loose = free.shape_errors[:, nearest] > 0
        weights = 1 / free.shape_errors[loose, nearest]
        ours, theirs = weights * drawn.mode_shapes[loose, m], weights * free.mode_shapes[loose, nearest]
        rest = theirs - ours * (np.vdot(ours, theirs) / np.vdot(ours, ours))
        squares.append(float(np.mean(np.abs(rest) ** 2)))
    return bool(squares) and float(np.median(squares)) < AGREES


def _modes_of_waves(waves: DirectedWaves, recording: Recording) -> ModalModel:
    """Take each wave e^(−ikx) for a mode; damping stays unknown."""
    positions = recording.positions
    places = np.arange(recording.n_sensors) if positions is None else projected(positions, 1).ravel()
    return ModalModel(
        frequencies=waves.frequencies,
        damping_ratios=np.full(waves.frequencies.size, np.nan),
        mode_shapes=np.exp(-1j * np.outer(places, waves.wavenumbers)),
        wavenumbers=waves.wavenumbers,
        frequency_errors=waves.frequency_errors,
        positions=positions,
        length_unit="sensor" if positions is None else "m",
        quantity=recording.quantity,
        unit=recording.unit,
        names=recording.names,
    )
