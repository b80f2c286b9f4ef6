"""Mode shapes at all points of a structure from shapes measured at some of them.

`expand_shapes` estimates each measured shape's coefficients on the eigenvectors of a wave operator: a line, a
plate, a graph, or a finite-element model.  It pulls them, as the factorization does, towards one
eigenvalue.  How strongly, and to which, is read from the shape itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from wavefact.errors import InputError
from wavefact.modal.evidence import MeasuredShape, shape_everywhere
from wavefact.modal.model import ModalModel
from wavefact.modal.similarity import normalized_shapes, unit_shapes
from wavefact.operators._projection import projected
from wavefact.operators.base import WaveOperator

__all__ = ["expand_shapes", "rows_of"]

_FEWEST = 3  # measured points, of which one filter and its level can be chosen
_EXACT = 1e-6  # of a typical error: that of an entry that the shape was scaled by
_NEARBY = 1e-3  # of the distance between neighbours: positions that are the same point


def expand_shapes(
    model: ModalModel, operator: WaveOperator, points: Sequence[int] | np.ndarray | None = None
) -> ModalModel:
    """Estimate mode shapes at every point of an operator from some measured points.

    Parameters
    ----------
    model : ModalModel
        Real or complex shapes, n_measured points.  `shape_errors` are used where they are finite, else the
        errors are estimated.
    operator : WaveOperator
        The structure, with n_points points; of a `FiniteElement` model these are its degrees of freedom.
    points : (n_measured,) integers, optional
        Which point of the operator each row of the shapes is, counted from 0; by default those at the
        same positions.

    Returns
    -------
    ModalModel
        The same modes at all points: shapes with largest entry 1, `shape_errors` (standard deviation of
        what is not known), and wavenumbers of the expanded shapes.

    Raises
    ------
    InputError
        If a row's point cannot be told, there are fewer than 3 rows, a shape is zero or not finite, or no
        band of eigenvectors explains a shape better than noise does.

    Notes
    -----
    Coefficients d̂_j on the eigenvectors are independent normal variables of variance
    s² / (1 + γ (α_j − κ)²), the power gain of a first-order Butterworth filter with half-width 1/√γ around κ
    (`wavefact.gains`), and measured entries have normal errors.  The result is the mean of the shape given
    the entries: the least-squares fit with the penalty ‖d‖² + γ ‖(A − κ) d‖² of the factorization.
    κ, γ and the level s are chosen by the marginal likelihood of the entries (evidence): the result is the
    average over a grid of them in proportion to it, so that the errors contain what is not known of them,
    nor of the size of measurement errors that are not given.  κ is sought among as many of the lowest
    eigenvalues as there are measured points: shapes beyond cannot be told from lower ones.

    Errors that are missing or zero, as of an entry that the shape was scaled by, are taken for the median of
    the others.  Two standard errors of the result cover about 95 % of the truth where errors are given, 85 to
    90 % where they must be estimated from a dozen points.

    A finite-element model whose modes are the structure's gives what SEREP gives; one that is a little
    wrong is corrected by neighbouring eigenvectors.

    References
    ----------
    J. O'Callahan, P. Avitabile and R. Riemer, "System equivalent reduction expansion process (SEREP)", Proc.
    7th International Modal Analysis Conference, 1989.
    C. E. Rasmussen and C. K. I. Williams, *Gaussian Processes for Machine Learning*, 2006, equations 2.25
    and 5.8.

    Examples
    --------
    >>> string = wf.String(n_points=19, spacing=0.05)
    >>> measured = np.arange(1, 19, 3)
    >>> shape = np.sin(2 * np.pi * string.positions[measured])
    >>> model = wf.ModalModel([12.0], [0.01], shape[:, None], positions=string.positions[measured])
    >>> expanded = wf.expand_shapes(model, string)
    >>> print(expanded.n_points, wf.mac(expanded.mode_shapes, np.sin(2 * np.pi * string.positions)).round(4))
    19 [[1.]]
    """
    rows = rows_of(model, operator, points)
    unit_shapes(model.mode_shapes)  # refuses shapes of zeros or gaps
    eigenvectors = np.asarray(operator.synthesize(np.eye(operator.n_points)))
    shapes = np.zeros((operator.n_points, model.n_modes), dtype=np.result_type(model.mode_shapes, float))
    errors = np.zeros(shapes.shape)
    for mode in range(model.n_modes):
        size = np.max(np.abs(model.mode_shapes[:, mode]))  # scaled by it, squares stay in the range of floats
        known = _known(model.shape_errors[:, mode] / size)
        measured = MeasuredShape(model.mode_shapes[:, mode] / size, *known)
        found = shape_everywhere(measured, rows, eigenvectors, operator.eigenvalues)
        if found is None:
            raise InputError(
                f"Mode {mode} ({model.frequencies[mode]:.4g} Hz) is no smoother than noise at these points "
                f"of {operator!r}; check points, give an operator of this structure, or drop the mode."
            )
        shapes[:, mode], errors[:, mode] = found
    power = np.abs(operator.analyze(shapes)) ** 2
    return dataclasses.replace(
        model,
        mode_shapes=normalized_shapes(shapes),
        shape_errors=errors / np.max(np.abs(shapes), axis=0, initial=0.0),
        wavenumbers=operator.wavenumber(operator.eigenvalues @ power / np.sum(power, axis=0)),
        positions=operator.positions,
        names=None,
    )


def _known(errors: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return the errors of entries, or ones, and whether they are known."""
    given = errors[np.isfinite(errors) & (errors > 0)]
    if given.size == 0:
        return np.ones(errors.size), False
    typical = float(np.median(given))
    return np.where(np.isfinite(errors) & (errors > _EXACT * typical), errors, typical), True


def rows_of(
    model: ModalModel, operator: WaveOperator, points: Sequence[int] | np.ndarray | None
) -> np.ndarray:
    """Return which point of the operator each row of the shapes is."""
    rows = _points_at(model, operator) if points is None else np.asarray(points)
    if rows.shape != (model.n_points,) or not np.issubdtype(rows.dtype, np.integer):
        raise InputError(
            f"points are {rows.dtype} of shape {rows.shape} for shapes of {model.n_points} points; give the "
            "number of one point of the operator for each, from 0."
        )
    if rows.size < _FEWEST:
        raise InputError(
            f"Shapes were measured at {rows.size} points, which say too little; give at least {_FEWEST}."
        )
    if rows.min() < 0 or rows.max() >= operator.n_points:
        raise InputError(
            f"points are from {rows.min()} to {rows.max()}; the operator has points 0 to "
            f"{operator.n_points - 1}."
        )
    return rows


def _points_at(model: ModalModel, operator: WaveOperator) -> np.ndarray:
    """Return the operator's point at each position of the model."""
    if model.positions is None:
        raise InputError(
            "The model has no positions; say with points= which points of the operator it measured."
        )
    measured = np.asarray(model.positions, dtype=float).reshape(model.n_points, -1)
    places = np.asarray(operator.positions, dtype=float).reshape(operator.n_points, -1)
    if not np.all(np.isfinite(measured)):
        raise InputError("The model's positions are not all finite; say with points= what was measured.")
    try:
        measured = projected(measured, places.shape[1])
    except InputError as error:
        raise InputError(f"{str(error)[:-1]}; say with points= which points were measured.") from None
    if measured.shape[1] != places.shape[1]:
        raise InputError(
            f"The model's positions have {measured.shape[1]} coordinates, the operator's {places.shape[1]}; "
            "say with points= which points of the operator were measured."
        )
    from scipy.spatial import KDTree

    tree = KDTree(places)
    distances, rows = tree.query(measured)
    spacings = tree.query(places, k=2)[0][:, 1][rows]
    unclear = np.flatnonzero((distances > _NEARBY * spacings) | (spacings == 0.0))
    if unclear.size:
        row = unclear[0]
        raise InputError(
            f"Row {row} was measured at {measured[row]} m, where the operator has "
            f"{'no point' if spacings[row] else 'several points'}; say with points= which one is meant."
        )
    return np.asarray(rows)
