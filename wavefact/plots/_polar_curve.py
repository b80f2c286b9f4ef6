"""The polar of a recording and of its residual at many centres, from one pass over the samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.operators import Time
from wavefact.polar import spectrum
from wavefact.problem import Axis
from wavefact.recording import Recording
from wavefact.reduction import Reduction
from wavefact.ritz import ritz

WORK = 3e9  # multiplications to spend, over the cube of the number of points for each centre
FEWEST, MOST = 48, 400  # centres
MOST_TONES, FAINTEST, N_LANCZOS = 160, 1e-4, 30  # gain of power below which a bin is left out; steps


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
    Gram matrix follows from that of the recording and the cost does not depend on the number of samples.
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
    reduction = Reduction(recording, operator)
    gram, axis = to_numpy(reduction.gram), Axis(operator.eigenvalues, fit.wave_weight)
    shapes = operator.analyze(fit.spatial_factors)
    normal = shapes.conj().T @ shapes + fit.regularization * np.eye(fit.n_components)
    remover = np.eye(len(gram)) - shapes @ np.linalg.solve(normal, shapes.conj().T)
    centres = _centres(fit, int(np.clip(WORK / len(gram) ** 3, FEWEST, MOST)))
    return PolarCurves(
        np.asarray(operator.wavenumber(centres)),
        reduction.scale * spectrum(gram, axis, centres),
        reduction.scale * spectrum(remover @ gram @ remover.conj().T, axis, centres),
    )


def _joint_curves(recording: Recording, fit: Factorization, time: Time) -> PolarCurves:
    """Compute the largest polar over a few tones of each resonance, and others evenly between.

    Ritz values do for a picture: they are below the polar by less than a line is wide.
    """
    operator = fit.operator
    data = time.analyze(operator.analyze(to_numpy(recording.load().signals)).T).T
    shapes, courses = operator.analyze(fit.spatial_factors), time.analyze(fit.time_courses)
    space, axis = Axis(operator.eigenvalues, fit.wave_weight), Axis(time.eigenvalues, fit.time_weight)
    tones = np.asarray(fit.time_eigenvalues)
    even = axis.eigenvalues[np.linspace(0, len(axis) - 1, min(MOST_TONES, len(axis))).astype(int)]
    centres = _centres(fit, MOST_TONES)
    found = np.zeros((2, centres.size))
    residual = data - shapes @ courses.T
    for tone in np.unique(np.concatenate([tones, even])):
        gains = 1 / axis.weights(np.array([tone]))[:, 0]
        heard = gains > FAINTEST
        for curve, values in zip(found, (data[:, heard], residual[:, heard]), strict=True):
            gram = (values * gains[heard]) @ values.conj().T
            np.maximum(curve, ritz(gram, space, centres, N_LANCZOS), out=curve)
    return PolarCurves(np.asarray(operator.wavenumber(centres)), *found)


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
