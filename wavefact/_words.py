"""Lists and numbers as they are written in a sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["SUPERSCRIPTS", "listed", "number_text", "power_of_ten"]

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWEST, HIGHEST = 1e-4, 1e6  # between which a number is written out


def listed(words: Sequence[str]) -> str:
    """Write "a", "a and b" or "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def number_text(value: float, digits: int = 4) -> str:
    """Write a number of so many significant digits as people do: −3670, 244,700 or 2.4 × 10⁻⁷."""
    if value < 0:
        return f"−{number_text(-value, digits)}"
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0 or not math.isfinite(rounded):
        return f"{rounded:g}"
    if not LOWEST <= abs(rounded) < HIGHEST:
        mantissa, _, exponent = f"{rounded:.{digits - 1}e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}\u00a0×\u00a0{power_of_ten(int(exponent))}"
    places = max(digits - 1 - math.floor(math.log10(abs(rounded))), 0)
    text = f"{rounded:,.{places}f}" if abs(rounded) >= 10_000 else f"{rounded:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def power_of_ten(exponent: int) -> str:
    """Write 10⁻⁷."""
    return f"10{str(exponent).translate(SUPERSCRIPTS)}"
