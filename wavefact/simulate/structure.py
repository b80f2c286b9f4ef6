"""A vibrating structure: modes taken from a wave operator, with frequency and damping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.channels import rigid_motions
from wavefact.modal.model import ModalModel
from wavefact.modal.poles import continuous_poles
from wavefact.modal.similarity import normalized_shapes
from wavefact.operators.base import WaveOperator

__all__ = ["Structure"]


@dataclass(frozen=True, eq=False)
class Structure:
    """Hold the modes that a simulation superposes; total mass 1 kg.

    Attributes
    ----------
    operator : WaveOperator
        The wave equation and the points.
    frequencies : (n_modes,) array [Hz]
        Undamped natural frequencies, rising.
    damping_ratios : (n_modes,) array [fraction of critical]
    mode_shapes : (n_points, n_modes) array [kg^-1/2]
        Normalised to unit modal mass.
    wavenumbers : (n_modes,) array [rad/m]
    """

    operator: WaveOperator
    frequencies: np.ndarray
    damping_ratios: np.ndarray
    mode_shapes: np.ndarray
    wavenumbers: np.ndarray

    @classmethod
    def of(
        cls,
        operator: WaveOperator,
        n_modes: int,
        *,
        wave_speed: float | None = None,
        bending_speed: float | None = None,
        damping_ratios: float | Sequence[float] | np.ndarray = 0.01,
    ) -> Structure:
        """Take the lowest modes of an operator that are not rigid motion.

        Parameters
        ----------
        operator : WaveOperator
        n_modes : int
        wave_speed : float [m/s]
            c of ω = c k, for strings, acoustic lines and membranes.
        bending_speed : float [m²/s]
            a of ω = a k², for beams, √(EI/(ρA)), and plates, √(D/(ρh)).
        damping_ratios : float or (n_modes,) array [fraction of critical]

        Raises
        ------
        InputError
            If there are not so many modes, the wrong kind of speed came, or a damping ratio is not in [0, 1).

        Examples
        --------
        >>> from wavefact.operators import String
        >>> cable = Structure.of(String(n_points=199, spacing=0.5, ends="fixed"), 3, wave_speed=200.0)
        >>> cable.frequencies.round(2)
        array([1., 2., 3.])
        """
        kappa = operator.eigenvalues
        waves = np.flatnonzero(~rigid_motions(operator))
        if not 1 <= n_modes <= waves.size:
            raise InputError(f"{n_modes} modes were asked for; {operator.description()} has {waves.size}.")
        chosen = waves[np.argsort(kappa[waves], kind="stable")[:n_modes]]
        wavenumbers = np.asarray(operator.wavenumber(kappa[chosen]), dtype=float)
        coefficients = np.zeros((operator.n_points, n_modes))
        coefficients[chosen, np.arange(n_modes)] = np.sqrt(operator.n_points)
        return cls(
            operator,
            _angular(wavenumbers, operator.dispersion_power, wave_speed, bending_speed) / (2 * np.pi),
            _damping(damping_ratios, n_modes),
            np.asarray(operator.synthesize(coefficients)),
            wavenumbers,
        )

    @property
    def n_modes(self) -> int:
        """Number of modes."""
        return int(self.frequencies.size)

    @property
    def poles(self) -> np.ndarray:
        """Continuous poles s = ω (−ζ + i √(1 − ζ²)), (n_modes,) [rad/s]."""
        return continuous_poles(self.frequencies, self.damping_ratios)

    @property
    def point_masses(self) -> np.ndarray:
        """Mass of each point, (n_points,) [kg]; together 1 kg."""
        return self.operator.shares / self.operator.n_points

    def truth(self, quantity: str = "", unit: str = "") -> ModalModel:
        """Return the modes in the form that identification returns.

        Parameters
        ----------
        quantity, unit : str
            Of what is recorded.

        Returns
        -------
        ModalModel
            Without errors.
        """
        return ModalModel(
            frequencies=self.frequencies,
            damping_ratios=self.damping_ratios,
            mode_shapes=normalized_shapes(self.mode_shapes),
            wavenumbers=self.wavenumbers,
            fit_quality=np.ones(self.n_modes),
            positions=self.operator.positions,
            quantity=quantity,
            unit=unit,
        )


def _angular(
    wavenumbers: np.ndarray, power: int, wave_speed: float | None, bending_speed: float | None
) -> np.ndarray:
    speed, name = (wave_speed, "wave_speed") if power == 2 else (bending_speed, "bending_speed")
    other = bending_speed if power == 2 else wave_speed
    if speed is None or other is not None:
        raise InputError(f"This operator has κ = k^{power}: give {name}, and no other speed.")
    if not (np.isfinite(speed) and speed > 0):
        raise InputError(f"{name} must be positive, not {speed:g}.")
    return speed * wavenumbers ** (power // 2)


def _damping(damping_ratios: float | Sequence[float] | np.ndarray, n_modes: int) -> np.ndarray:
    given = np.asarray(damping_ratios, dtype=float)
    if given.ndim > 1 or (given.ndim == 1 and given.size != n_modes):
        raise InputError(f"{given.size} damping ratios came for {n_modes} modes; give one, or one for each.")
    if not np.all((given >= 0) & (given < 1)):
        raise InputError("Damping ratios must be in [0, 1), as fractions of critical damping.")
    return np.broadcast_to(given, (n_modes,)).copy()
