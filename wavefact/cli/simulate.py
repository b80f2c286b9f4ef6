"""`wavefact simulate`: a recording with known truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from wavefact.cli._options import COUNTS, NUMBER, NUMBERS, PATH, quiet_option, verbose_option
from wavefact.cli._outputs import check_targets, outputs
from wavefact.errors import InputError
from wavefact.io import write
from wavefact.modal import ModalModel
from wavefact.operators import Beam, Plate, String, WaveOperator

if TYPE_CHECKING:
    from wavefact.simulate import Simulation

__all__ = ["simulate"]

_STRUCTURES = ("string", "beam", "plate")
_OWN = {
    "demo": {"seed"},
    "s1": {"seed", "samples"},
    "s2": {"seed", "snr"},
    "cantilever": {"seed", "snr"},
    "plate-burst": {"seed", "snr"},
    "frame": {"seed", "snr"},
}
"""Options that the fixed scenarios understand; the structures know all but ``samples``."""

_RATE_MARGIN = 5.0  # samples per period of the fastest mode, where no rate is given


@click.command(short_help="Make a recording whose truth is known.")
@click.argument("what", type=click.Choice([*_STRUCTURES, *_OWN]), default="string")
@click.option("-o", "--output", required=True, metavar="FILE", type=PATH, help="Recording to write.")
@click.option(
    "--truth", metavar="FILE", type=PATH, help="Modes to write; by default FILE.truth.h5 beside it."
)
@click.option("--clean", metavar="FILE", type=PATH, help="Recording without noise to write.")
@click.option("--points", type=COUNTS, metavar="N|NX,NY", help="Points; 40, of a plate 12,8.")
@click.option("--spacing", type=NUMBER, metavar="M", default=0.1, help="Distance of the points [m]; 0.1.")
@click.option("--ends", help="As in factorize; by default fixed, of beams and plates pinned.")
@click.option("--modes", type=int, default=5, help="How many modes; 5.")
@click.option("--frequency", type=NUMBER, metavar="HZ", default=2.0, help="Of the lowest mode [Hz]; 2.")
@click.option(
    "--damping",
    type=NUMBERS,
    metavar="RATIO",
    default="0.01",
    help="Share of critical; one, or one per mode; 0.01.",
)
@click.option(
    "--rate", type=NUMBER, metavar="HZ", help="Samples per second; by default 5 per fastest period."
)
@click.option("--duration", type=NUMBER, metavar="S", default=60.0, help="[s]; 60.")
@click.option(
    "--excitation",
    type=click.Choice(["random", "impact", "initial"]),
    default="random",
    help="By default random.",
)
@click.option(
    "--quantity",
    type=click.Choice(["displacement", "velocity", "acceleration"]),
    default="acceleration",
    help="What sensors measure; by default acceleration.",
)
@click.option(
    "--snr",
    type=NUMBER,
    metavar="DB",
    help="Signal-to-noise ratio [dB], inf for no noise; 20, of s2 -5, of the last three 0.",
)
@click.option("--samples", type=int, default=20_000, help="Of s1; 20000.")
@click.option("--seed", type=click.IntRange(min=0), help="Of the random numbers; 0, of the demo 2024.")
@quiet_option
@verbose_option
def simulate(what: str, output: Path, **options: Any) -> None:
    """Make a recording of a structure, and write the modes that are truly in it beside it.

    WHAT is a string (the default), a beam or a plate; the demonstration; s1 or s2, the reference
    scenarios for speed and for noise; a cantilever hit by a hammer, a guided wave in a plate (plate-burst,
    without modes), or a frame of six storeys in wind.
    """
    _refuse_idle_options(what)
    clean: Path | None = options["clean"]
    target = options["truth"] or output.with_name(f"{output.stem}.truth.h5")
    check_targets(output, target, clean)
    result = _SCENARIOS[what](options) if what in _SCENARIOS else _simulated(what, options)
    with outputs(output, target, clean) as temporary:
        write(result.recording, temporary[0])
        result.truth.save(temporary[1])
        if clean is not None:
            write(result.recording.replace(signals=result.clean), temporary[2])
    if not options["quiet"]:
        click.echo(f"Wrote {output}: {str(result.recording)[10:-1]}.")
        click.echo(f"Wrote {target}: {_told(result.truth)}.")
        if clean is not None:
            click.echo(f"Wrote {clean}: the same without noise.")


def _told(truth: ModalModel) -> str:
    frequencies = ", ".join(f"{frequency:.4g}" for frequency in truth.frequencies)
    return f"{truth.n_modes} modes, {frequencies} Hz" if frequencies else "no modes"


def _refuse_idle_options(what: str) -> None:
    context = click.get_current_context()
    given = {
        name
        for name in context.params
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    }
    everyone = {"what", "output", "truth", "clean", "quiet"}
    idle = given - everyone - _OWN[what] if what in _OWN else given & {"samples"}
    if idle:
        raise InputError(f"--{sorted(idle)[0]} has no effect on {what}; leave it out.")


def _simulated(what: str, options: Mapping[str, Any]) -> Simulation:
    from wavefact.simulate import Structure
    from wavefact.simulate import simulate as run

    operator, n_modes, damping = _operator(what, options), options["modes"], options["damping"]
    lowest = np.sort(operator.eigenvalues[operator.eigenvalues > 1e-9 * operator.eigenvalues.max()])[0]
    # ω = c k of a string, and ω = a k² of what bends: both are a speed times √κ
    speed = 2 * np.pi * options["frequency"] / float(np.sqrt(lowest))
    kind = {"wave_speed": speed} if what == "string" else {"bending_speed": speed}
    structure = Structure.of(
        operator, n_modes, damping_ratios=damping[0] if len(damping) == 1 else damping, **kind
    )
    rate = options["rate"]
    return run(
        structure,
        options["excitation"],
        sampling_rate=_ample_rate(float(structure.frequencies.max())) if rate is None else rate,
        duration=options["duration"],
        quantity=options["quantity"],
        snr_db=_snr(options["snr"]),
        rng=options["seed"] or 0,
    )


def _snr(given: float | None) -> float | None:
    if given is None:
        return 20.0
    return None if given == np.inf else given


def _ample_rate(fastest: float) -> float:
    """Return a sampling rate of two digits that leaves room above the fastest mode [Hz]."""
    rate = _RATE_MARGIN * fastest
    step = 10.0 ** (np.floor(np.log10(rate)) - 1)
    return float(np.ceil(rate / step) * step)


def _operator(what: str, options: Mapping[str, Any]) -> WaveOperator:
    points, ends, spacing = options["points"], options["ends"], options["spacing"]
    if what == "plate":
        edges = (ends or "pinned").split(",")
        return Plate(points or (12, 8), spacing, edges[0] if len(edges) == 1 else edges)
    if points is not None and len(points) != 1:
        raise InputError(f"--points holds {len(points)} numbers; a {what} has one.")
    n_points = 40 if points is None else points[0]
    return (
        String(n_points, spacing, ends or "fixed")
        if what == "string"
        else Beam(n_points, spacing, ends or "pinned")
    )


def _demo(options: Mapping[str, Any]) -> Simulation:
    from wavefact.simulate import make_demo

    return make_demo() if options["seed"] is None else make_demo(rng=options["seed"])


def _s1(options: Mapping[str, Any]) -> Simulation:
    from wavefact.simulate import scenario_s1

    return scenario_s1(options["samples"], rng=options["seed"] or 0)


def _noisy(name: str, snr_db: float) -> Callable[[Mapping[str, Any]], Simulation]:
    """Return what makes a scenario of `wavefact.simulate` that takes a signal-to-noise ratio [dB]."""

    def scenario(options: Mapping[str, Any]) -> Simulation:
        from wavefact import simulate as room

        made: Callable[..., Simulation] = getattr(room, name)
        return made(snr_db if options["snr"] is None else _snr(options["snr"]), rng=options["seed"] or 0)

    return scenario


_SCENARIOS: dict[str, Callable[[Mapping[str, Any]], Simulation]] = {
    "demo": _demo,
    "s1": _s1,
    "s2": _noisy("scenario_s2", -5.0),
    "cantilever": _noisy("cantilever", 0.0),
    "plate-burst": _noisy("plate_burst", 0.0),
    "frame": _noisy("shear_frame", 0.0),
}
