"""`complete`: the wavefield at all points of a structure, from some of the points or some of the time.

λ shrinks components, which is right for finding them and wrong for their amplitudes.  As in `denoise`, only
their shapes are kept, and what moves in them is learned from the recording by likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wavefact._arrays import Array, to_numpy
from wavefact.denoising.gaps import courses_among_gaps
from wavefact.denoising.processes import Processes
from wavefact.dispersion import Dispersion
from wavefact.fit import factorize
from wavefact.observed import Observation
from wavefact.operators import WaveOperator
from wavefact.recording import Recording
from wavefact.solution import Callback

__all__ = ["complete"]

RTOL = 1e-3  # relative gap to prove: what is left of it is far below the noise


def complete(
    recording: Recording | Array,
    operator: WaveOperator,
    *,
    missing: Array | str | None = None,
    sensors: Sequence[int] | np.ndarray | None = None,
    wave_weight: float | str = "auto",
    time_weight: float | str = "auto",
    dispersion: Dispersion | None = None,
    regularization: float | str = "auto",
    callback: Callback | None = None,
    rng: np.random.Generator | int = 0,
) -> Recording:
    """Estimate the wavefield at all points of an operator, also where and when nothing was measured.

    Parameters
    ----------
    recording : Recording or array, shape (n_sensors, n_samples)
    operator : WaveOperator
        Of n_points points.
    missing, sensors, wave_weight, time_weight, dispersion, regularization, callback, rng
        As in `factorize`.  A `time_weight` tells apart what few sensors cannot: waves of different
        frequencies.

    Returns
    -------
    Recording
        Of shape (n_points, n_samples), in NumPy arrays, at the operator's positions; without noise, also
        where there are samples; all zeros without components.

    Raises
    ------
    InputError
        If the recording, the operator, `missing` or `sensors` cannot be used; the text says why.

    Notes
    -----
    Given the shapes S = H D of the components at the sensors, noise of power N and autoregressive courses of
    spectra s_i, the courses' cosine transform has the mean ``(Φ Sᴴ M S Φᵀ / N + diag(1/s_i))⁻¹ Φ Sᴴ y / N``,
    a Wiener filter for all components at once, which gaps M couple over frequency.  Spectra and noise are
    those of greatest likelihood.

    References
    ----------
    Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM algorithm", J. R. Stat.
    Soc. B 39 (1977).

    Examples
    --------
    >>> from wavefact.simulate import scenario_s2
    >>> noisy, points = scenario_s2(20.0), [4, 9, 23, 30, 38, 47, 55, 62, 71, 78, 90, 96]
    >>> whole = wf.complete(noisy.recording.select(points), wf.String(100), sensors=points, wave_weight=1e5)
    >>> whole.signals.shape, bool(wf.relative_error(whole.signals, noisy.clean) < 0.2)
    ((100, 1000), True)
    """
    fit = factorize(
        recording,
        operator,
        wave_weight=wave_weight,
        time_weight=time_weight,
        dispersion=dispersion,
        regularization=regularization,
        missing=missing,
        sensors=sensors,
        rtol=RTOL,
        callback=callback,
        rng=rng,
    )
    observation = Observation.of(recording, operator, missing, sensors, None)
    signals = np.zeros((fit.operator.n_points, fit.time_courses.shape[0]), fit.time_courses.dtype)
    if fit.n_components:
        seen = observation.matrix @ fit.spatial_factors
        signals = fit.spatial_factors @ _courses(observation, seen, fit.time_courses.T)
    source = observation.recording
    return Recording(
        signals,
        sampling_rate=source.sampling_rate,
        positions=fit.operator.positions,
        unit=source.unit,
        quantity=source.quantity,
        metadata=source.metadata,
    )


def _courses(observation: Observation, seen: np.ndarray, courses: np.ndarray) -> np.ndarray:
    """Return what moves in shapes seen at the sensors, (n_components, n_samples)."""
    from scipy.fft import idct

    signals = to_numpy(observation.recording.load().signals)
    scale = float(np.max(np.abs(signals))) or 1.0
    if observation.mask is not None:
        return scale * courses_among_gaps(signals / scale, observation.mask, seen, courses / scale)
    learned = Processes.begun(signals / scale, seen, courses / scale).best()
    sizes = np.linalg.norm(seen, axis=0)
    return np.asarray(scale * idct(learned.courses, axis=1, norm="ortho") / sizes[:, None])
