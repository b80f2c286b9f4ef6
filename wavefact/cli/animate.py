"""`wavefact animate`: mode shapes in motion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wavefact.cli._files import FIT, UNIVERSAL, result_kind
from wavefact.cli._options import NUMBER, PATH, Numbers, quiet_option, verbose_option
from wavefact.cli._outputs import check_targets, outputs
from wavefact.cli._progress import progress
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.geometry import Geometry
from wavefact.modal import ModalModel, identify, read_modes

__all__ = ["animate"]


@click.command(short_help="Show a structure moving in its modes.")
@click.argument("file", metavar="MODEL|FIT.h5", type=PATH)
@click.option(
    "-o", "--output", required=True, metavar="FILE", type=PATH, help="A .gif of one mode, or .html of all."
)
@click.option(
    "--mode", type=click.IntRange(min=1), default=1, help="Which one, from 1; of a page the first shown."
)
@click.option("--geometry", metavar="FILE", type=PATH, help="Points, lines and channels, in HDF5 or UFF.")
@click.option(
    "--scale", type=NUMBER, default=0.12, help="Largest displacement, as a share of the size; 0.12."
)
@click.option("--frames", type=click.IntRange(min=2), default=24, help="Pictures of one oscillation; 24.")
@click.option("--fps", type=NUMBER, default=12.0, help="Pictures per second; 12.")
@click.option("--view", type=Numbers(2), metavar="ELEVATION,AZIMUTH", help="From where to look [degrees].")
@quiet_option
@verbose_option
def animate(file: Path, **options: Any) -> None:
    """Show the structure of FILE moving in its modes.

    FILE holds modes, in HDF5, CSV or a universal file (UFF), or a factorization, in which they are named
    first.  Without --geometry the positions of the sensors are joined; a universal file of modes brings
    its own.
    """
    from wavefact.plots import animate as write
    from wavefact.plots.animation import check_suffix

    output: Path = options["output"]
    check_suffix(output)
    check_targets(output, sources=(file, options["geometry"]))
    given = None if options["geometry"] is None else _geometry(options["geometry"])
    model, own = _source(file)
    if options["mode"] > model.n_modes:
        raise InputError(f"--mode is {options['mode']}, but {file} holds {model.n_modes} modes.")
    looks = {} if options["view"] is None else {"view": options["view"]}
    with (
        outputs(output) as (temporary,),
        progress(not options["quiet"], "animate", options["frames"]) as callback,
    ):
        write(
            model,
            options["mode"] - 1,
            temporary,
            geometry=own if given is None else given,
            scale=options["scale"],
            n_frames=options["frames"],
            fps=options["fps"],
            callback=callback,
            **looks,
        )
    if not options["quiet"]:
        click.echo(f"Wrote {output}.")


def _source(file: Path) -> tuple[ModalModel, Geometry | None]:
    """Return the modes of a file, and the geometry that it brings along."""
    if result_kind(file) == FIT:
        fit = Factorization.load(file)
        return identify(fit), Geometry.of(fit.operator)
    model = read_modes(file)
    return model, Geometry.read(file) if file.suffix.lower() in UNIVERSAL else None


def _geometry(path: Path) -> Geometry:
    geometry = Geometry.read(path)
    if geometry.n_channels == 0:
        raise InputError(
            f"{path} says of no channel where it measures; make a wavefact.Geometry with channel_points and "
            "channel_directions and save it."
        )
    return geometry
