"""What loggers write above a table: the sampling rate or interval, the unit, in the usual spellings.

``Sampling rate: 100 Hz``, ``Fs=1,2 kHz``, ``Measurement frequency (Hz): 1000``, ``Abtastintervall;5 ms``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wavefact.errors import InputError
from wavefact.io._steps import rate_of_step
from wavefact.io.base import one_line

__all__ = ["Preamble", "agree", "preamble_of", "tells"]

_LONGEST = 4000  # characters kept of it
_LINE = 1000  # characters of a line that are looked at
_ROUNDED = 0.01  # share by which two rates may differ that were written with few digits
_RATES = (
    r"(?:sampl(?:e|ing)|scan(?:ning)?|measur(?:ement|ing)|acquisition|logging|recording|data)[ _-]*rate",
    r"(?:sampl(?:e|ing)|scan(?:ning)?|measur(?:ement|ing)|acquisition|logging|recording)[ _-]*freq(?:uency)?",
    r"f_?s|abtast(?:rate|frequenz)|mess(?:rate|frequenz)|fr[eé]quence d['’ ]?[eé]chantillonnage",
    r"frecuencia de muestreo|frequenza di campionamento|taxa de amostragem",
)
_STEPS = (
    r"(?:sampl(?:e|ing)|scan|measurement)[ _-]*(?:interval|period)|time[ _-]*(?:step|increment)",
    r"dt|Δt|delta[ _]?t|abtast(?:intervall|zeit|periode)|zeitschritt|pas de temps",
    r"p[eé]riode d['’ ]?[eé]chantillonnage",
)
_HERTZ = {"": 1.0, "hz": 1.0, "khz": 1e3, "mhz": 1e6, "1/s": 1.0, "s/s": 1.0, "samples/s": 1.0, "sps": 1.0}
_HERTZ |= dict.fromkeys(("samples/sec", "samples per second", "s^-1"), 1.0) | {"ks/s": 1e3}
_SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "msec": 1e-3, "us": 1e-6, "ns": 1e-9}
_SECONDS |= dict.fromkeys(("µs", "μs"), 1e-6)
_NUMBER = r"(?P<number>\d(?:[\d.,]*\d)?(?:e[+-]?\d+)?)"


def _told(keys: Sequence[str], units: dict[str, float]) -> re.Pattern[str]:
    """Return what finds ``key [unit]: number unit``, at the beginning of a line or behind a separator."""
    spelled = "|".join(map(re.escape, sorted(filter(None, units), key=len, reverse=True)))
    bracket = rf"(?:\s*[\[(]\s*(?P<bracket>{spelled})\s*[\])])?"
    value = rf"{_NUMBER}\s*(?:[\[(]?(?P<unit>{spelled})[\])]?(?![\w/])|(?=$|[|;,\t#)\"]))"
    return re.compile(
        rf'(?:^|[|;,\t#%/])[\s"]*(?:{"|".join(keys)}){bracket}[\s"]*(?P<by>[:=;,\t ])[\s"]*{value}',
        re.IGNORECASE,
    )


_RATE, _STEP = _told(_RATES, _HERTZ), _told(_STEPS, _SECONDS)
_UNIT = re.compile(
    r"^[\s#%/]*(?:units?|einheit|unité|unidad)\s*[:=;\t]\s*[\[(]?(?P<unit>[^\s\])]{1,20})[\])]?\s*$", re.I
)


@dataclass(frozen=True)
class Preamble:
    """Hold what the lines above a table tell: rates [Hz] by line, the unit of all columns, the text."""

    rates: tuple[tuple[int, float], ...] = ()
    unit: str = ""
    text: str = ""

    def rate(self, path: Path) -> float | None:
        """Return the sampling rate [Hz], None where none is told.

        Raises
        ------
        InputError
            If there are two that differ.
        """
        for number, rate in self.rates[1:]:
            first, told = self.rates[0]
            if not agree(rate, told):
                raise InputError(
                    f"{path}: line {first} says {told:g} Hz, line {number} {rate:g} Hz; give sampling_rate."
                )
        return self.rates[0][1] if self.rates else None


def agree(rate: float, other: float) -> bool:
    """Tell whether two sampling rates are the same but for rounding."""
    return abs(rate - other) <= _ROUNDED * other


def preamble_of(lines: Sequence[tuple[int, str]], *, decimal_comma: bool) -> Preamble:
    """Return what numbered lines above a table tell."""
    rates = [(number, _rate_in(line, decimal_comma)) for number, line in lines]
    units = [one_line(match["unit"]) for _, line in lines if (match := _UNIT.match(line[:_LINE]))]
    text = " | ".join(filter(None, (one_line(line).lstrip("#%/ ") for _, line in lines)))
    return Preamble(
        rates=tuple((number, rate) for number, rate in rates if rate is not None),
        unit=units[0] if len(units) == 1 else "",
        text=text[:_LONGEST],
    )


def tells(line: str) -> bool:
    """Tell whether a line is one that `preamble_of` reads, so no heading of columns."""
    return _rate_in(line, decimal_comma=False) is not None or _UNIT.match(line[:_LINE]) is not None


def _rate_in(line: str, decimal_comma: bool) -> float | None:
    """Return the sampling rate [Hz] that a line tells, None if it tells none."""
    for pattern, units in ((_RATE, _HERTZ), (_STEP, _SECONDS)):
        match = pattern.search(line[:_LINE])
        if match is not None:
            unit = units[(match["unit"] or match["bracket"] or "").lower()]
            number = match["number"].partition(",")[0] if match["by"] == "," else match["number"]
            text = _plain(number, decimal_comma)
            try:
                value = float(text)
            except ValueError:
                return None
            if value > 0:
                return value * unit if units is _HERTZ else rate_of_step(text, unit)
    return None


def _plain(number: str, decimal_comma: bool) -> str:
    """Return a number with a decimal point, without what separates its thousands."""
    thousands, point = (".", ",") if decimal_comma else (",", ".")
    if re.fullmatch(rf"[1-9]\d{{0,2}}(?:\{thousands}\d{{3}})+(?:\{point}\d*)?", number):
        number = number.replace(thousands, "")
    return number.replace(",", ".")
