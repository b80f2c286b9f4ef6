"""Options that commands share, and what their values may be."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np

from wavefact.errors import InputError
from wavefact.io import FORMATS
from wavefact.io._recognition import known

__all__ = [
    "AUTO_OR_NUMBER",
    "AUTO_OR_NUMBER_OR_HERTZ",
    "BANDWIDTH",
    "COUNTS",
    "FORMATS_HELP",
    "NUMBER",
    "NUMBERS",
    "PATH",
    "POSITIONS",
    "json_option",
    "layout_options",
    "quiet_option",
    "rate_option",
    "verbose_option",
]

FORMATS_HELP = (
    f"Formats that are read: {known(FORMATS)}; also packed by gzip, bzip2, xz or ZIP. "
    "What a file is, its content says."
)
"""What stands at the end of the help of commands that read a recording."""

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)


class Number(click.types.FloatParamType):
    """A number; one with a decimal comma is told how it is written."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a float."""
        pointed = str(value).replace(",", ".")
        if isinstance(value, str) and re.fullmatch(r"[-+]?\d+\.\d+", pointed) and "," in value:
            self.fail(f"{value!r} has a comma; write numbers with a point, such as {pointed}.", param, ctx)
        return super().convert(value, param, ctx)


class Numbers(click.ParamType):
    """Numbers between commas, such as ``0,0.5,1.25``."""

    name = "numbers"

    def __init__(self, length: int | None = None, whole: bool = False) -> None:
        self._length, self._kind = length, int if whole else float

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a tuple of numbers."""
        if not isinstance(value, str):
            return value
        try:
            numbers = tuple(self._kind(part) for part in value.split(","))
        except ValueError:
            what = "whole numbers" if self._kind is int else "numbers"
            self.fail(f"{value!r} is not a list of {what} between commas.", param, ctx)
        if self._length not in (None, len(numbers)):
            self.fail(f"{value!r} holds {len(numbers)} numbers; expected {self._length}.", param, ctx)
        return numbers


class AutoOrNumber(click.ParamType):
    """A number, or the word ``auto``; with `unit`, also a number and that unit."""

    name = "auto|number"

    def __init__(self, unit: str | None = None) -> None:
        self._unit = unit

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number or the word."""
        if value == "auto" or (self._unit is not None and str(value).strip().endswith(self._unit)):
            return value
        try:
            return float(value)
        except ValueError:
            unit = "" if self._unit is None else f", nor a bandwidth such as '2 {self._unit}'"
            self.fail(f"{value!r} is neither a number nor 'auto'{unit}.", param, ctx)


class Bandwidth(click.ParamType):
    """A bandwidth at a wavenumber, such as ``0.02@0.5``."""

    name = "width@wavenumber"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return both in rad/m."""
        if not isinstance(value, str):
            return value
        try:
            width, wavenumber = (float(part) for part in value.split("@"))
        except ValueError:
            self.fail(f"{value!r} is not BANDWIDTH@WAVENUMBER, such as 0.02@0.5 [rad/m].", param, ctx)
        return width, wavenumber


class Positions(click.ParamType):
    """Positions between commas, or a file of them with a row for each sensor."""

    name = "list|file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return an array (n_sensors,) or (n_sensors, n_dims)."""
        if not isinstance(value, str):
            return value
        try:
            return np.array([float(part) for part in value.split(",")])
        except ValueError:
            return positions_in(Path(value))


def positions_in(path: Path) -> np.ndarray:
    """Return the numbers in a text or NPY file: a row for each sensor, between commas or blanks.

    Raises
    ------
    InputError
        If there is no such file, or it holds anything else.
    """
    if not path.is_file():
        raise InputError(f"--positions {path} is neither a list of numbers nor a file.")
    try:
        if path.suffix.lower() == ".npy":
            return np.asarray(np.load(path, allow_pickle=False))
        rows = path.read_text(encoding="utf-8").replace(",", " ").replace(";", " ").splitlines()
        return np.squeeze(np.loadtxt([row for row in rows if row.strip()], ndmin=2))
    except (ValueError, EOFError) as error:
        reason = " ".join(str(error).split())[:120].rstrip(".")
        raise InputError(f"{path} holds no positions, one row a sensor: {reason}.") from error


AUTO_OR_NUMBER, BANDWIDTH, NUMBER, POSITIONS = AutoOrNumber(), Bandwidth(), Number(), Positions()
AUTO_OR_NUMBER_OR_HERTZ = AutoOrNumber("Hz")
NUMBERS, COUNTS = Numbers(), Numbers(whole=True)


def _set_verbose(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        for handler in logging.getLogger("wavefact").handlers:
            handler.setLevel(logging.INFO)


def verbose_option(command: Decorated) -> Decorated:
    """Add ``-v``, which shows what the library logs."""
    return click.option(
        "-v", "--verbose", is_flag=True, expose_value=False, callback=_set_verbose, help="Show what is done."
    )(command)


def json_option(command: Decorated) -> Decorated:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def quiet_option(command: Decorated) -> Decorated:
    """Add ``--quiet``."""
    return click.option("-q", "--quiet", is_flag=True, help="Print nothing but warnings and errors.")(command)


def rate_option(command: Decorated) -> Decorated:
    """Add ``--sampling-rate``."""
    return click.option(
        "--sampling-rate", type=NUMBER, metavar="HZ", help="Samples per second, where the file does not say."
    )(command)


def layout_options(command: Decorated) -> Decorated:
    """Add ``--axis``, ``--component`` and ``--part``: how the file is laid out, and what of it is read."""
    command = click.option(
        "--part",
        metavar="NAME",
        help="Which one to take of several variables, groups or segments in the file.",
    )(command)
    return click.option(
        "--axis",
        type=click.Choice(["auto", "sensors-first", "samples-first"]),
        default="auto",
        help="What the rows of the file are, where it does not say.",
    )(
        click.option(
            "--component",
            type=click.IntRange(min=0),
            metavar="N",
            help="Which one to take, from 0, of an array of sensors × samples × components.",
        )(command)
    )
