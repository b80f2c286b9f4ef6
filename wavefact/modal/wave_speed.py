"""The wave speed that all modes of a uniform structure share, with its uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.modal.channels import rigid_motions
from wavefact.modal.grouping import group_components
from wavefact.modal.speed_fit import speed_interval
from wavefact.noise import noise_floor
from wavefact.operators._line import LineOperator
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["WaveSpeed", "wave_speed"]

_WRONG, _INCONSISTENT = 1e-3, 0.01  # chances of rejecting a model of one mode, or one speed, that is right
_CLEAR, _MISFIT = 25.0, 0.05  # least energy over that of noise's highest peak; share left around, for a tone
_QUIETEST, _SETTLED = 1e-6, 1e-4  # of the largest signal: rounding; of the variance: no more change
_NO_WAVE = "No component moves as one damped tone above the noise: there is no speed to tell."
_Design = Callable[[np.ndarray], np.ndarray]
_Pair = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class WaveSpeed:
    """Hold a wave speed, how well it is known, and what each mode says of it.

    Attributes
    ----------
    value, standard_error : float
        c of ω = c k [m/s] where the operator's κ is k², a of ω = a k² [m²/s] where it is k⁴.
    chi_square, p_value : float
        Of the modes around the common speed, and the chance of more if they do share it [-].
    inflation : float
        Birge ratio √(χ² / (n_modes − 1)), contained in `standard_error`, where p_value < 0.01; else 1.
    ends_known : bool
        Whether the shapes were taken for eigenvectors of the operator, with its ends.
    frequencies, eigenvalues, speeds, speed_errors : (n_modes,) arrays
        Of each mode: undamped frequency [Hz], κ [m^-dispersion_power], speed by itself and standard error.

    Examples
    --------
    >>> np.round(WaveSpeed(50.0, 0.1, 0.0, 1.0, 1.0, True, *[np.ones(1)] * 4).interval(0.95), 1)  # [m/s]
    array([49.8, 50.2])
    """

    value: float
    standard_error: float
    chi_square: float
    p_value: float
    inflation: float
    ends_known: bool
    frequencies: np.ndarray
    eigenvalues: np.ndarray
    speeds: np.ndarray
    speed_errors: np.ndarray

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the limits that hold the speed with this confidence, by Student's law where inflated.

        Returns
        -------
        low, high : float, in the unit of `value`
        """
        freedom = self.speeds.size - 1 if self.inflation > 1 else np.inf
        return speed_interval(self.value, self.standard_error, freedom, confidence)


@dataclass(frozen=True)
class _Estimate:
    """ln ω or ln κ of a mode, its derivative by the data, the part of the data it is, variance besides."""

    log: float
    row: np.ndarray
    fitted: np.ndarray
    extra: float = 0.0


def wave_speed(fit: Factorization, recording: Recording) -> WaveSpeed:
    """Estimate the wave speed that all components share, with its standard error.

    Parameters
    ----------
    fit, recording : Factorization, Recording
        Free decays or steady tones of a uniform structure in white sensor noise, and what they came from.

    Returns
    -------
    WaveSpeed

    Raises
    ------
    InputError
        If there is no sampling rate, the recording does not fit, or no component is one tone of a wave.

    Notes
    -----
    ω² = s κ with s = c² or a² and the operator's κ; on spacing h a string's √κ is (1 − (k h)²/24) k.
    Each course D⁺Y (least squares on the shapes) is fitted by a damped sinusoid on a straight line; ω is the
    magnitude of its pole, which obeys ω² = s κ under viscous damping, and not its imaginary part.  Least
    squares on these tones gives unfiltered shapes.  If all are eigenvectors within the noise (likelihood
    ratio), κ is an eigenvalue, or the likelihood's mean of several; else lines are fitted by cos kx, sin kx
    and, for bending, e^±kx.  All this is repeated with the fitted shapes until ω settles.  ln s is the
    generalised least-squares mean, for noise of `fit.noise` or, if larger, the residual.  Rigid motions,
    noise and courses of more than one tone (as under random forces) are left out.

    Examples
    --------
    >>> string, times = wf.String(n_points=20, spacing=0.1), np.arange(400) / 200
    >>> decays = np.exp(-0.2 * times) * np.cos(np.outer(9 * string.eigenvalues[:3] ** 0.5, times))
    >>> signals = string.basis[:, :3] @ decays + 0.2 * np.random.default_rng(2).normal(size=(20, 400))
    >>> recording = wf.Recording(signals, sampling_rate=200.0)
    >>> speed = wave_speed(wf.factorize(recording, string, wave_weight=1.0), recording)
    >>> print("{:.2f} to {:.2f} m/s, {} modes".format(*speed.interval(), speed.speeds.size))
    8.99 to 9.01 m/s, 3 modes
    """
    from scipy.stats import chi2

    shapes = fit.spatial_factors / np.linalg.norm(fit.spatial_factors, axis=0)
    signals, rate, variance = _checked(fit, recording, shapes)
    sizes = np.linalg.norm(fit.spatial_factors, axis=0) * np.linalg.norm(fit.time_courses, axis=0)
    shapes = shapes[:, _longest(shapes, fit.wavenumbers, sizes, 0.9)]
    before = np.zeros(0)
    for strict in (False, *[True] * 9):  # once the shapes are those of modes, their courses must be tones
        courses, spread = _project(signals, shapes, fit.operator, variance)
        tones, kept = _distinct([_tone(*each, strict) for each in zip(courses, np.diag(spread), strict=True)])
        decays = np.stack([tone.fitted for tone in tones], axis=1)
        scatter = np.linalg.pinv(decays.T @ decays)
        waves, known = _waves(signals @ decays @ scatter, variance * np.diag(scatter), fit.operator)
        shapes = np.stack([wave.fitted for wave in waves], axis=1)
        numbers = fit.operator.wavenumber(np.exp([wave.log for wave in waves]))
        shapes = shapes[:, _longest(shapes, numbers, np.linalg.norm(decays, axis=0), 0.9)]
        omega, of_omega = _logarithms(tones, spread[np.ix_(kept, kept)])
        if omega.shape == before.shape and np.all((omega - before) ** 2 < _SETTLED * np.diag(of_omega)):
            break
        before = omega
    kappa, of_kappa = _logarithms(waves, variance * scatter)
    omega = omega + np.log(rate / signals.shape[1])
    waving = [i for i in np.argsort(omega) if np.isfinite(kappa[i])]
    if not waving:
        raise InputError(_NO_WAVE)
    omega, kappa, covariance = omega[waving], kappa[waving], (of_omega + of_kappa / 4)[np.ix_(waving, waving)]
    logs = omega - kappa / 2
    weights = np.linalg.solve(covariance, np.ones(logs.size))
    mean, freedom = weights @ logs / weights.sum(), logs.size - 1
    chi_square = float((logs - mean) @ np.linalg.solve(covariance, logs - mean))
    inflation = _excess(chi_square, freedom, _INCONSISTENT) ** 0.5
    p_value = float(chi2.sf(chi_square, freedom)) if freedom else 1.0
    value, speeds, error = float(np.exp(mean)), np.exp(logs), float(inflation / weights.sum() ** 0.5)
    modes = [np.exp(omega) / (2 * np.pi), np.exp(kappa), speeds, speeds * np.diag(covariance) ** 0.5]
    return WaveSpeed(value, value * error, chi_square, p_value, inflation, known, *modes)


def _checked(fit: Factorization, recording: Recording, shapes: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Return the signals in units of the largest, their sampling rate, and the variance of their noise."""
    rate, operator, n = fit.sampling_rate or recording.sampling_rate, fit.operator, len(fit.time_courses)
    if rate is None:
        raise InputError("A speed needs a sampling rate; set it with recording.replace(sampling_rate=...).")
    signals = to_numpy(recording.load().signals)
    if signals.shape != (operator.n_points, n) or np.iscomplexobj(signals):
        raise InputError(f"Got {recording!r} for {fit!r}; give the real recording that the fit came from.")
    scale = float(np.abs(signals).max()) or 1.0
    signals = np.asarray(signals, dtype=np.float64) / scale
    rest = signals - shapes @ _project(signals, shapes, operator, 1.0)[0]
    freedom, floor = n * max(operator.n_points - fit.n_components, 1), noise_floor(signals @ signals.T, n)
    noise = floor.deviation * floor.is_visible if fit.noise is None else fit.noise / scale
    return signals, rate, max(float(np.sum(rest**2)) / freedom, noise**2, _QUIETEST**2)


def _distinct(found: Sequence[_Estimate | None]) -> tuple[list[_Estimate], np.ndarray]:
    """Return the tones without weaker copies of the same one, and which they are."""
    tones, alive = [tone for tone in found if tone], np.flatnonzero([tone is not None for tone in found])
    if not tones:
        raise InputError(_NO_WAVE)
    courses, frequencies = np.stack([t.fitted for t in tones], axis=1), np.exp([t.log for t in tones])
    kept = _longest(courses, frequencies, np.linalg.norm(courses, axis=0), 0.98)
    return [tones[i] for i in kept], alive[kept]


def _longest(columns: np.ndarray, numbers: np.ndarray, lengths: np.ndarray, min_mac: float) -> np.ndarray:
    """Return which columns are the longest among those like them."""
    labels = group_components(columns, numbers, min_mac=min_mac)
    return np.array([np.argmax(lengths * (labels == label)) for label in np.unique(labels)], dtype=int)


def _project(signals: np.ndarray, shapes: np.ndarray, operator: WaveOperator, variance: float) -> _Pair:
    """Return the courses D⁺Y, in the metric of the masses, and the covariance of their noise."""
    root = np.sqrt(operator.shares)[:, None]
    projector = np.linalg.pinv(root * shapes) * root.T
    return projector @ signals, variance * (projector @ projector.T)


def _logarithms(estimates: Sequence[_Estimate], noise: np.ndarray) -> _Pair:
    rows, extra = np.stack([each.row for each in estimates]), np.diag([each.extra for each in estimates])
    return np.array([each.log for each in estimates]), noise * (rows @ rows.T) + extra


def _excess(chi_square: float, freedom: int, level: float = _WRONG) -> float:
    """Return χ² per degree of freedom where it is significantly above 1, else 1."""
    from scipy.stats import chi2

    return chi_square / freedom if freedom > 0 and chi2.sf(chi_square, freedom) < level else 1.0


def _separable(design: _Design, start: Sequence[float], data: np.ndarray) -> tuple[np.ndarray, ...]:
    """Fit design(p) @ weights to data by variable projection; return p, its derivative by data, the fit."""
    from scipy.optimize import least_squares

    def rest(p: np.ndarray) -> np.ndarray:
        basis, _ = np.linalg.qr(design(p))
        return np.asarray(data - basis @ (basis.T @ data)) / size

    size, step = float(np.linalg.norm(data)), 1e-5
    p = least_squares(rest, start, method="lm", xtol=1e-12, ftol=1e-14, gtol=1e-14).x
    weights = np.linalg.lstsq(design(p), data, rcond=None)[0]
    slopes = [(design(p + h) - design(p - h)) @ weights / (2 * step) for h in step * np.eye(p.size)]
    derivative = np.linalg.pinv(np.column_stack([design(p), *slopes]))[weights.size :]
    return p, derivative, design(p) @ weights


def _tone(course: np.ndarray, variance: float, strict: bool) -> _Estimate | None:
    """Fit a damped sinusoid on a straight line, in units of the recording's length; None if it is not one."""
    n, time = course.size, np.arange(course.size) / course.size
    line, _ = np.linalg.qr(np.stack([np.ones(n), time], axis=1))

    def design(p: np.ndarray) -> np.ndarray:
        wave = np.exp(np.clip(-p[1] * time, -700, 100) + 1j * p[0] * time)
        return np.column_stack([wave.real, wave.imag, line])

    rates = np.array([0.0, *np.geomspace(0.5, n / 8, 12)])
    windows = np.exp(-np.outer(rates, time))
    spectra = np.fft.rfft(windows * (course - line @ (line.T @ course)), 4 * n)[:, 4:]
    power = np.abs(spectra) ** 2 / np.sum(windows**2, axis=1, keepdims=True)
    row, column = np.unravel_index(np.argmax(power), power.shape)
    pole, derivative, whole = _separable(design, [np.pi / 2 * (4 + column), rates[row]], course)
    fitted, square = whole - line @ (line.T @ whole), float(pole @ pole)
    band = np.abs(np.arange(n // 2) - abs(pole[0]) / (2 * np.pi)) <= max(8.0, abs(pole[1]) / np.pi)
    left = float(np.sum(np.abs(np.fft.rfft(course - whole)[: n // 2][band]) ** 2)) * 2 / n
    freedom, energy = 2 * int(band.sum()) - 4, float(fitted @ fitted)
    noise = variance * (_excess(left / variance, freedom) if strict else 1.0)
    if energy < max((2 * np.log(n) + _CLEAR) * noise, (noise - variance) * freedom / _MISFIT):
        return None
    row = pole @ derivative / square * (noise / variance) ** 0.5
    return _Estimate(float(np.log(square)) / 2, row, fitted)


def _waves(shapes: np.ndarray, noise: np.ndarray, operator: WaveOperator) -> tuple[list[_Estimate], bool]:
    """Return κ of unfiltered shapes, and whether they are eigenvectors: by the likelihood ratio of all."""
    known = [_eigen(*each, operator) for each in zip(shapes.T, noise, strict=True)]
    power, freedom = operator.dispersion_power, operator.n_points - operator.dispersion_power - 1
    if not isinstance(operator, LineOperator) or freedom < 1:
        return known, True
    free = [_sinusoid(*each, operator) for each in zip(shapes.T, noise, known, strict=True)]
    left, least = (np.sum((shapes.T - [wave.fitted for wave in each]) ** 2, axis=1) for each in (known, free))
    against = np.sum(np.maximum(left - least, 0.0) / np.maximum(noise, least / freedom))
    return (free, False) if _excess(float(against), power * len(free)) > 1 else (known, True)


def _eigen(shape: np.ndarray, variance: float, operator: WaveOperator) -> _Estimate:
    """Find the eigenvalue whose eigenvectors a shape is made of; zero for mostly rigid motion."""
    rigid, coefficients = rigid_motions(operator), operator.analyze(shape)
    if np.sum(coefficients[rigid] ** 2) > 0.5 * np.sum(coefficients**2):
        return _Estimate(-np.inf, np.zeros(shape.size), shape)
    alive, logs = np.flatnonzero(~rigid), np.log(operator.eigenvalues[~rigid])
    _, first, labels = np.unique(np.round(logs, 9), return_index=True, return_inverse=True)
    powers = np.bincount(labels, coefficients[alive] ** 2)
    odds = np.exp((powers - powers.max()) / (2 * variance))
    odds, logs, chosen = odds / odds.sum(), logs[first], alive[labels == np.argmax(powers)]
    mean, kept = float(odds @ logs), np.isin(np.arange(shape.size), chosen)
    extra, fitted = float(odds @ (logs - mean) ** 2), operator.synthesize(coefficients * kept)
    return _Estimate(mean, np.zeros(shape.size), fitted, extra)


def _sinusoid(shape: np.ndarray, variance: float, near: _Estimate, operator: LineOperator) -> _Estimate:
    """Fit a wave whose phase is free, and of bending its near fields, in units of the line's length."""
    if np.isinf(near.log):
        return near
    power, length = operator.dispersion_power, float(np.ptp(operator.positions))
    x = (operator.positions - operator.positions.min()) / length

    def design(p: np.ndarray) -> np.ndarray:
        decay = np.exp(-np.abs(p) * np.stack([x, 1 - x], axis=1))
        return np.column_stack([np.cos(p * x), np.sin(p * x), decay[:, : power - 2]])

    centre = float(np.exp(near.log / power)) * length
    starts = np.arange(max(centre - 6.5, 0.3), centre + 6.5, 0.25)
    explained = [np.linalg.norm(np.linalg.qr(design(np.array([p])))[0].T @ shape) for p in starts]
    p, derivative, fitted = _separable(design, [starts[np.argmax(explained)]], shape)
    k, h = abs(p[0]) / length * np.array([0.9999, 1.0, 1.0001]), operator.spacing
    lower, log, upper = np.log(operator._closed_form((2 * np.sin(k * h / 2) / h) ** 2))
    left = float(np.sum((shape - fitted) ** 2)) / variance
    slope = (upper - lower) / (2e-4 * p[0]) * _excess(left, shape.size - power - 1) ** 0.5
    return _Estimate(float(log), slope * derivative[0], fitted)
