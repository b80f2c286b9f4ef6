"""The options that describe a structure, and the operator that comes of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import click

from wavefact.cli._options import COUNTS, NUMBERS, Decorated
from wavefact.errors import InputError
from wavefact.operators import Beam, Media, Membrane, Plate, String, WaveOperator
from wavefact.recording import Recording

__all__ = ["operator_for", "operator_options"]

_logger = logging.getLogger("wavefact")

_LINES: dict[str, type[String | Beam]] = {"string": String, "media": Media, "beam": Beam}
_GRIDS: dict[str, type[Membrane | Plate]] = {"membrane": Membrane, "plate": Plate}
_ENDS = {"string": "free", "media": "free", "beam": "free", "membrane": "free", "plate": "pinned"}


def operator_options(command: Decorated) -> Decorated:
    """Add the options that say what the structure is."""
    for option in (
        click.option(
            "--boundaries", type=NUMBERS, metavar="B,…", help="Where the segments of media meet [m]."
        ),
        click.option(
            "--speeds",
            type=NUMBERS,
            metavar="C,…",
            help="Wave speeds of media: of each segment or point [m/s].",
        ),
        click.option("--shape", type=COUNTS, metavar="NX,NY", help="Points along each axis of a grid."),
        click.option("--span", type=NUMBERS, metavar="A,B", help="Where the ends of a line are [m]."),
        click.option(
            "--spacing", type=NUMBERS, metavar="M", help="Distance of the points [m], or one per axis."
        ),
        click.option(
            "--ends",
            help="string, media, membrane: fixed, free, periodic; beam: pinned, clamped, free, guided; "
            "plate: pinned, guided, periodic; or a pair such as clamped-free. Grids: one, or one "
            "per axis between commas. By default free; a plate's edges pinned.",
        ),
        click.option(
            "--operator",
            type=click.Choice([*_LINES, *_GRIDS]),
            help="The wave equation; by default a string (any line of waves without dispersion); media is a "
            "string of segments.",
        ),
    ):
        command = option(command)
    return command


def operator_for(recording: Recording, options: Mapping[str, Any]) -> WaveOperator | None:
    """Build the operator that the options describe; None where they leave it to `factorize`.

    Parameters
    ----------
    recording : Recording
        Its positions hold, unless `options` has a spacing.
    options : mapping
        Values of `operator_options`; those not given are None.

    Raises
    ------
    InputError
        If the options contradict each other or do not fit the recording.
    """
    name, shape, spacing, span = (options[key] for key in ("operator", "shape", "spacing", "span"))
    medium = _medium(name, options)
    if name in _GRIDS:
        return _grid(name, options)
    if shape is not None:
        raise InputError("--shape belongs to a grid; say --operator membrane or --operator plate.")
    if name is None and options["ends"] is None and spacing is None and span is None:
        return None
    name = name or "string"
    ends = options["ends"] or _ENDS[name]
    line: Callable[..., WaveOperator] = partial(_LINES[name], ends=ends, span=span, **medium)
    if spacing is not None:
        if len(spacing) != 1:
            raise InputError(f"--spacing holds {len(spacing)} numbers; a line has one.")
        if recording.positions is not None:
            _logger.warning("--spacing %g replaces the positions of the recording", spacing[0])
        return line(recording.n_sensors, spacing[0])
    return line(recording.n_sensors, positions=recording.positions)


def _medium(name: str | None, options: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: options[key] for key in ("speeds", "boundaries") if options[key] is not None}
    if name == "media" and "speeds" not in given:
        raise InputError("--operator media needs --speeds, and --boundaries unless each point has a speed.")
    if given and name != "media":
        raise InputError(f"--{next(iter(given))} belongs to --operator media.")
    return given


def _grid(name: str, options: Mapping[str, Any]) -> WaveOperator:
    if options["shape"] is None:
        raise InputError(f"A {name} needs --shape, the number of points along each axis, such as 12,8.")
    if options["span"] is not None:
        raise InputError(f"--span belongs to a line; a {name} has --spacing.")
    ends = (options["ends"] or _ENDS[name]).split(",")
    spacing = options["spacing"] or (1.0,)
    return _GRIDS[name](
        options["shape"],
        spacing[0] if len(spacing) == 1 else spacing,
        ends[0] if len(ends) == 1 else ends,
    )
