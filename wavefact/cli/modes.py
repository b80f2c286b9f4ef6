"""`wavefact modes`: frequency, damping, shape and wavenumber of a structure's modes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wavefact.cli._files import read_source
from wavefact.cli._options import PATH, Numbers, json_option, layout_options, rate_option, verbose_option
from wavefact.cli._outputs import check_picture, check_targets, outputs
from wavefact.cli._report import echo_json, mode_records, mode_table
from wavefact.modal import ModalModel, identify

__all__ = ["modes"]


@click.command(short_help="Name the modes in a factorization or a recording.")
@click.argument("file", metavar="FIT.h5|REC", type=PATH)
@click.option(
    "--range", "band", type=Numbers(2), metavar="LOW,HIGH", help="Where to look [Hz]; by default everywhere."
)
@click.option("-o", "--output", metavar="MODEL.h5", type=PATH, help="File to write the modes to.")
@click.option(
    "--truth", metavar="TRUTH.h5", type=PATH, help="Modes to compare with, as `simulate` writes them."
)
@rate_option
@layout_options
@json_option
@click.option("--plot", metavar="FILE", type=PATH, help="Picture of the modes to write.")
@verbose_option
def modes(file: Path, **options: Any) -> None:
    """Name the modes in FIT.h5, which `wavefact factorize` wrote, or in a recording of a few sensors.

    The energy of a mode is its share of the energy of the signals; its quality, between 0 and 1,
    is how much of what happens at its frequency it explains.
    """
    output: Path | None = options["output"]
    plot: Path | None = options["plot"]
    check_targets(output, plot, sources=(file, options["truth"]))
    check_picture(plot)
    truth = None if options["truth"] is None else ModalModel.load(options["truth"])
    layout = {name: options[name] for name in ("axis", "component")}
    model = identify(read_source(file, options["sampling_rate"], **layout), options["band"])
    records = mode_records(model, truth)
    _write(model, output, plot)
    if options["as_json"]:
        echo_json({"modes": records} | ({} if truth is None else {"missed": _missed(model, truth)}))
        return
    click.echo(mode_table(records))
    if truth is not None and _missed(model, truth):
        click.echo(f"Not found: {', '.join(f'{frequency:.5g} Hz' for frequency in _missed(model, truth))}.")
    written = [str(path) for path in (output, plot) if path is not None]
    if written:
        click.echo(f"Wrote {' and '.join(written)}.")


def _missed(model: ModalModel, truth: ModalModel) -> list[float]:
    """Return the frequencies of the true modes that were not found."""
    found = set(model.match(truth)[1].tolist())
    return [float(truth.frequencies[mode]) for mode in range(truth.n_modes) if mode not in found]


def _write(model: ModalModel, output: Path | None, plot: Path | None) -> None:
    with outputs(output, plot) as temporary:
        if output is not None:
            model.save(temporary[0])
        if plot is not None:
            _draw(model, temporary[-1])


def _draw(model: ModalModel, path: Path) -> None:
    from matplotlib import pyplot

    from wavefact.plots import modes as picture
    from wavefact.plots import save

    figure = picture(model)[0].figure
    try:
        save(figure, path)
    finally:
        pyplot.close(figure)
