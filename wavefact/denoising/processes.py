"""What moves in given shapes, taken for autoregressive processes under white noise.

The response of a structure to random forces is such a process.  All processes and the noise's power are
learned from the recording by expectation and maximisation, over the cosine transform, where both are
uncorrelated from frequency to frequency.

References
----------
A. P. Dempster, N. M. Laird and D. B. Rubin, "Maximum likelihood from incomplete data via the EM algorithm",
J. R. Stat. Soc. B 39 (1977); J. Makhoul, "Linear prediction: a tutorial review", Proc. IEEE 63 (1975),
eq. (33); H. Akaike, "A new look at the statistical model identification", IEEE Trans. Autom. Control 19
(1974).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Processes", "autoregressive"]

ORDERS = (4, 8, 16, 32)  # of the processes, as long as the recording supports a higher one
SAMPLES_PER_ORDER = 4  # at least
N_STEPS = 30  # of each order, at most
LEAST_GAIN = 1.0  # in minus twice the log-likelihood: a step that gains less is not worth half a parameter
MOST_ENTRIES = 2**22  # of matrices that are inverted at once
RIDGE = 1e-9  # of a process's power, so that its prediction has an answer
QUIETEST = 1e-12  # of the recording's power: less noise, and less signal, cannot be told from rounding


@dataclass(frozen=True)
class Processes:
    """What is known of independent processes in given shapes under white noise, over the cosine transform."""

    shapes: np.ndarray  # (n_sensors, n_components), unit columns
    data: np.ndarray  # Dᴴ y, (n_components, n_samples)
    power: float  # ‖y‖²
    noise: float  # its power
    courses: np.ndarray  # (n_components, n_samples), their mean given the recording
    moments: np.ndarray  # (n_components, n_samples), and that of their squared magnitudes
    deviance: float = np.inf  # minus twice the log-likelihood, but for a constant
    order: int = 0  # of the processes

    @classmethod
    def begun(cls, signals: np.ndarray, factors: np.ndarray, courses: np.ndarray) -> Processes:
        """Begin with the components of a factorization."""
        from scipy.fft import dct

        sizes = np.linalg.norm(factors, axis=0)
        shapes, power = factors / sizes, float(np.sum(np.abs(signals) ** 2))
        data = dct(shapes.conj().T @ signals, axis=1, norm="ortho")
        spectra = dct(courses * sizes[:, None], axis=1, norm="ortho")
        raw = np.abs(np.linalg.pinv(shapes.conj().T @ shapes) @ data) ** 2
        mean, order = power / signals.size, min(ORDERS[-1], signals.shape[1] // SAMPLES_PER_ORDER)
        noise = float(np.clip(autoregressive(raw, order).min(), QUIETEST * mean, mean))  # below all spectra
        return cls(shapes, data, power, noise, spectra, np.abs(spectra) ** 2)

    @property
    def criterion(self) -> float:
        """Akaike's."""
        return self.deviance + 2 * self.order * len(self.courses)

    @property
    def explained(self) -> np.ndarray:
        """The signals of the processes, (n_sensors, n_samples)."""
        from scipy.fft import idct

        return np.asarray(self.shapes @ idct(self.courses, axis=1, norm="ortho"))

    def best(self) -> Processes:
        """Return the processes of least AIC, of rising orders."""
        last = found = self
        for order in ORDERS:
            if SAMPLES_PER_ORDER * order > self.courses.shape[1]:
                break
            last = last.learned(order)
            if last.criterion >= found.criterion:
                break
            found = last
        return found

    def learned(self, order: int) -> Processes:
        """Return the posterior of greatest likelihood where all processes have one order."""
        state = replace(self, order=order, deviance=np.inf)
        for _ in range(N_STEPS):
            last, state = state.deviance, state.step()
            if state.deviance > last - LEAST_GAIN:
                break
        return state

    def step(self) -> Processes:
        """Take spectra from the moments, then moments and noise from the recording."""
        (n_sensors, n), n_samples = self.shapes.shape, self.courses.shape[1]
        quietest = QUIETEST * self.power / (n_sensors * n_samples)
        spectra = np.maximum(autoregressive(self.moments, self.order), quietest)
        gram = self.shapes.conj().T @ self.shapes
        courses, variances = np.empty_like(self.data), np.empty(spectra.shape)
        covariance, volume = np.zeros_like(gram), float(np.sum(np.log(spectra)))
        for part in np.array_split(np.arange(n_samples), -(-n_samples * n**2 // MOST_ENTRIES)):
            precisions = np.repeat(gram[None] / self.noise, len(part), axis=0)
            precisions[:, np.arange(n), np.arange(n)] += 1 / spectra[:, part].T
            covariances = np.linalg.inv(precisions)
            courses[:, part] = (covariances @ self.data[:, part].T[:, :, None])[:, :, 0].T / self.noise
            variances[:, part] = np.real(np.diagonal(covariances, axis1=1, axis2=2)).T
            covariance += covariances.sum(axis=0)
            volume += float(np.sum(np.linalg.slogdet(precisions)[1]))
        explained = float(np.real(np.vdot(self.data, courses)))
        left = self.power - 2 * explained + np.real(np.vdot(gram, courses @ courses.conj().T + covariance))
        deviance = n_sensors * n_samples * np.log(self.noise) + (self.power - explained) / self.noise + volume
        return replace(
            self,
            noise=max(float(left) / (n_sensors * n_samples), quietest),
            courses=courses,
            moments=np.abs(courses) ** 2 + variances,
            deviance=float(deviance) * (1 + np.iscomplexobj(courses)),
        )


def autoregressive(moments: np.ndarray, order: int) -> np.ndarray:
    """Return the autoregressive spectra of greatest likelihood for squared magnitudes (n, n_samples)."""
    n_samples = moments.shape[1]
    whole = np.concatenate([moments, moments[:, -1:]], axis=1)  # at 0 … π: a cosine transform leaves out π
    correlations = np.fft.irfft(whole, axis=1)[:, : order + 1]
    correlations[:, 0] *= 1 + RIDGE
    matrices = correlations[:, np.abs(np.subtract.outer(np.arange(order), np.arange(order)))]
    coefficients = np.linalg.solve(matrices, correlations[:, 1:, None])[:, :, 0]
    innovations = correlations[:, 0] - np.sum(coefficients * correlations[:, 1:], axis=1)
    inverse = np.concatenate([np.ones((len(moments), 1)), -coefficients], axis=1)
    responses = np.fft.rfft(inverse, 2 * n_samples, axis=1)[:, :n_samples]
    return np.asarray(innovations[:, None] / np.abs(responses) ** 2)
