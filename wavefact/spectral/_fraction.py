"""Poles of frequency response functions by poly-reference least squares in the frequency domain (p-LSCF)."""

from __future__ import annotations

import numpy as np

from wavefact.modal.subspace import Poles

__all__ = ["fraction_poles"]

MOST_ORDERS = 30  # of those up to the largest
TURN = 0.95  # of a circle that the band is laid out on; its ends, which do not meet, keep apart


def fraction_poles(
    values: np.ndarray, frequencies: np.ndarray, decay_rate: float, max_order: int
) -> tuple[Poles, ...]:
    """Fit matrix fractions of rising order to frequency response functions, and return their poles.

    Parameters
    ----------
    values : (n_outputs, n_inputs, n_lines) complex array
    frequencies : (n_lines,) array [Hz]
    decay_rate : float [1/s]
        Of an exponential window; it is taken off the poles.
    max_order : int

    Returns
    -------
    tuple of Poles, by rising order
        Those within the band; unstable ones have negative damping ratios.

    Notes
    -----
    H = B A⁻¹ with polynomials B, A in z = exp(iθ), on whose circle the band is laid out.  For each output
    the linear residual B_o − H_o A is least for B_o given A, which leaves Σ_o (T_o − S_oᴴ R⁻¹ S_o) for A;
    R, S and T are Toeplitz.  With the lowest coefficient of A fixed to one, poles of noise are unstable and
    those of the structure stable (Cauberghe).  A pole is a root of det A, its shape B v with A v = 0.

    References
    ----------
    P. Guillaume, P. Verboven, S. Vanlanduit, H. Van der Auweraer and B. Peeters, "A poly-reference
    implementation of the least-squares complex frequency-domain estimator", Proc. 21st International Modal
    Analysis Conference, 2003.
    B. Cauberghe, "Applied frequency-domain system identification in the field of experimental and operational
    modal analysis", PhD thesis, Vrije Universiteit Brussel, 2004.
    """
    n_outputs, n_inputs, _ = values.shape
    low, width = frequencies[0], frequencies[-1] - frequencies[0]
    step = TURN / width  # of one power of z [s]
    angles = 2 * np.pi * (frequencies - low) * step
    powers = np.exp(1j * np.outer(np.arange(-max_order, max_order + 1), angles))
    scaled = values / np.max(np.abs(values))
    outer = np.einsum("oif,ojf->fij", scaled.conj(), scaled)
    lags = np.arange(max_order + 1)[None, :] - np.arange(max_order + 1)[:, None] + max_order
    normal = np.linalg.cholesky(powers.sum(axis=1)[lags])
    mixed = -np.einsum("kf,oif->oki", powers, scaled)[:, lags]  # (n_outputs, order, order, n_inputs)
    size = (max_order + 1) * n_inputs
    reduced = np.linalg.solve(normal, mixed.reshape(n_outputs, max_order + 1, size))
    square = np.einsum("kf,fij->kij", powers, outer)[lags].transpose(0, 2, 1, 3).reshape(size, size)
    found = []
    for order in range(1, max_order + 1, max(1, max_order // MOST_ORDERS)):
        rows, columns = order + 1, (order + 1) * n_inputs
        part = reduced[:, :rows, :columns]
        flat = part.reshape(-1, columns)
        matrix = square[:columns, :columns] - flat.conj().T @ flat
        rest = np.linalg.lstsq(matrix[n_inputs:, n_inputs:], -matrix[n_inputs:, :n_inputs], rcond=None)[0]
        denominator = np.concatenate([np.eye(n_inputs), rest])
        back = np.linalg.inv(normal[:rows, :rows]).conj().T
        numerator = -(back @ (part @ denominator))  # (n_outputs, order + 1, n_inputs)
        roots, vectors = _roots(denominator, n_inputs)
        kept = np.abs(roots) > 0
        found.append(_poles(order, roots[kept], vectors[:, kept], numerator, (step, low, decay_rate)))
    return tuple(found)


def _roots(denominator: np.ndarray, n_inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """Return roots z of Σ α_r zʳ, α_0 = 1, and v with A(z) v = 0, from the companion matrix in 1/z."""
    size = denominator.shape[0] - n_inputs
    companion = np.zeros((size, size), dtype=complex)
    companion[n_inputs:, : size - n_inputs] = np.eye(size - n_inputs)
    blocks = denominator[n_inputs:].reshape(-1, n_inputs, n_inputs)
    companion[:n_inputs] = -np.concatenate(list(blocks), axis=1)
    inverse, vectors = np.linalg.eig(companion)
    large = np.abs(inverse) > 1e-6  # z within reach
    return 1.0 / inverse[large], vectors[-n_inputs:, large]


def _poles(
    order: int,
    roots: np.ndarray,
    vectors: np.ndarray,
    numerator: np.ndarray,
    band: tuple[float, float, float],
) -> Poles:
    step, low, decay_rate = band
    logs = np.log(roots)
    angles = np.mod(logs.imag, 2 * np.pi)
    inside = angles <= 2 * np.pi * TURN
    logs, angles = logs[inside], angles[inside]
    poles = logs.real / step + decay_rate + 1j * (angles / step + 2 * np.pi * low)
    raised = roots[inside] ** np.arange(order + 1)[:, None]
    shapes = np.einsum("ori,rp,ip->op", numerator, raised, vectors[:, inside])
    size = np.linalg.norm(shapes, axis=0)
    kept = np.isfinite(size) & (size > 0)
    return Poles(
        order=order,
        frequencies=np.abs(poles[kept]) / (2 * np.pi),
        damping_ratios=-poles[kept].real / np.abs(poles[kept]),
        shapes=shapes[:, kept] / size[kept],
    )
