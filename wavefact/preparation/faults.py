"""Which channels of a recording cannot be trusted, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.preparation._checks import real_signals
from wavefact.preparation._fault_relations import together
from wavefact.preparation._fault_rules import RULES, Finding, Signal, checked
from wavefact.recording import Recording

__all__ = ["ChannelFault", "ChannelFaults", "channel_faults"]

_LEAVE_OUT = "leave it out"
_REMEDIES = {
    "not finite": "cut the gap off (window), or leave the channel out",
    "constant": _LEAVE_OUT,
    "silent": _LEAVE_OUT + "; look at sensor and cable",
    "clipped": _LEAVE_OUT + "; record with a larger range",
    "stuck": _LEAVE_OUT + ", or cut the stretch off (window)",
    "spikes": _LEAVE_OUT + ", or cut them off (window); if a hammer's force, use it: frequency_response",
    "duplicate": _LEAVE_OUT + "; look at the channel table",
    "offset": "detrend",
    "drift": "detrend, or bandpass(low=...)",
}
_NUMBERS = {0, 3, 4}  # columns of the table
_CURED = {"offset", "drift"}  # by a filter, so that the channel is still good


@dataclass(frozen=True)
class ChannelFault:
    """Hold one fault of one channel.

    Attributes
    ----------
    sensor : int
        Index of the channel.
    name : str
        Its name; empty where it has none.
    kind : str
        "not finite", "constant", "silent", "clipped", "stuck", "spikes", "duplicate", "offset" or "drift".
    count : int
        Samples affected.
    share : float
        Of all samples [-].
    first : int
        First sample affected.
    text : str
        What was found.

    Examples
    --------
    >>> from wavefact.preparation import ChannelFault
    >>> ChannelFault(3, "A3", "clipped", 40, 0.02, 17, "40 samples at 5").remedy
    'leave it out; record with a larger range'
    """

    sensor: int
    name: str
    kind: str
    count: int
    share: float
    first: int
    text: str

    @property
    def remedy(self) -> str:
        """What to do."""
        return _REMEDIES[self.kind]

    def __str__(self) -> str:
        name = f" ({self.name!r})" if self.name else ""
        return f"sensor {self.sensor}{name}: {self.kind}, {self.text}"


@dataclass(frozen=True)
class ChannelFaults:
    """Hold the faults of all channels of a recording; printed, they are a table.

    Attributes
    ----------
    n_sensors : int
    faults : tuple of ChannelFault
        By sensor.

    Examples
    --------
    >>> from wavefact.preparation import ChannelFault
    >>> faults = ChannelFaults(3, (ChannelFault(1, "", "constant", 90, 1.0, 0, "zero throughout"),))
    >>> faults.good
    array([0, 2])
    >>> print(faults)
    1 of 3 channels is not good.
    sensor  name  fault     share  first  what was found   what to do
         1  –     constant  100 %      0  zero throughout  leave it out
    """

    n_sensors: int
    faults: tuple[ChannelFault, ...]

    @property
    def bad(self) -> np.ndarray:
        """Indices of the channels with a fault that no filter cures, (n_bad,)."""
        return np.array(sorted({f.sensor for f in self.faults if f.kind not in _CURED}), dtype=int)

    @property
    def good(self) -> np.ndarray:
        """Indices of the other channels, (n_good,), for `Recording.select`.

        Offset and drift are cured by `detrend`.
        """
        return np.setdiff1d(np.arange(self.n_sensors), self.bad)

    def __str__(self) -> str:
        if not self.faults:
            return f"No fault was found in {self.n_sensors} channels."
        title = (
            f"{self.bad.size} of {self.n_sensors} channels {'is' if self.bad.size == 1 else 'are'} not good."
        )
        rows = [("sensor", "name", "fault", "share", "first", "what was found", "what to do")]
        for fault in self.faults:
            share = f"{100 * fault.share:.2g} %" if fault.share < 0.995 else "100 %"
            parts = str(fault.sensor), fault.name or "–", fault.kind, share, str(fault.first)
            rows.append((*parts, fault.text, fault.remedy))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join([title, *(_line(row, widths) for row in rows)])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [
        cell.rjust(width) if column in _NUMBERS else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def channel_faults(recording: Recording) -> ChannelFaults:
    """Look for channels that are dead, clipped, stuck, spiky, copied, or mostly offset or drift.

    Parameters
    ----------
    recording : Recording
        As recorded: before filters, which hide plateaus and gaps.  Loaded into memory if it is not.

    Returns
    -------
    ChannelFaults
        ``recording.select(faults.good)`` leaves the bad channels out; ``print(faults)`` shows a table.

    Raises
    ------
    InputError
        If the signals are complex.

    Notes
    -----
    * *not finite*: NaN or Inf; nothing else is looked for in that channel.
    * *constant*: zero or one value throughout.
    * *silent*: less than a thousandth of the usual standard deviation, and unrelated to the other channels.
    * *clipped*: the largest or smallest value comes four times as often as the values just beside it, which
      come as often or more in smooth motion; or 3 times in a row, in a plateau that breaks off.
    * *stuck*: 8 or more equal samples right after motion of more than 8 steps of the resolution.
    * *spikes*: one or two samples that leap by 3 standard deviations, 10 times the usual leap and 8 times any
      leap beside them.  A blow recorded at a low rate looks alike.
    * *duplicate*: perfectly correlated with an earlier channel, unless all channels show one motion only.
    * *offset*: a mean above 5 standard deviations.
    * *drift*: 90 % of the variance is a line and at most three cycles in the recording.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> signals = np.random.default_rng(0).normal(size=(5, 2000))
    >>> signals[1], signals[2], signals[4] = 0.0, np.clip(signals[2], -1.5, 9.0), signals[0]
    >>> faults = wf.channel_faults(wf.Recording(signals))
    >>> print(faults)
    3 of 5 channels are not good.
    sensor  name  fault      share  first  what was found           what to do
         1  –     constant   100 %      0  zero throughout          leave it out
         2  –     clipped    5.9 %     21  117 samples at -1.5      leave it out; record with a larger range
         4  –     duplicate  100 %      0  identical with sensor 0  leave it out; look at the channel table
    >>> wf.Recording(signals).select(faults.good).n_sensors
    2
    """
    signals = real_signals(recording)
    found = [(sensor, *pair) for sensor, row in enumerate(signals) for pair in _alone(row)]
    dead = {sensor for sensor, kind, _ in found if kind in {"not finite", "constant"}}
    living = np.array([sensor for sensor in range(recording.n_sensors) if sensor not in dead], dtype=int)
    found += together(signals, living)
    names = recording.names or ("",) * recording.n_sensors
    n_samples = recording.n_samples
    order = list(_REMEDIES)
    return ChannelFaults(
        recording.n_sensors,
        tuple(
            ChannelFault(s, names[s], kind, f.count, f.count / n_samples, f.first, f.text)
            for s, kind, f in sorted(found, key=lambda entry: (entry[0], order.index(entry[1])))
        ),
    )


def _alone(values: np.ndarray) -> list[tuple[str, Finding]]:
    """Return the faults that a channel shows by itself."""
    gaps = ~np.isfinite(values)
    if gaps.any():
        text = f"{int(np.isnan(values).sum())} NaN and {int(np.isinf(values).sum())} Inf"
        return [("not finite", Finding(int(gaps.sum()), int(np.argmax(gaps)), text))]
    if np.all(values == values[0]):
        text = "zero throughout" if values[0] == 0 else f"{values[0]:.4g} throughout"
        return [("constant", Finding(values.size, 0, text))]
    signal = Signal(values)
    results = ((kind, checked(rule, signal)) for kind, rule in RULES.items())
    return [(kind, finding) for kind, finding in results if finding is not None]
