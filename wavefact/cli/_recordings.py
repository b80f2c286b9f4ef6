"""The recording that a command works on: its options, how it is read, and how it is described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from wavefact.cli._channels import channel_options, mind_faults, taken
from wavefact.cli._files import BASELINE, MODEL, read_recording, result_kind
from wavefact.cli._options import POSITIONS, Decorated, layout_options, rate_option
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.preparation import detrend
from wavefact.recording import Recording

__all__ = [
    "chosen_recording",
    "described",
    "detrend_option",
    "recording_for",
    "recording_options",
    "source_for",
]

_READ = ("sampling_rate", "positions", "unit", "axis", "component", "part")
"""Options that say how a file is read; commands have some of them."""


def recording_options(command: Decorated) -> Decorated:
    """Add the options that say how a recording is read, what of it is taken, and whether detrended."""
    return click.option(
        "--positions",
        type=POSITIONS,
        metavar="LIST|FILE",
        help="Where the sensors are [m]: numbers between commas, or a file with a row a sensor.",
    )(rate_option(layout_options(channel_options(detrend_option(command)))))


def detrend_option(command: Decorated) -> Decorated:
    """Add ``--detrend``."""
    return click.option(
        "--detrend", type=click.Choice(["constant", "linear"]), help="Remove offsets, or also drifts, first."
    )(command)


def chosen_recording(path: Path, options: Mapping[str, Any], *, along_a_line: bool = False) -> Recording:
    """Read the channels of a recording that the options choose, as recorded."""
    how = {name: options[name] for name in _READ if name in options}
    return taken(read_recording(path, **how), options, along_a_line=along_a_line)


def recording_for(path: Path, options: Mapping[str, Any], *, is_fitted: bool = False) -> Recording:
    """Read a recording as the options say.

    Parameters
    ----------
    path : Path
    options : mapping
        Values of `recording_options`.
    is_fitted : bool
        Whether waves along the channels are fitted: faulty channels are told of, and distances matter.

    Raises
    ------
    InputError
        If the options contradict each other.
    """
    if options["positions"] is not None and options["spacing"] is not None:
        raise InputError("--positions and --spacing contradict each other; give one of them.")
    signals = chosen_recording(path, options, along_a_line=is_fitted)
    if is_fitted:
        mind_faults(signals)
    return signals if options["detrend"] is None else detrend(signals, options["detrend"])


def source_for(path: Path, options: Mapping[str, Any]) -> Factorization | Recording:
    """Read what modes can be identified in; faulty channels of a recording are told of, hammers elsewhere."""
    kind, trend = result_kind(path), options["detrend"]
    if kind == MODEL:
        raise InputError(f"{path} holds modes already; see `wavefact info {path}`.")
    if kind in (None, BASELINE):  # which is refused
        recording = chosen_recording(path, options)
        mind_faults(recording, but=("spikes",))
        return recording if trend is None else detrend(recording, trend)
    if trend is not None:
        raise InputError(f"{path} is a factorization; --detrend is for recordings, so factorize with it.")
    if options["channels"] or options["leave_out"]:
        raise InputError(f"{path} is a factorization of all its channels; factorize with those you want.")
    fit, rate = Factorization.load(path), options["sampling_rate"]
    return fit if rate is None else replace(fit, sampling_rate=rate)


def described(signals: Recording) -> str:
    """Say in a few words what a recording is."""
    return str(signals).removeprefix("Recording(").removesuffix(")")
