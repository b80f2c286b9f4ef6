"""The polar of a recording and of its residual at many centres, from one pass over the samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.errors import InputError
from wavefact.factorization import Factorization
from wavefact.polar import spectrum
from wavefact.problem import Axis
from wavefact.recording import Recording
from wavefact.reduction import Reduction

WORK = 3e9  # multiplications to spend, over the cube of the number of points for each centre
FEWEST, MOST = 48, 400  # centres


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
    """
    operator = fit.operator
    if recording.n_sensors != operator.n_points:
        raise InputError(
            f"The recording has {recording.n_sensors} sensors, the factorization {operator.n_points} points; "
            "pass the recording that was factorized."
        )
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
