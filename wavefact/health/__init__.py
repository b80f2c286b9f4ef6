"""Structural health: modes through many recordings, what moves them, and whether the structure changed."""

from wavefact.health.assessment import Assessment
from wavefact.health.baseline import Baseline, learn_baseline
from wavefact.health.damage import DamageIndicators, damage_indicators
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
from wavefact.health.environment import Environment, fit_environment
from wavefact.health.indicators import INDICATORS, Indicator, IndicatorValue
from wavefact.health.levels import LocalLevels, mode_levels
from wavefact.health.location import Forecast, Region, StiffnessProfile, fit_stiffness, forecast
from wavefact.health.pole_tables import models_of_poles
from wavefact.health.tracking import follow, track_modes
from wavefact.health.tracks import ModeTracks

__all__ = [
    "INDICATORS",
    "Assessment",
    "Baseline",
    "ControlChart",
    "DamageIndicators",
    "Detector",
    "Environment",
    "Forecast",
    "Indicator",
    "IndicatorValue",
    "LocalLevels",
    "MeanTest",
    "ModeTracks",
    "OperatingCurve",
    "Region",
    "StiffnessProfile",
    "cusum_chart",
    "damage_indicators",
    "drift_chart",
    "ewma_chart",
    "fit_detector",
    "fit_environment",
    "fit_stiffness",
    "follow",
    "forecast",
    "hotelling_test",
    "learn_baseline",
    "mode_levels",
    "models_of_poles",
    "operating_curve",
    "track_modes",
]
