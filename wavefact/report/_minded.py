"""What is to be minded of the input before anything is believed: what was never told, or does not fit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from wavefact._words import listed, number_text
from wavefact.plots._style import unit_text
from wavefact.recording import Recording
from wavefact.report._excerpt import Excerpt
from wavefact.report._words import counted

if TYPE_CHECKING:
    from wavefact.report.report import Report

__all__ = ["minded_of"]

FAR_APART = 20.0  # levels of channels, beyond which the quiet ones count for nothing
MOST_NAMED = 4  # channels
_UNIT = re.compile(r"\[([^\[\]]+)\]\s*$")  # at the end of a channel's name


def minded_of(report: Report) -> tuple[str, ...]:
    """Return a sentence for each thing in the input that bears on all results."""
    said = [_places(report), _rate(report)]
    if report._seen is not None:
        said += [_units(report._seen.recording), _levels(report._seen), _faults(report, report._seen)]
    return tuple(text for text in said if text)


def _places(report: Report) -> str:
    results = (report.fit, report.modes)
    if not any(found is not None and found.length_unit == "sensor" for found in results):
        return _order(report)
    return (
        "Nobody gave the positions of the sensors: they were assumed evenly spaced, in the order of the "
        "channels. Wavenumbers are in radians per sensor, speeds in sensors per second, and shapes are drawn "
        "over the number of the sensor."
    )


def _order(report: Report) -> str:
    """Tell where shapes have no places to be drawn at."""
    fit, modes = report.fit, report.modes
    is_placed = fit is not None or report.geometry is not None
    if is_placed or modes is None or modes.positions is not None or not modes.n_modes or modes.n_points == 1:
        return ""
    return (
        "Nobody gave the positions of the sensors: shapes are drawn along a line, over the number of the "
        "sensor in the order of the channels, wherever these are and whichever way they measure."
    )


def _rate(report: Report) -> str:
    fit, recording = report.fit, report.recording
    rates = [found.sampling_rate for found in (fit, recording) if found is not None]
    if not rates or any(rate is not None for rate in rates):
        return ""
    return (
        "The sampling rate is unknown: frequencies are in cycles per sample, times in samples, and no modes "
        "are named. With the rate, all of it comes out in hertz."
    )


def _units(recording: Recording) -> str:
    """Tell where channels measure different things, by the file or by what stands behind their names."""
    told = str(recording.metadata.get("units", "")).split(",")
    named = [found[1] for name in recording.names or () if (found := _UNIT.search(name))]
    kinds = [
        kind for kind in dict.fromkeys(unit.strip() for unit in (told if len(told) > 1 else named)) if kind
    ]
    if len(kinds) < 2:
        return ""
    return (
        f"Channels are in different units ({listed([unit_text(unit) for unit in kinds])}) and were taken as "
        "they are: shapes and energies mix these. Bring them to one quantity and unit first "
        "(wavefact.to_quantity), or select channels of one kind."
    )


def _levels(seen: Excerpt) -> str:
    """Tell where some channels are so quiet beside others that a decomposition hardly sees them."""
    recording, levels = seen.recording, seen.levels
    living = levels > 0
    if np.count_nonzero(living) < 2:
        return ""
    ratio = float(levels.max() / levels[living].min())
    if ratio < FAR_APART:
        return ""
    quiet = np.flatnonzero(living & (levels < levels.max() / FAR_APART))
    names = [recording.names[sensor] if recording.names else str(sensor) for sensor in quiet[:MOST_NAMED]]
    more = [f"{quiet.size - MOST_NAMED:,} more"] if quiet.size > MOST_NAMED else []
    return (
        f"Levels of channels lie up to {number_text(ratio, 2)} times apart: the loud ones decide what is "
        f"found, and channels {listed([*names, *more])} hardly count. Look at gains and units, and at the "
        "levels below."
    )


def _faults(report: Report, seen: Excerpt) -> str:
    """Tell which channels no filter makes good; samples that a fit was told are missing are none."""
    recording, faults = seen.recording, seen.faults
    if faults is None:
        return ""
    known = {"not finite"} if report.fit is not None else set()
    bad = [fault for fault in faults.faults if fault.sensor in faults.bad and fault.kind not in known]
    told = {fault.sensor: f"{recording.label(fault.sensor)} ({fault.kind}: {fault.text})" for fault in bad}
    if not told:
        return ""
    more = [f"{len(told) - MOST_NAMED:,} more"] if len(told) > MOST_NAMED else []
    verb = "is" if len(told) == 1 else "are"
    return (
        f"{counted(len(told), 'channel').capitalize()} {verb} faulty and took part in all results: "
        f"{listed([*list(told.values())[:MOST_NAMED], *more])}. The table of faults below says what to do."
    )
