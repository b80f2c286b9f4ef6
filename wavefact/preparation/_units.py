"""How the units of displacement, velocity and acceleration hang together, as text."""

from __future__ import annotations

from wavefact.errors import InputError

MOTIONS = ("displacement", "velocity", "acceleration")
"""Each is the time derivative of the one before."""

_PER_TIME = (("",), ("/s",), ("/s^2", "/s2", "/s²", "/s**2", "/s/s"))
_GRAVITY = {"g": 9.80665, "mg": 9.80665e-3}  # standard gravity [m/s^2]


def length_unit(unit: str, quantity: str) -> tuple[str, float]:
    """Return the unit of length in a unit of motion, and the factor that goes with it.

    ``("mm", 1.0)`` for mm/s^2; g is 9.80665 m/s^2, so ``("m", 9.80665)``; the empty unit stays empty.

    Raises
    ------
    InputError
        If the text is no unit of that quantity.
    """
    text, order = unit.replace(" ", ""), MOTIONS.index(quantity)
    if not text:
        return "", 1.0
    if order == 2 and text in _GRAVITY:
        return "m", _GRAVITY[text]
    for suffix in _PER_TIME[order]:
        length = text.removesuffix(suffix)
        if text.endswith(suffix) and length and "/" not in length:
            return length, 1.0
    raise InputError(
        f"{unit!r} is no unit of {quantity}, such as 'm{_PER_TIME[order][0]}'; scale the signals and "
        "name their unit with replace(signals=..., unit=...)."
    )


def unit_of(length: str, quantity: str) -> str:
    """Return the unit of a motion in a unit of length; empty for the empty one."""
    return length and length + _PER_TIME[MOTIONS.index(quantity)][0]


def same_unit(one: str, other: str, quantity: str) -> bool:
    """Tell whether two texts are spellings of one unit."""
    if one == other or quantity not in MOTIONS:
        return one == other
    try:
        return length_unit(one, quantity) == length_unit(other, quantity)
    except InputError:
        return False
