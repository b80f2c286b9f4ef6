"""Which variable of a MAT file holds what, judged by its name, its shape and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from wavefact._recording_fields import QUANTITIES
from wavefact.io._steps import sampling_rate_of
from wavefact.io.base import logger, one_line

__all__ = ["labels_beside", "matrices", "numbers", "rate_beside"]

RATES = {"fs", "fsamp", "fsample", "fsampling", "samplingrate", "samplerate", "samplingfrequency"}
RATES |= {"samplefrequency", "samplingfreq", "sampfreq", "sfreq", "srate", "sr", "freqsampling"}
STEPS = {"dt", "ts", "deltat", "timestep", "samplingperiod", "sampleperiod", "samplinginterval"}
TIMES = {"t", "time", "times", "tvec", "timevector", "tt"}
NAMES = {"names", "channels", "channelnames", "labels", "channellabels", "sensors", "sensornames"}
PLACES = {"positions", "coordinates", "coords", "xyz", "sensorpositions"}
_HELPERS = RATES | STEPS | TIMES | PLACES


def numbers(variables: Mapping[str, Any]) -> list[str]:
    """Return the variables that can be signals."""
    return [name for name, value in variables.items() if _is_numeric(value) and _size(value) > 1]


def matrices(variables: Mapping[str, Any]) -> list[str]:
    """Return the variables that look like signals: matrices, or else vectors, but no times and places."""
    names = [name for name in numbers(variables) if _key(name) not in _HELPERS]
    wide = [name for name in names if sum(n > 1 for n in variables[name].shape) > 1]
    return wide or names


def rate_beside(name: str, variables: Mapping[str, Any], n_samples: int, path: Path) -> float | None:
    """Return the sampling rate [Hz] that variables beside the signals tell: a rate, a step, or times."""
    for keys, is_rate in ((RATES, True), (STEPS, False)):
        for full, value in _beside(name, variables, keys, lambda value: _size(value) == 1):
            number = float(np.asarray(value).ravel()[0].real)
            if np.isfinite(number) and number > 0:
                logger.info("%s: the sampling rate is taken from the variable %s", path, full)
                return number if is_rate else float(f"{1.0 / number:.12g}")
    for full, value in _beside(name, variables, TIMES, lambda value: _size(value) == n_samples):
        logger.info("%s: the sampling rate is taken from the times in the variable %s", path, full)
        return sampling_rate_of(np.asarray(value, dtype=float).ravel(), 1.0, path)
    return None


def labels_beside(name: str, variables: Mapping[str, Any], n_sensors: int) -> dict[str, Any]:
    """Return names, positions, unit and quantity of the signals, where variables beside them tell."""
    fields: dict[str, Any] = {}
    for _, texts in _beside(name, variables, NAMES, lambda value: isinstance(value, tuple)):
        if len(texts) == n_sensors:
            fields["names"] = tuple(map(one_line, texts))
    for _, value in _beside(name, variables, PLACES, _is_numeric):
        places = np.asarray(value)
        places = places.ravel() if 1 in places.shape else places
        if places.shape[0] == n_sensors and (places.ndim == 1 or places.shape[1] <= 3):
            fields["positions"] = places
    for _, text in _beside(name, variables, {"unit", "units"}, lambda value: isinstance(value, str)):
        fields["unit"] = one_line(text)
    for _, text in _beside(name, variables, {"quantity"}, lambda value: value in QUANTITIES):
        fields["quantity"] = text
    return fields


def _beside(
    name: str, variables: Mapping[str, Any], keys: set[str], fits: Callable[[Any], bool]
) -> Iterator[tuple[str, Any]]:
    """Yield variables that are called one of `keys`, in the structure of `name` and then those around it."""
    prefix = name
    while prefix:
        prefix = prefix.rpartition(".")[0]
        for full, value in variables.items():
            if full.rpartition(".")[0] == prefix and full != name and _key(full) in keys and fits(value):
                yield full, value


def _key(name: str) -> str:
    return name.rpartition(".")[2].replace("_", "").lower()


def _is_numeric(value: Any) -> bool:
    return hasattr(value, "dtype") and value.dtype.kind in "iufc"


def _size(value: Any) -> int:
    return int(np.prod(value.shape)) if _is_numeric(value) else 0
