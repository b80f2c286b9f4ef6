"""All that must be known of a recording before it is solved, from one pass over its samples.

A `Survey` of some samples and one of those that follow make one of both, so blocks may be surveyed on
any thread or machine.  Products are summed in double precision, whatever the signals are stored in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial, reduce
from math import frexp, ldexp

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, is_dask, real, squared, to_numpy
from wavefact._signal_checks import check_finite, check_size, refuse_constant, still_constant
from wavefact.blocks import folded, mapped, tiles_in_double
from wavefact.recording import Recording

__all__ = ["STRETCH", "Survey", "power_of_two", "survey"]

STRETCH = 2**14  # samples whose energy is kept
PLAIN = ("scale", "sums", "n_samples", "first", "constant")
TILE_BYTES = 2**22  # of double precision, so that a tile stays in the cache
SAFE = 1e100  # magnitudes beyond this, or below its inverse, are rescaled before squaring


@dataclass(frozen=True)
class Survey:
    """Moments of some samples Y of a recording.

    Attributes
    ----------
    scale : float
        Power of two by which the samples are divided in what follows; 0 where all of them are zero.
    halves : pair of arrays, shape (n_sensors, n_sensors), or None
        Y Yᴴ of the samples before the middle of the recording, and of those from there; none where they are
        not asked for.
    sums : array, shape (n_sensors,)
    energies : mapping of int to float
        ‖Y‖² of each stretch of `STRETCH` samples, by its number.
    n_samples : int, or float of a survey that has faded
        How many samples these are.
    first : array, shape (n_sensors, 1)
        First sample, as it is.
    constant : numpy.ndarray of bool, shape (n_sensors,)
        Whether all samples of a sensor are equal.
    """

    scale: float
    halves: tuple[Array | None, Array | None]
    sums: Array
    energies: Mapping[int, float]
    n_samples: float
    first: Array
    constant: np.ndarray

    @property
    def gram(self) -> Array | None:
        """Y Yᴴ of all samples, divided by scale²; None without `halves`."""
        first, second = self.halves
        return second if first is None else first if second is None else first + second

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return all fields as arrays of numbers, by their names."""
        halves = {f"half{i}": half for i, half in enumerate(self.halves) if half is not None}
        plain = {name: np.asarray(getattr(self, name)) for name in PLAIN}
        energies = [np.asarray(list(part)) for part in (self.energies.keys(), self.energies.values())]
        return plain | halves | {"stretches": energies[0], "energies": energies[1]}

    @staticmethod
    def from_arrays(arrays: Mapping[str, np.ndarray]) -> Survey:
        """Return the survey of which `to_arrays` made these."""
        return Survey(
            scale=float(arrays["scale"]),
            halves=(arrays.get("half0"), arrays.get("half1")),
            sums=arrays["sums"],
            energies=dict(zip(arrays["stretches"].tolist(), arrays["energies"].tolist(), strict=True)),
            n_samples=int(arrays["n_samples"]),
            first=arrays["first"],
            constant=arrays["constant"],
        )

    def faded(self, share: float) -> Survey:
        """Return the survey with that share of its energy, and of its samples."""
        size, first, second = share**0.5, *self.halves
        return replace(
            self,
            halves=(None if first is None else first * share, None if second is None else second * share),
            sums=self.sums * size,
            energies={},
            n_samples=self.n_samples * share,
        )

    def loudest(self) -> int:
        """Return the first sample of the two whole stretches in a row that have the most energy."""
        energies = np.asarray([self.energies[i] for i in range(int(self.n_samples) // STRETCH)])
        return int(np.argmax(energies[1:] + energies[:-1])) * STRETCH

    def followed_by(self, later: Survey) -> Survey:
        """Return the survey of these samples and of those that follow them."""
        scale = max(self.scale, later.scale)
        mine, its = (part.scale / scale if scale > 0 else 1.0 for part in (self, later))
        energies = {number: energy * mine**2 for number, energy in self.energies.items()}
        for number, energy in later.energies.items():
            energies[number] = energies.get(number, 0.0) + energy * its**2
        same = to_numpy(self.first == later.first)[:, 0]
        return Survey(
            scale=scale,
            halves=(
                _sum(self.halves[0], mine**2, later.halves[0], its**2),
                _sum(self.halves[1], mine**2, later.halves[1], its**2),
            ),
            sums=self.sums * mine + later.sums * its,
            energies=energies,
            n_samples=self.n_samples + later.n_samples,
            first=self.first,
            constant=self.constant & later.constant & same,
        )


def survey(
    recording: Recording,
    begun: Survey | None = None,
    keep: Callable[[Survey], None] | None = None,
    *,
    has_grams: bool = True,
) -> Survey:
    """Look at every sample once; refuse what cannot be factorized.

    Parameters
    ----------
    recording : Recording
    begun : Survey, optional
        What came out of the samples that have been looked at before.
    keep : callable, optional
        Receives what has come out after every block.  Neither is used for dask arrays.
    has_grams : bool
        Whether Gram matrices are wanted; of more sensors than samples they are larger than the recording.

    Raises
    ------
    InputError
        As `check_signals`.

    Examples
    --------
    >>> import numpy as np
    >>> signals = np.random.default_rng(0).normal(size=(3, 100))
    >>> bool(np.allclose(survey(Recording(signals)).gram, signals @ signals.T))
    True
    """
    check_size(recording.n_sensors, recording.n_samples)
    work = partial(surveyed, middle=recording.n_samples // 2, names=recording.names, has_grams=has_grams)
    total = begun
    if is_dask(recording.signals):
        total = folded(work, joined, recording.signals)
    else:
        for _, part in mapped(work, recording, 0 if begun is None else int(begun.n_samples)):
            total = part if total is None else total.followed_by(part)
            if keep is not None:
                keep(total)
    assert total is not None  # there are samples
    if np.any(total.constant):
        refuse_constant(np.flatnonzero(total.constant).tolist(), total.first, recording.names)
    return total


def surveyed(
    block: Array, start: int, middle: int, names: tuple[str, ...] | None, has_grams: bool = True
) -> Survey:
    """Return the survey of a block that begins at sample `start`."""
    spans = list(_tiles(start, int(block.shape[1]), middle, int(block.shape[0])))
    within = [(a - start, b - start) for a, b in spans]
    doubles = tiles_in_double(block, within)
    return joined(
        [
            _of_tile(block[:, slice(*part)], values, (a, a < middle), names, has_grams)
            for (a, _), part, values in zip(spans, within, doubles, strict=True)
        ]
    )


def joined(parts: list[Survey]) -> Survey:
    """Return the survey of samples that follow each other."""
    return reduce(Survey.followed_by, parts)


def power_of_two(value: float) -> float:
    """Return the power of two just above `value`, so that scaling by it rounds nothing."""
    return ldexp(1.0, max(frexp(value)[1], -1021)) if value > 0 else 1.0


def _tiles(start: int, n_samples: int, middle: int, n_sensors: int) -> Iterator[tuple[int, int]]:
    """Yield spans that cross neither the middle nor the end of a stretch."""
    width = min(STRETCH, int(power_of_two(max(n_sensors, TILE_BYTES // (8 * n_sensors)) - 1)))
    stop = start + n_samples
    while start < stop:
        end = min(*((start // size + 1) * size for size in (width, STRETCH)), stop)
        end = middle if start < middle < end else end
        yield start, end
        start = end


def _of_tile(
    tile: Array, values: Array, place: tuple[int, bool], names: tuple[str, ...] | None, has_grams: bool
) -> Survey:
    """Return the survey of a tile, given also in double precision, at a sample that is before the middle."""
    (start, is_before), n_sensors = place, int(tile.shape[0])
    xp, first, scale = array_namespace(tile), tile[:, :1], 1.0
    constant = np.zeros(n_sensors, dtype=bool)
    constant[still_constant(tile, first, list(range(n_sensors)))] = True
    gram, energy = _moments(values, has_grams)
    if not SAFE**-2 < energy < SAFE**2:
        check_finite(tile, start, names)
        peak = float(xp.max(xp.abs(values)))
        scale = power_of_two(peak) if peak > 0 else 0.0
        values = values / (scale or 1.0)
        gram, energy = _moments(values, has_grams)
    return Survey(
        scale=scale,
        halves=(gram, None) if is_before else (None, gram),
        sums=xp.sum(values, axis=1),
        energies={start // STRETCH: energy},
        n_samples=int(tile.shape[1]),
        first=xp.asarray(first, copy=True),
        constant=constant,
    )


def _moments(values: Array, has_grams: bool) -> tuple[Array | None, float]:
    xp = array_namespace(values)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if not has_grams:
            return None, float(xp.sum(squared(values)))
        gram = values @ adjoint(values)
        return gram, float(xp.sum(real(xp.linalg.diagonal(gram))))


def _sum(first: Array | None, by: float, second: Array | None, times: float) -> Array | None:
    if first is None or second is None:
        return (
            second * times if first is None and second is not None else first if first is None else first * by
        )
    return first * by + second * times
