"""Several recordings of the same time become one, with the channels of all."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

import numpy as np

from wavefact.errors import InputError
from wavefact.preparation._checks import real_signals
from wavefact.preparation._units import MOTIONS, same_unit
from wavefact.recording import Recording

__all__ = ["stack"]

_logger = logging.getLogger("wavefact")


def stack(recordings: Sequence[Recording]) -> Recording:
    """Put the channels of recordings of the same time span into one recording.

    Parameters
    ----------
    recordings : sequence of Recording
        Of one sampling rate, number of samples, quantity and unit, beginning at the same time: `align` brings
        loggers to one clock.

    Returns
    -------
    Recording
        All channels in the order given, in NumPy arrays of double precision.  Positions and names are kept
        where all recordings have them; a name that was there before gets the number of its recording, as
        in ``"A1 (recording 2)"``.  Metadata on which the recordings disagree are left out.

    Raises
    ------
    InputError
        If there is no recording, or rates, numbers of samples, quantities, units or the numbers of
        coordinates differ; the message says which recording has what.  Nothing is converted unasked.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> tower = wf.Recording(np.ones((3, 9)), unit="mm/s", quantity="velocity", names=("x", "y", "z"))
    >>> deck = wf.Recording(np.ones((2, 9)), unit="mm/s", quantity="velocity", names=("y", "z"))
    >>> wf.stack([tower, deck]).names
    ('x', 'y', 'z', 'y (recording 1)', 'z (recording 1)')
    """
    recordings = list(recordings)
    if not recordings or not all(isinstance(recording, Recording) for recording in recordings):
        raise InputError("stack takes a list of at least one Recording.")
    for number, recording in enumerate(recordings):
        _check_alike(recordings[0], recording, number)
    return Recording(
        np.concatenate([real_signals(recording) for recording in recordings]),
        sampling_rate=recordings[0].sampling_rate,
        positions=_positions(recordings),
        names=_names(recordings),
        unit=recordings[0].unit,
        quantity=recordings[0].quantity,
        metadata=_metadata(recordings),
    )


def _check_alike(first: Recording, other: Recording, number: int) -> None:
    """Refuse a recording that does not go with the first, and say what brings them together."""

    def refuse(one: object, two: object, remedy: str) -> InputError:
        return InputError(f"Recording 0 has {one}, recording {number} has {two}; {remedy}")

    rates = first.sampling_rate, other.sampling_rate
    if (rates[0] is None) != (rates[1] is None) or (
        rates[0] and rates[1] and abs(rates[1] / rates[0] - 1) > 1e-9
    ):
        one, two = ("no sampling rate" if rate is None else f"{rate:.10g} Hz" for rate in rates)
        raise refuse(one, two, "bring them to one rate (decimate, replace).")
    if first.n_samples != other.n_samples:
        remedy = "cut them to the same time span (align where they did not begin together, else window)."
        raise refuse(f"{first.n_samples} samples", f"{other.n_samples} samples", remedy)
    if first.quantity != other.quantity:
        one, two = (r.quantity or "an unknown quantity" for r in (first, other))
        both_motions = first.quantity in MOTIONS and other.quantity in MOTIONS
        remedy = f"convert one with to_quantity(recording, {first.quantity!r})."
        raise refuse(one, two, remedy if both_motions else "do not mix them, or say what they are (replace).")
    if not same_unit(first.unit, other.unit, first.quantity):
        one, two = (f"unit {r.unit!r}" if r.unit else "an unknown unit" for r in (first, other))
        raise refuse(one, two, "scale one with replace(signals=factor * recording.signals, unit=...).")


def _positions(recordings: list[Recording]) -> np.ndarray | None:
    known = [recording.positions for recording in recordings if recording.positions is not None]
    if len(known) < len(recordings):
        if known:
            _logger.info("positions are left out: %d recordings have none", len(recordings) - len(known))
        return None
    shapes = {positions.shape[1:] for positions in known}
    if len(shapes) > 1:
        raise InputError(
            "The positions have different numbers of coordinates; give all as (n_sensors, n_dims) with "
            "replace(positions=...)."
        )
    return np.concatenate(known)


def _names(recordings: list[Recording]) -> tuple[str, ...] | None:
    if any(recording.names is None for recording in recordings):
        if any(recording.names is not None for recording in recordings):
            _logger.info("names are left out: not all recordings have them")
        return None
    seen: Counter[str] = Counter()
    result: list[str] = []
    for number, recording in enumerate(recordings):
        taken = set(seen)
        for name in recording.names or ():
            result.append(f"{name} (recording {number})" if name in taken else name)
        seen.update(result)
    return tuple(result)


def _metadata(recordings: list[Recording]) -> dict[str, str | float | int]:
    merged: dict[str, str | float | int] = {}
    for recording in recordings:
        merged = {**recording.metadata, **merged}
    return {
        key: value
        for key, value in merged.items()
        if all(recording.metadata.get(key, value) == value for recording in recordings)
    }
