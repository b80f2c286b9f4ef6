"""Wavenumber filter: a band of the structure's own waves is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._risk import best_run, noise_variance
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.errors import InputError
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["WavenumberFilter"]

_LOWER, _UPPER = 3, 12  # edges tried


@dataclass(frozen=True)
class WavenumberFilter:
    """Keep the eigenvectors of the wave operator between two wavenumbers.

    Attributes
    ----------
    low, high : float or None [rad/m]
        Edges, which are kept; None for those of the band of least expected error.

    Notes
    -----
    An eigenvector of power P over the record adds P − nσ² to the squared error where it is left out and nσ²
    where it is kept, with n samples and noise of variance σ²: Mallows' C_L.

    References
    ----------
    Mallows, "Some comments on C_p", Technometrics 15 (1973).

    Examples
    --------
    >>> from wavefact.baselines import WavenumberFilter
    >>> from wavefact.simulate import scenario_s2
    >>> noisy = scenario_s2(0.0)
    >>> cleaned = WavenumberFilter().denoise(noisy.recording, wf.String(100))
    >>> wf.relative_error(cleaned.signals, noisy.clean) < 0.5
    True
    """

    low: float | None = None
    high: float | None = None
    title: ClassVar[str] = "wavenumber filter"
    package: ClassVar[str] = ""

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[WavenumberFilter]:
        """Return bands of a few lower and many upper edges, and the automatic one."""
        signals, _ = scaled_signals(recording)
        wavenumbers = np.unique(operator.wavenumber(operator.eigenvalues))
        automatic = self._edges(signals, operator)
        lows = {automatic[0], *_some(wavenumbers, _LOWER)} if self.low is None else {self.low}
        highs = {automatic[1], *_some(wavenumbers, _UPPER)} if self.high is None else {self.high}
        for low in sorted(lows):
            for high in sorted(highs):
                if low <= high:
                    yield WavenumberFilter(low, high)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the recording of those wavenumbers."""
        signals, scale = scaled_signals(recording)
        low, high = self._edges(signals, operator)
        wavenumbers = operator.wavenumber(operator.eigenvalues)
        kept = (wavenumbers >= low) & (wavenumbers <= high)
        if not np.any(kept):
            raise InputError(
                f"No wavenumber of the operator is between {low:g} and {high:g} rad/m; they reach from "
                f"{wavenumbers.min():g} to {wavenumbers.max():g} rad/m."
            )
        return cleaned(recording, operator.synthesize(kept[:, None] * operator.analyze(signals)), scale)

    def _edges(self, signals: np.ndarray, operator: WaveOperator) -> tuple[float, float]:
        """Return the edges given, or those of least expected error."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        order = np.argsort(operator.eigenvalues, kind="stable")
        wavenumbers = operator.wavenumber(operator.eigenvalues)[order]
        power = np.mean(operator.analyze(signals)[order] ** 2, axis=1)
        first, last = best_run(power - 2 * noise_variance(signals))
        low = float(wavenumbers[first]) if self.low is None else self.low
        return low, float(wavenumbers[last]) if self.high is None else self.high


def _some(wavenumbers: np.ndarray, count: int) -> list[float]:
    """Return about so many of the wavenumbers, dense at the low ones."""
    places = np.unique(np.geomspace(1, len(wavenumbers), count).round().astype(int) - 1)
    return [float(value) for value in wavenumbers[places]]
