"""The polar of a recording and of its residual at many centres, from one pass over the samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.operators import Time
from wavefact.problem import Axis
from wavefact.recording import Recording
from wavefact.reduction import Reduction
from wavefact.ritz import ritz
from wavefact.solvers.descent import ridge
from wavefact.spectral_windows import WindowedResidual

WORK = 3e9  # multiplications to spend, over the cube of the number of points for each centre
FEWEST, MOST = 48, 400  # centres
JOINT_WORK = 4e9  # multiplications to spend on each curve over both axes
FEWEST_TONES, MOST_TONES, JOINT_CENTRES = 16, 160, 160  # tones beside the components' own
FAINTEST, N_LANCZOS = 1e-4, 30  # gain of power below which a bin is left out; steps


@dataclass(frozen=True)
class PolarCurves:
    """σ_max of the filtered recording and residual at each wavenumber, in the recording's unit."""

    wavenumbers: np.ndarray
    recording: np.ndarray
    residual: np.ndarray


def polar_curves(recording: Recording, fit: Factorization) -> PolarCurves:
    """Compute the polar at the fit's centres, the operator's eigenvalues and evenly between.

    Notes
    -----
    The residual is (I − P) Y with P = D (DᴴD + λ I)⁻¹ Dᴴ, the one that the certificate is about, so its
    cost does not depend on the number of samples; of many points the curves are lower estimates.
    Where time was penalised too, the polar is the largest over all tones.
    """
    operator = fit.operator
    if recording.n_sensors != operator.n_points:
        raise InputError(
            f"The recording has {recording.n_sensors} sensors, the factorization {operator.n_points} points; "
            "pass the recording that was factorized."
        )
    if fit.time_operator is not None:
        return _joint_curves(recording, fit, fit.time_operator)
    reduction, axis = Reduction(recording, operator), Axis(operator.eigenvalues, fit.wave_weight)
    data, shapes = to_numpy(reduction.data(np.inf)), operator.analyze(fit.spatial_factors)
    residual = data - shapes @ ridge(shapes, data, fit.regularization)
    centres = _centres(fit, int(np.clip(WORK / (len(data) ** 2 * data.shape[1]), FEWEST, MOST)))
    return PolarCurves(
        np.asarray(operator.wavenumber(centres)),
        reduction.scale * WindowedResidual(data, axis).spectrum(centres),
        reduction.scale * WindowedResidual(residual, axis).spectrum(centres),
    )


def _joint_curves(recording: Recording, fit: Factorization, time: Time) -> PolarCurves:
    """Compute the largest polar over the components' tones, and others evenly between.

    Both curves are lower estimates: Ritz values, at some of the tones.  Long recordings get fewer tones.
    """
    operator = fit.operator
    data = time.analyze(operator.analyze(to_numpy(recording.load().signals)).T).T
    space, axis = Axis(operator.eigenvalues, fit.wave_weight), Axis(time.eigenvalues, fit.time_weight)
    shapes, courses = _certified(fit, time, space, axis)
    residual = data - shapes @ courses.T
    centres = _centres(fit, JOINT_CENTRES)
    found = np.zeros((2, centres.size))
    for tone in _tones(fit, axis):
        gains = 1 / axis.weights(np.array([tone]))[:, 0]
        heard = gains > FAINTEST
        for curve, values in zip(found, (data[:, heard], residual[:, heard]), strict=True):
            gram = (values * gains[heard]) @ values.conj().T
            np.maximum(curve, ritz(gram, space, centres, N_LANCZOS), out=curve)
    return PolarCurves(np.asarray(operator.wavenumber(centres)), *found)


def _certified(fit: Factorization, time: Time, space: Axis, axis: Axis) -> tuple[np.ndarray, np.ndarray]:
    """Return shapes and courses in the eigenbases, as they were before amplitudes were debiased.

    The certificate is about components of ‖d‖_κ = ‖x‖_μ; debiasing scaled x alone.
    """
    shapes, courses = fit.operator.analyze(fit.spatial_factors), time.analyze(fit.time_courses)
    heights = _norms(shapes, space, fit.eigenvalues)
    lengths = _norms(courses, axis, np.asarray(fit.time_eigenvalues))
    return shapes, courses * (heights / np.maximum(lengths, np.finfo(float).tiny))


def _norms(vectors: np.ndarray, axis: Axis, centres: np.ndarray) -> np.ndarray:
    """Return the norm of each column in the penalty around its own centre."""
    return np.asarray(np.sum(axis.weights(centres) * np.abs(vectors) ** 2, axis=0) ** 0.5)


def _tones(fit: Factorization, axis: Axis) -> np.ndarray:
    """Return the components' tones, where the residual touches λ, and as many others as work allows."""
    cost = fit.operator.n_points**2 * (len(axis) + N_LANCZOS * JOINT_CENTRES)
    number = min(int(np.clip(JOINT_WORK / cost, FEWEST_TONES, MOST_TONES)), len(axis))
    even = np.asarray(axis.eigenvalues)[np.linspace(0, len(axis) - 1, number).astype(int)]
    return np.unique(np.concatenate([np.asarray(fit.time_eigenvalues), even]))


def _centres(fit: Factorization, number: int) -> np.ndarray:
    """Return rising centres κ: peaks are at the eigenvalues, valleys between them."""
    eigenvalues = np.unique(fit.operator.eigenvalues)
    thinned = eigenvalues[:: max(1, 2 * len(eigenvalues) // number)]
    largest = float(np.asarray(fit.operator.wavenumber(eigenvalues[-1:]))[0])
    even = np.asarray(
        fit.operator.eigenvalue(np.linspace(0.0, largest, number - min(number // 2, len(thinned))))
    )
    inside = np.clip(np.concatenate([even, thinned, fit.eigenvalues]), eigenvalues[0], eigenvalues[-1])
    return np.unique(inside)
