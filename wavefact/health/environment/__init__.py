"""What temperature and other conditions do to frequencies, and frequencies without it."""

from wavefact.health.environment.fitting import Environment, fit_environment

__all__ = ["Environment", "fit_environment"]
