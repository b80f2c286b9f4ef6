"""`wavefact modes`: frequency, damping, shape and wavenumber of a structure's modes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from wavefact._words import listed
from wavefact.cli._channels import channel_options
from wavefact.cli._forces import hint_at_forces, modes_of_forces
from wavefact.cli._options import (
    FORMATS_HELP,
    PATH,
    Numbers,
    json_option,
    layout_options,
    rate_option,
    verbose_option,
)
from wavefact.cli._outputs import check_picture, check_targets, outputs, save_picture
from wavefact.cli._recordings import detrend_option, source_for
from wavefact.cli._report import echo_json, mode_records, mode_table
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.geometry import Geometry
from wavefact.modal import ModalModel, Stabilization, identify, stabilization, write_modes
from wavefact.modal.export import known_suffix
from wavefact.recording import Recording

__all__ = ["modes"]

_ADVICE = (
    "Nothing stays from model order to model order and stands out of the noise: record longer, narrow "
    "--range, or look at --diagram FILE."
)
_ADVICE_ON_FORCES = (
    "No resonance stands out of the response to the force: strike more often, or widen --range."
)


@click.command(short_help="Name the modes in a factorization or a recording.", epilog=FORMATS_HELP)
@click.argument("file", metavar="FIT.h5|REC", type=PATH)
@click.option(
    "--range", "band", type=Numbers(2), metavar="LOW,HIGH", help="Where to look [Hz]; by default everywhere."
)
@click.option(
    "--force",
    "forces",
    multiple=True,
    metavar="CHANNEL",
    help="Channel of REC that measured a force, such as a hammer's: its name, or its number from 0 of those "
    "taken; may be repeated.",
)
@click.option(
    "-o", "--output", metavar="FILE", type=PATH, help="File to write the modes to: .h5, .csv, .uff or .unv."
)
@click.option(
    "--geometry",
    metavar="GEOMETRY",
    type=PATH,
    help="Where channels are, for .csv and .uff: HDF5 or UFF.",
)
@click.option(
    "--truth", metavar="TRUTH.h5", type=PATH, help="Modes to compare with, as `simulate` writes them."
)
@rate_option
@layout_options
@channel_options
@detrend_option
@json_option
@click.option("--plot", metavar="FILE", type=PATH, help="Picture of the modes to write.")
@click.option("--diagram", metavar="FILE", type=PATH, help="Picture of the stabilisation diagram to write.")
@verbose_option
def modes(file: Path, **options: Any) -> None:
    """Name the modes in FIT.h5, which `wavefact factorize` wrote, or in a recording of a few sensors.

    The energy of a mode is its share of the energy of the signals, since the impact where one set the mode in
    motion; its quality, between 0 and 1, is how much of what happens at its frequency it explains.  `± s` are
    standard errors.  With --force, modes are those of the frequency response functions from that channel to
    all others.
    """
    targets = tuple(options[name] for name in ("output", "plot", "diagram"))
    _check(targets, sources=(file, options["truth"], options["geometry"]))
    if options["forces"] and options["diagram"] is not None:
        raise InputError(
            "--diagram shows the poles in signals whose force is not known; with --force there is none, so "
            "leave one of them out."
        )
    geometry = None if options["geometry"] is None else Geometry.read(options["geometry"])
    truth = None if options["truth"] is None else ModalModel.load(options["truth"])
    source = source_for(file, options)
    _mind_forces(source, options["forces"])
    diagram = None if options["diagram"] is None else stabilization(source, options["band"])
    model = _model(source, options) if diagram is None else diagram.model
    records = mode_records(model, truth)
    _write(model, diagram, targets, geometry)
    if options["as_json"]:
        echo_json({"modes": records} | ({} if truth is None else {"missed": _missed(model, truth)}))
        return
    click.echo(mode_table(records, model.length_unit))
    if not records:
        click.echo(_ADVICE_ON_FORCES if options["forces"] else _ADVICE)
    if truth is not None and _missed(model, truth):
        click.echo(f"Not found: {', '.join(f'{frequency:.5g} Hz' for frequency in _missed(model, truth))}.")
    written = [str(path) for path in targets if path is not None]
    if written:
        click.echo(f"Wrote {listed(written)}.")


def _check(targets: tuple[Path | None, ...], sources: tuple[Path | None, ...]) -> None:
    check_targets(*targets, sources=sources)
    if targets[0] is not None:
        known_suffix(targets[0])
    for picture in targets[1:]:
        check_picture(picture)


def _mind_forces(source: Factorization | Recording, forces: Sequence[str]) -> None:
    """Refuse forces beside a factorization, and log channels that look like forces where none is given."""
    if isinstance(source, Recording):
        if not forces:
            hint_at_forces(source)
    elif forces:
        raise InputError("--force is for recordings; a factorization does not hold the force: give REC.")


def _model(source: Factorization | Recording, options: Mapping[str, Any]) -> ModalModel:
    """Return the modes in a factorization, or in a recording with or without measured forces."""
    forces, band = options["forces"], options["band"]
    if isinstance(source, Recording) and forces:
        return modes_of_forces(source, forces, band)
    return identify(source, band)


def _missed(model: ModalModel, truth: ModalModel) -> list[float]:
    """Return the frequencies of the true modes that were not found."""
    found = set(model.match(truth)[1].tolist())
    return [float(truth.frequencies[mode]) for mode in range(truth.n_modes) if mode not in found]


def _write(
    model: ModalModel,
    diagram: Stabilization | None,
    targets: tuple[Path | None, ...],
    geometry: Geometry | None,
) -> None:
    from wavefact import plots

    output, picture, stability = targets
    with outputs(*targets) as temporary:
        places = iter(temporary)
        if output is not None:
            write_modes(model, next(places), geometry)
        if picture is not None:
            save_picture(plots.modes(model)[0].figure, next(places))
        if stability is not None and diagram is not None:
            save_picture(plots.stabilization(diagram).figure, next(places))
