"""The filters of one axis, one around each centre: where they pass, and what passes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wavefact._arrays import Array, adjoint, array_namespace, as_array, like
from wavefact.dispersion import Dispersion
from wavefact.errors import InputError
from wavefact.filters.bands import Bands, hertz
from wavefact.operators import Time, WaveOperator
from wavefact.operators._lengths import unit_along
from wavefact.problem import Axis

__all__ = ["FilterBank"]


@dataclass(frozen=True, eq=False, repr=False)
class FilterBank:
    """First-order Butterworth filters over one axis of a recording, one around each centre.

    `Factorization.filters` and `Factorization.time_filters` are the filters of its components;
    `around` makes any other bank.

    Parameters
    ----------
    operator : WaveOperator
        The axis: of space, whose unit is rad/m (whatever ``operator.wavenumber`` returns), or `Time`,
        whose unit is Hz.
    weight : float
        γ ≥ 0, of the wave or time weight.
    eigenvalues : array, shape (n_filters,)
        κ (or μ) ≥ 0 at the filters' centres, in the unit of the operator's eigenvalues.
    unit : str
        In which `bands` are; by default Hz for a `Time`, else rad/m, or rad/sensor where nobody said where
        points are.

    Raises
    ------
    InputError
        If the weight or an eigenvalue is negative or not finite.

    Notes
    -----
    The filter around κ has the magnitude 1/√(1 + γ(α − κ)²) at the eigenvalue α: it is W(κ)^{-1/2} of the
    penalty ‖d‖²_κ = ‖W(κ)^{1/2} d‖².  Its half-power points are the wavenumbers of κ ± 1/√γ.

    References
    ----------
    Tetali, Harley & Haeffele, "Wave Physics-Informed Matrix Factorizations",
    IEEE Trans. Signal Processing, 2024, section on filtering theory.

    Examples
    --------
    >>> import wavefact as wf
    >>> print(wf.FilterBank.around(wf.String(50), 1e4, [0.5, 1.0]))
    50 points, one apart, fixed ends; γ = 1e+04
          centre        from          to   bandwidth   [rad/sensor]
             0.5      0.4899      0.5099        0.02
               1       0.995       1.005        0.01
    """

    operator: WaveOperator
    weight: float
    eigenvalues: np.ndarray
    unit: str = ""

    def __post_init__(self) -> None:
        eigenvalues = np.asarray(self.eigenvalues, dtype=float)
        if not 0 <= self.weight < float("inf"):
            raise InputError(f"weight is {self.weight!r}; expected a finite γ ≥ 0.")
        if eigenvalues.ndim != 1 or not np.all((eigenvalues >= 0) & np.isfinite(eigenvalues)):
            raise InputError(
                f"The centres are {self.eigenvalues!r}; expected one finite number ≥ 0 for each filter."
            )
        object.__setattr__(self, "eigenvalues", eigenvalues)
        if not self.unit:
            unit = "Hz" if self._is_time else f"rad/{unit_along(self.operator)}"
            object.__setattr__(self, "unit", unit)

    @classmethod
    def around(cls, operator: WaveOperator, weight: float, centres: Any = None) -> FilterBank:
        """Return the bank around centres in the unit of the axis.

        Parameters
        ----------
        operator : WaveOperator
        weight : float
            γ ≥ 0.
        centres : array, shape (n_filters,), optional
            [rad/m], or [Hz] for a `Time`; by default one at every eigenvalue of the operator.
        """
        if centres is None:
            return cls(operator, weight, np.unique(operator.eigenvalues))
        bank = cls(operator, weight, np.asarray(centres, dtype=float))
        return cls(operator, weight, bank._eigenvalues_at(bank.eigenvalues))

    def __len__(self) -> int:
        return int(self.eigenvalues.size)

    def bands(self, dispersion: Dispersion | None = None) -> Bands:
        """Return centre and half-power points of each filter.

        Parameters
        ----------
        dispersion : float, callable or array of shape (n, 2), optional
            Turns wavenumbers into frequencies, as for `factorize`: a wave speed c [m/s] gives f = c k/2π.

        Returns
        -------
        Bands
            In `unit`, or Hz with a dispersion.

        Raises
        ------
        InputError
            If a dispersion comes for a `Time`, is none, or is a table that ends before the bands do.
        """
        half = Axis(self.operator.eigenvalues, self.weight).bandwidth
        edges = np.full((3, len(self)), np.inf)
        edges[0] = self.operator.wavenumber(self.eigenvalues)
        edges[1] = self.operator.wavenumber(np.maximum(self.eigenvalues - half, 0.0))
        if self.weight > 0:
            edges[2] = self.operator.wavenumber(self.eigenvalues + half)
        if self._is_time and dispersion is not None:
            raise InputError("A time axis is in hertz already; leave dispersion out.")
        unit = self.unit if dispersion is None else "Hz"
        if self._is_time:
            edges = edges / (2.0 * np.pi)
        elif dispersion is not None:
            edges = hertz(dispersion, self.operator, edges)
        return Bands(edges[0], edges[1], edges[2], unit)

    def gains(self, at: Any) -> np.ndarray:
        """Return the magnitude of every filter.

        Parameters
        ----------
        at : array, shape (n,)
            Where: [rad/m], or [Hz] for a `Time`.

        Returns
        -------
        numpy.ndarray, shape (n_filters, n)
            Between 0 and 1.
        """
        axis = Axis(self._eigenvalues_at(np.asarray(at, dtype=float)), self.weight)
        return np.asarray(axis.weights(self.eigenvalues).T ** -0.5)

    def butterworth(self, at: Any, order: int = 1) -> np.ndarray:
        """Return the magnitude of classical Butterworth band-passes with the same half-power points.

        Parameters
        ----------
        at : array, shape (n,)
            Where: [rad/m], or [Hz] for a `Time`.
        order : int
            Of the low-pass that the band-pass is made from.

        Returns
        -------
        numpy.ndarray, shape (n_filters, n)
            Between 0 and 1.

        Notes
        -----
        1/√(1 + ((k − k₁k₂/k)/(k₂ − k₁))^{2n}), the analogue filter; a low-pass where k₁ = 0.
        """
        bands, at = self.bands(), np.asarray(at, dtype=float)
        low, high = bands.low[:, None], bands.high[:, None]
        if self.weight == 0:
            return np.ones((len(self), at.size))
        with np.errstate(divide="ignore", invalid="ignore"):
            below = np.where(low > 0, low * high / at, 0.0)
        return np.asarray((1.0 + ((at - below) / (high - low)) ** (2 * order)) ** -0.5)

    def apply(self, signals: Array, index: int) -> Array:
        """Return what passes one filter.

        Parameters
        ----------
        signals : array, shape (n_points, n_samples)
            Real or complex, of any array library.
        index : int
            Number of the filter.

        Returns
        -------
        array, shape (n_points, n_samples)
            In the unit of the signals, of the same library.

        Notes
        -----
        Γ W(κ)^{-1/2} Γᵀ Y over space, Y Φ V(μ)^{-1/2} Φᵀ over time.
        """
        coefficients = self._analyzed(signals)
        passed = self.operator.synthesize(self._filtered(coefficients, index))
        return array_namespace(passed).matrix_transpose(passed) if self._is_time else passed

    def largest_singular_values(self, signals: Array) -> np.ndarray:
        """Return the largest singular value of what passes each filter.

        Parameters
        ----------
        signals : array, shape (n_points, n_samples)
            Real or complex, of any array library.

        Returns
        -------
        numpy.ndarray, shape (n_filters,)
            In the unit of the signals.

        Notes
        -----
        σ_max(W(κ)^{-1/2} Γᵀ Y).  Its largest value over all centres is the polar Ω°(Y).  Where points have
        unequal shares of the mass, Y is scaled by their roots, as in ``operator.analyze``.
        """
        coefficients = self._analyzed(signals)
        xp = array_namespace(coefficients)
        peak = float(xp.max(xp.abs(coefficients))) or 1.0
        coefficients = coefficients / peak
        is_wide = coefficients.shape[0] <= coefficients.shape[1]
        gram = coefficients @ adjoint(coefficients) if is_wide else None
        largest = []
        for index in range(len(self)):
            if gram is None:
                passed = self._filtered(coefficients, index)
                square = adjoint(passed) @ passed
            else:
                square = self._filtered(adjoint(self._filtered(gram, index)), index)
            largest.append(float(xp.linalg.eigvalsh(square)[-1]))
        return peak * np.sqrt(np.maximum(np.asarray(largest), 0.0))

    def __str__(self) -> str:
        return f"{self.operator.description()}; γ = {self.weight:.4g}\n{self.bands()}"

    def __repr__(self) -> str:
        return f"<FilterBank: {len(self)} filters, γ = {self.weight:.4g}, of {self.operator!r}>"

    @property
    def _is_time(self) -> bool:
        return isinstance(self.operator, Time)

    def _eigenvalues_at(self, at: np.ndarray) -> np.ndarray:
        return np.asarray(self.operator.eigenvalue(2.0 * np.pi * at if self._is_time else at))

    def _analyzed(self, signals: Array) -> Array:
        """Return the coefficients of signals, those of this axis along axis 0."""
        signals = as_array(signals)
        if signals.ndim != 2:
            raise InputError(f"Got signals of shape {tuple(signals.shape)}; expected (n_points, n_samples).")
        return self.operator.analyze(
            array_namespace(signals).matrix_transpose(signals) if self._is_time else signals
        )

    def _filtered(self, coefficients: Array, index: int) -> Array:
        axis = Axis(self.operator.eigenvalues, self.weight)
        gains = axis.weights(self.eigenvalues[[index]]) ** -0.5
        xp = array_namespace(coefficients)
        return xp.astype(like(gains, coefficients), coefficients.dtype) * coefficients
