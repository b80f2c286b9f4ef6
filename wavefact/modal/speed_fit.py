"""The speed of waves from natural frequencies: a modal model against the prediction of a wave operator.

`fit_speed` needs modes only, from whatever excitation they were identified.  `wave_speed`, of its own module,
goes back to the recording of free decays and is the sharper tool where there is one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.channels import rigid_motions
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import unit_shapes
from wavefact.operators._lengths import unit_along
from wavefact.operators.base import WaveOperator
from wavefact.operators.finite_element import FiniteElement

__all__ = ["SpeedFit", "fit_speed", "speed_interval"]

_INCONSISTENT = 0.01  # chance of rejecting one common speed that is right
_SAME = 1e-9  # relative difference of eigenvalues of one wavenumber


@dataclass(frozen=True, eq=False, repr=False)
class SpeedFit:
    """Hold the speed that explains natural frequencies best, and how well it does.

    Attributes
    ----------
    value, standard_error : float
        c of ω = c k [m/s] where the operator's κ is k², a of ω = a k² [m²/s] where it is k⁴; the error is NaN
        of one mode without an error of its frequency.
    chi_square, p_value : float
        Of the modes around the common speed, and the chance of more if they do share it [-]; NaN where
        frequencies have no errors.
    inflation : float
        Birge ratio √(χ² / (n_modes − 1)), contained in `standard_error`, where p_value < 0.01; else 1.
    errors_known : bool
        Whether the errors of the frequencies are known; else the standard error is from the scatter.
    modes : (n_modes,) integer array
        Indices of the modes used, in the model.
    matched : (n_modes,) boolean array
        Whether κ is the eigenvalue of an eigenvector like the shape, else the Rayleigh quotient.
    frequencies, eigenvalues, speeds, speed_errors : (n_modes,) arrays
        Of each mode: frequency [Hz], κ [m^-dispersion_power], speed by itself and its standard error.
    unit : str
        Of the speed; empty for a finite-element model, whose κ is ω² and the speed a ratio of frequencies.

    Examples
    --------
    >>> print(SpeedFit(50.0, 0.1, 0.0, 1.0, 1.0, True, np.zeros(1, int), np.ones(1, bool), *[np.ones(1)] * 4))
    speed 50 ± 0.1 m/s from 1 mode
    mode  frequency [Hz]  predicted [Hz]  residual [%]  κ from
       1          1.0000          7.9577       -87.434  eigenvector
    """

    value: float
    standard_error: float
    chi_square: float
    p_value: float
    inflation: float
    errors_known: bool
    modes: np.ndarray
    matched: np.ndarray
    frequencies: np.ndarray
    eigenvalues: np.ndarray
    speeds: np.ndarray
    speed_errors: np.ndarray
    unit: str = "m/s"

    @property
    def predicted_frequencies(self) -> np.ndarray:
        """Frequencies of the modes at the common speed, value √κ / 2π, (n_modes,) [Hz]."""
        return self.value * np.sqrt(self.eigenvalues) / (2 * np.pi)

    @property
    def residuals(self) -> np.ndarray:
        """Frequencies relative to the predicted ones, less 1, (n_modes,) [-]."""
        return self.frequencies / self.predicted_frequencies - 1.0

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the limits that hold the speed with this probability, by Student's law unless errors do.

        Parameters
        ----------
        confidence : float
            Probability, between 0 and 1.

        Returns
        -------
        low, high : float
            Speeds, in `unit` [m/s] or [m²/s].
        """
        by_scatter = self.inflation > 1 or not self.errors_known
        freedom = self.speeds.size - 1 if by_scatter else np.inf
        return speed_interval(self.value, self.standard_error, freedom, confidence)

    def __str__(self) -> str:
        count = f"{self.modes.size} mode{'' if self.modes.size == 1 else 's'}"
        text = f"speed {self.value:.6g} ± {self.standard_error:.2g} {self.unit}".rstrip()
        rows = [f"{text} from {count}", "mode  frequency [Hz]  predicted [Hz]  residual [%]  κ from"]
        for mode, matched, frequency, predicted, residual in zip(
            self.modes,
            self.matched,
            self.frequencies,
            self.predicted_frequencies,
            self.residuals,
            strict=True,
        ):
            origin = "eigenvector" if matched else "Rayleigh quotient"
            rows.append(
                f"{mode + 1:4d}  {frequency:14.4f}  {predicted:14.4f}  {100 * residual:+12.3f}  {origin}"
            )
        if self.errors_known and self.modes.size > 1:
            inflated = f"; error inflated by {self.inflation:.2f}" if self.inflation > 1 else ""
            rows.append(
                f"χ² = {self.chi_square:.3g} of {self.modes.size - 1}, p = {self.p_value:.2g}{inflated}"
            )
        return "\n".join(rows)

    def __repr__(self) -> str:
        return f"SpeedFit({self})"


def fit_speed(model: ModalModel, operator: WaveOperator, *, min_mac: float = 0.9) -> SpeedFit:
    """Estimate the speed of waves at which an operator predicts the natural frequencies of a model.

    Parameters
    ----------
    model : ModalModel
        With shapes at the points of the operator, see `expand_shapes`.  Where all modes have
        `frequency_errors`, modes weigh by them; else all alike.
    operator : WaveOperator
    min_mac : float
        Least MAC of a shape and an eigenvector, in the metric of the masses, to take them for the same.

    Returns
    -------
    SpeedFit
        Rigid motions are left out.

    Raises
    ------
    InputError
        If the shapes are at other points, a shape is zero or not finite, or no mode is a wave with a positive
        frequency.

    Notes
    -----
    ω = c √κ for every operator, with κ = k² or k⁴.  Of each mode κ is the operator's eigenvalue where its
    eigenvectors (all of them, if it is repeated) and the shape have a MAC of `min_mac`, else the Rayleigh
    quotient of the shape, which noise raises.  ln c is the mean of ln ω − ½ ln κ, weighted by (f / σ_f)²; its
    error is inflated by the Birge ratio where the modes disagree.  Without errors it is the scatter
    of the modes over √n.

    κ of a discrete line is below that of a continuous one, (2/h)² sin²(kh/2) for a string of spacing h, so
    that high modes of few sensors seem too fast.  Expand the shapes to a finer operator before.

    References
    ----------
    R. T. Birge, "The calculation of errors by the method of least squares", Physical Review 40, 1932.

    Examples
    --------
    >>> cable = wf.String(n_points=99, spacing=0.5)
    >>> shapes = cable.basis[:, :3]
    >>> modes = wf.ModalModel([1.003, 1.998, 3.001], [0.01] * 3, shapes, frequency_errors=[0.002] * 3)
    >>> print(wf.fit_speed(modes, cable))
    speed 100.043 ± 0.053 m/s from 3 modes
    mode  frequency [Hz]  predicted [Hz]  residual [%]  κ from
       1          1.0030          1.0004        +0.261  eigenvector
       2          1.9980          2.0005        -0.127  eigenvector
       3          3.0010          3.0002        +0.027  eigenvector
    χ² = 3.48 of 2, p = 0.18
    """
    eigenvalues, matched = _eigenvalues_of(model, operator, min_mac)
    modes = np.flatnonzero((eigenvalues > 0) & (model.frequencies > 0) & np.isfinite(model.frequencies))
    if modes.size == 0:
        raise InputError("No mode is a wave with a positive frequency: there is no speed to tell.")
    frequencies, eigenvalues, matched = model.frequencies[modes], eigenvalues[modes], matched[modes]
    relative = model.frequency_errors[modes] / frequencies
    known = bool(np.all(np.isfinite(relative) & (relative > 0)))
    logs = np.log(2 * np.pi * frequencies) - 0.5 * np.log(eigenvalues)
    mean, error, chi_square, p_value, inflation = _common(logs, relative if known else None)
    value, speeds = float(np.exp(mean)), np.exp(logs)
    return SpeedFit(
        value,
        value * error,
        chi_square,
        p_value,
        inflation,
        known,
        modes,
        matched,
        frequencies,
        eigenvalues,
        speeds,
        speeds * relative if known else np.full(modes.size, np.nan),
        _unit(operator, unit_along(operator, model.positions if model.length_unit == "m" else None)),
    )


def speed_interval(value: float, error: float, freedom: float, confidence: float) -> tuple[float, float]:
    """Return limits symmetric in the logarithm, by Student's law of so many degrees of freedom."""
    from scipy.stats import t

    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence}; give a probability between 0 and 1.")
    if not freedom > 0:
        raise InputError("One mode without an error of its frequency tells no interval; give more modes.")
    factor = float(np.exp(t.ppf(0.5 + confidence / 2, freedom) * error / value))
    return value / factor, value * factor


def _common(logs: np.ndarray, errors: np.ndarray | None) -> tuple[float, float, float, float, float]:
    """Return the weighted mean, its error, χ², the chance of more, and the Birge ratio where it counts."""
    from scipy.stats import chi2

    freedom = logs.size - 1
    if errors is None:
        scatter = float(np.std(logs, ddof=1)) if freedom else np.nan
        return float(logs.mean()), scatter / logs.size**0.5, np.nan, np.nan, 1.0
    weights = errors**-2.0
    mean = float(weights @ logs / weights.sum())
    chi_square = float(weights @ (logs - mean) ** 2)
    p_value = float(chi2.sf(chi_square, freedom)) if freedom else 1.0
    inflation = (chi_square / freedom) ** 0.5 if p_value < _INCONSISTENT else 1.0
    return mean, float(inflation / weights.sum() ** 0.5), chi_square, p_value, inflation


def _eigenvalues_of(
    model: ModalModel, operator: WaveOperator, min_mac: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return κ of each mode, zero of rigid motion, and whether it is the eigenvalue of an eigenvector."""
    if model.n_points != operator.n_points:
        raise InputError(
            f"The shapes have {model.n_points} points, the operator {operator.n_points}; bring them to its "
            "points with expand_shapes first."
        )
    if model.n_modes == 0:
        return np.zeros(0), np.zeros(0, dtype=bool)
    power = np.abs(operator.analyze(unit_shapes(model.mode_shapes))) ** 2
    power /= np.sum(power, axis=0)
    alive = ~rigid_motions(operator)
    values = np.where(alive, operator.eigenvalues, 0.0)
    order = np.argsort(values, kind="stable")
    steps = np.diff(values[order]) > _SAME * values[order][1:]
    labels = np.empty(values.size, dtype=int)
    labels[order] = np.concatenate([[0], np.cumsum(steps)])
    shares = np.zeros((labels.max() + 1, model.n_modes))
    np.add.at(shares, labels, power)  # of all eigenvectors of one eigenvalue
    groups = values[order][np.concatenate([[True], steps])]
    likest = np.argmax(shares, axis=0)
    matched = shares[likest, np.arange(model.n_modes)] >= min_mac
    quotients = np.where(np.sum(power[~alive], axis=0) > 0.5, 0.0, values @ power)
    return np.where(matched, groups[likest], quotients), matched


def _unit(operator: WaveOperator, length: str) -> str:
    if isinstance(operator, FiniteElement):
        return ""
    return f"{length}/s" if operator.dispersion_power == 2 else f"{length}²/s"
