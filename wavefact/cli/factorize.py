"""`wavefact factorize`: from a recording to certified components."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
import numpy as np

from wavefact.cli._group import NOT_CERTIFIED
from wavefact.cli._operators import operator_for, operator_options
from wavefact.cli._options import (
    AUTO_OR_NUMBER,
    AUTO_OR_NUMBER_OR_HERTZ,
    BANDWIDTH,
    FORMATS_HELP,
    NUMBER,
    PATH,
    json_option,
    quiet_option,
    verbose_option,
)
from wavefact.cli._outputs import check_picture, check_targets, outputs
from wavefact.cli._progress import progress
from wavefact.cli._recordings import described, recording_for, recording_options
from wavefact.cli._report import certificate_sentence, echo_json
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.filters import wave_weight_from_bandwidth
from wavefact.fit import factorize as solve
from wavefact.io import FORMATS
from wavefact.operators import String, WaveOperator
from wavefact.recording import Recording
from wavefact.solution import Status

__all__ = ["factorize"]


@click.command(short_help="Decompose a recording into certified waves.", epilog=FORMATS_HELP)
@click.argument("recording", metavar="REC", type=PATH)
@click.option("-o", "--output", required=True, metavar="FIT.h5", type=PATH, help="Result file to write.")
@operator_options
@recording_options
@click.option(
    "--wave-weight",
    type=AUTO_OR_NUMBER,
    default="auto",
    metavar="auto|NUM",
    help="How strictly components obey the wave equation.",
)
@click.option(
    "--bandwidth",
    type=BANDWIDTH,
    metavar="B@K",
    help="Instead of --wave-weight: the bandwidth B of a component at wavenumber K [rad/m].",
)
@click.option(
    "--time-weight",
    type=AUTO_OR_NUMBER_OR_HERTZ,
    default="auto",
    metavar="auto|NUM|'NUM Hz'",
    help="How strictly each component keeps to one frequency: 0 not at all, or the bandwidth it may have.",
)
@click.option(
    "--wave-speed",
    type=NUMBER,
    metavar="C",
    help="Wave speed [m/s] that ties frequencies to wavenumbers (for bending a [m²/s] of ω = a k²).",
)
@click.option(
    "--regularization",
    type=AUTO_OR_NUMBER,
    default="auto",
    metavar="auto|NUM",
    help="What a component must exceed; auto: just what noise alone would reach.",
)
@click.option(
    "--rtol", type=NUMBER, help="Relative gap to prove; by default 1e-6, or 1e-3 where time has a weight."
)
@click.option("--max-components", type=int, help="Stop growing beyond this number.")
@click.option("--missing", is_flag=True, help="Take NaN for samples that are missing; whole channels too.")
@click.option("--debias", is_flag=True, help="Refit the time courses without shrinkage.")
@click.option("--device", help="Torch device to compute on, such as cuda.")
@json_option
@click.option("--plot", metavar="FILE", type=PATH, help="Picture to write, by its suffix (png, pdf, svg).")
@quiet_option
@verbose_option
def factorize(recording: Path, output: Path, **options: Any) -> int:
    """Decompose the recording REC into waves and prove that nothing better exists.

    The sensors are taken as a line with free ends at the positions in REC, or at unit spacing where there
    are none, unless the options say otherwise.

    Ends with exit code 0 if certified, 3 if not, 2 for bad input.
    """
    plot: Path | None = options["plot"]
    check_targets(output, plot, sources=(recording,))
    _check_suffix(output)
    check_picture(plot)
    signals = recording_for(recording, options, is_fitted=True)
    begin = time.perf_counter()
    # What is too large for memory goes into its file as it comes, and is not lost if the process is killed.
    direct = output if signals.is_lazy else None
    fit = _solved(signals, options, direct)
    seconds = time.perf_counter() - begin
    figure = None if plot is None else _picture(signals, fit)
    with outputs(None if direct else output, plot, before=(direct,)) as temporary:
        if direct is None:
            fit.save(temporary[0])
        if figure is not None:
            from wavefact.plots import save

            save(figure, temporary[-1])
    if options["as_json"]:
        echo_json(
            summary(fit) | {"seconds": seconds, "output": output.resolve(), "plot": plot and plot.resolve()}
        )
    elif not options["quiet"]:
        click.echo(f"{recording}: {described(signals)}.")
        click.echo("\n".join(filter(None, [*lines(fit, seconds), advice(fit, has_gaps=options["missing"])])))
        click.echo(f"Wrote {output}{f' and {plot}' if plot else ''}.")
    return 0 if fit.status is Status.CERTIFIED else NOT_CERTIFIED


def _check_suffix(output: Path) -> None:
    """Refuse a file whose name says that it is something else."""
    others = {suffix for form in FORMATS for suffix in form.extensions} - set(FORMATS[0].extensions)
    if output.suffix.lower() in others:
        raise InputError(
            f"A factorization is written as HDF5; {output} says {output.suffix}: end its name in .h5."
        )


def _solved(signals: Recording, options: dict[str, Any], output: Path | None) -> Factorization:
    operator, weight = operator_for(signals, options), options["wave_weight"]
    if options["bandwidth"] is not None:
        if weight != "auto":
            raise InputError("--bandwidth and --wave-weight say the same; give one of them.")
        weight = wave_weight_from_bandwidth(operator or _default_line(signals), *options["bandwidth"])
    with progress(not options["quiet"], "factorize") as callback:
        return solve(
            signals,
            operator,
            wave_weight=weight,
            time_weight=options["time_weight"],
            dispersion=options["wave_speed"],
            regularization=options["regularization"],
            missing="nan" if options["missing"] else None,
            rtol=options["rtol"],
            max_components=options["max_components"],
            debias=options["debias"],
            device=options["device"],
            callback=callback,
            output=output,
        )


def _default_line(signals: Recording) -> WaveOperator:
    """Return the line that `factorize` takes by default, whose κ is k² wherever the points are."""
    return String(signals.n_sensors, ends="free")


def _picture(signals: Recording, fit: Factorization) -> Any:
    from wavefact.plots import summary as picture

    recording = signals.load()
    gaps = np.isnan(recording.signals)  # with --missing only, and drawn as the components have them
    if np.any(gaps):
        recording = recording.replace(signals=np.where(gaps, fit.reconstruct(), recording.signals))
    return picture(recording, fit)


def summary(fit: Factorization) -> dict[str, Any]:
    """Return what ``--json`` prints of a factorization."""
    return {
        "n_components": fit.n_components,
        "wavenumbers": fit.wavenumbers,
        "certified": fit.status is Status.CERTIFIED,
        "status": fit.status.name,
        "message": fit.status.value,
        "gap": fit.certificate.gap,
        "primal": fit.certificate.primal,
        "dual": fit.certificate.dual,
        "polar": fit.certificate.polar,
        "polar_upper": fit.certificate.polar_upper,
        "regularization": fit.regularization,
        "wave_weight": fit.wave_weight,
        "time_weight": fit.time_weight,
        "time_bandwidth": fit.time_bandwidth,
        "frequencies": fit.frequencies,
        "frequency_unit": fit.frequency_unit,
        "noise": fit.noise,
        "rounds": len(fit.history),
        "operator": f"{type(fit.operator).__name__}: {fit.operator.description()}",
    }


def lines(fit: Factorization, seconds: float) -> list[str]:
    """Return what is printed of a factorization."""
    plural, many = ("", "frequency") if fit.n_components == 1 else ("s", "frequencies")
    at = (
        f" at wavenumber{plural} {_listed(fit.wavenumbers)} rad/{fit.length_unit}" if fit.n_components else ""
    )
    if fit.n_components and fit.frequencies is not None:
        at += f" and {many} {_listed(fit.frequencies)} {fit.frequency_unit}"
    noise = "" if fit.noise is None else f" (noise {fit.noise:.3g}{f' {fit.unit}' if fit.unit else ''})"
    return [
        f"{type(fit.operator).__name__}: {fit.operator.description()}.",
        f"{fit.n_components} component{plural}{at}, in {seconds:.1f} s.",
        f"Regularization {fit.regularization:.4g}{noise}, wave weight {fit.wave_weight:.4g}, "
        f"{_time_text(fit)}.",
        certificate_sentence(fit),
    ]


def _listed(values: np.ndarray) -> str:
    """Write numbers, of many only some."""
    numbers = [f"{number:.4g}" for number in values]
    return ", ".join(numbers if len(numbers) <= 12 else [*numbers[:10], "…", numbers[-1]])


def _time_text(fit: Factorization) -> str:
    if fit.time_bandwidth is not None:
        return f"time bandwidth {fit.time_bandwidth:.4g} {fit.frequency_unit}"
    return f"time weight {fit.time_weight:.4g}"


def advice(fit: Factorization, *, has_gaps: bool) -> str:
    """Say why nothing was found and what may help; nothing where something was."""
    if fit.n_components:
        return ""
    why = "Nothing exceeds what noise alone would reach"
    if has_gaps:
        why += ", without a time weight, which gaps exclude"
    return f"{why}: record longer, or try a --regularization below {fit.regularization:.3g}."
