"""What `factorize` checks at the door: settings, recording and operator against each other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from wavefact._arrays import COPIES, Array, to_device
from wavefact._signal_checks import check_size
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.memory import free_memory
from wavefact.operators import String, Time, WaveOperator
from wavefact.operators._projection import projected
from wavefact.recording import Recording, check_signals

logger = logging.getLogger("wavefact")

RTOL, JOINT_RTOL = 1e-6, 1e-3  # relative gap to prove, without and with a weight of time
SHORT = 64  # samples: in fewer, frequencies are not looked for unless asked


def check_run(operator: WaveOperator, start: Any, callback: Any) -> None:
    """Refuse a start or callback that cannot be used before any work is done."""
    if callback is not None and not callable(callback):
        raise InputError(f"callback is {callback!r}; expected a function of one Step.")
    if start is not None and (not isinstance(start, Factorization) or start.operator != operator):
        belongs = f"belongs to {start.operator!r}" if isinstance(start, Factorization) else f"is {start!r}"
        raise InputError(f"start {belongs}; expected a result for {operator!r}.")


def prepare(recording: Recording | Array, operator: WaveOperator | None) -> tuple[Recording, WaveOperator]:
    """Check the signals, and recording and operator against each other."""
    recording, operator = matched(recording, operator)
    check_signals(recording)
    return recording, operator


def matched(
    recording: Recording | Array, operator: WaveOperator | None, device: str | None = None
) -> tuple[Recording, WaveOperator]:
    """Check recording and operator against each other and bring the signals to the device.

    Signals are not looked at: whoever calls this goes through all of them anyhow (`survey`).
    """
    recording = recording if isinstance(recording, Recording) else Recording(recording)
    check_size(recording.n_sensors, recording.n_samples)
    operator = checked_operator(operator, recording)
    if operator.n_points != recording.n_sensors:
        raise InputError(
            f"The operator has {operator.n_points} points and the recording {recording.n_sensors} sensors; "
            "give an operator whose points are the sensors."
        )
    if device is not None:
        recording = recording.replace(signals=to_device(recording.load().signals, device))
    return recording, operator


def checked_operator(
    operator: WaveOperator | None, recording: Recording, sensors: Any = None
) -> WaveOperator:
    """Return the operator, or the line of the sensors where none is given and they are its points."""
    if operator is not None and not isinstance(operator, WaveOperator):
        raise InputError(f"operator is {operator!r}; expected a wave operator, such as String(n_points=40).")
    if operator is None and sensors is not None:
        raise InputError("sensors are points of an operator; give the operator, such as Beam(n_points=64).")
    return _default_operator(recording) if operator is None else operator


def _default_operator(recording: Recording) -> WaveOperator:
    positions = recording.positions
    try:
        along = None if positions is None else projected(positions, 1)
    except InputError as error:
        raise InputError(
            f"{error} Say which operator describes the structure, such as Membrane, Plate, Graph or "
            "FiniteElement."
        ) from None
    operator = String(recording.n_sensors, ends="free", positions=along)
    logger.info("no operator given: the sensors are taken as %s", operator)
    return operator


def check_settings(
    wave_weight: Any, time_weight: Any, regularization: Any, rtol: Any, max_components: int | None
) -> None:
    if wave_weight != "auto" and not _is_number(wave_weight, 0.0):
        raise InputError(f"wave_weight is {wave_weight!r}; expected a finite number ≥ 0 or 'auto'.")
    if isinstance(time_weight, str) and time_weight != "auto":
        parsed_bandwidth(time_weight)
    elif time_weight != "auto" and not _is_number(time_weight, 0.0):
        raise InputError(f"time_weight is {time_weight!r}; expected a number ≥ 0, '2 Hz' or 'auto'.")
    if regularization != "auto" and not (_is_number(regularization, 0.0) and regularization > 0):
        raise InputError(f"regularization is {regularization!r}; expected a finite number > 0 or 'auto'.")
    if rtol is not None and (not _is_number(rtol, 1e-12) or rtol >= 1):
        raise InputError(f"rtol is {rtol!r}; expected a number between 1e-12 and 1.")
    if max_components is not None and (
        not isinstance(max_components, int | np.integer) or max_components < 1
    ):
        raise InputError(f"max_components is {max_components!r}; expected a whole number ≥ 1 or None.")


def parsed_bandwidth(text: str) -> float:
    """Return the number in a bandwidth such as "2 Hz"."""
    number = text.strip().removesuffix("Hz")
    try:
        bandwidth = float(number)
    except ValueError:
        bandwidth = 0.0
    if number == text.strip() or not 0 < bandwidth < float("inf"):
        raise InputError(
            f"time_weight is {text!r}; expected a number ≥ 0, a bandwidth such as '2 Hz', or 'auto'."
        )
    return bandwidth


def penalty_of(
    regularization: float | str, automatic: Callable[[], tuple[float, float]]
) -> tuple[float | None, float]:
    """Return the estimated noise, where it was needed, and λ."""
    return automatic() if regularization == "auto" else (None, float(regularization))


def time_order(time_weight: Any, regularization: Any, recording: Recording, dispersion: Any) -> int:
    """Return the order of the time axis, or 0 where time is to have no weight."""
    is_automatic = isinstance(time_weight, str) and time_weight == "auto"
    if dispersion is not None and not isinstance(time_weight, str) and time_weight == 0:
        raise InputError(
            "dispersion ties wavenumbers to frequencies, so time needs a weight: give time_weight."
        )
    if is_automatic and dispersion is None:
        return 1 if regularization == "auto" and recording.n_samples >= SHORT else 0
    if isinstance(time_weight, str):
        return 1
    return 2 if time_weight > 0 else 0


def affordable_order(order: int, time_weight: Any, recording: Recording, dispersion: Any) -> int:
    """Return the order of the time axis, or 0 where time need not have a weight and memory does not suffice.

    Raises
    ------
    InputError
        If time has to have a weight, and the recording, which is then loaded, does not fit.
    """
    free = free_memory() if order and recording.is_lazy else None
    is_complex = np.issubdtype(np.dtype(recording.signals.dtype), np.complexfloating) if free else False
    sample = COPIES * recording.n_sensors * (16 if is_complex else 8)  # bytes, in double precision
    if free is None or sample * recording.n_samples <= free:
        return order
    needs = (
        f"with a time weight, {recording.n_sensors} × {recording.n_samples} samples are loaded and need "
        f"about {sample * recording.n_samples / 1e9:.3g} GB, of which {free / 1e9:.3g} GB are free"
    )
    if isinstance(time_weight, str) and time_weight == "auto" and dispersion is None:
        logger.warning("Time gets no weight: %s.", needs)
        return 0
    raise InputError(
        f"The recording does not fit into memory: {needs}. About {free // sample} samples would fit: give "
        "fewer (window, or decimate), or time_weight=0.0, which reads block by block."
    )


def time_axis(recording: Recording, order: int) -> Time:
    """Return the time axis of a recording; without a sampling rate, in radians per sample."""
    return Time(recording.n_samples, recording.sampling_rate or 1.0, order)


def _is_number(value: Any, least: float) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and least <= float(value) < float("inf")
