"""Errors of mode shapes from the span that they were sought in: it comes from noisy signals, too.

Modes are fitted in the principal directions of many sensors, or in the components of a factorization, and
their likelihood says how sure they are within that span.  What noise has done to the span itself is added
here.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wavefact._arrays import to_numpy
from wavefact.modal.channels import Components, NoisyComponents
from wavefact.modal.model import ModalModel
from wavefact.modal.principal import Principal
from wavefact.recording import Recording

__all__ = ["with_span_errors"]

_LARGE = 4096  # points, from which on errors are taken to be alike everywhere: no n × n array is made


def with_span_errors(model: ModalModel, span: Principal | Components | Recording) -> ModalModel:
    """Return a model whose shape errors hold those of the span.

    Parameters
    ----------
    model : ModalModel
        With errors of shapes within their span.
    span : Principal, Factorization or Recording
        What it was identified in.  A recording itself stands for few sensors, whose span is everything.

    Notes
    -----
    Principal directions lean towards noise by an angle that depends on their power (`Principal`), in no
    particular direction beyond the span.  The shapes of components are ridge regressions
    (XᵀX + λ W_j)⁻¹ Xᵀ y_j for each eigenvector j of the operator, of variance
    σ² (XᵀX + λ W_j)⁻¹ XᵀX (XᵀX + λ W_j)⁻¹; by how much the wave equation pulls a shape that does not obey
    it, no number of this says.

    References
    ----------
    D. Paul, "Asymptotics of sample eigenstructure for a large dimensional spiked covariance model",
    Statistica Sinica 17 (2007).
    """
    if model.n_modes == 0:
        return model
    if isinstance(span, Principal):
        columns, variances = span.basis, span.variances
    elif isinstance(span, NoisyComponents) and span.noise is not None:  # else λ was given
        columns, variances = to_numpy(span.spatial_factors), _of_components(span, span.noise)
    else:
        return model
    weights = np.linalg.pinv(columns) @ model.mode_shapes
    extra = variances @ np.abs(weights) ** 2 / (1 + np.iscomplexobj(columns))
    peaks, modes = np.argmax(np.abs(model.mode_shapes), axis=0), np.arange(model.n_modes)
    extra = extra + np.abs(model.mode_shapes) ** 2 * extra[peaks, modes]
    extra[peaks, modes] = 0.0  # the largest entry is 1
    return replace(model, shape_errors=np.sqrt(model.shape_errors**2 + extra))


def _of_components(fit: NoisyComponents, noise: float) -> np.ndarray:
    """Return the variance of each component's shape at each point, (n_points, n_components)."""
    courses, operator = to_numpy(fit.time_courses), fit.operator
    n = courses.shape[1]
    gram = courses.conj().T @ courses
    weights = 1 + fit.wave_weight * (operator.eigenvalues[:, None] - to_numpy(fit.eigenvalues)) ** 2
    inverses = np.linalg.inv(gram + fit.regularization * weights[:, :, None] * np.eye(n))
    in_rows = noise**2 * np.real(np.sum((inverses @ gram) * inverses.transpose(0, 2, 1), axis=2))
    if operator.n_points > _LARGE:
        return np.broadcast_to(np.mean(in_rows, axis=0), in_rows.shape)
    return np.abs(to_numpy(operator.synthesize(np.eye(operator.n_points)))) ** 2 @ in_rows
