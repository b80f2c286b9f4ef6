"""Where a structure lost stiffness, how much, and how long it will last."""

from wavefact.health.location.fitting import fit_stiffness
from wavefact.health.location.forecasting import Forecast, forecast
from wavefact.health.location.profile import Region, StiffnessProfile

__all__ = ["Forecast", "Region", "StiffnessProfile", "fit_stiffness", "forecast"]
