"""Independent component analysis."""

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
from wavefact.errors import InputError
from wavefact.modal.model import ModalModel
from wavefact.operators.base import WaveOperator
from wavefact.recording import Recording

__all__ = ["FastICA"]

_CONTRASTS = ("logcosh", "exp", "cube")
_TRIED = (2, 3, 4, 5, 6, 8, 10, 13, 16)  # components, by an oracle
_ROUNDS, _SEED = 500, 0


@dataclass(frozen=True)
class FastICA:
    """Unmix the recording into courses that are as independent as possible, by scikit-learn.

    Attributes
    ----------
    n_components : int or None
        None for the singular values above the optimal hard threshold for unknown noise.
    contrast : "logcosh", "exp" or "cube"
        By which independence is measured.

    Notes
    -----
    Sensors are the mixtures and sample by sample the observations; columns of the mixing matrix are shapes.
    The unmixing is a rotation within the leading principal components, so that what is cleaned is what
    `TruncatedSVD` cleans, but for the means of the sensors, which are kept.

    References
    ----------
    Hyvärinen, "Fast and robust fixed-point algorithms for independent component analysis", IEEE Trans.
    Neural Networks 10 (1999), eq. (20).  Kerschen, Poncelet & Golinval, "Physical interpretation of
    independent component analysis in structural dynamics", Mech. Syst. Signal Process. 21 (2007).

    Examples
    --------
    >>> from wavefact.baselines import FastICA
    >>> FastICA().title, FastICA().package
    ('FastICA', 'scikit-learn')
    """

    n_components: int | None = None
    contrast: str = "logcosh"
    title: ClassVar[str] = "FastICA"
    package: ClassVar[str] = "scikit-learn"

    def __post_init__(self) -> None:
        check_at_least(0, n_components=self.n_components)
        if self.contrast not in _CONTRASTS:
            known = ", ".join(map(repr, _CONTRASTS))
            raise InputError(f"contrast is {self.contrast!r}; expected one of {known}.")

    def candidates(self, recording: Recording, operator: WaveOperator) -> Iterator[FastICA]:
        """Return the automatic setting, and all contrasts for up to 16 components."""
        yield FastICA()
        for n_components in _TRIED:
            if n_components <= recording.n_sensors:
                for contrast in _CONTRASTS:
                    yield FastICA(n_components, contrast)

    def denoise(self, recording: Recording, operator: WaveOperator) -> Recording:
        """Return the sum of the components, and the means."""
        shapes, courses, means, scale = self._unmixed(recording)
        return cleaned(recording, shapes @ courses.T + means, scale)

    def identify(self, recording: Recording, operator: WaveOperator) -> ModalModel:
        """Take each component for a mode."""
        shapes, courses, _, _ = self._unmixed(recording)
        return modes_of_components(shapes, courses, recording)

    def _unmixed(self, recording: Recording) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        """Return shapes, courses, means of the sensors, and the scale of all of them."""
        signals, scale = scaled_signals(recording)
        means = signals.mean(axis=1, keepdims=True)
        values = np.linalg.svd(signals - means, compute_uv=False)
        most = int(np.sum(values > max(signals.shape) * np.finfo(float).eps * np.max(values)))
        wanted = rank_above_noise(values, signals.shape) if self.n_components is None else self.n_components
        kept = min(wanted, most)
        with quiet():
            decomposition = imported("sklearn.decomposition", "scikit-learn")
            if kept == 0:
                return np.zeros((len(signals), 0)), np.zeros((signals.shape[1], 0)), means, scale
            ica = decomposition.FastICA(
                kept,
                whiten="unit-variance",
                fun=self.contrast,
                max_iter=_ROUNDS,
                tol=1e-6,
                random_state=_SEED,
            )
            courses = ica.fit_transform(signals.T)
            return np.asarray(ica.mixing_), np.asarray(courses), means, scale
