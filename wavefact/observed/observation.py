"""What the sensors of a recording see of an operator's points, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from wavefact._arrays import Array, array_namespace, like, squared, to_device, to_numpy
from wavefact._fit_checks import checked_operator
from wavefact.blocks import in_double
from wavefact.observed.checks import (
    check_channels,
    check_mask,
    checked_mask,
    sensing_matrix,
)
from wavefact.operators import WaveOperator
from wavefact.recording import Recording, check_signals

__all__ = ["Observation"]

BLOCK_BYTES = 2**25  # of double precision


@dataclass(frozen=True, eq=False)
class Observation:
    """Hold the sensors that have seen anything, where they are, and their gaps.

    Attributes
    ----------
    recording : Recording
        Of the sensors that have seen anything; zero where samples are missing.
    operator : WaveOperator
        Of n_points points.
    matrix : numpy.ndarray, shape (n_sensors, n_points)
        H: what each sensor sees of the points.
    weights : numpy.ndarray, shape (n_sensors,)
        By which the sensors' signals are weighed: the roots of their shares of the structure where every
        point has its sensor, as in the fit of whole recordings, else 1.
    mask : numpy.ndarray of bool, shape (n_sensors, n_samples), or None
        True where there is a sample; None where none of these sensors has a gap.
    """

    recording: Recording
    operator: WaveOperator
    matrix: np.ndarray
    weights: np.ndarray
    mask: np.ndarray | None

    @classmethod
    def of(
        cls,
        recording: Recording | Array,
        operator: WaveOperator | None,
        missing: Any,
        sensors: Any,
        device: str | None,
    ) -> Observation:
        """Check recording, mask and sensors against each other and keep what has been observed."""
        recording = recording if isinstance(recording, Recording) else Recording(recording)
        operator = checked_operator(operator, recording, sensors)
        matrix = sensing_matrix(sensors, recording, operator)
        weights = np.sqrt(operator.shares) if sensors is None else np.ones(recording.n_sensors)
        mask = checked_mask(missing, recording)
        if mask is None or mask.all():
            check_signals(recording)
            return cls(_moved(recording, device), operator, matrix, weights, None)
        check_mask(mask)
        recording = _without_gaps(recording, mask)
        check_channels(recording, mask)
        living = mask.any(axis=1)
        recording, mask = recording.select(np.flatnonzero(living)), mask[living]
        gaps = None if mask.all() else mask
        return cls(_moved(recording, device), operator, matrix[living], weights[living], gaps)

    @property
    def is_whole(self) -> bool:
        """Whether every point has its sensor, without gaps: nothing is left to be treated apart."""
        if self.mask is not None or self.matrix.shape[0] != self.matrix.shape[1]:
            return False
        is_plain = np.array_equal(self.matrix, np.eye(len(self.matrix)))
        return is_plain and np.array_equal(self.weights, np.sqrt(self.operator.shares))

    @cached_property
    def sensing(self) -> np.ndarray:
        """B, (n_sensors, n_points): the weighted sensors' view of the operator's eigenvectors."""
        scaled = self.matrix / np.sqrt(self.operator.shares)
        return np.asarray(self.weights[:, None] * scaled @ self.operator.basis)

    @property
    def mixing(self) -> np.ndarray:
        """By which white noise of the sensors comes to the eigenvectors, (n_points, n_sensors)."""
        return self.sensing.T * self.weights

    @property
    def n_observed(self) -> int:
        """Number of samples that are there."""
        if self.mask is None:
            return self.recording.n_sensors * self.recording.n_samples
        return int(np.sum(self.mask))

    def loudest(self, n_samples: int) -> Observation:
        """Return the stretch of `n_samples` with the most energy; they begin at halves of their length."""
        signals = self.recording.load().signals
        xp = array_namespace(signals)
        relative = signals / (float(xp.max(xp.abs(signals))) or 1.0)
        energies = to_numpy(xp.sum(squared(relative), axis=0))
        starts = range(0, len(energies) - n_samples + 1, max(n_samples // 2, 1))
        start = max(starts, key=lambda first: float(np.sum(energies[first : first + n_samples])))
        span = slice(start, start + n_samples)
        mask = None if self.mask is None else self.mask[:, span]
        return replace(self, recording=self.recording.window(start, span.stop), mask=mask)

    def blocks(self, scale: float = 1.0) -> Iterator[tuple[slice, Array]]:
        """Yield spans of samples with the weighted signals over `scale`, in double precision."""
        width, start = max(self.recording.n_sensors, BLOCK_BYTES // (8 * self.recording.n_sensors)), 0
        for block in self.recording.iter_blocks(width):
            block = in_double(block)
            span = slice(start, start + int(block.shape[1]))
            yield span, block * like(self.weights / scale, block)[:, None]
            start = span.stop


def _moved(recording: Recording, device: str | None) -> Recording:
    if device is None:
        return recording
    return recording.replace(signals=to_device(recording.load().signals, device))


def _without_gaps(recording: Recording, mask: np.ndarray) -> Recording:
    """Return the recording with zeros for what is missing."""
    signals = recording.load().signals
    xp = array_namespace(signals)
    return recording.replace(signals=xp.where(like(mask, signals), signals, xp.zeros_like(signals)))
