"""A bridge recorded hour by hour, warm and cold, sound and damaged: for trials of monitoring."""

from __future__ import annotations

import numpy as np

from wavefact.errors import InputError
from wavefact.operators import SteppedBeam
from wavefact.simulate.simulation import Simulation, simulate
from wavefact.simulate.structure import Structure

__all__ = ["bridge_hour", "bridge_operator", "hourly_temperatures"]

_SPAN, _N_SENSORS, _PLACE = 20.0, 9, (12.0, 14.0)  # [m], and where stiffness is lost
_LOWEST = 2.0  # [Hz] at 15 °C
_PER_KELVIN = -0.002  # relative change of frequencies
_DAY = 24  # hours


def bridge_operator(loss: float = 0.0) -> SteppedBeam:
    """Return the beam of `bridge_hour`: 20 m, pinned, nine points 2 m apart.

    Parameters
    ----------
    loss : float
        Share of bending stiffness lost between 12 and 14 m [-].

    Returns
    -------
    SteppedBeam

    Raises
    ------
    InputError
        If the loss is not in [0, 1).

    Examples
    --------
    >>> from wavefact.simulate import bridge_operator
    >>> bridge_operator().n_points
    9
    """
    if not 0 <= loss < 1:
        raise InputError(f"loss is {loss}; expected a share of the stiffness, from 0 to below 1.")
    points = np.linspace(0.0, _SPAN, _N_SENSORS + 2)[1:-1]
    return SteppedBeam(
        positions=points, span=(0.0, _SPAN), stiffnesses=[1.0, 1.0 - loss, 1.0], boundaries=_PLACE
    )


def bridge_hour(
    temperature: float = 15.0,
    loss: float = 0.0,
    snr_db: float | None = 15.0,
    *,
    duration: float = 120.0,
    rng: np.random.Generator | int = 0,
) -> Simulation:
    """Simulate what nine accelerometers on a bridge record at one temperature: three modes, at 50 Hz.

    Parameters
    ----------
    temperature : float [°C]
        Each degree above 15 °C takes 0.2 % of all frequencies, which are 2, 8 and 18 Hz there.
    loss : float
        As of `bridge_operator`.
    snr_db : float or None
        10 log10(mean(clean²)/σ²) [dB]; None for no noise.
    duration : float [s]
    rng : numpy.random.Generator or int
        Draws traffic and noise.

    Returns
    -------
    Simulation

    Raises
    ------
    InputError
        If the loss is not in [0, 1), or the duration is not positive.

    Examples
    --------
    >>> from wavefact.simulate import bridge_hour
    >>> print(bridge_hour().truth.frequencies.round(1), bridge_hour(25.0, 0.2).truth.frequencies.round(1))
    [ 2.  8. 18.] [ 1.9  7.7 17.6]
    """
    warmth = 1 + _PER_KELVIN * (temperature - 15.0)
    speed = 2 * np.pi * _LOWEST * (_SPAN / np.pi) ** 2 * warmth
    structure = Structure.of(bridge_operator(loss), 3, bending_speed=speed, damping_ratios=0.005)
    return simulate(structure, "random", sampling_rate=50.0, duration=duration, snr_db=snr_db, rng=rng)


def hourly_temperatures(n_hours: int = 7 * _DAY, *, rng: np.random.Generator | int = 0) -> np.ndarray:
    """Return temperatures of consecutive hours from midnight on: days, nights and weather about 15 °C.

    Parameters
    ----------
    n_hours : int
    rng : numpy.random.Generator or int
        Draws the weather.

    Returns
    -------
    (n_hours,) array [°C]

    Examples
    --------
    >>> from wavefact.simulate import hourly_temperatures
    >>> hourly_temperatures(24).argmax() in range(12, 18)
    True
    """
    memory, spread = np.exp(-1 / (2 * _DAY)), 3.0  # of the weather: two days, and K
    draws = spread * np.random.default_rng(rng).standard_normal(n_hours)
    weather = np.empty(n_hours)
    last = 0.0
    for hour, draw in enumerate(draws):
        weather[hour] = last = draw if hour == 0 else memory * last + np.sqrt(1 - memory**2) * draw
    return np.asarray(15.0 - 6.0 * np.cos(2 * np.pi * (np.arange(n_hours) - 3) / _DAY) + weather)
