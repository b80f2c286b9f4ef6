"""Channels of the recording that a command works on: which are taken, and which of these are faulty."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

import click
import numpy as np

from wavefact._recording_fields import sensor_indices
from wavefact.cli._options import Decorated
from wavefact.errors import InputError
from wavefact.preparation import channel_faults
from wavefact.recording import Recording

__all__ = ["channel_options", "mind_faults", "numbered", "own_name", "taken"]

_logger = logging.getLogger("wavefact")

_MOST_NUMBERS = 20_000_000  # of signals that are looked through for faults
_FEWEST_SAMPLES = 64  # fewer tell nothing
_MOST_TOLD = 4
_MINDED = ("silent", "clipped", "stuck", "duplicate", "spikes")  # dead ones are refused, or have no share
_SPAN = re.compile(r"(\d+)-(\d+)")


def channel_options(command: Decorated) -> Decorated:
    """Add ``--channels`` and ``--leave-out``."""
    for name, text in (("--leave-out", "All but these channels"), ("--channels", "Only these channels")):
        command = click.option(
            name, metavar="LIST", help=f"{text}: names, or numbers from 0 such as 0,4-7, between commas."
        )(command)
    return command


def taken(recording: Recording, options: Mapping[str, Any], *, along_a_line: bool = False) -> Recording:
    """Return the channels of a recording that the options choose, in the order of the file.

    Parameters
    ----------
    recording : Recording
    options : mapping
        Values of `channel_options`.
    along_a_line : bool
        Whether the distances of those that stay matter.

    Raises
    ------
    InputError
        If a channel does not exist, both options are given, no channel is left, or distances matter and are
        no longer known.
    """
    wanted, unwanted = options["channels"], options["leave_out"]
    if wanted is None and unwanted is None:
        return recording
    if wanted is not None and unwanted is not None:
        raise InputError("--channels and --leave-out both say what is taken; give one of them.")
    listed = set(sensor_indices(_items(wanted or unwanted, recording), recording.names, recording.n_sensors))
    chosen = sorted(listed if unwanted is None else set(range(recording.n_sensors)) - listed)
    if not chosen:
        raise InputError(f"--leave-out {unwanted} leaves none of the {recording.n_sensors} channels.")
    is_even = len(set(np.diff(chosen))) <= 1
    if along_a_line and not is_even and (recording.positions is None or options["spacing"] is not None):
        raise InputError(
            f"The {len(chosen)} channels that stay are not evenly spaced; give --positions, of all "
            f"{recording.n_sensors} channels, instead of --spacing or none."
        )
    return recording.select(chosen)


def numbered(text: str) -> str | int:
    """Return the number that a text is, or the text."""
    return int(text) if re.fullmatch(r"-?\d+", text) else text


def _items(text: str, recording: Recording) -> list[str | int]:
    """Return the names and numbers in a list; what is the name of a channel stands for no number."""
    names = set(recording.names or ())
    if text in names:
        return [text]
    items: list[str | int] = []
    for part in (part.strip() for part in text.split(",")):
        span = None if part in names else _SPAN.fullmatch(part)
        if span is not None and int(span[1]) > int(span[2]):
            raise InputError(f"{part!r} runs backward; write {span[2]}-{span[1]}.")
        if span is not None:
            items += range(int(span[1]), min(int(span[2]), recording.n_sensors) + 1)
        else:
            items.append(part if part in names else numbered(part))
    return items


def mind_faults(recording: Recording, *, but: tuple[str, ...] = ()) -> None:
    """Log which channels are faulty, as recorded: they take part, and false modes may come of it.

    Parameters
    ----------
    recording : Recording
        Looked through if it is in memory, real and not vast.
    but : tuple of str
        Kinds of faults that are told otherwise.
    """
    is_vast = recording.is_lazy or recording.n_sensors * recording.n_samples > _MOST_NUMBERS
    if is_vast or recording.n_samples < _FEWEST_SAMPLES or np.iscomplexobj(recording.signals):
        return
    found = [
        fault for fault in channel_faults(recording).faults if fault.kind in _MINDED and fault.kind not in but
    ]
    for fault in found[:_MOST_TOLD]:
        said = _said(recording, fault.sensor)
        _logger.warning(
            "channel %s is faulty (%s: %s) and takes part all the same: false modes may come of it; "
            "--leave-out %s leaves it out",
            said,
            fault.kind,
            fault.text,
            said,
        )
    if len(found) > _MOST_TOLD:
        _logger.warning("%d more faults of channels: `wavefact info` lists them", len(found) - _MOST_TOLD)


def own_name(recording: Recording, sensor: int) -> str:
    """Return the name of a channel; empty where it has none of its own."""
    names = recording.names or ()
    return names[sensor] if names and names.count(names[sensor]) == 1 else ""


def _said(recording: Recording, sensor: int) -> str:
    """Return the name of a channel where that is its own and can be listed, else its number."""
    name = own_name(recording, sensor)
    return name if re.fullmatch(r"[\w.+-]+", name) else str(sensor)
