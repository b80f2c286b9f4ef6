"""`sensor_positions`: where the next sensors tell most about modes that are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wavefact.errors import InputError
from wavefact.modal import ModalModel

__all__ = ["sensor_positions"]

PRIOR = 1e-6  # of the mean information of a point: what is known beforehand, for fewer sensors than modes
GAIN = 1e-9  # of the information's logarithm: an exchange that gains less is none


def sensor_positions(
    modes: ModalModel | np.ndarray, n_sensors: int, *, given: Sequence[int] | np.ndarray = ()
) -> np.ndarray:
    """Return the points where sensors determine the amplitudes of some modes best.

    Parameters
    ----------
    modes : ModalModel or array, shape (n_points, n_modes)
        Mode shapes, real or complex, at all points where a sensor may be: of a model, of `expand_shapes`, or
        of `identify` of a factorization with `sensors`.
    n_sensors : int
        How many to place.
    given : sequence of int
        Points, from 0, that have a sensor already.

    Returns
    -------
    numpy.ndarray of int, shape (n_sensors,)
        Points of the new sensors, ascending.

    Raises
    ------
    InputError
        If shapes are not finite, or there are not so many points without a sensor.

    Notes
    -----
    Maximises det(ΦᴴΦ) of the shapes at all sensors, whose inverse is, but for a factor, the covariance of
    the modes' amplitudes (D-optimal; Kammer's effective independence removes, one by one, the points that
    this determinant needs least).  Shapes count alike, whatever they are scaled to.  Points are added one by
    one and then exchanged, each for the best one in its place, until no exchange gains.

    References
    ----------
    D. C. Kammer, "Sensor placement for on-orbit modal identification and correlation of large space
    structures", J. Guidance, Control and Dynamics 14 (1991) 251; V. V. Fedorov, *Theory of Optimal
    Experiments*, 1972 (exchange).

    Examples
    --------
    >>> string = wf.String(99)
    >>> shapes = np.sin(np.pi * np.outer(np.arange(1, 100) / 100, [1, 2]))
    >>> wf.sensor_positions(shapes, 2)
    array([29, 69])
    """
    shapes = _checked_shapes(modes)
    given = _checked_given(given, len(shapes))
    if not isinstance(n_sensors, int | np.integer) or not 1 <= n_sensors <= len(shapes) - len(given):
        raise InputError(
            f"n_sensors is {n_sensors!r}; expected a whole number from 1 to {len(shapes) - len(given)}, "
            "the points "
            "without a sensor."
        )
    prior = PRIOR * float(np.mean(np.sum(np.abs(shapes) ** 2, axis=1))) * np.eye(shapes.shape[1])
    start = prior + shapes[given].conj().T @ shapes[given]
    chosen: list[int] = []
    for _ in range(n_sensors):
        chosen.append(_best(shapes, start, [*given, *chosen], chosen))
    return np.sort(_exchanged(shapes, start, given, chosen))


def _exchanged(shapes: np.ndarray, start: np.ndarray, given: list[int], chosen: list[int]) -> np.ndarray:
    """Exchange points for the best ones in their places until that gains nothing."""
    best, before = _information(shapes, start, chosen), -np.inf
    while best > before + GAIN * max(1.0, abs(best)):
        before = best
        for i in range(len(chosen)):
            others = [*chosen[:i], *chosen[i + 1 :]]
            trial = [*chosen[:i], _best(shapes, start, [*given, *others], others), *chosen[i + 1 :]]
            value = _information(shapes, start, trial)
            if value > best:
                best, chosen = value, trial
    return np.asarray(chosen)


def _best(shapes: np.ndarray, start: np.ndarray, taken: list[int], others: list[int]) -> int:
    """Return the point that adds most information to that of `others`; none of those taken."""
    inverse = np.linalg.inv(start + shapes[others].conj().T @ shapes[others])
    gains = np.real(np.sum((shapes @ inverse) * shapes.conj(), axis=1))
    gains[taken] = -np.inf
    return int(np.argmax(gains))


def _information(shapes: np.ndarray, start: np.ndarray, chosen: list[int]) -> float:
    return float(np.linalg.slogdet(start + shapes[chosen].conj().T @ shapes[chosen])[1])


def _checked_shapes(modes: ModalModel | np.ndarray) -> np.ndarray:
    """Return unit shapes."""
    shapes = np.asarray(modes.mode_shapes if isinstance(modes, ModalModel) else modes)
    if (
        shapes.ndim != 2
        or 0 in shapes.shape
        or shapes.dtype.kind not in "iufc"
        or not np.isfinite(shapes).all()
    ):
        raise InputError(
            f"The mode shapes are an array of {shapes.dtype} of shape {shapes.shape}; expected finite "
            "numbers of shape "
            "(n_points, n_modes), neither of them zero."
        )
    sizes = np.linalg.norm(shapes, axis=0)
    if not sizes.all():
        raise InputError(f"Mode shape {int(np.argmin(sizes))} is zero everywhere; leave it out.")
    return np.asarray(shapes / sizes)


def _checked_given(given: Sequence[int] | np.ndarray, n_points: int) -> list[int]:
    points = np.asarray(given)
    if points.size == 0:
        return []
    if points.ndim != 1 or points.dtype.kind not in "iu" or points.min() < 0 or points.max() >= n_points:
        raise InputError(f"given is {given!r}; expected numbers of points from 0 to {n_points - 1}.")
    return [int(point) for point in points]
