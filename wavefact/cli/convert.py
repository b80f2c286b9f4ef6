"""`wavefact convert`: a recording in another format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np

from wavefact.cli._channels import channel_options
from wavefact.cli._options import (
    FORMATS_HELP,
    PATH,
    POSITIONS,
    layout_options,
    quiet_option,
    rate_option,
    verbose_option,
)
from wavefact.cli._outputs import check_targets, outputs
from wavefact.cli._progress import progress
from wavefact.cli._recordings import chosen_recording, described
from wavefact.io import scan, write

__all__ = ["convert"]


@click.command(short_help="Write a recording in another format.", epilog=FORMATS_HELP)
@click.argument("source", type=PATH)
@click.argument("target", type=PATH)
@layout_options
@channel_options
@rate_option
@click.option(
    "--positions", type=POSITIONS, metavar="LIST|FILE", help="Where the sensors are [m], as in factorize."
)
@click.option("--unit", metavar="TEXT", help="Unit of the signals, where the file does not say.")
@quiet_option
@verbose_option
def convert(source: Path, target: Path, quiet: bool, **options: Any) -> None:
    """Write the recording in SOURCE to TARGET, in the format of its suffix.

    SOURCE is of any format that is read, also packed; what TARGET cannot hold is told.  Recordings above 256
    MiB are not loaded as a whole, where both formats allow.
    """
    check_targets(target, sources=(source,))
    recording = chosen_recording(source, options)
    with outputs(target) as (place,), progress(not quiet, "convert", recording.n_samples) as report:
        if report is not None and recording.is_lazy:
            write(recording.replace(signals=Watched(recording.signals, report)), place)
        else:
            write(recording, place)
    if not quiet:
        click.echo(f"{target} ({scan(target).format}): {described(recording)}")


class Watched:
    """Signals in a file that tell up to which sample they have been read."""

    def __init__(self, signals: Any, report: Callable[[int], None]) -> None:
        self._signals, self._report = signals, report
        self.shape, self.ndim, self.dtype = signals.shape, 2, signals.dtype

    def __getitem__(self, key: Any) -> np.ndarray:
        """Return a part of the signals."""
        values = self._signals[key]
        if isinstance(key, tuple) and isinstance(key[-1], slice):
            self._report(key[-1].indices(self.shape[1])[1])
        return np.asarray(values)
