"""`wavefact report`: results on one page that can be sent to anybody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from wavefact._words import listed
from wavefact.cli._channels import channel_options
from wavefact.cli._files import FIT, UNIVERSAL, modes_in, result_kind
from wavefact.cli._options import PATH, layout_options, quiet_option, rate_option, verbose_option
from wavefact.cli._outputs import check_targets, outputs
from wavefact.cli._recordings import chosen_recording
from wavefact.compare import Comparison
from wavefact.errors import CorruptFileError, InputError
from wavefact.factorization import Factorization
from wavefact.geometry import Geometry
from wavefact.modal import ModalModel, Stabilization, identify, read_modes, stabilization
from wavefact.recording import Recording

__all__ = ["report"]


@click.command(short_help="Write results on one page to send to anybody.")
@click.argument("file", metavar="FIT.h5|REC|MODES", type=PATH)
@click.option("-o", "--output", metavar="FILE.html", type=PATH, help="The page to write.")
@click.option("--pdf", metavar="FILE.pdf", type=PATH, help="The same, printed by Chromium, Chrome or Edge.")
@click.option("--recording", metavar="REC", type=PATH, help="The recording of which FIT.h5 is.")
@click.option("--modes", metavar="MODES", type=PATH, help="Modes to show instead of those in FIT.h5 or REC.")
@click.option("--geometry", metavar="GEOMETRY", type=PATH, help="Where channels are: HDF5 or UFF.")
@click.option("--compare", metavar="RESULT.json", type=PATH, help="What `wavefact compare -o` wrote.")
@click.option("--health", metavar="STATE", type=PATH, help="State, or folder, of `wavefact monitor`.")
@click.option("--title", default="", help="Such as the name of the structure; by default as the file says.")
@click.option("--date", default="", help="To be written under the title; none by default.")
@rate_option
@layout_options
@channel_options
@quiet_option
@verbose_option
def report(file: Path, **options: Any) -> None:
    """Write what is in FILE, and in what is given beside it, on one page that needs no network.

    FILE is a factorization, in which modes are named, a recording of a few sensors, in which they are looked
    for, or modes.  What is not given is left out of the page.
    """
    from wavefact.report.report import check_suffix

    targets = [options["output"], options["pdf"]]
    if targets == [None, None]:
        raise InputError("There is nowhere to write to; give -o FILE.html, --pdf FILE.pdf, or both.")
    for target, suffixes in zip(targets, ((".html", ".htm"), (".pdf",)), strict=True):
        if target is not None:
            check_suffix(target)
            if target.suffix.lower() not in suffixes:
                raise InputError(
                    f"{target} is the page of another option: -o writes .html, --pdf writes .pdf."
                )
    sources = tuple(options[name] for name in ("recording", "modes", "geometry", "compare"))
    check_targets(*targets, sources=(file, *sources))
    made = _report(file, options)
    with outputs(*targets) as temporary:
        for place in temporary:
            made.save(place)
    if not options["quiet"]:
        click.echo(f"Wrote {listed([str(target) for target in targets if target is not None])}.")


def _report(file: Path, options: dict[str, Any]) -> Any:
    from wavefact.report import HealthState, Report
    from wavefact.report.report import recording_of, title_of

    fit, recording, given = _sources(file, options)
    recording = recording_of(fit, recording)
    modes, diagram = _found(fit, recording) if given is None else (given, None)
    place = options["geometry"] or (file if given is not None and file.suffix.lower() in UNIVERSAL else None)
    geometry = None if place is None else Geometry.read(place)
    return Report(
        fit,
        recording,
        modes=modes,
        diagram=diagram,
        comparison=None if options["compare"] is None else _comparison(options["compare"]),
        health=None if options["health"] is None else HealthState.of_monitor(options["health"]),
        geometry=geometry,
        title=options["title"] or title_of(recording) or (options["recording"] or file).stem,
        date=options["date"],
    )


def _sources(
    file: Path, options: dict[str, Any]
) -> tuple[Factorization | None, Recording | None, ModalModel | None]:
    """Return the fit, the recording and the modes that are given."""
    kind = result_kind(file)
    modes = None if options["modes"] is None else read_modes(options["modes"])
    recording = None if options["recording"] is None else chosen_recording(options["recording"], options)
    if kind == FIT:
        return Factorization.load(file), recording, modes
    named = modes_in(file)
    if named is not None:
        return None, recording, modes or named
    if recording is not None:
        raise InputError(
            f"{file} and --recording {options['recording']} are both recordings; give one of them."
        )
    return None, chosen_recording(file, options), modes


def _found(
    fit: Factorization | None, recording: Recording | None
) -> tuple[ModalModel | None, Stabilization | None]:
    """Look for modes in the components, else in what was measured; those of a diagram are its own."""
    measured = None if recording is None or recording.sampling_rate is None else recording
    if fit is None:
        return None, None if measured is None else stabilization(measured)
    if fit.sampling_rate is None:
        return None, None
    if fit.frequencies is None:
        return None, stabilization(fit)
    return identify(fit), stabilization(measured or fit)  # of what was measured: courses are filtered


def _comparison(path: Path) -> Comparison:
    try:
        return Comparison.of_records(json.loads(path.read_text(encoding="utf-8"))["rows"])
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptFileError(f"{path} is no result of `wavefact compare -o`: {error}.") from error
