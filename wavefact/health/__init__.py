"""Structural health: modes through many recordings, what moves them, and whether the structure changed."""

from wavefact.health.tracks import ModeTracks

__all__ = ["ModeTracks"]
