"""Frequency response functions of a structure: what each force makes of each output."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from wavefact.errors import CorruptFileError, InputError
from wavefact.preparation._units import MOTIONS
from wavefact.storage import load_fields, save_fields

__all__ = ["FrequencyResponse"]

_KIND = "wavefact-frequency-response"
_PER_SECOND = ("", "/s", "/s^2")
_ARRAYS = ("coherence", "ordinary_coherence", "standard_errors", "output_positions", "input_positions")
_TEXT = ("estimator", "quantity", "unit", "input_unit")


@dataclass(frozen=True, eq=False, repr=False)
class FrequencyResponse:
    """Hold frequency response functions, and how far they can be trusted.

    Parameters
    ----------
    frequencies : (n_frequencies,) array [Hz]
        Rising, above zero.
    values : (n_outputs, n_inputs, n_frequencies) complex array, in `unit` per `input_unit`
    coherence : (n_outputs, n_frequencies) array in [0, 1], optional
        Multiple coherence: share of an output's power that all inputs together explain; NaN where unknown.
    ordinary_coherence : (n_outputs, n_inputs, n_frequencies) array in [0, 1], optional
        Share that one input explains by itself; NaN where unknown.
    standard_errors : (n_outputs, n_inputs, n_frequencies) array, in the unit of the values, optional
        Random error of the magnitudes; NaN where unknown.
    n_averages : float
        Independent segments or impacts behind the values; NaN where unknown.
    decay_rate : float [1/s]
        Of the exponential window: the values are the transfer function at s = decay_rate + 2πif, and poles
        found in them have so much more decay than the structure.
    estimator : str
        "H1", "H2", "Hv", or empty.
    output_names, input_names : tuple of str, optional
    output_positions, input_positions : (n,) or (n, n_dims) array [m], optional
    quantity, unit : str
        What the outputs measured.
    input_unit : str

    Raises
    ------
    InputError
        If the shapes of the fields do not match, or frequencies do not rise from above zero.

    Examples
    --------
    >>> f = np.linspace(0.5, 10.0, 20)
    >>> compliance = 1.0 / (1e4 - 2.0 * (2 * np.pi * f) ** 2 + 10j * f)  # of 2 kg on a spring [m/N]
    >>> response = wf.FrequencyResponse(f, compliance[None, None], quantity="displacement", unit="m")
    >>> response.in_quantity("acceleration").unit
    'm/s^2'
    """

    frequencies: np.ndarray
    values: np.ndarray
    coherence: np.ndarray = field(default_factory=lambda: np.full((0, 0), np.nan))
    ordinary_coherence: np.ndarray = field(default_factory=lambda: np.full((0, 0, 0), np.nan))
    standard_errors: np.ndarray = field(default_factory=lambda: np.full((0, 0, 0), np.nan))
    n_averages: float = np.nan
    decay_rate: float = 0.0
    estimator: str = ""
    output_names: tuple[str, ...] | None = None
    input_names: tuple[str, ...] | None = None
    output_positions: np.ndarray | None = None
    input_positions: np.ndarray | None = None
    quantity: str = ""
    unit: str = ""
    input_unit: str = ""

    def __post_init__(self) -> None:
        frequencies = np.atleast_1d(np.asarray(self.frequencies, dtype=float))
        values = np.asarray(self.values, dtype=complex)
        rising = np.all(np.isfinite(frequencies)) and np.all(np.diff(frequencies, prepend=0.0) > 0)
        if frequencies.ndim != 1 or not rising:
            raise InputError("The frequencies of a response must be finite, above zero and rise.")
        if values.ndim != 3 or values.shape[2] != frequencies.size or 0 in values.shape:
            raise InputError(
                f"values have shape {values.shape}; expected (n_outputs, n_inputs, {frequencies.size}), "
                "the last for the frequencies."
            )
        object.__setattr__(self, "frequencies", frequencies)
        object.__setattr__(self, "values", values)
        shapes = {
            "coherence": (values.shape[0], values.shape[2]),
            "ordinary_coherence": values.shape,
            "standard_errors": values.shape,
        }
        for name, shape in shapes.items():
            given = np.asarray(getattr(self, name), dtype=float)
            given = given if given.size else np.full(shape, np.nan)
            if given.shape != shape:
                raise InputError(f"{name} has shape {given.shape}; expected {shape}, to match the values.")
            object.__setattr__(self, name, given)
        self._check_channels()

    def _check_channels(self) -> None:
        for side, count in (("output", self.n_outputs), ("input", self.n_inputs)):
            for kind in ("names", "positions"):
                given = getattr(self, f"{side}_{kind}")
                if given is not None and len(given) != count:
                    raise InputError(f"{len(given)} {side}_{kind} came for {count} {side}s.")
        if not 0 <= self.decay_rate < np.inf:
            raise InputError(f"decay_rate is {self.decay_rate!r}; expected a finite number ≥ 0 [1/s].")

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return int(self.values.shape[0])

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return int(self.values.shape[1])

    @property
    def laplace(self) -> np.ndarray:
        """Where the values are the transfer function, s = decay_rate + 2πif, (n_frequencies,) [1/s]."""
        return np.asarray(self.decay_rate + 2j * np.pi * self.frequencies)

    def in_quantity(self, quantity: str) -> FrequencyResponse:
        """Return the response of displacements, velocities or accelerations: a multiple of s at each step.

        Parameters
        ----------
        quantity : "displacement", "velocity" or "acceleration"

        Raises
        ------
        InputError
            If it is none of these, or `quantity` is not known.
        """
        for name in (quantity, self.quantity):
            if name not in MOTIONS:
                raise InputError(
                    f"A response of {self.quantity or 'unknown quantity'!r} cannot become one of "
                    f"{quantity!r}; both must be of {', '.join(MOTIONS)}."
                )
        before, after = MOTIONS.index(self.quantity), MOTIONS.index(quantity)
        factor = self.laplace ** (after - before)
        return dataclasses.replace(
            self,
            values=self.values * factor,
            standard_errors=self.standard_errors * np.abs(factor),
            quantity=quantity,
            unit=_unit_after(self.unit, before, after),
        )

    def save(self, path: str | PathLike[str]) -> None:
        """Write the response to an HDF5 file; an existing file is replaced once all is written.

        Raises
        ------
        UnwritableTargetError
            If the file cannot be written.
        """
        arrays = {name: getattr(self, name) for name in ("frequencies", "values", *_ARRAYS)}
        attributes: dict[str, Any] = {name: getattr(self, name) for name in _TEXT}
        attributes |= {"output_names": self.output_names, "input_names": self.input_names}
        attributes |= {"n_averages": float(self.n_averages), "decay_rate": float(self.decay_rate)}
        save_fields(Path(path), _KIND, arrays, attributes)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> FrequencyResponse:
        """Read a response that `save` wrote.

        Raises
        ------
        InputError
            If there is no such file.
        UnknownFormatError, CorruptFileError
            If the file is not a frequency response, or is damaged.
        """
        arrays, attributes = load_fields(Path(path), _KIND)
        try:
            for name in ("output_names", "input_names"):
                attributes[name] = _tuple(attributes[name])
            return cls(**(attributes | arrays))
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptFileError(f"{path} is damaged or incomplete: {error}.") from error

    def __repr__(self) -> str:
        size = f"{self.n_outputs} outputs × {self.n_inputs} inputs × {self.frequencies.size} lines"
        ends = f"{self.frequencies[0]:.4g} to {self.frequencies[-1]:.4g} Hz"
        averages = f", {self.n_averages:.3g} averages" if np.isfinite(self.n_averages) else ""
        return f"FrequencyResponse({size}, {ends}{averages})"


def _tuple(names: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(names)


def _unit_after(unit: str, before: int, after: int) -> str:
    """Write the unit of another derivative: "m/s^2" is "m/s" one step down, "g" is "g s"."""
    suffix = _PER_SECOND[before]
    if unit.endswith(suffix) and not (before == 1 and unit.endswith("/s^2")):
        base = unit[: len(unit) - len(suffix)]
        if base and not base.endswith("/s"):
            return base + _PER_SECOND[after]
    steps = after - before
    if not unit or steps == 0:
        return unit
    power = "" if abs(steps) == 1 else f"^{abs(steps)}"
    return f"{unit}/s{power}" if steps > 0 else f"{unit} s{power}"
