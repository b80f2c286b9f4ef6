"""The recording that a command works on: its options, how it is read, and how it is described."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from wavefact.cli._files import read_recording
from wavefact.cli._options import POSITIONS, Decorated, layout_options, rate_option
from wavefact.errors import InputError
from wavefact.preparation import detrend
from wavefact.recording import Recording

__all__ = ["described", "detrend_option", "recording_for", "recording_options"]


def recording_options(command: Decorated) -> Decorated:
    """Add the options that say how a recording is read, and whether its trend is removed."""
    return click.option(
        "--positions",
        type=POSITIONS,
        metavar="LIST|FILE",
        help="Where the sensors are [m]: numbers between commas, or a file with a row a sensor.",
    )(rate_option(layout_options(detrend_option(command))))


def detrend_option(command: Decorated) -> Decorated:
    """Add ``--detrend``."""
    return click.option(
        "--detrend", type=click.Choice(["constant", "linear"]), help="Remove offsets, or also drifts, first."
    )(command)


def recording_for(path: Path, options: Mapping[str, Any]) -> Recording:
    """Read a recording as the options say.

    Raises
    ------
    InputError
        If the options contradict each other.
    """
    if options["positions"] is not None and options["spacing"] is not None:
        raise InputError("--positions and --spacing contradict each other; give one of them.")
    signals = read_recording(
        path,
        sampling_rate=options["sampling_rate"],
        positions=options["positions"],
        axis=options["axis"],
        component=options["component"],
        part=options["part"],
    )
    return signals if options["detrend"] is None else detrend(signals, options["detrend"])


def described(signals: Recording) -> str:
    """Say in a few words what a recording is."""
    return str(signals).removeprefix("Recording(").removesuffix(")")
