"""`wavefact health`: what the monitor of a structure knows."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from wavefact.cli._options import PATH, json_option, verbose_option
from wavefact.cli._report import echo_json

__all__ = ["health"]


@click.command(short_help="Say how a monitored structure is.")
@click.argument("folder", type=PATH)
@click.option(
    "--last", type=click.IntRange(min=0), metavar="N", default=10, help="How many alarms to list; 10."
)
@json_option
@verbose_option
def health(folder: Path, last: int, as_json: bool) -> int:
    """Say how the structure is whose recordings `wavefact monitor` follows in FOLDER, or keeps its state in.

    Exit codes: 0 healthy, 4 the recording assessed last raised an alarm, 5 it did not, but there are files in
    quarantine, 6 it allowed no verdict, or none was assessed yet.
    """
    from wavefact.cli.monitor import ALARM, QUARANTINED, UNKNOWN
    from wavefact.health.monitor import health_summary

    summary = health_summary(folder, n_alarms=last)
    if as_json:
        echo_json(dataclasses.asdict(summary))
    else:
        click.echo(str(summary))
    if summary.latest is None or summary.latest["score"] is None:
        return UNKNOWN
    if summary.latest["is_alarm"]:
        return ALARM
    return QUARANTINED if summary.quarantine else 0
