"""`factorize`: a recording in, components with a proven global optimum out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from wavefact._arrays import Array
from wavefact._fit_checks import check_run, check_settings, prepare
from wavefact._fit_task import FitTask
from wavefact.factorization import Factorization
from wavefact.operators import WaveOperator
from wavefact.recording import Recording
from wavefact.solution import Callback
from wavefact.solvers.certified import CertifiedGrowth

__all__ = ["factorize", "regularization_path"]


def factorize(
    recording: Recording | Array,
    operator: WaveOperator | None = None,
    *,
    wave_weight: float | str = "auto",
    time_weight: float = 0.0,
    regularization: float | str = "auto",
    rtol: float = 1e-6,
    max_components: int | None = None,
    start: Factorization | None = None,
    debias: bool = False,
    device: str | None = None,
    callback: Callback | None = None,
    rng: np.random.Generator | int = 0,
) -> Factorization:
    """Decompose a recording into wave-like components and prove that no better ones exist.

    Parameters
    ----------
    recording : Recording or array, shape (n_sensors, n_samples)
        Real or complex; NumPy or any array library of the Python array standard.
    operator : WaveOperator, optional
        Of as many points as sensors.  By default a line with free ends at the sensors'
        positions, or at unit spacing where there are none.
    wave_weight : float or "auto"
        γ ≥ 0 for the operator's own eigenvalues (see `wave_weight_from_bandwidth`); "auto"
        takes the weight that best predicts held-out sensors.
    time_weight : float
        γ of the time axis; 0 for now.
    regularization : float or "auto"
        λ > 0; "auto" takes the smallest at which the estimated noise alone gives nothing.
    rtol : float
        Relative duality gap to prove.
    max_components : int, optional
        Stop growing beyond this number.
    start : Factorization, optional
        Result to begin with, of the same operator.
    debias : bool
        Refit the time courses by least squares on the shapes found; λ shrinks them.  The
        certificate is that of the components before.
    device : str, optional
        Torch device to compute on, such as "cuda"; by default where the recording is.
    callback : callable, optional
        Receives a `Step` after every round; a true answer stops cleanly.
    rng : numpy.random.Generator or int
        For the noise that λ is chosen from.

    Returns
    -------
    Factorization
        In NumPy arrays on the host.

    Raises
    ------
    InputError
        If the recording, the operator or a setting cannot be used; the text says why.

    Notes
    -----
    Minimises ``½‖Y − D Xᵀ‖² + (λ/2) Σ_i (‖x_i‖² + ‖d_i‖² + γ ‖(A − κ_i) d_i‖²)`` over the
    components, their number and their centres κ_i.

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
    recording, operator = prepare(recording, operator, device)
    check_run(operator, start, callback)
    task = FitTask(recording, operator, np.random.default_rng(rng))
    weight = task.wave_weight() if wave_weight == "auto" else float(wave_weight)
    noise, penalty = (
        task.regularization(weight) if regularization == "auto" else (None, float(regularization))
    )
    solver = CertifiedGrowth(rtol, max_components)
    return task.solve(solver, weight, penalty, start=start, callback=callback, debias=debias, noise=noise)


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
    recording, operator = prepare(recording, operator, device)
    check_run(operator, None, callback)
    task = FitTask(recording, operator, np.random.default_rng(0))
    weight = task.wave_weight() if wave_weight == "auto" else float(wave_weight)
    path: list[Factorization] = []
    for penalty in penalties:
        start = path[-1] if path else None
        solver = CertifiedGrowth(rtol)
        path.append(task.solve(solver, weight, penalty, start=start, callback=callback))
    return tuple(path)
