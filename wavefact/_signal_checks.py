"""What makes signals unfit for a factorization: too few, not finite, constant."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact._arrays import Array, array_namespace
from wavefact._words import listed
from wavefact.errors import InputError

SHORTEST = 8  # samples: fewer show neither noise nor what predicts what is held out
PREFIX = 64  # samples that tell nearly every living channel from a constant one


def sensor_label(sensor: int, names: tuple[str, ...] | None) -> str:
    """Return how messages call a sensor: its index, and its name where it has one."""
    return f"sensor {sensor}" if names is None else f"sensor {sensor} ({names[sensor]!r})"


def check_size(n_sensors: int, n_samples: int, fewest_sensors: int = 2) -> None:
    """Refuse fewer than 2 samples, and fewer sensors than are needed."""
    if n_sensors < fewest_sensors:
        raise InputError("The recording has 1 sensor; a factorization in space and time needs at least 2.")
    if n_samples < 2:
        raise InputError("The recording has 1 sample per sensor; at least 2 are needed.")


def check_length(n_samples: int, shortest: int = SHORTEST, **settings: Any) -> None:
    """Refuse to choose settings that are "auto" from too few samples."""
    automatic = [name for name, value in settings.items() if isinstance(value, str) and value == "auto"]
    if n_samples < shortest and automatic:
        raise InputError(
            f"{n_samples} samples are too few to choose {listed(automatic)} from; record at least "
            f"{shortest}, or give {listed(automatic)}."
        )


def check_finite(block: Array, start: int, names: tuple[str, ...] | None) -> None:
    """Refuse NaN and Inf in a block (n_sensors, n) of the samples from `start` on.

    A sum is finite only if every sample is, so samples are looked at one by one only where it is not.
    """
    xp = array_namespace(block)
    if xp.isdtype(block.dtype, "integral"):
        return
    with np.errstate(over="ignore", invalid="ignore"):
        finite = xp.isfinite(xp.sum(block, axis=1))
    if bool(xp.all(finite)):
        return
    for sensor in range(int(block.shape[0])):
        if bool(finite[sensor]) or bool(xp.all(xp.isfinite(block[sensor, :]))):
            continue  # a sum of finite samples may overflow
        sample = int(xp.argmax(xp.astype(~xp.isfinite(block[sensor, :]), xp.int8)))
        what = "NaN" if bool(xp.isnan(block[sensor, sample])) else "Inf"
        where = f"{sensor_label(sensor, names)} has {what} at sample {start + sample}"
        missing = ", or factorize with missing='nan' (--missing on the command line)" if what == "NaN" else ""
        raise InputError(f"{where}; repair or remove it (select, window){missing}.")


def still_constant(block: Array, first: Array, suspects: list[int]) -> list[int]:
    """Return which of some sensors have the same value (n_sensors, 1) throughout a block."""
    return _constant(block, first, _constant(block[:, : min(PREFIX, int(block.shape[1]))], first, suspects))


def _constant(block: Array, first: Array, suspects: list[int]) -> list[int]:
    xp = array_namespace(block)
    if not suspects:
        return suspects
    if len(suspects) == block.shape[0]:
        constant = xp.all(block == first, axis=1)
        return [i for i in suspects if bool(constant[i])] if bool(xp.any(constant)) else []
    return [i for i in suspects if bool(xp.all(block[i, :] == first[i, :]))]


def refuse_constant(suspects: list[int], first: Array, names: tuple[str, ...] | None) -> None:
    """Refuse sensors that are constant throughout, the first of them by name."""
    value = complex(first[suspects[0], 0])
    kind = "zero" if value == 0 else f"constant ({value if value.imag else value.real:g})"
    more = f" (and {len(suspects) - 1} more sensors)" if len(suspects) > 1 else ""
    raise InputError(f"{sensor_label(suspects[0], names)} is {kind} throughout{more}; remove it with select.")
