"""Sampling rates from the distance of two samples as files write it."""

from __future__ import annotations

import math

__all__ = ["rate_of_step"]


def rate_of_step(step: str | float, unit: float = 1.0) -> float | None:
    """Return the sampling rate [Hz]: the roundest number that a step, with the digits it has, allows.

    Parameters
    ----------
    step : str or float
        Distance of two samples, in `unit`; 0 is unknown.
    unit : float [s]

    Raises
    ------
    ValueError
        If the step is negative or not finite.

    Examples
    --------
    >>> rate_of_step("9.76563E-04"), rate_of_step("2e-5"), rate_of_step("0")
    (1024.0, 50000.0, None)
    """
    text = str(step).strip().upper().replace("D", "E")
    value, mantissa = float(text), text.partition("E")[0].lstrip("+-")
    if value == 0.0:
        return None
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"two samples are {step} s apart")
    last_digit = 10.0 ** -len(mantissa.partition(".")[2]) / (float(mantissa) or 1.0)
    tolerance = 0.51 * max(last_digit, 1e-15)
    for digits in range(1, 16):
        rate = float(f"{1.0 / (value * unit):.{digits}g}")
        if abs(rate * value * unit - 1.0) <= tolerance:
            return rate
    return 1.0 / (value * unit)
