"""Damage indicators: how far a structure is from its reference state, mode by mode or point by point.

All take the modes of a reference and of the current state, and the wave operator at their points.  To add
one: one file with a frozen class that satisfies `Indicator`, and one line in `INDICATORS`.
"""

from wavefact.health.indicators.base import Indicator, IndicatorValue
from wavefact.health.indicators.comac import COMACLoss
from wavefact.health.indicators.curvature import CurvatureChange
from wavefact.health.indicators.curvature_squares import CurvatureSquares
from wavefact.health.indicators.flexibility import FlexibilityChange
from wavefact.health.indicators.frequency import FrequencyShift
from wavefact.health.indicators.load_surface import LoadSurface
from wavefact.health.indicators.local_wavenumber import LocalWavenumberShift
from wavefact.health.indicators.locating_vectors import LocatingVectors
from wavefact.health.indicators.mac import MACLoss
from wavefact.health.indicators.strain_energy import StrainEnergy
from wavefact.health.indicators.subspace import SubspaceResidual
from wavefact.health.indicators.wave_residual import WaveResidual

__all__ = [
    "INDICATORS",
    "COMACLoss",
    "CurvatureChange",
    "CurvatureSquares",
    "FlexibilityChange",
    "FrequencyShift",
    "Indicator",
    "IndicatorValue",
    "LoadSurface",
    "LocalWavenumberShift",
    "LocatingVectors",
    "MACLoss",
    "StrainEnergy",
    "SubspaceResidual",
    "WaveResidual",
]

INDICATORS: dict[str, type[Indicator]] = {
    "comac": COMACLoss,
    "curvature": CurvatureChange,
    "curvature-squares": CurvatureSquares,
    "flexibility": FlexibilityChange,
    "frequency": FrequencyShift,
    "load-surface": LoadSurface,
    "local-wavenumber": LocalWavenumberShift,
    "locating-vectors": LocatingVectors,
    "mac": MACLoss,
    "strain-energy": StrainEnergy,
    "subspace": SubspaceResidual,
    "wave-residual": WaveResidual,
}
"""All indicators by the name that `damage_indicators` takes."""
