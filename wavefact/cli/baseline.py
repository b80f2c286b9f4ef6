"""`wavefact baseline`: the healthy state of a structure, from a folder of recordings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from wavefact.cli._operators import operator_options
from wavefact.cli._options import PATH, Numbers, quiet_option, verbose_option
from wavefact.cli._outputs import outputs
from wavefact.cli._recordings import recording_for, recording_options
from wavefact.cli.monitor import modes_of

__all__ = ["baseline"]


@click.command(short_help="Learn the healthy state from a folder of recordings.")
@click.argument("folder", type=PATH)
@click.option("-o", "--output", required=True, metavar="BASELINE.h5", type=PATH, help="Where to write it.")
@click.option(
    "--conditions",
    metavar="FILE.csv",
    type=PATH,
    help="Temperature and the like: a column time (ISO 8601 in UTC, or seconds since 1970), and others.",
)
@click.option(
    "--false-alarm-rate", type=float, metavar="RATE", default=0.01, help="Of healthy recordings; 0.01."
)
@click.option(
    "--pattern", "patterns", multiple=True, metavar="GLOB", help="Names of recordings; may be repeated."
)
@click.option("--name-format", metavar="FORMAT", help="As for `wavefact monitor`.")
@click.option("--range", "band", type=Numbers(2), metavar="LOW,HIGH", help="Where to look for modes [Hz].")
@operator_options
@recording_options
@quiet_option
@verbose_option
def baseline(folder: Path, **options: Any) -> None:
    """Learn the healthy state of a structure from the recordings in FOLDER, for `wavefact monitor`.

    At least 20 recordings are needed, over as much of the range of temperatures as can be had; a stated rate
    of false alarms of 1 % wants some hundred.  Files that cannot be used are left out, with a warning.
    """
    from wavefact.health.monitor import ConditionsFile, Watch, baseline_of_folder

    patterns, conditions = options["patterns"], options["conditions"]
    ignored = tuple(path for path in (options["output"], conditions) if path is not None and path.exists())
    watch = Watch(folder, patterns or Watch(folder).patterns, ignored)
    with outputs(options["output"]) as (target,), _bar(options["quiet"]) as progress:
        learned = baseline_of_folder(
            watch,
            lambda recording: modes_of(recording, options),
            lambda path: recording_for(path, options),
            None if conditions is None else ConditionsFile(conditions),
            false_alarm_rate=options["false_alarm_rate"],
            name_format=options["name_format"],
            callback=progress,
        )
        learned.save(target)
    if not options["quiet"]:
        click.echo(str(learned))


@contextmanager
def _bar(quiet: bool) -> Iterator[Any]:
    """Yield what shows how many recordings are done, where somebody watches."""
    from tqdm import tqdm

    with tqdm(disable=True if quiet else None, unit="file", leave=False) as bar:

        def show(done: int, total: int) -> bool:
            bar.total = total
            bar.update(done - bar.n)
            return False

        yield show
