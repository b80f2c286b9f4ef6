"""The bell of one mode in the singular values: where it reaches, and the oscillator it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.spectral._decomposition import Decomposition

__all__ = ["Bell", "Oscillator", "bell_at", "fit_oscillator"]

RISE = 4.0  # a bell that has fallen and rises to so many times its least is another mode's
DEPTH = 0.03  # of the peak: lower lines tell of noise and of other modes
WIDTHS = 10.0  # half-widths to each side that are fitted: down to a hundredth of the peak
SILENCE = 1e-12  # of the peak
FEWEST = 3  # lines; where they are few, what is usual of lean and floor decides those
USUAL_LEAN = 0.05  # of a bell to one side, by the quantity that was measured and the colour of the load
USUAL_FLOOR = 2.0  # how uncertain the logarithm of the noise is beforehand
NEIGHBOURS = 1.94  # 1 + 2 Σ ρ²: lines of Hann segments are correlated by 2/3 and 1/6 with the next two


@dataclass(frozen=True, eq=False)
class Bell:
    """Hold the lines that look like a peak's shape.

    Attributes
    ----------
    start : int
        Index of the first line.
    powers : (n_lines,) array
        Of each line, the singular value whose vector is most like the shape at the peak.
    shape : (n_sensors,) complex array
        Principal direction of those vectors, by power, over the lines within half the peak's power.
    """

    start: int
    powers: np.ndarray
    shape: np.ndarray

    @property
    def stop(self) -> int:
        """Index behind the last line."""
        return self.start + self.powers.size


@dataclass(frozen=True)
class Oscillator:
    """Hold frequency [Hz] and damping ratio [-] of a bell, with their standard errors."""

    frequency: float
    damping_ratio: float = np.nan
    frequency_error: float = np.nan
    damping_error: float = np.nan


def bell_at(lines: Decomposition, peak: int, min_mac: float) -> Bell:
    """Walk from a peak to both sides, as long as a singular vector has a MAC of `min_mac` with its own."""
    shape = lines.vectors[peak, :, 0]
    likeness = np.abs(shape.conj() @ lines.vectors) ** 2
    best = np.argmax(likeness, axis=1)
    rows = np.arange(best.size)
    powers = lines.values[rows, best]
    alike = likeness[rows, best] >= min_mac
    right = _reach(powers[peak:], alike[peak:])
    left = _reach(powers[peak::-1], alike[peak::-1])
    inside = np.arange(peak - left, peak + right + 1)
    near = inside[powers[inside] >= 0.5 * powers[peak]]
    vectors = lines.vectors[near, :, best[near]] * np.sqrt(powers[near])[:, None]
    shape = np.linalg.svd(vectors.T, full_matrices=False)[0][:, 0]
    return Bell(peak - left, powers[inside], shape)


def _reach(powers: np.ndarray, alike: np.ndarray) -> int:
    """Return how many lines beyond the first belong to its bell."""
    risen = powers > RISE * np.minimum.accumulate(powers)
    ends = np.flatnonzero(~alike | risen)
    if not ends.size:
        return powers.size - 1
    stop = int(ends[0])
    return int(np.argmin(powers[:stop])) if risen[stop] else stop - 1


def fit_oscillator(lines: Decomposition, peak: int, bell: Bell) -> Oscillator:
    """Fit the spectrum of one oscillator behind the Hann window to a bell.

    Notes
    -----
    The correlation function of a mode is exp(λτ), λ = ω(−ζ + i√(1−ζ²)), and a mean over segments of length T
    multiplies it by the window's own correlation r(τ/T).  The expected spectrum at a line is therefore
    a (Re F + c Im F) + b at (iω_line − λ)T, with F the Laplace transform of r on [0, 1], c the lean that the
    measured quantity and the load's colour give, and b what else is there.  They are those of least squares
    of log powers, whose errors are alike at all lines: about 1/√averages.  Thus the window broadens
    nothing, and a bell that is cut short bends nothing, as both would in the logarithmic decrement of the
    bell's inverse transform.
    """
    offsets = np.arange(bell.start - peak, bell.stop - peak).astype(float)
    powers = np.maximum(bell.powers / lines.values[peak, 0], SILENCE)
    spread = NEIGHBOURS / lines.averages
    if powers.size < FEWEST:
        return Oscillator(float(lines.frequencies[peak]))
    inside = _clear(powers, peak - bell.start)
    shift, log_half = _fit(offsets[inside], powers[inside], spread)[0]
    # Lines chosen by their own powers would err to one side; those of the first fit's bandwidth do not.
    inside = np.abs(offsets - shift) <= WIDTHS * np.exp(log_half) + 2.0
    (shift, log_half), errors = _fit(offsets[inside], powers[inside], spread)
    damped = float(lines.frequencies[peak] + lines.resolution * shift)
    half = float(lines.resolution * np.exp(log_half))
    frequency = float(np.hypot(damped, half))
    damping = half / frequency
    return Oscillator(frequency, damping, float(lines.resolution * errors[0]), float(damping * errors[1]))


def _fit(offsets: np.ndarray, powers: np.ndarray, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Return shift and log half-width of the resonance, in lines, and their standard errors.

    `spread` is the variance of a log power, as if lines were independent.
    """
    from scipy.optimize import least_squares

    half = max(0.5 * np.count_nonzero(powers > 0.5) - 0.7, 0.1)  # the window itself makes 0.72
    height = -np.log(float(windowed_resonance(np.zeros(1), half)[0].real))
    floor = np.log(0.3 * np.min(powers))

    def misfit(unknowns: np.ndarray) -> np.ndarray:
        shift, log_half, log_height, log_floor, lean = unknowns
        resonance = windowed_resonance(offsets - shift, np.exp(log_half))
        model = np.exp(log_height) * np.maximum(resonance.real + lean * resonance.imag, 0.0)
        errors = np.log(model + np.exp(log_floor)) - np.log(powers)
        return np.append(errors / spread**0.5, [lean / USUAL_LEAN, (log_floor - floor) / USUAL_FLOOR])

    reach = np.array([2.0 + half, 7.0, np.inf, 14.0, 3 * USUAL_LEAN])
    start = np.array([0.0, np.log(half), height, floor, 0.0])
    fitted = least_squares(misfit, start, bounds=(start - reach, start + reach))
    errors = np.sqrt(np.diag(np.linalg.pinv(fitted.jac.T @ fitted.jac)))
    return fitted.x[:2], errors[:2]


def _clear(powers: np.ndarray, peak: int) -> slice:
    """Return the lines around the peak down to the first that is too low, at least two a side."""
    low = np.flatnonzero(powers < DEPTH * powers[peak])
    left, right = low[low < peak], low[low > peak]
    start = min(int(left[-1]) + 1, peak - 2) if left.size else 0
    stop = max(int(right[0]), peak + 3) if right.size else powers.size
    return slice(max(start, 0), min(stop, powers.size))


def windowed_resonance(offsets: np.ndarray, half_width: float) -> np.ndarray:
    """Return F(s)*, s = 2π(i·offset + half_width), of the Hann window; everything in lines.

    Notes
    -----
    r(x) = (1 − x)(2/3 + cos(2πx)/3) + sin(2πx)/(2π); with g(s) = ∫₀¹ (1−x) exp(−sx) dx and
    h(s) = ∫₀¹ exp(−sx) dx,
    F(s) = 2/3 g(s) + (g(s−2πi) + g(s+2πi))/6 + (h(s−2πi) − h(s+2πi))/(4πi).
    """
    s = 2 * np.pi * (1j * offsets + half_width)
    below, above = s - 2j * np.pi, s + 2j * np.pi
    ramp = 2 / 3 * _ramp(s) + (_ramp(below) + _ramp(above)) / 6
    return np.conj(ramp + (_level(below) - _level(above)) / (4j * np.pi))


def _level(s: np.ndarray) -> np.ndarray:
    return np.asarray(-np.expm1(-s) / s)


def _ramp(s: np.ndarray) -> np.ndarray:
    return np.asarray((1 - _level(s)) / s)
