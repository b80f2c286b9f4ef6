"""Channels of a recording that measured forces: how they are named, used, and told from responses."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from wavefact._recording_fields import sensor_indices
from wavefact.cli._channels import numbered, own_name
from wavefact.modal import ModalModel
from wavefact.recording import Recording
from wavefact.spectral import frequency_response, modes_of_response
from wavefact.spectral._cut import are_impacts

__all__ = ["hint_at_forces", "modes_of_forces"]

_MOST_HAMMERS = 4  # that strike a structure in one recording

_logger = logging.getLogger("wavefact")


def modes_of_forces(
    recording: Recording, channels: Sequence[str], band: tuple[float, float] | None
) -> ModalModel:
    """Return the modes in the frequency response functions from these channels to all others.

    Raises
    ------
    InputError
        If a channel does not exist, or none is left as a response.
    """
    names = recording.names or ()
    chosen: list[str | int] = [name if name in names else numbered(name) for name in channels]
    indices = sensor_indices(chosen, recording.names, recording.n_sensors)
    return modes_of_response(frequency_response(recording, indices), band)


def hint_at_forces(recording: Recording) -> None:
    """Log which few channels are short blows, beside others that are not."""
    signals = np.asarray(recording.load().signals)
    if np.iscomplexobj(signals):
        return
    struck = [sensor for sensor, row in enumerate(signals) if are_impacts([row[None].astype(float)])]
    if len(struck) > min(_MOST_HAMMERS, recording.n_sensors - 1):
        return
    for sensor in struck:
        name = own_name(recording, sensor)
        said = repr(name) if name else str(sensor)
        _logger.warning("channel %s looks like a hammer's force; if it is, give --force %s", said, said)
