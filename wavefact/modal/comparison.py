"""Two modal models side by side: before and after, measured and computed.

`compare_modes` pairs the modes of two models on the same points and says how each pair differs in frequency
and shape, at which points the shapes disagree, and which modes have no partner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import comac

__all__ = ["ModeComparison", "compare_modes"]


@dataclass(frozen=True, eq=False, repr=False)
class ModeComparison:
    """Hold which mode of model a is which of model b, and how far apart they are.

    Attributes
    ----------
    pairs : (n_pairs, 2) integer array
        Indices of a mode of a and of its partner of b, by rising index in a.
    frequency_shifts : (n_pairs,) array
        f_b / f_a − 1 of each pair [-].
    shift_errors : (n_pairs,) array
        Their standard errors [-]; NaN where one of the models does not know that of its frequency.
    mac : (n_pairs,) array in [0, 1]
    comac : (n_points,) array in [0, 1]
        NaN where there is no pair.
    frequencies_a, frequencies_b : (n_modes,) arrays [Hz]
        Of all modes of each model.
    unmatched_a, unmatched_b : integer arrays
        Indices of the modes without a partner.

    Examples
    --------
    >>> model = wf.ModalModel(np.array([2.0]), np.array([0.01]), np.array([[0.5], [1.0]]))
    >>> wf.compare_modes(model, model).n_pairs
    1
    """

    pairs: np.ndarray
    frequency_shifts: np.ndarray
    shift_errors: np.ndarray
    mac: np.ndarray
    comac: np.ndarray
    frequencies_a: np.ndarray
    frequencies_b: np.ndarray

    @property
    def n_pairs(self) -> int:
        """Number of pairs."""
        return len(self.pairs)

    @property
    def unmatched_a(self) -> np.ndarray:
        """Indices of the modes of a without a partner, (n_unmatched,)."""
        return np.setdiff1d(np.arange(self.frequencies_a.size), self.pairs[:, 0])

    @property
    def unmatched_b(self) -> np.ndarray:
        """Indices of the modes of b without a partner, (n_unmatched,)."""
        return np.setdiff1d(np.arange(self.frequencies_b.size), self.pairs[:, 1])

    def __str__(self) -> str:
        rows = [" a   b    f_a [Hz]    f_b [Hz]  shift [%]  error [%]    MAC"]
        for (i, j), shift, error, likeness in zip(
            self.pairs, self.frequency_shifts, self.shift_errors, self.mac, strict=True
        ):
            known = "–".rjust(9) if np.isnan(error) else f"{100 * error:9.3f}"
            rows.append(
                f"{i + 1:2d}  {j + 1:2d}  {self.frequencies_a[i]:10.4f}  {self.frequencies_b[j]:10.4f}  "
                f"{100 * shift:+9.3f}  {known}  {likeness:5.3f}"
            )
        for i in self.unmatched_a:
            rows.append(f"{i + 1:2d}   –  {self.frequencies_a[i]:10.4f}")
        for j in self.unmatched_b:
            rows.append(f" –  {j + 1:2d}              {self.frequencies_b[j]:10.4f}")
        if self.n_pairs:
            worst = int(np.argmin(self.comac))
            rows.append(f"lowest COMAC {self.comac[worst]:.3f} at point {worst + 1} of {self.comac.size}")
        return "\n".join(rows)

    def __repr__(self) -> str:
        return f"ModeComparison({self.n_pairs} pairs)\n{self}"


def compare_modes(
    a: ModalModel, b: ModalModel, *, max_shift: float = 0.2, min_mac: float = 0.5
) -> ModeComparison:
    """Pair the modes of two models and compare each pair.

    Parameters
    ----------
    a, b : ModalModel
        On the same points.
    max_shift : float
        Largest difference in frequency of a pair, relative to the larger one [-].
    min_mac : float
        Smallest MAC of a pair [-].

    Returns
    -------
    ModeComparison
        Printed, it is a table; modes and points are counted from 1 there.

    Raises
    ------
    InputError
        If the numbers of points differ, or a shape is zero or not finite.

    Notes
    -----
    Pairs minimise Σ (1 − MAC + |Δf| / f), see `ModalModel.match`.  The error of a shift is that of the ratio
    of two independent frequencies, (f_b / f_a) √((σ_a / f_a)² + (σ_b / f_b)²).

    Examples
    --------
    >>> shapes, damping = np.array([[1.0, 1.0], [0.8, -1.0]]), np.full(2, 0.01)
    >>> before = wf.ModalModel(np.array([2.0, 5.0]), damping, shapes, frequency_errors=np.full(2, 0.01))
    >>> after = wf.ModalModel(np.array([1.9, 7.0]), damping, shapes, frequency_errors=np.full(2, 0.01))
    >>> print(wf.compare_modes(before, after))
     a   b    f_a [Hz]    f_b [Hz]  shift [%]  error [%]    MAC
     1   1      2.0000      1.9000     -5.000      0.690  1.000
     2   –      5.0000
     –   2                  7.0000
    lowest COMAC 1.000 at point 1 of 2
    """
    if a.n_points != b.n_points:
        raise InputError(
            f"The models have {a.n_points} and {b.n_points} points; compare them on the same points."
        )
    pairs = np.stack(a.match(b, max_shift=max_shift, min_mac=min_mac), axis=1)
    first, second = a.select(pairs[:, 0]), b.select(pairs[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):  # of rigid motion, at 0 Hz
        ratio = second.frequencies / first.frequencies
        spread = np.hypot(
            first.frequency_errors / first.frequencies, second.frequency_errors / second.frequencies
        )
    any_pair = len(pairs) > 0
    return ModeComparison(
        pairs=pairs,
        frequency_shifts=ratio - 1.0,
        shift_errors=ratio * spread,
        mac=np.diag(first.mac(second)) if any_pair else np.zeros(0),
        comac=comac(first.mode_shapes, second.mode_shapes) if any_pair else np.full(a.n_points, np.nan),
        frequencies_a=a.frequencies,
        frequencies_b=b.frequencies,
    )
