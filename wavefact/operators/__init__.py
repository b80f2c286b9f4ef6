"""Wave operators: one wave equation per file.

Which one?  Points along a line: `String` (strings, rods, tubes), `Media` (the same where the wave speed
varies), `Beam` (bending) or `SteppedBeam` (the same where the stiffness varies).  On a rectangular grid:
`Membrane` (membranes, rooms) or `Plate` (bending).  Anywhere: `FiniteElement` where the stiffness and mass
matrices are known, `Graph` where only neighbours are.  `Time` is the other axis of every recording.
``OPERATORS`` is the table that result files refer to: a new operator is one file and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wavefact.errors import InputError
from wavefact.operators._condensation import condensed
from wavefact.operators.base import WaveOperator
from wavefact.operators.beam import Beam
from wavefact.operators.finite_element import FiniteElement
from wavefact.operators.graph import Graph
from wavefact.operators.media import Media
from wavefact.operators.membrane import Membrane
from wavefact.operators.plate import Plate
from wavefact.operators.stepped_beam import SteppedBeam
from wavefact.operators.string import String
from wavefact.operators.time import Time

__all__ = [
    "OPERATORS",
    "Beam",
    "FiniteElement",
    "Graph",
    "Media",
    "Membrane",
    "Plate",
    "SteppedBeam",
    "String",
    "Time",
    "WaveOperator",
    "condensed",
    "operator_from_dict",
]

OPERATORS: dict[str, type[WaveOperator]] = {
    "Beam": Beam,
    "FiniteElement": FiniteElement,
    "Graph": Graph,
    "Media": Media,
    "Membrane": Membrane,
    "Plate": Plate,
    "SteppedBeam": SteppedBeam,
    "String": String,
    "Time": Time,
}


def operator_from_dict(fields: Mapping[str, Any]) -> WaveOperator:
    """Build the operator that ``operator.to_dict()`` described.

    Parameters
    ----------
    fields : mapping
        "type", a name in `OPERATORS`, and the arguments of its constructor.

    Returns
    -------
    WaveOperator
        Equal to the operator that was described.

    Raises
    ------
    InputError
        If the type is unknown, or the arguments are not those of its constructor.

    Examples
    --------
    >>> from wavefact.operators import String, operator_from_dict
    >>> operator = String(n_points=5, ends="free")
    >>> operator_from_dict(operator.to_dict()) == operator
    True
    """
    name = fields.get("type")
    if name not in OPERATORS:
        raise InputError(f"operator type {name!r} is unknown; expected one of {', '.join(OPERATORS)}.")
    arguments = {key: value for key, value in fields.items() if key != "type"}
    try:
        return OPERATORS[name]._from_arguments(arguments)
    except InputError:
        raise
    except (TypeError, KeyError, IndexError, ValueError) as error:
        raise InputError(f"the description of a {name} does not fit its constructor: {error}.") from error
