"""What was measured, and how good it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact._words import number_text
from wavefact.plots._style import (
    BLUE,
    GREY,
    PALE,
    SKY,
    VERMILLION,
    density_text,
    frequency_text,
    scaled,
    unit_text,
)
from wavefact.preparation import ChannelFaults
from wavefact.recording import Recording
from wavefact.report._excerpt import Excerpt
from wavefact.report._figures import Readout, blank, figure, panels
from wavefact.report._html import Column, Html, element, facts, joined, table
from wavefact.report._words import counted, duration_text, measure_text
from wavefact.report.sections._section import Section

if TYPE_CHECKING:
    from wavefact.modal import ModalModel
    from wavefact.report.report import Report

__all__ = ["recording"]

MOST_BINS = 4096
MOST_LINEAR = 4.0  # largest over smallest level that are seen well from zero
KNOWN = {
    "start_time": ("Began", ""),
    "instrument": ("Instrument", ""),
}
"""Metadata that everybody wants to know: their titles and units."""

WORDS = {"snr_db": "signal-to-noise ratio [dB]", "noise": "standard deviation of the noise"}
"""What is meant by metadata of simulated recordings."""

LONGEST = 80  # letters of a text in a file that are shown

_DECADES = 9.0  # of power below the largest, that are shown at most


def recording(report: Report) -> Section | None:
    """Return what the recording is, its faulty channels, its spectrum and levels."""
    if report.recording is None or report._seen is None:
        return None
    seen = report._seen
    parts = [
        facts(_facts(report.recording, seen.faults)),
        _rest(report.recording),
        element("p", seen.note) if seen.note else None,
        None if seen.faults is None else _faults(seen.faults),
        _spectrum(seen, report.modes),
        _levels(seen),
    ]
    return Section("recording", "Recording", joined(parts))


def _facts(whole: Recording, faults: ChannelFaults | None) -> list[tuple[str, str]]:
    duration = "" if whole.duration is None else duration_text(whole.duration)
    good = ""
    if faults is not None:
        good = "all" if faults.bad.size == 0 else f"{faults.good.size} of {faults.n_sensors}"
    return [
        ("Channels", f"{whole.n_sensors:,}"),
        ("Samples of each", f"{whole.n_samples:,}"),
        ("Sampling rate", measure_text(whole.sampling_rate, "Hz", 6) or "unknown"),
        ("Duration", duration),
        ("Quantity", whole.quantity),
        ("Unit", unit_text(whole.unit) if whole.unit else ""),
        ("Positions", "given" if whole.positions is not None else "not given"),
        ("Channels without fault", good),
        *(
            (title, _text(whole.metadata[key], unit))
            for key, (title, unit) in KNOWN.items()
            if key in whole.metadata
        ),
    ]


def _rest(whole: Recording) -> Html | None:
    """Fold away what else a file says, in its own words."""
    others = sorted(set(whole.metadata) - {*KNOWN})
    told = [(WORDS.get(key, key.replace("_", " ")), _text(whole.metadata[key])) for key in others]
    return element("details", element("summary", "What else the file says"), facts(told)) if told else None


def _text(value: str | float, unit: str = "") -> str:
    if isinstance(value, float):
        return measure_text(value, unit, 5)
    text = f"{value} {unit}".strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _faults(faults: ChannelFaults) -> Html | None:
    if not faults.faults:
        return element(
            "p", "No dead, clipped, stuck, noisy or copied channel was found, and no offset or drift."
        )
    rows = faults.faults
    columns = [
        Column("sensor", [fault.name or str(fault.sensor) for fault in rows]),
        Column("fault", [fault.kind for fault in rows]),
        Column(
            "share [%]", [fault.share for fault in rows], ".3g", 100.0, "of the samples that are affected"
        ),
        Column("what was found", [fault.text for fault in rows]),
        Column("what to do", [fault.remedy for fault in rows]),
    ]
    n_channels = len({fault.sensor for fault in rows})
    return table(f"Faults, of {counted(n_channels, 'channel')}", columns)


def _spectrum(excerpt: Excerpt, model: ModalModel | None) -> Html | None:
    from scipy.signal import welch

    seen, signals = excerpt.recording, excerpt.signals
    if seen.n_samples < 16:
        return None
    rate = seen.sampling_rate
    unit = "cycles/sample" if rate is None else "Hz"
    length = min(seen.n_samples, max(256, min(MOST_BINS, seen.n_samples // 8)))
    frequencies, power = welch(
        signals, rate or 1.0, nperseg=length, return_onesided=not np.iscomplexobj(signals)
    )
    order = np.argsort(frequencies)
    kept = order[frequencies[order] != 0]  # the mean is taken off
    at, density = frequencies[kept], np.maximum(power[:, kept], np.finfo(float).tiny)
    mean, low, high = density.mean(axis=0), density.min(axis=0), density.max(axis=0)
    drawn = blank(7.6, 3.5)
    ax = panels(drawn)[0, 0]
    ax.fill_between(at, low, high, color=SKY, alpha=0.3, lw=0.0, label="quietest to loudest channel")
    ax.semilogy(at, mean, color=BLUE, lw=1.1, label="mean of all channels")
    marks = [] if model is None else [float(f) for f in model.frequencies if at[0] <= f <= at[-1]]
    for number, frequency in enumerate(marks):
        ax.axvline(frequency, color=VERMILLION, lw=0.7, zorder=0, label="mode" if number == 0 else None)
    top = float(high.max())
    ax.set_ylim(max(float(low.min()), top * 10**-_DECADES) / 2, top * 2)
    ax.set_xlim(min(float(at[0]), 0.0), float(at[-1]))
    density_unit = density_text(seen.unit, rate)
    ax.set(xlabel=frequency_text(rate), ylabel=f"power density [{density_unit}]")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.1)
    peak = float(at[int(np.argmax(mean))])
    known = f", with the {counted(len(marks), 'mode')} of this report marked" if marks else ""
    alt = (
        f"Power spectral density from 0 to {number_text(float(at[-1]))} {unit}; the mean of all channels is "
        f"largest at {number_text(peak)} {unit}{known}."
    )
    readout = Readout(ax, at, [("mean", mean), ("loudest", high)], f"frequency {unit}", unit=density_unit)
    caption = f"Spectrum by Welch’s method, resolution {number_text(at[1] - at[0], 3)} {unit}{known}."
    return figure("spectrum", drawn, alt, caption, readout=readout)


def _levels(excerpt: Excerpt) -> Html | None:
    seen, levels, faults = excerpt.recording, excerpt.levels, excerpt.faults
    if seen.n_sensors < 2 or not np.any(levels > 0):
        return None
    bad = np.isin(np.arange(seen.n_sensors), [] if faults is None else faults.bad)
    drawn = blank(7.6, 2.3)
    ax = panels(drawn)[0, 0]
    at = np.arange(seen.n_sensors)
    living = levels[levels > 0]
    is_wide = float(living.max()) > MOST_LINEAR * float(living.min())
    floor = float(living.min()) / 2 if is_wide else 0.0
    shown = np.maximum(levels, floor)
    ax.vlines(at, floor, shown, color=PALE, lw=1.2, zorder=1)
    ax.plot(at[~bad], shown[~bad], "o", color=BLUE, ms=3.2, zorder=2)
    if bad.any():
        ax.plot(at[bad], shown[bad], "X", color=VERMILLION, ms=5.0, label="faulty channel", zorder=3)
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.1)
    ax.axhline(float(np.median(levels)), color=GREY, lw=0.8, ls="--", zorder=0)
    if is_wide:
        ax.set_yscale("log")
        ax.set_ylim(floor, 2.0 * float(levels.max()))
    else:
        ax.set_ylim(0.0, 1.1 * float(levels.max()))
    ax.set_xlim(-0.6, seen.n_sensors - 0.4)
    ax.set_xlabel("sensor, in the order of the file, from 0 on")
    scale = "" if is_wide else scaled(ax.yaxis, float(levels.max()))
    ax.set_ylabel(f"level\n[{scale}{unit_text(seen.unit)}]")
    names = [seen.names[sensor] if seen.names else str(sensor) for sensor in range(seen.n_sensors)]
    alt = (
        f"Root mean square of each channel: median {number_text(np.median(levels), 3)}, from "
        f"{number_text(levels.min(), 3)} to {number_text(levels.max(), 3)} {unit_text(seen.unit)}."
    )
    readout = Readout(ax, at, [("level", levels)], "sensor", texts=names, unit=unit_text(seen.unit))
    caption = "Level (root mean square about the mean) of each channel; the dashed line is the median"
    caption += ", the axis logarithmic so that quiet channels are seen too." if is_wide else "."
    return figure("levels", drawn, alt, caption, readout=readout)
