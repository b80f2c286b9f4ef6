"""Which geometry the entries of mode shapes belong to."""

from __future__ import annotations

import numpy as np

from wavefact.errors import InputError
from wavefact.geometry import Geometry
from wavefact.modal.model import ModalModel

__all__ = ["placed"]


def placed(model: ModalModel, geometry: Geometry | None) -> Geometry:
    """Return a geometry with one channel for each entry of the model's shapes, in their order.

    Parameters
    ----------
    model : ModalModel
    geometry : Geometry, optional
        With the model's channels in their order, or by their names where both have names; without it one is
        made from the model's positions, or from points counted from 0.

    Returns
    -------
    Geometry

    Raises
    ------
    InputError
        If the geometry does not have the model's channels.
    """
    if geometry is None:
        places = np.arange(float(model.n_points)) if model.positions is None else model.positions
        return Geometry.from_positions(places)
    if model.names is not None and geometry.channel_names is not None:
        return geometry.for_channels(model.names)
    if geometry.n_channels != model.n_points:
        raise InputError(
            f"The geometry has {geometry.n_channels} channels and the mode shapes have {model.n_points}; "
            "give both names, or set channel_points and channel_directions for each."
        )
    return geometry
