"""What sets a structure in motion: an impact, random forces, or a release from a displaced shape.

`named_excitation` turns the names ``"impact"``, ``"random"`` and ``"initial"`` into defaults.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from wavefact.errors import InputError

__all__ = ["Burst", "Excitation", "Impact", "InitialDisplacement", "RandomForce", "named_excitation"]


@dataclass(frozen=True)
class Impact:
    """Hit one point with a hammer: an instantaneous impulse.

    Attributes
    ----------
    position : float or (n_dims,) array [m]
        The nearest point of the operator is hit; None for the point a third of the way along.
    time : float [s]
        After the first sample; not bound to a sample.
    impulse : float [N s]

    Examples
    --------
    >>> from wavefact.simulate import Impact
    >>> Impact(position=0.3, impulse=2.0).time
    0.0
    """

    position: ArrayLike | None = None
    time: float = 0.0
    impulse: float = 1.0


@dataclass(frozen=True)
class RandomForce:
    """Shake with Gaussian random forces, constant from sample to sample, long before the recording begins.

    Attributes
    ----------
    positions : (n_forces,) or (n_forces, n_dims) array [m], or None
        Where independent forces act (nearest points); None for all points.
    band : (low, high) [Hz], or None
        Band limits of the forces (second-order Butterworth); None for white.
    level : float [N]
        Standard deviation of each force before band limiting.

    Examples
    --------
    >>> from wavefact.simulate import RandomForce
    >>> RandomForce(band=(1.0, 20.0)).level
    1.0
    """

    positions: ArrayLike | None = None
    band: tuple[float, float] | None = None
    level: float = 1.0


@dataclass(frozen=True)
class InitialDisplacement:
    """Release the structure at rest from a displaced shape at the first sample.

    Attributes
    ----------
    shape : (n_points,) array [m], or None
        None for a triangle-like pluck: the static shape under a point load a third of the way along.

    Examples
    --------
    >>> from wavefact.simulate import InitialDisplacement
    >>> InitialDisplacement(np.array([0.0, 0.01, 0.02])).shape.max()
    np.float64(0.02)
    """

    shape: ArrayLike | None = None


@dataclass(frozen=True)
class Burst:
    """Drive one point with a tone burst under a Hann window, as a piezoelectric actuator does.

    Attributes
    ----------
    frequency : float [Hz]
        Of the tone.
    n_cycles : float
        Of the tone within the window.
    position : float or (n_dims,) array [m]
        The nearest point of the operator is driven; None for the point a third of the way along.
    time : float [s]
        When the burst begins, after the first sample.
    level : float [N]
        Amplitude; the force is constant from sample to sample.

    Examples
    --------
    >>> from wavefact.simulate import Burst
    >>> Burst(frequency=50.0).force(np.linspace(0.0, 1.0, 2000)).shape
    (2000,)
    """

    frequency: float
    n_cycles: float = 5.0
    position: ArrayLike | None = None
    time: float = 0.0
    level: float = 1.0

    def force(self, times: np.ndarray) -> np.ndarray:
        """Return the force at times (n,) [s], in newtons.

        Parameters
        ----------
        times : array, shape (n_samples,)
            [s].

        Returns
        -------
        numpy.ndarray, shape (n_samples,)
            [N].

        Raises
        ------
        InputError
            If the sampling is too slow for the tone.
        """
        if not (self.frequency > 0 and self.n_cycles > 0):
            raise InputError(
                f"A burst of {self.n_cycles:g} cycles at {self.frequency:g} Hz; both must be positive."
            )
        phase = 2 * np.pi * self.frequency * (times - self.time)
        inside = (phase >= 0) & (phase <= 2 * np.pi * self.n_cycles)
        return np.asarray(self.level * inside * 0.5 * (1 - np.cos(phase / self.n_cycles)) * np.sin(phase))


Excitation = Impact | RandomForce | InitialDisplacement | Burst


def named_excitation(excitation: Excitation | str) -> Excitation:
    """Return the excitation, or the default one of that name.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> named_excitation("random")
    RandomForce(positions=None, band=None, level=1.0)
    """
    named: dict[str, Excitation] = {
        "impact": Impact(),
        "random": RandomForce(),
        "initial": InitialDisplacement(),
    }
    if isinstance(excitation, (Impact, RandomForce, InitialDisplacement, Burst)):
        return excitation
    if excitation not in named:
        raise InputError(f"Unknown excitation {excitation!r}; expected one of {', '.join(map(repr, named))}.")
    return named[excitation]


def nearest_points(positions: np.ndarray, wanted: ArrayLike) -> np.ndarray:
    """Return the indices of the points nearest to positions [m]; a third of the way along for none."""
    points = positions.reshape(len(positions), -1)
    targets = np.asarray(wanted, dtype=float).reshape(-1, points.shape[1])
    if not np.all(np.isfinite(targets)):
        raise InputError("A position of the excitation is NaN or Inf.")
    return np.argmin(np.linalg.norm(points[None, :, :] - targets[:, None, :], axis=2), axis=1)
