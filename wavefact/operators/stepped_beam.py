"""The beam of several segments: bending waves where the bending stiffness changes from place to place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.operators._checks import checked_numbers
from wavefact.operators.beam import Beam

__all__ = ["SteppedBeam"]


@dataclass(frozen=True, init=False, eq=False, repr=False)
class SteppedBeam(Beam):
    """Describe a bending beam of varying stiffness and even mass: A u = (s u″)″, κ = ω² ρA / EI₀.

    Parameters
    ----------
    n_points, spacing, ends, positions, span
        As for `Beam`.
    stiffnesses : (n_segments,) array of float
        s = EI/EI₀ of each segment, from the smaller to the larger coordinate; EI₀ is that of the bending
        speed √(EI₀/(ρA)).
    boundaries : (n_segments - 1,) array of float
        Where segments meet, rising [m]; anywhere between the ends, also between two points.

    Raises
    ------
    InputError
        As for `Beam`, or if stiffnesses are not positive, their number does not fit, or boundaries do not
        rise between the ends.

    Notes
    -----
    Between points without load the bending moment is linear whatever the stiffness is, so that the least
    energy ∫ s u″² dx of a curve through the points is uᵀDᵀT⁻¹Du with T_ij = ∫ φ_i φ_j / s dx of hats φ; the
    integrals are exact.  No one wavenumber is that of a mode; `wavenumber` returns that of a beam of EI₀ with
    the same frequency.

    References
    ----------
    S. K. Jang and C. W. Bert, "Free vibration of stepped beams: exact and numerical solutions", Journal of
    Sound and Vibration 130 (1989) 342–346.

    Examples
    --------
    >>> from wavefact.operators import Beam, SteppedBeam
    >>> whole, cut = Beam(39, 0.025), SteppedBeam(39, 0.025, stiffnesses=[1, 0.8, 1], boundaries=[0.45, 0.55])
    >>> print((cut.eigenvalues[:3] / whole.eigenvalues[:3]).round(3))  # the second mode bends little there
    [0.953 0.998 0.957]
    """

    stiffnesses: np.ndarray
    boundaries: np.ndarray

    def __init__(
        self,
        n_points: int | None = None,
        spacing: float = 1.0,
        ends: str = "pinned",
        positions: Sequence[float] | np.ndarray | None = None,
        span: tuple[float, float] | None = None,
        *,
        stiffnesses: Sequence[float] | np.ndarray,
        boundaries: Sequence[float] | np.ndarray,
    ) -> None:
        super().__init__(n_points, spacing, ends, positions, span)
        self._set(
            stiffnesses=checked_numbers(stiffnesses, "stiffnesses"),
            boundaries=checked_numbers(boundaries, "boundaries", least=-np.inf),
        )
        n, m = self.stiffnesses.size, self.boundaries.size
        if n != m + 1:
            raise InputError(
                f"{n} stiffnesses came with {m} boundaries; give one more of them than boundaries."
            )
        self._checked_cuts(self.boundaries)

    @cached_property
    def _even(self) -> bool:
        return False  # for no transform diagonalises a varying beam

    @property
    def _steps(self) -> np.ndarray:
        return self.boundaries

    def _flexibility(self, x: np.ndarray) -> np.ndarray:
        return 1 / self.stiffnesses[np.searchsorted(self.boundaries, x)]

    def _arguments(self) -> dict[str, Any]:
        steps = {name: getattr(self, name).tolist() for name in ("stiffnesses", "boundaries")}
        return {**super()._arguments(), **steps}

    def description(self) -> str:
        """Say in a few words what this operator is, for a log line."""
        least, most = self.stiffnesses.min(), self.stiffnesses.max()
        return (
            f"{self.n_points} points, mean spacing {self.spacing:g} m, {self.ends} ends, "
            f"{self.stiffnesses.size} segments of {least:g} to {most:g} times the stiffness"
        )
