"""What baselines share that change the singular values of the signals and nothing else."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from wavefact.baselines._components import modes_of_components
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["SingularValueBaseline"]


class SingularValueBaseline(ABC):
    """Clean by what is left of the singular values, and take the singular vectors that are left for modes."""

    @abstractmethod
    def _changed(self, values: np.ndarray, signals: np.ndarray, scale: float) -> np.ndarray:
        """Return what the singular values of scaled signals become; 0 leaves a component out."""

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the recording of the changed singular values."""
        left, values, right, scale = self._kept(recording)
        return cleaned(recording, (left * values) @ right, scale)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Take each left singular vector that is left for a mode."""
        left, values, right, _ = self._kept(recording)
        return modes_of_components(left, right.T * values, recording)

    def _kept(self, recording: Recording) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        signals, scale = scaled_signals(recording)
        left, values, right = np.linalg.svd(signals, full_matrices=False)
        changed = self._changed(values, signals, scale)
        kept = changed > 0
        return left[:, kept], changed[kept], right[kept], scale
