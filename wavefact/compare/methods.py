"""All methods by name: wavefact itself, as it comes, and the baselines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines import BASELINES, Baseline
from wavefact.denoising import declip, denoise
from wavefact.denoising.waves import travelling_part
from wavefact.errors import InputError
from wavefact.fit import factorize
from wavefact.modal import DirectedWaves, ModalModel, identify
from wavefact.operators import WaveOperator
from wavefact.recording import Recording
from wavefact.whitening import whiten

__all__ = ["METHODS", "Wavefact", "method"]


@dataclass(frozen=True)
class Wavefact:
    """Wavefact with all defaults: nothing is tuned, so its only candidate is itself."""

    title: ClassVar[str] = "wavefact"
    package: ClassVar[str] = ""

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[Wavefact]:
        """Return the defaults."""
        yield self

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return what `wavefact.denoise` leaves."""
        return denoise(recording, operator)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Name the modes: in the components, which see far below the noise; strong ones in the signals too.

        Waves that travel are named as such.
        """
        repaired = declip(recording, operator)
        white = whiten(repaired, operator).recording
        fit = factorize(white, operator)
        waves = travelling_part(fit, white)
        if waves is not None:
            return _modes_of_waves(waves, recording)
        fills = fit.n_components >= recording.n_sensors  # then nothing told noise from waves
        in_signals = identify(repaired if fills else white) if fills or fit.time_weight == 0 else None
        in_components = identify(fit)
        if in_signals is None or in_components.n_modes > in_signals.n_modes:
            return in_components
        return in_signals


def _modes_of_waves(waves: DirectedWaves, recording: Recording) -> ModalModel:
    """Take each wave e^(−ikx) for a mode; damping stays unknown."""
    positions = recording.positions
    places = np.arange(recording.n_sensors) if positions is None else np.asarray(positions).ravel()
    return ModalModel(
        frequencies=waves.frequencies,
        damping_ratios=np.full(waves.frequencies.size, np.nan),
        mode_shapes=np.exp(-1j * np.outer(places, waves.wavenumbers)),
        wavenumbers=waves.wavenumbers,
        frequency_errors=waves.frequency_errors,
        positions=positions,
        quantity=recording.quantity,
        unit=recording.unit,
        names=recording.names,
    )


METHODS: dict[str, type[Baseline]] = {"wavefact": Wavefact, **BASELINES}
"""All methods by the name that ``wavefact compare --with`` takes."""


def method(name: str) -> Baseline:
    """Return a method with automatic settings.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    if name not in METHODS:
        raise InputError(f"There is no method {name!r}; expected some of {', '.join(METHODS)}.")
    return METHODS[name]()
