"""`wavefact baseline`: the healthy state of a structure, from a folder of recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wavefact.cli._folders import check_folder, folder_of, folder_options
from wavefact.cli._options import FORMATS_HELP, NUMBER, PATH, quiet_option, verbose_option
from wavefact.cli._outputs import outputs
from wavefact.cli._progress import progress

__all__ = ["baseline"]


@click.command(short_help="Learn the healthy state from a folder of recordings.", epilog=FORMATS_HELP)
@click.argument("folder", type=PATH)
@click.option("-o", "--output", required=True, metavar="BASELINE.h5", type=PATH, help="Where to write it.")
@click.option(
    "--false-alarm-rate", type=NUMBER, metavar="RATE", default=0.01, help="Of healthy recordings; 0.01."
)
@folder_options
@quiet_option
@verbose_option
def baseline(folder: Path, **options: Any) -> None:
    """Learn the healthy state of a structure from the recordings in FOLDER, for `wavefact monitor`.

    At least 20 recordings are needed, over as much of the range of temperatures as can be had; a stated rate
    of false alarms of 1 % wants some hundred.  Files that cannot be used are left out, with a warning.
    """
    from wavefact.health.monitor import baseline_of_folder

    check_folder(folder)
    given = folder_of(folder, options, options["output"])
    with outputs(options["output"]) as (target,), progress(not options["quiet"], "baseline") as show:
        learned = baseline_of_folder(
            given.watch,
            given.find_modes,
            given.read,
            given.conditions,
            false_alarm_rate=options["false_alarm_rate"],
            name_format=options["name_format"],
            callback=show,
        )
        learned.save(target)
    if not options["quiet"]:
        click.echo(str(learned))
