"""`wavefact compare`: methods side by side on one recording."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from wavefact._fit_checks import prepare
from wavefact._words import listed
from wavefact.cli._files import FIT, MODEL, modes_in, result_kind
from wavefact.cli._operators import operator_for, operator_options
from wavefact.cli._options import FORMATS_HELP, NUMBER, PATH, json_option, quiet_option, verbose_option
from wavefact.cli._outputs import check_picture, check_targets, outputs, save_picture
from wavefact.cli._progress import progress
from wavefact.cli._recordings import described, recording_for, recording_options
from wavefact.cli._report import echo_json, plain
from wavefact.compare import METHODS, Comparison, compare_methods
from wavefact.compare.comparison import column_title
from wavefact.compare.methods import method
from wavefact.errors import InputError
from wavefact.operators import WaveOperator
from wavefact.recording import Recording

__all__ = ["compare"]

_MISSING = "MissingPackageError"


class _Methods(click.ParamType):
    """Names of methods between commas."""

    name = "methods"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a tuple of names that are all known."""
        if not isinstance(value, str):
            return value
        names = tuple(name.strip() for name in value.split(",") if name.strip())
        for name in names:
            method(name)
        return names


@click.command(short_help="Set wavefact beside other methods on a recording.", epilog=FORMATS_HELP)
@click.argument("recording", metavar="REC", type=PATH)
@click.option(
    "--with",
    "methods",
    type=_Methods(),
    metavar="NAME,NAME",
    help=f"Methods beside wavefact; by default all of {', '.join(list(METHODS)[1:])}.",
)
@click.option(
    "--truth",
    "truths",
    multiple=True,
    type=PATH,
    metavar="TRUTH.h5",
    help="True modes, or the recording without noise, as `simulate` writes them; may be given twice.",
)
@click.option("--oracle", is_flag=True, help="Also tune each method on the truth.")
@click.option(
    "--time-limit", type=NUMBER, default=120.0, metavar="S", help="Of each method and setting [s]; 120."
)
@operator_options
@recording_options
@click.option("-o", "--output", metavar="RESULT.json", type=PATH, help="File to write the result to.")
@json_option
@click.option("--plot", metavar="FILE", type=PATH, help="Picture to write, by its suffix (png, pdf, svg).")
@quiet_option
@verbose_option
def compare(recording: Path, **options: Any) -> None:
    """Set wavefact beside other methods on the recording REC.

    Every method runs in a process of its own with automatic settings: nothing is told to it but the
    recording and the operator. With --truth its modes and its cleaned signals are scored; without, how well
    sensors are predicted that were left out.
    """
    output, plot, truths = options["output"], options["plot"], options["truths"]
    check_targets(output, plot, sources=(recording, *truths))
    check_picture(plot)
    signals = recording_for(recording, options, is_fitted=True)
    signals, operator = prepare(signals, operator_for(signals, options))
    with progress(not options["quiet"], "compare") as callback:
        comparison = compare_methods(
            signals,
            operator,
            methods=options["methods"],
            oracle=options["oracle"],
            time_limit=options["time_limit"],
            callback=callback,
            **_known(truths, options),
        )
    record = _compared(recording, signals, operator, options) | {
        "rows": comparison.records(),
        "best": comparison.winners(),
    }
    _write(comparison, record, output, plot)
    if options["as_json"]:
        echo_json(record)
    elif not options["quiet"]:
        click.echo(f"{recording}: {described(signals)}.\n{record['operator']}.")
        click.echo("\n".join([str(comparison), *_remarks(comparison)]))
        written = [str(path) for path in (output, plot) if path is not None]
        if written:
            click.echo(f"Wrote {listed(written)}.")


def _known(paths: Sequence[Path], options: dict[str, Any]) -> dict[str, Any]:
    """Read what is true: modes, the clean recording, or both."""
    known: dict[str, Any] = {}
    for path in paths:
        kind = result_kind(path)
        if kind == FIT:
            raise InputError(f"--truth {path} is a factorization; expected true modes or a clean recording.")
        what = "truth" if kind == MODEL else "clean"
        if what in known:
            raise InputError(f"--truth {path} is the second file of {_KINDS[what]}; give one of them.")
        known[what] = modes_in(path) if kind == MODEL else recording_for(path, options)
    return known


_KINDS = {"truth": "true modes", "clean": "a clean recording"}


def _compared(
    path: Path, signals: Recording, operator: WaveOperator, options: dict[str, Any]
) -> dict[str, Any]:
    """Return what was compared, and with what."""
    names = options["methods"] or list(METHODS)
    packages = {METHODS[name].package for name in names} - {""}
    return {
        "recording": path.resolve(),
        "what": described(signals),
        "operator": f"{type(operator).__name__}: {operator.description()}",
        "truth": [truth.resolve() for truth in options["truths"]],
        "time_limit": options["time_limit"],
        "versions": {"python": platform.python_version()}
        | {name: _version(name) for name in ("wavefact", "numpy", "scipy", *sorted(packages))},
    }


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _remarks(comparison: Comparison) -> list[str]:
    """Say what was best in what, and what is not installed."""
    best: dict[tuple[str, ...], list[str]] = {}
    for score, names in comparison.winners().items():
        best.setdefault(names, []).append(column_title(score).partition(" [")[0])
    said = [f"{listed(names)} in {listed(titles)}" for names, titles in best.items()]
    lines = [f"Best of the automatic settings: {'; '.join(said)}."] if said else []
    missing = {METHODS[row.method].package for row in comparison.rows if row.failure.startswith(_MISSING)}
    if missing:
        one = len(missing) == 1
        lines.append(
            f"{listed(sorted(missing))} {'is' if one else 'are'} not installed; "
            "for all methods run: pip install 'wavefact[compare]'"
        )
    return lines


def _write(comparison: Comparison, record: dict[str, Any], output: Path | None, plot: Path | None) -> None:
    from wavefact import plots

    with outputs(output, plot) as temporary:
        places = iter(temporary)
        if output is not None:
            text = json.dumps(plain(record), indent=2, ensure_ascii=False, allow_nan=False)
            next(places).write_text(f"{text}\n", encoding="utf-8")
        if plot is not None:
            save_picture(plots.comparison(comparison)[0, 0].figure, next(places))
