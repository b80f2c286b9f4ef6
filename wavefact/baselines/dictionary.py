"""Sparse dictionary learning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from wavefact.baselines._components import modes_of_components
from wavefact.baselines._packages import imported, quiet
from wavefact.baselines._settings import check_at_least
from wavefact.baselines._signals import cleaned, scaled_signals
from wavefact.baselines.svd import rank_above_noise
from wavefact.modal.model import ModalModel
from wavefact.noise import noise_floor
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["DictionaryLearning"]

_ROUNDS, _SEED = 5, 0


@dataclass(frozen=True)
class DictionaryLearning:
    """Write every instant of the recording as a sum of few learnt shapes, by scikit-learn.

    Attributes
    ----------
    n_atoms : int or None
        None for as many as there are singular values above the optimal hard threshold for unknown noise.
    penalty : float
        Weight of the ℓ1 norm of the amplitudes, over the standard deviation of the noise, which is estimated
        from the bulk of the singular values.

    Notes
    -----
    min ½‖Y − D X‖² + α Σ|X| over shapes D of unit norm (n × N) and courses X (N × m).  The other way round,
    with sensors for samples and courses of unit norm, cleaned about as well and named modes worse.

    References
    ----------
    Mairal, Bach, Ponce & Sapiro, "Online learning for matrix factorization and sparse coding", J. Machine
    Learning Research 11 (2010), eq. (3) and algorithm 1.

    Examples
    --------
    >>> from wavefact.baselines import DictionaryLearning
    >>> DictionaryLearning().title, DictionaryLearning().package
    ('dictionary learning', 'scikit-learn')
    """

    n_atoms: int | None = None
    penalty: float = 0.5
    title: ClassVar[str] = "dictionary learning"
    package: ClassVar[str] = "scikit-learn"

    def __post_init__(self) -> None:
        check_at_least(0, n_atoms=self.n_atoms, penalty=self.penalty)

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[DictionaryLearning]:
        """Return the automatic number of atoms and small ones, each with some penalties."""
        for n_atoms in (None, 1, 2, 3, 5, 8):
            for penalty in (0.25, 0.5, 1.0):
                yield DictionaryLearning(n_atoms, penalty)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the sum of the atoms times their courses."""
        shapes, courses, scale = self._learnt(recording)
        return cleaned(recording, shapes @ courses.T, scale)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Take each atom for a mode."""
        shapes, courses, _ = self._learnt(recording)
        return modes_of_components(shapes, courses, recording)

    def _learnt(self, recording: Recording) -> tuple[np.ndarray, np.ndarray, float]:
        signals, scale = scaled_signals(recording)
        n_atoms = self.n_atoms
        if n_atoms is None:
            n_atoms = rank_above_noise(np.linalg.svd(signals, compute_uv=False), signals.shape)
        alpha = self.penalty * noise_floor(signals @ signals.T, signals.shape[1]).deviation
        with quiet():
            decomposition = imported("sklearn.decomposition", "scikit-learn")
            if n_atoms == 0:
                return np.zeros((len(signals), 0)), np.zeros((signals.shape[1], 0)), scale
            learner = decomposition.MiniBatchDictionaryLearning(
                n_atoms,
                alpha=alpha,
                max_iter=_ROUNDS,
                batch_size=signals.shape[1],
                fit_algorithm="cd",
                transform_algorithm="lasso_cd",
                transform_alpha=alpha,
                random_state=_SEED,
            )
            courses = learner.fit_transform(signals.T)
            return np.asarray(learner.components_).T, np.asarray(courses), scale
