"""`wavefact simulate-week`: hourly recordings of a bridge, for trials of monitoring."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import click

from wavefact.cli._options import NUMBER, PATH, quiet_option, verbose_option
from wavefact.cli._outputs import outputs
from wavefact.errors import InputError, UnwritableTargetError
from wavefact.io import write

__all__ = ["simulate_week"]


@click.command(short_help="Make a week of hourly recordings to monitor.")
@click.argument("folder", type=PATH)
@click.option("--start", type=click.DateTime(), default="2026-06-01", help="First hour, UTC; 2026-06-01.")
@click.option("--hours", type=click.IntRange(min=1), metavar="N", default=168, help="How many; 168.")
@click.option(
    "--damage-from", type=click.IntRange(min=0), metavar="HOUR", help="First damaged hour, from 0; none."
)
@click.option("--loss", type=NUMBER, metavar="SHARE", default=0.2, help="Of the stiffness, by damage; 0.2.")
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Of the random numbers; 0.")
@quiet_option
@verbose_option
def simulate_week(folder: Path, hours: int, damage_from: int | None, quiet: bool, **options: Any) -> None:
    """Make hourly recordings of a bridge in FOLDER, and a table of the temperature, FOLDER.csv, beside it.

    Nine accelerometers on 20 m, two minutes of each hour, whose frequencies follow the temperature; damage
    takes bending stiffness between 12 and 14 m.  See `wavefact baseline` and `wavefact monitor`.
    """
    from wavefact.simulate import bridge_hour, hourly_temperatures

    table = folder.with_name(f"{folder.name}.csv")
    if table.exists():
        raise InputError(f"{table} exists already; name another folder, or remove it.")
    start, loss, seed = options["start"].replace(tzinfo=UTC), options["loss"], options["seed"]
    temperatures = hourly_temperatures(hours, rng=seed)
    rows = ["time,temperature"]
    with outputs(table) as (temporary,), _whole(folder) as place:
        for hour, temperature in enumerate(temperatures):
            moment = start + timedelta(hours=hour)
            lost = loss if damage_from is not None and hour >= damage_from else 0.0
            made = bridge_hour(temperature, lost, rng=seed * 1_000_000 + hour).recording
            write(made, place / f"bridge_{moment:%Y%m%d_%H%M}.h5")
            rows.append(f"{moment:%Y-%m-%dT%H:%M:%SZ},{temperature:.2f}")
        temporary.write_text("\n".join([*rows, ""]), encoding="utf-8")
    if not quiet:
        n_damaged = 0 if damage_from is None else max(0, hours - damage_from)
        click.echo(f"Wrote {folder}: {hours} recordings, {n_damaged} of them damaged; and {table}.")


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder that gets its name at the end, or goes again."""
    if folder.exists():
        raise InputError(f"{folder} exists already; name another folder, or remove it.")
    try:
        place = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=folder.parent))
    except OSError as error:
        raise UnwritableTargetError(f"Cannot create {folder}: {error.strerror}.") from error
    try:
        place.chmod(0o755)
        yield place
        place.rename(folder)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
