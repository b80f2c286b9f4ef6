"""What moves in given shapes where samples are missing here and there, under white noise.

Courses are taken first for white, then for autoregressive processes, whose powers, spectra and noise are
learned by expectation and maximisation.  Gaps couple the frequencies of a process, so that its mean takes
conjugate gradients; its variance is that of gaps spread evenly.

References
----------
A. P. Dempster, N. M. Laird and D. B. Rubin, "Maximum likelihood from incomplete data via the EM algorithm",
J. R. Stat. Soc. B 39 (1977); Golub & Van Loan, "Matrix Computations", 4th ed., §11.5.2 (preconditioned
conjugate gradients).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavefact.denoising.processes import MOST_ENTRIES, QUIETEST, SAMPLES_PER_ORDER, autoregressive

__all__ = ["courses_among_gaps"]

ORDER = 8  # of the processes, where there are samples enough
N_STEPS, SETTLED = 50, 1e-5  # until the noise's power changes by no more than this share
N_GRADIENTS, ACCURACY = 20, 1e-2  # of each step, from the mean of the last one


def courses_among_gaps(
    signals: np.ndarray, mask: np.ndarray, shapes: np.ndarray, courses: np.ndarray
) -> np.ndarray:
    """Return the mean of the courses given what is there, (n_components, n_samples).

    Parameters
    ----------
    signals : (n_sensors, n_samples) array
        Zero where `mask` is False.
    mask : (n_sensors, n_samples) array of bool
    shapes : (n_sensors, n_components) array
    courses : (n_components, n_samples) array
        To begin with.
    """
    sizes = np.linalg.norm(shapes, axis=0)
    seen = _Seen(signals, mask, shapes / sizes)
    courses = courses * sizes[:, None]
    courses, noise = _white(seen, courses)
    order = min(ORDER, signals.shape[1] // SAMPLES_PER_ORDER)
    if order > 0:
        courses = _processes(seen, courses, noise, order)
    return np.asarray(courses / sizes[:, None])


@dataclass(frozen=True, eq=False)
class _Seen:
    """Signals, where they are there, and the unit shapes at the sensors."""

    signals: np.ndarray
    mask: np.ndarray
    shapes: np.ndarray

    @property
    def n_observed(self) -> int:
        return int(np.sum(self.mask))

    @property
    def quietest(self) -> float:
        return QUIETEST * float(np.sum(np.abs(self.signals) ** 2)) / self.n_observed

    def left(self, courses: np.ndarray) -> np.ndarray:
        """What the courses leave of the signals."""
        return np.asarray((self.signals - self.shapes @ courses) * self.mask)

    def noise(self, courses: np.ndarray, unsure: float = 0.0) -> float:
        """The noise's power, given what of the courses' power is unsure."""
        return max((float(np.sum(np.abs(self.left(courses)) ** 2)) + unsure) / self.n_observed, self.quietest)


def _white(seen: _Seen, courses: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the mean of courses without memory, each of its own power, and the noise's power."""
    moments, noise = np.mean(np.abs(courses) ** 2, axis=1), seen.noise(courses)
    for _ in range(N_STEPS):
        courses, moments, unsure = _sample_by_sample(seen, np.maximum(moments, seen.quietest), noise)
        before, noise = noise, seen.noise(courses, unsure)
        if abs(noise - before) <= SETTLED * before:
            break
    return courses, noise


def _sample_by_sample(seen: _Seen, powers: np.ndarray, noise: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return mean courses, their mean powers, and the power that stays unsure where samples are there."""
    n, n_samples, shapes = len(powers), seen.signals.shape[1], seen.shapes
    pairs = (shapes.conj()[:, :, None] * shapes[:, None, :]).reshape(len(shapes), n * n)
    targets = shapes.conj().T @ seen.signals
    courses, moments, unsure = np.empty_like(targets), np.zeros(n), 0.0
    for part in np.array_split(np.arange(n_samples), -(-n_samples * n**2 // MOST_ENTRIES)):
        grams = (seen.mask[:, part].T.astype(float) @ pairs).reshape(-1, n, n)
        covariances = np.linalg.inv(grams / noise + np.diag(1.0 / powers))
        courses[:, part] = _each(covariances, targets[:, part]) / noise
        moments += np.sum(np.real(np.diagonal(covariances, axis1=1, axis2=2)), axis=0)
        unsure += float(np.real(np.sum(grams * covariances.transpose(0, 2, 1))))
    return courses, moments / n_samples + np.mean(np.abs(courses) ** 2, axis=1), unsure


def _processes(seen: _Seen, courses: np.ndarray, noise: float, order: int) -> np.ndarray:
    """Return the mean of autoregressive processes of one order."""
    from scipy.fft import dct, idct

    share = float(np.mean(seen.mask))
    spread = share * seen.shapes.conj().T @ seen.shapes
    coefficients = dct(courses, axis=1, norm="ortho")
    moments = np.abs(coefficients) ** 2
    for _ in range(N_STEPS):
        spectra = np.maximum(autoregressive(moments, order), seen.quietest)
        covariances = np.linalg.inv(spread / noise + np.eye(len(spread)) / spectra.T[:, :, None])
        coefficients = _mean(seen, coefficients, spectra, noise, covariances)
        courses = idct(coefficients, axis=1, norm="ortho")
        unsure = float(np.real(np.sum(spread.T * covariances)))
        moments = np.abs(coefficients) ** 2 + np.real(np.diagonal(covariances, axis1=1, axis2=2)).T
        before, noise = noise, seen.noise(courses, unsure)
        if abs(noise - before) <= SETTLED * before:
            break
    return np.asarray(courses)


def _mean(
    seen: _Seen, start: np.ndarray, spectra: np.ndarray, noise: float, covariances: np.ndarray
) -> np.ndarray:
    """Solve (diag(1/S) + Φ Sᴴ M S Φᵀ / N) x = Φ Sᴴ y / N from `start`, for coefficients of cosines Φ."""
    from scipy.fft import dct, idct

    def image(values: np.ndarray) -> np.ndarray:
        there = seen.mask * (seen.shapes @ idct(values, axis=1, norm="ortho"))
        return np.asarray(values / spectra + dct(seen.shapes.conj().T @ there, axis=1, norm="ortho") / noise)

    target = dct(seen.shapes.conj().T @ seen.signals, axis=1, norm="ortho") / noise
    found, left = start, target - image(start)
    ahead = _each(covariances, left)
    direction, size = ahead, float(np.real(np.vdot(left, ahead)))
    small = ACCURACY**2 * size
    for _ in range(N_GRADIENTS):
        if not size > small:
            break
        along = image(direction)
        step = size / float(np.real(np.vdot(direction, along)))
        found, left = found + step * direction, left - step * along
        ahead = _each(covariances, left)
        before, size = size, float(np.real(np.vdot(left, ahead)))
        direction = ahead + (size / before) * direction
    return np.asarray(found)


def _each(matrices: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return every column times its matrix."""
    return np.asarray((matrices @ columns.T[:, :, None])[:, :, 0].T)
