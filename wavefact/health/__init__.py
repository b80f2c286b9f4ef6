"""Structural health: modes through many recordings, what moves them, and whether the structure changed."""

from wavefact.health.levels import LocalLevels, mode_levels
from wavefact.health.tracking import follow, models_of_poles, track_modes
from wavefact.health.tracks import ModeTracks

__all__ = ["LocalLevels", "ModeTracks", "follow", "mode_levels", "models_of_poles", "track_modes"]
