"""A recording: the signal matrix of a sensor array with its metadata.

`Recording` is what readers return, simulators produce and `factorize` takes.  It refuses at
construction what is cheap to see (shape, type, lengths); `check_signals` makes the pass over
the samples that finds NaN, Inf and dead channels.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wavefact._arrays import Array, array_namespace, like
from wavefact._recording_fields import (
    QUANTITIES,
    hint_at_transposed,
    is_lazy,
    sensor_indices,
    validated_metadata,
    validated_names,
    validated_positions,
    validated_rate,
    validated_signals,
    validated_text,
)
from wavefact._recording_words import card_of, text_of
from wavefact._signal_checks import (
    check_finite,
    check_size,
    refuse_constant,
    sensor_label,
    still_constant,
)
from wavefact.errors import InputError

__all__ = ["QUANTITIES", "Recording", "check_signals", "rate_of"]

_BLOCK_BYTES = 32 * 2**20


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """Hold the signals of a sensor array, with rate, positions, names and unit.

    Parameters
    ----------
    signals : array of shape (n_sensors, n_samples), in `unit`
        Real or complex; NumPy, torch, or anything that is read by slicing (an HDF5 dataset).
        Kept as it is, without a copy; integers are converted by `load` only.
    sampling_rate : float, optional
        Samples per second [Hz]; None when unknown.
    positions : array of shape (n_sensors,) or (n_sensors, n_dims), optional
        Where the sensors are [m].
    names : sequence of n_sensors strings, optional
    unit : str
        Unit of the signals, such as ``"m/s^2"``; empty when unknown.
    quantity : str
        One of `QUANTITIES`; empty when unknown.
    metadata : mapping of str to str, float or int

    Raises
    ------
    InputError
        If a field has the wrong shape, type or length.

    Notes
    -----
    Where sensors outnumber samples by far, and neither positions nor names say that these are sensors, a
    warning in the log asks whether the array is the wrong way round.

    Examples
    --------
    >>> import numpy as np
    >>> from wavefact.recording import Recording
    >>> Recording(np.ones((3, 200)), sampling_rate=100.0, unit="m", quantity="displacement")
    Recording(3 sensors × 200 samples, float64, 100 Hz, 2 s, displacement [m])
    """

    signals: Array
    sampling_rate: float | None = None
    positions: np.ndarray | None = None
    names: tuple[str, ...] | None = None
    unit: str = ""
    quantity: str = ""
    metadata: Mapping[str, str | float | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        signals = validated_signals(self.signals)
        n_sensors = int(signals.shape[0])
        if self.quantity not in QUANTITIES:
            known = ", ".join(repr(name) for name in QUANTITIES if name)
            raise InputError(
                f"Unknown quantity {self.quantity!r}; expected one of {known}, or '' if unknown."
            )
        for name, value in (
            ("signals", signals),
            ("sampling_rate", validated_rate(self.sampling_rate)),
            ("positions", validated_positions(self.positions, n_sensors)),
            ("names", validated_names(self.names, n_sensors)),
            ("unit", validated_text(self.unit, "unit")),
            ("metadata", validated_metadata(self.metadata)),
        ):
            object.__setattr__(self, name, value)
        if self.positions is None and self.names is None:  # which would say what the rows are
            hint_at_transposed(self.n_sensors, self.n_samples)

    @property
    def n_sensors(self) -> int:
        """Number of sensors."""
        return int(self.signals.shape[0])

    @property
    def n_samples(self) -> int:
        """Number of samples of each sensor."""
        return int(self.signals.shape[1])

    @property
    def duration(self) -> float | None:
        """Duration n_samples / sampling_rate [s]; None when the sampling rate is unknown."""
        return None if self.sampling_rate is None else self.n_samples / self.sampling_rate

    @property
    def times(self) -> np.ndarray:
        """Times of the samples (n_samples,) [s], the first at zero; needs a sampling rate."""
        return np.arange(self.n_samples) / rate_of(self)

    @property
    def is_lazy(self) -> bool:
        """Whether the signals stay in a file and are read by slicing."""
        return is_lazy(self.signals)

    def load(self) -> Recording:
        """Return the recording in memory, as real or complex numbers of single or double precision.

        Integers and half precision become float64, so that no later sum of counts overflows;
        signals that are in memory as floating-point numbers are returned as they are.
        """
        signals = np.asarray(self.signals[:, :]) if self.is_lazy else self.signals
        xp = array_namespace(signals)
        if all(signals.dtype != kept for kept in (xp.float32, xp.float64, xp.complex64, xp.complex128)):
            is_complex = xp.isdtype(signals.dtype, "complex floating")
            signals = xp.astype(signals, xp.complex128 if is_complex else xp.float64)
        return self if signals is self.signals else self.replace(signals=signals)

    def iter_blocks(self, n_samples: int | None = None) -> Iterator[Array]:
        """Yield the signals in order as arrays (n_sensors, at most `n_samples`).

        By default signals in memory come as one block and signals in a file in blocks of about
        32 MiB.

        Parameters
        ----------
        n_samples : int, optional
            Of each block, at least 1.

        Yields
        ------
        array, shape (n_sensors, n_block_samples)
            In the recording's unit.

        Raises
        ------
        InputError
            If `n_samples` is less than 1.
        """
        if n_samples is None:
            per_sample = self.n_sensors * np.dtype(self.signals.dtype).itemsize if self.is_lazy else 0
            n_samples = max(1, _BLOCK_BYTES // per_sample) if per_sample else self.n_samples
        if n_samples < 1:
            raise InputError(f"Blocks of {n_samples} samples hold nothing; expected at least 1.")
        for start in range(0, self.n_samples, n_samples):
            block = self.signals[:, start : min(start + n_samples, self.n_samples)]
            yield np.asarray(block) if self.is_lazy else block

    def select(self, sensors: int | str | slice | Sequence[int | str] | np.ndarray) -> Recording:
        """Return the recording of some sensors, in the order given.

        Parameters
        ----------
        sensors : index, name, slice, sequence of indices and names, or boolean mask (n_sensors,)

        Raises
        ------
        InputError
            If a sensor does not exist, or a name belongs to several.

        Examples
        --------
        >>> Recording(np.ones((3, 9)), names=("a", "b", "c")).select(["c", 0]).names
        ('c', 'a')
        """
        indices = sensor_indices(sensors, self.names, self.n_sensors)
        if self.is_lazy:  # HDF5 reads rows in increasing order only
            rows, inverse = np.unique(indices, return_inverse=True)
            signals = np.asarray(self.signals[rows.tolist(), :])[inverse]
        else:
            xp = array_namespace(self.signals)
            signals = xp.take(self.signals, like(np.asarray(indices), self.signals), axis=0)
        return self.replace(
            signals=signals,
            positions=None if self.positions is None else self.positions[indices],
            names=None if self.names is None else tuple(self.names[i] for i in indices),
        )

    def window(self, start: int, stop: int | None = None) -> Recording:
        """Return the samples from `start` up to, not including, `stop`; times begin at zero again.

        Parameters
        ----------
        start, stop : int
            Samples; as in a slice of Python, negative ones count from the end.

        Raises
        ------
        InputError
            Unless ``0 <= start < stop <= n_samples``.
        """
        stop = self.n_samples if stop is None else stop
        if not 0 <= start < stop <= self.n_samples:
            raise InputError(f"The window [{start}, {stop}) is not within the {self.n_samples} samples.")
        return self.replace(signals=self.signals[:, int(start) : int(stop)])

    def replace(self, **changes: Any) -> Recording:
        """Return a copy with some fields changed, validated again.

        Parameters
        ----------
        **changes
            Fields of `Recording`, by name.
        """
        return dataclasses.replace(self, **changes)

    def label(self, sensor: int) -> str:
        """Return how messages call a sensor: its index, and its name where it has one.

        Parameters
        ----------
        sensor : int
            Index from 0.

        Returns
        -------
        str
        """
        return sensor_label(sensor, self.names)

    def __repr__(self) -> str:
        return text_of(self)

    def _repr_html_(self) -> str:
        return card_of(self)


def rate_of(recording: Recording) -> float:
    """Return the sampling rate [Hz]; refuse a recording without one."""
    if recording.sampling_rate is None:
        raise InputError("The recording has no sampling rate; set it with replace(sampling_rate=...).")
    return recording.sampling_rate


def check_signals(recording: Recording, fewest_sensors: int = 2) -> None:
    """Refuse signals that cannot be worked on, naming the sensor.

    Makes one pass over the data: a sum per sensor is finite only if every sample is, so samples
    are looked at one by one only where it is not.  Any finite magnitude is accepted.

    Parameters
    ----------
    recording : Recording
    fewest_sensors : int
        Two for a factorization; one channel alone has modes too.

    Raises
    ------
    InputError
        For fewer sensors than that, fewer than 2 samples, NaN or Inf (sensor and first sample are named)
        and channels that are constant or zero throughout.

    Examples
    --------
    >>> check_signals(Recording(np.array([[0.0, 1.0], [2.0, np.nan]])))
    Traceback (most recent call last):
        ...
    wavefact.errors.InputError: sensor 1 has NaN at sample 1; repair or remove it (select, window), or ...
    """
    check_size(recording.n_sensors, recording.n_samples, fewest_sensors)
    start, first, suspects = 0, None, list(range(recording.n_sensors))
    for block in recording.iter_blocks():
        check_finite(block, start, recording.names)
        first = block[:, :1] if first is None else first
        suspects = still_constant(block, first, suspects)
        start += int(block.shape[1])
    if suspects and first is not None:
        refuse_constant(suspects, first, recording.names)
