"""Tables of poles, as other programs of identification write them: `models_of_poles`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from wavefact.errors import InputError
from wavefact.modal.model import ModalModel

__all__ = ["models_of_poles"]


def models_of_poles(
    frequencies: ArrayLike,
    damping_ratios: ArrayLike,
    mode_shapes: ArrayLike,
    *,
    frequency_errors: ArrayLike | None = None,
    damping_errors: ArrayLike | None = None,
) -> list[ModalModel]:
    """Turn tables of poles, padded with NaN, into one model for each recording.

    Parameters
    ----------
    frequencies, damping_ratios : (n_records, n_slots) arrays [Hz], [fraction of critical]
        NaN in slots without a pole; in any order.
    mode_shapes : (n_records, n_slots, n_points) array, real or complex
    frequency_errors, damping_errors : (n_records, n_slots) arrays, optional
        Standard errors.

    Returns
    -------
    list of ModalModel
        By rising frequency; a pole without a frequency or with a gap in its shape is left out.

    Raises
    ------
    InputError
        If the sizes do not match.

    Examples
    --------
    >>> table = np.array([[5.0, 2.0], [2.1, np.nan]])
    >>> shapes = np.ones((2, 2, 4))
    >>> [model.frequencies for model in wf.models_of_poles(table, 0.01 * table, shapes)]
    [array([2., 5.]), array([2.1])]
    """
    table, shapes = np.asarray(frequencies, dtype=float), np.asarray(mode_shapes)
    given = {
        "damping_ratios": damping_ratios,
        "frequency_errors": frequency_errors,
        "damping_errors": damping_errors,
    }
    others = {name: np.asarray(values, dtype=float) for name, values in given.items() if values is not None}
    sizes = {name: values.shape for name, values in others.items()} | {"mode_shapes": shapes.shape[:2]}
    for name, size in sizes.items():
        if table.ndim != 2 or size != table.shape:
            raise InputError(
                f"{name} are {size} for frequencies {table.shape}; give (n_records, n_slots) of each, "
                "shapes with points as a third axis."
            )
    models = []
    for i, row in enumerate(table):
        whole = np.isfinite(row) & np.all(np.isfinite(shapes[i]), axis=1) & np.any(shapes[i], axis=1)
        order = np.flatnonzero(whole)[np.argsort(row[whole], kind="stable")]
        fields = {name: values[i, order] for name, values in others.items()}
        models.append(ModalModel(frequencies=row[order], mode_shapes=shapes[i, order].T, **fields))
    return models
