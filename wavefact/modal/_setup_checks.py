"""What measurement setups of one structure must have in common before they are put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from wavefact.errors import InputError

__all__ = ["Setup", "check_setups", "checked_references", "merged_names", "merged_positions"]

_SAME_PLACE = 1e-6  # relative to the largest coordinate


class Setup(Protocol):
    """What a recording and a modal model have in common."""

    @property
    def names(self) -> tuple[str, ...] | None:
        """Names of the channels."""

    @property
    def positions(self) -> np.ndarray | None:
        """Positions of the channels [m]."""

    @property
    def quantity(self) -> str:
        """What the channels measured."""

    @property
    def unit(self) -> str:
        """Their unit."""


def check_setups(setups: Sequence[Setup], kind: type) -> None:
    """Refuse setups that are fewer than two, of a wrong type, without distinct names, or of mixed units."""
    if isinstance(setups, kind) or not all(isinstance(setup, kind) for setup in setups):
        got = type(setups).__name__ if isinstance(setups, kind) else {type(s).__name__ for s in setups}
        raise InputError(f"Expected a list of {kind.__name__}, one for each setup, not {got}.")
    if len(setups) < 2:
        raise InputError(f"At least 2 setups are needed, {len(setups)} came; identify takes a single one.")
    for s, setup in enumerate(setups, 1):
        names = setup.names
        if names is None:
            raise InputError(
                f"Setup {s} has no names, by which channels of several setups are told apart; "
                "give names to its Recording."
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError(
                f"Setup {s} has several channels named {twice[0]!r}; each needs a name of its own."
            )
        if (setup.quantity, setup.unit) != (setups[0].quantity, setups[0].unit):
            raise InputError(
                f"Setup 1 measured {_about(setups[0])}, setup {s} {_about(setup)}; "
                "bring all recordings to one quantity and unit first (to_quantity)."
            )


def checked_references(setups: Sequence[Setup], references: Sequence[str] | None) -> tuple[str, ...]:
    """Return the names of the reference channels: those given, else those that all setups share."""
    known = [setup.names or () for setup in setups]
    if references is None:
        shared = tuple(name for name in known[0] if all(name in names for names in known))
        if not shared:
            raise InputError(
                "The setups share no channel name; at least one sensor must stay in place in all setups, "
                "with the same name in each."
            )
        return shared
    chosen = (references,) if isinstance(references, str) else tuple(dict.fromkeys(references))
    if not chosen:
        raise InputError("No reference channel was given; leave out references to take all shared names.")
    for name in chosen:
        lacking = [str(s) for s, names in enumerate(known, 1) if name not in names]
        if lacking:
            raise InputError(
                f"There is no channel {name!r} in setup {', '.join(lacking)}; "
                "a reference must be measured in all setups."
            )
    return chosen


def merged_names(setups: Sequence[Setup], references: tuple[str, ...]) -> tuple[str, ...]:
    """Return all names: the references, then the others as they first appear."""
    return tuple(dict.fromkeys([*references, *(name for setup in setups for name in setup.names or ())]))


def merged_positions(setups: Sequence[Setup], names: tuple[str, ...]) -> np.ndarray | None:
    """Return where each named channel is, or None where a setup does not know.

    Raises
    ------
    InputError
        If setups disagree.
    """
    if any(setup.positions is None for setup in setups):
        return None
    arrays = [np.asarray(setup.positions, dtype=float) for setup in setups]
    if len({array.shape[1:] for array in arrays}) > 1:
        raise InputError("The positions of the setups have different dimensions; give all with the same.")
    near = _SAME_PLACE * max(float(np.max(np.abs(array), initial=0.0)) for array in arrays)
    places: dict[str, np.ndarray] = {}
    for s, (setup, array) in enumerate(zip(setups, arrays, strict=True), 1):
        for name, place in zip(setup.names or (), array, strict=True):
            first = places.setdefault(name, place)
            if np.max(np.abs(first - place)) > near:
                raise InputError(
                    f"Channel {name!r} is at {place} m in setup {s} and at {first} m in one before; "
                    "give the same position, or names that differ."
                )
    return np.stack([places[name] for name in names])


def _about(setup: Setup) -> str:
    return f"{setup.quantity or 'an unknown quantity'} [{setup.unit or '–'}]"
