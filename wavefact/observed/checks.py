"""What is refused at the door: masks, sensors, and points that nothing couples to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.operators import WaveOperator
from wavefact.recording import Recording

__all__ = ["check_channels", "check_coupling", "check_mask", "checked_mask", "sensing_matrix"]

ROUNDING = 1e-11  # of the largest entry of an operator: less couples nothing


def checked_mask(missing: Any, recording: Recording) -> np.ndarray | None:
    """Return where there are samples, (n_sensors, n_samples) booleans; None where all are."""
    if missing is None:
        return None
    if isinstance(missing, str):
        if missing != "nan":
            raise InputError(f"missing is {missing!r}; expected None, 'nan' or a mask of booleans.")
        return ~np.isnan(to_numpy(recording.load().signals))
    mask, shape = (
        to_numpy(np.asarray(missing) if isinstance(missing, list) else missing),
        recording.signals.shape,
    )
    if mask.dtype != np.bool_ or mask.shape != tuple(shape):
        raise InputError(
            f"missing is an array of {mask.dtype} of shape {mask.shape}; expected booleans of shape "
            f"{tuple(shape)}, True where a sample is missing."
        )
    return ~mask


def check_mask(mask: np.ndarray) -> None:
    """Refuse a recording of which nothing, or nothing at some time, was observed."""
    if not mask.any():
        raise InputError("missing hides every sample; there is nothing to factorize.")
    empty = np.flatnonzero(~mask.any(axis=0))
    if len(empty):
        raise InputError(
            f"missing hides all sensors at {len(empty)} samples, the first {empty[0]}; where time has no "
            "weight nothing tells what happened there, so cut these samples out."
        )


def check_channels(recording: Recording, mask: np.ndarray) -> None:
    """Refuse observed samples that are not finite, and channels that are constant where they are observed."""
    signals = to_numpy(recording.signals)
    if len(signals) < 2 or signals.shape[1] < 2:
        raise InputError(f"The recording has shape {signals.shape}; 2 sensors and 2 samples are needed.")
    wrong = np.argwhere(~np.isfinite(signals))
    if len(wrong):
        sensor, sample = wrong[0].tolist()
        raise InputError(
            f"{recording.label(sensor)} has {signals[sensor, sample]} at sample {sample}, which is not "
            "marked as missing; mark it (missing='nan' for NaN), or repair it."
        )
    for sensor in np.flatnonzero(mask.any(axis=1)).tolist():
        there = signals[sensor, mask[sensor]]
        if len(there) > 1 and np.all(there == there[0]):
            raise InputError(
                f"{recording.label(sensor)} is constant ({there[0]:g}) wherever it is observed; mark "
                "the whole channel as missing, or remove it with select."
            )


def sensing_matrix(sensors: Any, recording: Recording, operator: WaveOperator) -> np.ndarray:
    """Return H (n_sensors, n_points) of sensors given by points or as a matrix; by default one a point."""
    n_sensors, n_points = recording.n_sensors, operator.n_points
    if sensors is None:
        if n_sensors != n_points:
            raise InputError(
                f"The operator has {n_points} points and the recording {n_sensors} sensors; say with "
                "sensors= at which points the sensors are."
            )
        return np.eye(n_points)
    given = np.asarray(sensors)
    if given.ndim == 1 and given.dtype.kind in "iu":
        _check_points(given, n_sensors, n_points)
        return np.eye(n_points)[given]
    if given.shape != (n_sensors, n_points) or given.dtype.kind not in "iuf":
        raise InputError(
            f"sensors is an array of {given.dtype} of shape {given.shape}; expected {n_sensors} numbers "
            f"of points, or a real matrix of shape {(n_sensors, n_points)}."
        )
    matrix = given.astype(np.float64)
    blind = np.flatnonzero(~np.isfinite(matrix).all(axis=1) | ~matrix.any(axis=1))
    if len(blind):
        raise InputError(
            f"Row {blind[0]} of the matrix of sensors is zero or not finite; every sensor must see some "
            "point."
        )
    return matrix


def _check_points(points: np.ndarray, n_sensors: int, n_points: int) -> None:
    if len(points) != n_sensors:
        raise InputError(
            f"sensors names {len(points)} points for {n_sensors} sensors; give the point of each sensor."
        )
    if points.min() < 0 or points.max() >= n_points:
        raise InputError(
            f"sensors are at points {points.min()} to {points.max()}; the operator has points 0 to "
            f"{n_points - 1}."
        )
    values, counts = np.unique(points, return_counts=True)
    if counts.max() > 1:
        raise InputError(
            f"Several sensors are at point {values[counts.argmax()]}; average them, or give a matrix."
        )


def check_coupling(matrix: np.ndarray, operator: WaveOperator, wave_weight: float | str) -> None:
    """Refuse points without sensors where no wave equation couples them to those that have one."""
    if len(matrix) >= operator.n_points:
        return
    if wave_weight != "auto" and float(wave_weight) == 0:
        raise InputError(
            f"{len(matrix)} sensors see {operator.n_points} points, which wave_weight=0 does not couple: "
            "nothing is known of the others. Give a wave_weight above 0, or 'auto'."
        )
    blind = _blind(matrix, operator)
    if len(blind):
        raise InputError(
            f"{operator!r} couples {len(blind)} of its {operator.n_points} points to no sensor, the first "
            f"{blind[0]}: nothing is known of them. Connect them, put sensors there, or leave them out."
        )


def _blind(matrix: np.ndarray, operator: WaveOperator) -> np.ndarray:
    """Return the points that no chain of couplings leads to from points that a sensor sees."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    couplings = np.abs(operator.matrix())
    linked = csr_array(couplings > ROUNDING * couplings.max(initial=0.0))
    parts = connected_components(linked, directed=False)[1]
    return np.flatnonzero(~np.isin(parts, parts[matrix.any(axis=0)]))
