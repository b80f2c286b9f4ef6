"""Modes as poles: s = ω (−ζ + i √(1 − ζ²)), and exp(s/fs), which samples see."""

from __future__ import annotations

import numpy as np

__all__ = ["continuous_poles", "discrete_poles"]


def continuous_poles(frequencies: np.ndarray, damping_ratios: np.ndarray) -> np.ndarray:
    """Return the poles [rad/s] of modes with undamped frequencies [Hz] and damping ratios [-]."""
    turns = -damping_ratios + 1j * np.sqrt(1 - damping_ratios**2)
    return np.asarray(2 * np.pi * frequencies * turns)


def discrete_poles(frequencies: np.ndarray, damping_ratios: np.ndarray, sampling_rate: float) -> np.ndarray:
    """Return the factors from sample to sample, at a rate [Hz], of modes that decay freely."""
    return np.asarray(np.exp(continuous_poles(frequencies, damping_ratios) / sampling_rate))
