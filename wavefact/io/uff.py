"""Universal files (UFF, UNV): time responses in data sets 58 and 58b, with the nodes (15, 2411) they are at.

Functions of the same length, sampling rate and kind of numbers are one recording; a file with others has
several parts, numbered from "1".  Channels are named by their degree of freedom, such as "12:+x", as in
`Geometry`; where that does not tell them apart, by their ID line.  Data set 164 says the unit of length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError, UnknownFormatError
from wavefact.io._lazy_rows import LazyRows
from wavefact.io._steps import rate_of_step, sampling_rate_of
from wavefact.io._universal import DataSet, Function, data_sets, function_in, is_universal, values_of
from wavefact.io._universal_writing import write_functions
from wavefact.io.base import (
    ReadOptions,
    RecordingInfo,
    chosen_part,
    common_unit,
    describe,
    head,
    logger,
    one_line,
    reading,
    refuse_axis,
    stored_recording,
)
from wavefact.recording import Recording

__all__ = ["QUANTITY_CODES", "UffFormat", "dof_name"]

_OURS = "wavefact-recording"  # as name of the model
TIME_RESPONSE, UNKNOWN_FUNCTION, TIME = 1, 0, 17
QUANTITY_CODES = {"strain": 3, "displacement": 8, "velocity": 11, "acceleration": 12}
"""Specific data types of data set 58 for quantities."""
_QUANTITIES = {code: name for name, code in QUANTITY_CODES.items()}
_PER_TIME = {8: "", 11: "/s", 12: "/s^2"}
_LENGTHS = {"m": 1.0, "mm": 1e3, "cm": 1e2, "ft": 1 / 0.3048, "in": 1 / 0.0254}
_SECONDS = {"ms": 1e-3, "msec": 1e-3, "us": 1e-6, "µs": 1e-6}
_DATES = ("%d-%b-%y %H:%M:%S", "%d-%b-%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")


@dataclass(frozen=True)
class UffFormat:
    """Read recordings from universal files of any program, and write them as data sets 58b."""

    name: str = "uff"
    extensions: tuple[str, ...] = (".uff", ".unv", ".bunv")
    magic: bytes = b"    -1\n"
    compressions: tuple[str | None, ...] = (None,)

    def sniff(self, path: Path) -> bool:
        """Tell whether the file begins with a data set."""
        return is_universal(head(path, 512))

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the time responses; binary ones of even spacing are read by slicing if `lazy`."""
        if not self.sniff(path):
            raise UnknownFormatError(f"{path} is no universal file.")
        refuse_axis(path, options)
        with reading(path, self.name):
            sets = data_sets(path)
            _check_count(sets, path)
            functions = _chosen(sets, options, path)
            return _recording(functions, sets, path, options)

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the recording; binary values are not read."""
        return describe(self.read(path, replace(options, lazy=True)), path, self.name)

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Write each channel as a data set 58b, after the positions as nodes."""
        write_functions(recording, path, QUANTITY_CODES)


def dof_name(dof: tuple[int, int]) -> str:
    """Write node and direction as "12:+x"; directions 4 to 6 are rotations."""
    node, axis = dof
    sign, axes = "+" if axis > 0 else "-", ("x", "y", "z", "rx", "ry", "rz")
    return f"{node}:{sign}{axes[abs(axis) - 1]}" if 1 <= abs(axis) <= 6 else str(node)


def _check_count(sets: Sequence[DataSet], path: Path) -> None:
    """Notice that a file of ours, which says how many functions it has, lost some."""
    for place in sets:
        if place.number == 151 and len(place.lines) > 1 and place.lines[0].strip() == _OURS:
            n_declared, n_found = int(place.lines[1].split()[0]), sum(other.number == 58 for other in sets)
            if n_declared != n_found:
                raise CorruptFileError(f"{path} is truncated: {n_found} of {n_declared} channels are left.")


def _chosen(sets: Sequence[DataSet], options: ReadOptions, path: Path) -> list[Function]:
    """Return the functions of time that make up the part asked for."""
    functions = [function_in(place, path) for place in sets if place.number == 58]
    groups: dict[tuple[Any, ...], list[Function]] = {}
    for function in functions:
        if function.kind == TIME_RESPONSE or (
            function.kind == UNKNOWN_FUNCTION and function.abscissa_kind == TIME
        ):
            step = float(function.step.replace("D", "E")) if function.is_even else 0.0
            groups.setdefault((function.n_points, step, function.is_even, function.is_complex), []).append(
                function
            )
    if not groups:
        held = ", ".join(map(str, sorted({place.number for place in sets}))) or "nothing"
        raise UnknownFormatError(
            f"{path} holds no time responses (data set 58 of function type 1), but data sets {held}; "
            "modes are read by read_modes, geometries by Geometry.read."
        )
    numbered = {str(number): group for number, group in enumerate(groups.values(), start=1)}
    parts = {number: _told(group) for number, group in numbered.items()}
    return numbered[chosen_part(parts, options, path)]


def _told(group: Sequence[Function]) -> str:
    return f"{len(group)} signals of {group[0].n_points} samples at {_even_rate(group[0]) or 0:g} Hz"


def _recording(
    functions: Sequence[Function], sets: Sequence[DataSet], path: Path, options: ReadOptions
) -> Recording:
    first = functions[0]
    factor = _length_factor(sets)
    unit, metadata = common_unit([_unit(function, factor) for function in functions], path)
    quantities = {_QUANTITIES.get(function.ordinate_kind, "") for function in functions}
    told = {"start_time": _start_time(first.ids[2]), "title": one_line(first.ids[0]), "model": _model(sets)}
    signals, rate = _signals(functions, path, options)
    return stored_recording(
        path,
        signals=signals,
        sampling_rate=rate,
        positions=_positions(functions, sets, factor),
        names=_names(functions),
        unit=unit,
        quantity=quantities.pop() if len(quantities) == 1 else "",
        metadata=metadata | {key: text for key, text in told.items() if text},
    )


def _signals(functions: Sequence[Function], path: Path, options: ReadOptions) -> tuple[Any, float | None]:
    first = functions[0]
    shape = (len(functions), first.n_points)
    same = all(
        function.place.order and function.is_even and function.dtype == first.dtype for function in functions
    )
    if same:
        lazy = LazyRows(path.resolve(), tuple(f.place.start for f in functions), shape, first.dtype)
        return lazy if options.lazy else lazy[:, :], _even_rate(first)
    if options.lazy:
        logger.info("%s: functions written as text or with uneven abscissae are read whole", path)
    rows, abscissae = zip(*(values_of(function, path) for function in functions), strict=True)
    rate = _even_rate(first)
    if not first.is_even and options.sampling_rate is None:
        rate = sampling_rate_of(abscissae[0], _SECONDS.get(first.abscissa_unit, 1.0), path)
    return np.stack(rows), rate


def _even_rate(function: Function) -> float | None:
    """Return the sampling rate [Hz] that the increment of the abscissa says."""
    if not function.is_even:
        return None
    return rate_of_step(function.step, _SECONDS.get(function.abscissa_unit, 1.0))


def _unit(function: Function, factor: float | None) -> str:
    """Return the unit that a function names, or the one of the file for what it measures."""
    if function.unit or function.ordinate_kind not in _PER_TIME or factor is None:
        return function.unit
    near = [length for length, value in _LENGTHS.items() if abs(value / factor - 1.0) < 1e-3]
    return near[0] + _PER_TIME[function.ordinate_kind] if near else ""


def _names(functions: Sequence[Function]) -> tuple[str, ...] | None:
    """Return names that tell all channels apart: of degrees of freedom, ID lines, or entities."""
    dofs = [(function.node, function.direction) for function in functions]
    choices = [
        [dof_name(dof) if min(dof[0], abs(dof[1])) > 0 else "" for dof in dofs],
        [one_line(function.ids[0]) for function in functions],
        [one_line(function.entity) for function in functions],
        [dof_name(dof) if dof[0] > 0 else "" for dof in dofs],
    ]
    return next((tuple(names) for names in choices if all(names) and len(set(names)) == len(names)), None)


def _model(sets: Sequence[DataSet]) -> str:
    """Return the name of the model in the header of the file (151)."""
    names = [one_line(place.lines[0]) for place in sets if place.number == 151 and place.lines]
    return next((name for name in names if name not in ("NONE", _OURS)), "")


def _length_factor(sets: Sequence[DataSet]) -> float | None:
    """Return how many of the file's units of length are a metre; None where it does not say."""
    for place in sets:
        if place.number == 164 and len(place.lines) > 1:
            factor = float(place.lines[1].split()[0].upper().replace("D", "E"))
            if not 1e-6 < factor < 1e9:
                raise ValueError(f"a metre is {factor} units of length (data set 164)")
            return factor
    return None


def _positions(functions: Sequence[Function], sets: Sequence[DataSet], factor: float | None) -> Any:
    """Return the nodes (n_sensors, 3) [m] that the channels are at; None if one of them is not defined."""
    nodes: dict[int, list[float]] = {}
    for place in sets:
        rows = [line.upper().replace("D", "E").split() for line in place.lines if line.strip()]
        if place.number == 15:
            nodes |= {int(row[0]): [float(cell) for cell in row[-3:]] for row in rows}
        elif place.number == 2411:
            for one, two in zip(rows[::2], rows[1::2], strict=True):
                nodes[int(one[0])] = [float(cell) for cell in two]
    if not all(function.node in nodes for function in functions):
        return None
    return np.array([nodes[function.node] for function in functions]) / (factor or 1.0)


def _start_time(text: str) -> str:
    whole, dot, fraction = text.strip().rpartition(".")
    has_fraction = bool(dot) and ":" in whole and fraction.isdigit()
    for form in _DATES:
        try:
            found = datetime.strptime(whole if has_fraction else text.strip(), form).isoformat()
        except ValueError:
            continue
        return f"{found}.{fraction}".rstrip("0").rstrip(".") if has_fraction else found
    return ""
