"""Structural health: modes through many recordings, what moves them, and whether the structure changed."""

from wavefact.health.environment import Environment, fit_environment
from wavefact.health.levels import LocalLevels, mode_levels
from wavefact.health.tracking import follow, models_of_poles, track_modes
from wavefact.health.tracks import ModeTracks

__all__ = [
    "Environment",
    "LocalLevels",
    "ModeTracks",
    "fit_environment",
    "follow",
    "mode_levels",
    "models_of_poles",
    "track_modes",
from wavefact.health.decision import (
    ControlChart,
    Detector,
    MeanTest,
    OperatingCurve,
    cusum_chart,
    drift_chart,
    ewma_chart,
    fit_detector,
    hotelling_test,
    operating_curve,
)
from wavefact.health.tracks import ModeTracks

__all__ = [
    "ControlChart",
    "Detector",
    "MeanTest",
    "ModeTracks",
    "OperatingCurve",
    "cusum_chart",
    "drift_chart",
    "ewma_chart",
    "fit_detector",
    "hotelling_test",
    "operating_curve",
]
