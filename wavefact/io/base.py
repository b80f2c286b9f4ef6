"""What every file format provides, and what the formats share.

A format is one class in one file that satisfies `Format`, and one line in
`wavefact.io.formats.FORMATS`.
"""

from __future__ import annotations

import json
import logging
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import CorruptFileError, InputError, WavefactError
from wavefact.recording import Recording

logger = logging.getLogger("wavefact")

AXES = ("auto", "sensors-first", "samples-first")
SCHEMA = "wavefact-recording"
TABLE_OF_MODES = "mode,frequency [Hz]"
"""How tables that `write_modes` wrote begin."""
VERSION = 1
_LISTED = 100  # parts of a file, where one has to be named
_AS_NUMBERS = "save the signals as numbers, such as np.save(path, values.astype(float))"


@dataclass(frozen=True)
class ReadOptions:
    """What a caller of `read` asks of a format; see there."""

    axis: str = "auto"
    lazy: bool = False
    sampling_rate: float | None = None
    component: int | None = None
    part: str | None = None

    def __post_init__(self) -> None:
        if self.axis not in AXES:
            raise InputError(f"Unknown axis {self.axis!r}; expected one of {', '.join(map(repr, AXES))}.")


@dataclass(frozen=True)
class RecordingInfo:
    """What `scan` tells of a recording without loading its signals.

    Attributes
    ----------
    path : Path
    format : str
        Name of the format.
    n_sensors, n_samples : int
    dtype : str
        Type of the numbers as stored.
    sampling_rate, duration : float or None
        [Hz] and [s]; None where the file does not say.
    unit, quantity : str
        Empty where the file does not say.
    names : tuple of n_sensors strings, or None
    has_positions : bool
        Whether the file says where the sensors are.
    start_time : str
        When the first sample was taken (ISO 8601); empty where the file does not say.
    is_lazy : bool
        Whether signals can be read by slicing.
    part : str
        Of a MAT file the variable that holds the signals; empty where vectors are taken as channels, and of
        other formats.

    Examples
    --------
    >>> import tempfile
    >>> from wavefact.io import scan
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/beam.npy", np.zeros((500, 4)))
    ...     info = scan(f"{folder}/beam.npy")
    >>> info.format, info.n_sensors, info.n_samples, info.dtype
    ('npy', 4, 500, 'float64')
    """

    path: Path
    format: str
    n_sensors: int
    n_samples: int
    dtype: str
    sampling_rate: float | None
    duration: float | None
    unit: str
    quantity: str
    names: tuple[str, ...] | None
    has_positions: bool
    start_time: str = ""
    is_lazy: bool = False
    part: str = ""


class Format(Protocol):
    """Read and write one kind of file."""

    @property
    def name(self) -> str:
        """What messages and `RecordingInfo` call the format."""

    @property
    def extensions(self) -> tuple[str, ...]:
        """Suffixes of file names, with the point, the usual one first."""

    @property
    def magic(self) -> bytes:
        """Bytes that a file begins with; truncated within them, it is still told from others."""

    @property
    def compressions(self) -> tuple[str | None, ...]:
        """What `write` accepts, the default first; empty for a format that can only be read."""

    def sniff(self, path: Path) -> bool:
        """Tell by its content whether the file is of this format."""

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording in the file."""

    def scan(self, path: Path, options: ReadOptions) -> RecordingInfo:
        """Describe the recording without loading it."""

    def write(self, recording: Recording, path: Path, compression: str | None) -> None:
        """Write the recording to a new file."""


def head(path: Path, n_bytes: int) -> bytes:
    """Return the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(n_bytes)


@contextmanager
def reading(path: Path, name: str) -> Iterator[None]:
    """Turn whatever a library raises on damaged content into `CorruptFileError`."""
    try:
        yield
    except (WavefactError, MemoryError):
        raise
    except Exception as error:
        detail = " ".join(str(error).split())[:160] or type(error).__name__
        if "Object arrays" in detail or "Python objects" in detail:  # NumPy would run what they hold
            raise InputError(f"{path} holds Python objects; {_AS_NUMBERS}.") from error
        raise CorruptFileError(
            f"{path} is truncated or damaged; it cannot be read as {name}: {detail}"
        ) from error


def stored_recording(path: Path, **fields: Any) -> Recording:
    """Return the recording of fields found in a file of ours; what contradicts itself is damage."""
    try:
        return Recording(**fields)
    except InputError as error:
        raise CorruptFileError(f"{path} contradicts itself: {error}") from error


def refuse_axis(path: Path, options: ReadOptions) -> None:
    """Refuse to turn the axes of a file that says which is which."""
    refuse_component(path, options)
    if options.axis == "samples-first":
        raise InputError(f"{path} says itself that sensors come first; leave axis out.")


def as_matrix(values: np.ndarray, options: ReadOptions, path: Path) -> np.ndarray:
    """Return an array without named axes as (n_sensors, n_samples); one of one axis is one sensor."""
    axis = options.axis
    if values.dtype.kind not in "iufcb":
        raise InputError(f"{path} holds an array of type {values.dtype}, not of numbers; {_AS_NUMBERS}.")
    if options.component is not None:
        values = _one_component(values, options.component, path)
    if values.ndim == 1:
        return values[None, :]
    if values.ndim != 2:
        raise InputError(
            f"{path} holds an array of shape {values.shape}; expected two dimensions, sensors and samples, "
            "or three and a component (--component on the command line), the index along the last one."
        )
    if axis == "auto" and values.shape[0] > values.shape[1]:
        logger.info("%s: shape %s taken as samples × sensors; say axis=... if not", path, values.shape)
        axis = "samples-first"
    return values.T if axis == "samples-first" else values


def _one_component(values: np.ndarray, component: int, path: Path) -> np.ndarray:
    """Return one direction of (n_sensors, n_samples, n_components) signals."""
    if values.ndim != 3:
        raise InputError(
            f"{path} holds an array of shape {values.shape}, which has no components; leave it out."
        )
    if not 0 <= component < values.shape[2]:
        raise InputError(f"{path} has components 0 to {values.shape[2] - 1}; got component {component}.")
    return values[:, :, component]


def refuse_component(path: Path, options: ReadOptions) -> None:
    """Refuse to pick a component of a file whose signals have two axes by nature."""
    if options.component is not None:
        raise InputError(f"{path} holds one signal for each sensor; leave component out.")


def refuse_part(path: Path, options: ReadOptions) -> None:
    """Refuse to pick a part of a file that holds one recording."""
    if options.part is not None:
        raise InputError(f"{path} holds one recording, not several parts; leave part out.")


def chosen_part(parts: Mapping[str, str], options: ReadOptions, path: Path) -> str:
    """Return the part that is asked for; where nothing is asked, the only one there is.

    Parameters
    ----------
    parts : mapping of str to str
        Names of the parts of the file that can be read, and what each is in a few words.
    options : ReadOptions
    path : Path

    Raises
    ------
    InputError
        If there is no such part, or there are several and none is asked for; what there is is listed.
    """
    if options.part is None and len(parts) == 1:
        return next(iter(parts))
    if options.part in parts:
        return str(options.part)
    if not parts:
        raise InputError(f"{path} holds no signals over time.")
    listed = [f"{name!r} ({what})" if what else repr(name) for name, what in parts.items()]
    listed[_LISTED:] = [f"and {len(parts) - _LISTED} more"] if len(parts) > _LISTED else []
    asked = "several parts" if options.part is None else f"no part {options.part!r}"
    raise InputError(
        f"{path} holds {asked}; name one with part (--part on the command line): {', '.join(listed)}."
    )


def one_line(text: Any) -> str:
    """Return text from a file without control characters, which names and units must not have."""
    signs = (sign if unicodedata.category(sign) not in {"Cc", "Cs"} else " " for sign in str(text))
    return " ".join("".join(signs).split())


def common_unit(units: Sequence[str], path: Path) -> tuple[str, dict[str, str]]:
    """Return the unit of all channels, and metadata that keep the units where they differ."""
    units = [one_line(unit) for unit in units]
    if len(set(units)) <= 1:
        return (units[0] if units else ""), {}
    logger.warning("%s: the channels have different units: %s", path, ", ".join(dict.fromkeys(units)))
    return "", {"units": ", ".join(units)}


def is_known(value: Any) -> bool:
    """Tell whether a field of a recording holds anything."""
    return value is not None and not (isinstance(value, (str, dict)) and not value)


def describe(recording: Recording, path: Path, name: str) -> RecordingInfo:
    """Return the description of a recording that was read from `path`."""
    return RecordingInfo(
        path=path,
        format=name,
        n_sensors=recording.n_sensors,
        n_samples=recording.n_samples,
        dtype=str(recording.signals.dtype),
        sampling_rate=recording.sampling_rate,
        duration=recording.duration,
        unit=recording.unit,
        quantity=recording.quantity,
        names=recording.names,
        has_positions=recording.positions is not None,
        start_time=str(recording.metadata.get("start_time", "")),
        is_lazy=recording.is_lazy,
    )


def in_memory(recording: Recording) -> np.ndarray:
    """Return the signals as a NumPy array of the type they are stored in."""
    return np.asarray(recording.signals[:, :]) if recording.is_lazy else to_numpy(recording.signals)


def metadata_text(recording: Recording) -> str:
    """Return the metadata as JSON, which keeps the difference between text, integers and floats."""
    return json.dumps(dict(recording.metadata))
