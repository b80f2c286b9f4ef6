"""Segments of one wave speed each in a line, found from its modes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.modal.piecewise import Piecewise, PiecewiseFit, best_cuts
from wavefact.modal.tone_shapes import tones_of
from wavefact.recording import Recording

__all__ = ["Segments", "segments"]

_MOST, _PATIENCE = 8, 2  # segments; numbers of them that do not help before the search ends
_TRAVELLING = 0.2  # share of a tone's power out of phase, beyond which it is no mode
_SLOWEST = 0.25  # wavelengths on the line of the lowest mode: where the search for a first speed begins


@dataclass(frozen=True, eq=False, repr=False)
class Segments:
    """Hold the segments of a line, from smaller to larger coordinates.

    Attributes
    ----------
    boundaries, boundary_errors : (n_segments - 1,) arrays [m]
        Where segments meet, and standard errors.
    indices : (n_segments - 1,) integer array
        How many points lie before each boundary; along rising positions, the first beyond it.
    speeds, speed_errors : (n_segments,) arrays [m/s]
        Wave speed of each, √(stiffness/density).
    criteria : (n_tried,) array
        Bayesian information criterion for 1, 2, … segments: the smallest decides.
    frequencies : (n_modes,) array [Hz]
        Of the modes that were used.
    energy_shares : (n_components, n_segments) array
        Energy of each component per point in each segment, over that on the whole line: 1 is even, 0 absent.
    length_unit : str
        "m", or "sensor" where nobody said where the sensors are.

    Examples
    --------
    >>> two = Segments(np.array([40.4]), np.array([0.2]), np.array([40]), np.array([2e3, 3e3]),
    ...     np.array([9.0, 11.0]), np.array([900.0, 850.0]), np.array([12.4, 24.8]), np.ones((2, 2)))
    >>> two.n_segments, two.interval(0.95).round(2)
    (2, array([[40.01, 40.79]]))
    """

    boundaries: np.ndarray
    boundary_errors: np.ndarray
    indices: np.ndarray
    speeds: np.ndarray
    speed_errors: np.ndarray
    criteria: np.ndarray
    frequencies: np.ndarray
    energy_shares: np.ndarray
    length_unit: str = "m"

    @property
    def n_segments(self) -> int:
        """Number of segments."""
        return int(self.speeds.size)

    def interval(self, confidence: float = 0.95) -> np.ndarray:
        """Return the limits that hold each boundary with this probability, (n_segments - 1, 2) [m].

        Parameters
        ----------
        confidence : float
            Probability, between 0 and 1.

        Returns
        -------
        numpy.ndarray, shape (n_segments - 1, 2)
            [m].

        Raises
        ------
        InputError
            If the probability is not between 0 and 1.
        """
        from scipy.stats import norm

        if not 0 < confidence < 1:
            raise InputError(f"confidence is {confidence}; give a probability between 0 and 1.")
        reach = norm.ppf(0.5 + confidence / 2) * self.boundary_errors
        return np.stack([self.boundaries - reach, self.boundaries + reach], axis=1)

    def __str__(self) -> str:
        count = f"{self.n_segments} segment{'' if self.n_segments == 1 else 's'}"
        rows = [f"{count} from {self.frequencies.size} modes"]
        speeds = zip(self.speeds, self.speed_errors, strict=True)
        rows += [f"speed {c:.6g} ± {s:.2g} {self.length_unit}/s" for c, s in speeds]
        for i, (b, s) in enumerate(zip(self.boundaries, self.boundary_errors, strict=True)):
            rows.insert(2 + 2 * i, f"    boundary at {b:.6g} ± {s:.2g} {self.length_unit}")
        return "\n".join(rows)

    def __repr__(self) -> str:
        return f"Segments({self})"


def segments(fit: Factorization, recording: Recording) -> Segments:
    """Find segments of different wave speed in a vibrating string or acoustic line.

    Parameters
    ----------
    fit, recording : Factorization, Recording
        Standing waves at points on a line, in white sensor noise, under any excitation, and what the fit
        came from.  The fit need not know the medium: its operator may be a uniform string of any ends.

    Returns
    -------
    Segments

    Raises
    ------
    InputError
        If the fit is of no string, there is no sampling rate, the recording is not real or not the fit's, or
        no component is a standing wave that is clear of the noise.

    Notes
    -----
    The components say at which frequencies modes are; the recording around each gives its unfiltered shape
    with even noise.  In a segment of speed c a mode is a cos kx + b sin kx with k = ω/c; it is continuous
    where segments meet, and its slope jumps by the ratio of tensions, common to all modes.  All modes are
    fitted together by separable least squares, after dynamic programming over all boundaries and speeds.
    The ratio of speeds comes from the shapes alone: each mode has its own wavenumber, so that neither errors
    of frequencies nor slight dispersion pass for a boundary.  The frequencies give the absolute speeds, as
    the mean of all modes with scatter between them (Mandel and Paule).

    Three parameters are counted for each further segment.  A medium that changes smoothly is reported as
    several segments.  Modes that overlap are not separated.

    References
    ----------
    G. Schwarz, "Estimating the dimension of a model", Annals of Statistics 6, 1978.
    R. C. Paule and J. Mandel, "Consensus values and weighting factors", J. Res. NBS 87, 1982.

    Examples
    --------
    >>> from wavefact.simulate import multi_segment
    >>> recording = multi_segment(10.0, boundaries=(0.3,), speeds=(3000.0, 2000.0)).recording
    >>> found = wf.segments(wf.factorize(recording, wf.String(100), time_weight=0.0), recording)
    >>> found.indices, found.speeds.round(-2)
    (array([30]), array([3000., 2000.]))
    """
    if fit.operator.dispersion_power != 2 or np.iscomplexobj(fit.time_courses):
        raise InputError(f"{fit!r} is of bending or complex; segments are found in real signals of a String.")
    order = np.argsort(fit.operator.positions)
    positions = fit.operator.positions[order]
    frequencies, frequency_errors, shapes, whitening = _modes(fit, recording, order)
    model = Piecewise(positions, shapes, whitening)
    guess = _first_slowness(positions, shapes, 2 * np.pi * frequencies)
    fits, criteria = _candidates(model, 2 * np.pi * frequencies * guess)
    chosen = int(np.argmin(criteria))
    found = fits[chosen]
    n = found.boundaries.size
    covariance = np.linalg.pinv(found.information) * _excess(fits, shapes.size)
    speeds, speed_errors = _speeds(found, covariance, frequencies, frequency_errors)
    indices = np.searchsorted(positions, found.boundaries)
    return Segments(
        boundaries=found.boundaries,
        boundary_errors=np.sqrt(np.diag(covariance)[:n]),
        indices=indices,
        speeds=speeds,
        speed_errors=speed_errors,
        criteria=criteria,
        frequencies=frequencies,
        energy_shares=_energy_shares(fit.spatial_factors[order], indices),
        length_unit=fit.length_unit,
    )


def _modes(fit: Factorization, recording: Recording, order: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return frequencies, their errors, real shapes in units of the noise, and what whitens them."""
    kept = []
    for tone in tones_of(fit, recording):
        turn = np.exp(-0.5j * np.angle(np.sum(tone.shape**2))) / tone.error
        shape = turn * tone.shape[order]
        aside, along = (float(np.sum(part**2)) - shape.size for part in (shape.imag, shape.real))
        if aside < _TRAVELLING * along:
            others = tone.disturbances[order] / tone.error
            whitening = _whitening(np.concatenate([others.real, others.imag], axis=1))
            kept.append((tone.frequency, tone.frequency_error, shape.real, whitening))
    if not kept:
        raise InputError("No component is a standing wave; see directed_waves for waves that travel.")
    frequencies, errors, shapes, whitening = (np.array(each) for each in zip(*kept, strict=True))
    return frequencies, errors, shapes.T, whitening


def _whitening(disturbances: np.ndarray) -> np.ndarray:
    """Return (I + D Dᵀ)^(-1/2)."""
    basis, sizes, _ = np.linalg.svd(disturbances, full_matrices=False)
    return np.asarray(np.eye(len(basis)) - (basis * (1 - 1 / np.sqrt(1 + sizes**2))) @ basis.T)


def _first_slowness(positions: np.ndarray, shapes: np.ndarray, angular: np.ndarray) -> float:
    """Return the slowness k/ω at which plain sinusoids leave least of all modes [s/m]."""
    length, gap = float(np.ptp(positions)), float(np.median(np.diff(positions)))
    lowest = 2 * np.pi * _SLOWEST / length / angular.min()
    highest = np.pi / gap / angular.max()
    grid = np.geomspace(min(lowest, highest), highest, 400)
    return float(grid[np.argmin([_left_by_sinusoids(positions, shapes, s * angular) for s in grid])])


def _left_by_sinusoids(positions: np.ndarray, shapes: np.ndarray, numbers: np.ndarray) -> float:
    left = 0.0
    for number, shape in zip(numbers, shapes.T, strict=True):
        basis, _ = np.linalg.qr(np.stack([np.cos(number * positions), np.sin(number * positions)], axis=1))
        left += float(shape @ shape - np.sum((basis.T @ shape) ** 2))
    return left


def _candidates(model: Piecewise, scales: np.ndarray) -> tuple[list[PiecewiseFit], np.ndarray]:
    """Return the fits of 1, 2, … segments and their criteria, until one more does not help."""
    fits: list[PiecewiseFit] = []
    criteria = np.zeros(0)
    for boundaries, slownesses in best_cuts(model.positions, model.shapes, scales, _MOST):
        fits.append(model.fitted(boundaries, slownesses, scales))
        excess = _excess(fits, model.shapes.size)
        penalties = np.array([_n_parameters(fit) for fit in fits]) * np.log(model.shapes.size)
        criteria = np.array([fit.left for fit in fits]) / excess + penalties
        criteria[[not fit.is_proper(model.positions) for fit in fits]] = np.inf
        if len(fits) - int(np.argmin(criteria)) > _PATIENCE:
            break
    return fits, criteria


def _n_parameters(fit: PiecewiseFit) -> int:
    return 3 * fit.boundaries.size + 3 * fit.scales.size


def _excess(fits: list[PiecewiseFit], n_data: int) -> float:
    """Return the variance that the best fit leaves, at least the noise's."""
    return max(1.0, min(fit.left / (n_data - _n_parameters(fit)) for fit in fits))


def _speeds(
    found: PiecewiseFit, covariance: np.ndarray, frequencies: np.ndarray, frequency_errors: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the speed of each segment, as the mean over the modes with a scatter between them."""
    n = found.boundaries.size
    logs = np.log(2 * np.pi * frequencies / found.scales)
    # of each mode by itself: what is uncertain of the segments moves all modes alike
    own = 1 / np.diag(found.information)[3 * n :] + (frequency_errors / frequencies) ** 2
    scatter = _scatter(logs, own)
    weights = 1 / (own + scatter)
    weights /= weights.sum()
    mean = float(weights @ logs)
    by_frequency = float(weights**2 @ ((frequency_errors / frequencies) ** 2 + scatter))
    speeds = np.exp(mean) / found.slownesses
    errors = []
    for s in range(n + 1):
        gradient = np.concatenate([np.zeros(3 * n), -weights])
        if s:
            gradient[n + s - 1] = -1.0
        errors.append((gradient @ covariance @ gradient + by_frequency) ** 0.5)
    return speeds, speeds * np.array(errors)


def _scatter(values: np.ndarray, variances: np.ndarray) -> float:
    """Return the variance between values with which χ² around their weighted mean is its expectation."""
    from scipy.optimize import brentq

    def surplus(scatter: float) -> float:
        weights = 1 / (variances + scatter)
        mean = weights @ values / weights.sum()
        return float(weights @ (values - mean) ** 2) - (values.size - 1)

    if values.size < 2 or surplus(0.0) <= 0:
        return 0.0
    return float(brentq(surplus, 0.0, values.size * float(np.ptp(values)) ** 2))


def _energy_shares(shapes: np.ndarray, indices: np.ndarray) -> np.ndarray:
    powers = np.abs(shapes) ** 2
    means = [np.mean(part, axis=0) for part in np.split(powers, indices)]
    return np.stack(means, axis=1) / np.mean(powers, axis=0)[:, None]
