"""`factorize`: a recording in, components with a proven global optimum out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from wavefact._arrays import Array, memory_said_clearly
from wavefact._fit_checks import (
    JOINT_RTOL,
    RTOL,
    affordable_order,
    check_run,
    check_settings,
    matched,
    parsed_bandwidth,
    penalty_of,
    time_axis,
    time_order,
)
from wavefact._fit_output import FitFile, InMemory, fingerprint
from wavefact._fit_task import FitTask
from wavefact._joint_task import JointTask
from wavefact._signal_checks import check_length
from wavefact.dispersion import Dispersion, relation_nodes
from wavefact.factorization import Factorization
from wavefact.observed import Observation, Settings, factorize_observed
from wavefact.operators import WaveOperator
from wavefact.recording import Recording
from wavefact.solution import Callback
from wavefact.solvers.certified import CertifiedGrowth
from wavefact.survey import survey
from wavefact.threads import threads_for

__all__ = ["factorize", "regularization_path"]


@memory_said_clearly()
def factorize(
    recording: Recording | Array,
    operator: WaveOperator | None = None,
    *,
    wave_weight: float | str = "auto",
    time_weight: float | str = "auto",
    dispersion: Dispersion | None = None,
    regularization: float | str = "auto",
    missing: Array | str | None = None,
    sensors: Sequence[int] | np.ndarray | None = None,
    rtol: float | None = None,
    max_components: int | None = None,
    start: Factorization | None = None,
    debias: bool = False,
    device: str | None = None,
    callback: Callback | None = None,
    rng: np.random.Generator | int = 0,
    output: str | os.PathLike[str] | None = None,
) -> Factorization:
    """Decompose a recording into wave-like components and prove that no better ones exist.

    Parameters
    ----------
    recording : Recording or array, shape (n_sensors, n_samples)
        Real or complex; NumPy or any array library of the Python array standard.
    operator : WaveOperator, optional
        Of as many points as sensors, unless `sensors` says where these are.  By default a line with free
        ends at the sensors' positions, or at unit spacing where there are none.
    wave_weight : float or "auto"
        γ ≥ 0 for the operator's own eigenvalues (see `wave_weight_from_bandwidth`); "auto"
        takes the weight that best predicts held-out sensors.
    time_weight : float, "auto" or a bandwidth such as "2 Hz"
        How strictly time courses oscillate at one frequency each.  A number is γ for the eigenvalues ω² of
        −d²/dt² [(rad/s)⁻⁴]; 0 leaves time free.  A bandwidth is that of the filter each time course passes,
        the same at every frequency (the time axis is then `Time` of order 1).  "auto" takes the bandwidth
        that best predicts held-out sensors, or 0 where it is not worth its cost: where all that is found is
        strong enough to be seen without, where it takes many tones, or where `regularization` is given.
    dispersion : float, callable or array of shape (n, 2), optional
        Known relation of frequency and wavenumber on which components have to lie: the wave speed c [m/s] of
        ω = c k (for bending a [m²/s] of ω = a k²), a function that returns ω [rad/s] at wavenumbers k
        [rad/m], or a table of frequencies [Hz] and wavenumbers [rad/m].  By default they are independent.
    regularization : float or "auto"
        λ > 0; "auto" takes the smallest at which the estimated noise alone gives nothing.
    missing : "nan" or array of bool, shape (n_sensors, n_samples), optional
        Which samples are missing: those that are NaN, or those where the mask is True.  Whole channels may
        be. By default none is, and NaN are refused.
    sensors : integers (n_sensors,), or array of shape (n_sensors, n_points), optional
        Which points of the operator the sensors are at, from 0, or a matrix H that selects or interpolates.
        The operator may then have more points, and shapes are found at all of them.  Sensors count alike.
    rtol : float, optional
        Relative duality gap to prove; by default 1e-6, or 1e-3 where time has a weight.
    max_components : int, optional
        Stop growing beyond this number.
    start : Factorization, optional
        Result to begin with, of the same operator.
    debias : bool
        Undo that λ shrinks the components: refit the time courses by least squares on the shapes found or,
        where time has a weight, the components' amplitudes.  The certificate is that of the components
        before.
    device : str, optional
        Torch device to compute on, such as "cuda"; by default where the recording is.
    callback : callable, optional
        Receives a `Step` after every round; a true answer stops cleanly.
    rng : numpy.random.Generator or int
        For the noise that λ is chosen from.
    output : path, optional
        Result file to write, as `Factorization.save` does.  A recording that is read by slicing is then
        never in memory, nor are its time courses, where time has no weight.  Should the process be
        killed, the same call goes on from what it has left beside the file.

    Returns
    -------
    Factorization
        In NumPy arrays on the host; with `output`, time courses stay in the file.

    Raises
    ------
    InputError
        If the recording, the operator or a setting cannot be used, or the recording's file changes
        meanwhile, which a dask array does not tell; the text says why.
    CorruptFileError
        If signals that are read by slicing cannot be read.
    UnwritableTargetError
        If `output` cannot be written; what was there stays.

    Notes
    -----
    A recording that is read by slicing (an HDF5 dataset, a dask array) is read twice, block by block: once
    for all that is needed before solving and once for the time courses.  Of dask arrays both are done
    where their blocks are.  Where time has a weight, or `device` is given, it is loaded; where it does not
    fit into memory, an automatic `time_weight` is then 0, which a warning says.

    Minimises ``½‖Y − D Xᵀ‖² + (λ/2) Σ_i (‖x_i‖² + γ_t ‖(B − μ_i) x_i‖² + ‖d_i‖² + γ ‖(A − κ_i) d_i‖²)`` over
    the components, their number, their centres κ_i and their tones μ_i, where A is the operator and B the
    time axis.  With `missing` and `sensors` the loss is ``½‖M ∘ (Y − H D Xᵀ)‖²`` over the samples that are
    there, with the same certificate; time then has a weight only where `time_weight` gives one, which samples
    missing here and there exclude, or where 16 sensors or fewer, without gaps, see shapes so much alike that
    only frequencies keep them apart: "auto" then takes a bandwidth that does.  "auto" weights of space are
    those that best predict sensors left out.  Where half of the points or fewer have sensors, these cannot
    tell shapes from their aliases, so shapes are then made of as many of the lowest eigenvectors as predict
    sensors about best (`Factorization.highest_wavenumber`; not with `dispersion`, or a `wave_weight` that is
    given).  A warning says so where frequencies do not confirm that these are the right ones.

    References
    ----------
    Tetali, Harley & Haeffele, "Wave Physics-Informed Matrix Factorizations", IEEE Trans. Signal
    Processing, 2024.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> points, times = np.arange(1, 31) / 31, np.arange(500) / 100
    >>> signals = np.outer(np.sin(2 * np.pi * points), np.cos(2 * np.pi * 3 * times))
    >>> signals += 0.1 * np.random.default_rng(0).normal(size=signals.shape)
    >>> fit = wf.factorize(signals, wf.String(30), wave_weight=1e3)
    >>> fit.n_components, fit.status.name
    (1, 'CERTIFIED')
    """
    check_settings(wave_weight, time_weight, regularization, rtol, max_components)
    generator = np.random.default_rng(rng)
    observation = _observation(recording, operator, missing, sensors, device)
    recording, operator = (
        matched(recording, operator, device)
        if observation is None
        else (observation.recording, observation.operator)
    )
    check_length(recording.n_samples, wave_weight=wave_weight, regularization=regularization)
    check_run(operator, start, callback)
    place = InMemory(recording)
    if output is not None:
        decisive = (wave_weight, time_weight, regularization, rtol, max_components, debias)
        place = FitFile(output, recording, fingerprint(operator, start, decisive, generator))
    if observation is not None:
        settings = Settings(
            wave_weight,
            time_weight,
            dispersion,
            regularization,
            rtol,
            max_components,
            start,
            debias,
            callback,
        )
        with threads_for(operator.n_points, recording.n_samples):
            return place.saved(factorize_observed(observation, settings, generator))
    asked = time_order(time_weight, regularization, recording, dispersion)
    order = affordable_order(asked, time_weight, recording, dispersion)
    chosen, choice, noise_seen = None if wave_weight == "auto" else float(wave_weight), None, None
    finished = place.resumed()
    if finished is not None:
        return finished
    seen = place.survey()
    if order:
        with threads_for(recording.n_sensors, recording.n_samples):
            task = JointTask(recording, operator, time_axis(recording, order), generator, seen)
            weights = _joint_weights(task, wave_weight, time_weight, dispersion)
            if weights[1] > 0:
                relation = (
                    None if dispersion is None else relation_nodes(dispersion, operator, task.time, weights)
                )
                domain = task.domain(*weights, relation)
                noise, penalty = penalty_of(regularization, lambda: task.regularization(domain))
                solver = CertifiedGrowth(rtol or JOINT_RTOL, max_components)
                fit = task.solve(
                    solver, domain, penalty, start=start, callback=callback, debias=debias, noise=noise
                )
                return place.saved(fit)
        chosen, choice, noise_seen = weights[0], task.choice, task.noise_seen
        del task  # as large as the recording
    with threads_for(recording.n_sensors, min(recording.n_sensors, recording.n_samples)):
        space = FitTask(recording, operator, generator, seen, place)
        weight = space.wave_weight() if chosen is None else chosen
        noise, penalty = penalty_of(regularization, lambda: space.regularization(weight, noise_seen))
        solver = CertifiedGrowth(rtol or RTOL, max_components)
        fit = space.solve(solver, weight, penalty, start=start, callback=callback, debias=debias, noise=noise)
    return replace(fit, choice=choice)


def _observation(
    recording: Recording | Array,
    operator: WaveOperator | None,
    missing: Any,
    sensors: Any,
    device: str | None,
) -> Observation | None:
    """Return what has been observed; None where every point has its sensor and no sample is missing."""
    if missing is None and sensors is None:
        return None
    found = Observation.of(recording, operator, missing, sensors, device)
    return None if found.is_whole else found


def _joint_weights(
    task: JointTask, wave_weight: float | str, time_weight: float | str, dispersion: Dispersion | None
) -> tuple[float, float]:
    """Return γ of both axes; 0 for time where no bandwidth helps."""
    given = None if wave_weight == "auto" else float(wave_weight)
    if not isinstance(time_weight, str):
        found = task.choose(None, time_weight=time_weight).wave_weight if given is None else given
        return found, time_weight
    bandwidth = None if time_weight == "auto" else parsed_bandwidth(time_weight)
    if given is not None and bandwidth is not None:
        return given, task.time.weight(bandwidth)
    choice = task.choose(given, bandwidth)
    is_used = choice.helps or bandwidth is not None or dispersion is not None
    return choice.wave_weight, task.time.weight(choice.bandwidth) if is_used else 0.0


@memory_said_clearly()
def regularization_path(
    recording: Recording | Array,
    operator: WaveOperator | None,
    regularizations: Iterable[float],
    *,
    wave_weight: float | str = "auto",
    rtol: float = 1e-6,
    device: str | None = None,
    callback: Callback | None = None,
) -> tuple[Factorization, ...]:
    """Factorize at several regularizations, each starting from the one before.

    Parameters
    ----------
    recording, operator, wave_weight, rtol, device, callback
        As for `factorize`.
    regularizations : iterable of float
        λ of each solve, in the order given; descending is fastest.

    Returns
    -------
    tuple of Factorization
        One for each regularization, each certified on its own.

    Examples
    --------
    >>> import numpy as np
    >>> import wavefact as wf
    >>> signals = np.random.default_rng(0).normal(size=(12, 40))
    >>> path = wf.regularization_path(signals, wf.String(12), [8.0, 6.0, 4.0], wave_weight=10.0)
    >>> [fit.n_components for fit in path] == sorted(fit.n_components for fit in path)
    True
    """
    penalties = [float(value) for value in regularizations]
    for penalty in penalties:
        check_settings(wave_weight, 0.0, penalty, rtol, None)
    recording, operator = matched(recording, operator, device)
    check_run(operator, None, callback)
    with threads_for(recording.n_sensors, min(recording.n_sensors, recording.n_samples)):
        task = FitTask(recording, operator, np.random.default_rng(0), survey(recording), InMemory(recording))
        weight = task.wave_weight() if wave_weight == "auto" else float(wave_weight)
        path: list[Factorization] = []
        for penalty in penalties:
            start = path[-1] if path else None
            solver = CertifiedGrowth(rtol)
            path.append(task.solve(solver, weight, penalty, start=start, callback=callback))
    return tuple(path)
