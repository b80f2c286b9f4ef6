"""A recording that does not end: a certified fit after every window, of all that is not yet forgotten.

What is kept is a Gram matrix, whose size does not grow; each fit starts at the one before, so an update
costs a fraction of a fit from nothing and proves the same gap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np

from wavefact._arrays import Array
from wavefact._fit_checks import RTOL, check_settings, matched
from wavefact._fit_output import InMemory
from wavefact._fit_task import FitTask
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.noise_polar import DrawnThreshold
from wavefact.operators import WaveOperator
from wavefact.recording import Recording
from wavefact.solvers.certified import CertifiedGrowth
from wavefact.survey import Survey, survey
from wavefact.threads import threads_for

__all__ = ["RunningFit"]


@dataclass(frozen=True, eq=False)
class RunningFit:
    """Fit a stream of windows, forgetting old ones; `update` returns the fit that has seen one more.

    Parameters
    ----------
    operator : WaveOperator
    wave_weight : float or "auto"
        As for `factorize`; "auto" chooses it from the first window.
    regularization : float or "auto"
        As for `factorize`; "auto" follows the noise.
    half_life : float
        Samples after which energy counts half; infinite where nothing is forgotten.
    rtol : float
        Relative duality gap to prove.
    rng : int
        Seed of the noise that λ is chosen from.
    fit : Factorization, optional
        Of what has been seen; its time courses are those of the last window.  `update` fills in this and
        what follows.
    seen : Survey, optional
        What is remembered of all windows.
    threshold : DrawnThreshold, optional
        Of the noise drawn last.

    Notes
    -----
    After windows Y₀ … Y_K of m samples each the fit is that of ``[ρ^{K/2} Y₀, …, ρ^{1/2} Y_{K−1}, Y_K]`` with
    ``ρ = 2^{−m/half_life}``: where time has no weight, the Gram matrix ``G ← ρ G + Y Yᴴ`` is all that the
    shapes depend on.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> points, times = np.arange(1, 10) / 10, np.arange(400) / 100
    >>> signals = np.outer(np.sin(np.pi * points), np.sin(2 * np.pi * 3 * times))
    >>> signals += 0.1 * np.random.default_rng(0).normal(size=signals.shape)
    >>> running = wf.RunningFit(wf.String(9), wave_weight=10.0, half_life=400)
    >>> for window in np.split(signals, 2, axis=1):
    ...     running = running.update(window)
    >>> running.fit.n_components, running.fit.status.name, running.fit.time_courses.shape
    (1, 'CERTIFIED', (200, 1))
    """

    operator: WaveOperator
    wave_weight: float | str = "auto"
    regularization: float | str = "auto"
    half_life: float = inf
    rtol: float = RTOL
    rng: int = 0
    fit: Factorization | None = None
    seen: Survey | None = None
    threshold: DrawnThreshold | None = None

    def __post_init__(self) -> None:
        check_settings(self.wave_weight, 0.0, self.regularization, self.rtol, None)
        if not self.half_life > 0:
            raise InputError(f"half_life is {self.half_life!r}; expected a number of samples > 0.")

    def update(self, window: Recording | Array) -> RunningFit:
        """Return the running fit that has seen one more window.

        Parameters
        ----------
        window : Recording or array, shape (n_sensors, n_samples)
            What follows the windows before; of any length.

        Returns
        -------
        RunningFit
            Whose `fit` has seen this window, too.

        Raises
        ------
        InputError
            If the window cannot be used, as for `factorize`.
        """
        recording, operator = matched(window, self.operator)
        seen = survey(recording)
        if self.seen is not None:
            seen = self.seen.faded(2.0 ** (-recording.n_samples / self.half_life)).followed_by(seen)
        with threads_for(recording.n_sensors, recording.n_sensors):
            task = FitTask(recording, operator, np.random.default_rng(self.rng), seen, InMemory(recording))
            weight = task.wave_weight() if self.wave_weight == "auto" else float(self.wave_weight)
            task.threshold, noise = self.threshold, None
            if self.regularization == "auto":
                noise, penalty = task.regularization(weight)
            else:
                penalty = float(self.regularization)
            fit = task.solve(CertifiedGrowth(self.rtol), weight, penalty, start=self.fit, noise=noise)
        return replace(self, wave_weight=weight, fit=fit, seen=seen, threshold=task.threshold)
