"""Several measurement setups of one structure as one model.

Few sensors measure many points when they rove while some, the references, stay.  `merge_setups` puts together
models that were identified setup by setup; `identify_setups` (in `setup_poles`) seeks the modes in all
recordings at once before, so that one that is faint in some setups is found there too.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from wavefact.errors import InputError
from wavefact.modal._setup_checks import check_setups, checked_references, merged_names, merged_positions
from wavefact.modal.model import ModalModel
from wavefact.modal.setup_groups import group_modes
from wavefact.modal.setup_scale import Patches, join, raw_variances

__all__ = ["merge_setups"]

_SURE = 4.0  # standard errors by which references must move, to set a scale
_MOVING = 0.01  # of the largest entry, where errors are unknown

_logger = logging.getLogger("wavefact")


def merge_setups(
    models: Sequence[ModalModel],
    references: Sequence[str] | None = None,
    *,
    max_shift: float = 0.05,
    min_mac: float = 0.5,
) -> ModalModel:
    """Merge the modes of several measurement setups that share reference channels.

    Parameters
    ----------
    models : sequence of ModalModel
        One for each setup, with the names of its channels.
    references : sequence of str, optional
        Channels that stayed in place in all setups; by default all that the models share.
    max_shift : float
        Largest relative difference in frequency of a mode between two setups [-].
    min_mac : float
        Smallest MAC of its shapes in the reference channels [-].

    Returns
    -------
    ModalModel
        The modes that all setups have, by rising frequency, on all channels: first the references, then the
        others in order of first appearance.  Without wavenumbers; positions where all models have them.

    Raises
    ------
    InputError
        If the models have no distinct names, share none, lack a reference, or mix quantities or units.

    Notes
    -----
    Modes are paired between every two setups by optimal assignment on MAC of the references and frequency,
    and linked pairs are joined, the most alike first.  The shape of each setup is scaled by its references,
    weighted by their standard errors; channels that several setups measured are averaged.  Errors of the
    scale factors are part of the standard errors; a shape is complex where that of any setup is.

    Frequencies and damping ratios are means weighted by inverse variances.  They drift between setups, with
    temperature and load, by more than their errors: then their spread says how sure the mean is (Birge's
    ratio, the square root of χ² over its degrees of freedom, enlarges the error).  Where a setup does not
    know its errors, all weigh alike and the merged errors are NaN.  Fit quality and contributions are means.

    Modes that some setup lacks are left out, as a log line says; those at a node of the references too,
    since nothing tells their scale.

    References
    ----------
    E. Reynders, F. Magalhães, G. De Roeck and Á. Cunha, "Merging strategies for multi-setup operational modal
    analysis", Proc. IMAC XXVII, 2009 (there: PoSER).
    S.-K. Au, "Assembling mode shapes by least squares", Mech. Syst. Signal Process. 25(1), 2011.
    R. T. Birge, "The calculation of errors by the method of least squares", Phys. Rev. 40, 1932.

    Examples
    --------
    >>> low = wf.ModalModel(np.array([2.0]), np.array([0.01]), np.array([[1.0], [0.5]]), names=("top", "low"))
    >>> mid = wf.ModalModel(np.array([2.1]), np.array([0.01]), np.array([[0.8], [1.0]]), names=("mid", "top"))
    >>> merged = wf.merge_setups([low, mid])
    >>> merged.names, merged.mode_shapes[:, 0], merged.frequencies
    (('top', 'low', 'mid'), array([1. , 0.5, 0.8]), array([2.05]))
    """
    check_setups(models, ModalModel)
    chosen = checked_references(models, references)
    names = merged_names(models, chosen)
    positions = merged_positions(models, names)
    _check_references(models, chosen)
    setups = _scalable(models, chosen)
    groups = group_modes(
        [setup.frequencies for setup in setups],
        [setup.mode_shapes[_rows(setup, chosen)] for setup in setups],
        max_shift=max_shift,
        min_mac=min_mac,
    )
    whole = [group for group in groups if len(group) == len(setups)]
    _report(setups, [group for group in groups if len(group) < len(setups)])
    parts = [[setup.select([group[s]]) for s, setup in enumerate(setups)] for group in whole]
    merged = [_merged(part, names, len(chosen)) for part in parts]
    model = _stacked(merged, names, positions, models[0])
    _logger.info("merged %d modes of %d setups at %d channels", model.n_modes, len(models), len(names))
    return model


def _check_references(models: Sequence[ModalModel], references: tuple[str, ...]) -> None:
    for s, model in enumerate(models, 1):
        if not np.all(np.isfinite(model.mode_shapes)):
            raise InputError(f"The mode shapes of setup {s} hold NaN or Inf; leave those modes out (select).")
        dead = ~np.any(model.mode_shapes[_rows(model, references)], axis=1)
        if model.n_modes and np.any(dead):
            name = references[int(np.argmax(dead))]
            raise InputError(f"The reference {name!r} moves in no mode of setup {s}; give other references.")


def _rows(model: ModalModel, names: tuple[str, ...]) -> list[int]:
    return [(model.names or ()).index(name) for name in names]


def _scalable(models: Sequence[ModalModel], references: tuple[str, ...]) -> list[ModalModel]:
    """Leave out modes that the references do not move in, with a warning."""
    kept, faint = [], []
    for s, model in enumerate(models, 1):
        rows = _rows(model, references)
        moving = np.array([_moves(model, mode, rows) for mode in range(model.n_modes)], dtype=bool)
        kept.append(model.select(moving))
        faint += [f"{frequency:.4g} Hz (setup {s})" for frequency in model.frequencies[~moving]]
    if faint:
        _logger.warning(
            "left out modes at a node of the references, where nothing tells their scale: %s",
            ", ".join(faint),
        )
    return kept


def _moves(model: ModalModel, mode: int, rows: list[int]) -> bool:
    shape, errors = model.mode_shapes[:, mode], model.shape_errors[:, mode]
    if np.any(np.isnan(errors)):
        return bool(np.max(np.abs(shape[rows])) > _MOVING * np.max(np.abs(shape)))
    sureness = np.abs(shape[rows]) ** 2 / raw_variances(shape, errors)[rows]
    return bool(np.sum(sureness) > _SURE**2)


def _report(setups: Sequence[ModalModel], groups: list[dict[int, int]]) -> None:
    """Say which modes some setups miss."""
    if not groups:
        return
    lines = []
    for group in groups:
        frequency = np.mean([setups[s].frequencies[m] for s, m in group.items()])
        missing = ", ".join(str(s + 1) for s in range(len(setups)) if s not in group)
        lines.append((frequency, f"{frequency:.4g} Hz (not in setup {missing})"))
    _logger.info("left out modes that not all setups have: %s", "; ".join(text for _, text in sorted(lines)))


def _merged(parts: Sequence[ModalModel], names: tuple[str, ...], n_references: int) -> ModalModel:
    """Return one mode of all setups as a model, from models of this mode alone."""
    frequency, frequency_error = _mean(
        [part.frequencies for part in parts], [p.frequency_errors for p in parts]
    )
    damping, damping_error = _mean([part.damping_ratios for part in parts], [p.damping_errors for p in parts])
    known = not any(np.any(np.isnan(part.shape_errors)) for part in parts)
    shapes = np.zeros((len(parts), len(names)), dtype=complex)
    variances = np.full(shapes.shape, np.inf)
    for s, part in enumerate(parts):
        columns = [names.index(name) for name in part.names or ()]
        shape = part.mode_shapes[:, 0]
        shapes[s, columns] = shape
        variances[s, columns] = raw_variances(shape, part.shape_errors[:, 0]) if known else 1.0
    shapes = shapes.real if not np.any(shapes.imag) else shapes
    shape, errors = join(Patches(shapes, variances, n_references))
    return ModalModel(
        frequency,
        damping,
        shape[:, None],
        fit_quality=np.mean([part.fit_quality for part in parts], axis=0),
        contributions=np.mean([part.contributions for part in parts], axis=0),
        frequency_errors=frequency_error,
        damping_errors=damping_error,
        shape_errors=errors[:, None] if known else np.full((len(names), 1), np.nan),
    )


def _mean(values: list[np.ndarray], errors: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean weighted by inverse variances, and its standard error by Birge's ratio, (1,) each."""
    data, spread = np.stack(values), np.stack(errors)
    if np.any(np.isnan(spread)):
        return data.mean(axis=0), np.full(1, np.nan)
    weights = 1 / np.maximum(spread, 1e-12 * np.abs(data) + np.finfo(float).tiny) ** 2
    mean = np.sum(weights * data, axis=0) / np.sum(weights, axis=0)
    ratio = np.sum(weights * (data - mean) ** 2, axis=0) / (len(data) - 1)
    return mean, np.sqrt(np.maximum(ratio, 1.0) / np.sum(weights, axis=0))


def _stacked(
    modes: Sequence[ModalModel], names: tuple[str, ...], positions: np.ndarray | None, about: ModalModel
) -> ModalModel:
    """Return the modes in one model, by rising frequency."""
    modes = sorted(modes, key=lambda mode: float(mode.frequencies[0]))
    fields = ("frequencies", "damping_ratios", "fit_quality", "contributions")
    values: dict[str, Any] = {
        name: np.concatenate([np.zeros(0), *(getattr(mode, name) for mode in modes)])
        for name in (*fields, "frequency_errors", "damping_errors")
    }
    columns: dict[str, Any] = {
        name: np.concatenate([np.zeros((len(names), 0)), *(getattr(mode, name) for mode in modes)], axis=1)
        for name in ("mode_shapes", "shape_errors")
    }
    known: dict[str, Any] = {name: getattr(about, name) for name in ("quantity", "unit", "length_unit")}
    known |= {"positions": positions, "names": names}
    return ModalModel(**values, **columns, **known)
