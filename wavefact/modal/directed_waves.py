"""Which way waves travel along a line of sensors, and how fast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.factorization import Factorization
from wavefact.modal.tone_shapes import Tone, tones_of
from wavefact.recording import Recording

__all__ = ["DirectedWaves", "directed_waves"]

_PER_PERIOD = 8  # wavenumbers looked at within 2π over the line's length
_SURE = 3.0  # standard errors by which the powers of two directions have to differ
_DIRECTIONS = {1: "+", -1: "−", 0: "±"}


@dataclass(frozen=True, eq=False, repr=False)
class DirectedWaves:
    """Hold the waves on a line: at each tone a₊ e^(−ikx) + a₋ e^(ikx), times e^(iωt).

    Attributes
    ----------
    frequencies, frequency_errors : (n_waves,) arrays [Hz]
        Rising; of complex recordings negative ones too.
    wavenumbers, wavenumber_errors : (n_waves,) arrays [rad/m]
        Of the stronger direction: of the sign of its `speeds`.
    speeds, speed_errors : (n_waves,) arrays [m/s]
        Phase speeds 2πf/k, negative towards smaller coordinates.
    directions : (n_waves,) integer array
        1 towards larger coordinates, −1 towards smaller ones, 0 where both are alike within three standard
        errors: a standing wave.
    forward_powers, backward_powers, power_errors : (n_waves,) arrays, in the recording's unit squared
        Mean square of the motion towards larger and smaller coordinates, and the standard error of either.
    explained : (n_waves,) array in [0, 1]
        Share of the tone's power above the noise that the two waves are: less where they fade or disperse.
    length_unit : str
        "m", or "sensor" where nobody said where the sensors are.

    Examples
    --------
    >>> one = np.ones(1)
    >>> waves = DirectedWaves(one, one, one, one, one, one, one.astype(int), 4 * one, one, one, one)
    >>> waves.standing_wave_ratios
    array([3.])
    """

    frequencies: np.ndarray
    frequency_errors: np.ndarray
    wavenumbers: np.ndarray
    wavenumber_errors: np.ndarray
    speeds: np.ndarray
    speed_errors: np.ndarray
    directions: np.ndarray
    forward_powers: np.ndarray
    backward_powers: np.ndarray
    power_errors: np.ndarray
    explained: np.ndarray
    length_unit: str = "m"

    @property
    def standing_wave_ratios(self) -> np.ndarray:
        """Largest over smallest amplitude along the line, (n_waves,) [-]: 1 travelling, inf standing."""
        forward, backward = np.sqrt(self.forward_powers), np.sqrt(self.backward_powers)
        least = np.abs(forward - backward)
        return np.divide(forward + backward, least, out=np.full(least.shape, np.inf), where=least > 0)

    def __str__(self) -> str:
        number, speed = f"k [rad/{self.length_unit}]", f"c [{self.length_unit}/s]"
        rows = [f"   f [Hz]     ± s  {number:>10}     ± s  {speed:>8}     ± s  way  standing-wave ratio"]
        columns = zip(
            self.frequencies,
            self.frequency_errors,
            self.wavenumbers,
            self.wavenumber_errors,
            self.speeds,
            self.speed_errors,
            self.directions,
            self.standing_wave_ratios,
            strict=True,
        )
        for f, df, k, dk, c, dc, way, ratio in columns:
            rows.append(
                f"{f:9.4f} {df:7.4f}  {k:+10.5f} {dk:7.5f} {c:+9.2f} {dc:7.2f}   {_DIRECTIONS[int(way)]}  "
                f"{ratio:8.2f}"
            )
        return "\n".join(rows)

    def __repr__(self) -> str:
        return f"DirectedWaves({self.frequencies.size} waves)\n{self}"


def directed_waves(fit: Factorization, recording: Recording) -> DirectedWaves:
    """Find frequency, wavenumber, speed and direction of every wave in a factorization.

    Parameters
    ----------
    fit, recording : Factorization, Recording
        Of sensors on a line, in white sensor noise, and what the fit came from; real or complex.  The ends
        of the fit's operator do not matter.

    Returns
    -------
    DirectedWaves
        One at each tone: of two waves of one frequency that travel the same way, the mean.

    Raises
    ------
    InputError
        If the points are not on a line, there is no sampling rate, the recording is not the fit's, or no
        component has a tone that is clear of the noise.

    Notes
    -----
    A real component, a shape times a course, stands; a travelling wave cos(ωt − kx) is at least two of
    them.  So the components only say where tones are.  The recording around each tone has one complex shape
    (the leading singular vector of the bins of its Fourier transform), to which a₊ e^(−ikx) + a₋ e^(ikx) is
    fitted by separable least squares, k anywhere from an eighth of a wavelength on the line to two sensors a
    wavelength.  Standard errors are those of Fisher's information for the noise of the fit, larger where
    the two waves leave more than that of the shape.  The motion of a tone is Re(shape e^(iωt)).

    References
    ----------
    G. H. Golub and V. Pereyra, "Separable nonlinear least squares: the variable projection method and its
    applications", Inverse Problems 19, 2003.

    Examples
    --------
    >>> points, times = np.arange(30.0), np.arange(600) / 200
    >>> wave = np.cos(2 * np.pi * 7.3 * (times + points[:, None] / 90))
    >>> noise = np.random.default_rng(0).normal(size=wave.shape)
    >>> recording = wf.Recording(wave + noise, sampling_rate=200.0, positions=points)
    >>> waves = wf.directed_waves(wf.factorize(recording, time_weight=0.0), recording)
    >>> print(waves.directions, waves.speeds.round())
    [-1] [-90.]
    """
    positions = fit.operator.positions - np.mean(fit.operator.positions)
    rows = [_wave(tone, positions) for tone in tones_of(fit, recording)]
    frequencies, frequency_errors, numbers, number_errors, forward, backward, errors, explained = (
        np.asarray(column) for column in zip(*rows, strict=True)
    )
    stronger = np.where(forward >= backward, 1, -1)
    numbers = numbers * stronger
    speeds = 2 * np.pi * frequencies / numbers
    relative = np.hypot(frequency_errors / frequencies, number_errors / numbers)
    sure = np.abs(forward - backward) > _SURE * 2**0.5 * errors
    return DirectedWaves(
        frequencies=frequencies,
        frequency_errors=frequency_errors,
        wavenumbers=numbers,
        wavenumber_errors=number_errors,
        speeds=speeds,
        speed_errors=np.abs(speeds) * relative,
        directions=np.where(sure, np.sign(speeds), 0).astype(int),
        forward_powers=np.where(frequencies > 0, forward, backward),
        backward_powers=np.where(frequencies > 0, backward, forward),
        power_errors=errors,
        explained=explained,
        length_unit=fit.length_unit,
    )


def _wave(tone: Tone, positions: np.ndarray) -> tuple[float, ...]:
    """Return frequency, k > 0, the powers of e^(−ikx) and e^(ikx), with errors, and the share explained."""
    from scipy.optimize import minimize_scalar

    def left(number: float) -> float:
        weights, *_ = np.linalg.lstsq(_design(number, positions), tone.shape, rcond=None)
        return float(np.sum(np.abs(tone.shape - _design(number, positions) @ weights) ** 2))

    length, gap = float(np.ptp(positions)), float(np.median(np.diff(np.sort(positions))))
    step = 2 * np.pi / length / _PER_PERIOD
    grid = np.arange(step, np.pi / gap, step)
    best = grid[np.argmin([left(number) for number in grid])]
    found = minimize_scalar(
        left,
        bounds=(max(best - step, step / 2), best + step),
        method="bounded",
        options={"xatol": 1e-9 * step},
    )
    number, design = float(found.x), _design(float(found.x), positions)
    weights = np.linalg.lstsq(design, tone.shape, rcond=None)[0]
    freedom = 2 * positions.size - 5
    error = max(tone.error, (found.fun / freedom) ** 0.5)
    slope = (-1j * positions[:, None] * np.array([1.0, -1.0]) * design) @ weights
    columns = np.column_stack([design, 1j * design, slope])
    information = np.linalg.inv((columns.conj().T @ columns).real)
    spread = error * np.sqrt(np.diag(information))
    powers, power_error = np.abs(weights) ** 2, 2 * float(np.max(np.abs(weights)) * np.max(spread[:2]))
    power, noise = float(np.sum(np.abs(tone.shape) ** 2)), 2 * positions.size * tone.error**2
    explained = 1 - max(found.fun - freedom * tone.error**2, 0.0) / max(power - noise, found.fun)
    return (
        tone.frequency,
        tone.frequency_error,
        number,
        float(spread[4]),
        *powers.tolist(),
        power_error,
        explained,
    )


def _design(number: float, positions: np.ndarray) -> np.ndarray:
    turns = np.exp(-1j * number * positions)
    return np.stack([turns, turns.conj()], axis=1)
