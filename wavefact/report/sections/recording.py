"""What was measured, and how good it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.plots._style import BLUE, GREY, PALE, SKY, VERMILLION, quantity_text, unit_text
from wavefact.preparation import ChannelFaults, channel_faults
from wavefact.recording import Recording
from wavefact.report._figures import Readout, blank, figure, panels
from wavefact.report._html import Column, Html, element, facts, joined, table
from wavefact.report._words import counted, duration_text, number_text
from wavefact.report.sections._section import Section

if TYPE_CHECKING:
    from wavefact.modal import ModalModel
    from wavefact.report.report import Report

__all__ = ["excerpt", "recording"]

MOST_NUMBERS = 20_000_000  # of signals that are looked at; of longer recordings it is the beginning
MOST_BINS = 4096
_DECADES = 9.0  # of power below the largest, that are shown at most


def recording(report: Report) -> Section | None:
    """Return what the recording is, its faulty channels, its spectrum and levels."""
    if report.recording is None:
        return None
    seen, note = excerpt(report.recording)
    signals = np.nan_to_num(to_numpy(seen.load().signals))
    faults = None if np.iscomplexobj(signals) else channel_faults(seen)
    parts = [
        facts(_facts(report.recording, faults)),
        element("p", note) if note else None,
        None if faults is None else _faults(faults),
        _spectrum(seen, signals, report.modes),
        _levels(seen, signals, faults),
    ]
    return Section("recording", "Recording", joined(parts))


def excerpt(whole: Recording) -> tuple[Recording, str]:
    """Return the beginning of a recording, as long as is looked at, and a note where that is not all."""
    n_samples = max(MOST_NUMBERS // whole.n_sensors, 2)
    if n_samples >= whole.n_samples:
        return whole, ""
    span = f"{n_samples:,} samples"
    if whole.sampling_rate is not None:
        span = duration_text(n_samples / whole.sampling_rate)
    return whole.window(0, n_samples), f"Quality, spectrum and levels are those of the first {span}."


def _facts(whole: Recording, faults: ChannelFaults | None) -> list[tuple[str, str]]:
    duration = "" if whole.duration is None else duration_text(whole.duration)
    good = ""
    if faults is not None:
        good = "all" if faults.bad.size == 0 else f"{faults.good.size} of {faults.n_sensors}"
    return [
        ("Channels", f"{whole.n_sensors:,}"),
        ("Samples of each", f"{whole.n_samples:,}"),
        (
            "Sampling rate",
            number_text(whole.sampling_rate, form=".6g") + (" Hz" if whole.sampling_rate else ""),
        ),
        ("Duration", duration),
        ("Quantity", whole.quantity),
        ("Unit", unit_text(whole.unit) if whole.unit else ""),
        ("Channels without fault", good),
        *(
            (key.replace("_", " "), f"{value:.6g}" if isinstance(value, float) else str(value))
            for key, value in sorted(whole.metadata.items())
        ),
    ]


def _faults(faults: ChannelFaults) -> Html | None:
    if not faults.faults:
        return element(
            "p", "No dead, clipped, stuck, noisy or copied channel was found, and no offset or drift."
        )
    rows = faults.faults
    columns = [
        Column("channel", [fault.name or str(fault.sensor) for fault in rows]),
        Column("fault", [fault.kind for fault in rows]),
        Column(
            "share [%]", [fault.share for fault in rows], ".3g", 100.0, "of the samples that are affected"
        ),
        Column("what was found", [fault.text for fault in rows]),
        Column("what to do", [fault.remedy for fault in rows]),
    ]
    n_channels = len({fault.sensor for fault in rows})
    return table(f"Faults, of {counted(n_channels, 'channel')}", columns)


def _spectrum(seen: Recording, signals: np.ndarray, model: ModalModel | None) -> Html | None:
    from scipy.signal import welch

    if seen.sampling_rate is None or seen.n_samples < 16:
        return None
    length = min(seen.n_samples, max(256, min(MOST_BINS, seen.n_samples // 8)))
    frequencies, power = welch(
        signals, seen.sampling_rate, nperseg=length, return_onesided=not np.iscomplexobj(signals)
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
    density_unit = unit_text(seen.unit, 2, "Hz")
    ax.set(xlabel="frequency [Hz]", ylabel=f"power density [{density_unit}]")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, borderaxespad=0.1)
    peak = float(at[int(np.argmax(mean))])
    known = f", with the {counted(len(marks), 'mode')} of this report marked" if marks else ""
    alt = (
        f"Power spectral density from 0 to {at[-1]:.4g} Hz; the mean of all channels is largest at "
        f"{peak:.4g} Hz{known}."
    )
    readout = Readout(ax, at, [("mean", mean), ("loudest", high)], "frequency Hz", unit=density_unit)
    caption = f"Spectrum by Welch’s method, resolution {at[1] - at[0]:.3g} Hz{known}."
    return figure("spectrum", drawn, alt, caption, readout=readout)


def _levels(seen: Recording, signals: np.ndarray, faults: ChannelFaults | None) -> Html | None:
    levels = np.std(signals, axis=1)
    if seen.n_sensors < 2 or not np.any(levels > 0):
        return None
    bad = np.isin(np.arange(seen.n_sensors), [] if faults is None else faults.bad)
    drawn = blank(7.6, 2.3)
    ax = panels(drawn)[0, 0]
    at = np.arange(1, seen.n_sensors + 1)
    ax.vlines(at, 0.0, levels, color=PALE, lw=1.2, zorder=1)
    ax.plot(at[~bad], levels[~bad], "o", color=BLUE, ms=3.2, zorder=2)
    if bad.any():
        ax.plot(at[bad], levels[bad], "X", color=VERMILLION, ms=5.0, label="faulty channel", zorder=3)
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.1)
    ax.axhline(float(np.median(levels)), color=GREY, lw=0.8, ls="--", zorder=0)
    ax.set_ylim(0.0, 1.1 * float(levels.max()))
    ax.set_xlim(0.0, seen.n_sensors + 1.0)
    ax.set_xlabel("channel, in the order of the file")
    ax.set_ylabel(f"level\n{quantity_text('', seen.unit).removeprefix('signal ')}")
    names = [seen.names[sensor] if seen.names else str(sensor + 1) for sensor in range(seen.n_sensors)]
    alt = (
        f"Root mean square of each channel: median {np.median(levels):.3g}, from {levels.min():.3g} to "
        f"{levels.max():.3g} {unit_text(seen.unit)}."
    )
    readout = Readout(ax, at, [("level", levels)], "channel", texts=names, unit=unit_text(seen.unit))
    caption = "Level (root mean square about the mean) of each channel; the dashed line is the median."
    return figure("levels", drawn, alt, caption, readout=readout)
