"""What counts as a mode: the limits of identification."""

from __future__ import annotations

from dataclasses import dataclass, field

from wavefact.errors import InputError
from wavefact.modal.stability import StabilityLimits

__all__ = ["IdentificationSettings", "validated"]


@dataclass(frozen=True)
class IdentificationSettings:
    """Say what counts as a mode.

    Attributes
    ----------
    max_order : int
        Largest order of the state-space models.
    damping_range : (lowest, highest) damping ratio [-]
    stability : StabilityLimits
    min_prominence : float
        Least power of a mode over the noise around it.
    min_purity : float
        Least share of a mode's correlations that is one shape.
    max_rigid_share : float
        Motions that are rigid for the operator (eigenvalue zero) to more than this share of their
        energy are no waves and are left out; 1 keeps them.

    Examples
    --------
    >>> from wavefact.modal import IdentificationSettings
    >>> IdentificationSettings(max_order=40).max_order
    40
    """

    max_order: int = 60
    damping_range: tuple[float, float] = (0.0, 0.2)
    stability: StabilityLimits = field(default_factory=StabilityLimits)
    min_prominence: float = 20.0
    min_purity: float = 0.5
    max_rigid_share: float = 0.8


def validated(settings: IdentificationSettings) -> IdentificationSettings:
    """Return the settings, or say what is wrong with them."""
    low, high = settings.damping_range
    if not 0 <= low < high <= 1:
        raise InputError(f"The damping range {low:g} to {high:g} must rise within 0 to 1.")
    if settings.max_order < 4:
        raise InputError(f"max_order must be at least 4, not {settings.max_order}.")
    return settings
